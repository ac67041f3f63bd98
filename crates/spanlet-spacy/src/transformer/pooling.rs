//! One row for each token, of the rows of its pieces.
//!
//! Source: thinc 8.3, `layers/reduce_*.py` and `backends/numpy_ops.pyx`.

use super::alignment::Alignment;

/// How the rows of a token's pieces become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pooling {
    Mean,
    Sum,
    Max,
    First,
    Last,
}

impl Pooling {
    /// The pooling that a configuration calls so.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "reduce_mean.v1" => Self::Mean,
            "reduce_sum.v1" => Self::Sum,
            "reduce_max.v1" => Self::Max,
            "reduce_first.v1" => Self::First,
            "reduce_last.v1" => Self::Last,
            _ => return None,
        })
    }

    /// `[tokens, width]` of `rows`, `[pieces, width]`. Where no token has a piece, all rows are zeros.
    ///
    /// # Errors
    /// The index of the first token without a piece, where there must be one.
    pub(super) fn pool(self, rows: &[f32], width: usize, alignment: &Alignment) -> Result<Vec<f32>, usize> {
        let mut pooled = Vec::new();
        for (token, pieces) in alignment.tokens().enumerate() {
            let start = pooled.len();
            pooled.resize(start + width, 0.0);
            let pieces = pieces.iter().map(|&piece| &rows[piece * width..(piece + 1) * width]);
            let has_row = self.reduce(pieces, &mut pooled[start..]);
            if !has_row && !alignment.is_empty() {
                return Err(token);
            }
        }
        Ok(pooled)
    }

    /// Writes the row of some pieces. Whether there is one.
    fn reduce<'r>(self, mut pieces: impl ExactSizeIterator<Item = &'r [f32]>, row: &mut [f32]) -> bool {
        let count = pieces.len();
        match self {
            Self::Mean | Self::Sum => {
                pieces.for_each(|piece| spanlet_kernels::add(row, piece));
                if self == Self::Mean && count > 0 {
                    row.iter_mut().for_each(|number| *number /= count as f32);
                }
                true
            }
            Self::Max => {
                let Some(first) = pieces.next() else { return false };
                row.copy_from_slice(first);
                for piece in pieces {
                    for (number, &other) in row.iter_mut().zip(piece) {
                        *number = if other > *number { other } else { *number };
                    }
                }
                true
            }
            Self::First | Self::Last => {
                let piece = if self == Self::First { pieces.next() } else { pieces.last() };
                piece.is_some_and(|piece| {
                    row.copy_from_slice(piece);
                    true
                })
            }
        }
    }
}

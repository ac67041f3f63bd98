//! The two forms a matrix has in a file, and the form that output rows are laid out in for prediction.

use std::ops::Range;

use spanlet_kernels::{LANES, Lanes, add_row, dot_blocks, dot_lanes};

use crate::load_error::LoadError;
use crate::quantized::Quantized;
use crate::reader::Reader;

/// A matrix as it lies in a file.
#[derive(Clone)]
pub(crate) enum Matrix {
    /// Every number.
    Dense(Dense),
    /// Every row as a few codes.
    Quantized(Quantized),
}

impl Matrix {
    /// Adds a row to `sum`, which has the matrix's number of columns. `row` must be one of its rows.
    pub(crate) fn add_row(&self, bytes: &[u8], row: usize, sum: &mut [f32]) {
        match self {
            Self::Dense(matrix) => add_row(sum, matrix.row(bytes, row)),
            Self::Quantized(matrix) => matrix.add_row(bytes, row, sum),
        }
    }

    pub(crate) fn rows(&self) -> usize {
        match self {
            Self::Dense(matrix) => matrix.rows,
            Self::Quantized(matrix) => matrix.rows(),
        }
    }

    pub(crate) fn is_quantized(&self) -> bool {
        matches!(self, Self::Quantized(_))
    }
}

/// A matrix of little-endian `f32`, row after row, read where it lies.
#[derive(Clone)]
pub(crate) struct Dense {
    rows: usize,
    columns: usize,
    weights: Range<usize>,
}

impl Dense {
    pub(crate) fn parse(reader: &mut Reader<'_>, columns: usize, rows: Range<i64>) -> Result<Self, LoadError> {
        let rows = reader.i64_in("a number of rows", rows)?;
        reader.i64_exactly("columns", columns)?;
        let weights = reader.elements(rows.saturating_mul(columns as u64), size_of::<f32>() as u64)?;
        Ok(Self { rows: rows as usize, columns, weights })
    }

    pub(crate) fn row<'b>(&self, bytes: &'b [u8], row: usize) -> &'b [u8] {
        let size = self.columns * size_of::<f32>();
        &bytes[self.weights.clone()][row * size..][..size]
    }
}

/// Output rows in the order in which they are multiplied, in blocks of [`LANES`].
#[derive(Clone)]
pub(crate) enum Blocks {
    /// Sixteen rows side by side, one per lane.
    Dense(Vec<Lanes>),
    /// The matrix as it lies in the file, and which of its rows each lane has.
    Quantized(Quantized, Vec<u32>),
}

impl Blocks {
    /// Lays out the rows that `order` names, block after block; lanes after the last row are zero.
    pub(crate) fn new(bytes: &[u8], matrix: Matrix, order: Vec<u32>) -> Self {
        match matrix {
            Matrix::Dense(matrix) => Self::Dense(side_by_side(bytes, &matrix, &order)),
            Matrix::Quantized(matrix) => Self::Quantized(matrix, order),
        }
    }

    /// The dot products of all rows with `hidden`, to the blocks of `dots`.
    pub(crate) fn dot_all(&self, bytes: &[u8], hidden: &[f32], dots: &mut [Lanes]) {
        match self {
            Self::Dense(blocks) => dot_blocks(blocks, hidden, dots),
            Self::Quantized(matrix, order) => {
                for (rows, dots) in order.chunks(LANES).zip(dots) {
                    *dots = matrix.dot_rows(bytes, rows, hidden);
                }
            }
        }
    }

    /// The dot products of one block's rows with `hidden`.
    pub(crate) fn dot(&self, bytes: &[u8], block: usize, hidden: &[f32]) -> Lanes {
        match self {
            Self::Dense(blocks) => dot_lanes(&blocks[block * hidden.len()..][..hidden.len()], hidden),
            Self::Quantized(matrix, order) => {
                let rows = &order[block * LANES..];
                matrix.dot_rows(bytes, &rows[..rows.len().min(LANES)], hidden)
            }
        }
    }

    /// Whether the file's bytes of the output matrix are still needed.
    pub(crate) fn reads_file(&self) -> bool {
        matches!(self, Self::Quantized(..))
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        match self {
            Self::Dense(blocks) => blocks.capacity() * size_of::<Lanes>(),
            Self::Quantized(_, order) => order.capacity() * size_of::<u32>(),
        }
    }
}

fn side_by_side(bytes: &[u8], matrix: &Dense, order: &[u32]) -> Vec<Lanes> {
    let mut blocks = vec![[0.0; LANES]; order.len().div_ceil(LANES) * matrix.columns];
    for (rows, block) in order.chunks(LANES).zip(blocks.chunks_exact_mut(matrix.columns)) {
        for (lane, &row) in rows.iter().enumerate() {
            let (weights, _) = matrix.row(bytes, row as usize).as_chunks::<4>();
            for (column, &weight) in block.iter_mut().zip(weights) {
                column[lane] = f32::from_le_bytes(weight);
            }
        }
    }
    blocks
}

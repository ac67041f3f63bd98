//! How spacy-curated-transformers has texts encoded: pieces token by token, and windows over all pieces of a text.
//!
//! Source: spacy-curated-transformers 0.3.

use std::ops::Range;

use super::alignment::Alignment;
use super::word_pieces::WordPieces;
use crate::doc::Doc;
use crate::encoder::{EncodeError, Encoder, Piece};
use crate::lexeme::Lexemes;

/// The settings of a curated transformer.
#[derive(Clone, Debug)]
pub(super) struct Curated {
    /// So many pieces are encoded together, from every so manyth on: at least half of it, so that a piece is in at most
    /// two windows but for its own next one.
    pub(super) window: usize,
    pub(super) stride: usize,
    /// The numbers of the pieces before and behind every text.
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) cut: Cut,
}

/// How a token is cut into pieces.
#[derive(Clone, Debug)]
pub(super) enum Cut {
    /// By the encoder's tokenizer, with the space before the token.
    BytePairs,
    WordPieces(Box<WordPieces>),
}

impl Curated {
    /// The rows of a text's pieces, `[pieces, width]`, and which are a token's. A token of white space has none.
    ///
    /// Source: `models/with_strided_spans.py`, `with_strided_spans_forward`; `models/remove_eos_bos.py`.
    pub(super) fn encode(
        &self,
        doc: &Doc<'_>,
        lexemes: &Lexemes,
        mut encode: impl FnMut(&[Piece]) -> Result<Vec<f32>, EncodeError>,
        encoder: &dyn Encoder,
    ) -> Result<(Vec<f32>, Alignment), EncodeError> {
        let (pieces, alignment) = self.pieces(doc, lexemes, encoder)?;
        let mut windows = Vec::new();
        for start in (0..pieces.len()).step_by(self.stride) {
            windows.push(encode(&pieces[start..pieces.len().min(start + self.window)])?);
        }
        let width = encoder.width();
        self.average_overlaps(&mut windows, width);
        let kept = |window: Vec<f32>| window.into_iter().take(self.stride * width);
        Ok((windows.into_iter().flat_map(kept).collect(), alignment))
    }

    /// Source: `tokenization/bbpe_encoder.py` and `tokenization/wordpiece_encoder.py`.
    fn pieces(
        &self,
        doc: &Doc<'_>,
        lexemes: &Lexemes,
        encoder: &dyn Encoder,
    ) -> Result<(Vec<Piece>, Alignment), EncodeError> {
        let piece = |id| Piece { id, type_id: 0, bytes: 0..0 };
        let mut pieces = vec![piece(self.first)];
        let mut owned: Vec<Range<usize>> = Vec::with_capacity(doc.tokens.len());
        let mut space_before = 0;
        for token in &doc.tokens {
            let start = pieces.len();
            if !lexemes.get(token.lexeme).is_space {
                let text = |before: u32| &doc.text[(token.start_byte - before) as usize..token.end_byte as usize];
                match &self.cut {
                    Cut::BytePairs => pieces.extend(encoder.tokenize(text(space_before))?),
                    Cut::WordPieces(words) => pieces.extend(words.cut(text(0)).into_iter().map(piece)),
                }
            }
            space_before = u32::from(token.space_after);
            owned.push(start..pieces.len());
        }
        pieces.push(piece(self.last));
        Ok((pieces, owned.into_iter().collect()))
    }

    /// Makes the rows that two windows share the mean of both, window by window.
    fn average_overlaps(&self, windows: &mut [Vec<f32>], width: usize) {
        let most = (self.window - self.stride) * width;
        for index in 1..windows.len() {
            let (before, rest) = windows.split_at_mut(index);
            let (before, window) = (&mut before[index - 1], &mut rest[0]);
            let shared = most.min(window.len()).min(before.len());
            let start = before.len() - shared;
            for (one, other) in before[start..].iter_mut().zip(&mut window[..shared]) {
                *one = (*one + *other) / 2.0;
                *other = *one;
            }
        }
    }
}

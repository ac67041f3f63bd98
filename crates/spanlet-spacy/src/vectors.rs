//! Static vectors: a table of rows, by word or by the pieces of a word.

use crate::lexeme::{LexemeId, Lexemes};

/// The pipeline's vectors.
#[derive(Debug)]
pub(crate) struct Vectors {
    width: usize,
}

impl Vectors {
    /// How many numbers a vector has.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Puts the vector of a word into `row`, `[width]`; leaves `row` and tells `false` when it has none.
    pub(crate) fn write(&self, lexemes: &Lexemes, lexeme: LexemeId, row: &mut [f32]) -> bool {
        let _ = (lexemes, lexeme, row);
        false
    }
}

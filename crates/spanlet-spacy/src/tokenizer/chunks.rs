//! The chunks that were met, with their tokens: a common word costs one look-up.

use std::ops::Range;

use crate::lexeme::{LexemeId, Lexemes};
use crate::regex::Work;
use crate::strings::TextMap;

/// A token of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) lexeme: LexemeId,
    pub(super) bytes: u32,
    /// Whether an exception that spans tokens can begin with it.
    pub(super) begins_phrase: bool,
}

/// The tokens of chunks by their text. It lives with the caller and is filled while answering.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chunks {
    by_text: TextMap<Box<str>, (u32, u32)>,
    pieces: Vec<Piece>,
    /// So many of them belong to chunks that are kept.
    kept: usize,
    /// The generation of the lexemes that pieces name.
    generation: u64,
    work: Work,
}

impl Chunks {
    /// So many chunks are kept; those of a text beyond them are made each time.
    const MAX_KEPT: usize = 1 << 15;
    /// Longer chunks are rarely met twice.
    const MAX_BYTES: usize = 64;

    /// Forgets everything when it is full, or when the lexemes were forgotten. Called before a document.
    pub(super) fn trim(&mut self, lexemes: &Lexemes) {
        if self.by_text.len() >= Self::MAX_KEPT || self.generation != lexemes.generation() {
            self.by_text.clear();
            self.pieces.clear();
            self.kept = 0;
            self.generation = lexemes.generation();
        }
    }

    /// Reserves memory for more chunks.
    pub(crate) fn reserve(&mut self, more: usize) {
        self.by_text.reserve(more);
        self.pieces.reserve(more * 2);
    }

    /// Where the tokens of a chunk are that was met.
    #[inline]
    pub(super) fn find(&self, chunk: &str) -> Option<Range<usize>> {
        self.by_text.get(chunk).map(|(start, end)| *start as usize..*end as usize)
    }

    /// The tokens of a chunk.
    #[inline]
    pub(super) fn pieces(&self, place: Range<usize>) -> &[Piece] {
        &self.pieces[place]
    }

    /// Buffers for the patterns.
    pub(super) fn work(&mut self) -> &mut Work {
        &mut self.work
    }

    /// Begins the tokens of a chunk, and forgets those of the last one if it was not kept.
    pub(super) fn begin(&mut self) {
        self.pieces.truncate(self.kept);
    }

    /// Adds a token.
    pub(super) fn push(&mut self, piece: Piece) {
        self.pieces.push(piece);
    }

    /// Ends the tokens of a chunk, and keeps them under its text if there is room; where they are.
    pub(super) fn end(&mut self, chunk: &str) -> Range<usize> {
        let place = self.kept..self.pieces.len();
        if chunk.len() <= Self::MAX_BYTES && self.by_text.len() < Self::MAX_KEPT {
            self.by_text.insert(chunk.into(), (place.start as u32, place.end as u32));
            self.kept = place.end;
        }
        place
    }
}

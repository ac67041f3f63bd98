//! Which pieces are a token's: those that share a byte with it or with the space after it.
//!
//! Source: spacy-transformers 1.4, `align.pyx`, `get_alignment_via_offset_mapping`.

use std::ops::Range;

use crate::doc::Doc;

/// The pieces of each token.
#[derive(Clone, Debug, Default)]
pub(super) struct Alignment {
    /// Where each token's pieces end in `pieces`; they begin where those of the token before end.
    ends: Vec<usize>,
    /// Numbers of pieces, rising for each token. A piece can be several tokens'.
    pieces: Vec<usize>,
}

impl Alignment {
    /// The pieces of each token, in order.
    pub(super) fn tokens(&self) -> impl Iterator<Item = &[usize]> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        begins.zip(&self.ends).map(|(begin, &end)| &self.pieces[begin..end])
    }

    /// Whether no token has a piece.
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }
}

impl FromIterator<Range<usize>> for Alignment {
    /// Takes the pieces of each token, in order, where they stand together.
    fn from_iter<I: IntoIterator<Item = Range<usize>>>(tokens: I) -> Self {
        let mut alignment = Self::default();
        for pieces in tokens {
            alignment.pieces.extend(pieces);
            alignment.ends.push(alignment.pieces.len());
        }
        alignment
    }
}

/// Collects pieces, stretch by stretch.
#[derive(Debug)]
pub(super) struct Builder {
    /// By token.
    pieces: Vec<Vec<usize>>,
    /// How many pieces the stretches before have.
    count: usize,
}

/// What stands for a byte of no token.
const NO_TOKEN: u32 = u32::MAX;

impl Builder {
    pub(super) fn new(tokens: usize) -> Self {
        Self { pieces: vec![Vec::new(); tokens], count: 0 }
    }

    /// Takes the pieces of the next stretch, each by its bytes in the stretch's text.
    pub(super) fn add(&mut self, doc: &Doc<'_>, span: Range<usize>, pieces: impl Iterator<Item = Range<usize>>) {
        let owners = owners(doc, span);
        for bytes in pieces {
            let bytes = bytes.start.min(owners.len())..bytes.end.min(owners.len());
            let mut before = NO_TOKEN;
            for &token in owners.get(bytes).unwrap_or_default() {
                if token != before && token != NO_TOKEN {
                    self.pieces[token as usize].push(self.count);
                }
                before = token;
            }
            self.count += 1;
        }
    }

    pub(super) fn finish(self) -> Alignment {
        let mut ends = Vec::with_capacity(self.pieces.len());
        let mut end = 0;
        for pieces in &self.pieces {
            end += pieces.len();
            ends.push(end);
        }
        Alignment { ends, pieces: self.pieces.concat() }
    }
}

/// The token of each byte of a stretch's text.
fn owners(doc: &Doc<'_>, span: Range<usize>) -> Vec<u32> {
    let tokens = &doc.tokens[span.clone()];
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return Vec::new() };
    let (start, end) = (first.start_byte, last.end_byte);
    let mut owners = vec![NO_TOKEN; (end - start) as usize];
    for (token, index) in tokens.iter().zip(span) {
        let bytes = token.start_byte - start..(token.end_byte + 1).min(end) - start;
        owners[bytes.start as usize..bytes.end as usize].fill(index as u32);
    }
    owners
}

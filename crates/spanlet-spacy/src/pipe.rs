//! The components of a pipeline, in the order in which they work on a text.

pub(crate) mod ner;
pub(crate) mod parser;
mod transition_settings;

use crate::lexeme::Lexemes;
use crate::transition;
use crate::vocab::Vocab;

/// Everything that changes while answering, so that a pipeline itself does not: caches that make the next text quicker,
/// and buffers. An answer never depends on what it holds.
#[derive(Debug, Default)]
pub struct Scratch {
    /// The word types seen so far.
    pub(crate) lexemes: Lexemes,
    /// What the parser and the entity recognizer work with.
    pub(crate) transition: transition::Buffers,
}

/// What a component works with, beside the text.
pub(crate) struct Context<'c> {
    pub(crate) vocab: &'c Vocab,
    pub(crate) scratch: &'c mut Scratch,
}

/// Which annotations a component can set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Layers {
    pub(crate) tag: bool,
    pub(crate) pos: bool,
    pub(crate) morph: bool,
    pub(crate) lemma: bool,
    pub(crate) dep: bool,
    pub(crate) sents: bool,
    pub(crate) ents: bool,
    pub(crate) tensor: bool,
}

impl Layers {
    /// What either sets.
    #[must_use]
    pub(crate) fn union(self, other: Self) -> Self {
        Self {
            tag: self.tag || other.tag,
            pos: self.pos || other.pos,
            morph: self.morph || other.morph,
            lemma: self.lemma || other.lemma,
            dep: self.dep || other.dep,
            sents: self.sents || other.sents,
            ents: self.ents || other.ents,
            tensor: self.tensor || other.tensor,
        }
    }
}

//! What depends on a word's text alone: the ids of its attributes, and its flags.

/// A word type: an index into [`Lexemes`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct LexemeId(pub(crate) u32);

/// The word types that were met, each once.
#[derive(Debug, Default)]
pub(crate) struct Lexemes {}

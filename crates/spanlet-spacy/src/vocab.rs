//! A pipeline's vocabulary: its strings, its lookup tables, its vectors, its language.

/// What all components share.
#[derive(Debug, Default)]
pub(crate) struct Vocab {}

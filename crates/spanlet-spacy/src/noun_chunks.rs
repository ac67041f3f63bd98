//! Base noun phrases, read from a parse: a noun with what belongs to it on the left.

mod english;
mod universal;

use std::ops::Range;

use crate::doc::Doc;

/// What a pipeline's noun chunks follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// spaCy's rule for English, made for the labels of ClearNLP.
    English,
    /// Spanlet's rule for the labels of Universal Dependencies.
    UniversalDependencies,
}

/// The noun chunks of a parsed text as ranges of tokens, in text order, without overlap.
///
/// A text without tokens has none, nor has one that was not parsed.
pub(crate) fn noun_chunks(rule: Rule, doc: &Doc<'_>) -> Vec<Range<u32>> {
    match rule {
        Rule::English => english::noun_chunks(doc),
        Rule::UniversalDependencies => universal::noun_chunks(doc),
    }
}

/// Whether a token is a word that a noun phrase can be built on.
fn is_nominal(pos: Option<&str>) -> bool {
    matches!(pos, Some("NOUN" | "PROPN" | "PRON"))
}

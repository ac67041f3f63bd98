//! Base noun phrases, read from a parse: a noun with what belongs to it on the left.

mod english;
mod universal;

use std::ops::Range;

use crate::doc::Doc;
use crate::meta::Meta;

/// What a pipeline's noun chunks follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// spaCy's rule for English, made for the labels of ClearNLP.
    English,
    /// Spanlet's rule for the labels of Universal Dependencies.
    UniversalDependencies,
}

impl Rule {
    /// The rule that a pipeline asks for, else its language's own; `None` where there is neither.
    pub(crate) fn of(meta: &Meta, language: &str) -> Option<Self> {
        match (meta.spanlet.noun_chunks.as_deref(), language) {
            (Some(_), _) => Some(Self::UniversalDependencies),
            (None, "en") => Some(Self::English),
            (None, _) => None,
        }
    }
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

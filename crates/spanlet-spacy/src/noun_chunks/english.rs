//! spaCy's rule for English.

use std::ops::Range;

use super::is_nominal;
use crate::doc::Doc;

#[cfg(test)]
mod tests;

/// The labels, of ClearNLP's scheme, of words that stand for a whole noun phrase.
const LABELS: [&str; 10] = ["oprd", "nsubj", "dobj", "nsubjpass", "pcomp", "pobj", "dative", "appos", "attr", "ROOT"];

/// A noun with one of the labels, or joined to one that has, and everything from the left edge of its subtree to it.
///
/// Source: spaCy 3.8, `lang/en/syntax_iterators.py`, `noun_chunks`.
pub(super) fn noun_chunks(doc: &Doc<'_>) -> Vec<Range<u32>> {
    let mut chunks: Vec<Range<u32>> = Vec::new();
    for (index, token) in doc.tokens.iter().enumerate() {
        let is_nested = chunks.last().is_some_and(|chunk| token.left_edge < chunk.end);
        if is_nominal(token.pos.as_deref()) && !is_nested && is_phrase(doc, index) {
            chunks.push(token.left_edge..index as u32 + 1);
        }
    }
    chunks
}

/// Whether a word has one of the labels, or the first word of its coordination has.
fn is_phrase(doc: &Doc<'_>, word: usize) -> bool {
    let dep = |index: usize| doc.tokens[index].dep.as_deref().unwrap_or_default();
    let head = |index: usize| doc.tokens[index].head as usize;
    if dep(word) != "conj" {
        return LABELS.contains(&dep(word));
    }
    let mut first = head(word);
    while dep(first) == "conj" && head(first) < first {
        first = head(first);
    }
    LABELS.contains(&dep(first))
}

//! Key phrases in the form of the older system that Spanlet replaces: lemmas, in text order, without scores.
//!
//! `KeyWords` are the lemmas of the chunks' roots unless those are stop words, as they are, duplicates kept.
//! `KeyPhrases` are the chunks' lemmas without stop words and punctuation, lower-cased, each phrase once.

use std::collections::HashSet;

use serde::Serialize;
use spanlet_text::Document;

use super::chunk;

/// The answer, fields in this order.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OldForm {
    /// The older system answered a bare invoke so, and clients may look for it.
    status_code: u16,
    #[serde(rename = "KeyPhrases")]
    key_phrases: Vec<Listed>,
    #[serde(rename = "KeyWords")]
    key_words: Vec<Listed>,
}

#[derive(Debug, PartialEq, Eq, Hash, Clone, Serialize)]
struct Listed {
    #[serde(rename = "Text")]
    text: String,
}

/// The older system's answer for a document that has tokens and noun chunks, its offsets in bytes.
pub(crate) fn old_form(document: &Document) -> OldForm {
    let mut form = OldForm { status_code: 200, key_phrases: Vec::new(), key_words: Vec::new() };
    let mut seen = HashSet::new();
    for chunk in chunk::all(document) {
        // A token without a lemma has an empty one, as in spaCy.
        let lemma = |index: usize| chunk.tokens[index].lemma.as_deref().unwrap_or_default();
        let root = chunk.root();
        if !chunk.tokens[root].is_stop {
            form.key_words.push(Listed { text: lemma(root).to_owned() });
        }
        let lemmas: Vec<String> = chunk.content().map(|index| lemma(index).to_lowercase()).collect();
        let phrase = Listed { text: lemmas.join(" ") };
        if !lemmas.is_empty() && seen.insert(phrase.clone()) {
            form.key_phrases.push(phrase);
        }
    }
    form
}

//! What a text is about: key phrases and words out of its noun chunks.
//!
//! A noun chunk's tokens that are neither stop words nor punctuation make a phrase, under their lemmas, lower-cased and
//! joined by one space; its root, unless a stop word, makes a word. Phrases of the same lemmas are one, and so are
//! words.
//!
//! # Score
//! `log2(1 + n) * f`, where `n` is how many words the phrase has and `f` the mean, over those words, of how often each
//! occurs in the phrases of the text; divided by the greatest such value, so that the best phrase has 1. It grows with
//! how often the text comes back to the phrase or its words, and with how specific the phrase is, though more slowly
//! than its length: a name for the whole outranks its parts, a long phrase of words that never return does not. Words
//! are scored as phrases of one word, among themselves. Among equals the one that stands first in the text is first.
//! Nothing but the text's own counts goes in, so an answer depends on no other text and on no corpus.

mod chunk;
mod old_form;

use std::collections::HashMap;

use spanlet_text::{Document, OffsetUnit, Token, is_space};

pub(crate) use old_form::old_form;

use chunk::Chunk;

/// The key phrases and words of one text, each best first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Keyphrases {
    /// What the offsets of all spans count.
    pub offsets: OffsetUnit,
    /// What noun chunks say, without stop words and punctuation.
    pub phrases: Vec<Keyphrase>,
    /// The roots of noun chunks.
    pub words: Vec<Keyphrase>,
}

/// A phrase or word that says what a text is about. WIT's `keyphrase`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Keyphrase {
    /// As it first stands in the text.
    pub text: String,
    /// Its lemmas, lower-cased and joined by one space; a token without a lemma counts as its own.
    pub lemma: String,
    /// How often it occurs. At least 1.
    pub count: u32,
    /// Its rank as a number above 0 and at most 1; comparable within one text only.
    pub score: f32,
    /// Every place where it occurs, start and end, in text order.
    pub spans: Vec<(u32, u32)>,
}

/// A phrase at one place: the tokens that count, in order.
struct Occurrence {
    lemmas: Vec<String>,
    first: usize,
    last: usize,
}

impl Keyphrases {
    /// The key phrases of a document that has tokens and noun chunks, its offsets in bytes.
    pub(crate) fn of(document: Document, unit: OffsetUnit) -> Self {
        let phrases: Vec<Occurrence> = chunk::all(&document).filter_map(|chunk| phrase(&chunk)).collect();
        let words: Vec<Occurrence> = chunk::all(&document).filter_map(|chunk| word(&chunk)).collect();
        let mut counts: HashMap<&str, u32> = HashMap::new();
        for lemma in phrases.iter().flat_map(|phrase| &phrase.lemmas) {
            *counts.entry(lemma.as_str()).or_default() += 1;
        }
        let tokens = document.tokens.clone().unwrap_or_default();
        let converted = document.into_unit(unit);
        let place =
            Place { text: &converted.text, bytes: &tokens, units: converted.tokens.as_deref().unwrap_or_default() };
        Self { offsets: unit, phrases: ranked(&phrases, &counts, &place), words: ranked(&words, &counts, &place) }
    }
}

/// Where tokens stand, in bytes and in the unit that is asked for.
struct Place<'d> {
    text: &'d str,
    bytes: &'d [Token],
    units: &'d [Token],
}

fn phrase(chunk: &Chunk<'_>) -> Option<Occurrence> {
    let counts = |index: &usize| !chunk.text(*index).chars().all(is_space);
    let kept: Vec<usize> = chunk.content().filter(counts).collect();
    let (&first, &last) = (kept.first()?, kept.last()?);
    Some(Occurrence { lemmas: kept.into_iter().map(|index| chunk.lemma(index)).collect(), first, last })
}

fn word(chunk: &Chunk<'_>) -> Option<Occurrence> {
    let root = chunk.root();
    (!chunk.tokens[root].is_stop).then(|| Occurrence { lemmas: vec![chunk.lemma(root)], first: root, last: root })
}

/// Occurrences of the same lemmas as one, best first.
fn ranked(occurrences: &[Occurrence], counts: &HashMap<&str, u32>, place: &Place<'_>) -> Vec<Keyphrase> {
    let mut by_lemma: HashMap<String, usize> = HashMap::new();
    let mut found: Vec<(f64, Keyphrase)> = Vec::new();
    for occurrence in occurrences {
        let lemma = occurrence.lemmas.join(" ");
        let index = *by_lemma.entry(lemma).or_insert_with_key(|lemma| {
            let (start, end) = (place.bytes[occurrence.first].start, place.bytes[occurrence.last].end);
            let text = place.text.get(start as usize..end as usize).unwrap_or_default().to_owned();
            let keyphrase = Keyphrase { text, lemma: lemma.clone(), ..Keyphrase::default() };
            found.push((value(&occurrence.lemmas, counts), keyphrase));
            found.len() - 1
        });
        let keyphrase = &mut found[index].1;
        keyphrase.count += 1;
        keyphrase.spans.push((place.units[occurrence.first].start, place.units[occurrence.last].end));
    }
    // A stable sort: equals stay in text order.
    found.sort_by(|one, other| other.0.total_cmp(&one.0));
    let best = found.first().map_or(1.0, |best| best.0);
    let scored = |(value, keyphrase)| Keyphrase { score: (value / best) as f32, ..keyphrase };
    found.into_iter().map(scored).collect()
}

/// A phrase's worth before it is compared with the best. At least 1.
fn value(lemmas: &[String], counts: &HashMap<&str, u32>) -> f64 {
    // A root that is punctuation stands in no phrase; it counts as seen once.
    let times = |lemma: &String| f64::from(counts.get(lemma.as_str()).copied().unwrap_or(1));
    let words = lemmas.len() as f64;
    libm::log2(1.0 + words) * lemmas.iter().map(times).sum::<f64>() / words
}

#[cfg(test)]
mod tests;

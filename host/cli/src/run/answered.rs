//! The answer to one text, in the JSON in which the HTTP routes have it.

use serde::Serialize;
use spanlet_runtime::{Document, Keyphrase, Keyphrases, OffsetUnit, Scored};

/// The answer to one text, as it is printed.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Answered {
    Document(Box<Document>),
    Entities(Vec<Entity>),
    Keyphrases { offsets: OffsetUnit, phrases: Vec<Phrase>, words: Vec<Phrase> },
    Labels { labels: Vec<Label> },
    Vector { vector: Vec<f32> },
}

#[derive(Serialize)]
pub(super) struct Entity {
    text: String,
    label: String,
    start: u32,
    end: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f32>,
}

#[derive(Serialize)]
pub(super) struct Phrase {
    text: String,
    lemma: String,
    count: u32,
    score: f32,
    spans: Vec<Bounds>,
}

#[derive(Serialize)]
struct Bounds {
    start: u32,
    end: u32,
}

#[derive(Serialize)]
pub(super) struct Label {
    pub(super) label: String,
    pub(super) score: f32,
}

impl Answered {
    pub(super) fn document(document: Document) -> Self {
        Self::Document(Box::new(document))
    }

    /// The entities of a document whose offsets count bytes.
    pub(super) fn entities(document: Document, unit: OffsetUnit) -> Self {
        let covered = |start: u32, end: u32| document.text.get(start as usize..end as usize).unwrap_or_default();
        let spans = document.ents.iter().flatten();
        let texts: Vec<String> = spans.map(|span| covered(span.start, span.end).to_owned()).collect();
        let spans = document.into_unit(unit).ents.unwrap_or_default();
        let pairs = texts.into_iter().zip(spans);
        let entities = pairs.map(|(text, span)| {
            let label = span.label.to_string();
            Entity { text, label, start: span.start, end: span.end, score: span.score }
        });
        Self::Entities(entities.collect())
    }

    pub(super) fn keyphrases(keyphrases: Keyphrases) -> Self {
        let Keyphrases { offsets, phrases, words } = keyphrases;
        let list = |phrases: Vec<Keyphrase>| phrases.into_iter().map(Phrase::from).collect();
        Self::Keyphrases { offsets, phrases: list(phrases), words: list(words) }
    }

    pub(super) fn vector(vector: Vec<f32>) -> Self {
        Self::Vector { vector }
    }

    pub(super) fn labels(labels: Vec<Scored>) -> Self {
        Self::Labels { labels: labels.into_iter().map(|Scored { label, score }| Label { label, score }).collect() }
    }
}

impl From<Keyphrase> for Phrase {
    fn from(phrase: Keyphrase) -> Self {
        let Keyphrase { text, lemma, count, score, spans } = phrase;
        Self { text, lemma, count, score, spans: spans.into_iter().map(|(start, end)| Bounds { start, end }).collect() }
    }
}

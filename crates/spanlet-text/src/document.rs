//! An analysed text: tokens and the layers over them, in the shape of WIT's `document`.

mod json;
mod layers;
mod unit;

use std::sync::Arc;

use crate::offset::OffsetUnit;

pub use layers::Layers;

/// One analysed text.
///
/// A layer that the model lacks, or that was not asked for, is `None`; a layer that it has is there for every token,
/// with an empty string where the model gives no value (as spaCy's `to_json` writes it). Engines give offsets in bytes
/// of UTF-8, and [`into_unit`](Self::into_unit) makes them what a caller asks for.
///
/// # JSON
/// What spaCy 3.8 writes as `Doc.to_json()`: `text`, `ents`, `sents`, `cats`, `tokens` (`id`, `start`, `end`, `tag`,
/// `pos`, `morph`, `lemma`, `dep`, `head`) and `spans`, with `offsets`, `noun_chunks`, `vector` and `scores` beside
/// them. `scores` holds what would not fit spaCy's schema inside a span: `{"ents": […], "spans": {"sc": […]}}`, one
/// number or `null` a span, and is there where a span has a score. `cats` and `spans` are there unless empty. Stop
/// words are not written, so a document that was read has none; `space_after` and `sent_start` follow from the rest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// The caller's text, unchanged.
    pub text: String,
    /// What all offsets in this document count.
    pub offsets: OffsetUnit,
    /// In text order.
    pub tokens: Option<Vec<Token>>,
    /// Sentences, in text order; their label is empty.
    pub sents: Option<Vec<Span>>,
    /// Entities, in text order, which do not overlap.
    pub ents: Option<Vec<Span>>,
    /// Base noun phrases, in text order.
    pub noun_chunks: Option<Vec<Span>>,
    /// Named groups of spans.
    pub spans: Vec<SpanGroup>,
    /// Scores of the whole text.
    pub cats: Vec<Category>,
    /// The text's vector.
    pub vector: Option<Vec<f32>>,
}

/// One token. Values that many tokens share are counted references, so that a document is cheap to fill.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Token {
    /// First unit of the token; the unit is the document's `offsets`.
    pub start: u32,
    /// One past the last unit.
    pub end: u32,
    /// Whether one space follows it in the text.
    pub space_after: bool,
    /// Whether the language counts it among its stop words.
    pub is_stop: bool,
    /// The fine-grained part of speech, e.g. `VBZ`.
    pub tag: Option<Arc<str>>,
    /// The universal part of speech, e.g. `VERB`.
    pub pos: Option<Arc<str>>,
    /// Morphological features, e.g. `Number=Sing`.
    pub morph: Option<Arc<str>>,
    /// The base form.
    pub lemma: Option<Arc<str>>,
    /// The dependency label.
    pub dep: Option<Arc<str>>,
    /// The index of the head among the tokens; the root names itself.
    pub head: Option<u32>,
    /// Whether a sentence begins here.
    pub sent_start: Option<bool>,
}

/// A labelled stretch of the text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Span {
    /// First unit of the stretch; the unit is the document's `offsets`.
    pub start: u32,
    /// One past the last unit. Never less than `start`.
    pub end: u32,
    /// The label exactly as the model spells it; empty for sentences.
    pub label: Arc<str>,
    /// The identifier that a rule or knowledge base gave the span.
    pub id: Option<Arc<str>>,
    /// Absent where the original gives none.
    pub score: Option<f32>,
}

/// The spans that one component of a pipeline found, which may overlap.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpanGroup {
    /// The group's name in the pipeline, e.g. `sc`.
    pub key: String,
    /// In the order in which the pipeline gives them.
    pub spans: Vec<Span>,
}

/// A label of the whole text and its score.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Category {
    /// The label as the model spells it.
    pub label: String,
    /// The score as the original reports it.
    pub score: f32,
}

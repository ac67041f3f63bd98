//! An analysed text: tokens and the layers over them, in the shape of WIT's `document`.

use crate::offset::OffsetUnit;

/// One analysed text.
///
/// A layer that the model lacks, or that was not asked for, is `None`; a layer that it has is there for every token,
/// with an empty string where the model gives no value (as spaCy's `to_json` writes it).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// The caller's text, unchanged.
    pub text: String,
    /// What all offsets in this document count.
    pub offsets: OffsetUnit,
    /// In text order.
    pub tokens: Vec<Token>,
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

/// One token.
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
    pub tag: Option<String>,
    /// The universal part of speech, e.g. `VERB`.
    pub pos: Option<String>,
    /// Morphological features, e.g. `Number=Sing`.
    pub morph: Option<String>,
    /// The base form.
    pub lemma: Option<String>,
    /// The dependency label.
    pub dep: Option<String>,
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
    pub label: String,
    /// The identifier that a rule or knowledge base gave the span.
    pub id: Option<String>,
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

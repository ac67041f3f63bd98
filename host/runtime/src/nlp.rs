//! The typed door's records, as plain owned data. WIT's interfaces `nlp`, `models` and `types`.

use std::{error::Error, fmt};

use spanlet_text::{Layers, OffsetUnit};

use crate::contract::bindings::exports::spanlet::nlp::{nlp, types};

pub use nlp::{Aggregation, Function};

/// How to analyse.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnalyzeOptions {
    /// Which model; absent, the only one with the task or the default for it.
    pub model: Option<String>,
    /// What offsets in the answer count.
    pub offsets: OffsetUnit,
    /// Which layers to answer; key phrases have no use for them.
    pub layers: Layers,
    /// How a transformer's word pieces become entities; absent, the model decides.
    pub aggregation: Option<Aggregation>,
    /// Labels that are left out, as an answer would spell them; absent, the model decides.
    pub ignore_labels: Option<Vec<String>>,
    /// By how many word pieces the windows over a long text overlap; absent, the model decides.
    pub stride: Option<u32>,
}

/// How to classify.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassifyOptions {
    /// Which model; absent, the only one with the task or the default for it.
    pub model: Option<String>,
    /// The most labels to return, at least 1; absent, 1.
    pub k: Option<u32>,
    /// The least score to return, from 0 to 1, or any number with the function `none`; absent, the least there is.
    pub threshold: Option<f32>,
    /// Whether to clean the text first as hashtag models are trained.
    pub clean: bool,
    /// What makes scores of a transformer's outputs; absent, the model decides.
    pub function: Option<Function>,
}

/// How to embed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EmbedOptions {
    /// Which model; absent, the only one with the task or the default for it.
    pub model: Option<String>,
    /// Whether to scale each vector to length 1. A zero vector stays zero.
    pub normalize: bool,
}

/// What one text is about, each list best first.
#[derive(Clone, Debug, PartialEq)]
pub struct Keyphrases {
    /// What the offsets of all spans count.
    pub offsets: OffsetUnit,
    /// What noun chunks say, without stop words and punctuation.
    pub phrases: Vec<Keyphrase>,
    /// The roots of noun chunks.
    pub words: Vec<Keyphrase>,
}

/// A phrase or word that says what a text is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Keyphrase {
    /// As it first stands in the text.
    pub text: String,
    /// Its lemmas, lower-cased and joined by one space.
    pub lemma: String,
    /// How often it occurs. At least 1.
    pub count: u32,
    /// Its rank as a number above 0 and at most 1; comparable within one text only.
    pub score: f32,
    /// Every place where it occurs, start and end, in text order.
    pub spans: Vec<(u32, u32)>,
}

/// A label and how sure the model is of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// Without family-specific prefix: fastText's `__label__bread` is `bread`.
    pub label: String,
    /// As the original reports it; for fastText a probability between 1e-5 and 1.00001.
    pub score: f32,
}

/// Why the component did not answer a call, or one text of it: the contract's `error`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What a client can branch on, as the contract spells it: `invalid-argument`, `unknown-model`, …
    pub kind: String,
    /// Stable and documented, e.g. `model.damaged`.
    pub code: String,
    /// A field, a part of a model, or a byte offset in one.
    pub place: Option<String>,
    /// One sentence for a person.
    pub message: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{} ({}, at {place})", self.message, self.code),
            None => write!(f, "{} ({})", self.message, self.code),
        }
    }
}

impl Error for Refusal {}

/// A loaded model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The name under which it was loaded.
    pub name: String,
    /// Its engine: `fasttext`, `spacy` or `transformer`.
    pub family: String,
    /// What it can be asked for, e.g. `classify`.
    pub tasks: Vec<String>,
    /// The tasks for which it answers when a call names no model.
    pub default_for: Vec<String>,
    /// Its labels in the model's own order, without family-specific prefix.
    pub labels: Vec<String>,
    /// The language it was trained for, where the model says.
    pub language: Option<String>,
    /// Its version, where the model says.
    pub version: Option<String>,
    /// The digest of its parts, in hexadecimal.
    pub parts_sha256: String,
    /// Linear memory that it holds.
    pub memory_bytes: u32,
    /// What else the model says of itself, as a JSON object.
    pub metadata_json: String,
}

impl From<&ClassifyOptions> for nlp::ClassifyOptions {
    fn from(options: &ClassifyOptions) -> Self {
        let ClassifyOptions { model, k, threshold, clean, function } = options;
        Self { model: model.clone(), k: *k, threshold: *threshold, clean: *clean, function: *function }
    }
}

impl From<&EmbedOptions> for nlp::EmbedOptions {
    fn from(options: &EmbedOptions) -> Self {
        Self { model: options.model.clone(), normalize: options.normalize }
    }
}

impl From<types::Scored> for Scored {
    fn from(scored: types::Scored) -> Self {
        Self { label: scored.label, score: scored.score }
    }
}

impl From<types::Error> for Refusal {
    fn from(error: types::Error) -> Self {
        let types::Error { kind, code, place, message } = error;
        Self { kind: kind_name(kind).to_owned(), code, place, message }
    }
}

impl From<types::Description> for Description {
    fn from(description: types::Description) -> Self {
        let names = |tasks: Vec<types::Task>| tasks.into_iter().map(|task| task_name(task).to_owned()).collect();
        Self {
            name: description.name,
            family: family_name(description.family).to_owned(),
            tasks: names(description.tasks),
            default_for: names(description.default_for),
            labels: description.labels,
            language: description.language,
            version: description.version,
            parts_sha256: description.parts_sha256,
            memory_bytes: description.memory_bytes,
            metadata_json: description.metadata_json,
        }
    }
}

fn kind_name(kind: types::ErrorKind) -> &'static str {
    match kind {
        types::ErrorKind::InvalidArgument => "invalid-argument",
        types::ErrorKind::UnknownModel => "unknown-model",
        types::ErrorKind::WrongTask => "wrong-task",
        types::ErrorKind::Unsupported => "unsupported",
        types::ErrorKind::BadModel => "bad-model",
        types::ErrorKind::TooLarge => "too-large",
        types::ErrorKind::Conflict => "conflict",
    }
}

fn family_name(family: types::Family) -> &'static str {
    match family {
        types::Family::Fasttext => "fasttext",
        types::Family::Spacy => "spacy",
        types::Family::Transformer => "transformer",
    }
}

fn task_name(task: types::Task) -> &'static str {
    match task {
        types::Task::Analyze => "analyze",
        types::Task::Entities => "entities",
        types::Task::Keyphrases => "keyphrases",
        types::Task::Classify => "classify",
        types::Task::Embed => "embed",
    }
}

//! A report: what there is to say of a model, in the form in which it is printed as JSON.

use serde::Serialize;
use spanlet_runtime::Description;

use super::{component::Image, fasttext::Fasttext, hugging_face::HuggingFace, spacy::Spacy};

/// What is known of one model. Names of fields are stable; units are part of them.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// As the command line names it.
    pub(crate) model: String,
    /// `fasttext`, `spacy`, `transformer` or `component`.
    pub(crate) family: &'static str,
    /// Whether it can be loaded.
    pub(crate) runs: bool,
    /// What it says of itself.
    #[serde(flatten)]
    pub(crate) about: About,
    /// Its files or its archive, as they lie there.
    pub(crate) size_bytes: u64,
    /// What it holds when loaded; absent where it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) memory_bytes: Option<u64>,
    /// What it can be asked for when loaded.
    pub(crate) tasks: Vec<String>,
    /// The digest that `/v1/models` shows; absent where it was not loaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parts_sha256: Option<String>,
    /// All that keeps it from being loaded.
    pub(crate) problems: Vec<Problem>,
    /// What one family alone has; absent where nothing but the family is known.
    #[serde(flatten)]
    pub(crate) details: Option<Details>,
}

/// What a model says of itself, each absent where it does not.
#[derive(Debug, Default, Serialize)]
pub(crate) struct About {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) license: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) author: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
}

/// Something that is in the way of loading.
#[derive(Debug, Serialize)]
pub(crate) struct Problem {
    /// `unsupported` or `damaged`.
    pub(crate) kind: &'static str,
    /// One sentence, in the loader's words.
    pub(crate) reason: String,
}

/// What one family alone has, under its name.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Details {
    Fasttext(Fasttext),
    Spacy(Spacy),
    Transformer(HuggingFace),
    Component(Image),
}

const DAMAGED: &str = "damaged";
const UNSUPPORTED: &str = "unsupported";

impl Report {
    /// Adds what is in the way; a model that is not sound is damaged.
    pub(crate) fn push_problem(&mut self, reason: String, is_sound: bool) {
        self.runs = false;
        self.problems.push(Problem { kind: if is_sound { UNSUPPORTED } else { DAMAGED }, reason });
    }

    /// Takes in what the component says once it holds the model.
    pub(crate) fn set_loaded(&mut self, description: &Description) {
        self.runs = true;
        self.memory_bytes = Some(description.memory_bytes.into());
        self.tasks.clone_from(&description.tasks);
        self.parts_sha256 = Some(description.parts_sha256.clone());
    }

    /// The first reason why it is no sound model.
    pub(crate) fn damage(&self) -> Option<&str> {
        self.problems.iter().find(|problem| problem.kind == DAMAGED).map(|problem| problem.reason.as_str())
    }
}

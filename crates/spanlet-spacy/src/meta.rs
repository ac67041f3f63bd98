//! `meta.json`: what a pipeline says of itself.

use serde::Deserialize;
use serde_json::{Map, Value as Json};
use spanlet_archive::Parts;

use crate::load_error::LoadError;

const PART: &str = "meta.json";

/// What a pipeline says of itself. Every field may be absent.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Meta {
    /// The language's code, e.g. `en`.
    #[serde(default)]
    pub lang: Option<String>,
    /// The pipeline's name without the language, e.g. `core_web_sm`.
    #[serde(default)]
    pub name: Option<String>,
    /// The pipeline's own version.
    #[serde(default)]
    pub version: Option<String>,
    /// One sentence.
    #[serde(default)]
    pub description: Option<String>,
    /// Who made it.
    #[serde(default)]
    pub author: Option<String>,
    /// What its weights may be used for.
    #[serde(default)]
    pub license: Option<String>,
    /// Which versions of spaCy it is for.
    #[serde(default)]
    pub spacy_version: Option<String>,
    /// The labels of each component.
    #[serde(default)]
    pub labels: Map<String, Json>,
    /// What a pipeline says to Spanlet alone.
    #[serde(default)]
    pub(crate) spanlet: Settings,
}

/// What a pipeline says to Spanlet alone: the field `spanlet`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(crate) struct Settings {
    /// `ud` for a parser with labels of Universal Dependencies; absent for the language's own rule.
    #[serde(default)]
    pub(crate) noun_chunks: Option<String>,
}

impl Meta {
    /// Reads the part; a pipeline without it says nothing of itself.
    pub(crate) fn load(parts: &Parts) -> Result<Self, LoadError> {
        let Some(bytes) = parts.get(PART) else { return Ok(Self::default()) };
        let meta: Self = serde_json::from_slice(bytes)
            .map_err(|error| LoadError::damaged(PART, format!("expected what a pipeline says of itself: {error}")))?;
        match meta.spanlet.noun_chunks.as_deref() {
            None | Some("ud") => Ok(meta),
            Some(other) => {
                let problem = format!("expected `spanlet.noun_chunks` to be `ud` or absent, found {other:?}");
                Err(LoadError::damaged(PART, problem))
            }
        }
    }
}

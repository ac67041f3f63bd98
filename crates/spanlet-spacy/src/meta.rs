//! `meta.json`: what a pipeline says of itself.

use serde::Deserialize;
use serde_json::{Map, Value as Json};
use spanlet_archive::Parts;

use crate::load_error::LoadError;

const PART: &str = "meta.json";

/// What a pipeline says of itself. Every field may be absent, and is where `meta.json` has another kind of value there:
/// spaCy keeps what people write into it as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Meta {
    /// The language's code, e.g. `en`.
    pub lang: Option<String>,
    /// The pipeline's name without the language, e.g. `core_web_sm`.
    pub name: Option<String>,
    /// The pipeline's own version.
    pub version: Option<String>,
    /// One sentence.
    pub description: Option<String>,
    /// Who made it.
    pub author: Option<String>,
    /// Where to find out more.
    pub url: Option<String>,
    /// What its weights may be used for.
    pub license: Option<String>,
    /// Which versions of spaCy it is for.
    pub spacy_version: Option<String>,
    /// The labels of each component.
    pub labels: Map<String, Json>,
    /// What it was trained on, each by custom an object with `name`, `url`, `license` and `author`.
    pub sources: Vec<Json>,
    /// What a pipeline says to Spanlet alone.
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
        let damaged = |error: serde_json::Error| {
            LoadError::damaged(PART, format!("expected what a pipeline says of itself: {error}"))
        };
        let mut fields: Map<String, Json> = serde_json::from_slice(bytes).map_err(damaged)?;
        let spanlet = match fields.remove("spanlet") {
            None => Settings::default(),
            Some(value) => serde_json::from_value(value).map_err(damaged)?,
        };
        if let Some(other) = spanlet.noun_chunks.as_deref().filter(|&rule| rule != "ud") {
            let problem = format!("expected `spanlet.noun_chunks` to be `ud` or absent, found {other:?}");
            return Err(LoadError::damaged(PART, problem));
        }
        let labels = match fields.remove("labels") {
            Some(Json::Object(labels)) => labels,
            _ => Map::new(),
        };
        let sources = match fields.remove("sources") {
            Some(Json::Array(sources)) => sources,
            _ => Vec::new(),
        };
        let text = |name: &str| fields.get(name).and_then(Json::as_str).map(str::to_owned);
        Ok(Self {
            lang: text("lang"),
            name: text("name"),
            version: text("version"),
            description: text("description"),
            author: text("author"),
            url: text("url"),
            license: text("license"),
            spacy_version: text("spacy_version"),
            labels,
            sources,
            spanlet,
        })
    }
}

#[cfg(test)]
mod tests {
    use spanlet_archive::Limits;

    use super::*;

    fn load(meta: &str) -> Result<Meta, String> {
        let files = vec![("config.cfg".into(), Vec::new()), (PART.into(), meta.as_bytes().to_vec())];
        let parts = Parts::from_files(files, &Limits::default()).expect("two small parts");
        Meta::load(&parts).map_err(|error| error.to_string())
    }

    #[test]
    fn what_people_wrote_in_another_kind_is_absent() {
        let meta = load(r#"{"lang": "en", "version": 2, "name": null, "labels": null, "author": ["a"], "mine": {}}"#);
        assert_eq!(meta, Ok(Meta { lang: Some("en".into()), ..Meta::default() }));
    }

    #[test]
    fn what_a_pipeline_says_to_spanlet_is_not_passed_over() {
        let meta = load(r#"{"spanlet": {"noun_chunks": "ud"}}"#).expect("a rule that there is");
        assert_eq!(meta.spanlet.noun_chunks.as_deref(), Some("ud"));
        for (meta, named) in [
            (r#"{"spanlet": {"noun_chunks": "de"}}"#, "spanlet.noun_chunks"),
            (r#"{"spanlet": 1}"#, PART),
            ("[]", PART),
            ("{", PART),
        ] {
            let error = load(meta).expect_err(meta);
            assert!(error.contains(named), "{meta}: {error}");
        }
    }
}

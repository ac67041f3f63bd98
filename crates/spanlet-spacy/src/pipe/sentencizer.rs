//! The sentencizer: sentences end after punctuation.

use std::collections::HashSet;

use serde::Deserialize;

use super::{Context, Layers};
use crate::annotate_error::AnnotateError;
use crate::doc::{Doc, SentStart};
use crate::load_error::LoadError;
use crate::source::Source;

/// A `sentencizer` component.
///
/// Source: spaCy 3.8, `pipeline/sentencizer.pyx`, `Sentencizer`.
#[derive(Clone, Debug)]
pub(crate) struct Sentencizer {
    /// A token with one of these texts ends a sentence.
    punct_chars: HashSet<Box<str>>,
    /// Whether what earlier components said of sentences is replaced.
    overwrite: bool,
}

/// The file `NAME.json` beside the components' folders.
#[derive(Deserialize)]
struct Settings {
    punct_chars: Option<PunctChars>,
    overwrite: Option<bool>,
}

/// Python makes a set of either.
#[derive(Deserialize)]
#[serde(untagged)]
enum PunctChars {
    List(Vec<Box<str>>),
    Each(String),
}

impl From<PunctChars> for HashSet<Box<str>> {
    fn from(chars: PunctChars) -> Self {
        match chars {
            PunctChars::List(list) => list.into_iter().collect(),
            PunctChars::Each(text) => text.chars().map(|char| char.to_string().into_boxed_str()).collect(),
        }
    }
}

/// What ends a sentence unless a pipeline says otherwise.
///
/// Source: spaCy 3.8, `pipeline/sentencizer.pyx`, `default_punct_chars`.
const DEFAULT_PUNCT_CHARS: &str = "\
    !.?\u{0589}\u{061f}\u{06d4}\u{0700}\u{0701}\u{0702}\u{07f9}\u{0964}\u{0965}\u{104a}\u{104b}\u{1362}\u{1367}\
    \u{1368}\u{166e}\u{1735}\u{1736}\u{1803}\u{1809}\u{1944}\u{1945}\u{1aa8}\u{1aa9}\u{1aaa}\u{1aab}\u{1b5a}\
    \u{1b5b}\u{1b5e}\u{1b5f}\u{1c3b}\u{1c3c}\u{1c7e}\u{1c7f}\u{203c}\u{203d}\u{2047}\u{2048}\u{2049}\u{2e2e}\
    \u{2e3c}\u{a4ff}\u{a60e}\u{a60f}\u{a6f3}\u{a6f7}\u{a876}\u{a877}\u{a8ce}\u{a8cf}\u{a92f}\u{a9c8}\u{a9c9}\
    \u{aa5d}\u{aa5e}\u{aa5f}\u{aaf0}\u{aaf1}\u{abeb}\u{fe52}\u{fe56}\u{fe57}\u{ff01}\u{ff0e}\u{ff1f}\u{10a56}\
    \u{10a57}\u{11047}\u{11048}\u{110be}\u{110bf}\u{110c0}\u{110c1}\u{11141}\u{11142}\u{11143}\u{111c5}\u{111c6}\
    \u{111cd}\u{111de}\u{111df}\u{11238}\u{11239}\u{1123b}\u{1123c}\u{112a9}\u{1144b}\u{1144c}\u{115c2}\u{115c3}\
    \u{115c9}\u{115ca}\u{115cb}\u{115cc}\u{115cd}\u{115ce}\u{115cf}\u{115d0}\u{115d1}\u{115d2}\u{115d3}\u{115d4}\
    \u{115d5}\u{115d6}\u{115d7}\u{11641}\u{11642}\u{1173c}\u{1173d}\u{1173e}\u{11a42}\u{11a43}\u{11a9b}\u{11a9c}\
    \u{11c41}\u{11c42}\u{16a6e}\u{16a6f}\u{16af5}\u{16b37}\u{16b38}\u{16b44}\u{1bc9f}\u{1da88}\u{ff61}\u{3002}";

impl Sentencizer {
    /// Reads the component's file.
    ///
    /// # Errors
    /// When the file is missing, as for spaCy, or is not what spaCy writes.
    pub(crate) fn load(source: &Source<'_>) -> Result<Self, LoadError> {
        let part = format!("{}.json", source.component);
        let bytes = source.parts.get(&part).ok_or_else(|| LoadError::PartMissing {
            part: part.clone(),
            needed_by: format!("component `{}`", source.component),
        })?;
        let settings: Settings = serde_json::from_slice(bytes)
            .map_err(|error| LoadError::damaged(part, format!("expected `punct_chars` and `overwrite`: {error}")))?;
        let from_config = || source.setting("overwrite").and_then(serde_json::Value::as_bool).unwrap_or(false);
        Ok(Self {
            punct_chars: settings.punct_chars.unwrap_or(PunctChars::Each(DEFAULT_PUNCT_CHARS.to_owned())).into(),
            overwrite: settings.overwrite.unwrap_or_else(from_config),
        })
    }

    /// Says of each token whether a sentence starts there.
    ///
    /// Source: spaCy 3.8, `pipeline/sentencizer.pyx`, `Sentencizer.predict` and `set_annotations`.
    pub(crate) fn annotate(&self, doc: &mut Doc<'_>, context: &mut Context<'_>) -> Result<(), AnnotateError> {
        let mut after_punct = false;
        for index in 0..doc.tokens.len() {
            let ends = self.punct_chars.contains(doc.token_text(index));
            let token = &mut doc.tokens[index];
            let starts = after_punct && !ends && !context.scratch.lexemes.get(token.lexeme).is_punct;
            after_punct = !starts && (after_punct || ends);
            if self.overwrite || token.sent_start == SentStart::Unknown {
                token.sent_start = if index == 0 || starts { SentStart::Yes } else { SentStart::No };
            }
        }
        Ok(())
    }

    /// What the component sets.
    pub(crate) fn layers(&self) -> Layers {
        Layers { sents: true, ..Layers::default() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};
    use spanlet_archive::{Limits, Parts};

    use super::*;
    use crate::pipe::Scratch;
    use crate::rule_cases::{self, Document};

    #[derive(Debug, Deserialize)]
    struct Case {
        document: Document,
        punct_chars: Option<Vec<String>>,
        overwrite: bool,
        starts: Vec<bool>,
    }

    fn sentencizer(file: Option<&str>, settings: &str) -> Result<Sentencizer, LoadError> {
        let files = file.map(|text| ("sentencizer.json".to_owned(), text.as_bytes().to_vec()));
        let parts = Parts::from_files(files.into_iter().collect(), &Limits::default()).expect("parts");
        let config = rule_cases::config("en", "sentencizer", settings);
        let vocab = rule_cases::vocab("en");
        let (component, factory) = ("sentencizer", "sentencizer");
        Sentencizer::load(&Source { component, factory, config: &config, parts: &parts, vocab: &vocab })
    }

    #[test]
    fn sentences_start_where_spacy_starts_them() {
        let vocab = rule_cases::vocab("en");
        let cases: Vec<Case> = rule_cases::load("sentencizer");
        for case in &cases {
            let mut file = json!({"overwrite": case.overwrite});
            if let Some(chars) = &case.punct_chars {
                file["punct_chars"] = chars.clone().into();
            }
            let sentencizer = sentencizer(Some(&file.to_string()), "").expect("a sentencizer");
            let mut scratch = Scratch::default();
            let text = case.document.text();
            let mut doc = case.document.build(&text, &vocab, &mut scratch.lexemes);
            sentencizer.annotate(&mut doc, &mut Context { vocab: &vocab, scratch: &mut scratch }).expect("sentences");
            let starts: Vec<bool> = doc.tokens.iter().map(|token| token.sent_start == SentStart::Yes).collect();
            assert!(starts == case.starts, "{case:?}\nfound {starts:?}");
        }
    }

    #[test]
    fn the_file_beside_the_folders_is_read() {
        let escaped = r#"{"punct_chars": ["\ud804\udc47", "."], "overwrite": true}"#;
        let sentencizer = sentencizer(Some(escaped), "").expect("surrogate pairs are characters");
        assert!(sentencizer.punct_chars.contains("\u{11047}") && sentencizer.overwrite);
    }

    #[test]
    fn what_the_file_lacks_comes_from_the_configuration_or_spacy() {
        let sentencizer = sentencizer(Some("{}"), "overwrite = true").expect("a sentencizer");
        assert!(sentencizer.overwrite);
        assert_eq!(sentencizer.punct_chars.len(), 128);
    }

    #[test]
    fn a_missing_or_damaged_file_is_named() {
        let missing = sentencizer(None, "").expect_err("no file").to_string();
        assert_eq!(missing, "expected part `sentencizer.json` for component `sentencizer`, found none");
        for damaged in [Json::from(3).to_string(), r#"{"punct_chars": 3}"#.to_owned(), "{".to_owned()] {
            let error = sentencizer(Some(&damaged), "").expect_err("a damaged file").to_string();
            assert!(error.starts_with("sentencizer.json: expected `punct_chars` and `overwrite`"), "{error}");
        }
    }
}

//! The lemmatizer: lemmas from a table, or from rules for each part of speech.

mod tables;
mod words;

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value as Json;

use self::tables::{LemmaLookup, Rule, RuleTables};
use super::{Context, Layers};
use crate::annotate_error::AnnotateError;
use crate::doc::{Doc, Token};
use crate::load_error::LoadError;
use crate::morphology;
use crate::source::Source;
use crate::unicode::{self, Property};

/// A `lemmatizer` component.
///
/// Source: spaCy 3.8, `pipeline/lemmatizer.py`, `Lemmatizer`; `lang/en/lemmatizer.py`, `EnglishLemmatizer`.
#[derive(Clone, Debug)]
pub(crate) struct Lemmatizer {
    mode: Mode,
    /// Whether the lemmas of earlier components are replaced.
    overwrite: bool,
}

#[derive(Clone, Debug)]
enum Mode {
    Lookup(LemmaLookup),
    Rule(Rules),
}

#[derive(Clone, Debug)]
struct Rules {
    /// The tables of each part of speech that has any.
    by_pos: Vec<(&'static str, RuleTables)>,
    /// Whether English knows from the features of a word that it is its own lemma.
    english: bool,
}

/// The languages whose lemmatizer is code of their own.
///
/// Source: spaCy 3.8, `lang/*/__init__.py`.
const OWN_LEMMATIZERS: [&str; 12] = ["ca", "el", "es", "fr", "ga", "ht", "it", "mk", "nl", "pl", "ru", "uk"];
/// The languages that take rules unless the configuration says otherwise; all others look up.
const RULES_BY_DEFAULT: [&str; 5] = ["bn", "en", "fa", "nb", "sv"];

impl Lemmatizer {
    /// Reads the component's tables.
    ///
    /// # Errors
    /// When the language has a lemmatizer of its own, the mode is not known, or a table that it needs is missing.
    pub(crate) fn load(source: &Source<'_>) -> Result<Self, LoadError> {
        let language = source.vocab.language.code();
        if OWN_LEMMATIZERS.contains(&language) {
            return Err(LoadError::unsupported(
                source.component,
                format!("lemmatizer of language {language}"),
                "its rules are code that is not known here; train a `trainable_lemmatizer`",
            ));
        }
        let mode = match source.setting("mode") {
            Some(Json::String(mode)) => mode,
            None if RULES_BY_DEFAULT.contains(&language) => "rule",
            None => "lookup",
            Some(_) => return Err(config_error(source, "expected `mode` to be a string")),
        };
        let overwrite = match source.setting("overwrite") {
            None => false,
            Some(Json::Bool(overwrite)) => *overwrite,
            Some(_) => return Err(config_error(source, "expected `overwrite` to be true or false")),
        };
        let part = source.part_name(LOOKUPS);
        let mode = match mode {
            "lookup" => Mode::Lookup(LemmaLookup::parse(&part, source.part(LOOKUPS)?)?),
            "rule" => Mode::Rule(Rules::parse(&part, source.part(LOOKUPS)?, language == "en")?),
            mode => {
                return Err(LoadError::unsupported(
                    source.component,
                    format!("mode = {mode}"),
                    "the modes of this language are `lookup` and `rule`",
                ));
            }
        };
        Ok(Self { mode, overwrite })
    }

    /// Gives every token that has no lemma one; every token with `overwrite`.
    pub(crate) fn annotate(&self, doc: &mut Doc<'_>, context: &mut Context<'_>) -> Result<(), AnnotateError> {
        for index in 0..doc.tokens.len() {
            let text = doc.token_text(index);
            let token = &mut doc.tokens[index];
            if self.overwrite || token.lemma.is_none() {
                let lemma = match &self.mode {
                    Mode::Lookup(table) => {
                        let orth = context.scratch.lexemes.get(token.lexeme).orth;
                        Arc::from(table.get(orth).unwrap_or(text))
                    }
                    Mode::Rule(rules) => rules.lemma(text, token),
                };
                // An empty lemma is none at all.
                token.lemma = (!lemma.is_empty()).then_some(lemma);
            }
        }
        Ok(())
    }

    /// What the component sets.
    pub(crate) fn layers(&self) -> Layers {
        Layers { lemma: true, ..Layers::default() }
    }
}

fn config_error(source: &Source<'_>, problem: &str) -> LoadError {
    LoadError::damaged(format!("config.cfg [components.{}]", source.component), problem)
}

/// The file of the component's tables.
const LOOKUPS: &str = "lookups/lookups.bin";

impl Rules {
    fn parse(part: &str, bytes: &[u8], english: bool) -> Result<Self, LoadError> {
        let tables = RuleTables::parse(part, bytes, &PARTS_OF_SPEECH)?;
        let by_pos = PARTS_OF_SPEECH.into_iter().zip(tables).filter(|(_, tables)| !tables.is_empty()).collect();
        Ok(Self { by_pos, english })
    }

    /// Source: spaCy 3.8, `pipeline/lemmatizer.py`, `rule_lemmatize`.
    fn lemma(&self, text: &str, token: &Token) -> Arc<str> {
        let pos = token.pos.as_deref().unwrap_or("");
        if matches!(pos, "" | "EOL" | "SPACE") || (self.english && is_base_form(pos, token)) {
            return unicode::lower(text).into();
        }
        match self.by_pos.iter().find(|(found, _)| *found == pos) {
            Some((_, tables)) => tables.lemma(text),
            None if pos == "PROPN" => text.into(),
            None => unicode::lower(text).into(),
        }
    }
}

impl RuleTables {
    /// The first of the forms that spaCy lists: the last exception that no rule gives too, the last form that is known
    /// to be a lemma, the first that is not a word of letters, the first that is; else the text as it is.
    fn lemma(&self, text: &str) -> Arc<str> {
        let word = unicode::lower(text);
        let mut forms: Vec<Cow<'_, str>> = Vec::new();
        let mut unknown_forms = Vec::new();
        for Rule { old, new } in &self.rules {
            let Some(stem) = word.strip_suffix(&**old) else { continue };
            let form = format!("{stem}{new}");
            if form.is_empty() {
                continue;
            }
            if self.index.contains(&form) {
                forms.insert(0, form.into());
            } else if Property::ALPHA.of_all(&form) {
                unknown_forms.push(form);
            } else {
                forms.push(form.into());
            }
        }
        for form in self.exceptions.get(&word).map_or(&[][..], Vec::as_slice) {
            if !forms.iter().any(|found| **found == **form) {
                forms.insert(0, Cow::Borrowed(form));
            }
        }
        match (forms.into_iter().next(), unknown_forms.into_iter().next()) {
            (Some(form), _) => form.into(),
            (None, Some(form)) => form.into(),
            (None, None) => text.into(),
        }
    }
}

/// Whether the features of an English word say that it is its own lemma.
///
/// Source: spaCy 3.8, `lang/en/lemmatizer.py`, `EnglishLemmatizer.is_base_form`.
fn is_base_form(pos: &str, token: &Token) -> bool {
    let features = token.morph.as_deref().unwrap_or("");
    let value = |field| morphology::values(features, field);
    let is_present_verb = || {
        pos == "VERB" && value("VerbForm") == Some("Fin") && value("Tense") == Some("Pres") && value("Number").is_none()
    };
    matches!(value("VerbForm"), Some("Inf" | "None"))
        || value("Degree") == Some("Pos")
        || (pos == "NOUN" && value("Number") == Some("Sing"))
        || is_present_verb()
}

/// The parts of speech that can have tables; `EOL` and `SPACE` never ask theirs.
const PARTS_OF_SPEECH: [&str; 18] = [
    "ADJ", "ADP", "ADV", "AUX", "CONJ", "CCONJ", "DET", "INTJ", "NOUN", "NUM", "PART", "PRON", "PROPN", "PUNCT",
    "SCONJ", "SYM", "VERB", "X",
];

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use spanlet_archive::{Limits, Parts};

    use super::*;
    use crate::pipe::Scratch;
    use crate::rule_cases::{self, Document};

    #[derive(Debug, Deserialize)]
    struct Case {
        document: Document,
        language: String,
        mode: String,
        overwrite: bool,
        tables: Json,
        lemmas: Vec<String>,
    }

    fn lemmatizer(language: &str, settings: &str, tables: Option<&Json>) -> Result<Lemmatizer, LoadError> {
        load(language, settings, tables.map(rule_cases::msgpack_bytes))
    }

    fn load(language: &str, settings: &str, lookups: Option<Vec<u8>>) -> Result<Lemmatizer, LoadError> {
        let config = rule_cases::config(language, "lemmatizer", settings);
        let vocab = rule_cases::vocab(language);
        let files = lookups.map(|bytes| ("lemmatizer/lookups/lookups.bin".to_owned(), bytes));
        let parts = Parts::from_files(files.into_iter().collect(), &Limits::default()).expect("parts");
        let (component, factory) = ("lemmatizer", "lemmatizer");
        Lemmatizer::load(&Source { component, factory, config: &config, parts: &parts, vocab: &vocab })
    }

    #[test]
    fn lemmas_are_spacys() {
        let vocab = rule_cases::vocab("en");
        let cases: Vec<Case> = rule_cases::load("lemmatizer");
        for case in &cases {
            let settings = format!("mode = \"{}\"\noverwrite = {}", case.mode, case.overwrite);
            let lemmatizer = lemmatizer(&case.language, &settings, Some(&case.tables)).expect("a lemmatizer");
            let mut scratch = Scratch::default();
            let text = case.document.text();
            let mut doc = case.document.build(&text, &vocab, &mut scratch.lexemes);
            lemmatizer.annotate(&mut doc, &mut Context { vocab: &vocab, scratch: &mut scratch }).expect("lemmas");
            let lemmas: Vec<&str> = doc.tokens.iter().map(|token| token.lemma.as_deref().unwrap_or("")).collect();
            assert!(lemmas == case.lemmas, "{case:?}\nfound {lemmas:?}");
        }
    }

    #[test]
    fn other_languages_and_modes_are_refused() {
        let error = lemmatizer("fr", "", None).expect_err("French has its own").to_string();
        assert!(
            error.starts_with("lemmatizer: asks for `lemmatizer of language fr`, which is not supported"),
            "{error}"
        );
        let error = lemmatizer("en", "mode = \"pos_lookup\"", None).expect_err("no such mode").to_string();
        assert!(error.starts_with("lemmatizer: asks for `mode = pos_lookup`, which is not supported"), "{error}");
    }

    #[test]
    fn the_mode_that_a_configuration_leaves_out_is_the_languages() {
        for (language, table) in [("en", "lemma_rules"), ("xx", "lemma_lookup")] {
            let error = lemmatizer(language, "", Some(&Json::Object(Default::default()))).expect_err("no tables");
            assert!(error.to_string().contains(&format!("expected a table `{table}`")), "{error}");
        }
    }

    #[test]
    fn damaged_tables_are_named() {
        for (mode, tables, message) in [
            ("lookup", r#"{"lemma_lookup": []}"#, "expected a map"),
            ("lookup", r#"{"lemma_lookup": {"a": 3}}"#, "table `lemma_lookup`: expected a lemma"),
            ("lookup", r#"{"lemma_lookup": {"a": []}}"#, "expected a lemma"),
            ("lookup", r#"{"lemma_lookup": {"a": [3]}}"#, "expected text"),
            ("rule", r#"{"lemma_rules": {"noun": [["s"]]}}"#, "table `lemma_rules`: expected pairs of endings"),
            ("rule", r#"{"lemma_rules": {"noun": [["s", 1]]}}"#, "expected text"),
            ("rule", r#"{"lemma_rules": {}, "lemma_exc": {"noun": []}}"#, "expected a map"),
            (
                "rule",
                r#"{"lemma_rules": {}, "lemma_exc": {"noun": {"a": 3}}}"#,
                "table `lemma_exc`: expected lists of lemmas",
            ),
            (
                "rule",
                r#"{"lemma_rules": {}, "lemma_index": {"noun": "a"}}"#,
                "table `lemma_index`: expected lists of words",
            ),
        ] {
            let tables = serde_json::from_str(tables).expect("JSON");
            let error = lemmatizer("en", &format!("mode = \"{mode}\""), Some(&tables)).expect_err("damaged tables");
            let error = error.to_string();
            assert!(error.contains("lemmatizer/lookups/lookups.bin") && error.contains(message), "{error}");
        }
        let other_tables = serde_json::json!({"lexeme_norm": {"a": [{}, "b"]}, "lemma_rules": {"eol": [3]}});
        assert!(lemmatizer("en", "", Some(&other_tables)).is_ok(), "what is not needed is passed over");
        let missing = lemmatizer("en", "", None).expect_err("no file").to_string();
        assert_eq!(missing, "expected part `lemmatizer/lookups/lookups.bin` for component `lemmatizer`, found none");
    }

    #[test]
    fn damaged_bytes_are_an_error_or_other_tables() {
        let vocab = rule_cases::vocab("en");
        for case in rule_cases::load::<Case>("lemmatizer").iter().take(6) {
            let text = case.document.text();
            for bytes in rule_cases::damaged(&rule_cases::msgpack_bytes(&case.tables)) {
                if let Ok(lemmatizer) = load(&case.language, &format!("mode = \"{}\"", case.mode), Some(bytes)) {
                    let mut scratch = Scratch::default();
                    let mut doc = case.document.build(&text, &vocab, &mut scratch.lexemes);
                    lemmatizer
                        .annotate(&mut doc, &mut Context { vocab: &vocab, scratch: &mut scratch })
                        .expect("lemmas");
                }
            }
        }
    }
}

//! A pipeline's vocabulary: its strings, its lookup tables, its vectors, its language.

use std::borrow::Cow;

use spanlet_archive::Parts;
use spanlet_archive::msgpack::{self, Value};

use crate::language::Language;
use crate::load_error::LoadError;
use crate::strings::{IdMap, Strings, string_id};
use crate::vectors::Vectors;

const STRINGS: &str = "vocab/strings.json";
const LOOKUPS: &str = "vocab/lookups.bin";

/// What all components share.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vocab {
    pub(crate) strings: Strings,
    pub(crate) language: Language,
    /// The table `lexeme_norm`: by id of the text.
    norms: IdMap<u64, Box<str>>,
    /// None when the pipeline has none.
    pub(crate) vectors: Option<Vectors>,
}

impl Vocab {
    /// Reads the parts under `vocab/`, each of which may be missing. The table of vectors is taken out of `parts`.
    pub(crate) fn load(parts: &mut Parts, language: Language) -> Result<Self, LoadError> {
        let strings = match parts.get(STRINGS) {
            Some(bytes) => serde_json::from_slice(bytes)
                .map_err(|error| LoadError::damaged(STRINGS, format!("expected a list of strings: {error}")))?,
            None => Vec::new(),
        };
        Ok(Self {
            strings: Strings::new(strings),
            language,
            norms: match parts.get(LOOKUPS) {
                Some(bytes) => lexeme_norms(&msgpack::parse(LOOKUPS, bytes)?)?,
                None => IdMap::default(),
            },
            vectors: Vectors::load(parts)?,
        })
    }

    /// A vocabulary of which nothing is known but the language.
    pub(crate) fn of_language(language: Language) -> Self {
        Self { language, ..Self::default() }
    }

    /// The norm of a text that no tokenizer exception gave one.
    ///
    /// Source: spaCy 3.8, `vocab.pyx`, `create_vocab` and `Vocab.from_disk`: each table is asked before the one
    /// that was there earlier.
    pub(crate) fn norm<'s>(&'s self, text: &'s str) -> Cow<'s, str> {
        if !self.norms.is_empty()
            && let Some(norm) = self.norms.get(&string_id(text))
        {
            return Cow::Borrowed(norm);
        }
        self.language.norm(text)
    }
}

/// The table `lexeme_norm` of saved lookups; all others serve components that save them themselves.
fn lexeme_norms(tables: &Value<'_>) -> Result<IdMap<u64, Box<str>>, LoadError> {
    let Some(table) = tables.get("lexeme_norm") else { return Ok(IdMap::default()) };
    let Value::Map(entries) = table else {
        return Err(LoadError::damaged(LOOKUPS, "expected the table `lexeme_norm` to be a map, found something else"));
    };
    entries
        .iter()
        .map(|(key, norm)| match (string_key(key), norm) {
            (Some(key), Value::Str(norm)) => Ok((key, (*norm).into())),
            _ => {
                Err(LoadError::damaged(LOOKUPS, "expected `lexeme_norm` to hold ids and strings, found something else"))
            }
        })
        .collect()
}

/// A key of a lookup table: the id of a string, or the string.
fn string_key(key: &Value<'_>) -> Option<u64> {
    match key {
        Value::Int(id) => u64::try_from(*id).ok(),
        Value::Str(text) => Some(string_id(text)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::rule_cases::to_msgpack;

    #[test]
    fn a_table_of_norms_comes_before_those_of_the_language() {
        let tables = json!({"lexeme_norm": {"colour": "color", "—": "dash"}});
        let norms = lexeme_norms(&to_msgpack(&tables)).expect("sound");
        let vocab = Vocab { norms, language: Language::load("en").expect("known"), ..Vocab::default() };
        assert_eq!(vocab.norm("colour"), "color");
        assert_eq!(vocab.norm("—"), "dash");
        assert_eq!(vocab.norm("Colour"), "colour", "keys are as they are written");
        assert_eq!(vocab.norm("–"), "-");
    }

    #[test]
    fn damaged_tables_are_named() {
        for (tables, problem) in [
            (json!({"lexeme_norm": [1]}), "expected the table `lexeme_norm` to be a map"),
            (json!({"lexeme_norm": {"a": 1}}), "expected `lexeme_norm` to hold ids and strings"),
        ] {
            let error = lexeme_norms(&to_msgpack(&tables)).expect_err(problem).to_string();
            assert!(error.contains(problem), "{error}");
        }
    }
}

//! The lemmatizer's tables, as they are stored and as they are used.

use std::sync::Arc;

use spanlet_archive::msgpack::Value;

use super::words::Words;
use crate::load_error::LoadError;
use crate::strings::{IdMap, string_id};

/// The table `lemma_lookup`: lemmas by id of the text.
#[derive(Debug)]
pub(super) struct LemmaLookup {
    lemmas: IdMap<u64, Arc<str>>,
}

/// The tables `lemma_index`, `lemma_exc` and `lemma_rules` for one part of speech.
#[derive(Debug, Default)]
pub(super) struct RuleTables {
    /// Words that are lemmas.
    pub(super) index: Words<()>,
    /// Lemmas of words in lower case that no rule finds.
    pub(super) exceptions: Words<Vec<Arc<str>>>,
    /// Endings and what replaces them, in order.
    pub(super) rules: Vec<(Box<str>, Box<str>)>,
}

impl RuleTables {
    /// Whether there is nothing in any of them.
    pub(super) fn is_empty(&self) -> bool {
        self.index.is_empty() && self.exceptions.is_empty() && self.rules.is_empty()
    }
}

/// The tables of a `lookups.bin`: a map of names, each to a map from ids of strings.
pub(super) struct Lookups<'b> {
    pub(super) part: String,
    pub(super) tables: Value<'b>,
}

impl<'b> Lookups<'b> {
    /// Refuses a file without a table that the lemmatizer cannot do without.
    pub(super) fn require(&self, table: &str) -> Result<(), LoadError> {
        if self.tables.get(table).is_some() {
            return Ok(());
        }
        Err(LoadError::damaged(&self.part, format!("expected a table `{table}`, found none")))
    }

    /// The table for modes that look texts up.
    pub(super) fn lemma_lookup(&self) -> Result<LemmaLookup, LoadError> {
        const TABLE: &str = "lemma_lookup";
        self.require(TABLE)?;
        let mut lemmas = IdMap::default();
        for (key, value) in self.entries(TABLE)? {
            let lemma = match value {
                Value::Str(lemma) => lemma,
                // Of several lemmas the first is taken.
                Value::Array(choices) => match choices.first() {
                    Some(Value::Str(lemma)) => lemma,
                    _ => return Err(self.damaged(TABLE, "a list of at least one lemma")),
                },
                _ => return Err(self.damaged(TABLE, "a lemma")),
            };
            lemmas.insert(self.id(TABLE, key)?, Arc::from(*lemma));
        }
        Ok(LemmaLookup { lemmas })
    }

    /// The tables for one part of speech, named in lower case.
    pub(super) fn rule_tables(&self, pos: &str) -> Result<RuleTables, LoadError> {
        Ok(RuleTables {
            index: self.of(pos, "lemma_index")?.map_or_else(|| Ok(Words::default()), |table| self.index(table))?,
            exceptions: self
                .of(pos, "lemma_exc")?
                .map_or_else(|| Ok(Words::default()), |table| self.exceptions(table))?,
            rules: self.of(pos, "lemma_rules")?.map_or_else(|| Ok(Vec::new()), |table| self.rules(table))?,
        })
    }

    fn index(&self, table: &Value<'b>) -> Result<Words<()>, LoadError> {
        let words = match table {
            Value::Array(words) => words.iter().map(Value::as_str).collect::<Option<Vec<_>>>(),
            Value::Map(words) => words.iter().map(|(word, _)| word.as_str()).collect(),
            _ => None,
        };
        let words = words.ok_or_else(|| self.damaged("lemma_index", "lists of words"))?;
        Ok(Words::new(words.into_iter().map(|word| (word, ()))))
    }

    fn exceptions(&self, table: &Value<'b>) -> Result<Words<Vec<Arc<str>>>, LoadError> {
        let damaged = || self.damaged("lemma_exc", "lists of lemmas by word");
        let entries = table.as_map().ok_or_else(damaged)?;
        let lemmas = |lemmas: &Value<'b>| -> Option<Vec<Arc<str>>> {
            match lemmas {
                Value::Array(lemmas) => lemmas.iter().map(|lemma| lemma.as_str().map(Arc::from)).collect(),
                // spaCy goes through a string as through a list, character by character. The Persian table for verbs
                // has such strings, so that the lemma of its exceptions is their last letter.
                Value::Str(lemma) => Some(lemma.chars().map(|char| Arc::from(char.to_string())).collect()),
                _ => None,
            }
        };
        let entries = entries
            .iter()
            .map(|(word, value)| Some((word.as_str()?, lemmas(value)?)))
            .collect::<Option<Vec<_>>>()
            .ok_or_else(damaged)?;
        Ok(Words::new(entries.into_iter()))
    }

    fn rules(&self, table: &Value<'b>) -> Result<Vec<(Box<str>, Box<str>)>, LoadError> {
        let rule = |rule: &Value<'b>| match rule.as_array()? {
            [Value::Str(old), Value::Str(new)] => Some(((*old).into(), (*new).into())),
            _ => None,
        };
        table
            .as_array()
            .and_then(|rules| rules.iter().map(rule).collect())
            .ok_or_else(|| self.damaged("lemma_rules", "lists of endings and what replaces them"))
    }

    /// What a table has under the id of a string; of keys that come twice the last counts.
    fn of(&self, key: &str, table: &str) -> Result<Option<&Value<'b>>, LoadError> {
        if self.tables.get(table).is_none() {
            return Ok(None);
        }
        let wanted = string_id(key);
        let mut found = None;
        for (key, value) in self.entries(table)? {
            if self.id(table, key)? == wanted {
                found = Some(value);
            }
        }
        Ok(found)
    }

    fn entries(&self, table: &str) -> Result<&[(Value<'b>, Value<'b>)], LoadError> {
        self.tables.get(table).and_then(Value::as_map).ok_or_else(|| self.damaged(table, "a map"))
    }

    fn id(&self, table: &str, key: &Value<'b>) -> Result<u64, LoadError> {
        match key {
            Value::Str(text) => Some(string_id(text)),
            Value::Int(id) => u64::try_from(*id).ok(),
            _ => None,
        }
        .ok_or_else(|| self.damaged(table, "ids of strings as keys"))
    }

    fn damaged(&self, table: &str, expected: &str) -> LoadError {
        LoadError::damaged(&self.part, format!("table `{table}`: expected {expected}, found something else"))
    }
}

impl LemmaLookup {
    /// The lemma of the text with this id.
    pub(super) fn get(&self, id: u64) -> Option<&Arc<str>> {
        self.lemmas.get(&id)
    }
}

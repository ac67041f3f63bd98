//! The lemmatizer's tables, read from a `lookups.bin`: a map of names, each to a map from ids of strings.
//!
//! Tables have up to a million entries, so they are read token by token.

use std::sync::Arc;

use spanlet_archive::msgpack::{Reader, Token};

use super::words::Words;
use crate::load_error::LoadError;
use crate::strings::string_id;

/// The table `lemma_lookup`: lemmas by id of the text.
#[derive(Clone, Debug, Default)]
pub(super) struct LemmaLookup {
    /// All lemmas, one after the other.
    lemmas: String,
    /// By id.
    entries: Vec<LookupEntry>,
}

#[derive(Clone, Debug)]
struct LookupEntry {
    id: u64,
    start_byte: u32,
    end_byte: u32,
}

/// The tables `lemma_index`, `lemma_exc` and `lemma_rules` for one part of speech.
#[derive(Clone, Debug, Default)]
pub(super) struct RuleTables {
    /// Words that are lemmas.
    pub(super) index: Words<()>,
    /// Lemmas of words in lower case that no rule finds.
    pub(super) exceptions: Words<Vec<Arc<str>>>,
    /// In the order in which they are tried.
    pub(super) rules: Vec<Rule>,
}

/// A rule for words that end in `old`.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) old: Box<str>,
    /// What replaces that ending.
    pub(super) new: Box<str>,
}

impl LemmaLookup {
    const TABLE: &str = "lemma_lookup";

    /// Reads the table from a `lookups.bin` and passes over the others.
    pub(super) fn parse(part: &str, bytes: &[u8]) -> Result<Self, LoadError> {
        let mut file = File::new(part, bytes);
        let mut lookup = None;
        for _ in 0..file.reader.map()? {
            if file.name()? == Self::TABLE {
                lookup = Some(Self::read(&mut file)?);
            } else {
                file.skip()?;
            }
        }
        file.finish(Self::TABLE, lookup)
    }

    fn read(file: &mut File<'_, '_>) -> Result<Self, LoadError> {
        let mut lookup = Self::default();
        for _ in 0..file.reader.map()? {
            let id = file.id()?;
            let lemma = match file.reader.token()? {
                Token::Str(lemma) => lemma,
                // Of several lemmas the first is taken.
                Token::Array(count @ 1..) => {
                    let lemma = file.reader.str()?;
                    (1..count).try_for_each(|_| file.skip())?;
                    lemma
                }
                _ => return Err(file.damaged(Self::TABLE, "a lemma or a list of some")),
            };
            let start_byte = lookup.lemmas.len() as u32;
            lookup.lemmas.push_str(lemma);
            lookup.entries.push(LookupEntry { id, start_byte, end_byte: lookup.lemmas.len() as u32 });
        }
        lookup.entries.sort_by_key(|entry| entry.id);
        Ok(lookup)
    }

    /// The lemma of the text with this id; of an id that comes twice, the last one.
    pub(super) fn get(&self, id: u64) -> Option<&str> {
        let after = self.entries.partition_point(|entry| entry.id <= id);
        let entry = self.entries[..after].last().filter(|entry| entry.id == id)?;
        Some(&self.lemmas[entry.start_byte as usize..entry.end_byte as usize])
    }
}

impl RuleTables {
    /// Reads the tables of some parts of speech from a `lookups.bin`, in their order.
    pub(super) fn parse(part: &str, bytes: &[u8], parts_of_speech: &[&str]) -> Result<Vec<Self>, LoadError> {
        let mut file = File::new(part, bytes);
        let ids: Vec<u64> = parts_of_speech.iter().map(|pos| string_id(&pos.to_ascii_lowercase())).collect();
        let mut tables: Vec<Self> = ids.iter().map(|_| Self::default()).collect();
        let mut rules = None;
        for _ in 0..file.reader.map()? {
            let name = file.name()?;
            if !matches!(name, "lemma_rules" | "lemma_exc" | "lemma_index") {
                file.skip()?;
                continue;
            }
            for _ in 0..file.reader.map()? {
                let id = file.id()?;
                match ids.iter().position(|found| *found == id) {
                    Some(place) => tables[place].read(name, &mut file)?,
                    None => file.skip()?,
                }
            }
            if name == "lemma_rules" {
                rules = Some(());
            }
        }
        file.finish("lemma_rules", rules)?;
        Ok(tables)
    }

    fn read(&mut self, table: &str, file: &mut File<'_, '_>) -> Result<(), LoadError> {
        match table {
            "lemma_rules" => self.rules = read_rules(file)?,
            "lemma_exc" => self.exceptions = read_exceptions(file)?,
            _ => self.index = read_index(file)?,
        }
        Ok(())
    }

    /// Whether there is nothing in any of them.
    pub(super) fn is_empty(&self) -> bool {
        self.index.is_empty() && self.exceptions.is_empty() && self.rules.is_empty()
    }
}

fn read_rules(file: &mut File<'_, '_>) -> Result<Vec<Rule>, LoadError> {
    let count = file.reader.array()?;
    (0..count)
        .map(|_| match file.reader.array()? {
            2 => Ok(Rule { old: file.reader.str()?.into(), new: file.reader.str()?.into() }),
            _ => Err(file.damaged("lemma_rules", "pairs of endings and what replaces them")),
        })
        .collect()
}

fn read_exceptions(file: &mut File<'_, '_>) -> Result<Words<Vec<Arc<str>>>, LoadError> {
    let mut words = Words::default();
    for _ in 0..file.reader.map()? {
        let word = file.reader.str()?;
        let lemmas = match file.reader.token()? {
            Token::Array(count) => {
                (0..count).map(|_| Ok(Arc::from(file.reader.str()?))).collect::<Result<_, LoadError>>()?
            }
            // spaCy goes through a string as through a list, character by character. The Persian table for verbs has
            // such strings, so that the lemma of its exceptions is their last letter.
            Token::Str(lemma) => lemma.chars().map(|char| Arc::from(char.to_string())).collect(),
            _ => return Err(file.damaged("lemma_exc", "lists of lemmas")),
        };
        words.push(word, lemmas);
    }
    words.sort();
    Ok(words)
}

fn read_index(file: &mut File<'_, '_>) -> Result<Words<()>, LoadError> {
    let mut words = Words::default();
    match file.reader.token()? {
        Token::Array(count) => {
            for _ in 0..count {
                words.push(file.reader.str()?, ());
            }
        }
        Token::Map(count) => {
            for _ in 0..count {
                words.push(file.reader.str()?, ());
                file.skip()?;
            }
        }
        _ => return Err(file.damaged("lemma_index", "lists of words")),
    }
    words.sort();
    Ok(words)
}

/// A `lookups.bin` while it is read.
struct File<'p, 'b> {
    part: &'p str,
    reader: Reader<'p, 'b>,
}

impl<'p, 'b> File<'p, 'b> {
    fn new(part: &'p str, bytes: &'b [u8]) -> Self {
        Self { part, reader: Reader::new(part, bytes) }
    }

    /// The name of the table that follows.
    fn name(&mut self) -> Result<&'b str, LoadError> {
        Ok(self.reader.str()?)
    }

    /// A key of a table: the id of a string, or the string.
    fn id(&mut self) -> Result<u64, LoadError> {
        match self.reader.token()? {
            Token::Str(text) => Some(string_id(text)),
            Token::Int(id) => u64::try_from(id).ok(),
            _ => None,
        }
        .ok_or_else(|| self.damaged("lemma", "ids of strings as keys"))
    }

    /// Passes over one value, with all that it holds.
    fn skip(&mut self) -> Result<(), LoadError> {
        let mut left = 1_usize;
        while left > 0 {
            left -= 1;
            match self.reader.token()? {
                Token::Array(count) => left += count,
                Token::Map(count) => left += count * 2,
                _ => {}
            }
        }
        Ok(())
    }

    /// Ends the reading; `table` must have been found.
    fn finish<T>(self, table: &str, found: Option<T>) -> Result<T, LoadError> {
        self.reader.finish()?;
        found.ok_or_else(|| LoadError::damaged(self.part, format!("expected a table `{table}`, found none")))
    }

    fn damaged(&self, table: &str, expected: &str) -> LoadError {
        let byte = self.reader.position();
        LoadError::damaged(
            self.part,
            format!("table `{table}`: expected {expected}, found something else before byte {byte}"),
        )
    }
}

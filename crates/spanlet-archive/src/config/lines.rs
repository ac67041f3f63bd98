//! Lines to sections of raw values, as Python's `configparser` reads them.

use super::is_space;
use super::ordered::Ordered;

/// Sections by their names with dots, and in each the raw values by their keys.
pub(super) type Sections = Ordered<Ordered<String>>;

/// The section whose values configparser gives to all others; confection wants none in it.
const DEFAULT: &str = "DEFAULT";

/// Reads sections and raw values; an error is a problem in words, with its line.
///
/// Values go on in lines that are indented more than their first; empty lines among them stay, comments do not.
///
/// Source: Python 3.11, `configparser.py`, `RawConfigParser._read`.
pub(super) fn read(text: &str) -> Result<Sections, String> {
    let mut sections = Sections::default();
    let mut current: Option<&str> = None;
    let mut key: Option<&str> = None;
    let mut indent = 0;
    for (index, line) in text.split('\n').enumerate() {
        let value = line.trim_matches(is_space);
        let is_comment = value.starts_with(['#', ';']);
        if value.is_empty() || is_comment {
            if let (Some(raw), false) = (open_value(&mut sections, current, key), is_comment) {
                raw.push('\n');
            }
            continue;
        }
        let line_indent = line.chars().take_while(|character| is_space(*character)).count();
        if line_indent > indent
            && let Some(raw) = open_value(&mut sections, current, key)
        {
            raw.push('\n');
            raw.push_str(value);
            continue;
        }
        indent = line_indent;
        let place = |problem: String| format!("{problem} on line {}", index + 1);
        if let Some(name) = header(value) {
            if sections.contains(name) {
                return Err(place(format!("expected each section once, found [{name}] again")));
            }
            if name != DEFAULT {
                sections.insert(name, Ordered::default());
            }
            (current, key) = (Some(name), None);
            continue;
        }
        let Some(section) = current else {
            return Err(place("expected a section, e.g. `[nlp]`, found something else".to_owned()));
        };
        let (name, raw) = option(value).ok_or_else(|| place("expected `key = value`, found neither".to_owned()))?;
        let values = sections.get_mut(section);
        let values = values.ok_or_else(|| place("expected no values in [DEFAULT], found one".to_owned()))?;
        if values.contains(name) {
            return Err(place(format!("expected each key once in [{section}], found `{name}` again")));
        }
        values.insert(name, raw.to_owned());
        key = Some(name);
    }
    sections.trim_values();
    Ok(sections)
}

/// The value that another line may continue.
fn open_value<'s>(sections: &'s mut Sections, section: Option<&str>, key: Option<&str>) -> Option<&'s mut String> {
    sections.get_mut(section?)?.get_mut(key?)
}

/// `[name]`, whatever follows the last bracket.
fn header(line: &str) -> Option<&str> {
    let (name, _) = line.strip_prefix('[')?.rsplit_once(']')?;
    (!name.is_empty()).then_some(name)
}

/// `key = value` or `key: value`, whichever delimiter comes first.
fn option(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(['=', ':'])?;
    let key = key.trim_end_matches(is_space);
    (!key.is_empty()).then(|| (key, value.trim_matches(is_space)))
}

impl Sections {
    /// Takes empty lines off the ends of values.
    fn trim_values(&mut self) {
        for value in self.values_mut().flat_map(Ordered::values_mut) {
            value.truncate(value.trim_end_matches(is_space).len());
        }
    }
}

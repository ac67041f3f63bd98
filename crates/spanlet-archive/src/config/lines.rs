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
    let mut reader = Reader::default();
    for (index, line) in text.split('\n').enumerate() {
        reader.read(line).map_err(|problem| format!("{problem} on line {}", index + 1))?;
    }
    reader.sections.trim_values();
    Ok(reader.sections)
}

/// What was read so far, and where the next line belongs.
#[derive(Default)]
struct Reader<'t> {
    sections: Sections,
    /// The section that was begun last, and the key in it.
    section: Option<&'t str>,
    key: Option<&'t str>,
    /// How far the last line is indented that was not the continuation of another.
    indent: usize,
}

impl<'t> Reader<'t> {
    fn read(&mut self, line: &'t str) -> Result<(), String> {
        let content = super::trim(line);
        if content.starts_with(['#', ';']) {
            return Ok(());
        }
        let indent = line.chars().take_while(|character| is_space(*character)).count();
        if (content.is_empty() || indent > self.indent) && self.continue_value(content) {
            return Ok(());
        }
        if content.is_empty() {
            return Ok(());
        }
        self.indent = indent;
        match header(content) {
            Some(name) => self.begin_section(name),
            None => self.begin_value(content),
        }
    }

    /// Adds a line to the last value, if there is one since the last section began.
    fn continue_value(&mut self, content: &str) -> bool {
        let (Some(section), Some(key)) = (self.section, self.key) else { return false };
        let value = self.sections.get_mut(section).and_then(|values| values.get_mut(key));
        if let Some(value) = value {
            value.push('\n');
            value.push_str(content);
        }
        true
    }

    fn begin_section(&mut self, name: &'t str) -> Result<(), String> {
        if self.sections.contains(name) {
            return Err(format!("expected each section once, found [{name}] again"));
        }
        if name != DEFAULT {
            self.sections.insert(name, Ordered::default());
        }
        (self.section, self.key) = (Some(name), None);
        Ok(())
    }

    fn begin_value(&mut self, content: &'t str) -> Result<(), String> {
        let section = self.section.ok_or("expected a section, e.g. `[nlp]`, found something else")?;
        let (key, value) = option(content).ok_or("expected `key = value`, found neither")?;
        let values = self.sections.get_mut(section).ok_or("expected no values in [DEFAULT], found one")?;
        if values.contains(key) {
            return Err(format!("expected each key once in [{section}], found `{key}` again"));
        }
        values.insert(key, value.to_owned());
        self.key = Some(key);
        Ok(())
    }
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
    (!key.is_empty()).then(|| (key, super::trim(value)))
}

impl Sections {
    /// Takes empty lines off the ends of values.
    fn trim_values(&mut self) {
        for value in self.values_mut().flat_map(Ordered::values_mut) {
            value.truncate(value.trim_end_matches(is_space).len());
        }
    }
}

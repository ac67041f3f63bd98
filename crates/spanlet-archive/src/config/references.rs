//! References in values: `${section.key}`, `${section:key}`, and `${section}` for the whole of one.

use super::json::{self, Json, NotJson};
use super::lines::Sections;

/// What a reference to a whole section becomes, in quotes and before the section's name, until the tree stands.
pub(super) const SECTION: &str = "__SECTION__:";

/// How many references may lead from one to the next: Python's `configparser.MAX_INTERPOLATION_DEPTH`.
const MAX_DEPTH: usize = 10;
/// How much text all references together may become, so that few lines do not turn into gigabytes.
const MAX_EXPANDED_BYTES: usize = 4 << 20;

/// Resolves the references of a configuration.
pub(super) struct References<'s> {
    sections: &'s Sections,
    expanded_bytes: usize,
}

/// A value on its way: where it stands, and the text that it has become so far, piece by piece.
struct Place<'s> {
    section: &'s str,
    key: &'s str,
}

impl<'s> References<'s> {
    pub(super) fn new(sections: &'s Sections) -> Self {
        Self { sections, expanded_bytes: 0 }
    }

    /// A raw value with its references replaced; `$$` is a plain `$`.
    ///
    /// A value that is one reference alone takes over what it refers to; otherwise JSON strings lose their quotes, and
    /// all is text.
    ///
    /// Source: confection 1.3, `_parser.py`, `_CustomInterpolation.before_get`.
    pub(super) fn resolve(&mut self, section: &'s str, key: &'s str, raw: &'s str) -> Result<String, String> {
        let mut pieces = Vec::new();
        self.expand(&Place { section, key }, raw, &mut pieces, 1)?;
        if pieces.len() == 1 {
            return Ok(pieces.remove(0));
        }
        pieces.into_iter().map(in_text).collect::<Result<String, _>>().map_err(|why| {
            format!(
                "expected values that can stand in the text of `{key}` in [{section}], found one that cannot: {why}"
            )
        })
    }

    /// Source: confection 1.3, `_parser.py`, `_CustomInterpolation.interpolate`.
    fn expand(&mut self, place: &Place<'_>, raw: &str, pieces: &mut Vec<String>, depth: usize) -> Result<(), String> {
        if depth > MAX_DEPTH {
            return Err(place.wrong(&format!("expected at most {MAX_DEPTH} references in a row"), "more, or a circle"));
        }
        self.expanded_bytes += raw.len() + 1;
        if self.expanded_bytes > MAX_EXPANDED_BYTES {
            let found = format!("more than {MAX_EXPANDED_BYTES} bytes of text");
            return Err(place.wrong("expected references that stay small", &found));
        }
        let mut rest = raw;
        while let Some((before, after)) = rest.split_once('$') {
            if !before.is_empty() {
                pieces.push(before.to_owned());
            }
            if let Some(after) = after.strip_prefix('$') {
                pieces.push("$".to_owned());
                rest = after;
                continue;
            }
            let reference = after.strip_prefix('{').and_then(|after| after.split_once('}'));
            let Some((name, after)) = reference.filter(|(name, _)| !name.is_empty()) else {
                return Err(place.wrong("expected `$` before `$` or `{name}`", "it before something else"));
            };
            self.follow(place, raw, name, pieces, depth)?;
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(rest.to_owned());
        }
        Ok(())
    }

    /// Adds what a reference leads to. `whole` is the value that it stands in.
    fn follow(
        &mut self,
        place: &Place<'_>,
        whole: &str,
        name: &str,
        pieces: &mut Vec<String>,
        depth: usize,
    ) -> Result<(), String> {
        let sections = self.sections;
        let missing = || place.wrong(&format!("expected the value or section that `${{{name}}}` names"), "none");
        let path = name.replace(':', ".");
        let (section, key, value) = match path.rsplit_once('.') {
            // A name alone is a key of the same section, unless that key refers to itself.
            None => {
                let neighbour = sections.get(place.section).and_then(|values| values.get(&path));
                let itself = |value: &&String| super::trim(value) != super::trim(self.raw(place).unwrap_or(whole));
                (place.section, path.as_str(), neighbour.filter(itself))
            }
            Some((section, key)) => (section, key, sections.get(section).and_then(|values| values.get(key))),
        };
        let value = match value {
            Some(value) => value.clone(),
            None if sections.contains(&path) => format!("\"{SECTION}{path}\""),
            None => return Err(missing()),
        };
        if !value.contains('$') {
            self.expanded_bytes += value.len() + 1;
            pieces.push(value);
            return Ok(());
        }
        if !sections.contains(section) {
            return Err(missing());
        }
        self.expand(&Place { section, key }, &value, pieces, depth + 1)
    }

    fn raw(&self, place: &Place<'_>) -> Option<&'s str> {
        self.sections.get(place.section)?.get(place.key).map(String::as_str)
    }
}

impl Place<'_> {
    fn wrong(&self, expected: &str, found: &str) -> String {
        format!("{expected}, found {found}, in `{}` of [{}]", self.key, self.section)
    }
}

/// A piece of a value that has several.
///
/// Source: confection 1.3, `_parser.py`, `_CustomInterpolation._coerce_for_string_context`.
fn in_text(piece: String) -> Result<String, &'static str> {
    if piece.contains(SECTION) {
        return Ok(piece);
    }
    match json::parse(&piece) {
        Ok(Json::Str(text)) => Ok(text),
        Ok(value) => Ok(value.dump().replace('"', "\\\"")),
        Err(NotJson::Other) => Ok(piece),
        Err(NotJson::Refused(why)) => Err(why),
    }
}

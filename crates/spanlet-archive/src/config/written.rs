//! Nested maps back to the text of a configuration.

use super::json::Json;
use super::ordered::Ordered;

/// The text of a configuration whose references are not resolved.
///
/// Source: confection 1.3, `_parser.py`, `serialize_config`; Python 3.11, `configparser.py`, `_write_section`.
pub(super) fn write(root: &Ordered<Json>) -> Result<String, String> {
    let mut text = String::new();
    for (name, values) in sections(root)?.iter() {
        text.push_str(&format!("[{name}]\n"));
        for (key, value) in values.iter() {
            text.push_str(&format!("{key} = {}\n", value.replace('\n', "\n\t")));
        }
        text.push('\n');
    }
    Ok(super::trim(&text).to_owned())
}

/// Every map as a section, outer ones first. A `*` without values of its own is none.
fn sections(root: &Ordered<Json>) -> Result<Ordered<Ordered<String>>, String> {
    let mut sections = Ordered::default();
    let mut level: Vec<(String, &Ordered<Json>)> = maps("", root).collect();
    while !level.is_empty() {
        let mut next = Vec::new();
        for (name, map) in level {
            let has_values = map.iter().any(|(_, value)| !matches!(value, Json::Map(_)));
            let is_star = name == "*" || name.ends_with(".*");
            if (has_values || !is_star) && !sections.contains(&name) {
                sections.insert(&name, Ordered::default());
            }
            let values = map.iter().filter(|(_, value)| !matches!(value, Json::Map(_)));
            for (key, value) in values {
                let section = sections.get_mut(&name).expect("a section with values was inserted");
                section.insert(key, written(value).map_err(|problem| format!("{problem}, in `{key}` of [{name}]"))?);
            }
            next.extend(maps(&name, map));
        }
        level = next;
    }
    Ok(sections)
}

/// The maps in a map, with their names in full.
fn maps<'m>(name: &str, map: &'m Ordered<Json>) -> impl Iterator<Item = (String, &'m Ordered<Json>)> {
    map.iter().filter_map(move |(key, value)| {
        let Json::Map(inner) = value else { return None };
        Some((if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") }, inner))
    })
}

/// JSON with its `$` doubled unless a reference begins there; text with a reference stays as it is.
///
/// Source: confection 1.3, `util.py` `try_dump_json`; Python 3.11, `configparser.py`,
/// `ExtendedInterpolation.before_set`.
fn written(value: &Json) -> Result<String, String> {
    let text = match value {
        Json::Str(text) if has_variable(text) => text.clone(),
        _ => double_dollars(&value.dump()),
    };
    let plain = text.replace("$$", "");
    let mut rest = plain.as_str();
    while let Some((_, after)) = rest.split_once('$') {
        let reference = after.strip_prefix('{').and_then(|after| after.split_once('}'));
        let Some((_, after)) = reference.filter(|(name, _)| !name.is_empty()) else {
            return Err("expected `$` before `$` or `{name}`, found it before something else".to_owned());
        };
        rest = after;
    }
    Ok(text)
}

fn double_dollars(text: &str) -> String {
    let mut doubled = String::with_capacity(text.len());
    for (place, character) in text.char_indices() {
        doubled.push(character);
        if character == '$' && !text[place + 1..].starts_with('{') {
            doubled.push('$');
        }
    }
    doubled
}

/// Whether there is `${name}` in a text, its name made of letters, digits, `_`, `.` and `:`.
///
/// Source: confection 1.3, `_constants.py`, `VARIABLE_RE`.
pub(super) fn has_variable(text: &str) -> bool {
    text.match_indices("${").any(|(place, _)| {
        let name = text[place + 2..]
            .trim_start_matches(|symbol: char| symbol.is_alphanumeric() || matches!(symbol, '_' | '.' | ':'));
        name.starts_with('}') && !text[place + 2..].starts_with('}')
    })
}

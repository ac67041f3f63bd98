//! Sections to nested maps: names with dots become paths, raw values become JSON, and references to whole sections
//! become these sections.

use serde_json::{Map, Number, Value};

use super::json::{self, Json, NotJson};
use super::lines::Sections;
use super::ordered::Ordered;
use super::references::SECTION;
use super::written::has_variable;

/// How deep sections may lie in each other.
const MAX_DEPTH: usize = 64;
/// How much the whole may take once sections stand wherever they are referred to.
const MAX_FLAT_BYTES: usize = 16 << 20;

/// Makes the tree; `text` gives the text of a value from its section, key and raw value.
///
/// Source: confection 1.3, `_parser.py`, `parse_config`, phases 1 and 2, and `_validate_configparser`.
pub(super) fn build<'s>(
    sections: &'s Sections,
    mut text: impl FnMut(&'s str, &'s str, &'s str) -> Result<String, String>,
) -> Result<Ordered<Json>, String> {
    let mut root = Ordered::default();
    for (name, _) in sections.iter() {
        check_name(sections, name)?;
        insert_section(&mut root, name)?;
    }
    let mut by_depth: Vec<_> = sections.iter().collect();
    by_depth.sort_by_key(|(name, _)| name.matches('.').count());
    for (section, values) in by_depth {
        let node = node_mut(&mut root, section).expect("every section was inserted");
        for (key, raw) in values.iter() {
            node.insert(key, interpret(&text(section, key, raw)?).map_err(|why| wrong(section, key, why))?);
        }
    }
    Ok(root)
}

/// A section lies in others that exist, `*` aside, and has no name that one of these has as a key.
fn check_name(sections: &Sections, name: &str) -> Result<(), String> {
    if name.matches('.').count() >= MAX_DEPTH {
        return Err(format!("expected sections at most {MAX_DEPTH} deep, found a deeper one"));
    }
    for (dot, _) in name.match_indices('.') {
        let (parent, child) = (&name[..dot], name[dot + 1..].split('.').next().unwrap_or_default());
        match sections.get(parent) {
            Some(values) if values.contains(child) => {
                return Err(format!("expected one `{child}` in [{parent}], found a key and a section"));
            }
            None if !parent.split('.').any(|piece| piece == "*") => {
                return Err(format!("expected a section [{parent}] for [{name}], found none"));
            }
            _ => {}
        }
    }
    Ok(())
}

fn insert_section(root: &mut Ordered<Json>, name: &str) -> Result<(), String> {
    let (parents, last) = name.rsplit_once('.').map_or((None, name), |(parents, last)| (Some(parents), last));
    let mut node = root;
    for piece in parents.into_iter().flat_map(|parents| parents.split('.')) {
        if piece == "*" && !node.contains(piece) {
            node.insert(piece, Json::Map(Ordered::default()));
        }
        let Some(Json::Map(next)) = node.get_mut(piece) else {
            return Err(format!("expected [{name}] after the sections that it lies in, found it before `{piece}`"));
        };
        node = next;
    }
    if !node.contains(last) {
        node.insert(last, Json::Map(Ordered::default()));
    }
    Ok(())
}

fn node_mut<'r>(root: &'r mut Ordered<Json>, name: &str) -> Option<&'r mut Ordered<Json>> {
    name.split('.').try_fold(root, |node, piece| match node.get_mut(piece) {
        Some(Json::Map(next)) => Some(next),
        _ => None,
    })
}

fn node<'r>(root: &'r Ordered<Json>, name: &str) -> Option<&'r Ordered<Json>> {
    name.split('.').try_fold(root, |node, piece| match node.get(piece) {
        Some(Json::Map(next)) => Some(next),
        _ => None,
    })
}

/// JSON, one of Python's three words, or text as it stands. A string with a reference in it keeps its quotes.
///
/// Source: confection 1.3, `_parser.py` `_interpret_value`, `util.py` `try_load_json`.
fn interpret(text: &str) -> Result<Json, &'static str> {
    match json::parse(text) {
        Ok(Json::Str(_)) if has_variable(text) => Ok(Json::Str(text.to_owned())),
        Ok(value) => Ok(value),
        Err(NotJson::Refused(why)) => Err(why),
        Err(NotJson::Other) => Ok(match text {
            "True" => Json::Bool(true),
            "False" => Json::Bool(false),
            "None" => Json::Null,
            _ => Json::Str(text.to_owned()),
        }),
    }
}

fn wrong(section: &str, key: &str, why: &str) -> String {
    format!("expected a value that can be kept as `{key}` in [{section}], found one that cannot: {why}")
}

/// Puts sections in the place of references to them, and makes values that callers know.
///
/// Source: confection 1.3, `_parser.py`, `_replace_section_refs` and `_get_section_ref`. There a section that refers to
/// itself becomes an endless map; here it is an error.
pub(super) fn flatten(root: &Ordered<Json>) -> Result<Map<String, Value>, String> {
    Flattening { root, bytes: 0, depth: 0, open: Vec::new() }.map(root)
}

struct Flattening<'r> {
    root: &'r Ordered<Json>,
    /// How much there is so far.
    bytes: usize,
    /// How deep the map lies that is being made.
    depth: usize,
    /// The sections that are being put in the place of references, outermost first.
    open: Vec<&'r str>,
}

impl<'r> Flattening<'r> {
    fn map(&mut self, map: &'r Ordered<Json>) -> Result<Map<String, Value>, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("expected sections at most {MAX_DEPTH} deep, references resolved, found a deeper one"));
        }
        let mut entries = Map::new();
        for (key, value) in map.iter() {
            let value = match value {
                Json::Map(inner) => self.map(inner).map(Value::Object),
                Json::List(values) => {
                    values.iter().map(|value| self.leaf(key, value)).collect::<Result<_, _>>().map(Value::Array)
                }
                _ => self.leaf(key, value),
            }?;
            self.count(key.len())?;
            entries.insert(key.to_owned(), value);
        }
        self.depth -= 1;
        Ok(entries)
    }

    fn leaf(&mut self, key: &str, value: &'r Json) -> Result<Value, String> {
        match value {
            Json::Str(text) if text.starts_with(SECTION) => self.section(&text[SECTION.len()..]),
            Json::Str(text) if text.contains(SECTION) => {
                Err(format!("expected references to values in the text of `{key}`, found one to a whole section"))
            }
            _ => self.plain(key, value),
        }
    }

    fn section(&mut self, name: &'r str) -> Result<Value, String> {
        if self.open.contains(&name) {
            return Err(format!("expected sections that do not contain themselves, found [{name}] in itself"));
        }
        let map = node(self.root, name).ok_or_else(|| format!("expected a section [{name}], found none"))?;
        self.open.push(name);
        let value = self.map(map)?;
        self.open.pop();
        Ok(Value::Object(value))
    }

    fn plain(&mut self, key: &str, value: &Json) -> Result<Value, String> {
        let not_finite = || format!("expected a finite number as `{key}`, found another");
        self.count(if let Json::Str(text) = value { text.len() } else { 0 })?;
        Ok(match value {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(*value),
            Json::Int(digits) => whole_number(digits).map(Value::Number).ok_or_else(not_finite)?,
            Json::Float(value) => Number::from_f64(*value).map(Value::Number).ok_or_else(not_finite)?,
            Json::Str(text) => Value::String(text.clone()),
            Json::List(values) => {
                Value::Array(values.iter().map(|value| self.plain(key, value)).collect::<Result<_, _>>()?)
            }
            Json::Map(entries) => {
                let entries = entries.iter().map(|(key, value)| Ok((key.to_owned(), self.plain(key, value)?)));
                Value::Object(entries.collect::<Result<_, String>>()?)
            }
        })
    }

    /// Counts one value, and the text in it.
    fn count(&mut self, text_bytes: usize) -> Result<(), String> {
        self.bytes += text_bytes + size_of::<Value>();
        if self.bytes <= MAX_FLAT_BYTES {
            return Ok(());
        }
        Err(format!("expected at most {MAX_FLAT_BYTES} bytes of values, references resolved, found more"))
    }
}

/// Whole numbers past 64 bits are floats.
fn whole_number(digits: &str) -> Option<Number> {
    let unsigned = digits.parse::<u64>().map(Number::from);
    let signed = unsigned.or_else(|_| digits.parse::<i64>().map(Number::from));
    signed.ok().or_else(|| digits.parse().ok().and_then(Number::from_f64))
}

//! Names and values as events hold them: objects whose values are strings or lists of strings.

use serde_json::Value;

/// A string; empty for anything else.
pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The pairs of an object, one for each value of a name. Anything else has none.
pub(super) fn pairs(object: &Value) -> Vec<(String, String)> {
    let named = object.as_object().into_iter().flatten();
    named.flat_map(|(name, value)| values(value).map(|value| (name.clone(), value.to_owned()))).collect()
}

/// The pairs under `lists`, or, where that is absent, null or empty, those under `values`.
pub(super) fn lists_or_values(event: &Value, lists: &str, values: &str) -> Vec<(String, String)> {
    let found = pairs(&event[lists]);
    if found.is_empty() { pairs(&event[values]) } else { found }
}

fn values(value: &Value) -> impl Iterator<Item = &str> {
    let list = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    list.iter().filter_map(Value::as_str)
}

//! Configurations answered as spaCy answers them. `tests/reference/config_cases.py` asked it.
//!
//! `SPANLET_CONFIG_CASES` may name another file of cases that it made.

use serde_json::Value;
use spanlet_archive::config::Config;

#[test]
fn configurations_read_as_spacy_reads_them() {
    let path = std::env::var("SPANLET_CONFIG_CASES");
    let path = path.unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/tests/configs.jsonl").to_owned());
    let cases = std::fs::read_to_string(path).expect("the cases are there");
    let (mut read, mut refused, mut different) = (0, 0, Vec::new());
    for line in cases.lines() {
        let case: Value = serde_json::from_str(line).expect("a case is JSON");
        let text = case["text"].as_str().expect("a case has a text");
        match (case.get("value"), Config::parse("config.cfg", text.as_bytes())) {
            (None, Err(_)) => refused += 1,
            (Some(expected), Ok(config)) if same(expected, &config.sections().clone().into()) => read += 1,
            (expected, found) => different.push(format!("{text}\nexpected {expected:?}\nfound {found:?}\n")),
        }
    }
    assert!(different.is_empty(), "{} of {}: {}", different.len(), cases.lines().count(), different.join("\n"));
    assert!(read + refused > 0);
}

/// Equal, but for the last bit that a reader of JSON may lose.
fn same(expected: &Value, found: &Value) -> bool {
    match (expected, found) {
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        (Value::Number(a), Value::Number(b)) if a.is_f64() && b.is_f64() => {
            let (a, b) = (a.as_f64().unwrap_or_default(), b.as_f64().unwrap_or_default());
            (a - b).abs() <= a.abs() * f64::EPSILON
        }
        _ => expected == found,
    }
}

//! What clients of the replaced endpoints send, and the originals' answers: `tests/cases/origin`, `documents` and
//! `transformers` in it.

mod zipped;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::artifacts::{read, read_text, root};

/// One request and its answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The stem of its file.
    #[serde(skip)]
    pub name: String,
    /// What it stands for.
    pub why: String,
    /// The models that are loaded, in this order: `tags` alone where it is not stated. [`model_path`] finds them.
    #[serde(default = "tags")]
    pub models: Vec<String>,
    /// How far a number in the body may lie from the original's.
    pub tolerance: f64,
    /// What is sent.
    pub request: Asked,
    /// What comes back.
    pub expected: Expected,
}

/// A request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// `GET`, `POST`, …
    pub method: String,
    /// Percent-encoded.
    pub path: String,
    /// Without `?`; empty when there is none.
    pub query: String,
    /// By name.
    pub headers: BTreeMap<String, String>,
    /// As it travels.
    pub body: String,
}

/// The original's answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The HTTP status.
    pub status: u16,
    /// Those that the original sends; ours may send more.
    pub headers: BTreeMap<String, String>,
    /// JSON, or by its type something else, which is compared as it is, or empty; not stated where there is a `code`.
    pub body: Option<String>,
    /// The stable code of a problem, whose other words are Spanlet's own.
    pub code: Option<String>,
}

fn tags() -> Vec<String> {
    vec!["tags".to_owned()]
}

/// Where a model of that name lies: a file, or a folder of files. One whose name ends in `.zip` is packed first.
///
/// # Panics
/// When what is to be packed cannot be read, or there is no room for it.
#[must_use]
pub fn model_path(name: &str) -> PathBuf {
    let of_cases = |file: &str| root().join("tests/cases").join(file);
    match name {
        "tags" => root().join("models/tags/tags.ftz"),
        "en" => root().join("models/en/en.tar.gz"),
        "ner" => root().join("models/ner/export"),
        "sm" => of_cases("spacy/sm.whl"),
        "pieces" => of_cases("transformer/bert-ner"),
        "pieces.zip" => zipped::zipped(name, &of_cases("transformer/bert-ner")),
        "classes.zip" => zipped::zipped(name, &of_cases("transformer/roberta-classes")),
        "vectors.zip" => zipped::zipped(name, &of_cases("transformer/bert-vectors")),
        "graph.zip" => zipped::zipped(name, &of_cases("transformer/deberta-v3-ner")),
        "science.zip" => zipped::zipped(name, &of_cases("spacy-transformers/bert-ner.tar.gz")),
        pipeline => of_cases(&format!("spacy/{pipeline}.tar.gz")),
    }
}

/// Whether a model of that name has, or is, a transformer, for which not every component has an engine.
#[must_use]
pub fn is_transformer(name: &str) -> bool {
    ["ner", "pieces", "pieces.zip", "science.zip"].contains(&name)
}

/// The files of a model, by their paths in its folder, in order; a model that is one file has only that.
///
/// # Panics
/// When one cannot be read.
#[must_use]
pub fn model_files(path: &Path) -> Vec<(String, Vec<u8>)> {
    if !path.is_dir() {
        let name = path.file_name().and_then(|name| name.to_str()).expect("a plain name");
        return vec![(name.to_owned(), read(path))];
    }
    let listed = std::fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut files = Vec::new();
    for entry in listed {
        let entry = entry.expect("a folder's entry");
        let name = entry.file_name().into_string().expect("a plain name");
        if entry.path().is_dir() {
            let inner = model_files(&entry.path()).into_iter();
            files.extend(inner.map(|(path, bytes)| (format!("{name}/{path}"), bytes)));
        } else {
            files.push((name, read(&entry.path())));
        }
    }
    files.sort();
    files
}

/// Every case, by name.
///
/// # Panics
/// When a file is not in the format.
#[must_use]
pub fn cases() -> Vec<Case> {
    let folder = root().join("tests/cases/origin");
    let mut cases = cases_in(&folder);
    cases.extend(["documents", "transformers"].iter().flat_map(|inner| cases_in(&folder.join(inner))));
    cases
}

fn cases_in(folder: &Path) -> Vec<Case> {
    let listed = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = listed.map(|entry| entry.expect("a folder's entry").path());
    let case = |path: PathBuf| {
        let name = path.file_stem()?.to_str()?.to_owned();
        path.extension().filter(|extension| *extension == "toml")?;
        let case: Case = toml::from_str(&read_text(&path)).unwrap_or_else(|error| panic!("{name}.toml: {error}"));
        Some(Case { name, ..case })
    };
    let mut cases: Vec<Case> = paths.filter_map(case).collect();
    cases.sort_by(|one, other| one.name.cmp(&other.name));
    cases
}

impl Case {
    /// What is different in an answer, in one line; nothing where it is the original's but for the last digits of
    /// numbers, those printed into strings among them.
    #[must_use]
    pub fn difference(&self, status: u16, headers: &[(String, String)], body: &[u8]) -> Option<String> {
        let Self { expected, tolerance, .. } = self;
        if status != expected.status {
            return Some(format!("expected status {}, found {status}", expected.status));
        }
        for (name, value) in &expected.headers {
            let found: Vec<&String> = headers.iter().filter(|field| field.0 == *name).map(|field| &field.1).collect();
            if found != [value] {
                return Some(format!("{name}: expected {value:?} once, found {found:?}"));
            }
        }
        let wanted = match (&expected.body, &expected.code) {
            (Some(wanted), None) if wanted.is_empty() => {
                return (!body.is_empty()).then(|| format!("expected no body, found {} bytes", body.len()));
            }
            (Some(wanted), None) if !self.answers_json() => {
                let found = String::from_utf8_lossy(body);
                return (found != *wanted).then(|| format!("expected {wanted:?}, found {found:?}"));
            }
            (Some(wanted), None) => serde_json::from_str(wanted).ok(),
            (None, Some(code)) => Some(json!({ "type": "about:blank", "status": expected.status, "code": code })),
            _ => return Some("expected a case with either a body or a code".to_owned()),
        };
        let (Some(wanted), Ok(mut found)) = (wanted, serde_json::from_slice::<Value>(body)) else {
            return Some(format!("expected JSON, found {}", String::from_utf8_lossy(body)));
        };
        if let (Some(_), Value::Object(problem)) = (&expected.code, &mut found) {
            if let Some(word) =
                ["title", "detail"].into_iter().find(|word| !problem.get(*word).is_some_and(Value::is_string))
            {
                return Some(format!("{word}: expected words for a person, found none"));
            }
            problem.retain(|name, _| !["title", "detail", "place"].contains(&name.as_str()));
        }
        (!alike(&wanted, &found, *tolerance)).then(|| format!("expected {wanted}, found {found}"))
    }
}

impl Case {
    fn answers_json(&self) -> bool {
        self.expected.headers.get("content-type").is_none_or(|of| of == "application/json")
    }
}

fn alike(expected: &Value, found: &Value, tolerance: f64) -> bool {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            let same = |(name, value)| found.get(name).is_some_and(|found| alike(value, found, tolerance));
            expected.len() == found.len() && expected.iter().all(same)
        }
        (Value::Array(expected), Value::Array(found)) => {
            let mut pairs = expected.iter().zip(found);
            expected.len() == found.len() && pairs.all(|(expected, found)| alike(expected, found, tolerance))
        }
        (Value::Number(expected), Value::Number(found)) => {
            expected.as_f64().zip(found.as_f64()).is_some_and(|(expected, found)| close(expected, found, tolerance))
        }
        (Value::String(expected), Value::String(found)) => printed_alike(expected, found, tolerance),
        _ => expected == found,
    }
}

/// The old answer prints its numbers into a string: cut at spaces, and before the backslash of a printed newline.
fn printed_alike(expected: &str, found: &str, tolerance: f64) -> bool {
    let words = |text| str::split(text, [' ', '\\']);
    let same = |(expected, found): (&str, &str)| match (expected.parse(), found.parse()) {
        (Ok(expected), Ok(found)) => close(expected, found, tolerance),
        _ => expected == found,
    };
    words(expected).count() == words(found).count() && words(expected).zip(words(found)).all(same)
}

fn close(expected: f64, found: f64, tolerance: f64) -> bool {
    (expected - found).abs() <= tolerance
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::alike;

    #[test]
    fn numbers_may_differ_a_little_and_nothing_else_at_all() {
        let alike = |expected, found| alike(&expected, &found, 1e-6);
        assert!(alike(json!([0.5, "a 0.25\\n"]), json!([0.500_000_9, "a 0.2500009\\n"])));
        assert!(!alike(json!([0.5]), json!([0.500_002])));
        assert!(!alike(json!("a 0.25"), json!("a 0.250002")));
        assert!(!alike(json!("a 0.25"), json!("b 0.25")));
        assert!(!alike(json!({"a": 1}), json!({"a": 1, "b": 1})));
        assert!(!alike(json!([1]), json!([1, 1])));
    }
}

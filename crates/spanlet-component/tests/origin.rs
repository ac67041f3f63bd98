//! Requests that clients of the replaced endpoints send, and the answers that the originals give them.
//!
//! The cases are `tests/cases/origin/*.toml`; `reference.py` beside them writes them with the official fastText library.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use spanlet_api::{Api, Field, PartSize, Request};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    why: String,
    tolerance: f64,
    request: Asked,
    expected: Expected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    method: String,
    path: String,
    query: String,
    headers: BTreeMap<String, String>,
    body: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    status: u16,
    headers: BTreeMap<String, String>,
    /// JSON, or empty; not stated where there is a `code`.
    body: Option<String>,
    /// The stable code of a problem, whose other words are Spanlet's own.
    code: Option<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The component's API with the default model, loaded as hosts load it.
fn api_with_tags() -> Api {
    let file = std::fs::read(root().join("models/tags/tags.ftz")).expect("the default model");
    let mut api = spanlet_component::api();
    let part = PartSize { name: "tags.ftz".to_owned(), size_bytes: u32::try_from(file.len()).expect("a small model") };
    let load = api.begin("tags", vec![part], Some(r#"{"default_for":["classify"]}"#)).expect("valid");
    for chunk in file.chunks(1 << 20) {
        api.write(load, 0, chunk).expect("in order");
    }
    api.finish(load).expect("the default model is sound");
    api
}

#[test]
fn clients_of_the_replaced_endpoints_get_the_originals_answers() {
    let api = api_with_tags();
    let mut names: Vec<PathBuf> = std::fs::read_dir(root().join("tests/cases/origin"))
        .expect("the cases")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    names.sort();
    assert!(names.len() >= 40, "expected at least 40 cases, found {}", names.len());
    for path in names {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let case: Case = toml::from_str(&std::fs::read_to_string(&path).expect("readable")).expect(&name);
        check(&api, &case, &name);
    }
}

fn check(api: &Api, case: &Case, name: &str) {
    let headers = case.request.headers.iter();
    let request = Request {
        method: case.request.method.clone(),
        path: case.request.path.clone(),
        query: case.request.query.clone(),
        headers: headers.map(|(name, value)| Field { name: name.clone(), value: value.clone() }).collect(),
        body: case.request.body.clone().into_bytes(),
    };
    let response = api.handle(&request);
    assert_eq!(response.status, case.expected.status, "{name}: {}", case.why);
    for (header, value) in &case.expected.headers {
        let found = response.headers.iter().find(|field| field.name == *header);
        assert_eq!(found.map(|field| &field.value), Some(value), "{name}: {header}");
    }
    match (&case.expected.body, &case.expected.code) {
        (Some(body), None) if body.is_empty() => assert!(response.body.is_empty(), "{name}: {}", case.why),
        (Some(body), None) => check_body(&response.body, body, case, name),
        (None, Some(code)) => check_problem(&response.body, code, case, name),
        _ => panic!("{name}: expected either a body or a code"),
    }
}

/// A problem as the API documents it: its status and code, and words for a person.
fn check_problem(body: &[u8], code: &str, case: &Case, name: &str) {
    let problem: Value = serde_json::from_slice(body).expect("JSON");
    assert_eq!(problem["code"], code, "{name}: {}", case.why);
    assert_eq!(problem["status"], case.expected.status, "{name}: {}", case.why);
    assert_eq!(problem["type"], "about:blank", "{name}");
    assert!(["title", "detail"].iter().all(|field| problem[field].is_string()), "{name}: {problem}");
}

fn check_body(body: &[u8], expected: &str, case: &Case, name: &str) {
    let found: Value = serde_json::from_slice(body).expect("JSON");
    let expected: Value = serde_json::from_str(expected).expect("JSON");
    assert!(alike(&found, &expected, case.tolerance), "{name}: {}\nfound    {found}\nexpected {expected}", case.why);
}

/// Whether two values are the same but for numbers, also those between spaces in strings, that differ by `tolerance`.
fn alike(found: &Value, expected: &Value, tolerance: f64) -> bool {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            found.keys().eq(expected.keys())
                && found.values().zip(expected.values()).all(|(one, other)| alike(one, other, tolerance))
        }
        (Value::Array(found), Value::Array(expected)) => {
            found.len() == expected.len() && found.iter().zip(expected).all(|(one, other)| alike(one, other, tolerance))
        }
        (Value::Number(found), Value::Number(expected)) => {
            found.as_f64().zip(expected.as_f64()).is_some_and(|(one, other)| (one - other).abs() <= tolerance)
        }
        (Value::String(found), Value::String(expected)) => {
            let (found, expected): (Vec<&str>, Vec<&str>) = (pieces(found), pieces(expected));
            found.len() == expected.len()
                && found.into_iter().zip(expected).all(|(one, other)| alike_piece(one, other, tolerance))
        }
        _ => found == expected,
    }
}

/// A printed line cut at its spaces, and before the backslash of a printed newline.
fn pieces(text: &str) -> Vec<&str> {
    text.split([' ', '\\']).collect()
}

fn alike_piece(found: &str, expected: &str, tolerance: f64) -> bool {
    match (found.parse::<f64>(), expected.parse::<f64>()) {
        (Ok(one), Ok(other)) => (one - other).abs() <= tolerance,
        _ => found == expected,
    }
}

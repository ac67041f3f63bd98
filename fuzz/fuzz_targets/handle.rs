//! Any request to the web door, with a classifier and a pipeline loaded: an answer that is well formed, never a panic.
//!
//! Requests are built from pieces that routes know, mixed with arbitrary bytes, so that the fuzzer gets past routing.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use spanlet_api::{Api, Field, PartSize, Request};

/// By name: a classifier, a recognizer of entities, and a pipeline with everything that key phrases need.
const MODELS: [(&str, &str, &[u8]); 3] = [
    ("tags", "tags.ftz", include_bytes!("../../models/tags/tags.ftz")),
    ("brands", "brands.tar.gz", include_bytes!("../../tests/cases/spacy/brands.tar.gz")),
    ("sm", "sm.whl", include_bytes!("../../tests/cases/spacy/sm.whl")),
];
const METHODS: [&str; 6] = ["GET", "POST", "HEAD", "OPTIONS", "DELETE", "post"];
const PATHS: [&str; 13] = [
    "/",
    "/v1/analyze",
    "/v1/entities",
    "/v1/keyphrases",
    "/v1/hashtags",
    "/v1/classify",
    "/v1/models",
    "/invocations",
    "/ping",
    "/healthz",
    "/recommendations",
    "/stage/recommendations",
    "/v1/",
];
const CONTENT_TYPES: [&str; 7] = [
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "text/csv",
    "text/csv; header=present",
    "application/jsonlines",
    "application/json; charset=utf-16",
];
const ACCEPTS: [&str; 5] =
    ["application/json", "text/csv", "text/csv; source=present; header=present", "application/jsonlines", "*/*"];
const TEXT_FIELDS: [&str; 3] = ["text", "Text", "inputs"];
const MODEL_NAMES: [&str; 3] = ["tags", "brands", "sm"];
const OFFSETS: [&str; 3] = ["code-point", "utf16", "utf8"];
const LAYERS: [&str; 7] = ["tokens", "sents", "ents", "noun_chunks", "spans", "cats", "vector"];

#[derive(Arbitrary, Debug)]
struct Call {
    method: u8,
    path: Piece,
    query: String,
    content_type: Option<Piece>,
    accept: Option<Piece>,
    header: Option<(String, String)>,
    body: Body,
}

/// One of a list of known strings, or any.
#[derive(Arbitrary, Debug)]
enum Piece {
    Known(u8),
    Any(String),
}

impl Piece {
    fn pick(&self, known: &[&str]) -> String {
        match self {
            Self::Known(index) => known[usize::from(*index) % known.len()].to_owned(),
            Self::Any(text) => text.clone(),
        }
    }
}

/// A body that says something to the routes, or any bytes.
#[derive(Arbitrary, Debug)]
enum Body {
    Text {
        field: u8,
        text: String,
        k: Option<i64>,
        threshold: Option<f64>,
        clean: Option<bool>,
        model: Option<Piece>,
        offsets: Option<Piece>,
        include: Option<Piece>,
    },
    Texts(Vec<String>),
    Bytes(Vec<u8>),
}

impl Body {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Text { field, text, k, threshold, clean, model, offsets, include } => {
                let mut object = serde_json::json!({ TEXT_FIELDS[usize::from(*field) % TEXT_FIELDS.len()]: text });
                for (name, value) in [
                    ("k", k.map(Into::into)),
                    ("threshold", threshold.map(Into::into)),
                    ("clean", clean.map(Into::into)),
                    ("model", model.as_ref().map(|model| model.pick(&MODEL_NAMES).into())),
                    ("offsets", offsets.as_ref().map(|unit| unit.pick(&OFFSETS).into())),
                    ("include", include.as_ref().map(|layer| layer.pick(&LAYERS).into())),
                ] {
                    if let Some(value) = value {
                        object[name] = value;
                    }
                }
                object.to_string().into_bytes()
            }
            Self::Texts(texts) => serde_json::json!({ "text": texts }).to_string().into_bytes(),
            Self::Bytes(bytes) => bytes.clone(),
        }
    }
}

thread_local! {
    static API: Api = loaded();
}

/// The component's own state with the models in it, loaded as a host does.
fn loaded() -> Api {
    let mut api = spanlet_component::api();
    for (name, part, bytes) in MODELS {
        let part = PartSize { name: part.into(), size_bytes: bytes.len() as u32 };
        let options = r#"{"default_for":"unclaimed"}"#;
        let load = api.begin(name, vec![part], Some(options)).expect("the model's name and size are in order");
        for chunk in bytes.chunks(1 << 20) {
            api.write(load, 0, chunk).expect("chunks are written in order");
        }
        api.finish(load).expect("a committed model loads");
    }
    api
}

fn json(bytes: &[u8]) -> serde_json::Value {
    serde_json::from_slice(bytes).expect("a JSON answer is JSON")
}

fuzz_target!(|call: Call| {
    let field = |(name, value): (String, String)| Field { name, value };
    let mut headers: Vec<Field> = call.header.clone().map(field).into_iter().collect();
    if let Some(content_type) = &call.content_type {
        headers.push(field(("content-type".into(), content_type.pick(&CONTENT_TYPES))));
    }
    if let Some(accept) = &call.accept {
        headers.push(field(("accept".into(), accept.pick(&ACCEPTS))));
    }
    let body = call.body.bytes();
    let event = String::from_utf8(body.clone());
    let request = Request {
        method: METHODS[usize::from(call.method) % METHODS.len()].to_owned(),
        path: call.path.pick(&PATHS),
        query: call.query,
        headers,
        body,
    };
    API.with(|api| {
        let response = api.handle(&request);
        assert!((200..600).contains(&response.status));
        let content_type = response.headers.iter().find(|field| field.name == "content-type");
        match content_type.map(|field| field.value.as_str()) {
            Some(lines) if lines.contains("jsonlines") || lines.contains("ndjson") => {
                let lines = response.body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
                lines.for_each(|line| drop(json(line)));
            }
            Some(one) if one.contains("json") && !response.body.is_empty() => drop(json(&response.body)),
            _ => {}
        }
        if let Ok(event) = event {
            let answer = api.invoke(&event).unwrap_or_else(|problem| problem);
            json(answer.as_bytes());
        }
    });
});

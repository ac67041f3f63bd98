//! Vectors and labels of real fastText models by HTTP: the numbers of the typed door, written so that they read back.

use std::path::Path;

use serde_json::Value;
use spanlet_api::{Api, EmbedOptions, PartSize, Request};

fn api(name: &str) -> Api {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/fasttext").join(name);
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut api = spanlet_component::api();
    let part = PartSize { name: name.to_owned(), size_bytes: u32::try_from(bytes.len()).expect("a small model") };
    let load = api.begin("m", vec![part], None).expect("a load");
    for chunk in bytes.chunks(1 << 20) {
        api.write(load, 0, chunk).expect("in order");
    }
    api.finish(load).expect("a model");
    api
}

fn post(api: &Api, path: &str, body: &str) -> (u16, Value) {
    let request = Request { method: "POST".into(), path: path.into(), body: body.into(), ..Request::default() };
    let response = api.handle(&request);
    (response.status, serde_json::from_slice(&response.body).expect("JSON"))
}

/// The bits of the numbers of a JSON list.
fn bits(vector: &Value) -> Vec<u32> {
    let number = |value: &Value| value.to_string().parse::<f32>().expect("a number").to_bits();
    vector.as_array().expect("a list").iter().map(number).collect()
}

#[test]
fn vectors_by_http_are_those_of_the_typed_door() {
    let texts = ["banana bread", "", "how do i keep a sourdough starter alive\n", "qwxyz"];
    for name in ["softmax.bin", "quantized.ftz", "cbow.bin"] {
        let api = api(name);
        for normalize in [false, true] {
            let typed = api.embed(&texts, &EmbedOptions { normalize, ..EmbedOptions::default() }).expect("a model");
            for (text, expected) in texts.iter().zip(typed) {
                let body = serde_json::json!({ "text": text, "normalize": normalize }).to_string();
                let (status, answer) = post(&api, "/v1/embed", &body);
                let expected: Vec<u32> = expected.expect("a vector").into_iter().map(f32::to_bits).collect();
                assert_eq!((status, bits(&answer["vector"])), (200, expected), "{name}: {text:?}");
            }
        }
    }
}

#[test]
fn a_vector_of_zeros_stays_one() {
    let api = api("cbow.bin");
    for body in [r#"{"text":"","normalize":true}"#, r#"{"text":""}"#] {
        let (_, answer) = post(&api, "/v1/embed", body);
        assert!(bits(&answer["vector"]).iter().all(|&bits| bits == 0), "{answer}");
    }
    let (_, answer) = post(&api, "/v1/embed", r#"{"text":"bread","normalize":true}"#);
    let squares =
        answer["vector"].as_array().expect("a list").iter().filter_map(Value::as_f64).map(|value| value * value);
    assert!((squares.sum::<f64>() - 1.0).abs() < 1e-6, "{answer}");
}

#[test]
fn inputs_have_five_labels_unless_told_or_a_vector() {
    let cooking = api("cooking.bin");
    let (status, answer) = post(&cooking, "/", r#"{"inputs":"banana bread"}"#);
    assert_eq!((status, answer.as_array().map(Vec::len), answer[0].as_array().map(Vec::len)), (200, Some(1), Some(5)));
    let (_, two) = post(&cooking, "/", r#"{"inputs":["banana bread"],"parameters":{"top_k":2}}"#);
    assert_eq!(two[0].as_array().map(Vec::as_slice), answer[0].as_array().map(|labels| &labels[..2]));
    let (_, labels) = post(&cooking, "/v1/classify", r#"{"text":"banana bread","k":5}"#);
    assert_eq!(labels["labels"], answer[0]);

    let cbow = api("cbow.bin");
    let (_, vector) = post(&cbow, "/v1/embed", r#"{"text":"bread"}"#);
    assert_eq!(post(&cbow, "/", r#"{"inputs":"bread"}"#), (200, vector["vector"].clone()));
}

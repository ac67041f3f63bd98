//! Vectors, and the options of transformers, over a model that takes all of them.

use super::{ALL, HALF, ask, model, request};
use crate::api::Api;
use crate::fake::{api, api_with_docs, empty_api, load};

const ENTITY: &str = r#"{"text":"STARBUCKS","label":"BRD","start":0,"end":9,"score":0.1}"#;
const VECTOR: &str = r#"{"vector":[3.0,4.0]}"#;
const UNIT: &str = r#"{"vector":[0.6,0.8]}"#;

fn with_pieces() -> Api {
    let (mut api, _) = empty_api();
    load(&mut api, "pieces", b"pieces", None).expect("a sound model");
    api
}

#[test]
fn a_text_has_a_vector() {
    let both = format!(r#"{{"results":[{VECTOR},{{"vector":[0.0,0.0]}}]}}"#);
    let cases = [
        ("POST /v1/embed", "", "", r#"{"text":"a"}"#, VECTOR.to_owned()),
        ("GET /v1/embed?text=a", "", "", "", VECTOR.to_owned()),
        ("GET /v1/embed?text=a&normalize=true&model=fake", "", "", "", UNIT.to_owned()),
        ("POST /v1/embed", "", "", r#"{"text":"a","normalize":true}"#, UNIT.to_owned()),
        ("POST /v1/embed", "", "", r#"{"text":"","normalize":true}"#, r#"{"vector":[0.0,0.0]}"#.to_owned()),
        ("POST /v1/embed", "text/plain", "", "a", VECTOR.to_owned()),
        ("POST /v1/embed", "", "", r#"["a",""]"#, both.clone()),
        ("POST /v1/embed", "text/csv", "", "a\n\n", both),
        ("POST /v1/embed", "text/csv", "text/csv", "a\n", "\"{\"\"vector\"\":[3.0,4.0]}\"\r\n".to_owned()),
        ("POST /v1/embed?normalize=1", "application/jsonlines", "", "\"a\"\n", format!("{UNIT}\n")),
    ];
    let (api, _) = api();
    for (line, content_type, accept, body, expected) in cases {
        let headers = [("content-type", content_type), ("accept", accept)];
        assert_eq!(ask(&api, line, &headers, body), (200, expected), "{line} {body}");
    }
    let response = api.handle(&request("POST /v1/embed", &[], r#"["a",5,"boundless"]"#));
    let usage = &response.usage[0];
    assert_eq!((model(&response), usage.task.name()), (Some("fake"), "embed"));
    assert_eq!((usage.texts, usage.code_points, usage.failed), (3, 10, 2));
}

#[test]
fn vectors_can_be_the_bare_task() {
    let (mut api, _) = api();
    api.configure(r#"{"bare_task":"embed"}"#).expect("settings");
    assert_eq!(api.invoke(r#"{"text":"a"}"#).as_deref(), Ok(VECTOR));
    assert_eq!(api.invoke(r#"["a"]"#), Ok(format!("[{VECTOR}]")));
}

fn without_score(entity: &str) -> String {
    entity.replace(r#","score":0.1"#, "")
}

#[test]
fn a_bare_text_s_entities_have_no_score() {
    let mut api = with_pieces();
    let (text, entities) = (r#"{"text":"STARBUCKS"}"#, format!("[{}]", without_score(ENTITY)));
    for setting in ["{}", r#"{"bare_task":"entities"}"#] {
        api.configure(setting).expect("settings");
        assert_eq!(api.invoke(text).as_ref(), Ok(&entities));
        assert_eq!(api.invoke(r#"["STARBUCKS"]"#), Ok(format!("[{entities}]")));
        for (line, body) in [("GET /?text=STARBUCKS", ""), ("POST /", text), ("POST /invocations", text)] {
            assert_eq!(ask(&api, line, &[], body), (200, entities.clone()), "{line}");
        }
    }
}

#[test]
fn entities_have_a_score_where_the_model_gives_one() {
    let api = with_pieces();
    let pieces = ENTITY.replace("BRD", "B-BRD");
    let cases = [
        ("POST /v1/entities", r#"{"text":"STARBUCKS"}"#, format!("[{ENTITY}]")),
        ("GET /v1/entities?text=STARBUCKS&aggregation=none", "", format!("[{pieces}]")),
        ("GET /v1/entities?text=STARBUCKS&aggregation=max&stride=9", "", format!("[{ENTITY}]")),
        ("GET /v1/entities?text=STARBUCKS&ignore_labels=O,BRD", "", "[]".to_owned()),
        ("POST /v1/entities", r#"{"text":"STARBUCKS","ignore_labels":["BRD"]}"#, "[]".to_owned()),
        ("POST /v1/entities", r#"{"text":"STARBUCKS","ignore_labels":[]}"#, format!("[{ENTITY}]")),
        ("POST /v1/entities?stride=1", r#"["STARBUCKS"]"#, format!(r#"{{"results":[[{ENTITY}]]}}"#)),
        ("POST /", r#"{"text":"STARBUCKS","aggregation":"none"}"#, format!("[{}]", without_score(&pieces))),
        (
            "GET /v1/analyze?text=AB&include=ents&model=pieces",
            "",
            r#"{"text":"AB","offsets":"code-point","ents":[{"start":0,"end":2,"label":"BRD"}],"scores":{"ents":[0.1]}}"#
                .to_owned(),
        ),
    ];
    for (line, body, expected) in cases {
        assert_eq!(ask(&api, line, &[], body), (200, expected), "{line} {body}");
    }
    let (status, answer) = ask(&api, "GET /v1/entities?text=a&text=b&stride=10", &[], "");
    assert_eq!((status, answer.contains(r#""place":"stride""#)), (400, true), "the whole call fails: {answer}");
    let (status, answer) = ask(&api, "GET /v1/analyze?text=a", &[], "");
    assert_eq!((status, answer.contains("model.none-for-task")), (404, true), "{answer}");
}

#[test]
fn a_model_without_word_pieces_refuses_their_options() {
    let (api, _) = api_with_docs();
    for route in ["analyze", "entities"] {
        for (option, name) in
            [("aggregation=simple", "aggregation"), ("ignore_labels=", "ignore_labels"), ("stride=0", "stride")]
        {
            let (status, answer) = ask(&api, &format!("GET /v1/{route}?text=a&{option}"), &[], "");
            let place = format!(r#""code":"option.out-of-range","place":"{name}""#);
            assert_eq!((status, answer.contains(&place)), (400, true), "{answer}");
        }
    }
    let (_, answer) = ask(&api, "GET /v1/keyphrases?text=a&stride=0", &[], "");
    assert!(answer.contains("field.unknown"), "{answer}");
    assert_eq!(ask(&api, "POST /", &[], r#"{"Text":"a b","stride":0}"#).0, 200, "the bare route passes over it");
}

#[test]
fn a_function_makes_the_scores() {
    let api = with_pieces();
    let raw = r#"{"labels":[{"label":"half","score":-0.5},{"label":"quarter","score":-0.75}]}"#;
    let cases = [
        ("POST /v1/classify", r#"{"text":"a","function":"none","k":2}"#, raw),
        ("GET /v1/classify?text=a&function=none&k=3&threshold=-0.8", "", raw),
        ("GET /v1/classify?text=a&function=softmax&k=3&threshold=0.3", "", &format!(r#"{{"labels":[{HALF}]}}"#)),
    ];
    for (line, body, expected) in cases {
        assert_eq!(ask(&api, line, &[], body), (200, expected.to_owned()), "{line} {body}");
    }
    let (status, answer) = ask(&api, "GET /v1/classify?text=a&threshold=-0.8", &[], "");
    assert_eq!((status, answer.contains(r#""place":"threshold""#)), (400, true), "{answer}");
}

#[test]
fn inputs_are_answered_by_what_the_model_does() {
    let group = r#"{"entity_group":"BRD","word":"AB","start":0,"end":2,"score":0.1}"#;
    let piece = r#"{"entity":"B-BRD","word":"AB","start":0,"end":2,"score":0.1}"#;
    let entities = [
        (r#"{"inputs":"AB"}"#, format!("[{group}]")),
        (r#"{"inputs":["AB","a"],"options":{"wait_for_model":true,"use_cache":false}}"#, format!("[[{group}],[]]")),
        (r#"{"inputs":"AB","parameters":{"aggregation_strategy":"none","stride":null}}"#, format!("[{piece}]")),
        (r#"{"inputs":"AB","parameters":{"aggregation_strategy":"first","ignore_labels":["BRD"]}}"#, "[]".to_owned()),
    ];
    let labels = [
        (r#"{"inputs":"AB"}"#, format!("[[{ALL}]]")),
        (r#"{"inputs":["AB","a"],"parameters":{"top_k":1}}"#, format!("[[{HALF}],[{HALF}]]")),
        (
            r#"{"inputs":"AB","parameters":{"top_k":1,"function_to_apply":"none"}}"#,
            r#"[[{"label":"half","score":-0.5}]]"#.to_owned(),
        ),
    ];
    let vectors = [
        (r#"{"inputs":"AB"}"#, "[3.0,4.0]"),
        (r#"{"inputs":["AB",""],"parameters":{"normalize":true}}"#, "[[0.6,0.8],[0.0,0.0]]"),
        (r#"{"inputs":"AB","normalize":true}"#, "[0.6,0.8]"),
    ];
    let mut pieces = with_pieces();
    for (event, expected) in entities {
        assert_eq!(pieces.invoke(event), Ok(expected), "{event}");
    }
    pieces.configure(r#"{"bare_task":"classify"}"#).expect("settings");
    for (event, expected) in &labels {
        assert_eq!(pieces.invoke(event), Ok(expected.clone()), "{event}");
    }
    assert_eq!(api().0.invoke(labels[0].0), Ok(labels[0].1.clone()), "without entities it is labels");
    let (mut embeds, _) = empty_api();
    load(&mut embeds, "fake", b"embeds", None).expect("a sound model");
    pieces.configure(r#"{"bare_task":"embed"}"#).expect("settings");
    for (event, expected) in vectors {
        assert_eq!(pieces.invoke(event).as_deref(), Ok(expected), "{event}");
        assert_eq!(embeds.invoke(event).as_deref(), Ok(expected), "{event}");
    }
}

#[test]
fn of_several_models_the_named_one_is_asked_for_what_it_does() {
    let (mut api, _) = api_with_docs();
    api.configure(r#"{"bare_task":"hashtags"}"#).expect("settings");
    assert_eq!(api.invoke(r#"{"inputs":"a"}"#).as_deref(), Ok("[]"), "entities, of `docs`");
    assert_eq!(api.invoke(r#"{"inputs":"a","model":"fake"}"#), Ok(format!("[[{ALL}]]")));
    api.configure(r#"{"bare_task":"embed"}"#).expect("settings");
    assert_eq!(api.invoke(r#"{"inputs":"a"}"#).as_deref(), Ok("[3.0,4.0]"));
    assert_eq!(api.invoke(r#"{"inputs":"a","model":"docs"}"#).as_deref(), Ok("[]"));
}

#[test]
fn wrong_parameters_are_placed() {
    let (pieces, (docs, _)) = (with_pieces(), api_with_docs());
    let cases = [
        (&pieces, r#"{"aggregation_strategy":"mean"}"#, "option.out-of-range", "aggregation_strategy"),
        (&pieces, r#"{"ignore_labels":"O","stride":99}"#, "option.out-of-range", "stride"),
        (&pieces, r#"{"ignore_labels":[5]}"#, "field.wrong-type", "ignore_labels"),
        (&pieces, r#"{"aggregation":"none"}"#, "field.unknown", "aggregation"),
        (&pieces, r#"{"top_k":5}"#, "field.unknown", "top_k"),
        (&docs, r#"{"aggregation_strategy":"simple"}"#, "option.out-of-range", "aggregation_strategy"),
    ];
    for (api, parameters, code, name) in cases {
        let problem = api.invoke(&format!(r#"{{"inputs":"AB","parameters":{parameters}}}"#)).expect_err(parameters);
        let place = format!(r#""code":"{code}","place":"/parameters/{name}""#);
        assert!(problem.contains(&place), "{problem}");
    }
}

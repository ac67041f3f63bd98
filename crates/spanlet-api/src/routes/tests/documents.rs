//! Documents, entities and key phrases, over a model that knows every word of capitals for a brand.

use super::{ALL, ask, header, model, request};
use crate::fake::{api, api_with_docs, empty_api, load};

const ENTITIES: &str = r#"[{"text":"STARBUCKS","label":"BRD","start":0,"end":9}]"#;
const PLAIN: &[(&str, &str)] = &[("content-type", "text/plain")];

#[test]
fn a_document_has_every_layer_that_the_model_has_but_the_vector() {
    let token = |id, start, end, lemma, head| {
        format!(r#"{{"id":{id},"start":{start},"end":{end},"pos":"NOUN","lemma":"{lemma}","head":{head}}}"#)
    };
    let tokens = format!("[{},{}]", token(0, 0, 1, "é", 1), token(1, 2, 7, "BRAND", 1));
    let ents = r#"[{"start":2,"end":7,"label":"BRD"}]"#;
    let start = r#"{"text":"é BRAND","offsets":"code-point","#;
    let usual = format!(r#"{start}"ents":{ents},"tokens":{tokens},"noun_chunks":[{{"start":0,"end":7}}]}}"#);
    let cases = [
        ("POST /v1/analyze", r#"{"text":"é BRAND"}"#, usual.clone()),
        ("GET /v1/analyze?text=%C3%A9+BRAND&model=docs", "", usual.clone()),
        ("POST /v1/analyze", r#"["é BRAND"]"#, format!(r#"{{"results":[{usual}]}}"#)),
        (
            "POST /v1/analyze?include=ents,vector",
            r#"{"text":"é BRAND"}"#,
            format!(r#"{start}"ents":{ents},"vector":[0.5]}}"#),
        ),
        ("POST /v1/analyze", r#"{"text":"é BRAND","include":["ents","sents"]}"#, format!(r#"{start}"ents":{ents}}}"#)),
        ("POST /v1/analyze?include=", r#"{"text":"é BRAND"}"#, format!(r#"{}}}"#, start.trim_end_matches(','))),
        (
            "GET /v1/analyze?text=%F0%9F%8D%9E+AB&include=ents&offsets=utf16",
            "",
            r#"{"text":"🍞 AB","offsets":"utf16","ents":[{"start":3,"end":5,"label":"BRD"}]}"#.to_owned(),
        ),
        (
            "POST /v1/analyze",
            r#"{"text":"🍞 AB","offsets":"utf8","include":"ents"}"#,
            r#"{"text":"🍞 AB","offsets":"utf8","ents":[{"start":5,"end":7,"label":"BRD"}]}"#.to_owned(),
        ),
    ];
    let (api, _) = api_with_docs();
    for (line, body, expected) in cases {
        assert_eq!(ask(&api, line, &[], body), (200, expected), "{line} {body}");
    }
}

#[test]
fn entities_are_a_bare_list_and_a_header_says_what_offsets_count() {
    let (api, _) = api_with_docs();
    let expected = r#"[{"text":"STARBUCKS","label":"BRD","start":3,"end":12}]"#;
    for (offsets, stated, start) in
        [("", "code-point", 2), ("&offsets=utf16", "utf16", 3), ("&offsets=utf8", "utf8", 5)]
    {
        let line = format!("GET /v1/entities?text=%F0%9F%8D%9E+STARBUCKS{offsets}");
        let response = api.handle(&request(&line, &[], ""));
        let expected = expected.replace("3", &start.to_string()).replace("12", &(start + 9).to_string());
        assert_eq!(String::from_utf8(response.body.clone()).expect("UTF-8"), expected);
        assert_eq!((header(&response, "spanlet-offsets"), model(&response)), (Some(stated), Some("docs")));
        assert_eq!(response.usage[0].task.name(), "entities");
    }
    assert_eq!(ask(&api, "POST /v1/entities", PLAIN, "none here"), (200, "[]".to_owned()));
    let two = format!(r#"{{"results":[{ENTITIES},[]]}}"#);
    assert_eq!(ask(&api, "POST /v1/entities", &[], r#"{"text":["STARBUCKS",""]}"#), (200, two));
}

#[test]
fn key_phrases_are_listed_with_places_and_scores() {
    let (api, _) = api_with_docs();
    let phrase = |text, lemma, start| {
        format!(
            r#"{{"text":"{text}","lemma":"{lemma}","count":1,"score":1.0,"spans":[{{"start":{start},"end":{}}}]}}"#,
            start + 7
        )
    };
    let phrases = phrase("oat cup", "oat cup", 0);
    let words = r#"{"text":"cup","lemma":"cup","count":1,"score":1.0,"spans":[{"start":4,"end":7}]}"#;
    let expected = format!(r#"{{"offsets":"code-point","phrases":[{phrases}],"words":[{words}]}}"#);
    assert_eq!(ask(&api, "POST /v1/keyphrases", &[], r#"{"text":"oat cup"}"#), (200, expected));
    let none = r#"{"offsets":"utf16","phrases":[],"words":[]}"#;
    assert_eq!(ask(&api, "GET /v1/keyphrases?text=&offsets=utf16", &[], ""), (200, none.to_owned()));
}

#[test]
fn fields_of_other_routes_and_unknown_layers_are_refused() {
    let cases = [
        ("POST /v1/analyze", r#"{"text":"a","k":1}"#, "field.unknown", "k"),
        ("POST /v1/entities", r#"{"text":"a","include":"ents"}"#, "field.unknown", "include"),
        ("POST /v1/entities", r#"{"inputs":"a"}"#, "field.unknown", "inputs"),
        ("POST /v1/hashtags", r#"{"text":"a","offsets":"utf8"}"#, "field.unknown", "offsets"),
        ("POST /v1/analyze", r#"{"text":"a","include":"ents,entities"}"#, "layer.unknown", "include"),
        ("POST /v1/analyze", r#"{"text":"a","include":{}}"#, "field.wrong-type", "include"),
        ("POST /v1/analyze?offsets=bytes", r#"{"text":"a"}"#, "option.out-of-range", "offsets"),
        ("POST /v1/analyze", r#"{"text":"a","model":"fake"}"#, "model.wrong-task", "model"),
        ("POST /v1/analyze", r#"{"text":{}}"#, "text.wrong-type", "text"),
        ("POST /v1/analyze?text=a", r#"["b"]"#, "field.duplicate", "text"),
    ];
    let (api, _) = api_with_docs();
    for (line, body, code, place) in cases {
        let (status, answer) = ask(&api, line, &[], body);
        let problem: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
        assert_eq!((status, &problem["code"], &problem["place"]), (400, &code.into(), &place.into()), "{line} {body}");
    }
    let (_, answer) = ask(&api, "GET /v1/analyze?text=a&include=tags", &[], "");
    assert!(answer.contains("tokens, sents, ents, noun_chunks, spans, cats, vector"), "{answer}");
}

#[test]
fn the_bare_task_is_entities_once_a_model_has_them() {
    let two = format!("[{ENTITIES},[]]");
    let cases = [
        ("POST /", "", r#"{"text":"STARBUCKS"}"#, ENTITIES),
        ("POST /", "", r#"{"text":"STARBUCKS","unknown":1,"k":3}"#, ENTITIES),
        ("POST /", "text/plain", "STARBUCKS", ENTITIES),
        ("GET /?text=STARBUCKS", "", "", ENTITIES),
        ("POST /", "", r#"["STARBUCKS","a"]"#, &two),
        ("POST /invocations", "", r#"["STARBUCKS","a"]"#, &two),
        ("POST /invocations", "", r#"{"text":"STARBUCKS"}"#, ENTITIES),
        ("POST /invocations", "text/plain", "STARBUCKS", ENTITIES),
    ];
    let (mut api, _) = api_with_docs();
    for (line, media_type, body, expected) in cases {
        assert_eq!(ask(&api, line, &[("content-type", media_type)], body), (200, expected.to_owned()), "{line} {body}");
    }
    assert_eq!(api.invoke(r#"{"text":"STARBUCKS"}"#).as_deref(), Ok(ENTITIES));
    assert_eq!(api.invoke(r#"["STARBUCKS","a"]"#), Ok(two));
    let hashtags = format!(r#"{{"already_used":[],"recommended":[{ALL}]}}"#);
    for (task, expected) in
        [("hashtags", hashtags.as_str()), ("keyphrases", r#"{"offsets":"code-point","phrases":[],"words":[]}"#)]
    {
        api.configure(&format!(r#"{{"bare_task":"{task}"}}"#)).expect("a task");
        assert_eq!(api.invoke(r#"{"text":""}"#).as_deref(), Ok(expected));
    }
}

#[test]
fn a_capital_text_is_answered_in_the_older_form() {
    let expected = r#"{"statusCode":200,"KeyPhrases":[{"Text":"oat cup"}],"KeyWords":[{"Text":"cup"}]}"#;
    let (api, _) = api_with_docs();
    for (line, body) in
        [("POST /", r#"{"Text":"oat cups"}"#), ("GET /?Text=oat+cups", ""), ("POST /?Text=oat+cups", "")]
    {
        let response = api.handle(&request(line, &[], body));
        assert_eq!(
            (response.status, String::from_utf8(response.body).as_deref()),
            (200, Ok(expected)),
            "{line} {body}"
        );
        assert_eq!(response.usage[0].task.name(), "keyphrases");
    }
    assert_eq!(api.invoke(r#"{"Text":"oat cups","text":"a"}"#).as_deref(), Ok(expected));
    for (body, code) in [(r#"{"Text":["a"]}"#, "text.wrong-type"), (r#"{"Text":5}"#, "text.wrong-type")] {
        let (status, answer) = ask(&api, "POST /", &[], body);
        assert_eq!(
            (status, answer.contains(code), answer.contains(r#""place":"Text""#)),
            (400, true, true),
            "{answer}"
        );
    }
    assert!(api.invoke(r#"{"Text":"unanswerable"}"#).expect_err("no answer").contains("model.no-answer"));
}

#[test]
fn inputs_are_answered_as_hugging_face_hosts_spacy_models() {
    let one = r#"[{"entity_group":"BRD","word":"STARBUCKS","start":0,"end":9,"score":1.0}]"#;
    let (api, _) = api_with_docs();
    assert_eq!(ask(&api, "POST /", &[], r#"{"inputs":"STARBUCKS","parameters":{}}"#), (200, one.to_owned()));
    assert_eq!(ask(&api, "POST /", &[], r#"{"inputs":["STARBUCKS","a"],"Text":"b"}"#), (200, format!("[{one},[]]")));
    assert_eq!(api.invoke(r#"{"inputs":"STARBUCKS"}"#).as_deref(), Ok(one));
    assert!(ask(&api, "POST /", &[], r#"{"inputs":["a",5]}"#).1.contains(r#""place":"/inputs/1""#));
    assert_eq!(empty_api().0.invoke(r#"{"inputs":"a"}"#).map_err(|problem| problem.contains("501")), Err(true));
}

#[test]
fn a_ping_is_answered_once_there_is_a_model() {
    let (mut api, _) = empty_api();
    assert_eq!(ask(&api, "GET /ping", &[], "").0, 404);
    load(&mut api, "docs", b"analyzes", None).expect("sound");
    assert_eq!(ask(&api, "GET /ping", &[], ""), (200, "{}".to_owned()));
    assert_eq!(ask(&api, "HEAD /ping", &[], ""), (200, String::new()));
    assert_eq!(ask(&api, "GET /invocations", &[], "").0, 405);
}

#[test]
fn without_a_model_for_documents_the_problem_says_so() {
    let (api, _) = api();
    for line in ["GET /v1/analyze?text=a", "GET /v1/entities?text=a", "GET /v1/keyphrases?text=a"] {
        let (status, answer) = ask(&api, line, &[], "");
        assert_eq!((status, answer.contains("model.none-for-task")), (404, true), "{answer}");
    }
}

//! Requests and their answers, over a model that answers three labels to every text.

mod documents;
mod forms;
mod transformers;

use crate::api::Api;
use crate::exchange::{Field, Request, Response};
use crate::fake::{api, api_with_docs, empty_api, load};

const HALF: &str = r#"{"label":"half","score":0.5}"#;
const ALL: &str = r#"{"label":"half","score":0.5},{"label":"quarter","score":0.25},{"label":"eighth","score":0.125}"#;

/// A request written as `METHOD path?query`, with headers and a body.
fn request(line: &str, headers: &[(&str, &str)], body: &str) -> Request {
    let (method, target) = line.split_once(' ').expect("a method and a target");
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let field = |&(name, value): &(&str, &str)| Field { name: name.to_owned(), value: value.to_owned() };
    Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: headers.iter().map(field).collect(),
        body: body.as_bytes().to_vec(),
    }
}

fn ask(api: &Api, line: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
    let response = api.handle(&request(line, headers, body));
    (response.status, String::from_utf8(response.body).expect("UTF-8"))
}

fn header<'r>(response: &'r Response, name: &str) -> Option<&'r str> {
    response.headers.iter().find(|field| field.name == name).map(|field| field.value.as_str())
}

/// The name of the model that answered.
fn model(response: &Response) -> Option<&str> {
    header(response, "spanlet-model")?.split(';').next()
}

#[test]
fn texts_are_answered() {
    let hashtags = format!(r#"{{"already_used":["bread"],"recommended":[{ALL}]}}"#);
    let labels = format!(r#"{{"labels":[{HALF}]}}"#);
    let both = format!(r#"{{"results":[{labels},{labels}]}}"#);
    let tag = r##"{"text":"a #bread"}"##;
    let cases = [
        ("POST /v1/hashtags", "application/json", tag, hashtags.clone()),
        ("POST /v1/hashtags", "application/x-www-form-urlencoded", tag, hashtags.clone()),
        ("POST /v1/hashtags", "", tag, hashtags.clone()),
        ("POST /v1/hashtags", "Text/Plain; charset=utf-8", "a #bread", hashtags.clone()),
        ("POST /v1/hash%74ags", "", "\u{feff}{\"text\":\"a #bread\"}", hashtags.clone()),
        ("GET /v1/hashtags?text=a+%23bread", "", "", hashtags.clone()),
        ("POST /", "", tag, hashtags.clone()),
        ("POST /", "text/plain", "a #bread", hashtags.clone()),
        ("POST ", "", tag, hashtags.clone()),
        ("POST /?text=a+%23bread", "", "", hashtags.clone()),
        ("GET /?text=a+%23bread", "", "", hashtags.clone()),
        ("POST /", "", r##"{"text":"a #bread","extra":{"a":[]}}"##, hashtags.clone()),
        ("POST /", "", r##"["a #bread"]"##, format!("[{hashtags}]")),
        ("POST /", "", r##"{"text":["a #bread"]}"##, format!(r#"{{"results":[{hashtags}]}}"#)),
        ("POST /", "", "[]", "[]".to_owned()),
        ("POST /v1/classify", "", r#"{"text":"a"}"#, labels.clone()),
        ("POST /v1/classify?k=1", "text/plain", "a", labels.clone()),
        ("POST /v1/classify", "text/plain", "", labels.clone()),
        ("POST /v1/classify", "", r#"{"text":"a","model":"fake","k":null}"#, labels.clone()),
        ("POST /v1/classify", "", r#"{"text":["a","b"]}"#, both.clone()),
        ("GET /v1/classify?text=a&text=b", "", "", both.clone()),
        ("POST /v1/classify", "", r#"["a","b"]"#, both.clone()),
        ("POST /v1/classify?k=1&model=fake", "", r#"["a","b"]"#, both.clone()),
        ("POST /v1/classify", "", "[]", r#"{"results":[]}"#.to_owned()),
        // A page's `fetch` without a content type says `text/plain` for a string.
        ("POST /v1/classify", "text/plain;charset=UTF-8", r#" {"text":["a","b"]}"#, both.clone()),
        ("POST /v1/classify", "text/plain", r#"["a","b"]"#, both),
        ("POST /", "text/plain", tag, hashtags.clone()),
        ("POST /", "text/plain", r##"["a #bread"]"##, format!("[{hashtags}]")),
        ("POST /v1/classify", "", r#"{"text":[]}"#, r#"{"results":[]}"#.to_owned()),
        ("POST /v1/classify", "", r#"{"text":"a","k":9,"threshold":1}"#, r#"{"labels":[]}"#.to_owned()),
        ("POST /v1/classify", "", r#"{"text":"a","k":4294967296}"#, format!(r#"{{"labels":[{ALL}]}}"#)),
    ];
    let (api, _) = api();
    for (line, media_type, body, expected) in cases {
        let headers = [("Content-Type", media_type)];
        assert_eq!(ask(&api, line, &headers, body), (200, expected), "{line} {media_type} {body}");
    }
}

#[test]
fn hashtags_are_cleaned_unless_told_otherwise_and_classify_the_other_way() {
    let cases = [
        ("POST /v1/hashtags", r#"{"text":"<b>A\n#Bc</b>"}"#, "a\nbc"),
        ("POST /v1/hashtags", r#"{"text":"A\n#Bc","clean":false}"#, "A\n#Bc"),
        ("POST /v1/classify", r#"{"text":"A\n#Bc"}"#, "A\n#Bc"),
        ("GET /v1/classify?text=A%0A%23Bc&clean=true", "", "a\nbc"),
        ("POST /recommendations", r#"{"text":"<b>A\n#Bc</b>","clean":false}"#, "a\nbc"),
    ];
    let (api, asked) = api();
    for (line, body, expected) in cases {
        assert_eq!(ask(&api, line, &[], body).0, 200, "{line}");
        assert_eq!(asked.borrow_mut().pop().as_deref(), Some(expected), "{line} {body}");
    }
}

#[test]
fn the_old_route_keeps_its_form_under_any_stage() {
    let expected = r##"{"hashtags_already_used": "#bread #baking", "hashtags_recommended": "('__label__half 0.5 __label__quarter 0.25 __label__eighth 0.125\\n', '')"}"##;
    let (api, _) = api();
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let body = r##"{"text":"How? #bread #baking","k":1,"other":true}"##;
    for line in ["POST /recommendations", "POST /prod/recommendations"] {
        assert_eq!(ask(&api, line, &form, body), (200, expected.to_owned()));
    }
    let get = "GET /recommendations?text=How?+%23bread+%23baking";
    assert_eq!(ask(&api, get, &[], ""), (200, expected.to_owned()));
    let response = api.handle(&request("POST /recommendations", &[], "{}"));
    assert_eq!((response.status, header(&response, "access-control-allow-credentials")), (400, Some("true")));
}

#[test]
fn a_plain_text_is_json_only_when_it_is_an_object_or_a_list_from_end_to_end() {
    let plain = [("content-type", "text/plain")];
    let (api, asked) = api();
    for path in ["/v1/classify", "/"] {
        assert_eq!(ask(&api, &format!("POST {path}"), &plain, r#"{"text":"a"}"#).0, 200, "{path}");
        assert_eq!(asked.borrow_mut().pop().as_deref(), Some("a"), "{path}");
    }
    for text in
        ["1984", "\"quoted\"", "null", "true", "{curly} braces", "[sic] he said", r#"{"text":"a"} and more"#, ""]
    {
        assert_eq!(ask(&api, "POST /v1/classify", &plain, text).0, 200, "{text}");
        assert_eq!(asked.borrow_mut().pop().as_deref(), Some(text));
    }
    // Rather an error than labels of braces.
    for (body, code) in [
        (r#"{"txt":"a"}"#, "field.unknown"),
        ("{}", "text.missing"),
        (r#"{"text":5}"#, "text.wrong-type"),
        ("[5]", "text.wrong-type"),
    ] {
        let (_, answer) = ask(&api, "POST /v1/classify", &plain, body);
        assert!(answer.contains(code), "{body}: {answer}");
    }
    assert!(ask(&api, "POST /", &plain, r#"{"Text":"a"}"#).1.contains("model.none-for-task"));
}

#[test]
fn of_two_models_the_default_answers_unless_the_query_names_the_other() {
    let lines = [
        ("POST /recommendations", ""),
        ("POST /prod/recommendations", ""),
        ("POST /", ""),
        ("POST /", "text/plain"),
        ("POST /v1/hashtags", ""),
        ("GET /recommendations?text=a", ""),
        ("GET /?text=a", ""),
    ];
    let (mut api, _) = api();
    let answered = |api: &Api, line: &str, media_type, body: &str| {
        let response = api.handle(&request(line, &[("content-type", media_type)], body));
        (response.status, model(&response).map(str::to_owned))
    };
    load(&mut api, "other", b"sound", None).expect("a sound model");
    assert_eq!(answered(&api, "POST /recommendations", "", r#"{"text":"a"}"#), (400, None), "which one is open");
    load(&mut api, "default", b"sound", Some(r#"{"default_for":["classify"]}"#)).expect("a sound model");
    for (line, media_type) in lines {
        let body = if line.starts_with("GET") { "" } else { r#"{"text":"a"}"# };
        let named = format!("{line}{}model=", if line.contains('?') { '&' } else { '?' });
        assert_eq!(answered(&api, line, media_type, body), (200, Some("default".to_owned())), "{line}");
        assert_eq!(answered(&api, &(named.clone() + "other"), media_type, body), (200, Some("other".to_owned())));
        assert_eq!(answered(&api, &(named + "none"), media_type, body).0, 404, "{line}");
    }
    // The old endpoint's clients may send fields of that name for reasons of their own.
    let (status, model) = answered(&api, "POST /recommendations", "", r#"{"text":"a","model":7}"#);
    assert_eq!((status, model.as_deref()), (200, Some("default")));
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let long = format!(r#"{{"text":"{}"}}"#, "é".repeat(21));
    let cases: [(&str, &str, u16, &str, Option<&str>); 46] = [
        ("POST /v1/hashtags", "", 400, "text.missing", Some("text")),
        ("POST /v1/hashtags", "{", 400, "body.not-json", Some("line 1, column 1")),
        ("POST /v1/hashtags", "hello", 400, "body.not-json", Some("line 1, column 1")),
        ("POST /v1/hashtags?text=b", "[\"a\"]", 400, "field.duplicate", Some("text")),
        ("POST /v1/hashtags", r#"["a","b","c","d"]"#, 413, "text.too-many", Some("/")),
        ("POST /recommendations", "[\"a\"]", 400, "body.wrong-type", None),
        ("POST /v1/hashtags", "\"a\"", 400, "body.wrong-type", None),
        ("POST /v1/hashtags", "{}", 400, "text.missing", Some("text")),
        ("POST /v1/hashtags", r#"{"text":null}"#, 400, "text.missing", Some("text")),
        ("POST /v1/hashtags", r#"{"text":5}"#, 400, "text.wrong-type", Some("text")),
        ("POST /v1/hashtags", r#"{"text":{"text":"a"}}"#, 400, "text.wrong-type", Some("text")),
        ("POST /v1/hashtags", &long, 413, "text.too-long", Some("text")),
        ("POST /v1/hashtags", r#"{"text":["a","b","c","d"]}"#, 413, "text.too-many", Some("/text")),
        ("POST /v1/hashtags", r#"{"text":"a","K":1}"#, 400, "field.unknown", Some("K")),
        ("POST /v1/hashtags", r#"{"text":"a","text":"b"}"#, 400, "field.duplicate", Some("text")),
        ("POST /v1/hashtags?k=2", r#"{"text":"a","k":1}"#, 400, "field.duplicate", Some("k")),
        ("POST /v1/hashtags", r#"{"text":"a","k":0}"#, 400, "option.out-of-range", Some("k")),
        ("POST /v1/hashtags", r#"{"text":"a","k":-1}"#, 400, "option.out-of-range", Some("k")),
        ("POST /v1/hashtags", r#"{"text":"a","k":"5"}"#, 400, "field.wrong-type", Some("k")),
        ("POST /v1/hashtags", r#"{"text":"a","threshold":1.5}"#, 400, "option.out-of-range", Some("threshold")),
        ("POST /v1/hashtags", r#"{"text":"a","clean":1}"#, 400, "field.wrong-type", Some("clean")),
        ("POST /v1/hashtags", r#"{"text":"a","model":"x"}"#, 404, "model.unknown", Some("model")),
        ("POST /v1/classify", r#"{"text":"unanswerable"}"#, 500, "model.no-answer", None),
        ("GET /v1/hashtags?text=%ff", "", 400, "query.not-utf8", Some("text")),
        ("GET /v1/hashtags?txt=a", "", 400, "field.unknown", Some("txt")),
        ("GET /v1/hashtags", "", 400, "text.missing", Some("text")),
        ("POST /recommendations", r#"{"text":["a"]}"#, 400, "text.wrong-type", Some("text")),
        ("POST /", r#"{"Text":"a"}"#, 404, "model.none-for-task", None),
        ("POST /", r#"{"inputs":5}"#, 400, "text.wrong-type", Some("inputs")),
        ("POST /", r#"{"inputs":"a","model":"x"}"#, 404, "model.unknown", Some("model")),
        ("POST /", r#"{"inputs":"a","parameters":[]}"#, 400, "field.wrong-type", Some("parameters")),
        ("POST /", r#"{"inputs":"a","parameters":{"top_k":0}}"#, 400, "option.out-of-range", Some("/parameters/top_k")),
        (
            "POST /",
            r#"{"inputs":"a","parameters":{"function_to_apply":"none"}}"#,
            400,
            "option.out-of-range",
            Some("/parameters/function_to_apply"),
        ),
        ("POST /", r#"{"inputs":"a","parameters":{"stride":1}}"#, 400, "field.unknown", Some("/parameters/stride")),
        ("POST /v1/classify", r#"{"text":"a","function":"softmax"}"#, 400, "option.out-of-range", Some("function")),
        ("POST /v1/classify", r#"{"text":"a","top_k":1}"#, 400, "field.unknown", Some("top_k")),
        ("POST /v1/hashtags", r#"{"text":"a","function":"none"}"#, 400, "field.unknown", Some("function")),
        ("POST /v1/embed", r#"{"text":"a","k":1}"#, 400, "field.unknown", Some("k")),
        ("POST /v1/embed", r#"{"text":"a","normalize":1}"#, 400, "field.wrong-type", Some("normalize")),
        ("POST /v1/embed", r#"{"text":"boundless"}"#, 500, "model.no-answer", None),
        ("GET /?Text=a", "", 404, "model.none-for-task", None),
        ("POST /", "5", 400, "body.wrong-type", None),
        ("POST /", r#"["a","b","c","d"]"#, 413, "text.too-many", Some("/")),
        ("DELETE /v1/models", "", 405, "route.method-not-allowed", None),
        ("GET /v2/hashtags", "", 404, "route.unknown", Some("/v2/hashtags")),
        ("GET /v1/models/x", "", 404, "model.unknown", Some("model")),
    ];
    let (mut api, _) = api();
    api.configure(r#"{"max_texts":3,"max_text_chars":20}"#).expect("settings");
    for (line, body, status, code, place) in cases {
        let response = api.handle(&request(line, &[], body));
        let problem: serde_json::Value = serde_json::from_slice(&response.body).expect("JSON");
        let found = (response.status, problem["code"].as_str(), problem["place"].as_str());
        assert_eq!(found, (status, Some(code), place), "{line} {body}");
        assert_eq!(header(&response, "content-type"), Some("application/problem+json"));
        assert_eq!(header(&response, "access-control-allow-origin"), Some("*"));
        assert_eq!(
            (problem["type"].as_str(), problem["status"].as_u64()),
            (Some("about:blank"), Some(u64::from(status)))
        );
    }
}

#[test]
fn a_body_over_the_limit_or_not_utf8_is_refused() {
    let (mut api, _) = api();
    api.configure(r#"{"max_body_bytes":20}"#).expect("settings");
    assert_eq!(ask(&api, "POST /v1/hashtags", &[], &" ".repeat(21)).0, 413);
    assert!(api.invoke(&" ".repeat(21)).expect_err("too large").contains("body.too-large"));
    for media_type in ["", "text/plain"] {
        let mut bad = request("POST /v1/hashtags", &[("content-type", media_type)], "abc");
        bad.body.push(0xff);
        let problem = String::from_utf8(api.handle(&bad).body).expect("UTF-8");
        assert!(problem.contains(r#""code":"body.not-utf8","place":"byte 3""#), "{problem}");
    }
}

#[test]
fn one_text_s_failure_leaves_the_others_answered_and_is_counted() {
    let (api, _) = api();
    let body = r#"{"text":["é",5,"unanswerable",null,"b"]}"#;
    let response = api.handle(&request("POST /v1/classify", &[], body));
    assert_eq!(response.status, 200);
    assert_eq!(model(&response), Some("fake"));
    let answer: serde_json::Value = serde_json::from_slice(&response.body).expect("JSON");
    let codes: Vec<_> = (0..5).map(|index| answer["results"][index]["error"]["code"].as_str()).collect();
    assert_eq!(codes, [None, Some("text.wrong-type"), Some("model.no-answer"), Some("text.wrong-type"), None]);
    assert_eq!(answer["results"][3]["error"]["place"], "/text/3");
    assert_eq!(answer["results"][4]["labels"][0]["label"], "half");
    let usage = &response.usage[0];
    assert_eq!((usage.model.as_str(), usage.task.name()), ("fake", "classify"));
    assert_eq!((usage.texts, usage.code_points, usage.failed), (5, 14, 3));
}

#[test]
fn a_body_that_is_a_list_places_failures_from_its_own_start() {
    let (api, _) = api();
    let (status, body) = ask(&api, "POST /", &[], r#"["a",[]]"#);
    assert_eq!(status, 200);
    assert!(body.contains(r#""code":"text.wrong-type","place":"/1""#), "{body}");
    let (status, body) = ask(&api, "POST /v1/classify", &[], r#"["a",[]]"#);
    assert_eq!(status, 200);
    assert!(body.contains(r#""code":"text.wrong-type","place":"/1""#), "{body}");
}

#[test]
fn comprehend_s_header_is_told_that_this_build_lacks_it() {
    let (api, _) = api();
    let headers = [("X-Amz-Target", "Comprehend_20171127.DetectEntities")];
    let (status, body) = ask(&api, "POST /", &headers, r#"{"Text":"a"}"#);
    assert_eq!(status, 501);
    assert!(body.contains("route.unsupported"), "{body}");
}

#[test]
fn bare_events_follow_the_same_table() {
    let (mut api, _) = api();
    let hashtags = format!(r#"{{"already_used":[],"recommended":[{ALL}]}}"#);
    assert_eq!(api.invoke(r#"{"text":"a","other":1}"#), Ok(hashtags.clone()));
    assert_eq!(api.invoke(r#"["a"]"#), Ok(format!("[{hashtags}]")));
    api.configure(r#"{"bare_task":"classify"}"#).expect("settings");
    assert_eq!(api.invoke(r#"{"text":"a"}"#), Ok(format!(r#"{{"labels":[{HALF}]}}"#)));
    for (event, code) in [
        (r#"{"Text":"a"}"#, "model.none-for-task"),
        ("{}", "text.missing"),
        ("", "body.not-json"),
        (r#"{"text":"unanswerable"}"#, "model.no-answer"),
    ] {
        assert!(api.invoke(event).expect_err(event).contains(code), "{event}");
    }
}

#[test]
fn head_is_get_without_a_body_and_options_is_a_preflight() {
    let (api, _) = api();
    let head = api.handle(&request("HEAD /v1/classify?text=a", &[], ""));
    assert_eq!((head.status, head.body.len(), model(&head)), (200, 0, Some("fake")));
    assert_eq!(api.handle(&request("HEAD /v1/classify", &[], "")).status, 400);
    let asked = [("Access-Control-Request-Headers", "content-type,x-amz-target")];
    let preflight = api.handle(&request("OPTIONS /v1/classify", &asked, ""));
    assert_eq!((preflight.status, preflight.body.len()), (204, 0));
    assert_eq!(header(&preflight, "access-control-allow-headers"), Some("content-type,x-amz-target"));
    assert_eq!(header(&preflight, "access-control-allow-methods"), Some("GET, HEAD, POST, OPTIONS"));
    assert_eq!(header(&preflight, "access-control-allow-origin"), Some("*"));
    let odd = [("access-control-request-headers", "a\r\nb: c")];
    let preflight = api.handle(&request("OPTIONS /recommendations", &odd, ""));
    assert_eq!(header(&preflight, "access-control-allow-headers"), Some("content-type"));
    let refused = api.handle(&request("POST /healthz", &[], ""));
    assert_eq!((refused.status, header(&refused, "allow")), (405, Some("GET, HEAD, OPTIONS")));
}

#[test]
fn the_index_health_and_models_are_listed() {
    let (api, _) = api();
    assert_eq!(ask(&api, "GET /healthz", &[], ""), (200, r#"{"status":"ok"}"#.to_owned()));
    assert!(ask(&api, "GET /", &[], "").1.contains(r#""POST /","#));
    let sum = &api.list()[0].parts_sha256;
    let rest = format!(r#""language":"en","parts_sha256":"{sum}","memory_bytes":7,"metadata":{{"language":"en"}}}}"#);
    let start = r#"{"name":"fake","family":"fasttext","tasks":["classify","embed"],"default_for":[],"label_count":3,"#;
    assert_eq!(ask(&api, "GET /v1/models", &[], ""), (200, format!(r#"{{"models":[{start}{rest}]}}"#)));
    let one = format!(r#"{start}"labels":["half","quarter","eighth"],{rest}"#);
    assert_eq!(ask(&api, "GET /v1/models/fake", &[], ""), (200, one));
}

#[test]
fn answers_carry_the_digests_of_what_made_them() {
    let (mut api, _) = api();
    let sum = api.list()[0].parts_sha256.clone();
    let loaded = api.handle(&request("GET /v1/classify?text=a", &[], ""));
    assert_eq!(header(&loaded, "spanlet-model"), Some(format!("fake; sha256={sum}").as_str()));
    assert_eq!(header(&loaded, "spanlet-component"), None);

    let receipt = format!(r#"{{"component_sha256":"{sum}","toolchain":{{"wasmtime":"1.2.3"}}}}"#);
    api.configure(&format!(r#"{{"receipt":{receipt}}}"#)).expect("a receipt");
    api.configure(r#"{"max_texts":7}"#).expect("other settings leave it");
    let stamp = format!("{}; sha256={sum}", env!("CARGO_PKG_VERSION"));
    for line in ["GET /v1/classify?text=a", "GET /healthz", "GET /nowhere"] {
        let baked = api.handle(&request(line, &[], ""));
        assert_eq!(header(&baked, "spanlet-component"), Some(stamp.as_str()), "{line}");
    }
    let (_, models) = ask(&api, "GET /v1/models", &[], "");
    assert!(models.ends_with(&format!(r#"],"receipt":{receipt}}}"#)), "{models}");
}

#[test]
fn labels_that_no_host_could_carry_are_counted_but_not_listed() {
    let (mut api, _) = empty_api();
    load(&mut api, "fake", b"verbose", None).expect("a sound model");
    let (status, body) = ask(&api, "GET /v1/models/fake", &[], "");
    assert_eq!((status, body.contains("answer.too-large")), (413, true), "{body}");
    let (status, body) = ask(&api, "GET /v1/models", &[], "");
    assert_eq!((status, body.contains(r#""label_count":3"#)), (200, true), "{body}");
}

#[test]
fn without_a_model_the_problem_says_so() {
    let (api, _) = empty_api();
    let (status, body) = ask(&api, "POST /v1/hashtags", &[], r#"{"text":"a"}"#);
    assert_eq!(status, 404);
    assert!(body.contains("model.none-for-task"), "{body}");
}

/// Requests at random, near enough to real ones to reach every route: each has an answer, and each problem is JSON.
#[test]
fn every_request_has_an_answer() {
    const PIECES: [&str; 49] = [
        "/",
        "/v1/",
        "hashtags",
        "classify",
        "analyze",
        "entities",
        "embed",
        "normalize=1",
        "aggregation=none",
        "\"parameters\":",
        "\"top_k\":",
        "keyphrases",
        "invocations",
        "include=ents",
        "offsets=utf16",
        "\"Text\":",
        "\"inputs\":",
        "AB cd",
        "\r\n",
        "recommendations",
        "models",
        "fake",
        "healthz",
        "%",
        "%41",
        "%ff",
        "text=",
        "&",
        "=",
        "k=",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "\"text\":",
        "\"k\":",
        "1",
        "-1",
        "1e999",
        ",",
        "null",
        "\\u00e9",
        "\\ud800",
        "é",
        "<b>",
        "&amp;",
        "#tag",
        "\n",
    ];
    let (api, _) = api_with_docs();
    let mut state = 7_u64;
    let mut below = |limit: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % limit
    };
    for _ in 0..20_000 {
        let mut text = |most: usize| (0..below(most)).map(|_| PIECES[below(PIECES.len())]).collect::<String>();
        let (path, query, body) = (text(4), text(6), text(12));
        let mut body = body.into_bytes();
        if below(50) == 0 {
            body.push(0xff);
        }
        let path = match below(4) {
            0 => "/v1/classify".to_owned(),
            1 => "/v1/keyphrases".to_owned(),
            _ => path,
        };
        let method = ["GET", "POST", "POST", "HEAD", "OPTIONS", "PUT", ""][below(7)].to_owned();
        let media_type =
            ["text/plain", "application/json", "text/csv;header=present", "text/csv", "application/jsonlines", ""]
                [below(6)]
            .to_owned();
        let accept = ["", "text/csv;source=present", "application/jsonlines"][below(3)].to_owned();
        let field = |name: &str, value| Field { name: name.to_owned(), value };
        let headers = vec![field("content-type", media_type), field("accept", accept)];
        let response = api.handle(&Request { method, path, query, headers, body });
        assert!((200..=501).contains(&response.status));
        if header(&response, "content-type").is_some_and(|of| of.contains("json") && !of.contains("lines")) {
            assert!(response.body.is_empty() || serde_json::from_slice::<serde_json::Value>(&response.body).is_ok());
        }
    }
}

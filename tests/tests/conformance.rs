//! Every request of the sample has one answer, byte for byte, in wasmtime, Node, Chromium and workerd; natively too,
//! where the last bits of a score may differ.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use spanlet_runtime::{Component, Limits, ModelFiles, Pool, bake};
use spanlet_tests::artifacts::{built, component, core_modules, lite_component, read, read_text, root, sha256};
use spanlet_tests::origin::model_path;
use spanlet_tests::requests::{COUNT, Piece, Request, file, recorded, sample, written};
use spanlet_tests::snapshot;

/// The hosts that `tests/js/answer.js` knows.
const JAVASCRIPT_HOSTS: [&str; 3] = ["node", "chromium", "workerd"];
/// Those that transformers are asked in: the edge worker carries the component without them.
const TRANSFORMER_HOSTS: [&str; 2] = ["node", "chromium"];

/// How far a native score may lie from the component's: the order of every sum is the same, and `exp` comes from the
/// same library, so that only the last bit of a 32-bit float between 0 and 1 is left.
const SCORE_TOLERANCE: f64 = 1e-7;

/// The default models that every host carries, in the order in which they are loaded.
const MODELS: [&str; 2] = ["tags", "en"];

/// Exports of every task, one that the fallback runs, and a converted spaCy pipeline, each packed as one file; what is
/// asked of each, and how.
const TRANSFORMERS: [(&str, &str, &str); 5] = [
    ("pieces.zip", "/v1/entities", r#", "aggregation": "max""#),
    ("classes.zip", "/v1/classify", r#", "k": 3"#),
    ("vectors.zip", "/v1/embed", ""),
    ("graph.zip", "/v1/entities", r#", "aggregation": "simple""#),
    ("science.zip", "/v1/entities", ""),
];
/// What they are asked about.
const TEXTS: [&str; 4] =
    ["Angela Merkel met Barack Obama in Berlin.", "“Zoë” ate 三 sushi 🍣 in Kraków, 東京 and São Paulo.", " ", ""];

#[derive(Clone, Debug, PartialEq)]
struct Answer {
    status: u16,
    /// By name, because HTTP does not keep the order of different names.
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    fn new(status: u16, mut headers: Vec<(String, String)>, body: Vec<u8>) -> Self {
        headers.sort();
        Self { status, headers, body }
    }
}

/// What one host ran and what it answered.
struct Run {
    core_module_sha256: String,
    answers: Vec<Answer>,
}

#[test]
fn the_sample_is_what_its_generator_writes() {
    let expected = written(&sample());
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(file(), &expected).expect("the folder of the sample");
    }
    assert_eq!(recorded().len(), COUNT);
    assert!(read_text(&file()) == expected, "{}: BLESS=1 writes it again", file().display());
}

#[test]
fn every_host_answers_every_request_alike() {
    let requests = recorded();
    let wasmtime = ask_wasmtime(&lite_component(), models(), &requests);
    assert_eq!(wasmtime.answers.len(), COUNT, "wasmtime");
    for host in JAVASCRIPT_HOSTS {
        assert_alike(&requests, &wasmtime, host, &ask_javascript(host, &built(""), &file()));
    }
    assert_native_agrees(&requests, &wasmtime.answers);
    snapshot::assert_section("conformance", &totals(&wasmtime.answers));
}

#[test]
fn a_baked_component_answers_alike_in_wasmtime_and_behind_the_javascript_of_the_other() {
    let requests = recorded();
    let image = bake(&lite_component(), models(), None, &[], &limits()).expect("the default models").wasm;
    let wasmtime = ask_wasmtime(&image, Vec::new(), &requests);

    // The same files, but for the core module, and no models to load.
    let place = built("conformance/baked");
    std::fs::create_dir_all(place.join("js")).expect("a folder");
    for name in ["instance.js", "spanlet.js"] {
        std::fs::copy(built("js").join(name), place.join("js").join(name)).expect("what was built");
    }
    std::fs::write(place.join("js/spanlet.core.wasm"), core_modules(&image)[0]).expect("writable");
    std::fs::write(place.join("js/models.js"), "export const MODELS = [];\nexport const withBytes = () => [];\n")
        .expect("writable");
    assert_alike(&requests, &wasmtime, "node", &ask_javascript("node", &place, &file()));

    // And as one that loaded them, but for what it says of its origin.
    let loaded = ask_wasmtime(&lite_component(), models(), &requests);
    for ((request, expected), found) in requests.iter().zip(&loaded.answers).zip(&wasmtime.answers) {
        let (mut expected, mut found) = (expected.clone(), found.clone());
        for answer in [&mut expected, &mut found] {
            answer.headers.retain(|(name, _)| name != "spanlet-component");
        }
        if let Some(listing) = without_receipt(&found.body) {
            (expected.body, found.body) = (serde_json::to_vec(&json(&expected.body)).expect("JSON"), listing);
        }
        assert!(expected == found, "{}\n{}", show_request(request), show_both(&expected, &found));
    }
}

#[test]
fn transformers_answer_alike_in_wasmtime_node_and_chromium() {
    let models = TRANSFORMERS.map(|(name, _, _)| (name, read(&model_path(name))));
    let parts = models.clone().map(|(name, bytes)| ModelFiles::from_parts(name, [(name, bytes)]).expect("one part"));
    let requests = transformer_requests();
    let wasmtime = ask_wasmtime(&component(), parts.into(), &requests);
    for (request, answer) in requests.iter().zip(&wasmtime.answers) {
        assert_eq!(answer.status, 200, "{}: {}", show_request(request), String::from_utf8_lossy(&answer.body));
    }

    // The files of the page, but for the component and its models. Node takes the scripts from a folder of their own.
    let place = built("conformance/transformers");
    let asked = place.join("requests.jsonl");
    let scripts = models_script(&models.each_ref().map(|(name, _)| *name));
    let copy = |from: &str, name: &str, folder: &str| {
        std::fs::copy(built(from).join(name), place.join(folder).join(name)).expect("what was built");
    };
    for folder in ["js", "www"] {
        std::fs::create_dir_all(place.join(folder)).expect("a folder");
        for name in ["instance.js", "spanlet.js", "spanlet.core.wasm"] {
            copy("js-transformers", name, folder);
        }
        std::fs::write(place.join(folder).join("models.js"), &scripts).expect("writable");
    }
    for name in ["index.html", "worker.js"] {
        copy("www", name, "www");
    }
    for (name, bytes) in &models {
        std::fs::write(place.join("www").join(name), bytes).expect("writable");
    }
    std::fs::write(&asked, written(&requests)).expect("writable");
    for host in TRANSFORMER_HOSTS {
        assert_alike(&requests, &wasmtime, host, &ask_javascript(host, &place, &asked));
    }
    let totals = format!("requests {}\nanswered alike in wasmtime, {}\n", requests.len(), TRANSFORMER_HOSTS.join(", "));
    snapshot::assert_section("conformance of transformers", &totals);
}

/// The page's table of models with others in it, each one file that lies beside it.
fn models_script(names: &[&str]) -> String {
    let script = read_text(&built("www/models.js"));
    let (before, rest) = script.split_once("MODELS = [").expect("a table");
    let (_, after) = rest.split_once("];").expect("its end");
    let table: String = names.iter().map(|name| format!("{{ name: {name:?}, part: {name:?} }},")).collect();
    format!("{before}MODELS = [{table}];{after}")
}

/// Every text asked of every transformer.
fn transformer_requests() -> Vec<Request> {
    let mut requests = Vec::new();
    for (model, path, options) in TRANSFORMERS {
        for text in TEXTS {
            let body = format!(r#"{{"text": {}, "model": "{model}"{options}}}"#, serde_json::json!(text));
            requests.push(Request {
                why: "a transformer".to_owned(),
                method: "POST".to_owned(),
                path: path.to_owned(),
                query: String::new(),
                headers: vec![("content-type".to_owned(), "application/json".to_owned())],
                body: vec![Piece::Text { text: body, times: 1 }],
            });
        }
    }
    requests
}

/// A list of models without its receipt; `None` of any other answer.
fn without_receipt(body: &[u8]) -> Option<Vec<u8>> {
    let mut listing = serde_json::from_slice::<serde_json::Value>(body).ok()?;
    listing.as_object_mut()?.remove("receipt")?;
    serde_json::to_vec(&listing).ok()
}

fn json(body: &[u8]) -> serde_json::Value {
    serde_json::from_slice(body).expect("JSON")
}

/// What a host answered must be what wasmtime answered, by the same core module.
fn assert_alike(requests: &[Request], wasmtime: &Run, host: &str, run: &Run) {
    assert_eq!(run.core_module_sha256, wasmtime.core_module_sha256, "{host} runs another core module");
    assert_eq!(run.answers.len(), requests.len(), "{host}");
    for ((request, expected), found) in requests.iter().zip(&wasmtime.answers).zip(&run.answers) {
        assert!(expected == found, "{host}, {}\n{}", show_request(request), show_both(expected, found));
    }
}

/// The same as every host loads them.
fn models() -> Vec<ModelFiles> {
    MODELS.map(|name| ModelFiles::from_path(name, model_path(name)).expect("a default model")).into()
}

fn limits() -> Limits {
    Limits { instances: 1, ..Limits::default() }
}

fn ask_wasmtime(bytes: &[u8], models: Vec<ModelFiles>, requests: &[Request]) -> Run {
    let modules = core_modules(bytes);
    assert_eq!(modules.len(), 1, "core modules in the component");
    let component = Component::from_wasm(bytes).expect("a component");
    let pool = Pool::new(component, models, limits()).expect("a pool");
    let answer = |request: &Request| {
        let asked = spanlet_runtime::Request {
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query.clone(),
            headers: request.headers.clone(),
            body: request.body_bytes(),
        };
        let response = pool.handle(asked).unwrap_or_else(|error| panic!("{}: {error}", show_request(request)));
        Answer::new(response.status, response.headers, response.body)
    };
    Run { core_module_sha256: sha256(modules[0]), answers: requests.iter().map(answer).collect() }
}

/// Asks a host what lies in `place` as it does in `target/` the requests of a file.
fn ask_javascript(host: &str, place: &Path, requests: &Path) -> Run {
    #[derive(Deserialize)]
    struct Head {
        core_module_sha256: String,
    }
    #[derive(Deserialize)]
    struct Line {
        status: u16,
        headers: Vec<(String, String)>,
        body: String,
    }
    let answers = place.join(format!("conformance/{host}.jsonl"));
    std::fs::create_dir_all(place.join("conformance")).expect("a folder for the answers");
    let mut node = Command::new("node");
    node.arg(root().join("tests/js/answer.js")).arg(host).arg(place).arg(requests).arg(&answers);
    let status = node.status().expect("Node 20 or newer: `cargo xtask test` says how to get it");
    assert!(status.success(), "tests/js/answer.js {host} ended with {status}");

    let text = read_text(&answers);
    let mut lines = text.lines();
    let head: Head = serde_json::from_str(lines.next().unwrap_or_default()).expect("the digest");
    let answer = |line| {
        let Line { status, headers, body } = serde_json::from_str(line).expect("an answer");
        Answer::new(status, headers, BASE64_STANDARD.decode(body).expect("base64"))
    };
    Run { core_module_sha256: head.core_module_sha256, answers: lines.map(answer).collect() }
}

/// The libraries compiled for this machine: the same but for scores, which may differ by [`SCORE_TOLERANCE`].
fn assert_native_agrees(requests: &[Request], expected: &[Answer]) {
    let mut api = spanlet_component::api();
    load_natively(&mut api);
    for (request, expected) in requests.iter().zip(expected) {
        let field = |(name, value): &(String, String)| spanlet_api::Field { name: name.clone(), value: value.clone() };
        let response = api.handle(&spanlet_api::Request {
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query.clone(),
            headers: request.headers.iter().map(field).collect(),
            body: request.body_bytes(),
        });
        let headers = response.headers.into_iter().map(|field| (field.name, field.value)).collect();
        let found = Answer::new(response.status, headers, response.body);
        assert!(agree(expected, &found), "native, {}\n{}", show_request(request), show_both(expected, &found));
    }
}

fn load_natively(api: &mut spanlet_api::Api) {
    for name in MODELS {
        let path = model_path(name);
        let bytes = std::fs::read(&path).expect("a default model");
        let size_bytes = u32::try_from(bytes.len()).expect("a small model");
        let file = path.file_name().and_then(|file| file.to_str()).expect("a plain name").to_owned();
        let part = spanlet_api::PartSize { name: file, size_bytes };
        let load = api.begin(name, vec![part], Some(r#"{"default_for":"unclaimed"}"#)).expect("a load");
        for chunk in bytes.chunks(spanlet_api::MAX_CHUNK_BYTES) {
            api.write(load, 0, chunk).expect("a chunk");
        }
        api.finish(load).expect("a default model");
    }
}

fn agree(expected: &Answer, found: &Answer) -> bool {
    if expected == found {
        return true;
    }
    let json = |answer: &Answer| serde_json::from_slice::<serde_json::Value>(&answer.body).ok();
    let bodies_agree = json(expected).zip(json(found)).is_some_and(|(expected, found)| values_agree(&expected, &found));
    expected.status == found.status && expected.headers == found.headers && bodies_agree
}

fn values_agree(expected: &serde_json::Value, found: &serde_json::Value) -> bool {
    use serde_json::Value::{Array, Number, Object};
    match (expected, found) {
        (Number(expected), Number(found)) if expected.is_f64() => {
            let pair = expected.as_f64().zip(found.as_f64());
            pair.is_some_and(|(expected, found)| (expected - found).abs() <= SCORE_TOLERANCE)
        }
        (Array(expected), Array(found)) => {
            expected.len() == found.len()
                && expected.iter().zip(found).all(|(expected, found)| values_agree(expected, found))
        }
        (Object(expected), Object(found)) => {
            let same = |(name, value): (&String, _)| {
                // A model's tables take other room where addresses have 64 bits.
                name == "memory_bytes" || found.get(name).is_some_and(|found| values_agree(value, found))
            };
            expected.len() == found.len() && expected.iter().all(same)
        }
        _ => expected == found,
    }
}

/// How many requests were asked where, and how many had which status.
fn totals(answers: &[Answer]) -> String {
    let mut statuses = BTreeMap::<u16, usize>::new();
    for answer in answers {
        *statuses.entry(answer.status).or_default() += 1;
    }
    let mut text = format!("requests {COUNT}\nanswered alike in wasmtime, {}\n", JAVASCRIPT_HOSTS.join(", "));
    for (status, count) in statuses {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "status {status}: {count}");
    }
    text
}

fn show_request(request: &Request) -> String {
    format!("{} {}?{} ({})", request.method, request.path, request.query, request.why)
}

fn show_both(expected: &Answer, found: &Answer) -> String {
    let show = |answer: &Answer| {
        let body: String = String::from_utf8_lossy(&answer.body).chars().take(600).collect();
        format!("{} {:?}\n{body}", answer.status, answer.headers)
    };
    format!("expected {}\nfound {}", show(expected), show(found))
}

//! Events in, requests out: what each gateway does to a request, and the samples that two libraries ship.

use std::{collections::BTreeMap, fs, path::PathBuf, process::Command};

use serde_json::{Value, json, value::to_raw_value};
use spanlet_runtime::Request;

use super::{Event, Gateway, RequestFault};

fn parsed(event: &Value) -> Event {
    Event::from_json(to_raw_value(event).expect("JSON"))
}

fn http(event: &Value) -> (Gateway, Request) {
    match parsed(event) {
        Event::Http(gateway, Ok(request)) => (gateway, request),
        other => panic!("expected a request, found {other:?}"),
    }
}

fn fault(event: &Value) -> RequestFault {
    match parsed(event) {
        Event::Http(_, Err(fault)) => fault,
        other => panic!("expected a fault, found {other:?}"),
    }
}

fn header<'r>(request: &'r Request, name: &str) -> Vec<&'r str> {
    let found = request.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str()).collect()
}

fn http_api(raw_path: &str, stage: &str) -> Value {
    json!({"version": "2.0", "rawPath": raw_path, "rawQueryString": "", "headers": {},
           "requestContext": {"stage": stage, "http": {"method": "POST", "path": raw_path}}, "isBase64Encoded": false})
}

fn rest_api(path: &str) -> Value {
    json!({"httpMethod": "GET", "path": path, "requestContext": {"stage": "v1", "path": format!("/v1{path}")}})
}

fn load_balancer() -> Value {
    json!({"httpMethod": "GET", "path": "/v1/hashtags", "requestContext": {"elb": {"targetGroupArn": "arn"}}})
}

#[test]
fn payload_2_leaves_its_stage() {
    let cases = [
        ("/prod/v1/hashtags", "prod", "/v1/hashtags"),
        ("/prod", "prod", "/"),
        ("/prod/", "prod", "/"),
        ("/production/x", "prod", "/production/x"),
        ("/v1/hashtags", "$default", "/v1/hashtags"),
        ("/$default/x", "$default", "/$default/x"),
        ("/v1/v1/hashtags", "v1", "/v1/hashtags"),
        ("/models/a b/ü?", "$default", "/models/a%20b/%C3%BC%3F"),
        ("/models/a%20b", "$default", "/models/a%20b"),
    ];
    for (raw_path, stage, expected) in cases {
        let (gateway, request) = http(&http_api(raw_path, stage));
        assert_eq!((gateway, request.path.as_str()), (Gateway::HttpApi, expected), "{raw_path} of {stage}");
    }
}

#[test]
fn payload_1_leaves_the_base_path_of_a_custom_domain() {
    let mut event = rest_api("/nlp/v1/hashtags");
    assert_eq!(http(&event).1.path, "/nlp/v1/hashtags");
    event["resource"] = json!("/{proxy+}");
    event["pathParameters"] = json!({"proxy": "v1/hashtags"});
    assert_eq!(http(&event).1.path, "/v1/hashtags");
    event["resource"] = json!("/v1/{route}");
    event["pathParameters"] = json!({"route": "hashtags"});
    assert_eq!(http(&event).1.path, "/v1/hashtags");
    event["resource"] = json!("$default");
    assert_eq!(http(&event).1.path, "/nlp/v1/hashtags");
}

#[test]
fn a_stage_named_like_a_route_is_not_mistaken_for_it() {
    assert_eq!(http(&rest_api("/v1/hashtags")).1.path, "/v1/hashtags");
}

#[test]
fn an_http_api_with_payload_1_leaves_its_stage() {
    let mut event = rest_api("/prod/v1/hashtags");
    event["version"] = json!("1.0");
    event["requestContext"] = json!({"stage": "prod", "path": "/prod/v1/hashtags"});
    assert_eq!(http(&event).1.path, "/v1/hashtags");
}

#[test]
fn queries_arrive_encoded_once() {
    let mut event = rest_api("/");
    event["queryStringParameters"] = json!({"text": "a&b=c d+e ü"});
    assert_eq!(http(&event).1.query, "text=a%26b%3Dc%20d%2Be%20%C3%BC");
    event["multiValueQueryStringParameters"] = json!({"text": ["one", "two"]});
    assert_eq!(http(&event).1.query, "text=one&text=two");

    let mut event = load_balancer();
    event["queryStringParameters"] = json!({"text": "a%26b+c%C3%BC"});
    assert_eq!(http(&event).1.query, "text=a%26b+c%C3%BC");
    event["queryStringParameters"] = json!({"text": "typed in by hand"});
    assert_eq!(http(&event).1.query, "text=typed%20in%20by%20hand");

    let mut event = http_api("/", "$default");
    event["rawQueryString"] = json!("text=a%26b+c&k=3");
    assert_eq!(http(&event).1.query, "text=a%26b+c&k=3");
}

#[test]
fn headers_and_cookies_keep_all_their_values() {
    let mut event = http_api("/", "$default");
    event["headers"] = json!({"Accept": "text/html,*/*", "x-null": null});
    event["cookies"] = json!(["a=1", "b=2"]);
    let request = http(&event).1;
    assert_eq!((header(&request, "accept"), header(&request, "cookie")), (vec!["text/html,*/*"], vec!["a=1; b=2"]));
    event["headers"] = json!({"cookie": "a=1; b=2"});
    assert_eq!(header(&http(&event).1, "cookie"), ["a=1; b=2"]);

    let mut event = load_balancer();
    event["multiValueHeaders"] = json!({"accept": ["a", "b"]});
    let (gateway, request) = http(&event);
    assert_eq!(gateway, Gateway::LoadBalancer { has_lists: true });
    assert_eq!(header(&request, "accept"), ["a", "b"]);
}

#[test]
fn bodies_are_bytes() {
    let cases = [
        (json!(null), false, &b""[..]),
        (json!(""), true, b""),
        (json!("{\"text\":\"\u{fc}\"}"), false, "{\"text\":\"\u{fc}\"}".as_bytes()),
        (json!("eyJ0ZXh0IjoiYSJ9"), true, b"{\"text\":\"a\"}"),
        (json!("/wA="), true, b"\xff\x00"),
    ];
    for (body, is_base64, expected) in cases {
        let mut event = http_api("/", "$default");
        event["body"] = body.clone();
        event["isBase64Encoded"] = json!(is_base64);
        assert_eq!(http(&event).1.body, expected, "{body}");
    }
}

#[test]
fn a_body_that_cannot_be_read_is_the_clients_fault() {
    let mut event = http_api("/", "$default");
    event["body"] = json!({"text": "a"});
    assert_eq!(fault(&event), RequestFault::NotString);
    event["body"] = json!("not base64!");
    event["isBase64Encoded"] = json!(true);
    let found = fault(&event);
    assert!(matches!(found, RequestFault::NotBase64 { .. }) && found.http().0 == 400, "{found}");
    event["headers"] = json!({"Content-Encoding": "gzip"});
    assert_eq!(fault(&event).http(), (415, "body.encoded", "Unsupported Media Type"));
    event["headers"] = json!({"content-encoding": "identity"});
    assert!(matches!(fault(&event), RequestFault::NotBase64 { .. }));
}

#[test]
fn what_is_no_request_is_bare() {
    let events = [
        json!({"text": "a", "path": "/v1/hashtags", "method": "GET"}),
        json!({"text": "a", "httpMethod": "GET", "path": "/"}),
        json!(["a", "b"]),
        json!("a"),
        json!(null),
        json!({"Records": []}),
    ];
    for event in events {
        assert!(
            matches!(parsed(&event), Event::Bare(bare) if event == bare.get().parse::<Value>().expect("JSON")),
            "{event}"
        );
    }
}

/// The JSON files in a folder of a package's source, which cargo knows where to find.
fn samples(package: &str, folder: &str) -> BTreeMap<String, Value> {
    let version = Command::new("rustc").arg("-vV").output().expect("rustc");
    let version = String::from_utf8(version.stdout).expect("text");
    let machine = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("the machine's name");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // What other machines alone depend on was never fetched.
    let arguments = ["metadata", "--format-version=1", "--offline", "--filter-platform", machine];
    let metadata = Command::new(cargo).args(arguments).output().expect("cargo");
    let metadata: Value = serde_json::from_slice(&metadata.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("a list");
    let found = packages.iter().find(|found| found["name"] == package).expect("a dev-dependency of this package");
    let manifest = PathBuf::from(found["manifest_path"].as_str().expect("a path"));
    let files =
        fs::read_dir(manifest.with_file_name(folder)).expect("a folder").map(|file| file.expect("a file").path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let name = |path: &PathBuf| path.file_stem().expect("a name").to_string_lossy().into_owned();
    files.map(|path| (name(&path), serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON"))).collect()
}

/// Which samples are HTTP requests, from their names: `None` for events of other kinds.
fn expected_gateway(name: &str) -> Option<Gateway> {
    let is_other = ["response", "custom-auth", "authorizer-", "websocket"].iter().any(|word| name.contains(word));
    if is_other || !name.contains("request") && !name.contains("alb_") && !name.contains("apigw_") {
        return None;
    }
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["alb"]) {
        Some(Gateway::LoadBalancer { has_lists: has(&["multi"]) })
    } else if has(&["lattice"]) {
        Some(Gateway::Lattice)
    } else if has(&["apigw-v2", "apigw_v2", "sam-http", "function_url", "path_with_space"]) {
        Some(Gateway::HttpApi)
    } else if has(&["apigw"]) {
        Some(Gateway::RestApi)
    } else {
        None
    }
}

#[test]
fn every_sample_is_what_its_name_says() {
    let packages = [("aws_lambda_events", "src/fixtures", 173), ("lambda_http", "tests/data", 18)];
    let mut requests = 0;
    for (package, folder, count) in packages {
        let samples = samples(package, folder);
        assert_eq!(samples.len(), count, "{package} ships another number of samples");
        for (name, event) in samples {
            let found = match parsed(&event) {
                Event::Http(gateway, _) => Some(gateway),
                Event::Bare(_) => None,
            };
            assert_eq!(found, expected_gateway(&name), "{package} {name}");
            requests += usize::from(found.is_some());
        }
    }
    assert_eq!(requests, 37);
}

//! `spanlet serve` as a client and a service manager see it.

use std::{fs, thread, time::Duration};

#[path = "../../runtime/tests/fixture/component.rs"]
mod fixture;
#[path = "command/scratch.rs"]
mod scratch;
#[path = "command/server.rs"]
mod server;

use scratch::Scratch;
use server::Server;

/// The embedded models without a transformer, which the component that is compiled soonest can load.
const SMALL: [&str; 4] = ["--model", "en", "--model", "tags"];

/// A server whose component does what it is told by the path, misbehaviour included.
fn misbehaving(arguments: &[&str]) -> Server {
    let scratch = Scratch::new();
    let component = scratch.file("misbehaving.wasm", fixture::misbehaving("0.1.0"));
    Server::start(&[&["--component", component.to_str().expect("UTF-8")], arguments].concat())
}

fn problem(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[test]
fn one_request_s_trap_is_its_own() {
    let server = misbehaving(&["--instances", "1"]);
    assert_eq!(server.get("/trap").problem(), problem(500, "host.trapped"));
    let answer = server.post("/", "still here");
    assert_eq!((answer.status, answer.body.as_slice()), (200, &b"still here"[..]));
}

#[test]
fn a_request_that_takes_too_long_is_stopped() {
    let server = misbehaving(&["--deadline-ms", "50"]);
    assert_eq!(server.get("/spin").problem(), problem(504, "host.deadline"));
    assert_eq!(server.get("/else").status, 200);
}

#[test]
fn a_request_that_takes_too_much_memory_is_stopped() {
    let server = misbehaving(&["--memory-mb", "16", "--model", "tags"]);
    assert_eq!(server.get("/memory").problem(), problem(500, "host.out-of-memory"));
    assert_eq!(server.get("/refused").status, 200);
}

#[test]
fn one_request_too_many_is_told_to_come_back() {
    let server = misbehaving(&["--instances", "1", "--waiting", "0", "--deadline-ms", "3000"]);
    thread::scope(|scope| {
        // The others may have the only instance when it comes.
        let spin = || (0..).map(|_| server.get("/spin").status).find(|status| *status != 503);
        let spinning = scope.spawn(spin);
        let busy = loop {
            let answer = server.get("/else");
            if answer.status != 200 {
                break answer;
            }
        };
        assert_eq!(busy.problem(), problem(503, "host.busy"));
        assert_eq!(busy.header("retry-after"), Some("1"));
        assert_eq!(spinning.join().expect("no panic"), Some(504));
    });
}

#[test]
fn a_body_that_says_it_is_too_large_is_refused_unread() {
    let server = misbehaving(&["--max-body-bytes", "10"]);
    let mut connection = server.connect();
    connection.send(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 11\r\n\r\n");
    assert_eq!(connection.answer(false).problem(), problem(413, "body.too-large"));
    assert_eq!(server.post("/", "ten bytes.").status, 200);
}

#[test]
fn a_body_that_turns_out_too_large_is_refused() {
    let server = misbehaving(&["--max-body-bytes", "10"]);
    let mut connection = server.connect();
    connection.send(b"POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n");
    connection.send(b"6\r\nsix by\r\n6\r\ntes tw\r\n0\r\n\r\n");
    assert_eq!(connection.answer(false).problem(), problem(413, "body.too-large"));
}

#[test]
fn a_large_body_is_refused_while_it_is_still_being_sent() {
    let server = Server::start(&SMALL);
    let answer = server.ask("POST /v1/hashtags HTTP/1.1", &vec![b'x'; 40 << 20]);
    assert_eq!(answer.problem(), problem(413, "body.too-large"));
}

#[test]
fn a_compressed_body_is_refused() {
    let server = misbehaving(&[]);
    let answer = server.ask("POST / HTTP/1.1\r\ncontent-encoding: gzip", b"\x1f\x8b");
    assert_eq!(answer.problem(), problem(415, "body.encoded"));
    assert_eq!(answer.header("accept-encoding"), Some("identity"));
    assert_eq!(server.ask("POST / HTTP/1.1\r\ncontent-encoding: identity", b"plain").body, b"plain");
}

#[test]
fn a_connection_that_sends_no_request_is_closed() {
    let server = misbehaving(&["--head-ms", "200"]);
    let mut silent = server.connect();
    let mut slow = server.connect();
    slow.send(b"GET / HTTP/1.1\r\nhost: local");
    let mut idle = server.connect();
    idle.send(b"GET /else HTTP/1.1\r\nhost: localhost\r\n\r\n");
    assert_eq!(idle.answer(false).status, 200);
    for connection in [&mut silent, &mut slow, &mut idle] {
        assert!(connection.is_closed());
    }
    assert_eq!(server.get("/else").status, 200);
}

#[test]
fn a_request_under_way_is_answered_before_the_end() {
    let server = misbehaving(&[]);
    let mut connection = server.connect();
    connection.send(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\nexpect: 100-continue\r\n\r\n");
    // Now the request is under way: the server has begun to read its body.
    assert_eq!(connection.line(), "HTTP/1.1 100 Continue");
    assert_eq!(connection.line(), "");
    server.terminate();
    while !server.refuses_connections() {
        thread::sleep(Duration::from_millis(5));
    }
    connection.send(b"last wish");
    let answer = connection.answer(false);
    assert_eq!((answer.status, answer.body.as_slice()), (200, &b"last wish"[..]));

    let (status, log) = server.wait();
    assert!(status.success(), "{log}");
    assert!(log.contains("stopping"), "{log}");
}

#[test]
fn every_request_has_an_id_and_a_line() {
    let server = Server::start(&SMALL);
    let given = server.ask("POST /v1/classify HTTP/1.1\r\nx-request-id: abc-1", br#"{"text":"sourdough","k":2}"#);
    assert_eq!((given.status, given.header("x-request-id")), (200, Some("abc-1")));
    assert_eq!(given.model(), Some("tags"));
    assert_eq!(given.header("content-length"), Some(given.body.len().to_string().as_str()));
    let made = server.get("/v1/hashtags?text=secret%20recipe");
    let id = made.header("x-request-id").expect("an id").to_owned();
    assert_eq!(server.get("/nowhere").problem(), problem(404, "route.unknown"));
    server.terminate();

    let (_, log) = server.wait();
    let line = |id: &str| log.lines().find(|line| line.contains(&format!(" id={id}"))).expect(id).to_owned();
    let expected = "method=POST path=/v1/classify status=200 ms=";
    assert!(line("abc-1").starts_with(expected), "{log}");
    assert!(line("abc-1").ends_with(" model=tags task=classify texts=1 code_points=9 failed=0"), "{log}");
    assert!(line(&id).starts_with("method=GET path=/v1/hashtags status=200 ms="), "{log}");
    assert!(!log.contains("secret"), "texts stay out of the log: {log}");
    assert!(log.contains("path=/nowhere status=404 "), "{log}");
}

#[test]
fn a_trap_is_explained_in_the_log_alone() {
    let server = misbehaving(&[]);
    let answer = server.get("/trap");
    assert!(!String::from_utf8_lossy(&answer.body).contains("unreachable"));
    server.terminate();
    let (_, log) = server.wait();
    assert!(log.contains("host.trapped") && log.contains("unreachable"), "{log}");
}

#[test]
fn the_page_is_served_with_what_browsers_insist_on() {
    let server = Server::start(&SMALL);
    let page = server.get("/");
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval';") && !policy.contains("unsafe-inline"), "{policy}");
    assert_eq!(server.get("/index.html").body, page.body);

    let head = server.ask("HEAD / HTTP/1.1", b"");
    assert_eq!((head.status, head.header("content-length")), (200, page.header("content-length")));

    let tag = page.header("etag").expect("a tag");
    let known = server.ask(&format!("GET / HTTP/1.1\r\nif-none-match: {tag}"), b"");
    assert_eq!((known.status, known.body.len()), (304, 0));
    let changed = server.ask("GET / HTTP/1.1\r\nif-none-match: \"0123456789abcdef\"", b"");
    assert_eq!(changed.status, 200);
}

#[test]
fn every_file_of_the_page_is_there() {
    let server = Server::start(&SMALL);
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../target").into(), std::path::PathBuf::from);
    let files = fs::read_dir(target.join("www")).expect("`cargo xtask build` made the page");
    let mut wasm = 0;
    for file in files.map(|file| file.expect("readable")).filter(|file| file.file_type().expect("known").is_file()) {
        let name = file.file_name().into_string().expect("UTF-8");
        let answer = server.get(&format!("/{name}"));
        assert_eq!(answer.status, 200, "{name}");
        assert_eq!(answer.body, fs::read(file.path()).expect("readable"), "{name}");
        if name.ends_with(".wasm") {
            assert_eq!(answer.header("content-type"), Some("application/wasm"));
            wasm += 1;
        }
    }
    assert!(wasm > 0, "the component is among them");
}

#[test]
fn a_text_at_the_root_is_answered_and_not_the_page() {
    let server = Server::start(&SMALL);
    let answer = server.get("/?text=She%20lives%20in%20Berlin.");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    assert_eq!(answer.json()[0]["text"], "Berlin", "{answer:?}");
    let posted = server.post("/", r#"{"text":"She lives in Berlin."}"#);
    assert_eq!(posted.body, answer.body);
    for query in ["Text=sourdough", "inputs=sourdough"] {
        assert_eq!(server.get(&format!("/?{query}")).model(), Some("en"), "{query}");
    }
    let preflight = server.ask("OPTIONS /v1/hashtags HTTP/1.1\r\norigin: http://example.org", b"");
    assert_eq!((preflight.status / 100, preflight.header("access-control-allow-origin")), (2, Some("*")));
}

#[test]
fn the_bare_task_is_the_deployment_s_choice() {
    let server = Server::start(&["--model", "tags", "--bare-task", "classify"]);
    let answer = server.post("/", r#"{"text":"sourdough starter"}"#);
    assert!(answer.json()["labels"].is_array(), "{answer:?}");
    let server = Server::start_with(&["--model", "tags"], &[("SPANLET_BARE_TASK", "classify")]);
    assert_eq!(server.post("/", r#"{"text":"sourdough starter"}"#).body, answer.body);
}

#[test]
fn the_first_model_that_can_classify_answers_where_none_is_named() {
    let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/cases/fasttext");
    let model = |name: &str| format!("{name}={cases}/{name}.bin");
    let (vectors, softmax) = (model("cbow"), model("softmax"));
    let text = r#"{"text":"sourdough"}"#;
    for (models, default) in [
        (vec!["--model", &softmax, "--model", "tags"], "softmax"),
        (vec!["--model", "tags", "--model", &softmax], "tags"),
        (vec!["--model", &vectors, "--model", "tags", "--model", &softmax], "tags"),
    ] {
        // The second instance knows from the first what each model can do.
        let server = Server::start(&[&models[..], &["--instances", "2"]].concat());
        for path in ["/v1/classify", "/v1/hashtags", "/"] {
            let answer = server.post(path, text);
            assert_eq!((answer.status, answer.model()), (200, Some(default)), "{models:?}");
        }
    }
}

#[test]
fn where_no_model_is_given_the_embedded_ones_share_the_tasks() {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../target").into(), std::path::PathBuf::from);
    let component = target.join("component/spanlet.cwasm");
    let server = Server::start(&["--component", component.to_str().expect("UTF-8"), "--instances", "1"]);
    for (task, model) in [
        ("analyze", "en"),
        ("entities", "en"),
        ("keyphrases", "en"),
        ("embed", "ner"),
        ("classify", "tags"),
        ("hashtags", "tags"),
    ] {
        let answer = server.post(&format!("/v1/{task}"), r#"{"text":"She lives in Berlin."}"#);
        assert_eq!((answer.status, answer.model()), (200, Some(model)), "{task}");
    }
    let named = server.post("/v1/entities", r#"{"text":"She lives in Berlin.","model":"ner"}"#).json();
    assert_eq!((&named[0]["text"], &named[0]["label"]), (&"Berlin".into(), &"LOC".into()), "{named}");
    assert_eq!(server.post("/", r#"{"text":"She lives in Berlin."}"#).model(), Some("en"));
}

#[test]
fn models_are_named_on_the_command_line() {
    let tags = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/tags/tags.ftz");
    let server = Server::start(&["--model", &format!("food={tags}"), "--model", "tags"]);
    let answer = server.post("/v1/classify", r#"{"text":"sourdough","model":"food"}"#);
    assert_eq!((answer.status, answer.model()), (200, Some("food")));
    let twin = server.post("/v1/classify", r#"{"text":"sourdough","model":"tags"}"#);
    assert_eq!(twin.body, answer.body);
}

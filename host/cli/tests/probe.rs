//! `spanlet probe` as a shell sees it, over loopback.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Output, Stdio},
    sync::{Arc, Barrier},
    thread,
    time::Duration,
};

use serde_json::Value;
use tokio_rustls::rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, pem::PemObject as _},
};

#[path = "command/endpoint.rs"]
mod endpoint;
#[path = "command/scratch.rs"]
mod scratch;

use endpoint::{Deed, Endpoint, nobody, ok};
use scratch::Scratch;

fn command(url: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spanlet"));
    command.args(["probe", url]).args(arguments);
    command
}

fn probe(url: &str, arguments: &[&str]) -> Output {
    command(url, arguments).output().expect("the command was built")
}

/// The exit status and the report.
fn report(url: &str, arguments: &[&str]) -> (Option<i32>, Value) {
    let output = probe(url, &[&["--json"], arguments].concat());
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", stderr(&output)));
    (output.status.code(), report)
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("not a number: {value}"))
}

#[test]
fn the_same_request_is_sent_every_time_over_one_connection() {
    let endpoint = Endpoint::start(|_, _| ok("{}"));
    let url = endpoint.url("http", "/v1/analyze?include=ents");
    let (status, report) = report(&url, &["--requests", "20", "--text", "Grüße", "--header", "x-key: a"]);
    assert_eq!((status, endpoint.connections()), (Some(0), 1));
    let seen = endpoint.seen();
    assert_eq!(seen.len(), 20);
    let first = &seen[0];
    assert!(seen.iter().all(|seen| seen.head == first.head && seen.body == "{\"text\":\"Grüße\"}".as_bytes()));
    let head = &first.head;
    assert!(head.starts_with("POST /v1/analyze?include=ents HTTP/1.1\r\n"), "{head}");
    for line in ["content-type: application/json\r\n", "x-key: a\r\n", "user-agent: spanlet-probe/", "host: 127.0.0.1:"]
    {
        assert!(head.contains(line), "{head}");
    }
    let load = &report["load"];
    assert_eq!((&load["sent"], &load["succeeded"], &load["statuses"]["200"]), (&20.into(), &20.into(), &20.into()));
    assert_eq!((&load["distinct_bodies"], &load["bodies"][0]["bytes"]), (&1.into(), &2.into()));
    assert_eq!((&load["latency"]["count"], &load["connect"]["count"]), (&20.into(), &1.into()));
    assert_eq!((&load["latency_counts_from"], &load["late"]), (&"sent".into(), &Value::Null));
    let latency = &load["latency"];
    assert!(
        number(&latency["min_ms"]) <= number(&latency["p50_ms"])
            && number(&latency["p50_ms"]) <= number(&latency["max_ms"])
    );
    assert_eq!((&latency["p90_ms"], &latency["p99_ms"]), (&Value::Null, &Value::Null), "20 are too few");
    let drawn =
        load["histogram"].as_array().expect("buckets").iter().map(|bucket| number(&bucket["count"])).sum::<f64>();
    assert_eq!(drawn, 20.0);
}

#[test]
fn what_will_be_sent_is_said_before() {
    let endpoint = Endpoint::start(|_, _| ok("{}"));
    let url = endpoint.url("http", "/");
    let output = probe(&url, &["--requests", "3", "--rate", "100", "--connections", "2", "--timeout-ms", "5000"]);
    let expected = format!(
        "probe: GET {url}, 0 bytes: up to 3 over 2 connections, 100 a second by schedule, for at most 60 s; \
         timeout 5000 ms; all done after at most 80 s\n"
    );
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), expected));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(text.starts_with(&format!("GET {url}, 0 bytes\n\n3 sent in ")), "{text}");
    assert!(text.contains("from when each was due") && text.contains("p99.9 needs 2995"), "{text}");
    assert!(text.contains('#') && text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn failures_are_counted_apart() {
    let endpoint = Endpoint::start(|number, _| match number {
        1 => Deed::Answer(503, "retry-after: 1\r\n", b"{\"code\":\"host.busy\"}".to_vec()),
        2 => Deed::Raw(Vec::new()),
        3 => Deed::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf".to_vec()),
        4 => Deed::Raw(b"SSH-2.0-OpenSSH_9.9\r\n\r\n".to_vec()),
        5 => Deed::Silence,
        6 => Deed::Answer(301, "location: /else\r\n", Vec::new()),
        _ => ok("{}"),
    });
    let url = endpoint.url("http", "/");
    let (status, report) = report(&url, &["--requests", "12", "--timeout-ms", "5000"]);
    let load = &report["load"];
    assert_eq!(status, Some(3), "{load}");
    assert_eq!((&load["sent"], &load["succeeded"], &load["latency"]["count"]), (&12.into(), &6.into(), &6.into()));
    let failures = serde_json::json!({ "closed": 2, "not_http": 1, "timeout": 1, "status": 2 });
    assert_eq!(load["failures"], failures);
    assert_eq!(load["statuses"], serde_json::json!({ "200": 6, "301": 1, "503": 1 }));
    assert_eq!(load["examples"]["status"], "503 {\"code\":\"host.busy\"}");
    assert_eq!(endpoint.seen().len(), 12, "nothing is sent twice");
}

#[test]
fn a_body_beyond_the_limit_is_not_read_to_its_end() {
    let endpoint = Endpoint::start(|number, _| match number {
        0 => Deed::Raw([&b"HTTP/1.1 200 OK\r\n\r\n"[..], &vec![b'x'; (64 << 20) + 1]].concat()),
        _ => ok(&"x".repeat(1 << 20)),
    });
    let (status, report) = report(&endpoint.url("http", "/"), &["--requests", "2"]);
    let load = &report["load"];
    assert_eq!(
        (status, &load["failures"]["too_large"], &load["bodies"][0]["bytes"]),
        (Some(3), &1.into(), &(1 << 20).into())
    );
}

#[test]
fn an_endpoint_that_goes_away_refuses_connections() {
    let endpoint = Endpoint::start_for_one_connection(|_, _| Deed::Answer(200, "connection: close\r\n", b"a".to_vec()));
    let (status, report) = report(&endpoint.url("http", "/"), &["--requests", "5"]);
    let load = &report["load"];
    assert_eq!((status, &load["succeeded"], &load["failures"]["refused"]), (Some(3), &1.into(), &4.into()), "{load}");
}

#[test]
fn a_connection_that_is_closed_in_order_is_opened_again() {
    let endpoint = Endpoint::start(|_, _| Deed::Answer(200, "connection: close\r\n", b"a".to_vec()));
    let (status, report) = report(&endpoint.url("http", "/"), &["--requests", "5"]);
    assert_eq!((status, &report["load"]["connect"]["count"]), (Some(0), &5.into()), "{report}");
    assert_eq!(endpoint.connections(), 5);
}

#[test]
fn nothing_but_failures_is_the_worst() {
    let endpoint = Endpoint::start(|_, _| Deed::Answer(404, "", b"no such route\n".to_vec()));
    let output = probe(&endpoint.url("http", "/"), &["--requests", "3"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains("0 succeeded, 3 failed") && text.contains("3 not 2xx; first: 404 no such route"), "{text}");

    for (url, said) in [
        (format!("http://{}/", nobody()), "port"),
        ("http://no-such-host.invalid/".to_owned(), "looking up no-such-host.invalid"),
    ] {
        let output = probe(&url, &["--timeout-ms", "5000"]);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
        let message = stderr(&output);
        assert!(message.contains("spanlet: ") && message.contains(said), "{message}");
    }
}

#[test]
fn a_slow_answer_is_not_hidden_by_sending_less() {
    const HOLD_MS: u64 = 300;
    let endpoint = Endpoint::start(|number, _| {
        if number == 0 {
            thread::sleep(Duration::from_millis(HOLD_MS));
        }
        ok("a")
    });
    // Ten are due within 90 ms, all while the first is being answered.
    let url = endpoint.url("http", "/");
    let (status, report) = report(&url, &["--requests", "10", "--rate", "100", "--connections", "1"]);
    let load = &report["load"];
    assert_eq!((status, &load["latency_counts_from"]), (Some(0), &"due".into()));
    // The last was due 90 ms after the first, and the endpoint held the first for so long.
    assert!(number(&load["latency"]["min_ms"]) >= (HOLD_MS - 91) as f64, "{load}");
    assert!(number(&load["late"]["max_ms"]) >= (HOLD_MS - 11) as f64, "{load}");
    assert!(number(&load["late"]["min_ms"]) <= number(&load["first_byte"]["max_ms"]), "{load}");
}

#[test]
fn what_was_due_and_never_sent_is_said() {
    let endpoint = Endpoint::start(|_, _| {
        thread::sleep(Duration::from_millis(1100));
        ok("a")
    });
    let url = endpoint.url("http", "/");
    let arguments = ["--rate", "50", "--duration", "1", "--connections", "1"];
    let (status, report) = report(&url, &arguments);
    let load = &report["load"];
    assert_eq!((status, &load["sent"], &load["unsent"]), (Some(3), &1.into(), &49.into()), "{load}");
    assert_eq!(endpoint.seen().len(), 1);
}

#[test]
fn connections_are_used_side_by_side() {
    let together = Arc::new(Barrier::new(4));
    let endpoint = Endpoint::start(move |_, _| {
        together.wait();
        ok("a")
    });
    let (status, report) = report(&endpoint.url("http", "/"), &["--requests", "12", "--connections", "4"]);
    assert_eq!((status, endpoint.connections()), (Some(0), 4), "{report}");
}

#[test]
fn a_burst_is_sent_at_once_on_connections_of_its_own() {
    let together = Arc::new(Barrier::new(5));
    let endpoint = Endpoint::start(move |number, _| {
        if number < 25 {
            together.wait();
        }
        Deed::Answer(200, if number < 5 { "server-timing: cold;dur=40\r\n" } else { "" }, b"a".to_vec())
    });
    let (status, report) = report(&endpoint.url("http", "/"), &["--burst", "5", "--requests", "7"]);
    let cold = &report["cold"];
    assert_eq!((status, endpoint.connections()), (Some(0), 26), "{report}");
    assert_eq!(
        (&report["load"]["sent"], &cold["first"]["sent"], &cold["repeated"]["sent"]),
        (&7.into(), &5.into(), &20.into())
    );
    let said = serde_json::json!([{ "name": "cold", "count": 5, "median_ms": 40.0, "max_ms": 40.0 }]);
    assert_eq!((&cold["first"]["server_timing"], &cold["repeated"]["server_timing"]), (&said, &serde_json::json!([])));
    assert!(cold["slower_than_all_repeated"].as_u64().is_some_and(|slower| slower <= 5), "{cold}");
}

#[test]
fn after_a_rest_one_request_is_compared() {
    let endpoint = Endpoint::start(|_, _| ok("a"));
    let output = probe(&endpoint.url("http", "/"), &["--idle", "1", "--requests", "2"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!((output.status.code(), endpoint.seen().len()), (Some(0), 23), "{text}");
    assert!(text.contains("1 at once on new connections after 1 s of rest"), "{text}");
    assert!(text.contains(" of 1 took longer than every one of the 20 sent again"), "{text}");
}

#[test]
fn different_bodies_are_told() {
    let endpoint = Endpoint::start(|number, _| ok(if number % 3 == 0 { "one" } else { "another" }));
    let output = probe(&endpoint.url("http", "/"), &["--requests", "9"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0));
    assert!(text.contains("2 different bodies for the same request"), "{text}");
    assert!(text.contains("6 times 7 bytes") && text.contains("3 times 3 bytes"), "{text}");
}

#[test]
fn a_body_other_than_expected_is_a_failure() {
    let endpoint = Endpoint::start(|number, _| ok(if number % 2 == 0 { "{\"a\":1}" } else { "{\"a\":2}" }));
    let scratch = Scratch::new();
    let file = scratch.file("expected.json", "{\"a\":1}");
    for expected in [["--expect", file.to_str().expect("UTF-8")], ["--expect-text", ":1"]] {
        let (status, report) = report(&endpoint.url("http", "/"), &[&expected[..], &["--requests", "4"]].concat());
        let load = &report["load"];
        assert_eq!((status, &load["succeeded"], &load["failures"]["unexpected"]), (Some(3), &2.into(), &2.into()));
        assert_eq!(load["examples"]["unexpected"], "200 {\"a\":2}");
    }
    let output = probe(&endpoint.url("http", "/"), &["--expect", "no-such-file"]);
    assert!(
        output.status.code() == Some(1) && stderr(&output).contains("--expect no-such-file"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn tls_trusts_whom_it_is_told_to() {
    let scratch = Scratch::new();
    let made = |name: &str| rcgen::generate_simple_self_signed([name.to_owned()]).expect("a certificate");
    let (own, other) = (made("127.0.0.1"), made("127.0.0.1"));
    let key = PrivateKeyDer::from_pem_slice(own.signing_key.serialize_pem().as_bytes()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .expect("a certificate and its key");
    let endpoint = Endpoint::start_tls(config, |_, _| ok("a"));
    let url = endpoint.url("https", "/");

    let file = scratch.file("own.pem", own.cert.pem());
    let (status, report) =
        report(&url, &["--requests", "6", "--connections", "2", "--ca", file.to_str().expect("UTF-8")]);
    assert_eq!(
        (status, &report["load"]["succeeded"], &report["load"]["connect"]["count"]),
        (Some(0), &6.into(), &2.into())
    );

    let file = scratch.file("other.pem", other.cert.pem());
    let empty = scratch.file("empty.pem", "no certificate\n");
    let seen = endpoint.seen().len();
    for (file, said) in
        [(&file, "--ca FILE"), (&empty, "expected certificates in PEM"), (&scratch.file("x", ""), "PEM")]
    {
        let output = probe(&url, &["--ca", file.to_str().expect("UTF-8")]);
        let message = stderr(&output);
        assert!(output.status.code() == Some(1) && message.contains(said), "{message}");
    }
    assert_eq!(endpoint.seen().len(), seen, "nothing is sent to somebody else");
}

#[test]
fn more_than_is_allowed_is_refused_before_anything_is_sent() {
    let endpoint = Endpoint::start(|_, _| ok("a"));
    let url = endpoint.url("http", "/");
    for arguments in [
        &["--requests", "10001"][..],
        &["--connections", "65"],
        &["--rate", "201"],
        &["--duration", "601"],
        &["--rate", "200", "--duration", "60"],
        &["--burst", "65"],
        &["--text", "a", "--data", "{}"],
        &["--data", "{"],
        &["--header", "no colon"],
    ] {
        let output = probe(&url, arguments);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments:?}: {}", stderr(&output));
    }
    assert_eq!(probe("ftp://a.example/", &[]).status.code(), Some(2));
    assert_eq!((endpoint.connections(), endpoint.seen().len()), (0, 0));
}

#[test]
fn an_interrupt_ends_it_with_what_was_measured() {
    let endpoint = Endpoint::start(|_, _| ok("a"));
    let child = command(&endpoint.url("http", "/"), &["--rate", "10", "--requests", "3000", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command was built");
    while endpoint.seen().len() < 2 {
        thread::sleep(Duration::from_millis(5));
    }
    let told = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(told.expect("kill is there").success());
    let output = child.wait_with_output().expect("our child");
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!((output.status.code(), &report["interrupted"]), (Some(0), &true.into()), "{}", stderr(&output));
    assert_eq!(report["load"]["sent"].as_u64(), Some(endpoint.seen().len() as u64));
    assert!(endpoint.seen().len() < 3000);
}

#[test]
fn spanlet_itself_answers_the_default_request() {
    let mut server = Command::new(env!("CARGO_BIN_EXE_spanlet"))
        .args(["serve", "--addr", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the command was built");
    let mut first = String::new();
    BufReader::new(server.stdout.take().expect("piped")).read_line(&mut first).expect("a line");
    let url = format!("{}/v1/entities", first.trim().trim_start_matches("listening on "));
    let (status, report) = report(&url, &["--requests", "30", "--expect-text", "Angela Merkel"]);
    server.kill().and_then(|()| server.wait()).expect("our child");
    assert_eq!((status, &report["load"]["distinct_bodies"]), (Some(0), &1.into()), "{report}");
}

#[test]
fn help_teaches_by_examples() {
    let output = probe("--help", &[]);
    let help = String::from_utf8_lossy(&output.stdout).into_owned();
    for said in ["Examples:", "spanlet probe https://", "Exit status:", "299 for p99", "cold start"] {
        assert!(help.contains(said), "{help}");
    }
}

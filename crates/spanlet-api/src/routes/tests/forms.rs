//! Rows and lines in, rows and lines out.

use super::{HALF, ask, header, request};
use crate::fake::{api, api_with_docs};

const CSV: &str = "text/csv";
const LINES: &str = "application/jsonlines";
const JSON: &str = "application/json";
/// A list with one brand, as a field of CSV.
const BRAND: &str = r#""[{""text"":""STARBUCKS"",""label"":""BRD"",""start"":0,""end"":9}]""#;

#[test]
fn rows_are_answered_by_rows() {
    let rows = "STARBUCKS Vancouver\r\n\"a, \"\"b\"\"\"\r\n";
    let cases = [
        ("text/csv; charset=utf-8", "", rows, format!("{BRAND}\r\n[]\r\n")),
        (CSV, "*/*", rows, format!("{BRAND}\r\n[]\r\n")),
        (CSV, "text/csv; source=present", rows, format!("STARBUCKS Vancouver,{BRAND}\r\n\"a, \"\"b\"\"\",[]\r\n")),
        (
            "text/csv;header=present",
            "text/csv;header=present;source=present",
            "id,text\n1,\n2,a",
            "source,prediction\r\n,[]\r\na,[]\r\n".to_owned(),
        ),
        (CSV, "text/csv; header=present", "a", "prediction\r\n[]\r\n".to_owned()),
        (CSV, JSON, "a\nb", "[[],[]]".to_owned()),
        (CSV, LINES, "a\n\nb\n", "[]\n[]\n[]\n".to_owned()),
        (JSON, CSV, r#"["STARBUCKS"]"#, format!("{BRAND}\r\n")),
        (JSON, CSV, r#"{"text":"STARBUCKS"}"#, format!("{BRAND}\r\n")),
        (JSON, "text/csv;source=present;header=present", "[]", "source,prediction\r\n".to_owned()),
        (CSV, "", "", String::new()),
        ("application/x-ndjson", "", "{\"text\":\"a\"}\n\"b\"\n", "[]\n[]\n".to_owned()),
        (LINES, JSON, "{\"text\":\"a\"}\n", "[[]]".to_owned()),
    ];
    let (api, _) = api_with_docs();
    for (content_type, accept, body, expected) in cases {
        let headers = [("content-type", content_type), ("accept", accept)];
        for line in ["POST /invocations", "POST /"] {
            assert_eq!(ask(&api, line, &headers, body), (200, expected.clone()), "{content_type} {accept} {body}");
        }
    }
}

#[test]
fn an_answer_says_what_it_is() {
    let (api, _) = api_with_docs();
    for (content_type, accept, expected) in [
        (CSV, "", "text/csv; charset=utf-8"),
        (CSV, "text/csv;header=present", "text/csv; charset=utf-8; header=present"),
        (LINES, "", LINES),
        (CSV, JSON, JSON),
    ] {
        let headers = [("content-type", content_type), ("accept", accept)];
        let response = api.handle(&request("POST /invocations", &headers, "\"a\""));
        assert_eq!(
            (header(&response, "content-type"), header(&response, "spanlet-offsets")),
            (Some(expected), Some("code-point"))
        );
    }
}

#[test]
fn a_row_or_line_without_a_text_fails_alone() {
    let (api, _) = api_with_docs();
    let headers = [("content-type", CSV), ("accept", "text/csv;source=present")];
    let response = api.handle(&request("POST /invocations", &headers, "a\nb,c\nunanswerable\nd"));
    let body = String::from_utf8(response.body).expect("UTF-8");
    let rows: Vec<&str> = body.lines().collect();
    assert_eq!((rows.len(), rows[0], rows[3]), (4, "a,[]", "d,[]"));
    assert!(rows[1].starts_with(",\"{\"\"error\"\":{") && rows[1].contains("csv.columns"), "{}", rows[1]);
    assert!(rows[1].contains(r#"""place"":""row 2"""#), "{}", rows[1]);
    assert!(rows[2].starts_with("unanswerable,\"{\"\"error\"\"") && rows[2].contains("row 3"), "{}", rows[2]);
    assert_eq!((response.usage[0].texts, response.usage[0].failed), (4, 2));
    let (_, body) = ask(&api, "POST /v1/entities", &[("content-type", LINES)], "{}\n\"a\"\noops");
    let lines: Vec<&str> = body.lines().collect();
    assert!(lines[0].contains(r#""code":"text.missing","place":"line 1""#), "{}", lines[0]);
    assert!(lines[2].contains(r#""code":"body.not-json","place":"line 3, column 1""#), "{}", lines[2]);
    assert_eq!((lines.len(), lines[1]), (3, "[]"));
}

#[test]
fn native_routes_answer_rows_with_results_and_lines_with_lines() {
    let labels = format!(r#"{{"labels":[{HALF}]}}"#);
    let both = format!(r#"{{"results":[{labels},{labels}]}}"#);
    let quoted = labels.replace('"', "\"\"");
    let cases = [
        (CSV, "", "a\nb", both.clone()),
        (CSV, CSV, "a", format!("\"{quoted}\"\r\n")),
        (LINES, "", "\"a\"\n{\"text\":\"b\"}", format!("{labels}\n{labels}\n")),
        (LINES, JSON, "\"a\"\n\"b\"", both.clone()),
        (JSON, LINES, r#"{"text":["a","b"]}"#, format!("{labels}\n{labels}\n")),
        (JSON, "text/html", r#"["a","b"]"#, both),
    ];
    let (api, _) = api();
    for (content_type, accept, body, expected) in cases {
        let headers = [("content-type", content_type), ("accept", accept)];
        assert_eq!(ask(&api, "POST /v1/classify", &headers, body), (200, expected), "{content_type} {accept}");
    }
    let (_, answer) = ask(&api, "POST /v1/classify?text=a", &[("content-type", CSV)], "b");
    assert!(answer.contains("field.duplicate"), "{answer}");
}

#[test]
fn bodies_that_cannot_be_divided_are_refused_as_a_whole() {
    let cases: [(&str, &str, u16, &str); 4] = [
        (CSV, "a\n\"b", 400, r#""code":"body.not-csv","place":"line 2""#),
        ("text/csv;header=present", "a,b\n", 400, "csv.no-text-column"),
        (CSV, "a\nb\nc\nd", 413, r#""code":"text.too-many","place":"/""#),
        (LINES, "1\n2\n3\n4", 413, "text.too-many"),
    ];
    let (mut api, _) = api_with_docs();
    api.configure(r#"{"max_texts":3}"#).expect("settings");
    for (content_type, body, status, expected) in cases {
        let headers = [("content-type", content_type), ("accept", CSV)];
        let response = api.handle(&request("POST /invocations", &headers, body));
        let problem = String::from_utf8(response.body.clone()).expect("UTF-8");
        assert_eq!((response.status, header(&response, "content-type")), (status, Some("application/problem+json")));
        assert!(problem.contains(expected), "{problem}");
    }
}

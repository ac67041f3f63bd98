//! Requests for documents, entities and key phrases, in every form that texts come and answers go.

use serde_json::json;

use super::{FORM, JSON, PLAIN, Sample, TEXTS, once, text};

const CSV: &[(&str, &str)] = &[("content-type", "text/csv")];
const LINES: &[(&str, &str)] = &[("content-type", "application/x-ndjson")];

/// With names, so that there is something to find.
const NEWS: &str =
    "Angela Merkel met Barack Obama in Berlin on Tuesday 🤝, said a spokesman for Siemens AG in São Paulo.";

impl Sample {
    pub(super) fn documents(&mut self) {
        for text in TEXTS.into_iter().chain([NEWS]) {
            let body = json!({ "text": text }).to_string();
            self.add("the document of a text", "POST /v1/analyze", JSON, once(body.clone()));
            self.add("key phrases of a text", "POST /v1/keyphrases?offsets=utf16", JSON, once(body));
        }
        for (line, headers, body) in [
            ("POST /v1/analyze?include=ents,sents", PLAIN, NEWS.to_owned()),
            ("POST /v1/analyze?include=tokens&offsets=utf8", PLAIN, NEWS.to_owned()),
            ("POST /v1/analyze?include=", PLAIN, NEWS.to_owned()),
            ("POST /v1/analyze", JSON, json!({ "text": [NEWS, 5, ""], "include": ["ents", "vector"] }).to_string()),
            ("POST /v1/entities", FORM, json!({ "text": NEWS, "offsets": "utf16" }).to_string()),
            ("POST /v1/entities", JSON, json!([NEWS, TEXTS[0], null]).to_string()),
            ("POST /v1/entities?model=en", LINES, format!("{}\n{{}}\noops\n\"Oslo\"", json!({ "text": NEWS }))),
            ("POST /v1/keyphrases", CSV, format!("\"{NEWS}\"\r\na,b\r\n\r\nbread")),
            ("POST /", JSON, json!({ "text": NEWS }).to_string()),
            ("POST /", JSON, json!({ "Text": NEWS }).to_string()),
            ("POST /", FORM, json!({ "Text": TEXTS[2], "text": "x" }).to_string()),
            ("POST /", JSON, json!({ "inputs": NEWS }).to_string()),
            ("POST /", JSON, json!({ "inputs": [NEWS, "Oslo"] }).to_string()),
            ("POST /", PLAIN, NEWS.to_owned()),
            ("POST /invocations", JSON, json!([NEWS, "Oslo"]).to_string()),
            ("POST /invocations", CSV, format!("\"{NEWS}\"\nOslo\n\"a\nb \"\"c\"\"\"\n")),
            ("POST /invocations", LINES, format!("{}\n", json!({ "id": 1, "text": NEWS }))),
        ] {
            self.add("a document asked for in another way", line, headers, once(body));
        }
        for accept in
            ["text/csv", "text/csv; source=present; header=present", "application/jsonlines", "application/json"]
        {
            let headers = [("content-type", "text/csv; header=present"), ("accept", accept)];
            let body = format!("id,text\n1,\"{NEWS}\"\n2,Oslo\n3\n");
            self.add("rows in, something else out", "POST /invocations", &headers, once(body));
        }
        for (line, headers, body) in [
            ("POST /v1/analyze", JSON, json!({ "text": "a", "k": 1 }).to_string()),
            ("POST /v1/analyze?include=tags", PLAIN, "a".to_owned()),
            ("POST /v1/analyze?offsets=bytes", PLAIN, "a".to_owned()),
            ("POST /v1/analyze?model=tags", PLAIN, "a".to_owned()),
            ("POST /v1/entities", JSON, "{}".to_owned()),
            ("POST /invocations", CSV, "a\n\"b".to_owned()),
            ("POST /", JSON, json!({ "Text": ["a"] }).to_string()),
            ("GET /invocations", &[], String::new()),
            ("GET /ping", &[], String::new()),
            ("GET /v1/keyphrases?text=%F0%9F%8D%9E+fresh+bread&offsets=utf16", &[], String::new()),
            ("GET /?Text=fresh+bread", &[], String::new()),
            ("GET /?inputs=Oslo", &[], String::new()),
        ] {
            self.add("a document that cannot be had, or by GET", line, headers, once(body));
        }
        for (piece, times) in [("word ", 3_000), ("x", 20_000), ("🍞", 3_000), ("Berlin, ", 1_000), ("((", 500)] {
            let body = vec![text("{\"text\":\"", 1), text(piece, times), text("\"}", 1)];
            self.add("a long text", "POST /v1/entities", JSON, body);
        }
    }
}

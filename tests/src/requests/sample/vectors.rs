//! Requests for vectors, in Hugging Face's form, and with options for transformers, which the default models refuse.

use serde_json::json;

use super::{FORM, JSON, PLAIN, Sample, TEXTS, once};

const CSV: &[(&str, &str)] = &[("content-type", "text/csv"), ("accept", "text/csv;source=present")];
const LINES: &[(&str, &str)] = &[("content-type", "application/x-ndjson")];

impl Sample {
    pub(super) fn vectors(&mut self) {
        for text in [TEXTS[0], TEXTS[9], TEXTS[15], "qwxyz", ""] {
            for normalize in [false, true] {
                let body = json!({ "text": text, "normalize": normalize }).to_string();
                self.add("the vector of a text", "POST /v1/embed", JSON, once(body));
            }
        }
        for (line, headers, body) in [
            ("GET /v1/embed?text=sourdough+starter&normalize=1", &[][..], ""),
            ("POST /v1/embed?model=tags", PLAIN, "bread"),
            ("POST /v1/embed", FORM, r#"{"text":["bread",5,""]}"#),
            ("POST /v1/embed?normalize=true", LINES, "\"bread\"\n{\"text\":\"rice\"}\noops"),
            ("POST /v1/embed", CSV, "bread\r\n\"a, b\"\r\n"),
            ("HEAD /v1/embed?text=bread", &[], ""),
            ("OPTIONS /v1/embed", &[], ""),
            ("POST /v1/embed", JSON, r#"{"text":"bread","normalize":"yes"}"#),
            ("POST /v1/embed", JSON, r#"{"text":"bread","model":"en"}"#),
            ("POST /v1/embed", JSON, r#"{"text":"bread","k":1}"#),
        ] {
            self.add("a vector asked for in another way", line, headers, once(body));
        }
        for body in [
            r#"{"inputs":"bread","model":"tags"}"#,
            r#"{"inputs":["bread","rice"],"model":"tags","parameters":{"top_k":2},"options":{"use_cache":false}}"#,
            r#"{"inputs":"bread","model":"tags","parameters":{"top_k":0}}"#,
            r#"{"inputs":"bread","model":"tags","parameters":{"function_to_apply":"sigmoid"}}"#,
            r#"{"inputs":"Oslo","parameters":{"aggregation_strategy":"simple"}}"#,
            r#"{"inputs":"Oslo","parameters":{"wait":true}}"#,
            r#"{"inputs":"Oslo","parameters":{},"options":{"wait_for_model":true}}"#,
        ] {
            self.add("Hugging Face's form", "POST /", JSON, once(body));
        }
        for line in [
            "GET /v1/entities?text=Oslo&aggregation=first",
            "GET /v1/entities?text=Oslo&aggregation=last",
            "GET /v1/analyze?text=Oslo&ignore_labels=O,GPE",
            "GET /v1/analyze?text=Oslo&stride=16",
            "GET /v1/keyphrases?text=Oslo&stride=16",
            "GET /v1/classify?text=bread&function=softmax",
            "GET /v1/hashtags?text=bread&function=softmax",
        ] {
            self.add("an option for transformers", line, &[], Vec::new());
        }
    }
}

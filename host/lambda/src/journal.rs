//! One line of JSON in the function's log for each invocation. Texts never stand in it.

use std::{
    io::{Write as _, stderr},
    time::Duration,
};

use serde_json::{Value, json};
use spanlet_runtime::{Response, Usage};

/// What one invocation was about, filled in as it becomes known.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    request_id: String,
    /// The gateway, or `bare`.
    pub(crate) event: &'static str,
    /// Empty for bare JSON.
    pub(crate) method: String,
    /// Empty for bare JSON. Without the query, which may hold a text.
    pub(crate) path: String,
    status: Option<u16>,
    /// The code with which a bare event was refused.
    pub(crate) error: Option<String>,
    /// Why the component could not answer, as the host knows it.
    pub(crate) cause: Option<String>,
    usage: Vec<Usage>,
}

impl Entry {
    pub(crate) fn new(request_id: String) -> Self {
        Self { request_id, event: "bare", ..Self::default() }
    }

    /// Takes over what a response says of itself; usage that was noted stays.
    pub(crate) fn note(&mut self, response: &Response) {
        self.status = Some(response.status);
        self.usage.extend_from_slice(&response.usage);
    }

    /// Writes the line. A log that cannot be written is no reason not to answer.
    pub(crate) fn write(&self, elapsed: Duration) {
        let _ = writeln!(stderr(), "{}", self.to_json(elapsed));
    }

    fn to_json(&self, elapsed: Duration) -> Value {
        let milliseconds = (elapsed.as_secs_f64() * 1e6).round() / 1e3;
        let mut line = json!({ "request_id": self.request_id, "event": self.event, "ms": milliseconds });
        if let Some(status) = self.status {
            line["method"] = json!(self.method);
            line["path"] = json!(self.path);
            line["status"] = json!(status);
            line["usage"] = self.usage.iter().map(usage_json).collect();
        }
        for (name, value) in [("error", &self.error), ("cause", &self.cause)] {
            if let Some(value) = value {
                line[name] = json!(value);
            }
        }
        line
    }
}

fn usage_json(usage: &Usage) -> Value {
    let Usage { model, task, texts, code_points, failed } = usage;
    json!({ "model": model, "task": task, "texts": texts, "code_points": code_points, "failed": failed })
}

#[cfg(test)]
mod tests {
    use super::Entry;
    use serde_json::json;
    use spanlet_runtime::{Response, Usage};
    use std::time::Duration;

    #[test]
    fn a_line_says_what_was_asked_and_what_it_cost() {
        let mut entry = Entry::new("id-1".to_owned());
        assert_eq!(
            entry.to_json(Duration::from_micros(1234)),
            json!({"request_id": "id-1", "event": "bare", "ms": 1.234})
        );
        entry.event = "http-api";
        entry.method = "GET".to_owned();
        entry.path = "/v1/hashtags".to_owned();
        let usage =
            Usage { model: "tags".to_owned(), task: "classify".to_owned(), texts: 1, code_points: 9, failed: 0 };
        entry.note(&Response { status: 200, usage: vec![usage], ..Response::default() });
        assert_eq!(
            entry.to_json(Duration::ZERO),
            json!({"request_id": "id-1", "event": "http-api", "ms": 0.0, "method": "GET", "path": "/v1/hashtags",
                "status": 200,
                "usage": [{"model": "tags", "task": "classify", "texts": 1, "code_points": 9, "failed": 0}]})
        );
    }
}

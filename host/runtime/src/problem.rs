//! What a host answers over HTTP when the component could not: RFC 9457 problems in the component's own form.
//!
//! # Codes
//! Those of hosts, beside those of the component, which `spanlet-api` lists. In HTTP a code comes with the status
//! named here; `spanlet run` writes it in the place of a line's answer, and AWS Lambda gives it as the error's type.
//!
//! | code | status | from | when |
//! |---|---|---|---|
//! | `host.busy` | 503 | all | every instance is taken and the queue is full, or the wait was too long |
//! | `host.unavailable` | 503 | all | an instance was lost and cannot be replaced for now |
//! | `host.deadline` | 504 | all | the call computed longer than it may |
//! | `host.out-of-memory` | 500 | all | the call wanted more memory than its instance may have |
//! | `host.trapped` | 500 | all | the component stopped while it answered |
//! | `host.refused` | 400 | all | the component refused a whole typed call, such as one with a wrong option |
//! | `host.not-json` | 500 | Lambda | the component's answer to a bare event is not JSON |
//! | `answer.too-large` | 500 | all | the answer has more than 128 MiB |
//! | `answer.too-large` | 413 | Lambda | the answer has more than the gateway carries |
//! | `body.too-large` | 413 | serve, worker | the body has more bytes than allowed |
//! | `body.encoded` | 415 | serve, Lambda | the body has a Content-Encoding other than `identity` |
//! | `body.too-slow` | 408 | serve | the body did not arrive in time |
//! | `body.broken` | 400 | serve | the body ended early |
//! | `body.not-base64` | 400 | Lambda | the event says that its body is base64, and it is not |
//! | `body.wrong-type` | 400 | Lambda | the event's body is neither a string nor null |
//! | `line.not-utf8` | | run | the line is not UTF-8 |
//! | `line.too-long` | | run | the line has more than 64 MiB |
//! | `line.not-json` | | run | a line of JSON Lines is not JSON |
//! | `line.wrong-type` | | run | a line of JSON Lines is not an object |
//! | `text.missing` | | run | a line of JSON Lines has no `text` |
//! | `text.wrong-type` | | run | the `text` of a line of JSON Lines is not a string |

use serde::Serialize;

use crate::{CallError, Response};

/// Seconds after which a caller that found all instances busy may try again.
const RETRY_AFTER_SECONDS: &str = "1";

impl CallError {
    /// The status, the stable code and the title of a call that has no answer: the one table for all hosts.
    #[must_use]
    pub fn http(&self) -> (u16, &'static str, &'static str) {
        match self {
            Self::Busy => (503, "host.busy", "Service Unavailable"),
            Self::Deadline { .. } => (504, "host.deadline", "Gateway Timeout"),
            Self::OutOfMemory { .. } => (500, "host.out-of-memory", "Internal Server Error"),
            Self::AnswerTooLarge { .. } => (500, "answer.too-large", "Internal Server Error"),
            Self::Trapped { .. } => (500, "host.trapped", "Internal Server Error"),
            Self::Refused(_) => (400, "host.refused", "Bad Request"),
            Self::Unavailable(_) => (503, "host.unavailable", "Service Unavailable"),
        }
    }

    /// The same as a response. Where the component stopped, the place inside it is for the host's log, not for callers.
    #[must_use]
    pub fn to_response(&self) -> Response {
        let (status, code, title) = self.http();
        let detail = match self {
            Self::Trapped { .. } => "the component stopped while it answered this request".to_owned(),
            other => other.to_string(),
        };
        let mut response = problem(status, title, code, &detail);
        if status == 503 {
            response.headers.push(("retry-after".to_owned(), RETRY_AFTER_SECONDS.to_owned()));
        }
        response
    }
}

/// A problem's fields, in the order in which the component writes them.
#[derive(Serialize)]
struct Problem<'p> {
    r#type: &'static str,
    title: &'p str,
    status: u16,
    detail: &'p str,
    code: &'p str,
}

/// A problem as a response, with the headers that let a page of another origin read it.
///
/// `title` is the status in words, `code` is stable and `detail` is one sentence for a person.
#[must_use]
pub fn problem(status: u16, title: &str, code: &str, detail: &str) -> Response {
    let problem = Problem { r#type: "about:blank", title, status, detail, code };
    let headers = [
        ("content-type", "application/problem+json"),
        ("access-control-allow-origin", "*"),
        // Clients of the old route may look for it; beside `*` it permits nothing.
        ("access-control-allow-credentials", "true"),
        ("access-control-expose-headers", "retry-after"),
        ("cache-control", "no-store"),
    ];
    Response {
        status,
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        body: serde_json::to_vec(&problem).expect("strings and a number are always JSON"),
        usage: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::problem;
    use crate::CallError;

    #[test]
    fn fields_stand_in_the_component_s_order() {
        let body = String::from_utf8(problem(408, "Request Timeout", "body.too-slow", "late").body).expect("JSON");
        let expected =
            r#"{"type":"about:blank","title":"Request Timeout","status":408,"detail":"late","code":"body.too-slow"}"#;
        assert_eq!(body, expected);
    }

    #[test]
    fn every_code_of_a_failed_call_is_listed() {
        let documentation = include_str!("problem.rs");
        let limit_bytes = 1;
        for error in [
            CallError::Busy,
            CallError::Deadline { limit: std::time::Duration::ZERO },
            CallError::OutOfMemory { limit_bytes },
            CallError::AnswerTooLarge { limit_bytes },
            CallError::Trapped { message: String::new() },
        ] {
            let (status, code, _) = error.http();
            assert!(documentation.contains(&format!("//! | `{code}` | {status} |")), "{code}");
        }
    }

    #[test]
    fn busy_says_when_to_come_back() {
        let response = CallError::Busy.to_response();
        assert_eq!((response.status, response.header("retry-after")), (503, Some("1")));
        assert_eq!(response.header("content-type"), Some("application/problem+json"));
    }

    #[test]
    fn a_trap_keeps_its_place_from_callers() {
        let response = CallError::Trapped { message: "unreachable at secret.rs:7".to_owned() }.to_response();
        let body = String::from_utf8(response.body).expect("JSON");
        assert!(response.status == 500 && body.contains("host.trapped") && !body.contains("secret"), "{body}");
    }
}

//! A response in the form in which its gateway takes it.

use std::{borrow::Cow, collections::BTreeMap};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use spanlet_runtime::Response;

use crate::event::Gateway;

/// What Lambda carries out of a function that is not streaming; it says so itself when an answer has more.
pub(crate) const ANSWER_BYTES_MAX: usize = 6_291_556;

/// What a load balancer takes from a function.
const LOAD_BALANCER_BYTES_MAX: usize = 1 << 20;

/// The JSON of which every gateway reads its part.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reply<'r> {
    status_code: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    headers: Option<BTreeMap<&'r str, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    multi_value_headers: Option<BTreeMap<&'r str, Vec<&'r str>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cookies: Option<Vec<&'r str>>,
    body: Cow<'r, str>,
    is_base64_encoded: bool,
}

/// The reply, or how many bytes it has when the gateway would not carry them.
pub(crate) fn reply(gateway: Gateway, response: &Response) -> Result<Box<RawValue>, TooLarge> {
    let json = to_raw_value(&Reply::new(gateway, response)).expect("strings and numbers are always JSON");
    let limit_bytes = match gateway {
        Gateway::LoadBalancer { .. } => LOAD_BALANCER_BYTES_MAX,
        _ => ANSWER_BYTES_MAX,
    };
    fitting(json, limit_bytes)
}

/// The same JSON, when it has no more bytes than that.
pub(crate) fn fitting(json: Box<RawValue>, limit_bytes: usize) -> Result<Box<RawValue>, TooLarge> {
    let size_bytes = json.get().len();
    if size_bytes > limit_bytes { Err(TooLarge { size_bytes, limit_bytes }) } else { Ok(json) }
}

/// An answer that would be lost on its way.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLarge {
    size_bytes: usize,
    limit_bytes: usize,
}

impl TooLarge {
    /// As a problem.
    pub(crate) fn to_response(&self) -> Response {
        let Self { size_bytes, limit_bytes } = self;
        let detail =
            format!("the answer has {size_bytes} bytes, the most is {limit_bytes}: ask for fewer texts or labels");
        spanlet_runtime::problem(413, "Content Too Large", "answer.too-large", &detail)
    }
}

impl<'r> Reply<'r> {
    fn new(gateway: Gateway, response: &'r Response) -> Self {
        let mut lists: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, value) in &response.headers {
            lists.entry(name).or_default().push(value);
        }
        let (body, is_base64_encoded) = match str::from_utf8(&response.body) {
            Ok(text) => (Cow::Borrowed(text), false),
            Err(_) => (Cow::Owned(BASE64_STANDARD.encode(&response.body)), true),
        };
        let mut reply = Self {
            status_code: response.status,
            status_description: None,
            headers: None,
            multi_value_headers: None,
            cookies: None,
            body,
            is_base64_encoded,
        };
        reply.set_headers(gateway, lists);
        if matches!(gateway, Gateway::LoadBalancer { .. } | Gateway::Lattice) {
            reply.status_description = Some(status_line(response.status));
        }
        reply
    }

    fn set_headers(&mut self, gateway: Gateway, mut lists: BTreeMap<&'r str, Vec<&'r str>>) {
        match gateway {
            Gateway::LoadBalancer { has_lists: true } => self.multi_value_headers = Some(lists),
            Gateway::RestApi => {
                let repeated: BTreeMap<_, _> = lists.extract_if(.., |_, values| values.len() > 1).collect();
                self.multi_value_headers = (!repeated.is_empty()).then_some(repeated);
                self.headers = Some(joined(lists));
            }
            Gateway::HttpApi => {
                // Present even when empty: what reads this form for cargo-lambda's emulator asks for it.
                self.cookies = Some(lists.remove("set-cookie").unwrap_or_default());
                self.headers = Some(joined(lists));
            }
            Gateway::LoadBalancer { has_lists: false } | Gateway::Lattice => self.headers = Some(joined(lists)),
        }
    }
}

/// One value a name, as RFC 9110 section 5.3 joins several.
fn joined<'r>(lists: BTreeMap<&'r str, Vec<&'r str>>) -> BTreeMap<&'r str, String> {
    lists.into_iter().map(|(name, values)| (name, values.join(", "))).collect()
}

/// `200 OK`. A load balancer wants the words; where there are none the number has to do.
fn status_line(status: u16) -> String {
    let reason = http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    reason.map_or_else(|| status.to_string(), |reason| format!("{status} {reason}"))
}

#[cfg(test)]
mod tests {
    use super::reply;
    use crate::event::Gateway;
    use serde_json::{Value, json};
    use spanlet_runtime::Response;

    fn response(headers: &[(&str, &str)], body: &[u8]) -> Response {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Response { status: 200, headers, body: body.to_vec(), usage: Vec::new() }
    }

    fn replied(gateway: Gateway, response: &Response) -> Value {
        serde_json::from_str(reply(gateway, response).expect("small").get()).expect("JSON")
    }

    #[test]
    fn every_gateway_gets_headers_where_it_looks_for_them() {
        let response = response(&[("vary", "origin"), ("set-cookie", "a=1"), ("set-cookie", "b=2")], b"{}");
        let body = json!({"statusCode": 200, "body": "{}", "isBase64Encoded": false});
        let cases = [
            (
                Gateway::RestApi,
                json!({"headers": {"vary": "origin"}, "multiValueHeaders": {"set-cookie": ["a=1", "b=2"]}}),
            ),
            (Gateway::HttpApi, json!({"headers": {"vary": "origin"}, "cookies": ["a=1", "b=2"]})),
            (
                Gateway::LoadBalancer { has_lists: false },
                json!({"statusDescription": "200 OK", "headers": {"vary": "origin", "set-cookie": "a=1, b=2"}}),
            ),
            (
                Gateway::LoadBalancer { has_lists: true },
                json!({"statusDescription": "200 OK",
                       "multiValueHeaders": {"vary": ["origin"], "set-cookie": ["a=1", "b=2"]}}),
            ),
            (
                Gateway::Lattice,
                json!({"statusDescription": "200 OK", "headers": {"vary": "origin", "set-cookie": "a=1, b=2"}}),
            ),
        ];
        for (gateway, mut expected) in cases {
            let fields = expected.as_object_mut().expect("an object");
            fields.extend(body.as_object().expect("an object").clone());
            assert_eq!(replied(gateway, &response), expected, "{gateway:?}");
        }
    }

    #[test]
    fn bytes_that_are_not_text_travel_as_base64() {
        let found = replied(Gateway::HttpApi, &response(&[], b"\xff\x00"));
        assert_eq!((&found["body"], &found["isBase64Encoded"]), (&json!("/wA="), &json!(true)));
    }

    #[test]
    fn an_answer_that_would_be_lost_is_told_apart() {
        let large = response(&[], &vec![b'x'; 2 << 20]);
        assert!(reply(Gateway::HttpApi, &large).is_ok());
        let refused = reply(Gateway::LoadBalancer { has_lists: false }, &large).expect_err("more than 1 MiB");
        assert_eq!(refused.to_response().status, 413);
        assert!(reply(Gateway::RestApi, &response(&[], &vec![b'x'; 6_291_556])).is_err());
    }
}

//! Errors as RFC 9457 problems.

use serde::Serialize;

use crate::codes;
use crate::error::{Error, ErrorKind};
use crate::exchange::Response;

/// The media type of a problem.
const MEDIA_TYPE: &str = "application/problem+json";

/// An error as RFC 9457 lays it out, fields in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Problem {
    #[serde(rename = "type")]
    type_uri: &'static str,
    title: &'static str,
    pub(crate) status: u16,
    detail: String,
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
}

impl Problem {
    /// The problem as JSON.
    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings and numbers are always JSON")
    }

    /// The problem as the whole answer to a request.
    pub(crate) fn into_response(self) -> Response {
        let mut response = Response::json(self.to_json());
        response.status = self.status;
        MEDIA_TYPE.clone_into(&mut response.headers[0].value);
        response
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let status = status(&error);
        let (code, title) = (error.code.name, title(status));
        // RFC 9457: `about:blank` says that the title is the status's own; `code` is what tells problems apart.
        Self { type_uri: "about:blank", title, status, detail: error.message, code, place: error.place }
    }
}

/// The status of an error: by its kind, but for the two that HTTP itself names.
fn status(error: &Error) -> u16 {
    match (error.code, error.code.kind) {
        (codes::ROUTE_UNKNOWN, _) => 404,
        (codes::ROUTE_METHOD, _) => 405,
        (_, ErrorKind::InvalidArgument | ErrorKind::WrongTask) => 400,
        (_, ErrorKind::UnknownModel) => 404,
        (_, ErrorKind::Conflict) => 409,
        (_, ErrorKind::TooLarge) => 413,
        // Whoever loaded the model is to blame, not whoever asks it.
        (_, ErrorKind::BadModel) => 500,
        (_, ErrorKind::Unsupported) => 501,
    }
}

/// The status's own words, RFC 9110.
fn title(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        413 => "Content Too Large",
        500 => "Internal Server Error",
        _ => "Not Implemented",
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, Problem, codes};

    #[test]
    fn a_problem_has_its_fields_in_order_and_no_empty_place() {
        let error = Error::new(codes::TEXT_MISSING, "expected `text`");
        let expected = r#"{"type":"about:blank","title":"Bad Request","status":400,"detail":"expected `text`","code":"text.missing"}"#;
        assert_eq!(Problem::from(error.clone()).to_json(), expected);
        let placed = Problem::from(error.at("text")).into_response();
        assert_eq!(placed.status, 400);
        assert_eq!(placed.headers[0].value, "application/problem+json");
        assert!(placed.body.ends_with(br#","code":"text.missing","place":"text"}"#));
    }

    #[test]
    fn every_code_has_a_status_of_its_own_kind() {
        for code in codes::ALL {
            let problem = Problem::from(Error::new(*code, ""));
            assert!((400..=501).contains(&problem.status), "{}", code.name);
        }
    }
}

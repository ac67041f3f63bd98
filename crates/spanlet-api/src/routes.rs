//! Which path is answered by which route, and what all answers share.

mod health;

use crate::api::Api;
use crate::codes;
use crate::error::Error;
use crate::exchange::{Request, Response};
use crate::problem::Problem;

impl Api {
    /// Answers one request. Every request has an answer: what is wrong with it is an RFC 9457 problem.
    #[must_use]
    pub fn handle(&self, request: &Request) -> Response {
        match request.path.as_str() {
            "/healthz" => health::answer(),
            path => {
                let shown: String = path.chars().take(200).collect();
                let error = Error::new(
                    codes::ROUTE_UNKNOWN,
                    "expected a path that is answered here, found another",
                );
                Problem::from(error.at(shown)).into_response()
            }
        }
    }

    /// JSON in, JSON out, for bare events.
    ///
    /// # Errors
    /// A problem as JSON.
    pub fn invoke(&self, event: &str) -> Result<String, String> {
        let _ = event;
        Err(Problem::from(
            Error::new(codes::TEXT_MISSING, "expected `text`, found none").at("text"),
        )
        .to_json())
    }
}

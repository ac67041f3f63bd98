//! Request bodies: read whole, within limits of size and time.

use std::time::Duration;

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, header},
};
use http_body_util::LengthLimitError;
use spanlet_runtime::{Response, problem};

/// The longest that a client may take to send a body.
const BODY_DEADLINE: Duration = Duration::from_secs(30);

/// Why a body was not read.
#[derive(Debug)]
pub(super) enum BodyFault {
    /// It has a Content-Encoding, which hosts would have to undo.
    Encoded,
    /// It has more bytes than allowed.
    TooLarge { limit_bytes: usize },
    /// It did not arrive in time.
    TooSlow,
    /// The connection broke, or what came is not HTTP.
    Broken,
}

/// The whole body. One that says that it is too large is refused before any of it is read.
pub(super) async fn read(headers: &HeaderMap, body: Body, limit_bytes: usize) -> Result<Vec<u8>, BodyFault> {
    let encodings = headers.get_all(header::CONTENT_ENCODING);
    if encodings.iter().any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(BodyFault::Encoded);
    }
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > limit_bytes as u64) {
        return Err(BodyFault::TooLarge { limit_bytes });
    }
    let read = tokio::time::timeout(BODY_DEADLINE, to_bytes(body, limit_bytes)).await;
    let bytes = read.map_err(|_| BodyFault::TooSlow)?.map_err(|error| {
        let is_limit = error.into_inner().is::<LengthLimitError>();
        if is_limit { BodyFault::TooLarge { limit_bytes } } else { BodyFault::Broken }
    })?;
    Ok(bytes.into())
}

impl BodyFault {
    pub(super) fn response(&self) -> Response {
        let (status, title, code, detail) = match self {
            Self::Encoded => {
                let detail = "expected a body without Content-Encoding".to_owned();
                (415, "Unsupported Media Type", "body.encoded", detail)
            }
            Self::TooLarge { limit_bytes } => {
                let detail = format!("expected a body of at most {limit_bytes} bytes, found more");
                (413, "Content Too Large", "body.too-large", detail)
            }
            Self::TooSlow => {
                let detail = format!("expected the whole body within {} seconds", BODY_DEADLINE.as_secs());
                (408, "Request Timeout", "body.too-slow", detail)
            }
            Self::Broken => (400, "Bad Request", "body.broken", "the body ended early".to_owned()),
        };
        let mut response = problem(status, title, code, &detail);
        // What was not read would otherwise be taken for the next request.
        response.headers.push(("connection".to_owned(), "close".to_owned()));
        if matches!(self, Self::Encoded) {
            response.headers.push(("accept-encoding".to_owned(), "identity".to_owned()));
        }
        response
    }
}

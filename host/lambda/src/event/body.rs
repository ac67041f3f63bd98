//! A request's body as bytes.

use std::{error::Error, fmt};

use base64::{DecodeError, Engine as _, prelude::BASE64_STANDARD};
use serde_json::Value;

/// The body of an event of any gateway; absent and null are empty.
pub(super) fn bytes(event: &Value, headers: &[(String, String)]) -> Result<Vec<u8>, RequestFault> {
    let coding = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-encoding"));
    if let Some((_, coding)) = coding.filter(|(_, coding)| !coding.trim().eq_ignore_ascii_case("identity")) {
        return Err(RequestFault::Encoded { coding: coding.clone() });
    }
    let is_base64 = ["isBase64Encoded", "is_base64_encoded"].iter().any(|name| event[*name] == true);
    match &event["body"] {
        Value::Null => Ok(Vec::new()),
        Value::String(body) if is_base64 => {
            BASE64_STANDARD.decode(body).map_err(|source| RequestFault::NotBase64 { source })
        }
        Value::String(body) => Ok(body.clone().into_bytes()),
        _ => Err(RequestFault::NotString),
    }
}

/// Why the request in an event cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum RequestFault {
    /// The event says that its body is base64, and it is not.
    NotBase64 {
        /// Where it is not.
        source: DecodeError,
    },
    /// The event's body is neither a string nor null.
    NotString,
    /// It has a Content-Encoding, which this host does not undo.
    Encoded {
        /// The header's value.
        coding: String,
    },
}

impl RequestFault {
    /// The status, the stable code and the title of the problem.
    pub(crate) fn http(&self) -> (u16, &'static str, &'static str) {
        match self {
            Self::NotBase64 { .. } => (400, "body.not-base64", "Bad Request"),
            Self::NotString => (400, "body.wrong-type", "Bad Request"),
            Self::Encoded { .. } => (415, "body.encoded", "Unsupported Media Type"),
        }
    }
}

impl fmt::Display for RequestFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotBase64 { source } => write!(f, "the event says that its body is base64, and it is not: {source}"),
            Self::NotString => write!(f, "the event's body: expected a string or null"),
            Self::Encoded { coding } => {
                write!(f, "expected a body without Content-Encoding, found {coding:?}")
            }
        }
    }
}

impl Error for RequestFault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NotBase64 { source } => Some(source),
            _ => None,
        }
    }
}

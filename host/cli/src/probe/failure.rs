//! Why a request did not succeed.

use std::{fmt, io};

use serde::Serialize;

/// The kinds that are counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum FailureKind {
    /// Nobody listens there.
    Refused,
    /// No connection for another reason.
    Unreachable,
    /// A connection, but no TLS over it.
    Tls,
    /// No connection, or no whole answer, in time.
    Timeout,
    /// The connection ended before the whole answer was there.
    Closed,
    /// What came is not HTTP/1.1.
    NotHttp,
    /// The answer's body is larger than is read.
    TooLarge,
    /// A status other than 2xx.
    Status,
    /// A body other than expected, with a status of 2xx.
    Unexpected,
}

/// A failed request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) kind: FailureKind,
    /// That of the answer, where there was one.
    pub(super) status: Option<u16>,
    /// What a user may want to know of the first of its kind, in one line without control characters.
    pub(super) detail: String,
}

/// How many characters of an answer or an error are kept.
const DETAIL_LENGTH: usize = 160;

impl FailureKind {
    /// As a report says it, after a number.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Refused => "refused a connection",
            Self::Unreachable => "got no connection",
            Self::Tls => "got no TLS",
            Self::Timeout => "timed out",
            Self::Closed => "lost the connection",
            Self::NotHttp => "not HTTP/1.1",
            Self::TooLarge => "too large",
            Self::Status => "not 2xx",
            Self::Unexpected => "2xx with an unexpected body",
        }
    }
}

impl Failure {
    pub(super) fn new(kind: FailureKind, detail: impl fmt::Display) -> Self {
        Self { kind, status: None, detail: one_line(&detail.to_string()) }
    }

    /// An answer that is none to be glad of.
    pub(super) fn of_answer(kind: FailureKind, status: u16, body: &[u8]) -> Self {
        // One character more than is kept, of four bytes at most.
        let shown = &body[..body.len().min((DETAIL_LENGTH + 1) * 4)];
        Self { kind, status: Some(status), detail: one_line(&String::from_utf8_lossy(shown)) }
    }

    pub(super) fn connecting(error: &io::Error) -> Self {
        let kind = if error.kind() == io::ErrorKind::ConnectionRefused {
            FailureKind::Refused
        } else {
            FailureKind::Unreachable
        };
        Self::new(kind, error)
    }

    /// Of what hyper calls an error once there is a connection.
    pub(super) fn talking(error: hyper::Error) -> Self {
        let kind = if error.is_parse() { FailureKind::NotHttp } else { FailureKind::Closed };
        Self::new(kind, format_args!("{:#}", anyhow::Error::new(error)))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status {
            Some(status) if self.detail.is_empty() => write!(to, "{status} with an empty body"),
            Some(status) => write!(to, "{status} {}", self.detail),
            None => to.write_str(&self.detail),
        }
    }
}

/// The beginning, with everything that a terminal could take for a command as a space.
fn one_line(text: &str) -> String {
    let plain = text.chars().map(|character| if character.is_control() { ' ' } else { character });
    let mut line: String = plain.take(DETAIL_LENGTH).collect();
    if text.chars().nth(DETAIL_LENGTH).is_some() {
        line.push('…');
    }
    line.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Failure, FailureKind};

    #[test]
    fn a_detail_is_one_harmless_line() {
        let failure = Failure::of_answer(FailureKind::Status, 404, b"{\"a\":\n\x1b[2J1}\xff\r\n");
        assert_eq!(failure.to_string(), "404 {\"a\":  [2J1}\u{fffd}");
        let long = Failure::of_answer(FailureKind::Status, 500, "\u{1f35e}".repeat(5000).as_bytes());
        assert_eq!(long.detail.chars().count(), 161);
        assert_eq!(Failure::of_answer(FailureKind::Status, 301, b"").to_string(), "301 with an empty body");
        assert_eq!(Failure::new(FailureKind::Timeout, "no answer").to_string(), "no answer");
    }
}

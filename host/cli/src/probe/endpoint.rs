//! The endpoint: where it is, what it is asked and what of its answers is kept.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use hyper::header::HeaderMap;
use sha2::{Digest, Sha256};
use tokio::{net::lookup_host, time::timeout};
use tokio_rustls::{TlsConnector, rustls::pki_types::ServerName};

use super::{
    connection::Heard,
    failure::{Failure, FailureKind},
    request::Outgoing,
    server_timing::{self, Entry},
    target::Target,
};

pub(super) struct Endpoint {
    /// Where its name led at the start. They are tried in this order.
    pub(super) addresses: Vec<SocketAddr>,
    /// `None` for plain HTTP.
    pub(super) tls: Option<(TlsConnector, ServerName<'static>)>,
    pub(super) outgoing: Outgoing,
    pub(super) expected: Expected,
    /// The longest that a connection or an answer may take.
    pub(super) timeout: Duration,
}

/// What a body must be. Nothing is expected by default.
#[derive(Clone, Debug, Default)]
pub(super) struct Expected {
    /// The whole body.
    pub(super) whole: Option<Vec<u8>>,
    /// A part of it.
    pub(super) part: Option<Vec<u8>>,
}

/// An answer with a status of 2xx and a body as expected. Times are since the start of the phase it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) sent: Duration,
    pub(super) first_byte: Duration,
    pub(super) end: Duration,
    pub(super) body: BodyKind,
    pub(super) server_timing: Vec<Entry>,
}

/// What tells bodies apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct BodyKind {
    pub(super) sha256: [u8; 32],
    pub(super) bytes: usize,
}

impl Endpoint {
    /// Looks up the target's name, once and for all connections.
    pub(super) async fn of(
        target: &Target,
        tls: Option<TlsConnector>,
        outgoing: Outgoing,
        expected: Expected,
        longest: Duration,
    ) -> anyhow::Result<Self> {
        let Target { host, port, .. } = target;
        let place = || format!("looking up {host}");
        let found =
            timeout(longest, lookup_host((host.as_str(), *port))).await.with_context(place)?.with_context(place)?;
        let addresses: Vec<SocketAddr> = found.collect();
        ensure!(!addresses.is_empty(), "{}: it has no address", place());
        let name = || ServerName::try_from(host.clone()).with_context(|| format!("{host} as a name for TLS"));
        let tls = tls.map(|connector| name().map(|name| (connector, name))).transpose()?;
        Ok(Self { addresses, tls, outgoing, expected, timeout: longest })
    }

    /// What becomes of an answer; this is not part of any time. `start` is that of the phase.
    pub(super) fn judge(&self, heard: &Heard, start: Instant) -> Result<Answer, Failure> {
        let Heard { status, headers, body, .. } = heard;
        if !(200..300).contains(status) {
            return Err(Failure::of_answer(FailureKind::Status, *status, body));
        }
        if !self.expected.is_met(body) {
            return Err(Failure::of_answer(FailureKind::Unexpected, *status, body));
        }
        Ok(Answer {
            status: *status,
            sent: heard.sent - start,
            first_byte: heard.first_byte - start,
            end: heard.end - start,
            body: BodyKind { sha256: Sha256::digest(body).into(), bytes: body.len() },
            server_timing: entries(headers),
        })
    }
}

impl Expected {
    fn is_met(&self, body: &[u8]) -> bool {
        let has = |part: &[u8]| part.is_empty() || body.windows(part.len()).any(|window| window == part);
        self.whole.as_ref().is_none_or(|whole| whole == body) && self.part.as_ref().is_none_or(|part| has(part))
    }
}

/// The entries of all headers `server-timing`.
fn entries(headers: &HeaderMap) -> Vec<Entry> {
    let values = headers.get_all("server-timing").iter().take(4).filter_map(|value| value.to_str().ok());
    values.flat_map(server_timing::parse).collect()
}

#[cfg(test)]
mod tests {
    use super::Expected;

    #[test]
    fn a_body_is_as_expected_in_whole_and_in_part() {
        let expected = |whole: Option<&str>, part: Option<&str>| Expected {
            whole: whole.map(|whole| whole.as_bytes().to_vec()),
            part: part.map(|part| part.as_bytes().to_vec()),
        };
        assert!(expected(None, None).is_met(b""));
        assert!(
            expected(Some("bread\n"), None).is_met(b"bread\n") && !expected(Some("bread"), None).is_met(b"bread\n")
        );
        assert!(expected(None, Some("ea")).is_met(b"bread") && !expected(None, Some("bread!")).is_met(b"bread"));
        assert!(expected(None, Some("")).is_met(b"") && !expected(Some("bread"), Some("oven")).is_met(b"bread"));
    }
}

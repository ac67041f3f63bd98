//! One line on standard error for every request.

use std::{
    fmt::Write as _,
    hash::{BuildHasher as _, RandomState},
    io::Write as _,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Response, request::Parts},
};
use spanlet_runtime::{CallError, Usage};

use super::reply::Reply;

/// The header that carries a request's id, in and out.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken over from a client.
const ID_BYTES_MAX: usize = 128;

/// A request's line, written when it is answered, or when the client goes away before: then without a status.
///
/// The query is left out, because it may hold the text.
pub(super) struct Line {
    begun: Instant,
    id: String,
    request: String,
    status: Option<u16>,
    note: Option<String>,
    usage: Vec<Usage>,
}

impl Line {
    pub(super) fn begin(parts: &Parts) -> Self {
        let request = format!("method={} path={}", parts.method, parts.uri.path());
        Self { begun: Instant::now(), id: id(&parts.headers), request, status: None, note: None, usage: Vec::new() }
    }

    /// Keeps why the component gave no answer, which the client is not told in full.
    pub(super) fn note(&mut self, error: &CallError) {
        let (_, code, _) = error.http();
        self.note = Some(format!("{code}: {:#}", anyhow::Error::new(error.clone())));
    }

    /// The response with the request's id; the line is written.
    pub(super) fn end(mut self, reply: Reply) -> Response<Body> {
        let mut response = reply.response;
        if let Ok(id) = HeaderValue::from_str(&self.id) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        self.status = Some(response.status().as_u16());
        self.usage = reply.usage;
        response
    }

    fn text(&self) -> String {
        let mut text = self.request.clone();
        // Writing to a string does not fail.
        let _ = match self.status {
            Some(status) => write!(text, " status={status}"),
            None => write!(text, " status=gone"),
        };
        let _ = write!(text, " ms={:.3} id={}", self.begun.elapsed().as_secs_f64() * 1e3, self.id);
        for Usage { model, task, texts, code_points, failed } in &self.usage {
            let _ = write!(text, " model={model} task={task} texts={texts} code_points={code_points} failed={failed}");
        }
        if let Some(note) = &self.note {
            let _ = write!(text, " error={note:?}");
        }
        text.push('\n');
        text
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        // Where nobody reads the log, requests are answered all the same.
        let _ = std::io::stderr().lock().write_all(self.text().as_bytes());
    }
}

/// The client's own id where it is plain, else a new one.
fn id(headers: &HeaderMap) -> String {
    let is_plain = |id: &&str| (1..=ID_BYTES_MAX).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
    let given = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).filter(is_plain);
    given.map_or_else(new_id, str::to_owned)
}

/// Sixteen hexadecimal digits, never twice in one process and hardly ever in two.
fn new_id() -> String {
    static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{:08x}{:08x}", SEED.hash_one(0_u64) >> 32, count & 0xffff_ffff)
}

#[cfg(test)]
mod tests {
    use super::{id, new_id};
    use axum::http::{HeaderMap, HeaderValue};

    #[test]
    fn a_plain_id_is_taken_over_and_no_other() {
        let with = |value: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert("x-request-id", HeaderValue::from_bytes(value).expect("a header"));
            id(&headers)
        };
        assert_eq!(with(b"Root=1-abc"), "Root=1-abc");
        for odd in [&b""[..], b"two words", "\u{fc}".as_bytes(), &[b'x'; 129]] {
            assert_eq!(with(odd).len(), 16);
        }
        assert_ne!(new_id(), new_id());
    }
}

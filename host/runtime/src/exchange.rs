//! The records that a host carries in and out, as plain owned data. WIT's interface `http`.

use crate::contract::bindings::exports::spanlet::nlp::http;

/// A request as the host carries it in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// Still percent-encoded and without a gateway's stage prefix.
    pub path: String,
    /// What followed `?`, still encoded; empty when there was none.
    pub query: String,
    /// Names and values in the order received; a name may occur more than once.
    pub headers: Vec<(String, String)>,
    /// Identity-coded: the host has undone base64 and compression.
    pub body: Vec<u8>,
}

/// What one call cost, for the host to meter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The model that answered.
    pub model: String,
    /// `classify`, `embed`, …
    pub task: String,
    /// How many texts were given.
    pub texts: u32,
    /// How many code points they held.
    pub code_points: u32,
    /// How many of the texts were answered with an error.
    pub failed: u32,
}

/// An answer as the host carries it out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Names in lower case, and values. `content-length` and `date` are the host's to add.
    pub headers: Vec<(String, String)>,
    /// Identity-coded.
    pub body: Vec<u8>,
    /// Empty where no model was asked.
    pub usage: Vec<Usage>,
}

impl Response {
    /// The first header of that name, which is given in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl From<Request> for http::Request {
    fn from(request: Request) -> Self {
        let Request { method, path, query, headers, body } = request;
        let headers = headers.into_iter().map(|(name, value)| http::Field { name, value }).collect();
        Self { method, path, query, headers, body }
    }
}

impl From<http::Response> for Response {
    fn from(response: http::Response) -> Self {
        let http::Response { status, headers, body, usage } = response;
        let headers = headers.into_iter().map(|http::Field { name, value }| (name, value)).collect();
        Self { status, headers, body, usage: usage.into_iter().map(Usage::from).collect() }
    }
}

impl From<http::Usage> for Usage {
    fn from(usage: http::Usage) -> Self {
        let http::Usage { model, task, texts, code_points, failed } = usage;
        Self { model, task, texts, code_points, failed }
    }
}

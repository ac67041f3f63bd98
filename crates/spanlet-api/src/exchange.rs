//! The records that a host carries in and out. WIT's interface `http`.

use crate::engine::Task;

/// One header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// In any case; answers use lower case.
    pub name: String,
    /// Its value, without surrounding white space.
    pub value: String,
}

/// A request as the host carries it in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// Still percent-encoded and without a gateway's stage prefix.
    pub path: String,
    /// What followed `?`, still encoded; empty when there was none.
    pub query: String,
    /// In the order received; a name may occur more than once.
    pub headers: Vec<Field>,
    /// Identity-coded: the host has undone base64 and compression.
    pub body: Vec<u8>,
}

impl Request {
    /// The first header of that name, which is given in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value.as_str())
    }
}

/// What one call cost, for the host to meter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The model that answered.
    pub model: String,
    /// What it was asked for.
    pub task: Task,
    /// How many texts were given.
    pub texts: u32,
    /// How many code points they held.
    pub code_points: u32,
    /// How many of the texts were answered with an error.
    pub failed: u32,
}

/// An answer as the host carries it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Names in lower case. `content-length` and `date` are the host's to add.
    pub headers: Vec<Field>,
    /// Identity-coded.
    pub body: Vec<u8>,
    /// Empty where no model was asked.
    pub usage: Vec<Usage>,
}

impl Response {
    /// An answer of JSON that is already written.
    #[must_use]
    pub fn json(body: impl Into<Vec<u8>>) -> Self {
        Self::of_type("application/json", body)
    }

    /// An answer of that content type.
    #[must_use]
    pub fn of_type(content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, headers: Vec::new(), body: body.into(), usage: Vec::new() }
            .with_header("content-type", content_type)
    }

    /// The same answer with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push(Field { name: name.to_owned(), value: value.to_owned() });
        self
    }
}

//! The messages between the page and its Web Worker; `static/worker.js` describes them too.

use js_sys::Uint8Array;
use serde::{Deserialize, Serialize};

/// What the page posts: a request of the contract's `http` interface and a number to know its answer by.
#[derive(Serialize)]
pub(crate) struct Question<'a> {
    pub(crate) id: u32,
    pub(crate) request: Request<'a>,
}

/// The contract's `http.request`.
#[derive(Serialize)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a [Field<'a>],
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub(crate) body: Uint8Array,
}

/// The contract's `http.field`.
#[derive(Serialize)]
pub(crate) struct Field<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: &'a str,
}

/// What the worker posts: an object whose one name is the variant's.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Message {
    /// So many bytes of the component and its model are here.
    Progress { loaded: f64, total: f64 },
    /// The model answers from now on.
    Ready { model: String, bytes: f64 },
    /// The component could not be started.
    Failed { message: String },
    /// A request's answer.
    Answer { id: u32, response: Response },
    /// The component stopped on a request; the next one finds a new instance.
    Trapped { id: u32, message: String },
}

/// The contract's `http.response`, as far as the page reads it.
#[derive(Debug, Deserialize)]
pub(crate) struct Response {
    pub(crate) status: u16,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub(crate) body: Uint8Array,
}

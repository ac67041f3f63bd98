//! The messages between the page and its Web Worker; `static/worker.js` describes them too.

use js_sys::Uint8Array;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

/// What the page posts: an object whose one name is the variant's.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Order<'a> {
    /// Requests of the contract's `http` interface about one text, and a number to know their answers by.
    Ask { id: u32, requests: Vec<Request<'a>> },
    /// A model that a person chose: `{name, files: [{name, file}]}`, as `static/model-files.js` makes it.
    Load(#[serde(with = "serde_wasm_bindgen::preserve")] JsValue),
}

/// The contract's `http.request`.
#[derive(Serialize)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: String,
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
    /// So many bytes of the component and its models are here.
    Progress { loaded: f64, total: f64 },
    /// These models answer from now on; `bytes` have been fetched or read for them and the component.
    Ready { models: Vec<Model>, bytes: f64 },
    /// The component could not be started.
    Failed { message: String },
    /// A model that a person chose cannot be loaded; those before it still answer.
    Refused { name: String, message: String },
    /// A question's answers, one for each of its requests.
    Answer { id: u32, responses: Vec<Response> },
    /// The component stopped on a text; the next one finds a new instance.
    Trapped { id: u32, message: String },
}

/// A model of the contract's `models`, as far as the page reads its description.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Model {
    pub(crate) name: String,
    /// What it can be asked for, e.g. `entities`.
    pub(crate) tasks: Vec<String>,
}

/// The contract's `http.response`, as far as the page reads it.
#[derive(Debug, Deserialize)]
pub(crate) struct Response {
    pub(crate) status: u16,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub(crate) body: Uint8Array,
}

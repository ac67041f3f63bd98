//! Spanlet's request to response: routes, models, JSON, problems.

#![forbid(unsafe_code)]

mod answer;
mod api;
mod call;
pub mod codes;
mod digest;
mod engine;
mod error;
mod exchange;
#[cfg(test)]
mod fake;
mod loading;
mod payload;
mod problem;
mod registry;
mod routes;
mod settings;
mod typed;

pub use api::Api;
pub use engine::{Engine, Family, Model, Part, Scored, Task};
pub use error::{Code, Error, ErrorKind};
pub use exchange::{Field, Request, Response, Usage};
pub use loading::{MAX_CHUNK_BYTES, MAX_LOADS, MAX_MODEL_BYTES, MAX_PARTS, PartSize};
pub use registry::Description;
pub use settings::{BareTask, Settings};
pub use typed::{AnalyzeOptions, ClassifyOptions, EmbedOptions};

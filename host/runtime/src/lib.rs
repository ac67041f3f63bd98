//! Runs a Spanlet component in wasmtime: native hosts carry requests in and answers out, this crate does the rest.
//!
//! In go a component's bytes, the files of the models that it shall hold and [`Limits`]; out comes a [`Pool`], which
//! any number of threads may call:
//!
//! ```no_run
//! use spanlet_runtime::{Component, Limits, ModelFiles, Pool, Request};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let component = Component::from_precompiled_file("spanlet.cwasm")?;
//! let models = vec![ModelFiles::from_path("tags", "models/tags/tags.ftz")?];
//! let pool = Pool::new(component, models, Limits::default())?;
//! let response = pool.handle(Request {
//!     method: "GET".into(),
//!     path: "/v1/hashtags".into(),
//!     query: "text=sourdough".into(),
//!     ..Request::default()
//! })?;
//! assert_eq!(response.status, 200);
//! # Ok(())
//! # }
//! ```
//!
//! # What is promised
//! A component gets memory and nothing else: one with an import is refused, and so is one of another version of the
//! contract ([`CONTRACT`]). A call that fails fails alone. Where models are baked in, every call has a fresh instance of
//! its own, and no request sees another's memory, unless [`Limits`] ask for [`Isolation::Shared`]. Where models are
//! loaded, each instance holds all of them, stays warm between calls and is dropped and replaced after a trap, a passed
//! deadline or a refused allocation; requests that it answers one after another share its memory.
//!
//! # Features
//! `compiler` turns `.wasm` into machine code. Without it a host is small and reads what [`Component::precompiled`]
//! wrote on such a machine. `bake` puts models into a component.
//!
//! # Limits
//! An answer has at most 128 MiB. An instance has at most 4 GiB, which is what 32-bit WebAssembly can address.

#[cfg(feature = "bake")]
mod bake;
mod call_error;
mod component;
mod contract;
mod digest;
mod document;
mod engine;
mod exchange;
mod exports;
mod instance;
mod limits;
mod model_files;
mod nlp;
mod pool;
mod problem;
#[cfg(feature = "bake")]
mod receipt;
mod shelf;
mod source;

#[cfg(feature = "bake")]
pub use bake::{BakeError, Baked, bake};
pub use call_error::CallError;
pub use component::{Component, ComponentError};
pub use contract::CONTRACT;
pub use digest::{blake3, digest_file, digest_line, sha256};
pub use engine::INSTANCES_MAX;
#[cfg(feature = "bake")]
pub use engine::Target;
pub use exchange::{Request, Response, Usage};
pub use limits::{Isolation, Limits};
pub use model_files::{ModelFiles, ModelFilesError};
pub use nlp::{
    Aggregation, AnalyzeOptions, ClassifyOptions, Description, EmbedOptions, Function, Keyphrase, Keyphrases, Refusal,
    Scored,
};
pub use pool::Pool;
pub use problem::problem;
#[cfg(feature = "bake")]
pub use receipt::receipt;
pub use source::StartError;
pub use spanlet_text::{Document, Layers, OffsetUnit};

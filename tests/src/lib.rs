//! The same cases natively, in wasmtime, Node, Chromium and workerd.
//!
//! Cases are data under `tests/cases`; this crate reads them and its tests, one file a subject, walk them over what
//! `cargo xtask build` made. `cargo xtask test` builds first and then runs these.
//!
//! - [`requests`]: the conformance sample, which is generated, and how a request is written down
//! - [`parity`]: the official fastText's recorded answers
//! - [`spacy`]: spaCy's recorded answers
//! - [`origin`]: the replaced endpoints' clients and the originals' answers
//! - [`artifacts`]: what was built and where it lies
//! - [`snapshot`]: the totals that a run must reach again

#![forbid(unsafe_code)]

pub mod artifacts;
pub mod origin;
pub mod parity;
pub mod requests;
pub mod snapshot;
pub mod spacy;

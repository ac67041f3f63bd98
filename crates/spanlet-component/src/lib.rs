//! Spanlet as one WebAssembly component without imports.
//!
//! Model bytes and requests go in through the interfaces of `wit/world.wit`; labels, vectors and responses come out.
//! Natively the same state is reached through [`api`]:
//!
//! ```
//! let api = spanlet_component::api();
//! let request = spanlet_api::Request { method: "GET".into(), path: "/healthz".into(), ..Default::default() };
//! assert_eq!(api.handle(&request).body, br#"{"status":"ok"}"#);
//! ```
//!
//! One Cargo feature per engine, and nothing else: `fasttext`, `spacy` and `transformer`. Only this crate joins engines to the API, and only its
//! `glue` module, compiled for WebAssembly alone, knows `wit-bindgen`.

#![deny(unsafe_code)]

mod engines;
#[cfg(target_arch = "wasm32")]
mod glue;

use spanlet_api::Api;

/// An API with every engine that this build's features name, and no models yet.
#[must_use]
pub fn api() -> Api {
    Api::new(engines::all()).with_unpacking(engines::unpack)
}

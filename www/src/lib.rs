//! Spanlet's page: marks entities, lists key phrases and recommends hashtags as one types.
//!
//! This front end draws and asks; the component answers in a Web Worker (`static/worker.js`). Text goes in through the
//! contract's `http` door, so the page reads the same JSON as any other client.

#![forbid(unsafe_code)]

mod answer;
mod latest;
mod message;
mod models;
mod page;
mod view;

use wasm_bindgen::prelude::*;

/// Finds the page's elements, starts the Web Worker and begins to listen. Called once, when the module is loaded.
///
/// # Errors
/// An exception when the page lacks an element that this module draws into, or Web Workers are not available.
#[wasm_bindgen(start)]
pub fn start() -> Result<(), JsValue> {
    page::start()
}

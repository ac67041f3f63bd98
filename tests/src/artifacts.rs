//! What `cargo xtask build` made, and where things lie in the checkout.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use wasmparser::{Parser, Payload};

/// The root of the checkout.
#[must_use]
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_owned()
}

/// A path under the folder that cargo and xtask build into.
#[must_use]
pub fn built(relative: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    root().join(target).join(relative)
}

/// A file's bytes.
///
/// # Panics
/// When it cannot be read; the message says what makes built files.
#[must_use]
pub fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| {
        panic!("{}: {error}; `cargo xtask build` makes what is built", path.display());
    })
}

/// A text file.
///
/// # Panics
/// As [`read`], and when it is not UTF-8.
#[must_use]
pub fn read_text(path: &Path) -> String {
    String::from_utf8(read(path)).unwrap_or_else(|_| panic!("{}: expected UTF-8", path.display()))
}

/// The component's bytes.
#[must_use]
pub fn component() -> Vec<u8> {
    read(&built("component/spanlet.wasm"))
}

/// The bytes of the component without transformers, which pages and edge functions run.
#[must_use]
pub fn lite_component() -> Vec<u8> {
    read(&built("component/spanlet-lite.wasm"))
}

/// The core modules inside a component, in order.
///
/// # Panics
/// When the bytes are not a component.
#[must_use]
pub fn core_modules(component: &[u8]) -> Vec<&[u8]> {
    let payloads = Parser::new(0).parse_all(component).map(|payload| payload.expect("a component"));
    let ranges = payloads.filter_map(|payload| match payload {
        Payload::ModuleSection { unchecked_range, .. } => Some(unchecked_range),
        _ => None,
    });
    ranges.map(|range| &component[range.start as usize..range.end as usize]).collect()
}

/// SHA-256 in hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

//! What a baked component says of its origin.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// From what a component was baked, as whoever baked it states it. The models' own digests stand beside each model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Receipt {
    /// SHA-256, in hexadecimal, of the component before any model was in it.
    component_sha256: String,
    /// The version of each program that had a part in it, by name.
    toolchain: BTreeMap<String, String>,
}

impl Receipt {
    /// The receipt, if it may stand in a header.
    pub(crate) fn checked(self) -> Result<Self, String> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let is_digest = self.component_sha256.len() == 64 && self.component_sha256.bytes().all(is_digit);
        is_digest.then_some(self).ok_or_else(|| "settings: `component_sha256` must be 64 hexadecimal digits".to_owned())
    }

    /// The value of the header `spanlet-component`: version and digest.
    pub(crate) fn stamp(&self) -> String {
        stamp(env!("CARGO_PKG_VERSION"), &self.component_sha256)
    }
}

/// What a header says of a thing: its name or version, and its digest.
pub(crate) fn stamp(name: &str, sha256: &str) -> String {
    format!("{name}; sha256={sha256}")
}

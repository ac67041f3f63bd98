//! Which component answers: the embedded one, or one from a file.

use std::{fs, path::Path};

use anyhow::Context as _;
use spanlet_runtime::Component;

use crate::embedded;

/// The component of a file, precompiled if its name ends in `.cwasm`, or the embedded one.
pub(crate) fn component(file: Option<&Path>) -> anyhow::Result<Component> {
    let Some(file) = file else {
        return Component::from_wasm(embedded::COMPONENT).context("the embedded component");
    };
    if is_machine_code(file) {
        return Ok(Component::from_precompiled_file(file)?);
    }
    let bytes = fs::read(file).with_context(|| format!("component {}", file.display()))?;
    Component::from_wasm(&bytes).with_context(|| format!("component {}", file.display()))
}

/// Whether a file is named as machine code is.
pub(crate) fn is_machine_code(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "cwasm")
}

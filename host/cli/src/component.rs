//! Which component answers: one of the embedded ones, or one from a file.

use std::{fs, path::Path};

use anyhow::Context as _;
use spanlet_archive::{Limits, Parts};
use spanlet_runtime::{Component, ModelFiles};

use crate::embedded;

/// The component of a file, precompiled if its name ends in `.cwasm`, or the embedded one for these models.
pub(crate) fn component(file: Option<&Path>, models: &[ModelFiles]) -> anyhow::Result<Component> {
    let Some(file) = file else {
        return Component::from_wasm(embedded_for(models)?).context("the embedded component");
    };
    if is_machine_code(file) {
        return Ok(Component::from_precompiled_file(file)?);
    }
    let bytes = fs::read(file).with_context(|| format!("component {}", file.display()))?;
    Component::from_wasm(&bytes).with_context(|| format!("component {}", file.display()))
}

/// The embedded component that has the engines for these models: the one without transformers is compiled in a fraction
/// of the time.
pub(crate) fn embedded_for(models: &[ModelFiles]) -> anyhow::Result<&'static [u8]> {
    for model in models {
        if has_transformer(model)? {
            return Ok(embedded::COMPONENT);
        }
    }
    Ok(embedded::LITE)
}

/// Whether a model has a graph among its files, be they in an archive. What is wrong with an archive its engine says.
pub(crate) fn has_transformer(model: &ModelFiles) -> anyhow::Result<bool> {
    let is_graph = |name: &str| name.ends_with(".onnx");
    if model.part_names().any(is_graph) {
        return Ok(true);
    }
    let Some((name, bytes)) = model.lone_file()? else { return Ok(false) };
    if !spanlet_archive::is_archive(&bytes) {
        return Ok(false);
    }
    let members = Parts::from_files(vec![(name, bytes)], &Limits::default());
    Ok(members.is_ok_and(|members| members.names().any(is_graph)))
}

/// Whether a file is named as machine code is.
pub(crate) fn is_machine_code(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "cwasm")
}

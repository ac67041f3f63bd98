//! The JavaScript of the component that pages and edge functions run: the same core module, and glue that lifts and lowers its records.

use std::path::Path;

use anyhow::Context as _;
use js_component_bindgen::{BindingsMode, InstantiationMode, TranspileOpts, transpile};

use crate::component;
use crate::workspace::{self, Workspace};

/// Writes `spanlet.js`, its types, `spanlet.core.wasm`, `instance.js`, which keeps an instance, and `models.js`, the default models,
/// to `target/js`.
///
/// In instantiation mode the caller hands the compiled module in: an edge worker may not compile one from bytes. Nothing
/// is awaited, so an instance that trapped is replaced within the very call that finds it gone.
pub(crate) fn build(workspace: &Workspace) -> anyhow::Result<()> {
    let options = TranspileOpts {
        name: "spanlet".to_owned(),
        instantiation_mode: Some(InstantiationMode::Sync),
        import_bindings: Some(BindingsMode::Js),
        nodejs_compat_disabled: true,
        no_namespaced_exports: true,
        // The guest is ours and built from the same contract, so the glue need not check what it lifts.
        valid_lifting_optimization: true,
        ..TranspileOpts::default()
    };
    let component = workspace::read(&workspace.lite_component())?;
    let transpiled = transpile(&component, options).context("writing JavaScript for the component")?;
    for (name, bytes) in &transpiled.files {
        workspace::write(&workspace.target("js").join(name), bytes)?;
    }
    for name in ["instance.js", "models.js"] {
        workspace::copy(&workspace.path("host/worker").join(name), &workspace.target("js").join(name))?;
    }
    component::ensure_core_module(workspace, &workspace.target("js/spanlet.core.wasm"))
}

/// Copies what a host runs: the glue, the core module and what keeps an instance.
pub(crate) fn copy_to(workspace: &Workspace, folder: &Path) -> anyhow::Result<()> {
    for name in ["spanlet.js", "spanlet.core.wasm", "instance.js", "models.js"] {
        workspace::copy(&workspace.target("js").join(name), &folder.join(name))?;
    }
    Ok(())
}

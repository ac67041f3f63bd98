//! The JavaScript of each component: the same core module, and glue that lifts and lowers its records. Pages and edge
//! functions carry that of the one without transformers.

use std::path::Path;

use anyhow::Context as _;
use js_component_bindgen::{BindingsMode, InstantiationMode, TranspileOpts, transpile};

use crate::component;
use crate::workspace::{self, Workspace};

/// Writes `spanlet.js`, its types, `spanlet.core.wasm`, `instance.js`, which keeps an instance, and `models.js`, the default models
/// of pages, to `target/js`, and those of the component with transformers to `target/js-transformers`.
pub(crate) fn build(workspace: &Workspace) -> anyhow::Result<()> {
    build_one(workspace, &workspace.lite_component(), "js")?;
    build_one(workspace, &workspace.component(), "js-transformers")
}

/// Writes that of one component to a folder.
///
/// In instantiation mode the caller hands the compiled module in: an edge worker may not compile one from bytes. Nothing
/// is awaited, so an instance that trapped is replaced within the very call that finds it gone.
fn build_one(workspace: &Workspace, component: &Path, folder: &str) -> anyhow::Result<()> {
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
    let folder = workspace.target(folder);
    let transpiled =
        transpile(&workspace::read(component)?, options).context("writing JavaScript for the component")?;
    for (name, bytes) in &transpiled.files {
        workspace::write(&folder.join(name), bytes)?;
    }
    for name in ["instance.js", "models.js"] {
        workspace::copy(&workspace.path("host/worker").join(name), &folder.join(name))?;
    }
    component::ensure_core_module(component, &folder.join("spanlet.core.wasm"))
}

/// Copies what a host runs: the glue, the core module and what keeps an instance.
pub(crate) fn copy_to(workspace: &Workspace, folder: &Path) -> anyhow::Result<()> {
    for name in ["spanlet.js", "spanlet.core.wasm", "instance.js", "models.js"] {
        workspace::copy(&workspace.target("js").join(name), &folder.join(name))?;
    }
    Ok(())
}

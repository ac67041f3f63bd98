//! The edge worker: a script, its configuration and the files that it imports.

use crate::javascript;
use crate::workspace::{self, Workspace};

/// Writes a folder that `workerd serve config.capnp` runs to `target/worker`.
pub(crate) fn build(workspace: &Workspace) -> anyhow::Result<()> {
    let folder = workspace.target("worker");
    for name in ["worker.js", "config.capnp"] {
        workspace::copy(&workspace.path("host/worker").join(name), &folder.join(name))?;
    }
    javascript::copy_to(workspace, &folder)?;
    workspace.copy_light_models(&folder)
}

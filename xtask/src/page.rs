//! The page: its Rust front end as a module of its own, beside the component that it asks.

use anyhow::Context as _;
use wasm_bindgen_cli_support::Bindgen;

use crate::component;
use crate::javascript;
use crate::workspace::{self, Workspace};

/// Writes everything that a browser fetches to `target/www`.
pub(crate) fn build(workspace: &Workspace) -> anyhow::Result<()> {
    let folder = workspace.target("www");
    // Made beside it, so that files that come out the same keep their dates and what embeds them stays fresh.
    let made = workspace.target("page");
    let module = component::compile(workspace, "spanlet-www", "spanlet_www", &[])?;
    let mut bindgen = Bindgen::new();
    bindgen.web(true).context("asking for a module that browsers load")?;
    bindgen
        .input_path(module)
        .out_name("page")
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true);
    bindgen.generate(&made).context("writing JavaScript for the page")?;
    workspace::copy_folder(&made, &folder)?;
    workspace::copy_folder(&workspace.path("www/static"), &folder)?;
    javascript::copy_to(workspace, &folder)?;
    workspace.copy_light_models(&folder)
}

//! `spanlet compile`: machine code ahead of time, for hosts that have no compiler.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use serde_json::json;
use spanlet_runtime::sha256;

use crate::{
    component::component,
    output::{print, publish_code},
};

/// Compile a component ahead of time, for this machine and this version of spanlet.
///
/// Beside the output, `<output>.b3` holds its digest, which hosts compare before they run the code.
#[derive(Args)]
pub(crate) struct Options {
    /// The component, a `.wasm` file.
    component: PathBuf,
    /// Where the machine code goes, by custom a `.cwasm` file.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Say as JSON what was written.
    #[arg(long)]
    json: bool,
}

pub(crate) fn compile(options: &Options) -> anyhow::Result<ExitCode> {
    let code = component(Some(&options.component))?.precompiled()?;
    publish_code(&code, &options.output)?;
    if options.json {
        let path = options.output.display().to_string();
        print(&format!("{}\n", json!({"path": path, "size_bytes": code.len(), "sha256": sha256(&code)})))?;
    }
    Ok(ExitCode::SUCCESS)
}

//! `spanlet compile`: machine code ahead of time, for hosts that have no compiler.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;

use crate::{
    component::component,
    output::{print, publish_code, written},
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
    let code = component(Some(&options.component), &[])?.precompiled()?;
    publish_code(&code, &options.output)?;
    if options.json {
        print(&format!("{}\n", written(&options.output, &code, true)))?;
    }
    Ok(ExitCode::SUCCESS)
}

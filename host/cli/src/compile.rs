//! `spanlet compile`: machine code ahead of time, for hosts that have no compiler.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;

use crate::{component::component, output::publish_code};

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
}

pub(crate) fn compile(options: &Options) -> anyhow::Result<ExitCode> {
    publish_code(&component(Some(&options.component))?.precompiled()?, &options.output)?;
    Ok(ExitCode::SUCCESS)
}

//! `spanlet compile`: machine code ahead of time, for hosts that have no compiler.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::Args;
use spanlet_runtime::{digest_file, digest_line};

use crate::component::component;

/// Compile a component ahead of time, for this machine and this version of spanlet.
///
/// Beside the output, `<output>.sha256` holds its digest, which hosts compare before they run the code.
#[derive(Args)]
pub(crate) struct Options {
    /// The component, a `.wasm` file.
    component: PathBuf,
    /// Where the machine code goes, by custom a `.cwasm` file.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

pub(crate) fn compile(options: &Options) -> anyhow::Result<ExitCode> {
    publish(&component(Some(&options.component))?.precompiled()?, &options.output)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes machine code, and its digest beside it.
pub(crate) fn publish(code: &[u8], output: &Path) -> anyhow::Result<()> {
    // The digest last: a half-written pair never fits together.
    write(output, code)?;
    write(&digest_file(output), digest_line(code, output).as_bytes())
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    fs::write(path, bytes).with_context(|| format!("writing {}", path.display()))
}

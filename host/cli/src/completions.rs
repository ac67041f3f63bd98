//! `spanlet completions`: what a shell needs to complete this command's words.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use clap::{Args, Command};
use clap_complete::{Shell, generate};

/// Print a script with which a shell completes the verbs and options of this command.
#[derive(Args)]
pub(crate) struct Options {
    /// The shell that the script is for.
    shell: Shell,
}

/// Prints the script for `command`, which is this command as it is.
pub(crate) fn run(options: &Options, mut command: Command) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    generate(options.shell, &mut command, "spanlet", &mut script);
    io::stdout().lock().write_all(&script)?;
    Ok(ExitCode::SUCCESS)
}

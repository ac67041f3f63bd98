//! `spanlet package`: what a platform takes as it is.

mod bootstrap;
mod lambda;
mod licences;
mod zip_file;

use std::process::ExitCode;

use clap::{Args, Subcommand};

/// Pack models, and the program that answers with them, for a platform.
#[derive(Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    platform: Platform,
}

#[derive(Subcommand)]
enum Platform {
    Lambda(lambda::Options),
}

pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    match &options.platform {
        Platform::Lambda(options) => lambda::package(options),
    }
}

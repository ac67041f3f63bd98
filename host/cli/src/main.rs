//! `spanlet`: answers over HTTP, answers for every line of a file, and compiles components ahead of time.
//!
//! A host carries: arguments, files and sockets are read here, everything else happens in the component.

#![forbid(unsafe_code)]

mod bake;
mod compile;
mod component;
mod embedded;
mod model;
mod output;
mod run;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Runs spaCy, fastText and Hugging Face models inside one WebAssembly component.
#[derive(Parser)]
#[command(version, after_help = EXIT_STATUS)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

const EXIT_STATUS: &str = "\
Exit status:
  0  all went well
  1  it could not be done at all, and standard error says why
  2  the command line is wrong
  3  `run` only: some lines were answered with an error";

#[derive(Subcommand)]
enum Verb {
    Serve(serve::Options),
    Run(run::Options),
    Compile(compile::Options),
    Bake(bake::Options),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().verb {
        Verb::Serve(options) => serve::serve(&options),
        Verb::Run(options) => run::run(&options),
        Verb::Compile(options) => compile::compile(&options),
        Verb::Bake(options) => bake::run(&options),
    };
    done.unwrap_or_else(|error| {
        eprintln!("spanlet: {error:#}");
        ExitCode::FAILURE
    })
}

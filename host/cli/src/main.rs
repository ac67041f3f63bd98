//! `spanlet`: answers over HTTP and for every line of a file, says what models are, bakes them
//! into components and packs those for platforms.
//!
//! A host carries: arguments, files and sockets are read here, everything else happens in the component.

#![forbid(unsafe_code)]

mod bake;
mod compile;
mod completions;
mod component;
mod embedded;
mod inspect;
mod loading;
mod model;
mod models;
mod output;
mod package;
mod probe;
mod run;
mod serve;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

/// Runs spaCy pipelines and fastText models inside one WebAssembly component.
#[derive(Parser)]
#[command(version, after_help = AFTER_HELP)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

const AFTER_HELP: &str = "\
Examples:
  spanlet inspect ./model-best          what a model is, and whether it can be run
  spanlet run --model en texts.txt      an answer for every line
  spanlet serve                         the same over HTTP, with a page at http://127.0.0.1:8080
  spanlet <COMMAND> --help              all about a command, with examples

Exit status:
  0  all went well
  1  it could not be done at all, and standard error says why
  2  the command line is wrong
  3  `run`: some records were answered with an error; `probe`: some requests failed
  4  `inspect` only: it is a model, but cannot be run as it is";

#[derive(Subcommand)]
enum Verb {
    #[command(after_help = "\
Examples:
  spanlet serve
  spanlet serve --addr 0.0.0.0:8080 --model news=./en_news-1.0.0.tar.gz --model tags
  curl http://127.0.0.1:8080/v1/entities -d '{\"text\": \"Angela Merkel met Barack Obama.\"}'")]
    Serve(serve::Options),
    Run(run::Options),
    #[command(after_help = "\
Example:
  spanlet compile spanlet.wasm -o spanlet.cwasm")]
    Compile(compile::Options),
    #[command(after_help = "\
Examples:
  spanlet bake --model en --model tags=./model.ftz -o app.wasm
  spanlet bake --model en --aot aarch64 -o app.cwasm && spanlet serve --component app.cwasm")]
    Bake(bake::Options),
    #[command(after_help = "\
Examples:
  spanlet inspect ./en_core_web_sm-3.8.0.tar.gz
  spanlet inspect --json model.ftz | jq .fasttext.label_count
  spanlet inspect app.wasm

Exit status: 0 for what can be run, 4 for a model that cannot be run as it is, 1 for what is damaged or no model.")]
    Inspect(inspect::Options),
    #[command(after_help = "\
Examples:
  spanlet models
  spanlet models export en --output en.tar.gz")]
    Models(models::Options),
    #[command(after_help = "\
Examples:
  spanlet completions bash > ~/.local/share/bash-completion/completions/spanlet
  spanlet completions fish > ~/.config/fish/completions/spanlet.fish
  spanlet completions zsh > \"${fpath[1]}/_spanlet\"")]
    Completions(completions::Options),
    Probe(Box<probe::Options>),
    #[command(after_help = "\
Examples:
  spanlet package lambda --output dist/
  spanlet package lambda --arch arm64 --model en --model tags=./model.ftz --output dist/")]
    Package(package::Options),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().verb {
        Verb::Serve(options) => serve::serve(&options),
        Verb::Run(options) => run::run(&options),
        Verb::Compile(options) => compile::compile(&options),
        Verb::Bake(options) => bake::run(&options),
        Verb::Inspect(options) => inspect::run(&options),
        Verb::Models(options) => models::run(&options),
        Verb::Completions(options) => completions::run(&options, Arguments::command()),
        Verb::Probe(options) => probe::run(&options),
        Verb::Package(options) => package::run(&options),
    };
    done.unwrap_or_else(|error| {
        eprintln!("spanlet: {error:#}");
        ExitCode::FAILURE
    })
}

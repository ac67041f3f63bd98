//! Measures spanlet beside the official fastText library: predictions per CPU second, load time and memory.
//!
//! Three engines answer the same texts from the same model files, each in a process of its own: the official library
//! from Python, `spanlet-fasttext` natively, and the component in wasmtime. They take turns within every round, and
//! every round's answers are compared before its times count. Raw rows go to `bench/record/<machine>/<date>.csv`.
#![forbid(unsafe_code)]

mod contest;
mod engine;
mod folder;
mod machine;
mod official;
mod record;
mod stopwatch;
mod summary;
mod worker;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::contest::Extent;
use crate::engine::Kind;
use crate::folder::Folder;
use crate::record::Record;

/// What is measured: the file's name says loss and number of labels.
const MODELS: [&str; 8] = [
    "softmax-700.bin",
    "softmax-700.ftz",
    "softmax-5000.bin",
    "softmax-5000.ftz",
    "hs-700.bin",
    "hs-700.ftz",
    "hs-5000.bin",
    "hs-5000.ftz",
];

#[derive(Parser)]
#[command(about = "Measures spanlet beside the official fastText library")]
struct Arguments {
    /// Rounds of predictions for each model.
    #[arg(long, default_value_t = 21)]
    rounds: usize,
    /// Loads of each model in each engine.
    #[arg(long, default_value_t = 5)]
    loads: usize,
    /// Only models whose file name holds this.
    #[arg(long, default_value = "")]
    only: String,
    /// Measures and prints, and records nothing.
    #[arg(long)]
    dry: bool,
    #[command(subcommand)]
    role: Option<Role>,
}

#[derive(Subcommand)]
enum Role {
    /// One engine behind the worker protocol; the bench starts these itself.
    #[command(hide = true)]
    Worker { engine: Kind, model: PathBuf, texts: PathBuf, component: PathBuf },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.role {
        Some(Role::Worker { engine, model, texts, component }) => engine::serve(*engine, model, texts, component),
        None => bench(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn bench(arguments: &Arguments) -> anyhow::Result<()> {
    let folder = Folder::here()?;
    let python = official::prepared(&folder)?;
    let extent = Extent { rounds: arguments.rounds, loads: arguments.loads };
    let mut record = Record::default();
    for model in MODELS.into_iter().filter(|model| model.contains(&arguments.only)) {
        eprintln!("measuring {model}");
        contest::run(&folder, &python, model, &extent, &mut record)?;
    }
    let conditions = machine::conditions(&folder);
    let summary = summary::of(&record, &conditions);
    print_out(&summary)?;
    if !arguments.dry {
        let path = record.write(&folder, &machine::name(), &summary)?;
        eprintln!("recorded in {}", path.display());
    }
    Ok(())
}

fn print_out(text: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}

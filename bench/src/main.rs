//! Measures spanlet beside fastText and spaCy: answers per CPU second, load time and memory; what a baked image is like
//! in service (`baked.rs`); and a transformer beside onnxruntime (`transformer.rs`).
//!
//! Three engines answer the same texts from the same model files, each in a process of its own: the original from Python,
//! Spanlet's library natively, and the component in wasmtime. They take turns within every round, and
//! every round's answers are compared before its times count. Raw rows go to `bench/record/<machine>/<date>.csv`.
#![forbid(unsafe_code)]

mod baked;
mod contest;
mod engine;
mod folder;
mod machine;
mod official;
mod process;
mod quantile;
mod record;
mod rows;
mod stopwatch;
mod subject;
mod summary;
mod table;
mod transformer;
mod turn;
mod worker;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::contest::Extent;
use crate::folder::Folder;
use crate::record::Record;

#[derive(Parser)]
#[command(about = "Measures spanlet beside fastText and spaCy")]
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
    /// A spaCy pipeline, a directory or an archive, to measure instead of the default one.
    #[arg(long)]
    pipeline: Option<PathBuf>,
    /// Measures and prints, and records nothing.
    #[arg(long)]
    dry: bool,
    #[command(subcommand)]
    role: Option<Role>,
}

#[derive(Subcommand)]
enum Role {
    /// The default models baked into one file, in service: start, isolation, throughput, requests, memory.
    Baked(baked::Task),
    /// A transformer in the component, beside onnxruntime natively and in WebAssembly, and beside tract.
    Transformer(transformer::Task),
    /// One engine behind the worker protocol; the bench starts these itself.
    #[command(hide = true)]
    Worker(engine::Task),
    /// The same for a transformer.
    #[command(hide = true)]
    TransformerWorker(transformer::WorkerTask),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.role {
        Some(Role::Baked(task)) => baked::run(task),
        Some(Role::Transformer(task)) => transformer::run(task),
        Some(Role::Worker(task)) => engine::serve(task),
        Some(Role::TransformerWorker(task)) => transformer::serve(task),
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
    let subjects = subject::chosen(&folder, &arguments.only, arguments.pipeline.as_deref())?;
    let python = official::prepared(&folder, &subjects)?;
    let extent = Extent { rounds: arguments.rounds, loads: arguments.loads };
    let mut record = Record::default();
    for subject in &subjects {
        eprintln!("measuring {}", subject.name);
        contest::run(&folder, &python, subject, &extent, &mut record)?;
    }
    let conditions = machine::conditions(&folder);
    let summary = summary::of(&record, &conditions);
    print_out(&summary)?;
    if !arguments.dry {
        let path = record.write(&folder, &summary)?;
        eprintln!("recorded in {}", path.display());
    }
    Ok(())
}

fn print_out(text: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}

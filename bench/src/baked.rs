//! What a baked image is like in service: how soon a process answers, what an instance for each request costs, how many
//! requests and words a second, and how much memory.
//!
//! The image holds the default models `en` and `tags` and is made by `spanlet bake` before anything is measured. Beside it
//! stand spaCy with the same pipeline and a program that does nothing. Contestants take turns within every round, in
//! another order each round, and an answer that differs from spaCy's stops the bench.

mod cache;
mod http;
mod isolation;
mod serve;
mod server;
mod start;
mod throughput;
mod wrk;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use serde::Deserialize;
use spanlet_runtime::{Component, Isolation, Limits, Pool};

use crate::folder::Folder;
use crate::rows::Rows;
use crate::{machine, official, print_out, record, subject};

/// What is measured and how often.
#[derive(clap::Args)]
pub(crate) struct Task {
    /// What to measure, in this order. Everything unless set.
    #[arg(value_enum, default_values_t = Part::ALL)]
    parts: Vec<Part>,
    /// Rounds, in each of which every contestant has its turn.
    #[arg(long, default_value_t = 21)]
    rounds: usize,
    /// `isolation`: calls of each kind in a round.
    #[arg(long, default_value_t = 1_000)]
    calls: usize,
    /// `serve`: seconds of requests to each server, for each size of text, in a round.
    #[arg(long, default_value_t = 5)]
    seconds: u32,
    /// `serve`: connections that ask at the same time, each again as soon as it is answered.
    #[arg(long, default_value_t = 4)]
    connections: u32,
    /// A file of texts, one on a line, that the image's models answer while it is baked, instead of those that `en` brings.
    #[arg(long)]
    warm: Option<PathBuf>,
    /// Measures and prints, and records nothing.
    #[arg(long)]
    dry: bool,
}

/// One of the things that are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// From the start of a process to its first answer.
    Start,
    /// What an instance of its own costs a request.
    Isolation,
    /// Words per CPU second, with one instance for all texts and one for each.
    Throughput,
    /// Requests over HTTP, their latency, CPU time and memory.
    Serve,
}

impl Part {
    const ALL: [Self; 4] = [Self::Start, Self::Isolation, Self::Throughput, Self::Serve];
}

/// What all parts work with.
struct Setting {
    folder: Folder,
    python: PathBuf,
    /// The command, in a copy that nobody else runs.
    spanlet: PathBuf,
    /// The image as machine code.
    image: PathBuf,
    /// The pipeline `en` as the folder that spaCy loads.
    pipeline: PathBuf,
    texts: Texts,
}

/// What `official/texts.py` wrote.
#[derive(Deserialize)]
struct Texts {
    /// Documents.
    batch: Vec<String>,
    /// Short ones.
    single: Vec<String>,
    sized: Sized,
}

/// Texts of a size in bytes.
#[derive(Deserialize)]
struct Sized {
    #[serde(rename = "16")]
    tiny: Vec<String>,
    #[serde(rename = "200")]
    short: Vec<String>,
    #[serde(rename = "2000")]
    long: Vec<String>,
}

/// Measures, prints, and records unless it shall not.
pub(crate) fn run(task: &Task) -> anyhow::Result<()> {
    if task.parts.contains(&Part::Serve) {
        wrk::ensure_installed()?;
    }
    let setting = Setting::prepare(task.warm.as_deref())?;
    let mut rows = Rows::default();
    let mut sections = Vec::new();
    for part in &task.parts {
        eprintln!("measuring {part:?}");
        sections.push(match part {
            Part::Start => start::measure(&setting, task.rounds, &mut rows)?,
            Part::Isolation => isolation::measure(&setting, task.rounds, task.calls, &mut rows)?,
            Part::Throughput => throughput::measure(&setting, task.rounds, &mut rows)?,
            Part::Serve => serve::measure(&setting, task, &mut rows)?,
        });
    }
    let warmth = if task.warm.is_some() { ", an image baked with other warm texts" } else { "" };
    let summary = format!("{}{warmth}\n\n{}", machine::conditions(&setting.folder), sections.join("\n"));
    print_out(&summary)?;
    if !task.dry {
        let path = record::keep(&setting.folder, "-baked", &rows.csv(), &summary)?;
        eprintln!("recorded in {}", path.display());
    }
    Ok(())
}

impl Setting {
    fn prepare(warm: Option<&Path>) -> anyhow::Result<Self> {
        let folder = Folder::here()?;
        let python = official::prepared_texts(&folder)?;
        let pipeline = official::unpacked(&folder, &python, &subject::default_pipeline(&folder)?)?;
        let texts = serde_json::from_slice(&fs::read(folder.work("texts-spacy.json"))?)?;
        let spanlet = folder.work("spanlet");
        // A file that is running cannot be written, and one that runs elsewhere cannot leave the page cache.
        let _ = fs::remove_file(&spanlet);
        fs::copy(folder.spanlet()?, &spanlet).context("copying the command")?;
        let image = folder.work("en-tags.cwasm");
        bake(&spanlet, &image, warm)?;
        Ok(Self { folder, python, spanlet, image, pipeline, texts })
    }

    /// One instance of the image after the other, each for one call or for all of them.
    fn pool(&self, isolation: Isolation, settings_json: Option<String>) -> anyhow::Result<Pool> {
        let limits = Limits { instances: 1, isolation, ..Limits::default() };
        let component = Component::from_precompiled_file(&self.image)?;
        Ok(Pool::with_settings(component, Vec::new(), limits, settings_json)?)
    }
}

/// The default models in one file of machine code.
fn bake(spanlet: &Path, image: &Path, warm: Option<&Path>) -> anyhow::Result<()> {
    eprintln!("baking {}", image.display());
    let machine = std::env::consts::ARCH;
    let mut command = Command::new(spanlet);
    command.args(["bake", "--model", "en", "--model", "tags", "--aot", machine, "--output"]).arg(image);
    command.args(warm.iter().flat_map(|file| [Path::new("--warm"), file]));
    let status = command.status().with_context(|| format!("starting {}", spanlet.display()))?;
    anyhow::ensure!(status.success(), "{command:?} ended with {status}");
    Ok(())
}

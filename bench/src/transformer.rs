//! A transformer in the component, beside onnxruntime natively and in WebAssembly, and beside tract: CPU time of a call,
//! of a load, and memory.
//!
//! All contestants have the weights of one token classifier of 8 bits, in four forms that `official/transformer.py` makes. Each
//! runs in a process of its own, on one thread. They take turns within every round, and a round's answers are compared
//! before its times count.

mod contestant;
mod inside;
mod load;
mod speed;
mod web;

use std::path::PathBuf;

use anyhow::Context as _;
use serde::Deserialize;

use crate::folder::Folder;
use crate::rows::Rows;
use crate::{machine, official, print_out, record};

pub(crate) use inside::{Task as WorkerTask, serve};

/// What is measured and how often.
#[derive(clap::Args)]
pub(crate) struct Task {
    /// A token classifier's export directory whose weights are of 8 bits, instead of the default model `ner`.
    #[arg(long)]
    model: Option<PathBuf>,
    /// Rounds of each case, in each of which every contestant has its turn.
    #[arg(long, default_value_t = 21)]
    rounds: usize,
    /// Loads by each contestant.
    #[arg(long, default_value_t = 5)]
    loads: usize,
    /// Only the cases whose name holds this.
    #[arg(long, default_value = "")]
    only: String,
    /// Measures and prints, and records nothing.
    #[arg(long)]
    dry: bool,
}

/// Where the default model lies in the checkout.
const DEFAULT_MODEL: &str = "models/ner/export";

/// What all parts work with.
struct Setting {
    folder: Folder,
    python: PathBuf,
    /// The export with weights of 8 bits.
    export: PathBuf,
    /// Names of the cases, such as `8x128`: texts of a call, and the pieces of each.
    cases: Vec<String>,
}

/// What is read of `texts.json`.
#[derive(Deserialize)]
struct Texts {
    cases: serde_json::Map<String, serde_json::Value>,
}

/// Measures, prints, and records unless it shall not.
pub(crate) fn run(task: &Task) -> anyhow::Result<()> {
    let setting = Setting::prepare(task)?;
    let mut rows = Rows::default();
    let sections = [
        load::measure(&setting, task.loads, &mut rows)?,
        load::measure_linear_memory(&setting, &mut rows)?,
        speed::measure(&setting, task.rounds, &mut rows)?,
    ];
    let summary = format!("{}\n\n{}", machine::conditions(&setting.folder), sections.join("\n"));
    print_out(&summary)?;
    if !task.dry {
        let path = record::keep(&setting.folder, "-transformer", &rows.csv(), &summary)?;
        eprintln!("recorded in {}", path.display());
    }
    Ok(())
}

impl Setting {
    fn prepare(task: &Task) -> anyhow::Result<Self> {
        let folder = Folder::here()?;
        let export = task.model.clone().unwrap_or_else(|| folder.root().join(DEFAULT_MODEL));
        web::install(&folder)?;
        let python = official::environment(&folder)?;
        let mut making = std::process::Command::new(&python);
        making.arg(folder.source("official/transformer.py")).arg(&export).arg(folder.work("transformer"));
        official::run(making.arg(folder.root()))?;
        let texts: Texts = serde_json::from_slice(&std::fs::read(folder.work(TEXTS))?)?;
        let mut cases: Vec<String> = texts.cases.keys().filter(|case| case.contains(&task.only)).cloned().collect();
        cases.sort_by_key(|case| size(case));
        anyhow::ensure!(!cases.is_empty(), "no case has a name with {:?} in it", task.only);
        Ok(Self { folder, python, export, cases })
    }

    /// The file of an export directory that holds the weights.
    fn weights_bytes(&self, contestant: contestant::Contestant) -> anyhow::Result<u64> {
        let path = contestant.model(self);
        let file = if path.is_dir() { path.join("model.onnx") } else { path };
        Ok(file.metadata().with_context(|| format!("reading {}", file.display()))?.len())
    }

    fn texts(&self) -> PathBuf {
        self.folder.work(TEXTS)
    }
}

/// What `official/transformer.py` wrote, in the bench's folder.
const TEXTS: &str = "transformer/texts.json";

/// How many pieces the texts of a case have together, for those whose names are of this form.
fn size(case: &str) -> Option<usize> {
    let (texts, pieces) = case.split_once('x')?;
    Some(texts.parse::<usize>().ok()? * pieces.parse::<usize>().ok()?)
}

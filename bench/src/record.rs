//! Raw rows, and the file that keeps them.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::engine::Kind;
use crate::folder::Folder;
use crate::machine;
use crate::process::Memory;
use crate::stopwatch::Spent;

const HEADER: &str = "what,model,engine,round,predictions,cpu_s,wall_s,resident_bytes,peak_bytes";

/// One measurement.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// `start`: a worker before it loads. `model`: the model read. `load`: that, the component's machine code and the
    /// first text. `predict`: one round; `single`: one round of short texts, each in a call of its own.
    pub(crate) what: &'static str,
    pub(crate) model: String,
    pub(crate) engine: Kind,
    pub(crate) round: usize,
    /// How many texts (of a pipeline: words) were answered in that time.
    pub(crate) predictions: usize,
    pub(crate) spent: Option<Spent>,
    pub(crate) memory: Option<Memory>,
}

impl Default for Row {
    fn default() -> Self {
        Self {
            what: "",
            model: String::new(),
            engine: Kind::Official,
            round: 0,
            predictions: 0,
            spent: None,
            memory: None,
        }
    }
}

/// All rows of one run, in the order in which they were measured.
#[derive(Debug, Default)]
pub(crate) struct Record {
    pub(crate) rows: Vec<Row>,
}

impl Record {
    /// Writes the rows and the summary beside them.
    pub(crate) fn write(&self, folder: &Folder, summary: &str) -> anyhow::Result<PathBuf> {
        keep(folder, "", &self.csv(), summary)
    }

    fn csv(&self) -> String {
        let mut text = format!("{HEADER}\n");
        for row in &self.rows {
            let Row { what, model, round, predictions, .. } = row;
            let (cpu, wall) = row
                .spent
                .map_or_else(Default::default, |spent| (format!("{:.6}", spent.cpu_s), format!("{:.6}", spent.wall_s)));
            let (resident, peak) = row.memory.map_or_else(Default::default, |memory| {
                (memory.resident_bytes.to_string(), memory.peak_bytes.to_string())
            });
            let engine = row.engine.name();
            writeln!(text, "{what},{model},{engine},{round},{predictions},{cpu},{wall},{resident},{peak}")
                .expect("a string takes all");
        }
        text
    }
}

/// Writes `<date><kind>.csv` and a summary beside it. A file that is there is left alone: the next gets a number.
pub(crate) fn keep(folder: &Folder, kind: &str, csv: &str, summary: &str) -> anyhow::Result<PathBuf> {
    let place = folder.source("record").join(machine::name());
    std::fs::create_dir_all(&place)?;
    let first = format!("{}{kind}", machine::date());
    let names = std::iter::once(first.clone()).chain((2..).map(|number| format!("{first}-{number}")));
    let free = names.map(|name| place.join(format!("{name}.csv"))).find(|path| !path.exists());
    let path = free.context("no free name for the record")?;
    std::fs::write(&path, csv)?;
    std::fs::write(path.with_extension("md"), summary)?;
    Ok(path)
}

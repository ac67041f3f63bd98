//! A transformer in the component, behind the worker protocol that `official/protocol.py` describes.

use std::collections::BTreeMap;
use std::io::BufRead as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::json;
use spanlet_runtime::{Aggregation, AnalyzeOptions, Component, Document, Layers, OffsetUnit, Pool};

use crate::engine::{pool, reply};
use crate::stopwatch::Stopwatch;
use crate::worker::Answer;

/// What a worker is started for.
#[derive(clap::Args)]
pub(crate) struct Task {
    model: PathBuf,
    texts: PathBuf,
    component: PathBuf,
}

/// The texts of every case.
#[derive(Deserialize)]
pub(super) struct Texts {
    cases: BTreeMap<String, Vec<Text>>,
}

#[derive(Deserialize)]
struct Text {
    text: String,
}

impl Texts {
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        Ok(serde_json::from_slice(&std::fs::read(path)?)?)
    }

    /// Those of the case that is answered soonest.
    fn shortest(&self) -> anyhow::Result<Vec<String>> {
        let size = |case: &&String| self.cases[*case].iter().map(|text| text.text.len()).sum::<usize>();
        self.of(self.cases.keys().min_by_key(size).context("there are no cases")?)
    }

    /// Those of a case.
    pub(super) fn of(&self, case: &str) -> anyhow::Result<Vec<String>> {
        let texts = self.cases.get(case).with_context(|| format!("there is no case {case}"))?;
        Ok(texts.iter().map(|text| text.text.clone()).collect())
    }
}

/// Answers commands from standard input until it ends.
pub(crate) fn serve(task: &Task) -> anyhow::Result<()> {
    let texts = Texts::read(&task.texts)?;
    let first = texts.shortest()?;
    let mut pooled = None;
    reply(&json!({"ready": true}))?;
    for line in std::io::stdin().lock().lines() {
        match line?.split_once(' ') {
            None => {
                let stopwatch = Stopwatch::start();
                let component = Component::from_precompiled_file(&task.component)?;
                let model = Stopwatch::start();
                let loaded = pool(component, &task.model)?;
                let model = model.stop();
                answered(&loaded, &first)?;
                let spent = stopwatch.stop();
                reply(&json!({"cpu_s": spent.cpu_s, "wall_s": spent.wall_s, "model": model}))?;
                pooled = Some(loaded);
            }
            Some((case, passes)) => {
                let pool = pooled.as_ref().context("a round before the model was loaded")?;
                let (texts, passes) = (texts.of(case)?, passes.parse::<usize>()?);
                let mut documents = Vec::new();
                let stopwatch = Stopwatch::start();
                for _ in 0..passes {
                    documents = answered(pool, &texts)?;
                }
                let spent = stopwatch.stop();
                let answers: Vec<Answer> = documents.into_iter().map(described).collect();
                reply(&json!({"cpu_s": spent.cpu_s, "wall_s": spent.wall_s, "answers": answers}))?;
            }
        }
    }
    Ok(())
}

/// Every piece of every text with its likeliest label, in one call.
pub(super) fn answered(pool: &Pool, texts: &[String]) -> anyhow::Result<Vec<Document>> {
    let options = AnalyzeOptions {
        layers: Layers { ents: true, ..Layers::default() },
        aggregation: Some(Aggregation::None),
        ignore_labels: Some(Vec::new()),
        offsets: OffsetUnit::CodePoint,
        ..AnalyzeOptions::default()
    };
    pool.analyze(texts, &options)?.into_iter().map(|document| Ok(document?)).collect()
}

/// A line for every piece, as `official/onnx_worker.py` writes them.
fn described(document: Document) -> Answer {
    let pieces = document.ents.unwrap_or_default();
    let line = |piece: &spanlet_text::Span| {
        (format!("{} {} {}", piece.start, piece.end, piece.label), piece.score.unwrap_or_default())
    };
    pieces.iter().map(line).collect()
}

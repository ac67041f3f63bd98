//! Spanlet's two engines behind the worker protocol, which `official/worker.py` describes.

use std::io::{BufRead as _, Write as _};
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use serde_json::{Value, json};
use spanlet_fasttext::{LABEL_PREFIX, Model};
use spanlet_runtime::{ClassifyOptions, Component, Limits, ModelFiles, Pool};

use crate::stopwatch::Stopwatch;
use crate::worker::Answer;

/// How many labels a prediction asks for.
const K: u32 = 5;
/// No call of the bench is meant to be cut short.
const DEADLINE: Duration = Duration::from_secs(600);

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    /// The official library, from Python.
    Official,
    /// `spanlet-fasttext`, compiled for this machine.
    Native,
    /// The component in wasmtime.
    Component,
}

impl Kind {
    /// All of them, the original first.
    pub(crate) const ALL: [Self; 3] = [Self::Official, Self::Native, Self::Component];

    /// As it stands in records and on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Official => "official",
            Self::Native => "native",
            Self::Component => "component",
        }
    }
}

enum Engine {
    Native(Box<Model>),
    Component(Pool),
}

impl Engine {
    fn load(kind: Kind, model: &Path, component: &Path) -> anyhow::Result<Self> {
        match kind {
            Kind::Official => anyhow::bail!("the official library has a worker of its own"),
            Kind::Native => Ok(Self::Native(Box::new(Model::load(std::fs::read(model)?)?))),
            Kind::Component => {
                let limits = Limits {
                    memory_bytes: 4 << 30,
                    instances: 1,
                    deadline: DEADLINE,
                    load_deadline: DEADLINE,
                    ..Limits::default()
                };
                let component = Component::from_precompiled_file(component)?;
                Ok(Self::Component(Pool::new(component, vec![ModelFiles::from_path("bench", model)?], limits)?))
            }
        }
    }

    fn predict(&self, texts: &[String]) -> anyhow::Result<Vec<Answer>> {
        match self {
            Self::Native(model) => texts.iter().map(|text| native(model, text)).collect(),
            Self::Component(pool) => {
                let options = ClassifyOptions { k: Some(K), ..ClassifyOptions::default() };
                let answers = pool.classify(texts, &options)?;
                answers
                    .into_iter()
                    .map(|answer| Ok(answer?.into_iter().map(|one| (one.label, one.score)).collect()))
                    .collect()
            }
        }
    }
}

fn native(model: &Model, text: &str) -> anyhow::Result<Answer> {
    let predictions = model.predict(text, K as usize, 0.0)?;
    let without_prefix = |label: &str| label.strip_prefix(LABEL_PREFIX).unwrap_or(label).to_owned();
    Ok(predictions.iter().map(|one| (without_prefix(one.label), one.probability)).collect())
}

/// Answers commands from standard input until it ends.
pub(crate) fn serve(kind: Kind, model: &Path, texts: &Path, component: &Path) -> anyhow::Result<()> {
    let texts: Vec<String> = serde_json::from_slice(&std::fs::read(texts)?)?;
    let mut engine = None;
    reply(&json!({"ready": true}))?;
    for line in std::io::stdin().lock().lines() {
        match line?.split_once(' ') {
            None => {
                let stopwatch = Stopwatch::start();
                let loaded = Engine::load(kind, model, component)?;
                loaded.predict(texts.get(..1).context("there are no texts")?)?;
                reply(&serde_json::to_value(stopwatch.stop())?)?;
                engine = Some(loaded);
            }
            Some((_, passes)) => {
                let engine = engine.as_ref().context("a round before the model was loaded")?;
                reply(&round(engine, &texts, passes.parse()?)?)?;
            }
        }
    }
    Ok(())
}

fn round(engine: &Engine, texts: &[String], passes: usize) -> anyhow::Result<Value> {
    let stopwatch = Stopwatch::start();
    let mut answers = Vec::new();
    for _ in 0..passes {
        answers = engine.predict(texts)?;
    }
    let spent = stopwatch.stop();
    Ok(json!({"cpu_s": spent.cpu_s, "wall_s": spent.wall_s, "answers": answers}))
}

fn reply(value: &Value) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{value}")?;
    Ok(out.flush()?)
}

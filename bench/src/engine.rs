//! Spanlet's two engines behind the worker protocol, which `official/protocol.py` describes.

mod fasttext;
pub(crate) mod spacy;

use std::io::{BufRead as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use serde_json::{Value, json};
use spanlet_runtime::{Component, Limits, ModelFiles, Pool};

use crate::stopwatch::Stopwatch;
use crate::subject::{Family, Way};
use crate::worker::Answer;

/// No call of the bench is meant to be cut short.
pub(crate) const DEADLINE: Duration = Duration::from_secs(600);

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    /// The original, from Python.
    Official,
    /// Spanlet's library, compiled for this machine.
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

/// What a worker is started for.
#[derive(clap::Args)]
pub(crate) struct Task {
    engine: Kind,
    family: Family,
    model: PathBuf,
    texts: PathBuf,
    component: PathBuf,
}

/// One pass over texts: what the engine gave, held until the clock has stopped.
pub(crate) type Pass = Box<dyn FnOnce() -> anyhow::Result<Vec<Answer>>>;

/// A loaded model.
pub(crate) trait Engine {
    /// Answers all texts in one call.
    fn batch(&mut self, texts: &[String]) -> anyhow::Result<Pass>;

    /// Answers each text in a call of its own.
    fn single(&mut self, texts: &[String]) -> anyhow::Result<Pass>;
}

/// The texts of a worker.
struct Texts {
    batch: Vec<String>,
    /// Short ones.
    single: Vec<String>,
}

/// Answers commands from standard input until it ends.
pub(crate) fn serve(task: &Task) -> anyhow::Result<()> {
    let texts = Texts::read(&task.texts)?;
    let mut engine = None;
    reply(&json!({"ready": true}))?;
    for line in std::io::stdin().lock().lines() {
        match line?.split_once(' ') {
            None => {
                let stopwatch = Stopwatch::start();
                let component = machine_code(task)?;
                let model = Stopwatch::start();
                let mut loaded = load(task, component)?;
                let model = model.stop();
                drop(loaded.batch(texts.batch.get(..1).context("there are no texts")?)?);
                let spent = stopwatch.stop();
                reply(&json!({"cpu_s": spent.cpu_s, "wall_s": spent.wall_s, "model": model}))?;
                engine = Some(loaded);
            }
            Some((way, passes)) => {
                let engine = engine.as_mut().context("a round before the model was loaded")?;
                let way = [Way::Batch, Way::Single].into_iter().find(|known| known.name() == way);
                reply(&round(&mut **engine, &texts, way.context("an unknown command")?, passes.parse()?)?)?;
            }
        }
    }
    Ok(())
}

impl Texts {
    /// A list, or an object with a list for either way.
    fn read(path: &Path) -> anyhow::Result<Self> {
        let value: Value = serde_json::from_slice(&std::fs::read(path)?)?;
        let list = |value: &Value| serde_json::from_value::<Vec<String>>(value.clone());
        Ok(match &value {
            Value::Object(_) => Self { batch: list(&value["batch"])?, single: list(&value["single"])? },
            _ => Self { batch: list(&value)?, single: Vec::new() },
        })
    }
}

/// The component where it is asked for; reading it is no part of loading a model.
fn machine_code(task: &Task) -> anyhow::Result<Option<Component>> {
    Ok(match task.engine {
        Kind::Official => anyhow::bail!("the official library has a worker of its own"),
        Kind::Native => None,
        Kind::Component => Some(Component::from_precompiled_file(&task.component)?),
    })
}

fn load(task: &Task, component: Option<Component>) -> anyhow::Result<Box<dyn Engine>> {
    let pool = component.map(|component| pool(component, &task.model)).transpose()?;
    Ok(match (task.family, pool) {
        (Family::Fasttext, None) => Box::new(fasttext::Native::load(&task.model)?),
        (Family::Fasttext, Some(pool)) => Box::new(fasttext::Inside::new(pool)),
        (Family::Spacy, None) => Box::new(spacy::Native::load(&task.model)?),
        (Family::Spacy, Some(pool)) => Box::new(spacy::Inside::new(pool)),
    })
}

/// One instance that holds a model, with all the memory and time that it may want.
pub(crate) fn pool(component: Component, model: &Path) -> anyhow::Result<Pool> {
    let limits = Limits {
        memory_bytes: 4 << 30,
        instances: 1,
        deadline: DEADLINE,
        load_deadline: DEADLINE,
        ..Limits::default()
    };
    Ok(Pool::new(component, vec![ModelFiles::from_path("bench", model)?], limits)?)
}

fn round(engine: &mut dyn Engine, texts: &Texts, way: Way, passes: usize) -> anyhow::Result<Value> {
    let stopwatch = Stopwatch::start();
    let mut last = None;
    for _ in 0..passes {
        last = Some(match way {
            Way::Batch => engine.batch(&texts.batch)?,
            Way::Single => engine.single(&texts.single)?,
        });
    }
    let spent = stopwatch.stop();
    let answers = last.context("a round of no passes")?()?;
    Ok(json!({"cpu_s": spent.cpu_s, "wall_s": spent.wall_s, "answers": answers}))
}

/// One line for who started this worker.
pub(crate) fn reply(value: &Value) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{value}")?;
    Ok(out.flush()?)
}

//! `spanlet run`: one answer for every line of a file, in order, through the component.

mod answer;
mod batch;
mod format;
mod lines;
mod question;

use std::{
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use anyhow::Context as _;
use clap::{Args, builder::ArgPredicate};
use spanlet_runtime::{Description, Isolation, Layers, Limits, ModelFiles, OffsetUnit, Pool};

use crate::{component::component, model::ModelArgument};
use answer::Answers;
use batch::Batch;
use format::Format;
use lines::Lines;
use question::Question;

/// Answer every line of a file, or of standard input, and print one JSON object for each, in order.
///
/// A model that analyses, such as a spaCy pipeline, gives a document in the shape of spaCy's Doc.to_json(); one that
/// classifies gives {"labels":[…]}.
///
/// A line feed ends a line, with or without a carriage return before it, and the last line may lack one. Every other byte
/// belongs to the text, but for a UTF-8 byte order mark at the start; an empty line is an empty text. A line that cannot
/// be answered gives {"error":{"code":…,"detail":…}} in its place, and exit status 3.
#[derive(Args)]
pub(crate) struct Options {
    /// The model: a path to a file, archive or folder, or the name of an embedded one. By default `tags`, but `en` where
    /// `--include` or `--offsets` ask for documents.
    #[arg(long, value_name = "PATH|NAME", hide_default_value = true, default_value = "tags", default_value_ifs = [
        ("include", ArgPredicate::IsPresent, "en"),
        ("offsets", ArgPredicate::IsPresent, "en"),
    ])]
    model: ModelArgument,
    /// What offsets count, for a model that analyses: `code-point`, `utf16` or `utf8`. By default code points.
    #[arg(long, value_name = "UNIT", value_parser = offset_unit)]
    offsets: Option<OffsetUnit>,
    /// Which layers to print, for a model that analyses: any of `tokens`, `sents`, `ents`, `noun_chunks`, `spans`,
    /// `cats` and `vector`, divided by commas. By default all that the model has but the vector.
    #[arg(long, value_name = "LAYERS", value_parser = layers)]
    include: Option<Layers>,
    /// The most labels for a line, for a model that classifies; -1 is all of them. By default 5.
    #[arg(short, value_name = "N", value_parser = most_labels, allow_negative_numbers = true)]
    k: Option<u32>,
    /// The least score of a label, up to 1; one below 0 is as good as 0. By default 0.
    #[arg(long, value_parser = least_score, allow_negative_numbers = true)]
    threshold: Option<f32>,
    /// Clean texts as hashtag models are trained: HTML tags dropped, lower-cased, punctuation deleted.
    #[arg(long)]
    clean: bool,
    /// Plain lines, or JSON objects with a `text`. `auto` takes .jsonl and .ndjson for JSON Lines and .txt for plain
    /// lines, and otherwise looks whether the first line that is not empty is a JSON object.
    #[arg(long, value_enum, default_value_t = Format::Auto)]
    format: Format,
    /// Another component than the embedded one, a `.wasm` file or a `.cwasm` file made by `spanlet compile` or `spanlet
    /// bake`. Of several models that are baked in, `--model` names one.
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
    /// How many instances work side by side, each with the whole model. By default as many as there are cores, but
    /// fewer where they would hold more than about 2 GB of models.
    #[arg(long)]
    instances: Option<usize>,
    /// The longest that a batch of lines may compute; one that takes longer is tried again line by line.
    #[arg(long, value_name = "MS", default_value_t = 60_000)]
    deadline_ms: u64,
    /// The most memory of one instance.
    #[arg(long, value_name = "MB", default_value_t = 4096)]
    memory_mb: usize,
    /// The input; `-` is standard input.
    #[arg(default_value = "-")]
    input: PathBuf,
}

/// How many bytes of models all instances may hold together unless their number is given.
const MODEL_BYTES_MAX: u64 = 2 << 30;

/// How many lines had an error, after which `run` ends with this status.
const SOME_LINES_FAILED: u8 = 3;

/// `-k`, where fastText's -1 is the contract's largest number.
fn most_labels(argument: &str) -> Result<u32, &'static str> {
    match argument.parse::<i64>() {
        Ok(-1) => Ok(u32::MAX),
        Ok(k @ 1..) => Ok(u32::try_from(k).unwrap_or(u32::MAX)),
        _ => Err("expected a whole number above 0, or -1 for all labels"),
    }
}

/// `--threshold`, where fastText takes one below 0 too.
fn least_score(argument: &str) -> Result<f32, &'static str> {
    let score = argument.parse::<f32>().ok().filter(|score| *score <= 1.0);
    score.map(|score| score.max(0.0)).ok_or("expected a number up to 1")
}

fn offset_unit(argument: &str) -> Result<OffsetUnit, String> {
    let expected = || format!("expected {}", OffsetUnit::ALL.map(OffsetUnit::name).join(", "));
    OffsetUnit::from_name(argument).ok_or_else(expected)
}

fn layers(argument: &str) -> Result<Layers, String> {
    let mut layers = Layers::default();
    for name in argument.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let expected = || format!("expected layers among {}, found {name}", Layers::NAMES.join(", "));
        *layers.by_name(name).ok_or_else(expected)? = true;
    }
    Ok(layers)
}

/// A batch on its way to a worker, and the way back for its answers.
struct Job {
    batch: Batch,
    answer: SyncSender<anyhow::Result<Answers>>,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let input = open(&options.input)?;
    let component = component(options.component.as_deref())?;
    let baked = component.models()?;
    let models = if baked.is_empty() { vec![options.model.files()?] } else { Vec::new() };
    let baked_bytes: u64 = baked.iter().map(|model| u64::from(model.memory_bytes)).sum();
    let loaded_bytes: u64 = models.iter().map(ModelFiles::size_bytes).sum();
    let pool = Arc::new(Pool::new(component, models, options.limits(baked_bytes + loaded_bytes))?);
    let question = Question::of(options, options.asked(pool.models())?)?;
    // No text, but the model and the options are looked at.
    question.ask(&pool, &[])?;

    let lines = Lines::new(input, options.format.of_file(&options.input));
    let ordered = start(&pool, &question, lines)?;
    match write(ordered, io::stdout().lock()) {
        Ok(0) => Ok(ExitCode::SUCCESS),
        Ok(_) => Ok(ExitCode::from(SOME_LINES_FAILED)),
        Err(error) if is_broken_pipe(&error) => Ok(ExitCode::SUCCESS),
        Err(error) => Err(error),
    }
}

impl Options {
    /// The model that is asked: the only one, or of several baked ones that of the name.
    fn asked<'m>(&self, models: &'m [Description]) -> anyhow::Result<&'m Description> {
        if let [model] = models {
            return Ok(model);
        }
        models.iter().find(|model| model.name == self.model.name()).with_context(|| {
            let names: Vec<&str> = models.iter().map(|model| model.name.as_str()).collect();
            format!("expected --model to be one that the component holds: {}", names.join(", "))
        })
    }

    fn limits(&self, model_bytes: u64) -> Limits {
        let default = Limits::default();
        let fitting = usize::try_from(MODEL_BYTES_MAX / model_bytes.max(1)).unwrap_or(usize::MAX).max(1);
        let instances = self.instances.unwrap_or_else(|| default.instances.min(fitting));
        Limits {
            memory_bytes: self.memory_mb.saturating_mul(1 << 20),
            deadline: Duration::from_millis(self.deadline_ms),
            instances,
            // Workers are as many as instances; one waits only while an instance is replaced, and that as long as
            // loading takes.
            waiting: instances,
            wait: Duration::from_secs(3600),
            // All lines are one user's, and caches that grow warmer save work.
            isolation: Isolation::Shared,
            ..default
        }
    }
}

fn open(path: &Path) -> anyhow::Result<Box<dyn Read + Send>> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin()));
    }
    Ok(Box::new(File::open(path).with_context(|| format!("input {}", path.display()))?))
}

/// Starts a reader and the workers; answers come back in the order of their lines.
///
/// Both channels are short: whoever is ahead waits, and only a few batches are in memory at a time. The threads end
/// with the input, or with the process.
fn start(
    pool: &Arc<Pool>,
    question: &Question,
    lines: Lines<Box<dyn Read + Send>>,
) -> anyhow::Result<Receiver<Receiver<anyhow::Result<Answers>>>> {
    let workers = pool.limits().instances;
    let (give, jobs) = sync_channel::<Job>(workers);
    let (order, ordered) = sync_channel(workers * 2);
    let jobs = Arc::new(Mutex::new(jobs));
    for _ in 0..workers {
        let (pool, question, jobs) = (Arc::clone(pool), question.clone(), Arc::clone(&jobs));
        spawn("spanlet-worker", move || work(&pool, &question, &jobs))?;
    }
    spawn("spanlet-reader", move || read(lines, &give, &order))?;
    Ok(ordered)
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> anyhow::Result<()> {
    thread::Builder::new().name(name.to_owned()).spawn(body).map(drop).context("starting a thread")
}

/// Reads batches until the input ends or nobody wants more.
fn read(
    mut lines: Lines<Box<dyn Read + Send>>,
    give: &SyncSender<Job>,
    order: &SyncSender<Receiver<anyhow::Result<Answers>>>,
) {
    loop {
        let (answer, answered) = sync_channel(1);
        match lines.batch() {
            Ok(None) => break,
            Ok(Some(batch)) => {
                if order.send(answered).is_err() || give.send(Job { batch, answer }).is_err() {
                    break;
                }
            }
            Err(error) => {
                // The writer reports it in its turn, if it is still there.
                let _ = answer.send(Err(anyhow::Error::new(error).context("reading the input")));
                let _ = order.send(answered);
                break;
            }
        }
    }
}

/// Answers batches until there are no more.
fn work(pool: &Pool, question: &Question, jobs: &Mutex<Receiver<Job>>) {
    loop {
        // A worker that panicked held no lock while it worked.
        let job = jobs.lock().unwrap_or_else(std::sync::PoisonError::into_inner).recv();
        let Ok(Job { batch, answer }) = job else { break };
        // The writer is gone only when the process ends.
        let _ = answer.send(answer::answers(pool, &batch, question));
    }
}

/// Writes answers as they come, in order; answers how many lines had an error.
fn write(ordered: Receiver<Receiver<anyhow::Result<Answers>>>, mut output: impl Write) -> anyhow::Result<u64> {
    let mut failed = 0;
    for answered in ordered {
        let answers = answered.recv().context("a worker stopped")??;
        output.write_all(&answers.json_lines).context("writing the answers")?;
        output.flush().context("writing the answers")?;
        failed += answers.failed;
    }
    Ok(failed)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

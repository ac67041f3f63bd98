//! `spanlet run`: one answer for every record of a file, in order, through the component.
//!
//! One thread reads batches of records, as many workers as there are instances answer them and write the answers down,
//! and this thread carries those out in the order of their records.

mod answer;
mod answered;
mod form;
mod format;
mod input;
mod options;
mod output;
mod progress;
mod question;
mod record;

use std::{
    io::{self, IsTerminal as _, Read, Write},
    path::Path,
    process::ExitCode,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use anyhow::Context as _;
use spanlet_runtime::{Description, ModelFiles, Pool};

use crate::component::component;
use answer::Answers;
use form::Form;
use input::{Batch, Input};
use progress::Progress;
use question::Question;

pub(crate) use options::Options;

/// The status with which `run` ends where some records had an error.
const SOME_RECORDS_FAILED: u8 = 3;

/// A batch on its way to a worker, and the way back for its answers.
struct Job {
    batch: Batch,
    answer: SyncSender<anyhow::Result<Answers>>,
}

/// What workers have in common.
struct Desk {
    pool: Pool,
    question: Question,
    form: Form,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let (input, size_bytes) = input::open(&options.input)?;
    let mut input = Input::new(input, options.records()?);
    let (pool, asked) = pool(options)?;
    let question = Question::of(options, &asked)?;
    // No text, but the model and the options are looked at.
    question.ask(&pool, &[])?;

    let output = options.output(&question);
    let (form, path) = (output.form(), output.path().map(Path::to_owned));
    let output = output.prepare(&options.input, options.keep())?;
    let skipped_bytes = input.skip(options.skip()).context("reading the input")?;
    let (output, header) = output.open()?;

    let is_output_shown = path.is_none() && io::stdout().is_terminal();
    let mut progress = Progress::new(options.quiet, is_output_shown, size_bytes, skipped_bytes);
    let ordered = start(Desk { pool, question, form }, input)?;
    match write(&header, ordered, output, &mut progress) {
        Err(error) if !is_broken_pipe(&error) => {
            progress.clear();
            let done = options.skip() + progress.records();
            Err(match path {
                Some(path) if done > 0 => error.context(format!(
                    "stopped; {} has {done} records, after which --skip {done} goes on",
                    path.display()
                )),
                _ => error,
            })
        }
        _ => {
            progress.finish();
            Ok(if progress.failed() > 0 { ExitCode::from(SOME_RECORDS_FAILED) } else { ExitCode::SUCCESS })
        }
    }
}

/// The component with its models, and the one that is asked: one of those that are baked in, or the one that is loaded.
fn pool(options: &Options) -> anyhow::Result<(Pool, Description)> {
    let files = if options.component.is_none() { vec![options.model().files()?] } else { Vec::new() };
    let component = component(options.component.as_deref(), &files)?;
    let baked = component.models()?;
    let baked_bytes: u64 = baked.iter().map(|model| u64::from(model.memory_bytes)).sum();
    let held = if baked.is_empty() { None } else { Some(options.asked(&baked)?.clone()) };
    let models = match held {
        Some(_) => Vec::new(),
        None if files.is_empty() => vec![options.model().files()?],
        None => files,
    };
    let loaded_bytes: u64 = models.iter().map(ModelFiles::size_bytes).sum();
    let pool = Pool::new(component, models, options.limits(baked_bytes + loaded_bytes))?;
    let asked = held.or_else(|| pool.models().first().cloned()).context("a pool without models")?;
    Ok((pool, asked))
}

/// Starts a reader and the workers; answers come back in the order of their records.
///
/// Both channels are short: whoever is ahead waits, and only a few batches are in memory at a time. The threads end
/// with the input, or with the process.
fn start(
    desk: Desk,
    input: Input<Box<dyn Read + Send>>,
) -> anyhow::Result<Receiver<Receiver<anyhow::Result<Answers>>>> {
    let workers = desk.pool.limits().instances;
    let (give, jobs) = sync_channel::<Job>(workers);
    let (order, ordered) = sync_channel(workers * 2);
    let (desk, jobs) = (Arc::new(desk), Arc::new(Mutex::new(jobs)));
    for _ in 0..workers {
        let (desk, jobs) = (Arc::clone(&desk), Arc::clone(&jobs));
        spawn("spanlet-worker", move || work(&desk, &jobs))?;
    }
    spawn("spanlet-reader", move || read(input, &give, &order))?;
    Ok(ordered)
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> anyhow::Result<()> {
    thread::Builder::new().name(name.to_owned()).spawn(body).map(drop).context("starting a thread")
}

/// Reads batches until the input ends or nobody wants more.
fn read(
    mut input: Input<Box<dyn Read + Send>>,
    give: &SyncSender<Job>,
    order: &SyncSender<Receiver<anyhow::Result<Answers>>>,
) {
    loop {
        let (answer, answered) = sync_channel(1);
        match input.batch() {
            Ok(None) => break,
            Ok(Some(batch)) => {
                if order.send(answered).is_err() || give.send(Job { batch, answer }).is_err() {
                    break;
                }
            }
            Err(error) => {
                // The writer reports it in its turn, if it is still there.
                let _ = answer.send(Err(error.context("reading the input")));
                let _ = order.send(answered);
                break;
            }
        }
    }
}

/// Answers batches until there are no more.
fn work(desk: &Desk, jobs: &Mutex<Receiver<Job>>) {
    loop {
        // A worker that panicked held no lock while it worked.
        let job = jobs.lock().unwrap_or_else(std::sync::PoisonError::into_inner).recv();
        let Ok(Job { batch, answer }) = job else { break };
        // The writer is gone only when the process ends.
        let _ = answer.send(answer::answers(&desk.pool, &batch, &desk.question, desk.form));
    }
}

/// Writes answers as they come, in order.
fn write(
    header: &[u8],
    ordered: Receiver<Receiver<anyhow::Result<Answers>>>,
    mut output: impl Write,
    progress: &mut Progress,
) -> anyhow::Result<()> {
    output.write_all(header).context("writing the answers")?;
    for answered in ordered {
        let answers = answered.recv().context("a worker stopped")??;
        output.write_all(&answers.bytes).context("writing the answers")?;
        output.flush().context("writing the answers")?;
        progress.advance(&answers);
    }
    Ok(())
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

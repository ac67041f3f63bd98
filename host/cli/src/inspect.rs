//! `spanlet inspect`: what a model is, what it needs, and all of it that is not supported, before it is deployed.
//!
//! What a model says of itself is read natively, by the crates of the engines. Whether it can be loaded, how much memory
//! it then holds and what it can be asked for is what the component answers that loaded it.

mod component;
mod fasttext;
mod hugging_face;
mod report;
mod spacy;
mod text;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use clap::Args;
use spanlet_runtime::ModelFiles;

use crate::{loading::Loading, model::ModelArgument, output::print};

pub(crate) use report::Report;
pub(crate) use text::{Page, bytes};

/// Say what a model is, what it needs, and everything in it that is not supported, before it is deployed.
///
/// The model is loaded, if it can be: its memory and its tasks are those that it then has. Of a spaCy pipeline every
/// component is listed, and every reason why it would be refused. Of a component, the models that are baked into it.
///
/// With --json the report is one object. `model` is the argument, `family` is `fasttext`, `spacy`, `transformer` or
/// `component`, `runs` tells whether it can be loaded, `size_bytes` is what its files have and `memory_bytes` what it
/// holds when loaded, `problems` lists what is in the way, each with a `reason` and whether it is `unsupported` or
/// `damaged`. `name`, `version`, `language`, `license`, `author`, `url` and `description` are there where the model states
/// them. What one family alone has stands under that family's name.
#[derive(Args)]
pub(crate) struct Options {
    /// A path to a file, archive or folder; the name of an embedded model, such as `en`; or a component, a `.wasm` or
    /// `.cwasm` file.
    #[arg(value_name = "PATH|NAME")]
    model: ModelArgument,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Print all labels, not only how many there are and the first of them.
    #[arg(long)]
    labels: bool,
    /// The component that loads the model, instead of the embedded one: a `.wasm` file, or a `.cwasm` file, which need
    /// not be compiled.
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
}

/// Exit status for what is a model, and cannot be run as it is.
const CANNOT_RUN: u8 = 4;

pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let report = match options.model.path().filter(|path| component::is_one(path)) {
        Some(path) => component::report(path)?,
        None => report(&options.model, &Loading::new(options.component.as_deref()))?,
    };
    let printed = if options.json {
        let mut json = serde_json::to_string_pretty(&report).context("writing the report as JSON")?;
        json.push('\n');
        json
    } else {
        report.text(options.labels)
    };
    print(&printed)?;
    match report.damage() {
        Some(reason) => anyhow::bail!("{}: {reason}", report.model),
        None if report.runs => Ok(ExitCode::SUCCESS),
        None => Ok(ExitCode::from(CANNOT_RUN)),
    }
}

/// Inspects a model of any family.
///
/// # Errors
/// When it is no model, or damaged so that nothing can be said of it: in the words of who would load it.
pub(crate) fn report(model: &ModelArgument, loading: &Loading<'_>) -> anyhow::Result<Report> {
    let files = model.files()?;
    let shown = model.path().map_or_else(|| model.name().to_owned(), |path| path.display().to_string());
    let Some(mut report) = read(&shown, &files)? else { return refusal(&shown, files, loading) };
    if let (None, Some(embedded)) = (&report.about.license, model.embedded_model()) {
        report.about.license = Some(embedded.license.to_owned());
    }
    if report.problems.is_empty() { loaded(report, files, loading) } else { Ok(report) }
}

/// What an embedded model says of itself, without loading it.
///
/// # Errors
/// When it is none that any family knows.
pub(crate) fn stated(model: &ModelArgument) -> anyhow::Result<Report> {
    read(model.name(), &model.files()?)?.with_context(|| format!("{}: expected a model", model.name()))
}

/// What a model says of itself; `None` where no family knows it.
fn read(shown: &str, files: &ModelFiles) -> anyhow::Result<Option<Report>> {
    for report in [hugging_face::report, fasttext::report, spacy::report] {
        if let Some(report) = report(shown, files)? {
            return Ok(Some(report));
        }
    }
    Ok(None)
}

/// Loads a model of which nothing speaks against that.
fn loaded(mut report: Report, files: ModelFiles, loading: &Loading<'_>) -> anyhow::Result<Report> {
    match loading.load(files)? {
        Ok(description) => report.set_loaded(&description),
        Err(refused) => report.push_problem(refused.reason, refused.is_sound),
    }
    Ok(report)
}

/// What the loader says of something in which no model was found.
fn refusal(shown: &str, files: ModelFiles, loading: &Loading<'_>) -> anyhow::Result<Report> {
    match loading.load(files)? {
        Ok(description) => anyhow::bail!("{shown}: the component takes it for a {} model", description.family),
        Err(refused) => anyhow::bail!("{shown}: {}", refused.reason),
    }
}

//! `spanlet models`: the models that travel inside the executable, and how to get them out.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context as _, ensure};
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::output::{print, publish, publish_folder};
use crate::{
    embedded,
    inspect::{self, Page, Report, bytes},
    loading::Loading,
    model::ModelArgument,
};

/// List the models that are embedded in this program, with licence and attribution, or write one out.
///
/// With --json the list is a JSON list; `name`, `family`, `tasks`, `label_count`, `size_bytes`, `license`, `license_url`, and
/// `attribution` in Markdown are there for each model, `language` and `version` where it states them, `memory_bytes` where
/// --component has a component load them.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Options {
    /// Print a JSON list.
    #[arg(long)]
    json: bool,
    /// A component that loads the models, to say how much memory they then hold: a `.wasm` file, or a `.cwasm` file, which
    /// need not be compiled.
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Subcommand)]
enum Action {
    /// Write out an embedded model, a file or a folder, as it was before it was embedded.
    Export {
        /// Its name.
        #[arg(value_parser = embedded::MODELS.iter().map(|model| model.name).collect::<Vec<_>>())]
        name: String,
        /// Where it goes: what it is to be called, or a folder that is there. By default the working folder.
        #[arg(short, long, value_name = "PATH", default_value = ".")]
        output: PathBuf,
    },
}

/// A model and its terms, as they are listed.
#[derive(Serialize)]
struct Listed {
    name: &'static str,
    family: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    tasks: &'static [&'static str],
    label_count: usize,
    size_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory_bytes: Option<u64>,
    license: &'static str,
    license_url: &'static str,
    attribution: &'static str,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    match &options.action {
        Some(Action::Export { name, output }) => export(name, output.clone())?,
        None => list(options)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn list(options: &Options) -> anyhow::Result<()> {
    let loading = options.component.as_deref().map(|file| Loading::new(Some(file)));
    let mut models = Vec::new();
    for model in ModelArgument::embedded() {
        let embedded = model.embedded_model().context("an embedded model")?;
        let report = match &loading {
            Some(loading) => inspect::report(&model, loading)?,
            None => inspect::stated(&model)?,
        };
        models.push(Listed::new(embedded, report));
    }
    let printed = if options.json {
        let mut json = serde_json::to_string_pretty(&models).context("writing the list as JSON")?;
        json.push('\n');
        json
    } else {
        let mut page = Page::default();
        models.iter().for_each(|model| model.print(&mut page));
        page.into_text()
    };
    print(&printed)
}

fn export(name: &str, mut output: PathBuf) -> anyhow::Result<()> {
    let model = embedded::MODELS.iter().find(|model| model.name == name).context("an embedded model")?;
    let file = model.parts.first().filter(|_| !model.is_folder);
    if output.is_dir() {
        output.push(file.map_or(model.name, |(part, _)| *part));
    }
    ensure!(!output.exists(), "output {}: is there already", output.display());
    match file {
        Some((_, bytes)) => publish(&output, bytes)?,
        None => publish_folder(&output, model.parts)?,
    }
    print(&format!("{}\n", output.display()))
}

impl Listed {
    fn new(model: &'static embedded::Model, report: Report) -> Self {
        Self {
            name: model.name,
            family: report.family,
            label_count: report.label_count(),
            language: report.about.language,
            version: report.about.version,
            tasks: model.tasks,
            size_bytes: report.size_bytes,
            memory_bytes: report.memory_bytes,
            license: model.license,
            license_url: model.license_url,
            attribution: model.attribution,
        }
    }

    fn print(&self, page: &mut Page) {
        page.line(self.name);
        page.field("family", self.family);
        page.optional("language", self.language.as_ref());
        page.optional("version", self.version.as_ref());
        page.field("tasks", self.tasks.join(", "));
        page.field("labels", self.label_count);
        page.field("size", bytes(self.size_bytes));
        if let Some(memory) = self.memory_bytes {
            page.field("memory", format!("{} when loaded", bytes(memory)));
        }
        page.field("licence", format!("{} ({})", self.license, self.license_url));
        page.gap();
        for line in self.attribution.lines() {
            page.line(line);
        }
        page.gap();
    }
}

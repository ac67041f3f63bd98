//! A component: which contract it keeps, and the models that are baked into it.

use std::{fs, path::Path};

use anyhow::Context as _;
use serde::Serialize;
use spanlet_runtime::{CONTRACT, Description};

use super::{
    report::{Details, Report},
    text::{Page, bytes},
};

/// A component's image.
#[derive(Debug, Serialize)]
pub(crate) struct Image {
    /// The version of `spanlet:nlp` that it keeps.
    contract: &'static str,
    /// Whether it is machine code for one kind of machine already.
    precompiled: bool,
    /// By name; empty for a component that loads its models.
    models: Vec<Baked>,
}

/// A model that is in the image.
#[derive(Debug, Serialize)]
struct Baked {
    name: String,
    family: String,
    tasks: Vec<String>,
    /// The tasks for which it answers when a request names no model.
    default_for: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    label_count: usize,
    memory_bytes: u32,
    parts_sha256: String,
}

/// Whether a file is named as components are.
pub(super) fn is_one(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "wasm") || is_precompiled(path)
}

fn is_precompiled(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "cwasm")
}

/// The report on a component.
///
/// # Errors
/// When it is none for this host, or the machine code is of another kind of machine.
pub(super) fn report(path: &Path) -> anyhow::Result<Report> {
    let size_bytes = fs::metadata(path).with_context(|| format!("component {}", path.display()))?.len();
    let models = crate::component::component(Some(path))?.models()?;
    let mut tasks: Vec<String> = models.iter().flat_map(|model| model.tasks.iter().cloned()).collect();
    tasks.sort();
    tasks.dedup();
    Ok(Report {
        model: path.display().to_string(),
        family: "component",
        runs: true,
        size_bytes,
        memory_bytes: Some(models.iter().map(|model| u64::from(model.memory_bytes)).sum()),
        tasks,
        details: Some(Details::Component(Image {
            contract: CONTRACT,
            precompiled: is_precompiled(path),
            models: models.into_iter().map(Baked::from).collect(),
        })),
        ..Report::default()
    })
}

impl From<Description> for Baked {
    fn from(model: Description) -> Self {
        Self {
            label_count: model.labels.len(),
            name: model.name,
            family: model.family,
            tasks: model.tasks,
            default_for: model.default_for,
            language: model.language,
            version: model.version,
            memory_bytes: model.memory_bytes,
            parts_sha256: model.parts_sha256,
        }
    }
}

impl Image {
    pub(super) fn print(&self, page: &mut Page) {
        page.field("contract", format!("spanlet:nlp@{}", self.contract));
        page.field("code", if self.precompiled { "machine code" } else { "WebAssembly" });
        if self.models.is_empty() {
            page.field("models", "none: it loads them");
            return;
        }
        let header = ["model", "family", "tasks", "memory", "SHA-256 of its parts"].map(str::to_owned);
        let row = |model: &Baked| {
            let memory = bytes(model.memory_bytes.into());
            [model.name.clone(), model.family.clone(), model.tasks.join(","), memory, model.parts_sha256.clone()]
        };
        page.table([header].into_iter().chain(self.models.iter().map(row)));
    }
}

//! A component: which contract it keeps, and the models that are baked into it.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use spanlet_runtime::{CONTRACT, Description, Limits, Pool, Request};

use crate::component::{component, is_machine_code};

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
    /// What it says of its origin, if it was baked: the digest of the component before, and the programs that had a part
    /// in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<Receipt>,
}

/// From what a component was baked.
#[derive(Debug, Deserialize, Serialize)]
struct Receipt {
    component_sha256: String,
    toolchain: BTreeMap<String, String>,
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
    path.extension().is_some_and(|extension| extension == "wasm") || is_machine_code(path)
}

/// The report on a component.
///
/// # Errors
/// When it is none for this host, or the machine code is of another kind of machine.
pub(super) fn report(path: &Path) -> anyhow::Result<Report> {
    let size_bytes = fs::metadata(path).with_context(|| format!("component {}", path.display()))?.len();
    let component = component(Some(path), &[])?;
    let pool = Pool::new(component, Vec::new(), Limits { instances: 1, ..Limits::default() })?;
    let models = pool.models().to_vec();
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
            precompiled: is_machine_code(path),
            models: models.into_iter().map(Baked::from).collect(),
            receipt: receipt(&pool)?,
        })),
        ..Report::default()
    })
}

/// The receipt, as the component lists it beside its models.
fn receipt(pool: &Pool) -> anyhow::Result<Option<Receipt>> {
    #[derive(Deserialize)]
    struct Listing {
        receipt: Option<Receipt>,
    }
    let request = Request { method: "GET".into(), path: "/v1/models".into(), ..Request::default() };
    let response = pool.handle(request).context("asking for its models")?;
    let listing: Listing = serde_json::from_slice(&response.body).context("reading the list of its models")?;
    Ok(listing.receipt)
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
        if let Some(Receipt { component_sha256, toolchain }) = &self.receipt {
            let programs: Vec<String> = toolchain.iter().map(|(name, version)| format!("{name} {version}")).collect();
            page.field("baked from", format!("component {component_sha256}"));
            page.field("baked with", programs.join(", "));
        }
    }
}

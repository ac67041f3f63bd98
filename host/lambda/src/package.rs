//! What lies beside the executable: the precompiled component, and a folder for each model.

use std::{fs, path::Path};

use anyhow::{Context as _, anyhow, ensure};
use spanlet_runtime::{Component, Limits, ModelFiles, Pool, StartError};

use crate::settings::Settings;

/// Loads everything, so that the first invocation finds it ready. Lambda gives a function one request at a time: one
/// instance is enough.
///
/// # Errors
/// The file or folder that is missing, damaged or made for another machine, by its path.
pub(crate) fn load(settings: Settings) -> anyhow::Result<Pool> {
    let path = settings.home.join("spanlet.cwasm");
    let component = Component::from_precompiled_file(&path)
        .with_context(|| format!("the component {}; SPANLET_HOME names the folder to look in", path.display()))?;
    let models = models(&settings.home.join("models"), settings.default_model.as_deref())?;
    let limits = Limits {
        memory_bytes: settings.memory_bytes,
        deadline: settings.deadline,
        // The one caller waits while an instance that was lost is replaced, as long as its invocation lasts.
        wait: settings.deadline,
        instances: 1,
        waiting: 1,
        ..Limits::default()
    };
    Pool::with_settings(component, models, limits, settings.component_json).map_err(|error| match error {
        StartError::Settings { message } => anyhow!("SPANLET_BARE_TASK: {message}"),
        other => anyhow::Error::new(other).context(format!("starting with {}", settings.home.display())),
    })
}

/// `models/<name>/<files>`, in order of name after the default: the first that can do what a request asks for answers
/// where it names none. It is the one that is set, else `tags` if there.
fn models(folder: &Path, default: Option<&str>) -> anyhow::Result<Vec<ModelFiles>> {
    let reading = || format!("reading the models in {}", folder.display());
    let mut models = Vec::new();
    for entry in fs::read_dir(folder).with_context(reading)? {
        let path = entry.with_context(reading)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).with_context(reading)?;
        if path.is_dir() && !name.starts_with('.') {
            models.push(ModelFiles::from_path(name, &path)?);
        }
    }
    ensure!(!models.is_empty(), "{}: expected a folder for each model, found none", folder.display());
    let is_default = |model: &ModelFiles| model.name() == default.unwrap_or("tags");
    if let Some(name) = default {
        let found = models.iter().any(is_default);
        ensure!(found, "SPANLET_DEFAULT_MODEL: expected a folder in {}, found {name:?}", folder.display());
    }
    models.sort_by(|a, b| is_default(b).cmp(&is_default(a)).then_with(|| a.name().cmp(b.name())));
    Ok(models)
}

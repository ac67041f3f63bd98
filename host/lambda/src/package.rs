//! What lies beside the executable: a precompiled component with models baked in, or one without them and a folder for
//! each model.

use std::{fs, path::Path};

use anyhow::{Context as _, anyhow, ensure};
use spanlet_runtime::{Component, Limits, ModelFiles, Pool, StartError};

use crate::settings::Settings;

/// Makes everything ready for the first invocation. Lambda gives a function one request at a time: one instance is
/// enough. With baked models it is a fresh one for each request.
///
/// # Errors
/// The file or folder that is missing, damaged or made for another machine, by its path; models that are there twice,
/// baked and in folders; and `SPANLET_DEFAULT_MODEL` where the models are baked.
pub(crate) fn load(settings: Settings) -> anyhow::Result<Pool> {
    let path = settings.home.join("spanlet.cwasm");
    let component = Component::from_precompiled_file(&path)
        .with_context(|| format!("the component {}; SPANLET_HOME names the folder to look in", path.display()))?;
    let folder = settings.home.join("models");
    let models = if folder.exists() {
        ensure_holds_none(&component, &path, &folder)?;
        models(&folder, settings.default_model.as_deref())?
    } else {
        Vec::new()
    };
    let limits = Limits {
        memory_bytes: settings.memory_bytes,
        deadline: settings.deadline,
        // The one caller waits while an instance that was lost is replaced, as long as its invocation lasts.
        wait: settings.deadline,
        instances: 1,
        waiting: 1,
        ..Limits::default()
    };
    let is_baked = models.is_empty();
    let pool =
        Pool::with_settings(component, models, limits, settings.component_json).map_err(|error| match error {
            StartError::Settings { message } => anyhow!("SPANLET_BARE_TASK: {message}"),
            other => anyhow::Error::new(other).context(format!("starting with {}", settings.home.display())),
        })?;
    if is_baked {
        ensure_baked(&pool, &path, settings.default_model.as_deref())?;
    }
    Ok(pool)
}

/// A component holds its own models or is given some, never both: which of them should answer would be anyone's guess.
fn ensure_holds_none(component: &Component, path: &Path, folder: &Path) -> anyhow::Result<()> {
    let baked = component.models().with_context(|| format!("asking {} for its models", path.display()))?;
    let names: Vec<&str> = baked.iter().map(|model| model.name.as_str()).collect();
    let (path, folder) = (path.display(), folder.display());
    ensure!(names.is_empty(), "{path} has models baked in ({}) and takes no others: remove {folder}", names.join(", "));
    Ok(())
}

/// Without a folder of models the component must bring its own, and when it was baked their order was decided.
fn ensure_baked(pool: &Pool, path: &Path, default: Option<&str>) -> anyhow::Result<()> {
    let folder = path.with_file_name("models");
    let (path, folder) = (path.display(), folder.display());
    ensure!(
        !pool.models().is_empty(),
        "no models: expected some in {folder}, a folder for each, or baked into {path} by `spanlet bake`"
    );
    ensure!(
        default.is_none(),
        "SPANLET_DEFAULT_MODEL: the models are baked into {path}, and so is which of them answers where a request names \
         none: unset it, and give `spanlet bake` that model first"
    );
    Ok(())
}

/// `models/<name>/<files>`, in order of name after the default: the first that can do what a request asks for answers
/// where it names none. Without a default that is set, the first by name.
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
    let is_default = |model: &ModelFiles| Some(model.name()) == default;
    if let Some(name) = default {
        let found = models.iter().any(is_default);
        ensure!(found, "SPANLET_DEFAULT_MODEL: expected a folder in {}, found {name:?}", folder.display());
    }
    models.sort_by(|a, b| is_default(b).cmp(&is_default(a)).then_with(|| a.name().cmp(b.name())));
    Ok(models)
}

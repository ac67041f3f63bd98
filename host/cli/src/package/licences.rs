//! What models say of their licences and of whose work they were made from, to travel with them.

use std::{fs, io, path::Path};

use anyhow::Context as _;
use spanlet_archive::{Limits, Parts};

use super::zip_file::Entry;
use crate::model::{ModelArgument, is_archive};

/// Files at a model's root that say so, by names that `spacy package` and people give them. `meta.json` has a pipeline's
/// licence, authors and sources.
const NAMES: [&str; 8] =
    ["LICENSE", "LICENSE.md", "LICENSE.txt", "LICENSES_SOURCES", "NOTICE", "NOTICE.txt", "README.md", "meta.json"];

/// The files of all models, each as `licences/<model>/<name>`; none of a model that has none.
pub(super) fn licences(models: &[ModelArgument]) -> anyhow::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for model in models {
        let files = files(model).with_context(|| format!("reading the licence of model `{}`", model.name()))?;
        let entry = |(name, bytes)| Entry::file(format!("licences/{}/{name}", model.name()), bytes);
        entries.extend(files.into_iter().map(entry));
    }
    Ok(entries)
}

fn files(model: &ModelArgument) -> anyhow::Result<Vec<(&'static str, Vec<u8>)>> {
    if let Some(embedded) = model.embedded_model() {
        return Ok(vec![("README.md", embedded.card.to_owned())]);
    }
    match model.path() {
        Some(path) if path.is_dir() => Ok(of_folder(path)?),
        Some(path) if is_archive(path) => of_archive(path),
        // Weights alone.
        _ => Ok(Vec::new()),
    }
}

fn of_folder(folder: &Path) -> io::Result<Vec<(&'static str, Vec<u8>)>> {
    let mut files = Vec::new();
    for name in NAMES {
        match fs::read(folder.join(name)) {
            Ok(bytes) => files.push((name, bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(files)
}

fn of_archive(path: &Path) -> anyhow::Result<Vec<(&'static str, Vec<u8>)>> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut parts = Parts::from_files(vec![(name, fs::read(path)?)], &Limits::default())?;
    Ok(NAMES.into_iter().filter_map(|name| Some((name, parts.take(name)?))).collect())
}

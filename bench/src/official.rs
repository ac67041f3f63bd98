//! The originals: their virtual environment, the models and texts that they make for us, and their workers.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use crate::folder::Folder;
use crate::subject::{Family, Subject};

/// The interpreter of an environment that holds the pinned libraries, after models and texts were made. Does nothing
/// twice.
pub(crate) fn prepared(folder: &Folder, subjects: &[Subject]) -> anyhow::Result<PathBuf> {
    let python = environment(folder)?;
    let has = |family| subjects.iter().any(|subject| subject.family == family);
    if has(Family::Fasttext) {
        run(Command::new(&python).arg(folder.source("official/train.py")).arg(folder.work("")))?;
    }
    if has(Family::Spacy) {
        write_texts(folder, &python)?;
    }
    Ok(python)
}

/// The command that starts the original's worker for one model.
pub(crate) fn worker(folder: &Folder, python: &Path, subject: &Subject) -> Command {
    let script = match subject.family {
        Family::Fasttext => "official/worker.py",
        Family::Spacy => "official/spacy_worker.py",
    };
    let mut command = Command::new(python);
    command.arg(folder.source(script)).arg(&subject.model).arg(&subject.texts);
    command
}

/// The interpreter, after the texts that pipelines are asked were written.
pub(crate) fn prepared_texts(folder: &Folder) -> anyhow::Result<PathBuf> {
    let python = environment(folder)?;
    write_texts(folder, &python)?;
    Ok(python)
}

/// An archive of a pipeline as the folder that spaCy loads, unpacked anew.
pub(crate) fn unpacked(folder: &Folder, python: &Path, archive: &Path) -> anyhow::Result<PathBuf> {
    let place = folder.work("pipeline");
    run(Command::new(python).arg(folder.source("official/unpack.py")).arg(archive).arg(&place))?;
    Ok(place)
}

fn write_texts(folder: &Folder, python: &Path) -> anyhow::Result<()> {
    let script = folder.source("official/texts.py");
    run(Command::new(python).arg(script).arg(folder.work("")).arg(folder.root()))
}

/// The interpreter of an environment that holds the pinned libraries.
pub(crate) fn environment(folder: &Folder) -> anyhow::Result<PathBuf> {
    let place = folder.work("venv");
    let python = place.join("bin/python");
    let wanted = folder.source("official/requirements.txt");
    let installed = place.join("installed-requirements.txt");
    if python.exists() && std::fs::read(&wanted)? == std::fs::read(&installed).unwrap_or_default() {
        return Ok(python);
    }
    std::fs::create_dir_all(folder.work(""))?;
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&place))
        .context("making a virtual environment needs Python 3.11 or newer with its venv module")?;
    run(Command::new(&python)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
        .arg(&wanted))?;
    std::fs::copy(&wanted, &installed)?;
    Ok(python)
}

/// Runs to the end; an error unless it ends well.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("starting {}", command.get_program().display()))?;
    anyhow::ensure!(status.success(), "{command:?} ended with {status}");
    Ok(())
}

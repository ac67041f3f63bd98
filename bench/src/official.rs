//! The official library: its virtual environment, the models that it trains for us, and its worker.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use crate::folder::Folder;

/// The interpreter of an environment that holds the pinned library, after the models were made. Does nothing twice.
pub(crate) fn prepared(folder: &Folder) -> anyhow::Result<PathBuf> {
    let python = environment(folder)?;
    run(Command::new(&python).arg(folder.source("official/train.py")).arg(folder.work("")))?;
    Ok(python)
}

/// The command that starts the library's worker for one model.
pub(crate) fn worker(folder: &Folder, python: &Path, model: &Path, texts: &Path) -> Command {
    let mut command = Command::new(python);
    command.arg(folder.source("official/worker.py")).arg(model).arg(texts);
    command
}

fn environment(folder: &Folder) -> anyhow::Result<PathBuf> {
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

fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("starting {}", command.get_program().display()))?;
    anyhow::ensure!(status.success(), "{command:?} ended with {status}");
    Ok(())
}

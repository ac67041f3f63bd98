//! onnxruntime-web, from npm.

use std::fs;
use std::process::Command;

use anyhow::Context as _;

use crate::folder::Folder;
use crate::official::run;

/// Installs exactly what the lock file under `web` names, when that differs from what is there.
pub(super) fn install(folder: &Folder) -> anyhow::Result<()> {
    let lock = fs::read(folder.source("web/package-lock.json"))?;
    let installed = folder.source("web/node_modules/.installed-lock");
    if fs::read(&installed).is_ok_and(|present| present == lock) {
        return Ok(());
    }
    let mut npm = Command::new("npm");
    npm.current_dir(folder.source("web")).args([
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]);
    run(&mut npm).context("onnxruntime-web needs Node 20 or newer with npm")?;
    Ok(fs::write(installed, lock)?)
}

//! Node, for the tests alone: nothing that is built or served needs it.

use std::process::Command;

use crate::command;
use crate::workspace::Workspace;

const OLDEST_MAJOR: u32 = 20;

/// What to do when Node or npm is missing or too old.
pub(crate) fn missing() -> Option<String> {
    let version = command::answer(Command::new("node").arg("--version"));
    let npm = command::answer(Command::new("npm").arg("--version"));
    let found = match (version.as_deref(), npm) {
        (Some(version), Some(_)) if major(version) >= OLDEST_MAJOR => return None,
        (Some(version), Some(_)) => version,
        (Some(_), None) => "Node without npm",
        (None, _) => "neither",
    };
    Some(format!("Node {OLDEST_MAJOR} or newer with npm (found: {found}): see https://nodejs.org/en/download"))
}

/// The 20 of `v20.20.2`; 0 when it reads otherwise.
fn major(version: &str) -> u32 {
    let digits = version.trim_start_matches('v').split('.').next();
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// Installs exactly what the lock file under `tests/js` names, when that differs from what is there.
pub(crate) fn install(workspace: &Workspace) -> anyhow::Result<()> {
    let folder = workspace.path("tests/js");
    let lock = crate::workspace::read(&folder.join("package-lock.json"))?;
    let installed = folder.join("node_modules/.installed-lock");
    if std::fs::read(&installed).is_ok_and(|present| present == lock) {
        return Ok(());
    }
    let mut npm = command::program("npm", workspace);
    command::run(npm.current_dir(&folder).args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))?;
    crate::workspace::write(&installed, &lock)
}

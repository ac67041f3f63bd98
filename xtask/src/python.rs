//! Python, for the tests alone: a virtual environment with the original library and the Lambda emulator.

use std::path::PathBuf;
use std::process::Command;

use crate::command;
use crate::workspace::{self, Workspace};

const REQUIREMENTS: &str = "tests/requirements.txt";
/// Named by the file above.
const REFERENCE_REQUIREMENTS: &str = "tests/reference/requirements.txt";
const NAMES: [&str; 6] = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"];
/// Exits with 0 when this Python is new enough and can make a virtual environment with pip in it.
const PROBE: &str = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";

/// What to do when there is no suitable Python.
pub(crate) fn missing() -> Option<String> {
    if interpreter().is_some() {
        return None;
    }
    Some(
        "Python 3.11 or newer with its venv module: `apt-get install python3 python3-venv` on Debian 12 and newer"
            .to_owned(),
    )
}

fn interpreter() -> Option<&'static str> {
    NAMES.into_iter().find(|name| command::answer(Command::new(name).args(["-c", PROBE])).is_some())
}

/// The virtual environment's interpreter; the environment is made, or brought up to the pinned file, first.
pub(crate) fn environment(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let folder = workspace.target("venv");
    let python = folder.join("bin/python");
    let requirements = [REQUIREMENTS, REFERENCE_REQUIREMENTS].map(|file| workspace::read(&workspace.path(file)));
    let requirements = requirements.into_iter().collect::<anyhow::Result<Vec<_>>>()?.concat();
    let installed = folder.join("installed-requirements.txt");
    if python.exists() && std::fs::read(&installed).is_ok_and(|present| present == requirements) {
        return Ok(python);
    }
    let interpreter = interpreter().ok_or_else(|| anyhow::anyhow!(missing().unwrap_or_default()))?;
    command::run(command::program(interpreter, workspace).args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut pip = command::program(&python, workspace);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", REQUIREMENTS]);
    command::run(&mut pip)?;
    workspace::write(&installed, &requirements)?;
    Ok(python)
}

/// Models of the full comparison that the checks train too: a few seconds each.
const SAMPLE: [&str; 2] = ["large-pruned", "large-hs-many"];

/// Trains models with the official library and compares all its answers with those of `spanlet run`.
pub(crate) fn compare_with_original(workspace: &Workspace) -> anyhow::Result<()> {
    compare(workspace, &[])
}

/// The same with the few models of [`SAMPLE`].
pub(crate) fn compare_sample(workspace: &Workspace) -> anyhow::Result<()> {
    compare(workspace, &SAMPLE)
}

fn compare(workspace: &Workspace, models: &[&str]) -> anyhow::Result<()> {
    let python = environment(workspace)?;
    let mut compare = command::program(python, workspace);
    compare.arg("tests/reference/compare.py").arg("--command").arg(workspace.command());
    command::run(compare.arg("--work").arg(workspace.target("parity")).args(models))
}

/// Runs the Lambda function under an emulator of its runtime and calls it as clients do.
pub(crate) fn test_lambda(workspace: &Workspace) -> anyhow::Result<()> {
    let python = environment(workspace)?;
    let mut unittest = command::program(python, workspace);
    command::run(unittest.args(["-m", "unittest", "discover", "--start-directory", "tests/lambda"]))
}

//! What runs on this machine itself: the `spanlet` command and the precompiled component.

use crate::command;
use crate::steps::step;
use crate::workspace::Workspace;
use crate::{component, edge, javascript, page};

/// Everything that serving needs, and the edge worker, which costs nothing more.
pub(crate) fn serving(workspace: &Workspace) -> anyhow::Result<()> {
    step("build: component", || component::build(workspace))?;
    step("build: JavaScript", || javascript::build(workspace))?;
    step("build: page", || page::build(workspace))?;
    step("build: edge worker", || edge::build(workspace))?;
    step("build: spanlet command", || command(workspace))?;
    step("build: precompiled component", || precompile(workspace))
}

fn command(workspace: &Workspace) -> anyhow::Result<()> {
    command::run(command::cargo(workspace).args(["build", "--quiet", "--release", "--package", "spanlet-cli"]))
}

fn precompile(workspace: &Workspace) -> anyhow::Result<()> {
    let mut compile = command::program(workspace.command(), workspace);
    compile.arg("compile").arg(workspace.component()).arg("--output").arg(workspace.precompiled());
    command::run(&mut compile)
}

/// Answers until it is told to stop.
pub(crate) fn serve(workspace: &Workspace, arguments: &[String]) -> anyhow::Result<()> {
    let mut serve = command::program(workspace.command(), workspace);
    command::run(serve.arg("serve").args(arguments))
}

/// Runs the benchmarks.
pub(crate) fn bench(workspace: &Workspace, arguments: &[String]) -> anyhow::Result<()> {
    let mut cargo = command::cargo(workspace);
    cargo.args(["run", "--quiet", "--release", "--package", "spanlet-bench", "--"]).args(arguments);
    command::run(&mut cargo)
}

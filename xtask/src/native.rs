//! What runs on this machine itself: the `spanlet` command and the precompiled components.

use std::path::PathBuf;

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
    step("build: precompiled components", || precompile(workspace))
}

fn command(workspace: &Workspace) -> anyhow::Result<()> {
    command::run(command::cargo(workspace).args(["build", "--quiet", "--release", "--package", "spanlet-cli"]))
}

fn precompile(workspace: &Workspace) -> anyhow::Result<()> {
    for component in [workspace.component(), workspace.lite_component()] {
        let mut compile = command::program(workspace.command(), workspace);
        compile.arg("compile").arg(&component).arg("--output").arg(component.with_extension("cwasm"));
        command::run(&mut compile)?;
    }
    Ok(())
}

/// Answers until it is told to stop: with the default models baked into an image, unless the arguments name others.
pub(crate) fn serve(workspace: &Workspace, arguments: &[String]) -> anyhow::Result<()> {
    let names_others = |argument: &String| argument.starts_with("--component") || argument.starts_with("--model");
    let mut serve = command::program(workspace.command(), workspace);
    serve.arg("serve");
    if !arguments.iter().any(names_others) && IMAGE_MACHINES.contains(&std::env::consts::ARCH) {
        serve.arg("--component").arg(step("bake: default models", || image(workspace))?);
    }
    command::run(serve.args(arguments))
}

/// The machines that images are compiled for, as both Rust and `spanlet bake --aot` call them.
const IMAGE_MACHINES: [&str; 2] = ["x86_64", "aarch64"];

/// The default models in one image, for this machine.
fn image(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let image = workspace.target("component/default.cwasm");
    let mut bake = command::program(workspace.command(), workspace);
    bake.args(["bake", "--model", "en", "--model", "ner", "--model", "tags"]);
    bake.args(["--aot", std::env::consts::ARCH, "--output"]).arg(&image);
    command::run(&mut bake)?;
    Ok(image)
}

/// Runs the benchmarks.
pub(crate) fn bench(workspace: &Workspace, arguments: &[String]) -> anyhow::Result<()> {
    let mut cargo = command::cargo(workspace);
    cargo.args(["run", "--quiet", "--release", "--package", "spanlet-bench", "--"]).args(arguments);
    command::run(&mut cargo)
}

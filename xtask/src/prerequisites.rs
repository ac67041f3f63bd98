//! What must be on the machine, named with how to get it before anything is built.

use std::process::Command;

use crate::command;
use crate::component::TARGET;
use crate::workspace::Workspace;
use crate::{chromium, lambda, node, python, qemu};

/// Everything `build` and `serve` need: git, a C compiler, and the targets for WebAssembly and for Lambda on this
/// machine's architecture, which are added when they lack.
pub(crate) fn for_build(workspace: &Workspace) -> anyhow::Result<()> {
    ensure_none_missing(&[git(), c_compiler()])?;
    add_target(workspace, TARGET)?;
    lambda::native().iter().try_for_each(|architecture| add_target(workspace, &architecture.triple()))
}

/// Everything `lambda` needs beside that: Python, by which zig is fetched.
pub(crate) fn for_lambda(workspace: &Workspace) -> anyhow::Result<()> {
    ensure_none_missing(&[git(), c_compiler(), python::missing()])?;
    add_target(workspace, TARGET)?;
    add_lambda_targets(workspace)
}

/// Everything `test` needs beside that. What is missing is told all at once.
pub(crate) fn for_test(workspace: &Workspace) -> anyhow::Result<()> {
    ensure_none_missing(&[
        git(),
        c_compiler(),
        python::missing(),
        node::missing(),
        chromium::missing(),
        qemu::missing(workspace),
    ])?;
    add_target(workspace, TARGET)?;
    add_lambda_targets(workspace)
}

fn ensure_none_missing(answers: &[Option<String>]) -> anyhow::Result<()> {
    let missing: Vec<&str> = answers.iter().flatten().map(String::as_str).collect();
    anyhow::ensure!(missing.is_empty(), "something is missing on this machine:\n  {}", missing.join("\n  "));
    Ok(())
}

fn git() -> Option<String> {
    if answers_version("git") {
        return None;
    }
    Some("git: `apt-get install git` on Debian and Ubuntu, `xcode-select --install` on macOS".to_owned())
}

/// This program was linked by one, so it is missing only where the program was built elsewhere.
fn c_compiler() -> Option<String> {
    if ["cc", "gcc", "clang"].iter().any(|name| answers_version(name)) {
        return None;
    }
    Some(
        "a C compiler: `apt-get install build-essential` on Debian and Ubuntu, `xcode-select --install` on macOS"
            .to_owned(),
    )
}

fn answers_version(program: &str) -> bool {
    command::answer(Command::new(program).arg("--version")).is_some()
}

fn add_lambda_targets(workspace: &Workspace) -> anyhow::Result<()> {
    lambda::ARCHITECTURES.iter().try_for_each(|architecture| add_target(workspace, &architecture.triple()))
}

fn add_target(workspace: &Workspace, target: &str) -> anyhow::Result<()> {
    let mut rustc = command::program("rustc", workspace);
    let library = command::answer(rustc.args(["--print", "target-libdir", "--target", target]));
    if library.is_some_and(|folder| std::path::Path::new(&folder).exists()) {
        return Ok(());
    }
    anyhow::ensure!(
        answers_version("rustup"),
        "the Rust target {target} is missing, and so is rustup, which adds it: see https://rustup.rs"
    );
    command::run(command::program("rustup", workspace).args(["target", "add", target]))
}

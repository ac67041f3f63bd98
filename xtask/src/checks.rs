//! Every check of the project, in the order in which a failure is cheapest to learn.

use crate::command;
use crate::component::{self, TARGET};
use crate::steps::{Tally, step};
use crate::workspace::Workspace;
use crate::{chromium, lambda, native, node, prerequisites, python};

/// The packages whose tests run in the debug profile, where arithmetic overflow is an error. The Lambda host is among
/// them because its dependencies turn features on with which wasmtime would be compiled once more in release.
const DEBUG: [&str; 6] =
    ["spanlet-text", "spanlet-kernels", "spanlet-fasttext", "spanlet-api", "spanlet-lambda", "spanlet-www"];

/// The packages that compile components: tested in release and at once, so that wasmtime is compiled once. Among them
/// are conformance, parity, the page and the house rules, which are tests of the `tests` crate.
const RELEASE: [&str; 3] = ["spanlet-runtime", "spanlet-cli", "spanlet-tests"];

/// The engines for spaCy pipelines and transformers, what they read, and what joins them: their tests load dozens of
/// models, which debug code takes minutes for.
const RELEASE_LIBRARIES: [&str; 4] = ["spanlet-archive", "spanlet-component", "spanlet-spacy", "spanlet-transformer"];

/// What is compiled for WebAssembly, and so linted there too.
const WASM_PACKAGES: [&str; 2] = ["spanlet-component", "spanlet-www"];

/// Runs everything. A build that fails ends the run; of the checks all are run and counted.
pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<()> {
    let mut tally = Tally::new();
    step("prerequisites", || prerequisites::for_test(workspace))?;
    tally.step("format", || cargo(workspace, &["fmt", "--all", "--check"]));
    native::serving(workspace)?;
    lambda::build(workspace, &lambda::ARCHITECTURES.each_ref())?;
    step("tools of the tests", || {
        node::install(workspace)?;
        python::environment(workspace).map(drop)
    })?;
    step("build: kernels beside each other", || component::build_kernel_agreement(workspace))?;
    tally.step("tests in debug", || test(workspace, &DEBUG, &[]));
    tally.step("tests in release: spaCy pipelines and transformers", || {
        test(workspace, &RELEASE_LIBRARIES, &["--release"])
    });
    tally.step("tests in release: hosts, conformance, parity, page", || test(workspace, &RELEASE, &["--release"]));
    tally.step("official fastText beside `spanlet run`", || python::compare_fasttext_sample(workspace));
    tally.step("spaCy beside `spanlet run`", || python::compare_spacy_sample(workspace));
    tally.step("transformers beside `spanlet serve`", || python::compare_transformers_sample(workspace));
    tally.step("spaCy reads the answers", || python::test_readers(workspace));
    tally.step("Lambda functions under their emulator", || python::test_lambda(workspace));
    tally.step("lints", || lints(workspace));
    tally.step("lints for WebAssembly", || wasm_lints(workspace));
    tally.step("documentation", || documentation(workspace));
    tally.finish()
}

fn cargo(workspace: &Workspace, arguments: &[&str]) -> anyhow::Result<()> {
    command::run(command::cargo(workspace).args(arguments))
}

fn test(workspace: &Workspace, packages: &[&str], options: &[&str]) -> anyhow::Result<()> {
    let mut cargo = command::cargo(workspace);
    cargo.args(["test", "--quiet", "--no-fail-fast"]).args(options);
    for package in packages {
        cargo.args(["--package", package]);
    }
    if let Some(browser) = chromium::executable() {
        cargo.env("CHROMIUM", browser);
    }
    command::run(&mut cargo)
}

fn lints(workspace: &Workspace) -> anyhow::Result<()> {
    cargo(workspace, &["clippy", "--quiet", "--workspace", "--all-targets", "--release", "--", "-D", "warnings"])
}

fn wasm_lints(workspace: &Workspace) -> anyhow::Result<()> {
    let mut cargo = command::cargo(workspace);
    cargo.args(["clippy", "--quiet", "--target", TARGET]);
    for package in WASM_PACKAGES {
        cargo.args(["--package", package]);
    }
    component::set_flags(&mut cargo, workspace);
    command::run(cargo.args(["--", "-D", "warnings"]))
}

fn documentation(workspace: &Workspace) -> anyhow::Result<()> {
    let mut cargo = command::cargo(workspace);
    cargo.args(["doc", "--quiet", "--workspace", "--no-deps", "--document-private-items", "--release"]);
    command::run(cargo.env("RUSTDOCFLAGS", "-D warnings"))
}

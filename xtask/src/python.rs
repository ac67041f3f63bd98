//! Python: a virtual environment with the original libraries and the Lambda emulator for the tests, one with PyTorch, and one
//! with zig.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use crate::command;
use crate::qemu;
use crate::workspace::{self, Workspace};

const REQUIREMENTS: &str = "tests/requirements.txt";
/// Named by the file above.
const REFERENCE_REQUIREMENTS: &str = "tests/reference/requirements.txt";
/// So is this.
const TRANSFORMER_REQUIREMENTS: &str = "tests/reference/requirements-transformers.txt";
/// What trains pipelines with a transformer and converts them. It names the next, and [`REFERENCE_REQUIREMENTS`].
const SPACY_TRANSFORMERS_REQUIREMENTS: &str = "models/convert/requirements-test.txt";
const CONVERT_REQUIREMENTS: &str = "models/convert/requirements.txt";
/// The C compiler for machines other than this one.
const ZIG_REQUIREMENTS: &str = "host/lambda/requirements.txt";
/// Prints where zig lies.
const WHERE_ZIG_LIES: &str = "import pathlib, ziglang; print(pathlib.Path(ziglang.__file__).with_name('zig'))";
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

/// The interpreter that has the tests' libraries.
pub(crate) fn environment(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    virtual_environment(workspace, "venv", &[REQUIREMENTS, REFERENCE_REQUIREMENTS, TRANSFORMER_REQUIREMENTS])
}

/// The interpreter that has PyTorch, some gigabytes, and so is not [`environment`]; its transformers is an older one too.
fn environment_with_pytorch(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let pinned = [SPACY_TRANSFORMERS_REQUIREMENTS, CONVERT_REQUIREMENTS, REFERENCE_REQUIREMENTS];
    virtual_environment(workspace, "venv-pytorch", &pinned)
}

/// The executable `zig`, which compiles C for any machine.
pub(crate) fn zig(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let python = virtual_environment(workspace, "zig", &[ZIG_REQUIREMENTS])?;
    let zig = command::answer(Command::new(python).args(["-c", WHERE_ZIG_LIES]));
    zig.map(PathBuf::from)
        .context("the Python package ziglang cannot be imported; remove target/zig to install it anew")
}

/// The interpreter of a virtual environment; it is made, or brought up to the pinned files, first. The first of the files
/// names the others.
fn virtual_environment(workspace: &Workspace, folder: &str, pinned: &[&str]) -> anyhow::Result<PathBuf> {
    let folder = workspace.target(folder);
    let python = folder.join("bin/python");
    let requirements = pinned.iter().map(|file| workspace::read(&workspace.path(file)));
    let requirements = requirements.collect::<anyhow::Result<Vec<_>>>()?.concat();
    let installed = folder.join("installed-requirements.txt");
    if python.exists() && std::fs::read(&installed).is_ok_and(|present| present == requirements) {
        return Ok(python);
    }
    let interpreter = interpreter().ok_or_else(|| anyhow::anyhow!(missing().unwrap_or_default()))?;
    command::run(command::program(interpreter, workspace).args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut pip = command::program(&python, workspace);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", pinned[0]]);
    command::run(&mut pip)?;
    workspace::write(&installed, &requirements)?;
    Ok(python)
}

/// Models of the full comparison with fastText that the checks train too: a few seconds each.
const SAMPLE: [&str; 2] = ["large-pruned", "large-hs-many"];

/// Pipelines of the full comparison with spaCy that the checks ask too; `fresh` is trained on the spot.
const SPACY_SAMPLE: [&str; 7] = ["en", "sm", "md", "encode-mish", "fresh", "language-fr", "language-tr"];
/// How many generated strings they are asked.
const SPACY_SAMPLE_STRINGS: &str = "400";
/// The corpora whose texts the full comparison asks, where they lie beside the checkout.
const CORPORA: &str = "../shared/data";

/// Models of the full comparison with transformers that the checks ask too: the default model, and of the tiny ones each
/// kind of tokenizer, task and weights.
const TRANSFORMER_SAMPLE: [&str; 7] =
    ["ner", "bert-ner", "large-xlm-roberta-ner", "roberta-ner", "eight-bits-ner", "roberta-classes", "bert-vectors"];
/// How many generated strings they are asked.
const TRANSFORMER_SAMPLE_STRINGS: &str = "200";

/// Trains models with the official fastText and compares all its answers with those of `spanlet run`.
pub(crate) fn compare_with_fasttext(workspace: &Workspace) -> anyhow::Result<()> {
    compare(workspace, "compare.py", &[])
}

/// The same with the few models of [`SAMPLE`].
pub(crate) fn compare_fasttext_sample(workspace: &Workspace) -> anyhow::Result<()> {
    compare(workspace, "compare.py", &SAMPLE)
}

/// Trains pipelines with spaCy and compares all its answers with those of `spanlet run`.
pub(crate) fn compare_with_spacy(workspace: &Workspace) -> anyhow::Result<()> {
    compare_both_hosts(workspace, ["spanlet-spacy", "annotate"], "compare_spacy.py", &corpora(workspace))
}

/// What names the corpora, where they are.
fn corpora(workspace: &Workspace) -> Vec<&'static str> {
    if workspace.path(CORPORA).exists() { vec!["--data", CORPORA] } else { Vec::new() }
}

/// Asks transformers and onnxruntime, and compares all their answers with those of `spanlet serve` and of the library.
pub(crate) fn compare_with_transformers(workspace: &Workspace) -> anyhow::Result<()> {
    compare_both_hosts(workspace, ["spanlet-transformer", "ask"], "compare_transformers.py", &corpora(workspace))
}

/// The same with the few models of [`TRANSFORMER_SAMPLE`] and fewer texts.
pub(crate) fn compare_transformers_sample(workspace: &Workspace) -> anyhow::Result<()> {
    let arguments = [&["--strings", TRANSFORMER_SAMPLE_STRINGS], &TRANSFORMER_SAMPLE[..]].concat();
    compare_both_hosts(workspace, ["spanlet-transformer", "ask"], "compare_transformers.py", &arguments)
}

/// The same with the few pipelines of [`SPACY_SAMPLE`] and fewer texts.
pub(crate) fn compare_spacy_sample(workspace: &Workspace) -> anyhow::Result<()> {
    let arguments = [&["--strings", SPACY_SAMPLE_STRINGS], &SPACY_SAMPLE[..]].concat();
    compare_both_hosts(workspace, ["spanlet-spacy", "annotate"], "compare_spacy.py", &arguments)
}

/// Trains pipelines with a transformer, converts them, and compares spaCy's answers with those of `spanlet run`.
pub(crate) fn compare_with_spacy_transformers(workspace: &Workspace) -> anyhow::Result<()> {
    let python = environment_with_pytorch(workspace)?;
    let component = workspace.component().with_extension("cwasm");
    let arguments =
        [&["--component", component.to_str().context("a path in UTF-8")?], &corpora(workspace)[..]].concat();
    compare_by(&python, workspace, "compare_spacy_transformers.py", &arguments)
}

/// Asks the component, and a library by an example of it, each beside the original.
fn compare_both_hosts(
    workspace: &Workspace,
    [package, example]: [&str; 2],
    script: &str,
    arguments: &[&str],
) -> anyhow::Result<()> {
    let mut cargo = command::cargo(workspace);
    command::run(cargo.args(["build", "--quiet", "--release", "--package", package, "--example", example]))?;
    let native = workspace.target("release/examples").join(example);
    let native = native.to_str().context("a path in UTF-8")?;
    compare(workspace, script, &[&["--native", native], arguments].concat())
}

fn compare(workspace: &Workspace, script: &str, arguments: &[&str]) -> anyhow::Result<()> {
    compare_by(&environment(workspace)?, workspace, script, arguments)
}

fn compare_by(python: &Path, workspace: &Workspace, script: &str, arguments: &[&str]) -> anyhow::Result<()> {
    let mut compare = command::program(python, workspace);
    compare.arg(workspace.path("tests/reference").join(script)).arg("--command").arg(workspace.command());
    command::run(compare.arg("--work").arg(workspace.target("parity")).args(arguments))
}

/// Gives spaCy what `spanlet` answers: its `Doc` takes it, its visualizer draws it, and the old forms follow from it.
pub(crate) fn test_readers(workspace: &Workspace) -> anyhow::Result<()> {
    unittest(workspace, "tests/readers", &[])
}

/// Runs the Lambda functions under an emulator of their runtime and calls them as clients do.
pub(crate) fn test_lambda(workspace: &Workspace) -> anyhow::Result<()> {
    let qemu = qemu::executable(workspace).context("QEMU's user mode is missing")?;
    unittest(workspace, "tests/lambda", &[("QEMU", &qemu)])
}

fn unittest(workspace: &Workspace, folder: &str, variables: &[(&str, &Path)]) -> anyhow::Result<()> {
    let python = environment(workspace)?;
    let mut unittest = command::program(python, workspace);
    command::run(
        unittest.args(["-m", "unittest", "discover", "--start-directory", folder]).envs(variables.iter().copied()),
    )
}

//! The project's only build front end: every verb that a person or continuous integration runs.
#![forbid(unsafe_code)]

mod checks;
mod chromium;
mod command;
mod component;
mod debian;
mod edge;
mod javascript;
mod lambda;
mod native;
mod node;
mod page;
mod prerequisites;
mod python;
mod qemu;
mod steps;
mod workspace;

use std::process::ExitCode;

use workspace::Workspace;

const VERBS: &str = "\
usage: cargo xtask VERB

  build          the component, its JavaScript, the page, the edge worker, `spanlet` and the Lambda function for this
                 machine's architecture, under target/
  lambda         the Lambda functions for x86_64 and arm64, as target/lambda/spanlet-lambda-<ARCH>.zip
  serve [ARGS]   build what is needed and answer on http://127.0.0.1:8080, with the default models baked into an image;
                 ARGS go to `spanlet serve`
  test           every check of the project; what continuous integration runs
  parity [NAME]  the full comparisons with fasttext, spacy, transformers and spacy-transformers, or one of them by name (the
                 checks run samples; the last is without one, since it needs PyTorch)
  bench [ARGS]   the benchmarks; ARGS go to the runner under bench/
  help           this list
";

/// What there is to be compared with.
const PARITIES: [&str; 4] = ["fasttext", "spacy", "transformers", "spacy-transformers"];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let workspace = Workspace::here();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (verb, rest) = match arguments.split_first() {
        Some((verb, rest)) => (verb.as_str(), rest),
        None => ("help", &[][..]),
    };
    match (verb, rest) {
        ("build", []) => build(&workspace),
        ("lambda", []) => lambda(&workspace),
        ("serve", arguments) => serve(&workspace, arguments),
        ("test", []) => checks::run(&workspace),
        ("parity", []) => parity(&workspace, None),
        ("parity", [which]) if PARITIES.contains(&which.as_str()) => parity(&workspace, Some(which)),
        ("bench", arguments) => bench(&workspace, arguments),
        ("help" | "--help" | "-h", []) => {
            eprint!("{VERBS}");
            Ok(())
        }
        _ => {
            eprint!("{VERBS}");
            anyhow::bail!("unknown arguments: {}", arguments.join(" "))
        }
    }
}

fn build(workspace: &Workspace) -> anyhow::Result<()> {
    prerequisites::for_build(workspace)?;
    native::serving(workspace)?;
    lambda::build(workspace, &lambda::native())
}

fn lambda(workspace: &Workspace) -> anyhow::Result<()> {
    prerequisites::for_lambda(workspace)?;
    native::serving(workspace)?;
    lambda::build(workspace, &lambda::ARCHITECTURES.each_ref())
}

fn serve(workspace: &Workspace, arguments: &[String]) -> anyhow::Result<()> {
    prerequisites::for_build(workspace)?;
    native::serving(workspace)?;
    native::serve(workspace, arguments)
}

fn parity(workspace: &Workspace, which: Option<&str>) -> anyhow::Result<()> {
    prerequisites::for_build(workspace)?;
    native::serving(workspace)?;
    let is_asked = |name: &str| which.is_none_or(|which| which == name);
    if is_asked("fasttext") {
        python::compare_with_fasttext(workspace)?;
    }
    if is_asked("spacy") {
        python::compare_with_spacy(workspace)?;
    }
    if is_asked("transformers") {
        python::compare_with_transformers(workspace)?;
    }
    if is_asked("spacy-transformers") {
        python::compare_with_spacy_transformers(workspace)?;
    }
    Ok(())
}

fn bench(workspace: &Workspace, arguments: &[String]) -> anyhow::Result<()> {
    prerequisites::for_build(workspace)?;
    native::serving(workspace)?;
    native::bench(workspace, arguments)
}

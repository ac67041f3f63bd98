//! `spanlet package lambda`: a function for AWS Lambda as one zip file.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, ensure};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use spanlet_runtime::{Component, Target, digest_file, digest_line};

use super::{
    bootstrap,
    licences::licences,
    zip_file::{self, Entry},
};
use crate::{
    bake::Recipe,
    model::ModelArgument,
    output::{print, publish, written},
};

/// The name of the image in the package, where `bootstrap` looks for it.
const IMAGE: &str = "spanlet.cwasm";

/// The runtime of Lambda's that starts a `bootstrap`.
const RUNTIME: &str = "provided.al2023";

/// What Lambda unpacks at most, layers included.
const UNPACKED_BYTES_MAX: u64 = 250 << 20;

/// What Lambda takes in a request; a larger file it fetches from S3.
const UPLOADED_BYTES_MAX: u64 = 50 << 20;

/// Write a zip file that AWS Lambda takes as it is, for its runtime `provided.al2023`.
///
/// In it are `bootstrap`, the host for the function's architecture; `spanlet.cwasm`, the component with the models baked
/// in as machine code; its digest; and under `licences/` what the models say of their licences. The same models give the
/// same bytes. Events of API Gateway, function URLs, load balancers and bare JSON are answered.
#[derive(Args)]
pub(crate) struct Options {
    /// The folder that `spanlet-lambda-<ARCH>.zip` goes to; made if it is not there.
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// The function's architecture. A function that is created without one is x86_64; arm64 (Graviton) costs less.
    #[arg(long, value_enum, value_name = "ARCH", default_value_t = Architecture::X86_64)]
    arch: Architecture,
    /// A model: NAME=PATH, a path to a file, archive or folder, or the name of an embedded one, such as `en`. Of those
    /// that can do what a request asks for, the first answers if it names none. By default all embedded ones.
    #[arg(short, long = "model", value_name = "MODEL")]
    models: Vec<ModelArgument>,
    /// The Lambda host, a Linux executable for the architecture. By default `bootstrap-<ARCH>` beside this program.
    #[arg(long, value_name = "FILE")]
    bootstrap: Option<PathBuf>,
    /// Say as JSON what was written.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    recipe: Recipe,
}

/// An architecture, as Lambda calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Architecture {
    /// x86-64 with AVX2, which every machine behind Lambda has.
    #[value(name = "x86_64")]
    X86_64,
    /// 64-bit Arm: Graviton.
    Arm64,
}

impl Architecture {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }

    fn target(self) -> Target {
        match self {
            Self::X86_64 => Target::X86_64,
            Self::Arm64 => Target::Aarch64,
        }
    }
}

pub(super) fn package(options: &Options) -> anyhow::Result<ExitCode> {
    // First what takes no time and may be missing. A start reads the whole image, which is why nothing is warmed unasked:
    // caches would be a quarter of it.
    let bootstrap = bootstrap::read(options.bootstrap.as_deref(), options.arch)?;
    let embedded = ModelArgument::embedded();
    let models = if options.models.is_empty() { &embedded } else { &options.models };
    let image = Component::precompile(&options.recipe.bake(models, "")?.wasm, options.arch.target())?;

    let entries = entries(bootstrap, image, licences(models)?);
    ensure_fits(&entries)?;
    let zip = zip_file::bytes(&entries).context("packing the zip file")?;
    let output = options.output.join(format!("spanlet-lambda-{}.zip", options.arch.name()));
    fs::create_dir_all(&options.output).with_context(|| format!("output {}", options.output.display()))?;
    publish(&output, &zip)?;
    let said = if options.json {
        format!("{}\n", report_json(&output, &zip, &entries, options.arch))
    } else {
        report(&output, zip.len() as u64, &entries, options.arch)
    };
    print(&said)?;
    Ok(ExitCode::SUCCESS)
}

fn entries(bootstrap: Vec<u8>, image: Vec<u8>, licences: Vec<Entry>) -> Vec<Entry> {
    let digest = digest_line(&image, Path::new(IMAGE)).into_bytes();
    let digest_name = digest_file(Path::new(IMAGE)).to_string_lossy().into_owned();
    let mut entries = vec![
        Entry::executable("bootstrap".to_owned(), bootstrap),
        Entry::file(IMAGE.to_owned(), image),
        Entry::file(digest_name, digest),
    ];
    entries.extend(licences);
    entries
}

fn ensure_fits(entries: &[Entry]) -> anyhow::Result<()> {
    let bytes: u64 = entries.iter().map(Entry::size_bytes).sum();
    ensure!(
        bytes <= UNPACKED_BYTES_MAX,
        "the function would have {bytes} bytes, Lambda unpacks at most {UNPACKED_BYTES_MAX}: give it fewer or smaller models"
    );
    Ok(())
}

/// What was written, in bytes, and what to do with it.
fn report(output: &Path, zip_bytes: u64, entries: &[Entry], arch: Architecture) -> String {
    let mut said = format!("{:>11}  {}\n", zip_bytes, output.display());
    for entry in entries {
        said += &format!("{:>11}    {}\n", entry.size_bytes(), entry.name());
    }
    said += &format!("for a function of runtime {RUNTIME}, architecture {}, 512 MB or more\n", arch.name());
    if zip_bytes > UPLOADED_BYTES_MAX {
        said += &format!(
            "larger than the {UPLOADED_BYTES_MAX} bytes that Lambda takes in a request: upload it through S3\n"
        );
    }
    said
}

/// The same for programs.
fn report_json(output: &Path, zip: &[u8], entries: &[Entry], arch: Architecture) -> Value {
    let entry = |entry: &Entry| json!({ "name": entry.name(), "size_bytes": entry.size_bytes() });
    let mut written = written(output, zip, false);
    written["runtime"] = RUNTIME.into();
    written["architecture"] = arch.name().into();
    written["entries"] = entries.iter().map(entry).collect();
    written
}

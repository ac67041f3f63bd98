//! `spanlet bake`: a component and its models in one file.

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use spanlet_runtime::{Baked, Component, Limits, Target, bake};

use crate::{
    embedded,
    model::ModelArgument,
    output::{publish, publish_code},
};

/// Put models into a component, loaded and ready, so that its instances answer at once.
///
/// The output is a WebAssembly component like the one without models, for every host: `serve` and `run` take it with
/// `--component`, and so do browsers and edge workers. The same models give the same bytes.
#[derive(Args)]
pub(crate) struct Options {
    /// A model: NAME=PATH, a path to a file, archive or folder, or the name of an embedded one, such as `en`. Several
    /// are given with several options; of those that can do what a request asks for, the first answers if it names none.
    #[arg(short, long = "model", value_name = "MODEL", required = true)]
    models: Vec<ModelArgument>,
    /// Where the component goes: by custom a `.wasm` file, or with `--aot` a `.cwasm` file.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Write machine code for a kind of machine instead, which native hosts start without compiling. Beside it,
    /// `<output>.sha256` holds its digest, which they compare before they run the code.
    #[arg(long, value_enum, value_name = "MACHINE")]
    aot: Option<Machine>,
    #[command(flatten)]
    recipe: Recipe,
}

/// How models are baked, for every verb that does it.
#[derive(Args)]
pub(crate) struct Recipe {
    /// A file with a text on each line, which every model answers while it is baked: what that fills caches with is there
    /// from the start. Without it `bake` takes the texts that an embedded model brings.
    #[arg(long, value_name = "FILE")]
    warm: Option<PathBuf>,
    /// The component, a `.wasm` file. By default the embedded one.
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
    /// The most memory of the instance that loads the models, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 1024)]
    memory_mb: usize,
}

#[derive(Clone, Copy, ValueEnum)]
enum Machine {
    /// Linux on x86-64 with AVX2: AWS Lambda, and servers since about 2015.
    #[value(name = "x86_64")]
    X86_64,
    /// Linux on 64-bit Arm, such as AWS Graviton.
    Aarch64,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let baked = options.recipe.bake(&options.models, &own_texts(&options.models))?;
    match options.aot {
        None => publish(&options.output, &baked.wasm)?,
        Some(machine) => publish_code(&Component::precompile(&baked.wasm, machine.into())?, &options.output)?,
    }
    Ok(ExitCode::SUCCESS)
}

impl Recipe {
    /// The component with these models in it, which answered `texts`, one a line, unless others are given.
    pub(crate) fn bake(&self, models: &[ModelArgument], texts: &str) -> anyhow::Result<Baked> {
        let files = models.iter().map(ModelArgument::files).collect::<anyhow::Result<_>>()?;
        let component =
            self.component.as_ref().map(|file| fs::read(file).with_context(|| format!("component {}", file.display())));
        let component = component.transpose()?;
        let given = self
            .warm
            .as_ref()
            .map(|file| fs::read_to_string(file).with_context(|| format!("warm texts {}", file.display())));
        let given = given.transpose()?;
        let warm: Vec<String> = given.as_deref().unwrap_or(texts).lines().map(str::to_owned).collect();
        let limits = Limits { memory_bytes: self.memory_mb.saturating_mul(1 << 20), ..Limits::default() };
        Ok(bake(component.as_deref().unwrap_or(embedded::COMPONENT), files, None, &warm, &limits)?)
    }
}

/// The texts that embedded models bring.
fn own_texts(models: &[ModelArgument]) -> String {
    models.iter().filter_map(ModelArgument::embedded_model).map(|model| model.warm).collect()
}

impl From<Machine> for Target {
    fn from(machine: Machine) -> Self {
        match machine {
            Machine::X86_64 => Self::X86_64,
            Machine::Aarch64 => Self::Aarch64,
        }
    }
}

//! `spanlet bake`: a component and its models in one file.

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use serde_json::json;
use spanlet_runtime::{Baked, Component, Description, Limits, Target, bake, sha256};

use crate::{
    component::embedded_for,
    model::ModelArgument,
    output::{check_place, print, publish, publish_code, written},
};

/// Put models into a component, loaded and ready, so that its instances answer at once.
///
/// The output is a WebAssembly component like the one without models: `serve` and `run` take it with `--component`, and any
/// runtime for components can run it. The same models give the same bytes. An instance with its models may have up to
/// 256 MiB of memory.
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
    /// `<output>.b3` holds its digest, which they compare before they run the code.
    #[arg(long, value_enum, value_name = "MACHINE")]
    aot: Option<Machine>,
    /// Say as JSON what was written.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    recipe: Recipe,
}

/// How models are baked, for every verb that does it.
#[derive(Args)]
pub(crate) struct Recipe {
    /// A file with a text on each line, which every model answers while it is baked: what that fills caches with is there
    /// from the start. Without it `bake` takes the texts that an embedded model brings, and `package` none.
    #[arg(long, value_name = "FILE")]
    warm: Option<PathBuf>,
    /// The component, a `.wasm` file. By default the embedded one, without transformers where no model needs them.
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
    options.check_output()?;
    let baked = options.recipe.bake(&options.models, &own_texts(&options.models))?;
    let image = match options.aot {
        None => baked.wasm,
        Some(machine) => Component::precompile(&baked.wasm, machine.into())?,
    };
    match options.aot {
        None => publish(&options.output, &image)?,
        Some(_) => publish_code(&image, &options.output)?,
    }
    options.report(&image, &baked.models)?;
    Ok(ExitCode::SUCCESS)
}

impl Options {
    /// Looks at the output before any work is done.
    fn check_output(&self) -> anyhow::Result<()> {
        check_place(&self.output)?;
        let ending = self.output.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let shown = self.output.display();
        match self.aot {
            None if ending == "cwasm" => bail!("{shown}: .cwasm is for machine code: add --aot, or write a .wasm file"),
            Some(_) if ending == "wasm" => bail!("{shown}: --aot writes machine code: write a .cwasm file"),
            _ => Ok(()),
        }
    }

    /// Says what was written.
    fn report(&self, image: &[u8], models: &[Description]) -> anyhow::Result<()> {
        let names: Vec<&str> = models.iter().map(|model| model.name.as_str()).collect();
        let said = if self.json {
            let mut written = written(&self.output, image, self.aot.is_some());
            written["models"] = json!(names);
            format!("{written}\n")
        } else {
            let (path, digest) = (self.output.display(), sha256(image));
            format!("{path}: {} bytes with {}, sha256 {digest}\n", image.len(), names.join(", "))
        };
        print(&said)
    }
}

impl Recipe {
    /// The component with these models in it, which answered `texts`, one a line, unless others are given.
    pub(crate) fn bake(&self, models: &[ModelArgument], texts: &str) -> anyhow::Result<Baked> {
        let files = models.iter().map(ModelArgument::files).collect::<anyhow::Result<Vec<_>>>()?;
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
        let component = match &component {
            Some(component) => component,
            None => embedded_for(&files)?,
        };
        Ok(bake(component, files, None, &warm, &limits)?)
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

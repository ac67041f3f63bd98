//! AWS Lambda: the host for each of its architectures, and functions packed with the default models.

use std::fs::{self, File};
use std::path::Path;

use anyhow::Context as _;
use zip::ZipArchive;

use crate::command;
use crate::python;
use crate::steps::step;
use crate::workspace::{self, Workspace};

/// An architecture of Lambda's, which the host is compiled for.
pub(crate) struct Architecture {
    /// As Lambda calls it.
    pub(crate) name: &'static str,
    /// As Rust and clang call it.
    pub(crate) machine: &'static str,
}

pub(crate) const ARCHITECTURES: [Architecture; 2] =
    [Architecture { name: "x86_64", machine: "x86_64" }, Architecture { name: "arm64", machine: "aarch64" }];

impl Architecture {
    /// Without the system's C library: what is built anywhere runs on any Linux, whichever C library that has.
    pub(crate) fn triple(&self) -> String {
        format!("{}-unknown-linux-musl", self.machine)
    }

    pub(crate) fn is_native(&self) -> bool {
        self.machine == std::env::consts::ARCH
    }

    /// Whether the C compiler of this machine compiles for it. For any other, `zig` does.
    fn has_c_compiler(&self) -> bool {
        self.is_native() && cfg!(target_os = "linux")
    }
}

/// This machine's architecture, for which a function is part of every build.
pub(crate) fn native() -> Vec<&'static Architecture> {
    ARCHITECTURES.iter().filter(|architecture| architecture.is_native()).collect()
}

/// The hosts, beside the `spanlet` command as `bootstrap-<name>`, where `spanlet package` finds them; and of each a
/// function with the default models: `target/lambda/spanlet-lambda-<name>.zip`, and unpacked `target/lambda/<name>`.
pub(crate) fn build(workspace: &Workspace, architectures: &[&Architecture]) -> anyhow::Result<()> {
    if architectures.is_empty() {
        eprintln!("==> no Lambda function: Lambda has no machines of this one's kind");
        return Ok(());
    }
    step("build: Lambda host", || hosts(workspace, architectures))?;
    step("build: Lambda function", || {
        architectures.iter().try_for_each(|architecture| function(workspace, architecture))
    })
}

fn hosts(workspace: &Workspace, architectures: &[&Architecture]) -> anyhow::Result<()> {
    let mut cargo = command::cargo(workspace);
    cargo.args(["build", "--quiet", "--profile", "lambda", "--package", "spanlet-lambda"]);
    for architecture in architectures {
        let triple = architecture.triple();
        let variable = triple.replace('-', "_");
        // Rust brings the linker, the C library and what starts a program; wasmtime and BLAKE3 have some C.
        cargo.arg("--target").arg(&triple);
        cargo.env(format!("CARGO_TARGET_{}_LINKER", variable.to_uppercase()), "rust-lld");
        if architecture.has_c_compiler() {
            cargo.env(format!("CC_{variable}"), "cc");
        } else {
            let zig = python::zig(workspace)?;
            cargo.env(format!("CC_{variable}"), format!("{} cc", zig.display()));
            cargo.env(format!("AR_{variable}"), format!("{} ar", zig.display()));
            // Later than the one that Rust's crates give, whose name zig does not know.
            cargo.env(format!("CFLAGS_{variable}"), format!("--target={}-linux-musl", architecture.machine));
            let cache = workspace.target("zig/cache");
            cargo.env("ZIG_GLOBAL_CACHE_DIR", &cache).env("ZIG_LOCAL_CACHE_DIR", &cache);
        }
    }
    command::run(&mut cargo)?;
    for architecture in architectures {
        let built = workspace.target(&format!("{}/lambda/bootstrap", architecture.triple()));
        let host = workspace.command().with_file_name(format!("bootstrap-{}", architecture.name));
        workspace::copy(&built, &host)?;
        eprintln!("    {}: {} bytes", architecture.name, fs::metadata(&host)?.len());
    }
    Ok(())
}

fn function(workspace: &Workspace, architecture: &Architecture) -> anyhow::Result<()> {
    let folder = workspace.target("lambda");
    let mut package = command::program(workspace.command(), workspace);
    package.args(["package", "lambda", "--arch", architecture.name, "--output"]).arg(&folder);
    command::run(&mut package)?;
    unpack(&folder.join(format!("spanlet-lambda-{}.zip", architecture.name)), &folder.join(architecture.name))
}

/// Unpacks a zip file as Lambda does, into a folder that holds nothing else.
fn unpack(zip: &Path, folder: &Path) -> anyhow::Result<()> {
    let unpacking = || format!("unpacking {}", zip.display());
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(unpacking)?;
    }
    let mut archive = ZipArchive::new(File::open(zip).with_context(unpacking)?).with_context(unpacking)?;
    archive.extract(folder).with_context(unpacking)
}

//! The component: compiled for bare WebAssembly, encoded from its core module, checked to import nothing.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};
use wasmparser::{Parser, Payload};

use crate::command;
use crate::workspace::{self, Workspace};

/// The bare target: `wasm32-wasip2` would drag WASI imports in.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// The profile of everything that runs inside WebAssembly.
const PROFILE: &str = "component";

/// Builds `spanlet.wasm`, and `spanlet-lite.wasm`, which has no engine for transformers; beside each the SHA-256 of the core
/// module inside, which every host must run.
pub(crate) fn build(workspace: &Workspace) -> anyhow::Result<()> {
    build_one(workspace, &[], &workspace.component(), "spanlet.core.sha256")?;
    let lite = ["--no-default-features", "--features", "fasttext,spacy"];
    build_one(workspace, &lite, &workspace.lite_component(), "spanlet-lite.core.sha256")
}

fn build_one(workspace: &Workspace, options: &[&str], path: &Path, digest_name: &str) -> anyhow::Result<()> {
    let module = workspace::read(&compile(workspace, "spanlet-component", "spanlet_component", options)?)?;
    let component = encode(&module)?;
    let imports = imports(&component)?;
    anyhow::ensure!(imports.is_empty(), "the component imports {}; it must import nothing", imports.join(", "));
    let digest = core_module_sha256(&component)?;
    eprintln!("    {} bytes, no imports, core module sha256 {digest}", component.len());
    workspace::write(&path.with_file_name(digest_name), format!("{digest}\n").as_bytes())?;
    workspace::write(path, &component)
}

/// Compiles one package for the bare target and answers where the module lies.
pub(crate) fn compile(
    workspace: &Workspace,
    package: &str,
    file_stem: &str,
    options: &[&str],
) -> anyhow::Result<PathBuf> {
    let mut cargo = command::cargo(workspace);
    cargo.args(["build", "--quiet", "--package", package, "--target", TARGET, "--profile", PROFILE]);
    cargo.args(options);
    set_flags(&mut cargo, workspace);
    command::run(&mut cargo)?;
    Ok(workspace.target(&format!("{TARGET}/{PROFILE}/{file_stem}.wasm")))
}

/// Builds the module that compares the scalar kernels with the vectorised ones inside WebAssembly; a test calls it.
pub(crate) fn build_kernel_agreement(workspace: &Workspace) -> anyhow::Result<()> {
    let mut cargo = command::cargo(workspace);
    cargo.args(["build", "--quiet", "--package", "spanlet-kernels", "--example", "agreement"]);
    cargo.args(["--target", TARGET, "--profile", PROFILE]);
    set_flags(&mut cargo, workspace);
    command::run(&mut cargo)?;
    let module = workspace.target(&format!("{TARGET}/{PROFILE}/examples/agreement.wasm"));
    workspace::copy(&module, &workspace.target("component/kernel-agreement.wasm"))
}

/// Adds the compiler flags that all our WebAssembly shares.
///
/// SIMD is the fixed-width kind, whose results do not depend on the machine. What draws numbers by chance asks the
/// component, which imports no source of it. Paths are mapped to short fixed ones,
/// because panic messages hold them and the bytes should not depend on who builds.
pub(crate) fn set_flags(cargo: &mut Command, workspace: &Workspace) {
    let mut flags = OsString::from("-Ctarget-feature=+simd128\x1f--cfg=getrandom_backend=\"custom\"");
    for (folder, name) in source_folders(workspace) {
        flags.push("\x1f--remap-path-prefix=");
        flags.push(folder);
        flags.push("=");
        flags.push(name);
    }
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags);
}

/// Every folder that holds sources, with the name it goes by in the output.
fn source_folders(workspace: &Workspace) -> Vec<(PathBuf, &'static str)> {
    let mut folders = vec![(workspace.root().to_owned(), "/spanlet")];
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let Some(registries) = home.and_then(|home| std::fs::read_dir(home.join("registry/src")).ok()) else {
        return folders;
    };
    folders.extend(registries.flatten().map(|registry| (registry.path(), "/crates")));
    folders
}

fn encode(module: &[u8]) -> anyhow::Result<Vec<u8>> {
    let module = without_names(module)?;
    let mut encoder = wit_component::ComponentEncoder::default();
    encoder.validate(true).module(&module).context("reading the core module")?;
    encoder.encode().context("encoding the component")
}

/// A module without the names of its functions, which are a fifth of it.
fn without_names(module: &[u8]) -> anyhow::Result<Vec<u8>> {
    /// The magic number and the version.
    const HEADER: usize = 8;
    let mut kept = module.get(..HEADER).context("a module's header")?.to_vec();
    // Each section begins where the one before it ends; the parser tells where its contents end.
    let mut start = HEADER;
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        let Some((_, contents)) = payload.as_section() else { continue };
        let section = module.get(start..contents.end as usize).context("a section outside of the module")?;
        if !matches!(&payload, Payload::CustomSection(custom) if custom.name() == "name") {
            kept.extend_from_slice(section);
        }
        start = contents.end as usize;
    }
    Ok(kept)
}

/// The names of everything the outermost component imports.
fn imports(component: &[u8]) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    names.push(import?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(names)
}

/// The digest, in hexadecimal, of the one core module inside.
fn core_module_sha256(component: &[u8]) -> anyhow::Result<String> {
    let mut ranges = Vec::new();
    for payload in Parser::new(0).parse_all(component) {
        if let Payload::ModuleSection { unchecked_range, .. } = payload? {
            ranges.push(unchecked_range);
        }
    }
    let [range] = ranges.as_slice() else {
        anyhow::bail!("expected one core module in the component, found {}", ranges.len());
    };
    let module =
        component.get(range.start as usize..range.end as usize).context("a module outside of the component")?;
    Ok(hexadecimal(&Sha256::digest(module)))
}

/// Checks that a file holds the very core module that is in a component.
pub(crate) fn ensure_core_module(component: &Path, file: &Path) -> anyhow::Result<()> {
    let expected = core_module_sha256(&workspace::read(component)?)?;
    let found = hexadecimal(&Sha256::digest(workspace::read(file)?));
    anyhow::ensure!(found == expected, "{}: expected sha256 {expected}, found {found}", file.display());
    Ok(())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

//! Embeds what `cargo xtask build` made before: the component, and the page with its files. And the default models.

use std::{
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

/// The models that travel inside: under which name, and from which file. Of several the first that can do what a request
/// asks for answers if it names none.
const MODELS: [(&str, &str); 2] = [("tags", "models/tags/tags.ftz"), ("en", "models/en/en.tar.gz")];

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-env-changed=CARGO_TARGET_DIR");
    // Asked when it runs: a target folder that was moved with its checkout still holds this script.
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../..");
    // A relative folder is taken from the root, where xtask runs cargo.
    let target = root.join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()));
    let component = needed(&target.join("component/spanlet.wasm"));
    let page = needed(&target.join("www"));

    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let mut table = io::BufWriter::new(fs::File::create(out.join("embedded.rs"))?);
    writeln!(table, "pub(crate) static COMPONENT: &[u8] = include_bytes!({component:?});")?;
    writeln!(table, "pub(crate) static MODELS: &[Model] = &[")?;
    for (name, path) in MODELS {
        let file = needed(&root.join(path));
        let part = file.file_name().and_then(|name| name.to_str()).expect("a file with a plain name");
        let bytes = format!("include_bytes!({file:?})");
        writeln!(table, "    Model {{ name: {name:?}, part: {part:?}, bytes: {bytes} }},")?;
    }
    writeln!(table, "];")?;
    writeln!(table, "pub(crate) static PAGE: &[Asset] = &[")?;
    for (path, file) in files(&page)? {
        let digest: String = Sha256::digest(fs::read(&file)?)[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let tag = format!("\"{digest}\"");
        let bytes = format!("include_bytes!({file:?})");
        writeln!(table, "    Asset {{ path: {path:?}, tag: {tag:?}, bytes: {bytes} }},")?;
    }
    writeln!(table, "];")?;
    table.flush()
}

/// The full path of something that must be there; a build without it stops with advice.
fn needed(path: &Path) -> PathBuf {
    println!("cargo::rerun-if-changed={}", path.display());
    match path.canonicalize() {
        Ok(path) => path,
        Err(error) => {
            println!("cargo::error={}: {error}; `cargo xtask build` makes everything in order", path.display());
            std::process::exit(1);
        }
    }
}

/// Every file of a folder with the path under which a browser asks for it, in order.
fn files(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    let mut folders = vec![(String::from("/"), folder.to_owned())];
    while let Some((prefix, folder)) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                folders.push((format!("{path}/"), entry.path()));
            } else {
                found.push((path, entry.path()));
            }
        }
    }
    found.sort();
    Ok(found)
}

//! Embeds what `cargo xtask build` made before: the components, and the page with its files. And the default models, with
//! what their cards say of licence and attribution.

use std::{
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

/// The models that travel inside: under which name, from which file or folder of files, and what each can be asked for. Of
/// several the first that can do what a request asks for answers if it names none: documents are `en`'s, vectors `ner`'s,
/// labels `tags`'.
const MODELS: [(&str, &str, &[&str]); 3] = [
    ("en", "models/en/en.tar.gz", &["analyze", "entities", "keyphrases"]),
    ("ner", "models/ner/export", &["analyze", "entities", "embed"]),
    ("tags", "models/tags/tags.ftz", &["classify", "embed"]),
];

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-env-changed=CARGO_TARGET_DIR");
    // Asked when it runs: a target folder that was moved with its checkout still holds this script.
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../..");
    // A relative folder is taken from the root, where xtask runs cargo.
    let target = root.join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()));
    let component = needed(&target.join("component/spanlet.wasm"));
    let lite = needed(&target.join("component/spanlet-lite.wasm"));
    let page = needed(&target.join("www"));

    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let mut table = io::BufWriter::new(fs::File::create(out.join("embedded.rs"))?);
    writeln!(table, "pub(crate) static COMPONENT: &[u8] = include_bytes!({component:?});")?;
    writeln!(table, "pub(crate) static LITE: &[u8] = include_bytes!({lite:?});")?;
    writeln!(table, "pub(crate) static MODELS: &[Model] = &[")?;
    for (name, path, tasks) in MODELS {
        let place = needed(&root.join(path));
        let parts = parts(&place)?;
        let card = needed(&place.with_file_name("README.md"));
        let text = fs::read_to_string(&card)?;
        let Terms { license, license_url, attribution } = terms(&card, &text);
        let terms = format!("license: {license:?}, license_url: {license_url:?}, attribution: {attribution:?}");
        let card = format!("include_bytes!({card:?})");
        let warm = warm_texts(&place)?;
        let files = format!("is_folder: {}, parts: &[{parts}], warm: {warm:?}, card: {card}", place.is_dir());
        writeln!(table, "    Model {{ name: {name:?}, tasks: &{tasks:?}, {files}, {terms} }},")?;
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

/// The parts of a model that is a file, or a folder whose files are all its own, as the table has them.
fn parts(place: &Path) -> io::Result<String> {
    let found = if place.is_dir() {
        let found = files(place)?;
        found.into_iter().map(|(path, file)| (path.trim_start_matches('/').to_owned(), needed(&file))).collect()
    } else {
        let name = place.file_name().and_then(|name| name.to_str()).expect("a file with a plain name");
        vec![(name.to_owned(), place.to_owned())]
    };
    let part = |(name, file): &(String, PathBuf)| format!("({name:?}, include_bytes!({file:?}))");
    Ok(found.iter().map(part).collect::<Vec<_>>().join(", "))
}

/// What a model's card says of the terms under which the model may be used.
struct Terms<'c> {
    license: &'c str,
    license_url: &'c str,
    /// The whole section.
    attribution: &'c str,
}

/// The terms that a card states in its section of that name: its first link to a licence is the model's own.
fn terms<'c>(path: &Path, card: &'c str) -> Terms<'c> {
    const HEADING: &str = "\n## Data, licence, attribution\n";
    const LICENSES: &str = "](https://creativecommons.org/licenses/";
    let section = card.split_once(HEADING).map(|(_, rest)| rest.split("\n## ").next().unwrap_or(rest).trim());
    let found = section.and_then(|attribution| {
        let (before, _) = attribution.split_once(LICENSES)?;
        let (_, license) = before.rsplit_once('[')?;
        let license_url = attribution[before.len() + "](".len()..].split(')').next()?;
        Some(Terms { license, license_url, attribution })
    });
    found.unwrap_or_else(|| {
        println!("cargo::error={}: expected the section{HEADING:?} with a link to the licence", path.display());
        std::process::exit(1);
    })
}

/// What a model answers while it is baked: the lines of `warm.txt` beside it, where there is one.
fn warm_texts(model: &Path) -> io::Result<String> {
    let file = model.with_file_name("warm.txt");
    println!("cargo::rerun-if-changed={}", file.display());
    if file.exists() { fs::read_to_string(file) } else { Ok(String::new()) }
}

/// Every file of a folder with its path, which begins with a slash, in order.
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

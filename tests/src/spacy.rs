//! spaCy's recorded answers: `tests/cases/spacy`, whose README has the format, and the pipelines of `shared/fixtures`.

mod answer;
mod fixture;
mod transformer;

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::artifacts::{read, read_text, root, sha256};

pub use answer::{Answer, Numbers};
pub use fixture::{Fixture, fixtures};
pub use transformer::{Recorded, TransformerCase, transformer_cases};

/// One pipeline, and what spaCy answers with it to the shared texts.
pub struct Case<A = Answer> {
    /// The stem of its files.
    pub name: String,
    /// Its directory or archive.
    pub model: PathBuf,
    /// Digest of the archive as recorded; a directory has none.
    pub model_sha256: Option<String>,
    /// How far a number may lie from the recorded one.
    pub tolerance: f32,
    /// One for each text, in order.
    pub answers: Vec<A>,
}

#[derive(Deserialize)]
struct Description {
    model: String,
    sha256: Option<String>,
    tolerance: f32,
}

/// A difference from spaCy that is known, and why it is there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownDifference {
    /// The case's name.
    pub case: String,
    /// The number of the text.
    pub text: usize,
    /// Why ours differs and stays so.
    pub reason: String,
}

/// Every case, by name.
///
/// # Panics
/// When a file is missing or not in the format.
#[must_use]
pub fn cases() -> Vec<Case> {
    cases_in(&folder())
}

fn cases_in<A: DeserializeOwned>(folder: &Path) -> Vec<Case<A>> {
    let listed = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = listed.map(|entry| entry.expect("a folder's entry").path());
    let mut names: Vec<String> =
        paths.filter_map(|path| Some(path.file_name()?.to_str()?.strip_suffix(".jsonl.gz")?.to_owned())).collect();
    names.sort();
    names.iter().map(|name| case(folder, name)).collect()
}

/// The texts that all cases share; answer *n* is to text *n*.
///
/// # Panics
/// When the file is missing or not in the format.
#[must_use]
pub fn texts() -> Vec<String> {
    texts_of(&folder().join("texts.jsonl"))
}

fn texts_of(path: &Path) -> Vec<String> {
    let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    read_text(path).lines().map(parse).collect()
}

/// The known differences; none when there is no file of them.
///
/// # Panics
/// When `known-differences.toml` is not in the format.
#[must_use]
pub fn known_differences() -> Vec<KnownDifference> {
    #[derive(Deserialize)]
    struct File {
        difference: Vec<KnownDifference>,
    }
    let path = folder().join("known-differences.toml");
    if !path.exists() {
        return Vec::new();
    }
    let file: File = toml::from_str(&read_text(&path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    file.difference
}

impl<A> Case<A> {
    /// The model's parts as a host hands them in: the archive alone, or each file of the directory.
    ///
    /// # Panics
    /// When a file cannot be read, or the archive is not the one whose answers were recorded.
    #[must_use]
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let files = files(&self.model);
        if let Some(recorded) = &self.model_sha256 {
            assert_eq!(sha256(&files[0].1), *recorded, "{} is not the model that was recorded", self.name);
        }
        files
    }
}

/// The parts of a model: a file alone under its name, or each file of a directory by its path in it, in order.
///
/// # Panics
/// When a file cannot be read.
#[must_use]
pub fn files(model: &Path) -> Vec<(String, Vec<u8>)> {
    if model.is_file() {
        let name = model.file_name().and_then(|name| name.to_str()).expect("a name in UTF-8");
        return vec![(name.to_owned(), read(model))];
    }
    let mut found = Vec::new();
    collect(model, "", &mut found);
    found.sort();
    found
}

fn collect(folder: &Path, prefix: &str, found: &mut Vec<(String, Vec<u8>)>) {
    let listed = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in listed {
        let path = entry.expect("a folder's entry").path();
        let name = format!("{prefix}{}", path.file_name().and_then(|name| name.to_str()).expect("a name in UTF-8"));
        if path.is_dir() {
            collect(&path, &format!("{name}/"), found);
        } else {
            found.push((name, read(&path)));
        }
    }
}

fn folder() -> PathBuf {
    root().join("tests/cases/spacy")
}

fn case<A: DeserializeOwned>(folder: &Path, name: &str) -> Case<A> {
    let description = read_text(&folder.join(format!("{name}.toml")));
    let description: Description = toml::from_str(&description).unwrap_or_else(|error| panic!("{name}.toml: {error}"));
    let lines = unpacked_text(&folder.join(format!("{name}.jsonl.gz")));
    let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{name}: {error}: {line}"));
    Case {
        name: name.to_owned(),
        model: folder.join(description.model),
        model_sha256: description.sha256,
        tolerance: description.tolerance,
        answers: lines.lines().map(parse).collect(),
    }
}

fn unpacked_text(path: &Path) -> String {
    String::from_utf8(unpacked(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A gzip file as the recording script writes it: ten bytes of header without fields, and eight at the end.
fn unpacked(path: &Path) -> Vec<u8> {
    let bytes = read(path);
    let deflated = bytes.get(10..bytes.len().saturating_sub(8)).unwrap_or_default();
    miniz_oxide::inflate::decompress_to_vec(deflated).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

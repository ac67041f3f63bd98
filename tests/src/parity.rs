//! The official fastText's recorded answers: `tests/cases/fasttext`, whose README has the format.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use crate::artifacts::{read, read_text, root};

/// One model, and what the official library answers with it.
pub struct Case {
    /// The stem of its files.
    pub name: String,
    /// The model's bytes.
    pub model: Vec<u8>,
    /// Digest of the model's bytes as recorded.
    pub model_sha256: String,
    /// What every label in the model's file begins with.
    pub label_prefix: String,
    /// How far a number may lie from the recorded one.
    pub tolerance: f32,
    /// In the file's order.
    pub sections: Vec<Section>,
}

/// The answers to one kind of call.
pub struct Section {
    /// Which call.
    pub call: Call,
    /// For each text asked about, its number and the answer.
    pub answers: Vec<(usize, Answer)>,
}

/// A call of the official library.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Call {
    /// `predict(text, k, threshold)`; no `k` stands for all labels.
    Predict {
        /// The most labels.
        k: Option<usize>,
        /// The least probability.
        threshold: f32,
    },
    /// `get_sentence_vector(text)`.
    SentenceVector,
    /// `get_word_vector(text)`.
    WordVector,
}

/// What a call gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Labels without the model's prefix, most probable first.
    Labels(Vec<(String, f32)>),
    /// A vector.
    Vector(Vec<f32>),
}

#[derive(Deserialize)]
struct Description {
    model: String,
    sha256: String,
    label_prefix: String,
    tolerance: f32,
}

/// A difference from the official library that is known, and why it is there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownDifference {
    /// The case's name.
    pub case: String,
    /// The line that names the call in the answers file.
    pub call: String,
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
    let listed = std::fs::read_dir(folder()).unwrap_or_else(|error| panic!("{}: {error}", folder().display()));
    let paths = listed.map(|entry| entry.expect("a folder's entry").path());
    let mut names: Vec<String> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "tsv"))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    names.iter().map(|name| case(name)).collect()
}

/// The texts that all cases share; an answer names one by its number here.
///
/// # Panics
/// When the file is missing or not in the format.
#[must_use]
pub fn texts() -> Vec<String> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Line {
        Whole(String),
        Pieces(Vec<(String, usize)>),
    }
    let parse = |line: &str| match serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}")) {
        Line::Whole(text) => text,
        Line::Pieces(pieces) => pieces.iter().map(|(part, times)| part.repeat(*times)).collect(),
    };
    read_text(&folder().join("texts.jsonl")).lines().map(parse).collect()
}

/// The known differences; none when there is no file of them.
///
/// # Panics
/// When `known-differences.toml` is not in the format.
#[must_use]
pub fn known_differences() -> Vec<KnownDifference> {
    let path = folder().join("known-differences.toml");
    if !path.exists() {
        return Vec::new();
    }
    let mut file: BTreeMap<String, Vec<KnownDifference>> =
        toml::from_str(&read_text(&path)).expect("known differences");
    file.remove("difference").unwrap_or_default()
}

impl Call {
    /// The line that names the call in an answers file.
    ///
    /// # Panics
    /// When it names none.
    #[must_use]
    pub fn parse(line: &str) -> Self {
        match line {
            "sentence_vector" => return Self::SentenceVector,
            "word_vector" => return Self::WordVector,
            _ => {}
        }
        let options = line.strip_prefix("predict k=").and_then(|options| options.split_once(" threshold="));
        let (k, threshold) = options.unwrap_or_else(|| panic!("expected a call, found {line:?}"));
        let threshold = threshold.parse().unwrap_or_else(|_| panic!("expected a threshold in {line:?}"));
        Self::Predict { k: k.parse().ok(), threshold }
    }
}

impl std::fmt::Display for Call {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Predict { k: Some(k), threshold } => write!(formatter, "predict k={k} threshold={threshold:?}"),
            Self::Predict { k: None, threshold } => write!(formatter, "predict k=-1 threshold={threshold:?}"),
            Self::SentenceVector => formatter.write_str("sentence_vector"),
            Self::WordVector => formatter.write_str("word_vector"),
        }
    }
}

impl Answer {
    /// What is different in another answer, in one line; nothing where the two agree within the tolerance.
    #[must_use]
    pub fn difference(&self, found: &Self, tolerance: f32) -> Option<String> {
        let (expected_numbers, found_numbers) = match (self, found) {
            (Self::Labels(expected), Self::Labels(found)) => {
                let (expected_labels, expected_numbers) = split(expected);
                let (found_labels, found_numbers) = split(found);
                if expected_labels != found_labels {
                    return Some(format!("expected labels {expected_labels:?}, found {found_labels:?}"));
                }
                (expected_numbers, found_numbers)
            }
            (Self::Vector(expected), Self::Vector(found)) => (expected.clone(), found.clone()),
            _ => return Some("one is labels and the other a vector".to_owned()),
        };
        if expected_numbers.len() != found_numbers.len() {
            return Some(format!("expected {} numbers, found {}", expected_numbers.len(), found_numbers.len()));
        }
        // Written so that NaN is a difference.
        let close = |(expected, found): &(&f32, &f32)| (*expected - *found).abs() <= tolerance;
        let pair = expected_numbers.iter().zip(&found_numbers).find(|pair| !close(pair));
        pair.map(|(expected, found)| format!("expected {expected}, found {found}"))
    }
}

fn split(scored: &[(String, f32)]) -> (Vec<&str>, Vec<f32>) {
    scored.iter().map(|(label, score)| (label.as_str(), *score)).unzip()
}

fn folder() -> PathBuf {
    root().join("tests/cases/fasttext")
}

fn case(name: &str) -> Case {
    let description = read_text(&folder().join(format!("{name}.toml")));
    let description: Description = toml::from_str(&description).unwrap_or_else(|error| panic!("{name}.toml: {error}"));
    Case {
        name: name.to_owned(),
        model: read(&folder().join(description.model)),
        model_sha256: description.sha256,
        label_prefix: description.label_prefix,
        tolerance: description.tolerance,
        sections: sections(&read_text(&folder().join(format!("{name}.tsv")))),
    }
}

fn sections(text: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    // Not `lines`, which would drop a carriage return at a label's end.
    for line in text.trim_end_matches('\n').split('\n') {
        let mut columns = line.split('\t');
        let first = columns.next().unwrap_or_default();
        match (first.parse(), sections.last_mut()) {
            (Ok(text), Some(section)) => {
                let columns: Vec<&str> = columns.collect();
                section.answers.push((text, answer(section.call, &columns)));
            }
            _ => sections.push(Section { call: Call::parse(line), answers: Vec::new() }),
        }
    }
    sections
}

fn answer(call: Call, columns: &[&str]) -> Answer {
    let number = |text: &&str| text.parse::<f32>().unwrap_or_else(|_| panic!("expected a number, found {text:?}"));
    match call {
        Call::SentenceVector | Call::WordVector => Answer::Vector(columns.iter().map(number).collect()),
        Call::Predict { .. } => {
            let pairs = columns.chunks(2).map(|pair| match pair {
                [label, score] => ((*label).to_owned(), number(score)),
                _ => panic!("expected a score after {pair:?}"),
            });
            Answer::Labels(pairs.collect())
        }
    }
}

//! Pipelines with a transformer: `tests/cases/spacy-transformers`, whose README has the format.

use std::path::PathBuf;

use serde::Deserialize;

use super::{Answer, Case, cases_in, folder, read_text, texts_of, unpacked, unpacked_text};
use crate::artifacts::root;

/// A pipeline with a transformer, and what spaCy answers with it.
pub struct TransformerCase {
    /// The converted pipeline, and the answers of the one that it was made of; `None` where spaCy raises an error.
    pub case: Case<Option<Answer>>,
    /// Every so manyth text's pieces and rows are recorded, and those of texts that spaCy raises an error for.
    pub stride: usize,
    /// What the transformer was asked, in order.
    pub recorded: Vec<Recorded>,
    /// What it said to all sequences of pieces, one after another.
    pub rows: Vec<f32>,
    /// Answer *n* is to text *n*.
    pub texts: Vec<String>,
}

/// One question to a transformer.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Recorded {
    /// A stretch of text, and its pieces: number, first byte, and the byte behind the last.
    Tokenized {
        /// The stretch.
        text: String,
        /// Those that the tokenizer puts around it among them.
        pieces: Vec<(u32, usize, usize)>,
    },
    /// A sequence of pieces by their numbers, whose rows come next.
    Encoded {
        /// The numbers.
        ids: Vec<u32>,
    },
}

#[derive(Deserialize)]
struct Description {
    stride: usize,
}

/// Every case with a transformer, by name; of the folder `SPANLET_TRANSFORMER_CASES` where that is set.
///
/// # Panics
/// When a file is missing or not in the format.
#[must_use]
pub fn transformer_cases() -> Vec<TransformerCase> {
    let committed = root().join("tests/cases/spacy-transformers");
    let cases = std::env::var("SPANLET_TRANSFORMER_CASES").map_or(committed, PathBuf::from);
    let own_texts = cases.join("texts.jsonl");
    let texts = texts_of(&if own_texts.exists() { own_texts } else { folder().join("texts.jsonl") });
    cases_in(&cases).into_iter().map(|case| transformer_case(&cases, case, texts.clone())).collect()
}

fn transformer_case(folder: &std::path::Path, case: Case<Option<Answer>>, texts: Vec<String>) -> TransformerCase {
    let path = |ending: &str| folder.join(format!("{}.{ending}", case.name));
    let description: Description =
        toml::from_str(&read_text(&path("toml"))).unwrap_or_else(|error| panic!("{}: {error}", case.name));
    let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{}: {error}", case.name));
    let rows = unpacked(&path("rows.gz"));
    let (numbers, _) = rows.as_chunks::<4>();
    TransformerCase {
        stride: description.stride,
        recorded: unpacked_text(&path("pieces.gz")).lines().map(parse).collect(),
        rows: numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
        texts,
        case,
    }
}

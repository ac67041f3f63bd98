//! What is measured: fastText models that the bench trains, and spaCy pipelines.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::folder::Folder;
use crate::worker::Answer;

/// The fastText models: the file's name says loss and number of labels.
const FASTTEXT: [&str; 8] = [
    "softmax-700.bin",
    "softmax-700.ftz",
    "softmax-5000.bin",
    "softmax-5000.ftz",
    "hs-700.bin",
    "hs-700.ftz",
    "hs-5000.bin",
    "hs-5000.ftz",
];

/// Where the default pipeline lies in the checkout.
const DEFAULT_PIPELINES: &str = "models/en";

/// Which library a model belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Family {
    /// The official library is fastText's; every label and score is compared.
    Fasttext,
    /// The official library is spaCy; every token with its annotations is compared, and every entity.
    Spacy,
}

/// How the texts of a round are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// All in one call.
    Batch,
    /// Short ones, each in a call of its own.
    Single,
}

/// One model and its texts.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    /// As it stands in records.
    pub(crate) name: String,
    pub(crate) family: Family,
    pub(crate) model: PathBuf,
    pub(crate) texts: PathBuf,
}

impl Family {
    /// As it stands on the command line of a worker.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fasttext => "fasttext",
            Self::Spacy => "spacy",
        }
    }

    /// What rates count: the texts of a fastText model, the tokens of a pipeline.
    pub(crate) fn units(self, answers: &[Answer]) -> usize {
        match self {
            Self::Fasttext => answers.len(),
            Self::Spacy => {
                answers.iter().flatten().filter(|line| line.0.starts_with(|c: char| c.is_ascii_digit())).count()
            }
        }
    }

    /// A fastText prediction costs the same in either way.
    pub(crate) fn ways(self) -> &'static [Way] {
        match self {
            Self::Fasttext => &[Way::Batch],
            Self::Spacy => &[Way::Batch, Way::Single],
        }
    }
}

impl Way {
    /// In records, and as a worker's command.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Batch => "predict",
            Self::Single => "single",
        }
    }
}

/// Everything whose name holds `only`, fastText first; `pipeline` stands in for the default pipeline.
pub(crate) fn chosen(folder: &Folder, only: &str, pipeline: Option<&Path>) -> anyhow::Result<Vec<Subject>> {
    let mut found = Vec::new();
    for name in FASTTEXT {
        let (model, texts) = (folder.work(name), folder.texts(name)?);
        found.push(Subject { name: name.to_owned(), family: Family::Fasttext, model, texts });
    }
    let model = pipeline.map_or_else(|| default_pipeline(folder), |path| Ok(path.to_owned()))?;
    let texts = folder.work("texts-spacy.json");
    let name = model.file_name().and_then(|name| name.to_str()).context("a pipeline has a name in UTF-8")?.to_owned();
    found.push(Subject { name, family: Family::Spacy, model, texts });
    found.retain(|subject| subject.name.contains(only));
    Ok(found)
}

/// The archive of the pipeline `en`.
pub(crate) fn default_pipeline(folder: &Folder) -> anyhow::Result<PathBuf> {
    let place = folder.root().join(DEFAULT_PIPELINES);
    let archives = |path: &PathBuf| [".tar.gz", ".zip", ".whl"].iter().any(|end| path.to_string_lossy().ends_with(end));
    let listed = std::fs::read_dir(&place).with_context(|| format!("reading {}", place.display()))?;
    let mut found: Vec<PathBuf> = listed.filter_map(|entry| Some(entry.ok()?.path())).filter(archives).collect();
    found.sort();
    found.pop().with_context(|| format!("{} holds no pipeline archive; name one with --pipeline", place.display()))
}

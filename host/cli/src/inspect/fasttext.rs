//! What a fastText file holds.

use anyhow::Context as _;
use serde::Serialize;
use spanlet_fasttext::{LABEL_PREFIX, LoadError, Model};
use spanlet_runtime::ModelFiles;

use super::{
    report::{Details, Report},
    text::{Page, first_labels},
};

/// The settings in a model's header that decide what it answers, and its labels.
#[derive(Debug, Serialize)]
pub(crate) struct Fasttext {
    format_version: i32,
    kind: &'static str,
    loss: &'static str,
    dimension: usize,
    words: usize,
    /// The most words in an n-gram; 1 means single words alone.
    word_ngrams: usize,
    /// The fewest and the most characters in an n-gram; absent for whole words alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    character_ngrams: Option<(usize, usize)>,
    buckets: u32,
    quantized: bool,
    pruned: bool,
    label_count: usize,
    /// In the order of the file, the most frequent first, without `__label__`.
    labels: Vec<String>,
}

/// The report on a fastText file; `None` for anything else.
///
/// # Errors
/// When it is damaged.
pub(super) fn report(shown: &str, files: &ModelFiles) -> anyhow::Result<Option<Report>> {
    let names: Vec<&str> = files.parts().collect();
    let [name] = names.as_slice() else { return Ok(None) };
    let Some(bytes) = files.read(name)?.filter(|bytes| Model::recognizes(bytes)) else { return Ok(None) };
    let mut report =
        Report { model: shown.to_owned(), family: "fasttext", size_bytes: files.size_bytes(), ..Report::default() };
    match Model::load(bytes) {
        Ok(model) => report.details = Some(Details::Fasttext(Fasttext::of(&model))),
        Err(error @ LoadError::Version { .. }) => report.push_problem(error.to_string(), true),
        Err(error) => return Err(error).context(shown.to_owned()),
    }
    Ok(Some(report))
}

impl Fasttext {
    fn of(model: &Model) -> Self {
        let without_prefix = |label: &str| label.strip_prefix(LABEL_PREFIX).unwrap_or(label).to_owned();
        Self {
            format_version: model.version(),
            kind: model.kind().name(),
            loss: model.loss().name(),
            dimension: model.dimension(),
            words: model.words(),
            word_ngrams: model.word_ngrams(),
            character_ngrams: model.character_ngrams(),
            buckets: model.buckets(),
            quantized: model.is_quantized(),
            pruned: model.is_pruned(),
            label_count: model.labels().len(),
            labels: model.labels().map(without_prefix).collect(),
        }
    }

    pub(super) fn label_count(&self) -> usize {
        self.label_count
    }

    pub(super) fn print(&self, page: &mut Page, all_labels: bool) {
        page.field("kind", format!("{}, loss {}", self.kind, self.loss));
        page.field("format", format!("version {}", self.format_version));
        page.field("dimension", self.dimension);
        page.field("words", self.words);
        let words = match self.word_ngrams {
            1 => "single words".to_owned(),
            most => format!("up to {most} words"),
        };
        let characters = self.character_ngrams.map(|(least, most)| format!(", {least} to {most} characters"));
        page.field("n-grams", words + &characters.unwrap_or_default());
        page.field("buckets", self.buckets);
        page.field("quantised", if self.pruned { "yes, and pruned" } else { yes_or_no(self.quantized) });
        page.field("labels", first_labels(&self.labels, all_labels));
    }
}

fn yes_or_no(truth: bool) -> &'static str {
    if truth { "yes" } else { "no" }
}

//! What is asked about every line: what the model can do, with the options that go with it.

use anyhow::ensure;
use serde::Serialize;
use spanlet_runtime::{
    AnalyzeOptions, CallError, ClassifyOptions, Description, Document, Layers, Pool, Refusal, Scored,
};

use super::Options;

/// How many labels a line has unless told otherwise.
const LABELS: u32 = 5;

/// A question with its options.
#[derive(Clone, Debug)]
pub(super) enum Question {
    Analyze(AnalyzeOptions),
    Classify(ClassifyOptions),
}

/// The answer to one text, as it is printed.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Answered {
    Document(Box<Document>),
    Labels { labels: Vec<Label> },
}

#[derive(Serialize)]
pub(super) struct Label {
    label: String,
    score: f32,
}

impl Question {
    /// The question for this model.
    ///
    /// # Errors
    /// When an option goes with another question.
    pub(super) fn of(options: &Options, model: &Description) -> anyhow::Result<Self> {
        let can = |task: &str| model.tasks.iter().any(|found| found == task);
        let name = &model.name;
        if can("analyze") {
            let is_free = options.k.is_none() && options.threshold.is_none() && !options.clean;
            ensure!(is_free, "-k, --threshold and --clean are for models that classify; `{name}` analyses");
            return Ok(Self::Analyze(AnalyzeOptions {
                model: Some(name.clone()),
                offsets: options.offsets.unwrap_or_default(),
                layers: options.include.unwrap_or(Layers::USUAL),
            }));
        }
        let is_free = options.offsets.is_none() && options.include.is_none();
        ensure!(is_free, "--offsets and --include are for models that analyse; `{name}` does not");
        // A model that cannot classify either says so itself.
        Ok(Self::Classify(ClassifyOptions {
            model: Some(name.clone()),
            k: Some(options.k.unwrap_or(LABELS)),
            threshold: options.threshold,
            clean: options.clean,
        }))
    }

    /// Asks about texts together.
    pub(super) fn ask(&self, pool: &Pool, texts: &[String]) -> Result<Vec<Result<Answered, Refusal>>, CallError> {
        match self {
            Self::Analyze(options) => {
                Ok(each(pool.analyze(texts, options)?, |document| Answered::Document(Box::new(document))))
            }
            Self::Classify(options) => Ok(each(pool.classify(texts, options)?, Answered::labels)),
        }
    }
}

impl Answered {
    fn labels(labels: Vec<Scored>) -> Self {
        Self::Labels { labels: labels.into_iter().map(|Scored { label, score }| Label { label, score }).collect() }
    }
}

fn each<A>(answers: Vec<Result<A, Refusal>>, answered: impl Fn(A) -> Answered) -> Vec<Result<Answered, Refusal>> {
    answers.into_iter().map(|answer| answer.map(&answered)).collect()
}

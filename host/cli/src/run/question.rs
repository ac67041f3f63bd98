//! What is asked about every record: a task of the model, with the options that go with it.

use anyhow::{bail, ensure};
use clap::ValueEnum;
use spanlet_runtime::{AnalyzeOptions, CallError, ClassifyOptions, Description, Layers, OffsetUnit, Pool, Refusal};

use super::{answered::Answered, options::Options};

/// How many labels a record has unless told otherwise.
const LABELS: u32 = 5;

/// What a model can be asked for. Each is answered as the HTTP route of that name answers about one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Task {
    /// A document: tokens, sentences, entities and what else the model finds, in the shape of spaCy's Doc.to_json().
    Analyze,
    /// A list of entities: text, label, start and end.
    Entities,
    /// Key phrases and words, best first.
    Keyphrases,
    /// Labels and their scores, most probable first.
    Classify,
}

/// A question with its options.
#[derive(Clone, Debug)]
pub(super) enum Question {
    Analyze(AnalyzeOptions),
    /// Asked for with offsets in bytes, which cut the text; then counted in the unit.
    Entities(AnalyzeOptions, OffsetUnit),
    Keyphrases(AnalyzeOptions),
    Classify(ClassifyOptions),
}

impl Task {
    fn name(self) -> &'static str {
        match self {
            Self::Analyze => "analyze",
            Self::Entities => "entities",
            Self::Keyphrases => "keyphrases",
            Self::Classify => "classify",
        }
    }

    /// The task that was asked for, or what the model does first.
    fn of(options: &Options, model: &Description) -> anyhow::Result<Self> {
        let can = |task: Self| model.tasks.iter().any(|found| found == task.name());
        match options.task {
            Some(task) if can(task) => Ok(task),
            Some(task) => bail!("`{}` cannot do {}; its tasks: {}", model.name, task.name(), model.tasks.join(", ")),
            None if can(Self::Analyze) => Ok(Self::Analyze),
            // A model that cannot classify either says so itself.
            None => Ok(Self::Classify),
        }
    }
}

impl Question {
    /// The question for this model.
    ///
    /// # Errors
    /// When the model cannot do the task, or an option goes with another.
    pub(super) fn of(options: &Options, model: &Description) -> anyhow::Result<Self> {
        let task = Task::of(options, model)?;
        let name = &model.name;
        if task == Task::Classify {
            let is_free = options.offsets.is_none() && options.include.is_none();
            ensure!(is_free, "--offsets and --include are for models that analyse; `{name}` is asked to classify");
            // No answer has more labels than the model.
            let labels = u32::try_from(model.labels.len()).unwrap_or(u32::MAX).max(1);
            return Ok(Self::Classify(ClassifyOptions {
                model: Some(name.clone()),
                k: Some(options.k.unwrap_or(LABELS).min(labels)),
                threshold: options.threshold,
                clean: options.clean,
                ..ClassifyOptions::default()
            }));
        }
        let is_free = options.k.is_none() && options.threshold.is_none() && !options.clean;
        ensure!(is_free, "-k, --threshold and --clean are for models that classify; `{name}` is asked to analyse");
        let is_free = options.include.is_none() || task == Task::Analyze;
        ensure!(is_free, "--include is for documents; with --task {} the answer has no layers", task.name());
        let offsets = options.offsets.unwrap_or_default();
        let layers = options.include.unwrap_or(Layers::USUAL);
        let analysis = AnalyzeOptions { model: Some(name.clone()), offsets, layers, ..AnalyzeOptions::default() };
        Ok(match task {
            Task::Entities => {
                let layers = Layers { ents: true, ..Layers::default() };
                Self::Entities(AnalyzeOptions { offsets: OffsetUnit::Utf8, layers, ..analysis }, offsets)
            }
            Task::Keyphrases => Self::Keyphrases(analysis),
            _ => Self::Analyze(analysis),
        })
    }

    /// The most labels of an answer; none where answers are not labels.
    pub(super) fn most_labels(&self) -> Option<usize> {
        match self {
            Self::Classify(options) => options.k.map(|k| k as usize),
            _ => None,
        }
    }

    /// Asks about texts together.
    pub(super) fn ask(&self, pool: &Pool, texts: &[String]) -> Result<Vec<Result<Answered, Refusal>>, CallError> {
        Ok(match self {
            Self::Analyze(options) => each(pool.analyze(texts, options)?, Answered::document),
            Self::Entities(options, unit) => {
                each(pool.analyze(texts, options)?, |document| Answered::entities(document, *unit))
            }
            Self::Keyphrases(options) => each(pool.keyphrases(texts, options)?, Answered::keyphrases),
            Self::Classify(options) => each(pool.classify(texts, options)?, Answered::labels),
        })
    }
}

fn each<A>(answers: Vec<Result<A, Refusal>>, answered: impl Fn(A) -> Answered) -> Vec<Result<Answered, Refusal>> {
    answers.into_iter().map(|answer| answer.map(&answered)).collect()
}

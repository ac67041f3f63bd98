//! What is asked about every record: a task of the model, with the options that go with it.

use anyhow::{bail, ensure};
use clap::ValueEnum;
use spanlet_runtime::{
    AnalyzeOptions, CallError, ClassifyOptions, Description, EmbedOptions, Layers, OffsetUnit, Pool, Refusal,
};

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
    /// One vector for the whole text.
    Embed,
}

/// A question with its options.
#[derive(Clone, Debug)]
pub(super) enum Question {
    Analyze(AnalyzeOptions),
    /// Asked for with offsets in bytes, which cut the text; then counted in the unit.
    Entities(AnalyzeOptions, OffsetUnit),
    Keyphrases(AnalyzeOptions),
    Classify(ClassifyOptions),
    Embed(EmbedOptions),
}

impl Task {
    fn name(self) -> &'static str {
        match self {
            Self::Analyze => "analyze",
            Self::Entities => "entities",
            Self::Keyphrases => "keyphrases",
            Self::Classify => "classify",
            Self::Embed => "embed",
        }
    }

    /// Whether its answers are, or are drawn from, documents.
    pub(super) fn is_of_documents(self) -> bool {
        matches!(self, Self::Analyze | Self::Entities | Self::Keyphrases)
    }

    /// The task that was asked for, or what the model does first.
    fn of(options: &Options, model: &Description) -> anyhow::Result<Self> {
        let can = |task: Self| model.tasks.iter().any(|found| found == task.name());
        match options.task {
            Some(task) if can(task) => Ok(task),
            Some(task) => bail!("`{}` cannot do {}; its tasks: {}", model.name, task.name(), model.tasks.join(", ")),
            // A model that can do none of these says so itself.
            None => Ok([Self::Analyze, Self::Entities, Self::Classify, Self::Embed]
                .into_iter()
                .find(|task| can(*task))
                .unwrap_or(Self::Classify)),
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
        for (is_given, names, tasks) in options.given() {
            let is_free = !is_given || tasks.contains(&task);
            ensure!(
                is_free,
                "{names} goes with --task {}; `{}` is asked for {}",
                listed(tasks),
                model.name,
                task.name()
            );
        }
        Ok(match task {
            Task::Classify => Self::classify(options, model)?,
            Task::Embed => Self::Embed(EmbedOptions { model: Some(model.name.clone()), normalize: options.normalize }),
            Task::Analyze => Self::Analyze(analysis(options, model)),
            Task::Keyphrases => Self::Keyphrases(analysis(options, model)),
            Task::Entities => {
                let analysis = analysis(options, model);
                let unit = analysis.offsets;
                Self::Entities(AnalyzeOptions { offsets: OffsetUnit::Utf8, layers: Layers::ENTS, ..analysis }, unit)
            }
        })
    }

    fn classify(options: &Options, model: &Description) -> anyhow::Result<Self> {
        // No answer has more labels than the model.
        let labels = u32::try_from(model.labels.len()).unwrap_or(u32::MAX).max(1);
        Ok(Self::Classify(ClassifyOptions {
            model: Some(model.name.clone()),
            k: Some(options.k.unwrap_or(LABELS).min(labels)),
            threshold: options.least_score()?,
            clean: options.clean,
            function: options.function,
        }))
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
            Self::Embed(options) => each(pool.embed(texts, options)?, Answered::vector),
        })
    }
}

fn analysis(options: &Options, model: &Description) -> AnalyzeOptions {
    AnalyzeOptions {
        model: Some(model.name.clone()),
        offsets: options.offsets.unwrap_or_default(),
        layers: options.include.unwrap_or(Layers::USUAL),
        aggregation: options.aggregation,
        ignore_labels: options.ignore_labels.as_ref().map(|labels| labels.0.clone()),
        stride: options.stride,
    }
}

/// The names of tasks, for a person.
fn listed(tasks: &[Task]) -> String {
    tasks.iter().map(|task| task.name()).collect::<Vec<_>>().join(", ")
}

fn each<A>(answers: Vec<Result<A, Refusal>>, answered: impl Fn(A) -> Answered) -> Vec<Result<Answered, Refusal>> {
    answers.into_iter().map(|answer| answer.map(&answered)).collect()
}

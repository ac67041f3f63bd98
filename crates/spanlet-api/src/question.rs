//! What a request asks of a model about each of its texts, and the JSON of one text's answer.

mod hugging_face;

use serde::{Deserialize, Serialize, Serializer};
use spanlet_text::{Layers, OffsetUnit, Span};

use crate::api::Api;
use crate::call::Options;
use crate::codes;
use crate::engine::{EntityOptions, Scored, Task};
use crate::error::Error;
use crate::keyphrases::{Keyphrase, Keyphrases, old_form};
use crate::payload::Name;
use crate::typed::{AnalyzeOptions, Analyzer, Classifier, EmbedOptions, Embedder};

/// What is asked. In settings a route's name stands for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Question {
    /// As `/v1/hashtags` answers.
    Hashtags,
    /// As `/v1/classify` answers.
    Classify,
    /// As `/v1/analyze` answers.
    Analyze,
    /// As `/v1/entities` answers.
    Entities,
    /// As `/v1/keyphrases` answers.
    Keyphrases,
    /// As `/v1/embed` answers.
    Embed,
    /// Entities in the form of older systems, which had no scores.
    #[serde(skip)]
    EntitiesOldForm,
    /// Key phrases in the form of an older system.
    #[serde(skip)]
    KeyphrasesOldForm,
    /// Entities in the form of Hugging Face's hosted inference.
    #[serde(skip)]
    HuggingFaceEntities,
    /// Labels of a whole text in that form.
    #[serde(skip)]
    HuggingFaceLabels,
    /// A vector in that form.
    #[serde(skip)]
    HuggingFaceVector,
}

/// A question with the model and the options that answer it, checked: what remains can only fail text by text.
pub(crate) struct Asked<'a> {
    question: Question,
    answerer: Answerer<'a>,
}

#[derive(Clone, Copy)]
enum Answerer<'a> {
    Classifier(Classifier<'a>),
    Analyzer(Analyzer<'a>),
    Embedder(Embedder<'a>),
}

impl Question {
    /// The fields that a route for this knows.
    pub(crate) fn fields(self) -> &'static [Name] {
        match self {
            Self::Hashtags => &[Name::Text, Name::Model, Name::K, Name::Threshold, Name::Clean],
            Self::Classify | Self::HuggingFaceLabels => {
                &[Name::Text, Name::Model, Name::K, Name::Threshold, Name::Clean, Name::Function]
            }
            Self::Analyze => &[
                Name::Text,
                Name::Model,
                Name::Offsets,
                Name::Include,
                Name::Aggregation,
                Name::IgnoreLabels,
                Name::Stride,
            ],
            Self::Entities | Self::EntitiesOldForm | Self::HuggingFaceEntities => {
                &[Name::Text, Name::Model, Name::Offsets, Name::Aggregation, Name::IgnoreLabels, Name::Stride]
            }
            Self::Keyphrases | Self::KeyphrasesOldForm => &[Name::Text, Name::Model, Name::Offsets],
            Self::Embed | Self::HuggingFaceVector => &[Name::Text, Name::Model, Name::Normalize],
        }
    }

    /// The task of models that answer it.
    pub(crate) fn task(self) -> Task {
        match self {
            Self::Hashtags | Self::Classify | Self::HuggingFaceLabels => Task::Classify,
            Self::Analyze => Task::Analyze,
            Self::Entities | Self::EntitiesOldForm | Self::HuggingFaceEntities => Task::Entities,
            Self::Keyphrases | Self::KeyphrasesOldForm => Task::Keyphrases,
            Self::Embed | Self::HuggingFaceVector => Task::Embed,
        }
    }

    /// Finds the model and checks the options; what the call leaves open is decided here.
    ///
    /// # Errors
    /// When the model or an option is wrong.
    pub(crate) fn ask<'a>(self, api: &'a Api, options: &'a Options) -> Result<Asked<'a>, Error> {
        let model = options.model.as_deref();
        let answerer = match self {
            Self::Hashtags => Answerer::Classifier(api.classifier(&options.or_else(5, true))?),
            Self::Classify | Self::HuggingFaceLabels => {
                Answerer::Classifier(api.classifier(&options.or_else(1, false))?)
            }
            Self::Embed | Self::HuggingFaceVector => {
                let normalize = options.normalize.unwrap_or(false);
                Answerer::Embedder(api.embedder(&EmbedOptions { model, normalize })?)
            }
            Self::Analyze | Self::Entities | Self::EntitiesOldForm | Self::HuggingFaceEntities => {
                self.analyzer(api, options, options.entities())?
            }
            Self::Keyphrases | Self::KeyphrasesOldForm => self.analyzer(api, options, EntityOptions::default())?,
        };
        Ok(Asked { question: self, answerer })
    }

    fn analyzer<'a>(
        self,
        api: &'a Api,
        options: &'a Options,
        entities: EntityOptions<'a>,
    ) -> Result<Answerer<'a>, Error> {
        let options = AnalyzeOptions {
            model: options.model.as_deref(),
            offsets: options.offsets.unwrap_or_default(),
            layers: options.include.unwrap_or(Layers::USUAL),
            entities,
        };
        let task = if self == Self::Analyze { api.analysis(&options) } else { self.task() };
        api.analyzer(task, &options).map(Answerer::Analyzer)
    }
}

impl Asked<'_> {
    /// The model that answers.
    pub(crate) fn model(&self) -> &str {
        match self.answerer {
            Answerer::Classifier(classifier) => classifier.name,
            Answerer::Analyzer(analyzer) => analyzer.name,
            Answerer::Embedder(embedder) => embedder.name,
        }
    }

    /// What the answer's offsets count, where it has any.
    pub(crate) fn offsets(&self) -> Option<OffsetUnit> {
        match (self.question, self.answerer) {
            (Question::KeyphrasesOldForm, _) | (_, Answerer::Classifier(_) | Answerer::Embedder(_)) => None,
            (_, Answerer::Analyzer(analyzer)) => Some(analyzer.offsets),
        }
    }

    /// Whether the answer to a text that is asked about alone is a list of one answer.
    pub(crate) fn is_listed_alone(&self) -> bool {
        self.question == Question::HuggingFaceLabels
    }

    /// Appends the JSON of one text's answer; nothing is appended where there is none.
    pub(crate) fn write_answer(&self, out: &mut Vec<u8>, text: &str) -> Result<(), Error> {
        match self.answerer {
            Answerer::Classifier(classifier) => self.write_labels(out, text, classifier.classify(text)?),
            Answerer::Analyzer(analyzer) => match self.question {
                Question::Entities => write_json(out, &List(&analyzer.entities(text)?, entity)),
                Question::EntitiesOldForm => write_json(out, &List(&analyzer.entities(text)?, unscored)),
                Question::HuggingFaceEntities => hugging_face::write_entities(out, &analyzer, text)?,
                Question::Keyphrases => write_json(out, &Phrases::from(&analyzer.keyphrases(text)?)),
                Question::KeyphrasesOldForm => write_json(out, &old_form(&analyzer.chunked(text)?)),
                _ => write_json(out, &analyzer.document(text)?),
            },
            Answerer::Embedder(embedder) => {
                let vector = finite(embedder.embed(text)?)?;
                match self.question {
                    Question::HuggingFaceVector => write_json(out, &vector),
                    _ => write_json(out, &Vector { vector }),
                }
            }
        }
        Ok(())
    }

    fn write_labels(&self, out: &mut Vec<u8>, text: &str, labels: Vec<Scored<'_>>) {
        let labels: Vec<Label<'_>> = labels.into_iter().map(Label::from).collect();
        match self.question {
            Question::Hashtags => {
                let already_used = spanlet_text::hashtags(text).into_iter().map(|tag| &tag[1..]).collect();
                write_json(out, &Hashtags { already_used, recommended: labels });
            }
            Question::HuggingFaceLabels => write_json(out, &labels),
            _ => write_json(out, &Labels { labels }),
        }
    }
}

/// The vector, unless JSON has no words for it.
fn finite(vector: Vec<f32>) -> Result<Vec<f32>, Error> {
    match vector.iter().all(|value| value.is_finite()) {
        true => Ok(vector),
        false => Err(Error::new(codes::MODEL_ANSWER, "expected a vector of numbers, found what is not a number in it")),
    }
}

/// A label as JSON has it.
#[derive(Serialize)]
struct Label<'m> {
    label: &'m str,
    score: f32,
}

impl<'m> From<Scored<'m>> for Label<'m> {
    fn from(scored: Scored<'m>) -> Self {
        Self { label: scored.label, score: scored.score }
    }
}

/// What `/v1/classify` answers for one text.
#[derive(Serialize)]
struct Labels<'m> {
    labels: Vec<Label<'m>>,
}

/// What `/v1/hashtags` answers for one text; hashtags without their `#`.
#[derive(Serialize)]
struct Hashtags<'t, 'm> {
    already_used: Vec<&'t str>,
    recommended: Vec<Label<'m>>,
}

/// What `/v1/embed` answers for one text.
#[derive(Serialize)]
struct Vector {
    vector: Vec<f32>,
}

/// A list whose items are written as what a function makes of them.
struct List<'d, T, W>(&'d [T], fn(&'d T) -> W);

impl<T, W: Serialize> Serialize for List<'_, T, W> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(self.1))
    }
}

/// An entity and the text that it covers.
type Covered<'t> = (&'t str, Span);

/// An entity as `/v1/entities` lists it.
#[derive(Serialize)]
struct Entity<'d> {
    text: &'d str,
    label: &'d str,
    start: u32,
    end: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f32>,
}

fn entity<'d>((text, span): &'d Covered<'_>) -> Entity<'d> {
    let Span { label, start, end, score, .. } = span;
    Entity { text, label, start: *start, end: *end, score: *score }
}

/// The same as older systems list it.
fn unscored<'d>(covered: &'d Covered<'_>) -> Entity<'d> {
    Entity { score: None, ..entity(covered) }
}

/// What `/v1/keyphrases` answers for one text.
#[derive(Serialize)]
struct Phrases<'d> {
    offsets: OffsetUnit,
    phrases: List<'d, Keyphrase, Phrase<'d>>,
    words: List<'d, Keyphrase, Phrase<'d>>,
}

impl<'d> From<&'d Keyphrases> for Phrases<'d> {
    fn from(keyphrases: &'d Keyphrases) -> Self {
        let Keyphrases { offsets, phrases, words } = keyphrases;
        Self { offsets: *offsets, phrases: List(phrases, phrase), words: List(words, phrase) }
    }
}

#[derive(Serialize)]
struct Phrase<'d> {
    text: &'d str,
    lemma: &'d str,
    count: u32,
    score: f32,
    spans: List<'d, (u32, u32), Bounds>,
}

#[derive(Serialize)]
struct Bounds {
    start: u32,
    end: u32,
}

fn phrase(phrase: &Keyphrase) -> Phrase<'_> {
    let Keyphrase { text, lemma, count, score, spans } = phrase;
    Phrase { text, lemma, count: *count, score: *score, spans: List(spans, bounds) }
}

fn bounds(&(start, end): &(u32, u32)) -> Bounds {
    Bounds { start, end }
}

/// Appends JSON.
pub(crate) fn write_json(out: &mut Vec<u8>, value: &impl Serialize) {
    serde_json::to_writer(out, value).expect("these types are always JSON and memory takes any write");
}

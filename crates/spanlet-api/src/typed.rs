//! The typed door: many texts in, each answered by itself. WIT's interface `nlp`.

mod analysis;

use std::borrow::Cow;

use spanlet_text::{Layers, OffsetUnit, clean};

use crate::api::Api;
use crate::codes;
use crate::engine::{EntityOptions, Function, Model, Scored, Task};
use crate::error::Error;

pub(crate) use analysis::Analyzer;

/// The most bytes that one answer may take: hosts copy at most 128 MiB out of the component in one call.
pub(crate) const MAX_ANSWER_BYTES: usize = 96 << 20;
/// What one label takes in a typed answer beside its text: two words for the string, one for the score.
const SCORED_BYTES: usize = 12;

/// How to classify.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ClassifyOptions<'o> {
    /// Which model; without one the only model with the task answers, else its default.
    pub model: Option<&'o str>,
    /// The most labels to return, at least 1; absent, 1.
    pub k: Option<u32>,
    /// The least score to return, from 0 to 1, or any number where the function is [`Function::None`]; absent, the least
    /// that there is.
    pub threshold: Option<f32>,
    /// Whether to clean the text first as hashtag models are trained.
    pub clean: bool,
    /// What makes scores of the model's outputs; absent, the model decides. Refused where a model has one function.
    pub function: Option<Function>,
}

/// How to embed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EmbedOptions<'o> {
    /// Which model; without one the only model with the task answers, else its default.
    pub model: Option<&'o str>,
    /// Whether to scale each vector to length 1. A zero vector stays zero.
    pub normalize: bool,
}

/// How to analyse.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AnalyzeOptions<'o> {
    /// Which model; without one the only model with the task answers, else its default.
    pub model: Option<&'o str>,
    /// What offsets in the answer count.
    pub offsets: OffsetUnit,
    /// Which layers to answer; [`keyphrases`](Api::keyphrases) has no use for them.
    pub layers: Layers,
    /// How a transformer's word pieces become entities. Refused, where one is given, of models without word pieces.
    pub entities: EntityOptions<'o>,
}

/// A model with the options of one call, checked: what remains can only fail text by text.
#[derive(Clone, Copy)]
pub(crate) struct Classifier<'a> {
    pub(crate) name: &'a str,
    model: &'a dyn Model,
    k: usize,
    threshold: Option<f32>,
    clean: bool,
    function: Option<Function>,
}

impl<'a> Classifier<'a> {
    /// The labels of one text, most probable first.
    pub(crate) fn classify(&self, text: &str) -> Result<Vec<Scored<'a>>, Error> {
        let text = if self.clean { Cow::Owned(clean(text)) } else { Cow::Borrowed(text) };
        self.model.classify(&text, self.k, self.threshold, self.function)
    }
}

/// A model with the options of one call.
#[derive(Clone, Copy)]
pub(crate) struct Embedder<'a> {
    pub(crate) name: &'a str,
    model: &'a dyn Model,
    normalize: bool,
}

impl Embedder<'_> {
    /// The vector of one text.
    pub(crate) fn embed(&self, text: &str) -> Result<Vec<f32>, Error> {
        let mut vector = self.model.embed(text)?;
        if self.normalize {
            normalize(&mut vector);
        }
        Ok(vector)
    }
}

impl Api {
    /// Labels, most probable first, for each text by itself.
    ///
    /// A fastText model takes newlines for spaces. An empty list of texts gives an empty answer.
    ///
    /// # Errors
    /// The outer one when no text could be answered, because the model or an option is wrong; the inner one when its
    /// text has no answer.
    pub fn classify<T: AsRef<str>>(
        &self,
        texts: &[T],
        options: &ClassifyOptions<'_>,
    ) -> Result<Vec<Result<Vec<Scored<'_>>, Error>>, Error> {
        let classifier = self.classifier(options)?;
        let mut answers = Vec::with_capacity(texts.len());
        let mut answer_bytes = 0;
        for text in texts {
            let answer = classifier.classify(text.as_ref());
            answer_bytes += answer.iter().flatten().map(|scored| SCORED_BYTES + scored.label.len()).sum::<usize>();
            check_answer_size(answer_bytes)?;
            answers.push(answer);
        }
        Ok(answers)
    }

    /// One vector for each text by itself. A fastText model gives its sentence vector.
    ///
    /// A fastText model takes newlines for spaces. An empty list of texts gives an empty answer.
    ///
    /// # Errors
    /// As for [`classify`](Self::classify).
    pub fn embed<T: AsRef<str>>(
        &self,
        texts: &[T],
        options: &EmbedOptions<'_>,
    ) -> Result<Vec<Result<Vec<f32>, Error>>, Error> {
        let embedder = self.embedder(options)?;
        let mut answers = Vec::with_capacity(texts.len());
        let mut answer_bytes = 0;
        for text in texts {
            let answer = embedder.embed(text.as_ref());
            answer_bytes += answer.as_ref().map_or(0, |vector| size_of_val(vector.as_slice()));
            check_answer_size(answer_bytes)?;
            answers.push(answer);
        }
        Ok(answers)
    }

    /// The model and options of a call that classifies, checked.
    pub(crate) fn classifier<'a>(&'a self, options: &ClassifyOptions<'_>) -> Result<Classifier<'a>, Error> {
        let k = checked_k(options.k.unwrap_or(1))?;
        let threshold = options.threshold.map(|least| checked_threshold(least, options.function)).transpose()?;
        let (name, model) = self.registry.resolve(Task::Classify, options.model)?;
        options.function.map_or(Ok(()), |function| model.check_function(function))?;
        Ok(Classifier { name, model, k, threshold, clean: options.clean, function: options.function })
    }

    /// The model and options of a call that embeds.
    pub(crate) fn embedder(&self, options: &EmbedOptions<'_>) -> Result<Embedder<'_>, Error> {
        let (name, model) = self.registry.resolve(Task::Embed, options.model)?;
        Ok(Embedder { name, model, normalize: options.normalize })
    }
}

/// Refuses an answer that no host could carry out.
pub(crate) fn check_answer_size(answer_bytes: usize) -> Result<(), Error> {
    if answer_bytes <= MAX_ANSWER_BYTES {
        return Ok(());
    }
    let message = format!(
        "expected an answer of at most {MAX_ANSWER_BYTES} bytes, found more: ask for fewer texts, labels or layers"
    );
    Err(Error::new(codes::ANSWER_TOO_LARGE, message))
}

fn checked_k(k: u32) -> Result<usize, Error> {
    match k {
        0 => Err(Error::new(codes::OPTION_OUT_OF_RANGE, "expected at least 1, found 0").at("k")),
        u32::MAX => Ok(usize::MAX),
        k => Ok(k as usize),
    }
}

fn checked_threshold(threshold: f32, function: Option<Function>) -> Result<f32, Error> {
    let is_raw = function == Some(Function::None);
    if (0.0..=1.0).contains(&threshold) || (is_raw && threshold.is_finite()) {
        return Ok(threshold);
    }
    let range = if is_raw { "a number" } else { "a number from 0 to 1" };
    let message = format!("expected {range}, found {threshold}");
    Err(Error::new(codes::OPTION_OUT_OF_RANGE, message).at("threshold"))
}

/// Scales to length 1; the length is summed in double precision, in order.
fn normalize(vector: &mut [f32]) {
    let length = vector.iter().map(|&value| f64::from(value) * f64::from(value)).sum::<f64>().sqrt();
    if length > 0.0 {
        for value in vector {
            *value = (f64::from(*value) / length) as f32;
        }
    }
}

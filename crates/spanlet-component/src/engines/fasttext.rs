//! fastText models: one file, `.bin` or `.ftz`.

use std::borrow::Cow;
use std::cell::RefCell;

use serde_json::{Map, Value};
use spanlet_api::{Code, Engine, Error, Family, Function, Model, Part, Scored, Task, codes};
use spanlet_fasttext::{Kind, LABEL_PREFIX, LoadError, PredictError, Scratch};

/// The engine for fastText models.
pub(crate) struct Fasttext;

impl Engine for Fasttext {
    fn family(&self) -> Family {
        Family::Fasttext
    }

    fn recognizes(&self, parts: &[Part]) -> bool {
        let [part] = parts else { return false };
        part.name.ends_with(".bin") || part.name.ends_with(".ftz") || spanlet_fasttext::Model::recognizes(&part.bytes)
    }

    fn load(&self, parts: Vec<Part>) -> Result<Box<dyn Model>, Error> {
        let Some(part) = parts.into_iter().next() else {
            return Err(Error::new(codes::MODEL_PART_MISSING, "expected one part, found none"));
        };
        match spanlet_fasttext::Model::load(part.bytes) {
            Ok(model) => Ok(Box::new(Loaded { model, scratch: RefCell::default() })),
            Err(error) => Err(Error::new(code(&error), sentence(&error)).at(part.name)),
        }
    }
}

struct Loaded {
    model: spanlet_fasttext::Model,
    /// Kept from one text to the next; calls into one component do not overlap.
    scratch: RefCell<Scratch>,
}

impl Model for Loaded {
    fn tasks(&self) -> &[Task] {
        match self.model.kind() {
            Kind::Supervised => &[Task::Classify, Task::Embed],
            Kind::Cbow | Kind::Skipgram => &[Task::Embed],
        }
    }

    fn labels(&self) -> Vec<&str> {
        self.model.labels().map(|label| split_prefix(label).1).collect()
    }

    fn label_count(&self) -> usize {
        self.model.labels().len()
    }

    fn metadata(&self) -> Map<String, Value> {
        Map::from_iter([
            ("dimension".to_owned(), self.model.dimension().into()),
            ("kind".to_owned(), self.model.kind().name().into()),
            ("loss".to_owned(), self.model.loss().name().into()),
            ("quantized".to_owned(), self.model.is_quantized().into()),
        ])
    }

    fn memory_bytes(&self) -> usize {
        self.model.memory_bytes()
    }

    fn classify(
        &self,
        text: &str,
        k: usize,
        threshold: Option<f32>,
        _: Option<Function>,
    ) -> Result<Vec<Scored<'_>>, Error> {
        let mut scratch = self.scratch.borrow_mut();
        let best = self.model.predict_with(&mut scratch, &one_line(text), k, threshold.unwrap_or(0.0));
        let best = best.map_err(|error| no_answer(&error))?;
        let scored = best.map(|prediction| {
            let (prefix, label) = split_prefix(prediction.label);
            Scored { prefix, label, score: prediction.probability }
        });
        Ok(scored.collect())
    }

    fn embed(&self, text: &str) -> Result<Vec<f32>, Error> {
        self.model.sentence_vector(&one_line(text)).map_err(|error| no_answer(&error))
    }

    fn release_buffers(&self) {
        self.scratch.take();
    }

    fn copied(&self) -> Box<dyn Model> {
        Box::new(Self { model: self.model.clone(), scratch: RefCell::default() })
    }
}

/// The text on one line, which is what fastText takes a text for.
fn one_line(text: &str) -> Cow<'_, str> {
    if text.contains('\n') { Cow::Owned(text.replace('\n', " ")) } else { Cow::Borrowed(text) }
}

/// A label's `__label__`, where it has one, and the rest. A model trained with another prefix keeps that in its labels,
/// because its file does not say which it was.
fn split_prefix(label: &str) -> (&'static str, &str) {
    label.strip_prefix(LABEL_PREFIX).map_or(("", label), |rest| (LABEL_PREFIX, rest))
}

fn code(error: &LoadError) -> Code {
    match error {
        LoadError::NotFastText { .. } => codes::MODEL_UNRECOGNIZED,
        LoadError::Version { .. } => codes::MODEL_UNSUPPORTED,
        _ => codes::MODEL_DAMAGED,
    }
}

fn no_answer(error: &PredictError) -> Error {
    Error::new(codes::MODEL_ANSWER, sentence(error))
}

/// An error with what caused it.
fn sentence(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

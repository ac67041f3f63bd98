//! Hugging Face export directories.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use spanlet_api::{
    Aggregation, Code, Engine, EntityOptions, Error, Family, Function, Layers, Model, Part, Scored, Task, codes,
};
use spanlet_text::{Document, OffsetUnit, Span};
use spanlet_transformer::{AnswerError, Kind, LoadError, Strategy};

/// The engine for Hugging Face export directories.
pub(crate) struct Transformer;

impl Engine for Transformer {
    fn family(&self) -> Family {
        Family::Transformer
    }

    fn recognizes(&self, parts: &[Part]) -> bool {
        parts.iter().any(|part| part.name.ends_with(".onnx"))
    }

    fn load(&self, parts: Vec<Part>) -> Result<Box<dyn Model>, Error> {
        let files: BTreeMap<String, Vec<u8>> = parts.into_iter().map(|part| (part.name, part.bytes)).collect();
        match spanlet_transformer::Model::load(files) {
            Ok(model) => Ok(Box::new(Loaded { tasks: tasks(&model), model })),
            Err(error) => Err(Error::new(code(&error), error.to_string()).at(error.part())),
        }
    }
}

struct Loaded {
    model: spanlet_transformer::Model,
    tasks: Vec<Task>,
}

fn tasks(model: &spanlet_transformer::Model) -> Vec<Task> {
    let head: &[Task] = match model.kind() {
        Kind::TokenClassification => &[Task::Analyze, Task::Entities],
        Kind::TextClassification => &[Task::Classify],
        Kind::Features => &[],
    };
    let embed = model.has_vectors().then_some(Task::Embed);
    head.iter().copied().chain(embed).collect()
}

impl Model for Loaded {
    fn tasks(&self) -> &[Task] {
        &self.tasks
    }

    /// By class. Those of pieces bear `B-` and `I-`, as the model spells them.
    fn labels(&self) -> Vec<&str> {
        self.model.labels().iter().map(String::as_str).collect()
    }

    fn label_count(&self) -> usize {
        self.model.labels().len()
    }

    fn metadata(&self) -> Map<String, Value> {
        Map::from_iter([
            ("model_type".to_owned(), self.model.model_type().into()),
            ("path".to_owned(), self.model.path().into()),
            ("window_pieces".to_owned(), self.model.room().into()),
        ])
    }

    fn memory_bytes(&self) -> usize {
        self.model.memory_bytes()
    }

    fn check_entities(&self, options: &EntityOptions<'_>) -> Result<(), Error> {
        let Some(stride) = options.stride else { return Ok(()) };
        let message = match options.aggregation {
            Some(Aggregation::None) => "expected an aggregation other than none beside it, found none".to_owned(),
            _ if stride >= self.model.room() => {
                format!("expected less than the {} word pieces of a window, found {stride}", self.model.room())
            }
            _ => return Ok(()),
        };
        Err(Error::new(codes::OPTION_OUT_OF_RANGE, message).at("stride"))
    }

    fn check_function(&self, _: Function) -> Result<(), Error> {
        Ok(())
    }

    fn classify(
        &self,
        text: &str,
        k: usize,
        threshold: Option<f32>,
        function: Option<Function>,
    ) -> Result<Vec<Scored<'_>>, Error> {
        let scores = self.model.scores(text, function.map(its_function)).map_err(|error| no_answer(&error))?;
        let labels = self.model.labels().iter().zip(scores);
        let scored = labels.map(|(label, score)| Scored { prefix: "", label, score });
        let mut best: Vec<Scored<'_>> =
            scored.filter(|scored| threshold.is_none_or(|least| scored.score >= least)).collect();
        // Of equal scores the first label stays before the others.
        best.sort_by(|one, other| other.score.total_cmp(&one.score));
        best.truncate(k);
        Ok(best)
    }

    fn analyze(&self, text: &str, layers: Layers, entities: &EntityOptions<'_>) -> Result<Document, Error> {
        let ents = layers.ents.then(|| self.entities(text, entities)).transpose()?;
        Ok(Document { text: text.to_owned(), offsets: OffsetUnit::Utf8, ents, ..Document::default() })
    }

    fn embed(&self, text: &str) -> Result<Vec<f32>, Error> {
        self.model.vector(text).map_err(|error| no_answer(&error))
    }

    fn release_buffers(&self) {
        self.model.release_buffers();
    }

    fn copied(&self) -> Box<dyn Model> {
        Box::new(Self { model: self.model.clone(), tasks: self.tasks.clone() })
    }
}

impl Loaded {
    fn entities(&self, text: &str, options: &EntityOptions<'_>) -> Result<Vec<Span>, Error> {
        let options = spanlet_transformer::EntityOptions {
            strategy: options.aggregation.map_or(Strategy::default(), its_strategy),
            ignored: options.ignore_labels,
            stride: options.stride,
        };
        let found = self.model.entities(text, &options).map_err(|error| no_answer(&error))?;
        let span = |entity: spanlet_transformer::Entity<'_>| Span {
            start: u32::try_from(entity.bytes.start).unwrap_or(u32::MAX),
            end: u32::try_from(entity.bytes.end).unwrap_or(u32::MAX),
            label: entity.label.into(),
            id: None,
            score: Some(entity.score),
        };
        Ok(found.into_iter().map(span).collect())
    }
}

fn its_strategy(aggregation: Aggregation) -> Strategy {
    match aggregation {
        Aggregation::None => Strategy::None,
        Aggregation::Simple => Strategy::Simple,
        Aggregation::First => Strategy::First,
        Aggregation::Average => Strategy::Average,
        Aggregation::Max => Strategy::Max,
    }
}

fn its_function(function: Function) -> spanlet_transformer::Function {
    match function {
        Function::Softmax => spanlet_transformer::Function::Softmax,
        Function::Sigmoid => spanlet_transformer::Function::Sigmoid,
        Function::None => spanlet_transformer::Function::None,
    }
}

fn code(error: &LoadError) -> Code {
    match error {
        LoadError::Missing { .. } => codes::MODEL_PART_MISSING,
        LoadError::Unsupported { .. } => codes::MODEL_UNSUPPORTED,
        _ => codes::MODEL_DAMAGED,
    }
}

fn no_answer(error: &AnswerError) -> Error {
    match error {
        AnswerError::TooLong { .. } => Error::new(codes::TEXT_TOO_LONG, error.to_string()),
        _ => Error::new(codes::MODEL_ANSWER, error.to_string()),
    }
}

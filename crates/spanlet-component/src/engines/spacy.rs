//! spaCy pipelines.

use std::cell::RefCell;

use serde_json::{Map, Value};
use spanlet_api::{Code, Engine, EntityOptions, Error, Family, Layers, Model, Part, Task, codes};
use spanlet_spacy::{AnnotateError, LoadError, Pipeline, Scratch};
use spanlet_text::Document;

/// The engine for spaCy pipelines.
pub(crate) struct Spacy;

impl Engine for Spacy {
    fn family(&self) -> Family {
        Family::Spacy
    }

    fn recognizes(&self, parts: &[Part]) -> bool {
        let names_itself = |part: &Part| part.name == "config.cfg" || part.name.ends_with("/config.cfg");
        parts.iter().any(names_itself) || is_spacy_2(parts)
    }

    fn load(&self, parts: Vec<Part>) -> Result<Box<dyn Model>, Error> {
        let files = parts.into_iter().map(|part| (part.name, part.bytes)).collect();
        #[cfg(feature = "transformer")]
        let loaded = Pipeline::load_with_encoders(files, &super::joined::encoder);
        #[cfg(not(feature = "transformer"))]
        let loaded = Pipeline::load(files);
        match loaded {
            Ok(pipeline) => Ok(Box::new(Loaded { tasks: tasks(&pipeline), pipeline, scratch: RefCell::default() })),
            Err(error) => Err(refusal(&error)),
        }
    }
}

/// A directory that spaCy 2 wrote has no configuration. It is recognised so that its error can say what to do.
fn is_spacy_2(parts: &[Part]) -> bool {
    let has = |name: &str| parts.iter().any(|part| part.name == name);
    has("meta.json") && has("tokenizer")
}

struct Loaded {
    pipeline: Pipeline,
    tasks: Vec<Task>,
    /// Kept from one text to the next; calls into one component do not overlap.
    scratch: RefCell<Scratch>,
}

fn tasks(pipeline: &Pipeline) -> Vec<Task> {
    let mut tasks = vec![Task::Analyze];
    if pipeline.layers().ents {
        tasks.push(Task::Entities);
    }
    if pipeline.has_noun_chunks() {
        tasks.push(Task::Keyphrases);
    }
    tasks
}

impl Model for Loaded {
    fn tasks(&self) -> &[Task] {
        &self.tasks
    }

    fn labels(&self) -> Vec<&str> {
        self.pipeline.entity_labels()
    }

    fn label_count(&self) -> usize {
        self.pipeline.entity_labels().len()
    }

    fn metadata(&self) -> Map<String, Value> {
        let meta = self.pipeline.meta();
        let stated = [
            ("language", &meta.lang),
            ("name", &meta.name),
            ("version", &meta.version),
            ("description", &meta.description),
            ("author", &meta.author),
            ("license", &meta.license),
            ("spacy_version", &meta.spacy_version),
        ];
        let said = stated.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value.clone()?.into())));
        said.chain([("components".to_owned(), self.pipeline.component_names().into())]).collect()
    }

    fn memory_bytes(&self) -> usize {
        self.pipeline.memory_bytes()
    }

    fn analyze(&self, text: &str, layers: Layers, _: &EntityOptions<'_>) -> Result<Document, Error> {
        let mut scratch = self.scratch.borrow_mut();
        self.pipeline.annotate_layers(&mut scratch, text, layers).map_err(|error| no_answer(&error))
    }

    fn release_buffers(&self) {
        self.scratch.borrow_mut().release_buffers();
    }

    fn copied(&self) -> Box<dyn Model> {
        let mut scratch = self.scratch.borrow().clone();
        scratch.make_room();
        let (pipeline, tasks) = (self.pipeline.clone(), self.tasks.clone());
        Box::new(Self { pipeline, tasks, scratch: RefCell::new(scratch) })
    }
}

fn refusal(error: &LoadError) -> Error {
    let (code, place) = code(error);
    Error::new(code, error.to_string()).at(place)
}

fn code(error: &LoadError) -> (Code, &str) {
    match error {
        LoadError::Archive(error) => super::code(error),
        LoadError::PartMissing { part, .. } => (codes::MODEL_PART_MISSING, part),
        LoadError::Unsupported { component, .. } => (codes::MODEL_UNSUPPORTED, component),
        LoadError::Damaged { part, .. } => (codes::MODEL_DAMAGED, part),
        _ => (codes::MODEL_DAMAGED, "model"),
    }
}

fn no_answer(error: &AnnotateError) -> Error {
    match error {
        AnnotateError::TooLong { .. } => Error::new(codes::TEXT_TOO_LONG, error.to_string()),
        _ => Error::new(codes::MODEL_ANSWER, error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use spanlet_archive::ArchiveError;

    use super::{LoadError, code, codes};

    #[test]
    fn every_refusal_has_the_code_of_its_kind_and_the_place() {
        let part = || "tokenizer".to_owned();
        let unsupported = ArchiveError::Unsupported { part: part(), uses: "encryption".into(), advice: "none".into() };
        let too_large = ArchiveError::TooLarge { part: part(), problem: String::new() };
        let damaged = ArchiveError::Damaged { part: part(), byte: None, problem: String::new() };
        let cases = [
            (LoadError::Archive(unsupported), codes::MODEL_UNSUPPORTED),
            (LoadError::Archive(too_large), codes::MODEL_TOO_LARGE),
            (LoadError::Archive(damaged), codes::MODEL_DAMAGED),
            (LoadError::PartMissing { part: part(), needed_by: "a test".into() }, codes::MODEL_PART_MISSING),
        ];
        for (error, expected) in cases {
            assert_eq!(code(&error), (expected, "tokenizer"), "{error}");
        }
    }
}

//! A model family for tests: a part `fake` of any bytes but `damaged`, whose model answers three labels to every text
//! and remembers what it was asked. Bytes of `embeds` give a model that cannot classify, `verbose` one whose last
//! label alone is more than an answer may hold.

use std::cell::RefCell;
use std::rc::Rc;

use crate::api::Api;
use crate::codes;
use crate::engine::{Engine, Family, Model, Part, Scored, Task};
use crate::error::Error;
use crate::loading::PartSize;
use crate::typed::MAX_ANSWER_BYTES;

/// The texts that models were asked about.
pub(crate) type Asked = Rc<RefCell<Vec<String>>>;

#[derive(Default)]
pub(crate) struct FakeEngine {
    asked: Asked,
}

struct FakeModel {
    tasks: Vec<Task>,
    last_label: String,
    asked: Asked,
}

impl Engine for FakeEngine {
    fn family(&self) -> Family {
        Family::Fasttext
    }

    fn recognizes(&self, parts: &[Part]) -> bool {
        parts.iter().any(|part| part.name == "fake")
    }

    fn load(&self, parts: Vec<Part>) -> Result<Box<dyn Model>, Error> {
        let tasks = match parts[0].bytes.as_slice() {
            b"damaged" => return Err(Error::new(codes::MODEL_DAMAGED, "expected another").at("byte 0")),
            b"embeds" => vec![Task::Embed],
            _ => vec![Task::Classify, Task::Embed],
        };
        let times = if parts[0].bytes == b"verbose" { MAX_ANSWER_BYTES / "eighth".len() + 1 } else { 1 };
        let last_label = "eighth".repeat(times);
        Ok(Box::new(FakeModel { tasks, last_label, asked: Rc::clone(&self.asked) }))
    }
}

impl Model for FakeModel {
    fn tasks(&self) -> &[Task] {
        &self.tasks
    }

    fn labels(&self) -> Vec<&str> {
        vec!["half", "quarter", &self.last_label]
    }

    fn label_count(&self) -> usize {
        3
    }

    fn metadata(&self) -> serde_json::Map<String, serde_json::Value> {
        serde_json::Map::from_iter([("language".to_owned(), "en".into())])
    }

    fn memory_bytes(&self) -> usize {
        7
    }

    fn classify(&self, text: &str, k: usize, threshold: f32) -> Result<Vec<Scored<'_>>, Error> {
        if text == "unanswerable" {
            return Err(Error::new(codes::MODEL_ANSWER, "expected another text"));
        }
        self.asked.borrow_mut().push(text.to_owned());
        let scores = [("half", 0.5), ("quarter", 0.25), (self.last_label.as_str(), 0.125)].into_iter();
        let scored = scores.map(|(label, score)| Scored { prefix: "__label__", label, score });
        Ok(scored.filter(|scored| scored.score >= threshold).take(k).collect())
    }

    fn embed(&self, text: &str) -> Result<Vec<f32>, Error> {
        Ok(if text.is_empty() { vec![0.0, 0.0] } else { vec![3.0, 4.0] })
    }
}

/// An API without models, and what its models will be asked.
pub(crate) fn empty_api() -> (Api, Asked) {
    let engine = FakeEngine::default();
    let asked = Rc::clone(&engine.asked);
    (Api::new(vec![Box::new(engine)]), asked)
}

/// An API with the model `fake`, and what it was asked.
pub(crate) fn api() -> (Api, Asked) {
    let (mut api, asked) = empty_api();
    load(&mut api, "fake", b"sound", None).expect("a sound model");
    (api, asked)
}

/// Loads a fake model in one chunk.
pub(crate) fn load(api: &mut Api, name: &str, bytes: &[u8], options: Option<&str>) -> Result<(), Error> {
    let size_bytes = u32::try_from(bytes.len()).expect("a small part");
    let load = api.begin(name, vec![PartSize { name: "fake".to_owned(), size_bytes }], options)?;
    api.write(load, 0, bytes)?;
    api.finish(load).map(drop)
}

//! A model family for tests: a part `fake` of any bytes but `damaged`, whose model answers three labels to every text
//! and remembers what it was asked. Bytes of `embeds` give a model that cannot classify, `verbose` one whose last
//! label alone is more than an answer may hold, `analyzes` one that knows nothing but documents, and `pieces` one that
//! takes the options of transformers and knows entities, labels and vectors.

use std::cell::RefCell;
use std::rc::Rc;

use spanlet_text::{Document, Layers, OffsetUnit, Span, Token};

use crate::api::Api;
use crate::codes;
use crate::engine::{Aggregation, Engine, EntityOptions, Family, Function, Model, Part, Scored, Task};
use crate::error::Error;
use crate::loading::PartSize;
use crate::typed::MAX_ANSWER_BYTES;

/// The texts that models were asked about.
pub(crate) type Asked = Rc<RefCell<Vec<String>>>;

#[derive(Default)]
pub(crate) struct FakeEngine {
    asked: Asked,
}

#[derive(Clone)]
struct FakeModel {
    tasks: Vec<Task>,
    last_label: String,
    has_pieces: bool,
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
            b"pieces" => vec![Task::Entities, Task::Classify, Task::Embed],
            b"analyzes" => vec![Task::Analyze, Task::Entities, Task::Keyphrases],
            _ => vec![Task::Classify, Task::Embed],
        };
        let times = if parts[0].bytes == b"verbose" { MAX_ANSWER_BYTES / "eighth".len() + 1 } else { 1 };
        let last_label = "eighth".repeat(times);
        let has_pieces = parts[0].bytes == b"pieces";
        Ok(Box::new(FakeModel { tasks, last_label, has_pieces, asked: Rc::clone(&self.asked) }))
    }
}

impl Model for FakeModel {
    fn copied(&self) -> Box<dyn Model> {
        Box::new(self.clone())
    }

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

    fn check_entities(&self, options: &EntityOptions<'_>) -> Result<(), Error> {
        match (options.given(), options.stride) {
            (_, Some(10..)) => Err(Error::new(codes::OPTION_OUT_OF_RANGE, "expected less than 10").at("stride")),
            (Some(name), _) if !self.has_pieces => Err(Error::new(codes::OPTION_OUT_OF_RANGE, "no pieces").at(name)),
            _ => Ok(()),
        }
    }

    fn check_function(&self, _: Function) -> Result<(), Error> {
        match self.has_pieces {
            true => Ok(()),
            false => Err(Error::new(codes::OPTION_OUT_OF_RANGE, "one function").at("function")),
        }
    }

    /// With the function `none` scores are less by 1.
    fn classify(
        &self,
        text: &str,
        k: usize,
        threshold: Option<f32>,
        function: Option<Function>,
    ) -> Result<Vec<Scored<'_>>, Error> {
        if text == "unanswerable" {
            return Err(Error::new(codes::MODEL_ANSWER, "expected another text"));
        }
        self.asked.borrow_mut().push(text.to_owned());
        let less = if function == Some(Function::None) { 1.0 } else { 0.0 };
        let scores = [("half", 0.5), ("quarter", 0.25), (self.last_label.as_str(), 0.125)].into_iter();
        let scored = scores.map(|(label, score)| Scored { prefix: "__label__", label, score: score - less });
        Ok(scored.filter(|scored| threshold.is_none_or(|least| scored.score >= least)).take(k).collect())
    }

    fn analyze(&self, text: &str, layers: Layers, entities: &EntityOptions<'_>) -> Result<Document, Error> {
        if text == "unanswerable" {
            return Err(Error::new(codes::MODEL_ANSWER, "expected another text"));
        }
        self.asked.borrow_mut().push(text.to_owned());
        let document = document(text, layers);
        Ok(if self.has_pieces { in_pieces(document, entities) } else { document })
    }

    fn embed(&self, text: &str) -> Result<Vec<f32>, Error> {
        if text == "boundless" {
            return Ok(vec![f32::INFINITY, 0.0]);
        }
        Ok(if text.is_empty() { vec![0.0, 0.0] } else { vec![3.0, 4.0] })
    }
}

/// Words are what spaces divide, and a noun chunk each two words, the first of which hangs on the second; `the` is a
/// stop word, `.` punctuation, a word of capitals an entity. There are no sentences.
fn document(text: &str, layers: Layers) -> Document {
    let mut tokens: Vec<Token> = Vec::new();
    let mut start = 0;
    for word in text.split(' ') {
        let end = start + word.len() as u32;
        if !word.is_empty() {
            let head = Some((tokens.len() as u32) | 1);
            let (is_stop, pos) = (word == "the", Some(if word == "." { "PUNCT" } else { "NOUN" }.into()));
            let lemma = Some(word.trim_end_matches('s').into());
            let space_after = (end as usize) < text.len();
            tokens.push(Token { start, end, space_after, is_stop, pos, lemma, head, ..Token::default() });
        }
        start = end + 1;
    }
    if let (Some(last), true) = (tokens.len().checked_sub(1), tokens.len() % 2 == 1) {
        tokens[last].head = Some(last as u32);
    }
    let span = |start, end, label: &str| Span { start, end, label: label.into(), ..Span::default() };
    let is_name = |token: &&Token| {
        let word = &text[token.start as usize..token.end as usize];
        word.len() > 1 && word.chars().all(char::is_uppercase)
    };
    let ents = tokens.iter().filter(is_name).map(|token| span(token.start, token.end, "BRD")).collect();
    let chunks = tokens.chunks(2).map(|pair| span(pair[0].start, pair[pair.len() - 1].end, "")).collect();
    Document {
        text: text.to_owned(),
        offsets: OffsetUnit::Utf8,
        tokens: layers.tokens.then_some(tokens),
        ents: layers.ents.then_some(ents),
        noun_chunks: layers.noun_chunks.then_some(chunks),
        vector: layers.vector.then(|| vec![0.5]),
        ..Document::default()
    }
}

/// The document's entities alone, as a model of word pieces has them: their score is a tenth, and unless aggregated they
/// begin with `B-`.
fn in_pieces(document: Document, options: &EntityOptions<'_>) -> Document {
    let label = if options.aggregation == Some(Aggregation::None) { "B-BRD" } else { "BRD" };
    let is_ignored = options.ignore_labels.is_some_and(|ignored| ignored.iter().any(|ignored| ignored == label));
    let ents = document.ents.unwrap_or_default().into_iter().filter(|_| !is_ignored);
    let ents = ents.map(|span| Span { label: label.into(), score: Some(0.1), ..span }).collect();
    Document { text: document.text, offsets: document.offsets, ents: Some(ents), ..Document::default() }
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

/// An API with the model `docs` too, which knows documents.
pub(crate) fn api_with_docs() -> (Api, Asked) {
    let (mut api, asked) = api();
    load(&mut api, "docs", b"analyzes", None).expect("a sound model");
    (api, asked)
}

/// Loads a fake model in one chunk.
pub(crate) fn load(api: &mut Api, name: &str, bytes: &[u8], options: Option<&str>) -> Result<(), Error> {
    let size_bytes = u32::try_from(bytes.len()).expect("a small part");
    let load = api.begin(name, vec![PartSize { name: "fake".to_owned(), size_bytes }], options)?;
    api.write(load, 0, bytes)?;
    api.finish(load).map(drop)
}

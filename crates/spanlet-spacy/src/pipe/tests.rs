//! Components beside what spaCy 3.8.18 answers with the small pipelines of `fixtures/`, whose `make.py` says how.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use spanlet_archive::config::Config;
use spanlet_archive::{Limits, Parts};

use super::{Context, Pipe, Scratch};
use crate::doc::{Doc, Label, Token};
use crate::language::Language;
use crate::load_error::LoadError;
use crate::source::Source;
use crate::vocab::Vocab;

/// The most that a number of `Doc.tensor` may differ; sums are added in another order here.
const TOLERANCE: f32 = 1e-5;

#[derive(Deserialize)]
struct ExpectedText {
    text: String,
    tokens: Vec<ExpectedToken>,
}

#[derive(Deserialize)]
struct ExpectedToken {
    text: String,
    space: bool,
    norm: String,
    tag: String,
    pos: String,
    morph: String,
    lemma: String,
    row: Vec<f32>,
}

/// A pipeline without its tokenizer.
struct Pipeline {
    vocab: Vocab,
    pipes: Vec<Pipe>,
}

impl Pipeline {
    fn load(files: Vec<(String, Vec<u8>)>) -> Result<Self, LoadError> {
        let mut parts = Parts::from_files(files, &Limits::default())?;
        let config = Config::parse("config.cfg", parts.get("config.cfg").expect("a configuration"))?;
        let vocab = Vocab::load(&mut parts, Language::of(&config)?)?;
        let names = config.get("nlp.pipeline").and_then(|names| names.as_array()).expect("a pipeline");
        let mut pipes = Vec::new();
        for name in names.iter().filter_map(|name| name.as_str()) {
            let factory = config.get(&format!("components.{name}.factory")).and_then(|name| name.as_str());
            let factory = factory.expect("a factory");
            let source = Source { component: name, factory, config: &config, parts: &parts, vocab: &vocab };
            pipes.push(Pipe::load(&source)?);
        }
        Ok(Self { vocab, pipes })
    }

    fn annotate<'t>(&self, scratch: &mut Scratch, expected: &'t ExpectedText) -> Doc<'t> {
        scratch.lexemes.trim();
        let mut doc = doc_of(&self.vocab, scratch, expected);
        let mut context = Context { vocab: &self.vocab, scratch };
        for pipe in &self.pipes {
            pipe.annotate(&mut doc, &mut context).expect("an answer");
        }
        doc
    }
}

fn doc_of<'t>(vocab: &Vocab, scratch: &mut Scratch, expected: &'t ExpectedText) -> Doc<'t> {
    let mut doc = Doc { text: &expected.text, ..Doc::default() };
    let mut start_byte = 0;
    for (index, token) in expected.tokens.iter().enumerate() {
        let end_byte = start_byte + token.text.len();
        let norm = (vocab.norm(&token.text) != token.norm).then_some(token.norm.as_str());
        let index = index as u32;
        let lexeme = scratch.lexemes.intern(vocab, &token.text, norm);
        let blank = Token::new(start_byte as u32..end_byte as u32, lexeme, index);
        doc.tokens.push(Token { space_after: token.space, ..blank });
        start_byte = end_byte + usize::from(token.space);
    }
    doc
}

fn text_of(label: &Label) -> &str {
    label.as_deref().unwrap_or_default()
}

fn folders() -> Vec<PathBuf> {
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")).expect("the fixtures");
    entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir()).collect()
}

fn files_of(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(inner).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("a path inside").to_str().expect("a plain name").to_owned();
                files.push((name, fs::read(path).expect("a file")));
            }
        }
    }
    files
}

fn expected_of(folder: &Path) -> Vec<ExpectedText> {
    serde_json::from_slice(&fs::read(folder.join("expected.json")).expect("a file")).expect("what spaCy answered")
}

#[test]
fn tensors_and_labels_are_those_of_spacy() {
    for folder in folders() {
        let pipeline =
            Pipeline::load(files_of(&folder)).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut scratch = Scratch::default();
        for expected in &expected_of(&folder) {
            let doc = pipeline.annotate(&mut scratch, expected);
            let mut rows =
                doc.tensor.chunks(doc.tensor.len() / doc.tokens.len().max(1) + usize::from(doc.tokens.is_empty()));
            for (found, token) in doc.tokens.iter().zip(&expected.tokens) {
                let row = rows.next().expect("a row for every token");
                let place = format!("{}: {:?} in {:?}", folder.display(), token.text, expected.text);
                assert_eq!(row.len(), token.row.len(), "{place}");
                let difference =
                    row.iter().zip(&token.row).map(|(left, right)| (left - right).abs()).fold(0.0, f32::max);
                assert!(difference <= TOLERANCE, "{place}: {difference}\n{row:?}\n{:?}", token.row);
                assert_eq!(text_of(&found.tag), token.tag, "{place}");
                assert_eq!(text_of(&found.pos), token.pos, "{place}");
                assert_eq!(text_of(&found.morph), token.morph, "{place}");
                assert_eq!(text_of(&found.lemma), token.lemma, "{place}");
            }
        }
    }
}

#[test]
fn an_answer_does_not_depend_on_the_texts_before_it() {
    for folder in folders() {
        let pipeline = Pipeline::load(files_of(&folder)).expect("a pipeline");
        let mut warm = Scratch::default();
        let texts = expected_of(&folder);
        for expected in texts.iter().chain(texts.iter().rev()) {
            let cold = pipeline.annotate(&mut Scratch::default(), expected);
            assert_eq!(pipeline.annotate(&mut warm, expected).tensor, cold.tensor, "{}", folder.display());
        }
    }
}

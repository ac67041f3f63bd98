//! Asks a model about many texts: `ask --model DIRECTORY TEXTS.jsonl`.
//!
//! A line of the texts is `{"text": …, "stride": null or a number}`, a line of the answers a JSON object as
//! `tests/reference/README.md` has it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::{env, error, fs, io};

use serde::Deserialize;
use serde_json::{Map, Value, json};
use spanlet_transformer::{AnswerError, EntityOptions, Function, Kind, Model, Strategy, Window};

const STRATEGIES: [(&str, Strategy); 5] = [
    ("none", Strategy::None),
    ("simple", Strategy::Simple),
    ("first", Strategy::First),
    ("average", Strategy::Average),
    ("max", Strategy::Max),
];

const FUNCTIONS: [(&str, Function); 3] =
    [("softmax", Function::Softmax), ("sigmoid", Function::Sigmoid), ("none", Function::None)];

#[derive(Deserialize)]
struct Call {
    text: String,
    stride: Option<usize>,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn error::Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [option, folder, texts] = arguments.as_slice() else {
        return Err("expected `--model DIRECTORY TEXTS.jsonl`".into());
    };
    if option != "--model" {
        return Err(format!("expected `--model`, found {option}").into());
    }
    let model = Model::load(files(Path::new(folder), "")?)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in fs::read_to_string(texts)?.lines() {
        let call: Call = serde_json::from_str(line)?;
        let answer = answer(&model, &call).unwrap_or_else(|error| json!({"error": error.to_string()}));
        writeln!(out, "{answer}")?;
    }
    Ok(out.flush()?)
}

/// The files below a folder by their paths in it.
fn files(folder: &Path, prefix: &str) -> io::Result<BTreeMap<String, Vec<u8>>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            found.extend(files(&entry.path(), &format!("{name}/"))?);
        } else {
            found.insert(name, fs::read(entry.path())?);
        }
    }
    Ok(found)
}

/// Places in a text, from bytes to code points.
struct CodePoints(Vec<usize>);

impl CodePoints {
    fn of(text: &str) -> Self {
        Self(text.char_indices().map(|(byte, _)| byte).collect())
    }

    fn number(&self, byte: usize) -> usize {
        self.0.partition_point(|start| *start < byte)
    }
}

fn answer(model: &Model, call: &Call) -> Result<Value, AnswerError> {
    let text = call.text.as_str();
    let places = CodePoints::of(text);
    let mut answer = tokens(&model.whole(text)?, &places);
    match model.kind() {
        Kind::TokenClassification => {
            let windows = model.windows(text, call.stride.unwrap_or(0))?;
            match call.stride {
                Some(_) => {
                    let pieces = windows.iter().map(|window| [window.pieces.start, window.pieces.end]);
                    answer.insert("windows".to_owned(), pieces.collect());
                }
                None => {
                    let output = model.output(&windows[0])?;
                    answer.insert("output".to_owned(), output.values.chunks(output.width).map(Value::from).collect());
                }
            }
            answer.insert("entities".to_owned(), entities(model, call, &places)?);
        }
        Kind::TextClassification => {
            answer.insert("output".to_owned(), model.scores(text, Some(Function::None))?.into());
            answer.insert("labels".to_owned(), labels(model, text)?);
        }
        Kind::Features => {
            answer.insert("vector".to_owned(), model.vector(text)?.into());
        }
    }
    Ok(answer.into())
}

fn tokens(window: &Window, places: &CodePoints) -> Map<String, Value> {
    let offsets = window.tokens.iter().map(|token| [places.number(token.bytes.start), places.number(token.bytes.end)]);
    let special: String = window.tokens.iter().map(|token| if token.is_special { '1' } else { '0' }).collect();
    Map::from_iter([
        ("ids".to_owned(), window.ids.clone().into()),
        ("types".to_owned(), window.types.clone().into()),
        ("offsets".to_owned(), offsets.collect()),
        ("words".to_owned(), window.words.iter().copied().collect()),
        ("special".to_owned(), special.into()),
    ])
}

/// Entities by strategy; a stride goes with none but those that put pieces together.
fn entities(model: &Model, call: &Call, places: &CodePoints) -> Result<Value, AnswerError> {
    let mut by_strategy = Map::new();
    for (name, strategy) in STRATEGIES {
        if strategy == Strategy::None && call.stride.is_some() {
            continue;
        }
        let options = EntityOptions { strategy, stride: call.stride, ..EntityOptions::default() };
        let found = model.entities(&call.text, &options)?;
        let found = found.iter().map(|entity| {
            json!([entity.label, places.number(entity.bytes.start), places.number(entity.bytes.end), entity.score])
        });
        by_strategy.insert(name.to_owned(), found.collect());
    }
    Ok(by_strategy.into())
}

/// Labels by function, best first.
fn labels(model: &Model, text: &str) -> Result<Value, AnswerError> {
    let mut by_function = Map::new();
    for (name, function) in FUNCTIONS {
        let scores = model.scores(text, Some(function))?;
        let mut labels: Vec<(&String, f32)> = model.labels().iter().zip(scores).collect();
        labels.sort_by(|one, other| other.1.total_cmp(&one.1));
        by_function.insert(name.to_owned(), labels.into_iter().map(|(label, score)| json!([label, score])).collect());
    }
    Ok(by_function.into())
}

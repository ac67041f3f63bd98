//! Texts that are nothing, or too much: an answer or an error, within the square of a window and not of the text.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use spanlet_transformer::{EntityOptions, Kind, Model, Strategy};

/// A model of every kind of tokenizer, and one that tract runs.
const MODELS: [&str; 10] = [
    "bert-ner",
    "bert-cased-ner",
    "roberta-ner",
    "xlm-roberta-ner",
    "albert-ner",
    "deberta-v3-ner",
    "mpnet-ner",
    "no-limit-ner",
    "dynamic-ner",
    "sentence-output-vectors",
];

const NOTHING: [&str; 10] =
    ["", " ", "\n\t \u{a0}\u{3000}", "[CLS]", "<s></s>", "[PAD][PAD] <pad>", "\0", "\u{301}", "\u{fffd}", "\u{200b}"];

fn model(name: &str) -> Model {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/transformer").join(name);
    Model::load(files(&folder)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let name = entry.file_name().into_string().expect("text");
        if entry.path().is_dir() {
            found.extend(files(&entry.path()).into_iter().map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else {
            found.insert(name, std::fs::read(entry.path()).expect("a file"));
        }
    }
    found
}

fn ask(name: &str, model: &Model, text: &str, stride: Option<usize>) {
    let options = EntityOptions { stride, ..EntityOptions::default() };
    match model.kind() {
        Kind::TokenClassification => match model.entities(text, &options) {
            Ok(entities) => assert!(entities.iter().all(|entity| text.get(entity.bytes.clone()).is_some()), "{name}"),
            Err(error) => assert!(!error.to_string().is_empty()),
        },
        _ => drop(model.vector(text)),
    }
}

#[test]
fn texts_of_nothing_are_answered() {
    for name in MODELS {
        let model = model(name);
        for text in NOTHING {
            for stride in [None, Some(0), Some(3)] {
                ask(name, &model, text, stride);
            }
            if model.kind() == Kind::TokenClassification {
                assert!(model.entities(text, &EntityOptions::default()).is_ok(), "{name}: {text:?}");
            }
        }
    }
}

/// Long texts of each are cut by every tokenizer: 32 KiB, or as many bytes as `SPANLET_TEXT_BYTES` says. The models are
/// asked only for as much as a few windows hold.
#[test]
fn long_texts_are_cut_into_windows() {
    let length =
        std::env::var("SPANLET_TEXT_BYTES").ok().and_then(|length| length.parse().ok()).unwrap_or(1usize << 15);
    for name in MODELS {
        let model = model(name);
        for piece in ["a", "\u{1f35e}", " ", "a ", "aB3.", "\u{301}", "\u{fdfa}", "[MASK]"] {
            let text = piece.repeat(length / piece.len());
            let windows = model.windows(&text, 0).map(|windows| windows.len());
            assert!(windows.is_ok_and(|windows| windows > 0), "{name}: {piece:?}");
            let start: String = text.chars().take(2_000).collect();
            ask(name, &model, &start, None);
            ask(name, &model, &start, Some(1));
        }
    }
}

#[test]
fn windows_that_share_too_much_are_refused() {
    let model = model("bert-ner");
    let text = "a ".repeat(1 << 16);
    let error = model.windows(&text, model.room() - 1).expect_err("too many windows");
    assert!(error.to_string().contains("share fewer"), "{error}");
}

/// Three files are an export: what stands for the unknown is then the tokenizer model's own.
#[test]
fn what_is_unknown_is_known_without_a_file_that_says() {
    for name in ["bert-ner", "roberta-ner", "xlm-roberta-ner"] {
        let whole = model(name);
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/transformer").join(name);
        let mut files = files(&folder);
        files.retain(|file, _| ["model.onnx", "config.json", "tokenizer.json"].contains(&file.as_str()));
        let bare = Model::load(files).unwrap_or_else(|error| panic!("{name}: {error}"));
        let options = EntityOptions { strategy: Strategy::First, ..EntityOptions::default() };
        for text in ["\u{1f35e} of \u{4e09}\u{4e8c}\u{4e00} in \u{e000}\u{e001}\u{e002}", "Angela\u{e000} Merkel"] {
            assert_eq!(bare.entities(text, &options), whole.entities(text, &options), "{name}: {text}");
        }
    }
}

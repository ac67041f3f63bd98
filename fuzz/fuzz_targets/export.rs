//! Any bytes as one file of a Hugging Face export whose others are right: an error, or a model that answers.
//!
//! The first byte says which file of which export.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use spanlet_transformer::{EntityOptions, Kind, Model};

const FILES: [&str; 3] = ["model.onnx", "tokenizer.json", "config.json"];

macro_rules! export {
    ($name:literal) => {
        [
            include_bytes!(concat!("../../tests/cases/transformer/", $name, "/model.onnx")),
            include_bytes!(concat!("../../tests/cases/transformer/", $name, "/tokenizer.json")),
            include_bytes!(concat!("../../tests/cases/transformer/", $name, "/config.json")),
        ]
    };
}

/// WordPiece, BPE and Unigram; weights of 32 and 8 bits; an encoder that is recognised, and one that tract runs.
const EXPORTS: [[&[u8]; 3]; 4] =
    [export!("bert-ner"), export!("roberta-classes"), export!("xlm-roberta-vectors"), export!("dynamic-classes")];

const TEXTS: [&str; 3] = ["", "Angela Merkel's dogs, e.g. in New York.", " naïve \u{1f35e}\u{301}\0\t<s>[MASK] 2²"];

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, bytes)) = bytes.split_first() else { return };
    let choice = usize::from(choice);
    let export = EXPORTS[choice / FILES.len() % EXPORTS.len()];
    let file = |place| if place == choice % FILES.len() { bytes } else { export[place] };
    let files: BTreeMap<_, _> = (0..).zip(FILES).map(|(place, name)| (name.to_owned(), file(place).to_vec())).collect();
    let Ok(model) = Model::load(files) else { return };
    for text in TEXTS {
        match model.kind() {
            Kind::TokenClassification => {
                for entity in model.entities(text, &EntityOptions::default()).unwrap_or_default() {
                    assert!(text.get(entity.bytes).is_some(), "an entity is in its text");
                }
            }
            Kind::TextClassification => drop(model.scores(text, None)),
            _ => drop(model.vector(text)),
        }
    }
});

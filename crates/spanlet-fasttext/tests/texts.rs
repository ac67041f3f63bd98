//! What counts as a token, and which calls are errors. The parity cases hold the original's own answers.

use std::path::PathBuf;

use spanlet_fasttext::{Kind, Loss, Model, PredictError, Scratch};

fn model(name: &str) -> Model {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/fasttext").join(name);
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Model::load(bytes).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A model with pairs of words, so that a token too many or too few shows.
const BIGRAMS: &str = "softmax-bigrams.bin";

#[test]
fn texts_that_are_the_same_to_the_model() {
    let model = model(BIGRAMS);
    let word = model_word(&model);
    let cases = [
        ("A x", "\0\t A \r\u{b}\u{c}x  "),   // white space of ASCII and NUL part tokens
        ("A x", "A x </s> nothing A after"), // the end-of-line token ends the line where it stands
        ("A x", "A __label__unheard-of x"),  // an unknown label is no token of the chain of words
        ("", "</s>"),                        // an empty line has that token only
        ("A\u{a0}x", "A\u{a0}x "),           // white space of Unicode parts nothing
    ];
    for (left, right) in cases.map(|(left, right)| (left.replace('A', &word), right.replace('A', &word))) {
        let expected = model.predict(&left, usize::MAX, 0.0);
        assert_eq!(model.predict(&right, usize::MAX, 0.0), expected, "{left:?} and {right:?}");
        assert_eq!(model.sentence_vector(&right), model.sentence_vector(&left), "{left:?} and {right:?}");
    }
    let apart = model.sentence_vector(&format!("{word} {word}"));
    assert_ne!(model.sentence_vector(&format!("{word}\u{a0}{word}")), apart);
    assert_ne!(model.sentence_vector(&word.to_uppercase()), model.sentence_vector(&word));
}

/// A word that the model knows: one whose vector is not zero.
fn model_word(model: &Model) -> String {
    let texts = include_str!("../../../tests/cases/fasttext/texts.jsonl");
    let mut words = texts.split(|c: char| !c.is_ascii_lowercase()).filter(|word| word.len() > 1);
    let known = words.find(|word| model.word_vector(word).iter().any(|&x| x != 0.0));
    known.expect("the texts hold words of the training texts").to_owned()
}

#[test]
fn calls_that_are_errors() {
    let supervised = model("cooking.bin");
    assert_eq!(supervised.predict("bread", 0, 0.0), Err(PredictError::NoLabelWanted));
    assert_eq!(supervised.predict("banana\nbread", 1, 0.0), Err(PredictError::Newline { byte: 6 }));
    assert_eq!(supervised.sentence_vector("banana\nbread"), Err(PredictError::Newline { byte: 6 }));
    let unsupervised = model("skipgram.bin");
    assert_eq!(unsupervised.kind(), Kind::Skipgram);
    assert_eq!(unsupervised.predict("bread", 1, 0.0), Err(PredictError::NotSupervised));
    assert_eq!(unsupervised.sentence_vector("banana\nbread"), Err(PredictError::Newline { byte: 6 }));
}

#[test]
fn probabilities_fall_and_respect_the_threshold() {
    for (name, loss) in
        [("softmax.bin", Loss::Softmax), ("hs.bin", Loss::HierarchicalSoftmax), ("ova.bin", Loss::OneVsAll)]
    {
        let model = model(name);
        assert_eq!(model.loss(), loss);
        let all = model.predict("ba be bi bo bu", usize::MAX, 0.0).expect("it answers");
        assert!(all.is_sorted_by(|left, right| left.probability >= right.probability), "{name}: {all:?}");
        let few = model.predict("ba be bi bo bu", 2, 0.0).expect("it answers");
        let probabilities = |predictions: &[spanlet_fasttext::Prediction<'_>]| -> Vec<f32> {
            predictions.iter().map(|prediction| prediction.probability).collect()
        };
        assert_eq!(probabilities(&few), probabilities(&all)[..2], "{name}");
        let above = model.predict("ba be bi bo bu", usize::MAX, 0.2).expect("it answers");
        assert_eq!(above.len(), all.iter().filter(|prediction| prediction.probability >= 0.2).count(), "{name}");
    }
}

#[test]
fn kept_buffers_change_no_answer() {
    let mut scratch = Scratch::default();
    for name in ["cooking.bin", "cooking-hs.bin", "ova-many.bin", BIGRAMS] {
        let model = model(name);
        for text in ["which baking dish for banana bread", "", "ba be bi"] {
            let kept: Vec<_> = model.predict_with(&mut scratch, text, 4, 0.0).expect("it answers").collect();
            assert_eq!(Ok(kept), model.predict(text, 4, 0.0), "{name}, {text:?}");
        }
    }
}

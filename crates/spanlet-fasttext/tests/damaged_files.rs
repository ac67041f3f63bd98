//! Damaged files give an error or a model that still answers: never a panic, never more memory than stated. And whole
//! ones are answered without any, once the buffers are there.

mod counting_allocator;

use std::path::PathBuf;

use counting_allocator::peak_of;
use spanlet_fasttext::{Kind, LoadError, Model, PredictError, Scratch};

/// One model of each form; the parity cases say how they were made.
const FILES: [&str; 9] = [
    "softmax-chars-bigrams.bin",
    "hs.bin",
    "ova.bin",
    "skipgram.bin",
    "pruned.ftz",
    "pruned-hs.ftz",
    "qout-hs.ftz",
    "qout-qnorm.ftz",
    "quantized-dsub-3.ftz",
];

/// The default model: a real file beside the small ones, where asking it once for each damage is enough.
const DEFAULT_MODEL: &str = "../../../models/tags/tags.ftz";

/// Texts that touch every step a damaged model could mislead.
const TEXTS: [&str; 4] =
    ["", "which baking dish for banana bread", "</s> __label__x a", "naïve \u{1f35e}\u{0301} \0\t"];

const FLIPS: u64 = 2_000;

/// What [`Model::load`] promises: so many times the file's length, and so much more, beside the file itself.
const LOAD_FACTOR: usize = 8;
const LOAD_CONSTANT: usize = 8 << 20;
/// Room for the vectors of the widest model that is read (65,536 columns), and for all labels of these small files.
const PREDICT_CAP: usize = 4 << 20;

fn file(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/fasttext").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Loads the bytes and, if that gives a model, asks it everything.
fn try_out(what: &str, bytes: Vec<u8>) -> Result<(), LoadError> {
    let length = bytes.len();
    let (model, peak) = peak_of(|| Model::load(bytes));
    assert!(peak <= LOAD_FACTOR * length + LOAD_CONSTANT, "{what}: loading {length} bytes took {peak} more");
    let model = model?;
    let ((), peak) = peak_of(|| {
        for text in TEXTS {
            for (k, threshold) in [(usize::MAX, 0.0), (2, 0.1)] {
                if let Ok(predictions) = model.predict(text, k, threshold) {
                    assert_eq!(model.kind(), Kind::Supervised);
                    assert!(predictions.len() <= k.min(model.labels().len()), "{what}: {text:?}");
                    assert!(predictions.iter().all(|prediction| !prediction.probability.is_nan()), "{what}: {text:?}");
                }
            }
            let vector = model.sentence_vector(text).expect("no text has a line end");
            assert_eq!(vector.len(), model.dimension());
            assert_eq!(model.word_vector(text).len(), model.dimension());
        }
    });
    assert!(peak <= PREDICT_CAP, "{what}: answering took {peak} bytes");
    Ok(())
}

#[test]
fn whole_files_load() {
    for name in FILES.into_iter().chain([DEFAULT_MODEL]) {
        assert_eq!(try_out(name, file(name)), Ok(()));
    }
}

#[test]
fn predicting_with_kept_buffers_allocates_nothing() {
    for name in FILES.into_iter().filter(|name| *name != "skipgram.bin") {
        let model = Model::load(file(name)).expect("the file is whole");
        let mut scratch = Scratch::default();
        let mut predict_all = || TEXTS.map(|text| model.predict_with(&mut scratch, text, 3, 0.0).map(Iterator::count));
        let expected = predict_all();
        assert_eq!(peak_of(predict_all), (expected, 0), "{name}");
    }
}

#[test]
fn truncated_files_are_refused() {
    for name in FILES.into_iter().chain([DEFAULT_MODEL]) {
        let bytes = file(name);
        for part in 0..64 {
            let cut = &bytes[..bytes.len() * part / 64];
            let result = try_out(name, cut.to_vec());
            assert!(matches!(result, Err(LoadError::Truncated { .. })), "{name}, {part}/64: {result:?}");
        }
    }
}

#[test]
fn bytes_after_the_end_are_refused() {
    for name in FILES.into_iter().chain([DEFAULT_MODEL]) {
        let mut bytes = file(name);
        let byte = bytes.len() as u64;
        bytes.push(0);
        assert_eq!(try_out(name, bytes), Err(LoadError::TrailingBytes { byte, count: 1 }));
    }
}

/// Every second flip hits the first bytes, where the sizes are: most of a file is weights, any of which is as good.
#[test]
fn flipped_bytes_give_an_error_or_a_working_model() {
    let mut refused = 0;
    for name in FILES {
        let bytes = file(name);
        for flip in 0..FLIPS {
            let random = splitmix(flip);
            let reach = if flip % 2 == 0 { bytes.len() as u64 } else { 256 };
            let mut damaged = bytes.clone();
            damaged[((random >> 8) % reach) as usize] ^= (random as u8).max(1);
            refused += u64::from(try_out(&format!("{name}, flip {flip}"), damaged).is_err());
        }
    }
    assert!(refused > FLIPS, "only {refused} flips were noticed");
}

/// Whole 32-bit numbers in the header and dictionary that are as large, or as negative, as they can be.
#[test]
fn extreme_numbers_give_an_error_or_a_working_model() {
    for name in FILES {
        let bytes = file(name);
        for place in 0..256 {
            for number in [i32::MAX, i32::MIN, -1, 0, 1 << 20] {
                let mut damaged = bytes.clone();
                damaged[place..place + 4].copy_from_slice(&number.to_le_bytes());
                let _ = try_out(&format!("{name}, {number} at byte {place}"), damaged);
            }
        }
    }
}

#[test]
fn weights_that_are_no_numbers_give_an_error() {
    for name in ["softmax.bin", "hs.bin", "ova.bin"] {
        for weight in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut bytes = file(name);
            let weights = bytes.len() - 400;
            for place in bytes[weights..].as_chunks_mut::<4>().0 {
                *place = weight.to_le_bytes();
            }
            try_out(&format!("{name} with {weight}"), bytes.clone()).expect("weights may be anything");
            let model = Model::load(bytes).expect("it loaded before");
            if weight.is_nan() {
                assert_eq!(model.predict("", usize::MAX, 0.0), Err(PredictError::NotANumber), "{name}");
            }
        }
    }
}

fn splitmix(seed: u64) -> u64 {
    let mut bits = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

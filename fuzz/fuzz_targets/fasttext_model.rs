//! Any bytes as a fastText model: an error, or a model that answers.
//!
//! The texts touch every step that a damaged model could mislead: known and unknown words, labels, the end-of-line
//! token, n-grams of several-byte characters. All labels are asked for, then few above a threshold.
#![no_main]

use libfuzzer_sys::fuzz_target;
use spanlet_fasttext::Model;

const TEXTS: [&str; 4] = ["", "which baking dish for banana bread", "</s> __label__x a", "naïve \u{1f35e}\u{0301} \0\t"];

fuzz_target!(|bytes: &[u8]| {
    let Ok(model) = Model::load(bytes.to_vec()) else { return };
    for text in TEXTS {
        for (k, threshold) in [(usize::MAX, 0.0), (2, 0.1)] {
            if let Ok(predictions) = model.predict(text, k, threshold) {
                assert!(predictions.len() <= k.min(model.labels().len()));
            }
        }
        let _ = model.sentence_vector(text);
        assert_eq!(model.word_vector(text).len(), model.dimension());
    }
});

//! A dense model does not hold its bytes twice, neither once it is loaded nor on the way there.

mod counting_allocator;

use counting_allocator::{held, peak_of};
use spanlet_fasttext::Model;

const DIMENSION: usize = 64;
const HIERARCHICAL: i32 = 1;
const SOFTMAX: i32 = 3;

/// What [`Model::load`] says of dense supervised models: bytes beside the file, for each word and label.
const INDEX_BYTES: usize = 16;
/// For each label beside those, in the tree of a hierarchical softmax.
const KEPT_BYTES: usize = 8;
/// The same while the model is loaded.
const LOADING_BYTES: usize = 28;
/// Room for a [`Model`] itself, the table of the sigmoid and blocks that are not full.
const CONSTANT: usize = 16 << 10;

/// A dense supervised file, written field by field. Its weights are all different.
fn dense_file(words: usize, labels: usize, loss: i32) -> Vec<u8> {
    let mut bytes = Vec::with_capacity((words + labels) * (DIMENSION * 4 + 40) + 256);
    for number in [793_712_314, 12, DIMENSION as i32, 5, 5, 1, 5, 1, loss, 3, 0, 0, 0, 100] {
        bytes.extend(i32::to_le_bytes(number));
    }
    bytes.extend(f64::to_le_bytes(1e-4));
    for number in [words + labels, words, labels] {
        bytes.extend((number as i32).to_le_bytes());
    }
    for number in [1_000_000_i64, -1] {
        bytes.extend(number.to_le_bytes());
    }
    let entries = (0..words).map(|word| (format!("word-{word}"), 0));
    for (number, (entry, kind)) in entries.chain((0..labels).map(|label| (format!("__label__{label}"), 1))).enumerate()
    {
        bytes.extend(entry.as_bytes());
        bytes.push(0);
        bytes.extend(((words + labels - number) as i64).to_le_bytes());
        bytes.push(kind);
    }
    for rows in [words, labels] {
        bytes.push(0);
        bytes.extend((rows as i64).to_le_bytes());
        bytes.extend((DIMENSION as i64).to_le_bytes());
        bytes.extend((0..rows * DIMENSION).flat_map(|weight| (weight as f32 / 1e7).to_le_bytes()));
    }
    bytes.shrink_to_fit();
    bytes
}

#[test]
fn a_dense_model_does_not_hold_its_bytes_twice() {
    // Most of the bytes in the input, then most in the output, which is the part that is laid out anew.
    for (words, labels) in [(20_000, 1_000), (1_000, 20_000)] {
        for loss in [SOFTMAX, HIERARCHICAL] {
            let what = format!("{words} words, {labels} labels, loss {loss}");
            let before = held();
            let bytes = dense_file(words, labels, loss);
            let file = bytes.len();
            assert!(file > 5_000_000 && held() - before == file, "{what}: the file is {file} bytes");

            let (model, more) = peak_of(|| Model::load(bytes).expect("the file is whole"));
            let kept = held() - before;
            let padded = file + (labels.next_multiple_of(16) - labels) * DIMENSION * 4;
            let stated = padded + (words + labels) * INDEX_BYTES + labels * KEPT_BYTES + CONSTANT;
            assert!(kept <= stated, "{what}: holds {kept} bytes of a file of {file}");
            assert!(kept <= file + file / 10 + CONSTANT, "{what}: holds {kept} bytes of a file of {file}");
            assert!(model.memory_bytes() <= file + file / 10 + CONSTANT, "{what}: says {}", model.memory_bytes());
            assert!(model.memory_bytes() >= kept, "{what}: says {}, holds {kept}", model.memory_bytes());
            assert!(model.memory_bytes() - kept <= size_of::<Model>(), "{what}: says {}", model.memory_bytes());

            let output = labels.next_multiple_of(16) * DIMENSION * 4;
            let index = (words + labels) * INDEX_BYTES + labels * LOADING_BYTES;
            assert!(more <= output + index + CONSTANT, "{what}: loading took {more} bytes beside the file");

            let mut best = model.predict("word-7 word-999", 2, 0.0).expect("it answers").into_iter();
            assert!(best.next().is_some_and(|best| best.probability > 0.0), "{what}");
        }
    }
}

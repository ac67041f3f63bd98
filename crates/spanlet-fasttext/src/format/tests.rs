use super::*;
use crate::Model;

/// A small supervised model: one word, one label, one column.
fn file() -> Vec<u8> {
    file_of(&["</s>"], &["__label__a"], 3)
}

/// A model of one column. Its fields are written one by one.
fn file_of(words: &[&str], labels: &[&str], loss: i32) -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in [MAGIC, 12, 1, 5, 5, 1, 5, 1, loss, 3, 0, 0, 0, 100] {
        bytes.extend(i32::to_le_bytes(number));
    }
    bytes.extend(f64::to_le_bytes(1e-4));
    for number in [words.len() + labels.len(), words.len(), labels.len()] {
        bytes.extend((number as i32).to_le_bytes());
    }
    for number in [10_i64, -1] {
        bytes.extend(number.to_le_bytes());
    }
    for (entry, kind) in words.iter().map(|word| (word, 0)).chain(labels.iter().map(|label| (label, 1))) {
        bytes.extend(entry.as_bytes());
        bytes.push(0);
        bytes.extend(i64::to_le_bytes(3));
        bytes.push(kind);
    }
    for rows in [words.len(), labels.len()] {
        bytes.push(0);
        bytes.extend((rows as i64).to_le_bytes());
        bytes.extend(i64::to_le_bytes(1));
        bytes.extend(std::iter::repeat_n(0.5_f32.to_le_bytes(), rows).flatten());
    }
    bytes
}

fn error_of(bytes: &[u8]) -> String {
    parse(bytes).err().map_or_else(|| "none".to_owned(), |error| error.to_string())
}

#[test]
fn the_smallest_model_is_read() {
    assert_eq!(error_of(&file()), "none");
}

#[test]
fn models_without_words_or_labels_give_no_labels() {
    for loss in 1..=4 {
        for (words, labels) in [(&["</s>"][..], &[][..]), (&[], &["__label__a"]), (&[], &[])] {
            let model = Model::load(file_of(words, labels, loss)).expect("the file is whole");
            assert_eq!(model.predict("a", usize::MAX, 0.0), Ok(Vec::new()), "loss {loss}, {words:?}, {labels:?}");
            assert_eq!(model.sentence_vector("a"), Ok(vec![if words.is_empty() { 0.0 } else { 0.5 }]));
        }
    }
}

#[test]
fn errors_name_the_part_the_byte_and_what_was_expected() {
    let cases: [(usize, i32, &str); 12] = [
        (0, 0, "not a fastText model: expected 793712314, found 0 at byte 0"),
        (4, 13, "header: expected a version up to 12, found 13 at byte 4"),
        (8, 0, "header: expected a dimension from 1 to 65536, found 0 at byte 8"),
        (28, 257, "header: expected a length of word n-grams from -2147483648 to 256, found 257 at byte 28"),
        (28, 2, "header: expected buckets for the n-grams, found 0 at byte 40"),
        (32, 5, "header: expected a loss from 1 to 4, found 5 at byte 32"),
        (36, 0, "header: expected a kind of model from 1 to 3, found 0 at byte 36"),
        (48, -1, "header: expected a length of character n-grams from 0 to 256, found -1 at byte 48"),
        (64, i32::MAX, "dictionary: expected 2147483646 labels, found 1 at byte 72"),
        (68, 3, "dictionary: expected a number of words from 0 to 2, found 3 at byte 68"),
        (102, 1 << 24, "dictionary: expected type 0 for entry 0, found 1 at byte 105"),
        (135, 9, "input matrix: expected 1 columns, found 9 at byte 135"),
    ];
    for (byte, number, expected) in cases {
        let mut bytes = file();
        bytes[byte..byte + 4].copy_from_slice(&number.to_le_bytes());
        assert_eq!(error_of(&bytes), expected, "{number} at byte {byte}");
    }
}

#[test]
fn a_label_must_be_utf_8() {
    let mut bytes = file();
    let label = bytes.windows(2).position(|pair| pair == b"__").expect("the label begins so");
    bytes[label] = 0xff;
    assert_eq!(error_of(&bytes), format!("dictionary: expected a label in UTF-8 at byte {label}"));
}

/// The original asks for version 11 and for supervised models; any other keeps its n-grams of characters.
#[test]
fn only_supervised_files_of_version_11_have_no_character_ngrams() {
    for (version, kind, expected) in [(12, 3, 4), (11, 3, 0), (10, 3, 4), (0, 3, 4), (-1, 3, 4), (11, 1, 4), (11, 2, 4)]
    {
        let mut bytes = file();
        for (byte, number) in [(4, version), (36, kind), (40, 1), (44, 2), (48, 4)] {
            bytes[byte..byte + 4].copy_from_slice(&i32::to_le_bytes(number));
        }
        let settings = parse_settings(&mut Reader::new(&bytes)).expect("a header that can be");
        assert_eq!(settings.max_characters, expected, "version {version}, kind {kind}");
    }
}

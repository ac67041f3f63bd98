//! What a model says of itself is what it was trained with, as `made_by` of its parity case records.

use std::path::PathBuf;

use spanlet_fasttext::Model;

fn bytes(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/fasttext").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn settings_are_those_of_the_training() {
    let cases = [
        ("cooking.bin", "supervised", "softmax", 1, None, false, false),
        ("cbow.bin", "cbow", "ns", 1, Some((2, 4)), false, false),
        ("quantized.ftz", "supervised", "softmax", 1, None, true, false),
        ("pruned.ftz", "supervised", "softmax", 2, Some((2, 3)), true, true),
    ];
    for (name, kind, loss, word_ngrams, character_ngrams, is_quantized, is_pruned) in cases {
        let model = Model::load(bytes(name)).expect(name);
        assert_eq!((model.kind().name(), model.loss().name(), model.version()), (kind, loss, 12), "{name}");
        assert_eq!((model.word_ngrams(), model.character_ngrams()), (word_ngrams, character_ngrams), "{name}");
        assert_eq!((model.is_quantized(), model.is_pruned()), (is_quantized, is_pruned), "{name}");
        assert!(model.words() > 0, "{name}");
    }
    let buckets = |name| Model::load(bytes(name)).expect(name).buckets();
    assert_eq!((buckets("cbow.bin"), buckets("pruned.ftz")), (200, 400));
}

#[test]
fn a_file_is_recognised_by_its_first_bytes() {
    assert!(Model::recognizes(&bytes("cooking.bin")) && Model::recognizes(&bytes("pruned.ftz")[..4]));
    assert!(!Model::recognizes(b"") && !Model::recognizes(b"PK\x03\x04"));
}

//! A configuration that contradicts the weights is refused: spaCy builds its layers by the one and cannot fill them from
//! the other.

use std::path::Path;

use spanlet_archive::{Limits, Parts};
use spanlet_spacy::Pipeline;

/// The committed pipeline `brands`, an entity recogniser, with one line of its configuration replaced.
fn error_with(line: &str, replacement: &str) -> String {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/spacy/brands.tar.gz");
    let bytes = std::fs::read(archive).expect("a committed pipeline");
    let parts = Parts::from_files(vec![("brands.tar.gz".to_owned(), bytes)], &Limits::default()).expect("sound");
    let files = parts.names().map(|name| {
        let bytes = parts.get(name).expect("it was named").to_vec();
        if name != "config.cfg" {
            return (name.to_owned(), bytes);
        }
        let config = String::from_utf8(bytes).expect("UTF-8");
        let (before, recogniser) = config.split_once("[components.ner.model]").expect("an entity recogniser");
        assert!(recogniser.contains(line), "{line}: {recogniser}");
        let recogniser = recogniser.replacen(line, replacement, 1);
        (name.to_owned(), format!("{before}[components.ner.model]{recogniser}").into_bytes())
    });
    match Pipeline::load(files.collect()) {
        Ok(_) => panic!("{replacement} was passed over"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn settings_that_the_weights_contradict_are_named() {
    for (setting, line, replacement) in [
        ("extra_state_tokens", "extra_state_tokens = false", "extra_state_tokens = true"),
        ("hidden_width", "hidden_width = 16", "hidden_width = 48"),
        ("maxout_pieces", "maxout_pieces = 2", "maxout_pieces = 3"),
        ("use_upper", "use_upper = true", "use_upper = false"),
    ] {
        let error = error_with(line, replacement);
        assert!(error.contains(setting), "{replacement}: {error}");
    }
}

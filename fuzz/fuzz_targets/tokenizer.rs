//! Any text on the English tokenizer: tokens and the spaces after them make up the text, and what is kept from other
//! texts changes nothing.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use spanlet_spacy::{Pipeline, Scratch};

/// What `spacy.blank("en").to_disk` wrote.
const ENGLISH: &[u8] = include_bytes!("../../tests/cases/spacy/blank/en.tar.gz");

fuzz_target!(|text: &str| {
    static ONCE: OnceLock<Pipeline> = OnceLock::new();
    let pipeline = ONCE.get_or_init(|| {
        Pipeline::load(vec![("en.tar.gz".to_owned(), ENGLISH.to_vec())]).expect("spaCy wrote it")
    });
    let mut scratch = Scratch::default();
    let document = pipeline.annotate(&mut scratch, text).expect("the text is short");
    let mut at = 0;
    for token in document.tokens.iter().flatten() {
        assert_eq!(token.start as usize, at);
        assert!(token.end > token.start);
        at = token.end as usize;
        assert!(text.is_char_boundary(at));
        if token.space_after {
            assert_eq!(text.as_bytes()[at], b' ');
            at += 1;
        }
    }
    assert_eq!(at, text.len());
    assert_eq!(pipeline.annotate(&mut scratch, text).expect("the text is short"), document);
});

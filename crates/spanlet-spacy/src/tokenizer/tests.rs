//! Tokens and their attributes beside spaCy's, for blank pipelines of many languages.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::json;
use spanlet_archive::config::Config;
use spanlet_archive::{Limits, Parts};

use super::{Chunk, Spaces, Tokenizer};
use crate::language::Language;
use crate::lexeme::Flag;
use crate::pipe::Scratch;
use crate::rule_cases::to_msgpack;
use crate::vocab::Vocab;

/// Made by `tests/reference/spacy_tokens.py`.
const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/cases/spacy/blank");
const FLAGS: [Flag; 17] = [
    Flag::IsAlpha,
    Flag::IsAscii,
    Flag::IsDigit,
    Flag::IsLower,
    Flag::IsPunct,
    Flag::IsSpace,
    Flag::IsTitle,
    Flag::IsUpper,
    Flag::LikeUrl,
    Flag::LikeNum,
    Flag::LikeEmail,
    Flag::IsStop,
    Flag::IsBracket,
    Flag::IsQuote,
    Flag::IsLeftPunct,
    Flag::IsRightPunct,
    Flag::IsCurrency,
];

/// A word type as spaCy sees it.
#[derive(Debug, Deserialize, PartialEq)]
struct Type {
    text: String,
    norm: String,
    lower: String,
    prefix: String,
    suffix: String,
    shape: String,
    flags: u32,
}

#[derive(Deserialize)]
struct Answer {
    text: String,
    /// The number of the word type, and whether a space follows.
    tokens: Vec<(usize, u8)>,
}

struct Pipeline {
    vocab: Vocab,
    tokenizer: Tokenizer,
    scratch: Scratch,
}

impl Pipeline {
    fn load(path: &Path) -> Self {
        let bytes = fs::read(path).expect("the case is there");
        let files = vec![("pipeline.tar.gz".to_owned(), bytes)];
        let mut parts = Parts::from_files(files, &Limits::default()).expect("Python packed it");
        let config =
            Config::parse("config.cfg", parts.get("config.cfg").expect("spaCy wrote it")).expect("spaCy wrote it");
        let language = Language::of(&config).expect("a language of spaCy");
        let vocab = Vocab::load(&mut parts, language).expect("spaCy wrote it");
        let tokenizer = Tokenizer::load(&parts, &config).expect("spaCy wrote it");
        Self { vocab, tokenizer, scratch: Scratch::default() }
    }

    /// Each token with all that depends on its text alone.
    fn tokens(&mut self, text: &str) -> Vec<(Type, u8)> {
        let doc = self.tokenizer.tokenize(text, &self.vocab, &mut self.scratch).expect("the text is short");
        let mut rebuilt = String::new();
        let tokens = doc.tokens.iter().enumerate().map(|(index, token)| {
            let word = doc.token_text(index);
            rebuilt.push_str(word);
            rebuilt.push_str(if token.space_after { " " } else { "" });
            (self.word_type(word, token.lexeme), u8::from(token.space_after))
        });
        let tokens = tokens.collect();
        assert_eq!(rebuilt, text);
        tokens
    }

    fn word_type(&self, word: &str, id: crate::lexeme::LexemeId) -> Type {
        let lexemes = &self.scratch.lexemes;
        let lexeme = lexemes.get(id);
        let attributes = Type {
            text: word.to_owned(),
            norm: lexemes.norm_text(&self.vocab, id).into_owned(),
            lower: crate::unicode::lower(word).into_owned(),
            prefix: crate::lexeme::prefix(word).to_owned(),
            suffix: crate::lexeme::suffix(word).to_owned(),
            shape: crate::lexeme::shape(word).into_owned(),
            flags: FLAGS.iter().filter(|flag| flag.of(word, &self.vocab.language)).map(|flag| 1 << *flag as u32).sum(),
        };
        let ids = [&attributes.text, &attributes.norm, &attributes.lower, &attributes.prefix, &attributes.suffix];
        let found = [lexeme.orth, lexeme.norm, lexeme.lower, lexeme.prefix, lexeme.suffix];
        assert_eq!(ids.map(|text| crate::strings::string_id(text)), found);
        assert_eq!(crate::strings::string_id(&attributes.shape), lexeme.shape);
        assert_eq!(lexeme.length as usize, word.chars().count());
        for (flag, kept) in
            [(Flag::IsSpace, lexeme.is_space), (Flag::IsPunct, lexeme.is_punct), (Flag::IsStop, lexeme.is_stop)]
        {
            assert_eq!(flag.of(word, &self.vocab.language), kept);
        }
        attributes
    }
}

/// Compares a pipeline with spaCy's answers; how many texts there were, and what differed.
fn compare(pipeline: &Path, answers: &Path) -> (usize, Vec<String>) {
    let mut pipeline = Pipeline::load(pipeline);
    let (mut types, mut texts, mut different) = (Vec::new(), 0, Vec::new());
    for line in fs::read_to_string(answers).expect("the case is there").lines() {
        if let Ok(word) = serde_json::from_str::<Type>(line) {
            types.push(word);
            continue;
        }
        let answer: Answer = serde_json::from_str(line).expect("the script writes JSON");
        texts += 1;
        let expected: Vec<(&Type, u8)> =
            answer.tokens.iter().map(|(number, space)| (&types[*number], *space)).collect();
        let found = pipeline.tokens(&answer.text);
        if !found.iter().map(|(word, space)| (word, *space)).eq(expected.iter().copied()) {
            different.push(format!("{:?}\n  expected {expected:?}\n     found {found:?}", answer.text));
        }
    }
    (texts, different)
}

#[test]
fn tokens_and_attributes_are_spacys_in_many_languages() {
    let mut languages = 0;
    for entry in fs::read_dir(CASES).expect("the cases are there") {
        let answers = entry.expect("the folder can be read").path();
        if answers.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        let (texts, different) = compare(&answers.with_extension("tar.gz"), &answers);
        assert!(texts > 0 && different.is_empty(), "{}: {}", answers.display(), different.join("\n"));
        languages += 1;
    }
    assert!(languages >= 20, "{languages}");
}

#[test]
fn one_space_goes_with_the_word_and_more_are_a_chunk() {
    let chunks = |text: &'static str| -> Vec<(&str, bool)> {
        Spaces::new(text).map(|Chunk { text, space_after, .. }| (text, space_after)).collect()
    };
    assert_eq!(chunks(""), []);
    assert_eq!(chunks("a b"), [("a", true), ("b", false)]);
    assert_eq!(chunks("a  b "), [("a", true), (" ", false), ("b", true)]);
    assert_eq!(chunks(" a"), [(" ", false), ("a", false)]);
    assert_eq!(chunks("a\n b"), [("a", false), ("\n ", false), ("b", false)]);
    assert_eq!(chunks("a\u{a0}b\u{3000}"), [("a", false), ("\u{a0}", false), ("b", false), ("\u{3000}", false)]);
}

#[test]
fn files_that_contradict_themselves_are_refused() {
    for (file, problem) in [
        (json!({"prefix_search": "(a"}), "the pattern `prefix_search`"),
        (json!({"suffix_search": r"(a)\1"}), "references to groups are not supported at position 4"),
        (json!({"exceptions": {"a": 1}}), "exception `a`: expected a list of tokens"),
        (
            json!({"exceptions": {"ab": [{"ORTH": "a"}]}}),
            "exception `ab`: expected tokens that make it up, found too few",
        ),
        (
            json!({"exceptions": {"ab": [{"ORTH": "b"}]}}),
            "exception `ab`: expected tokens that make it up, found others",
        ),
        (json!({"exceptions": {"a": [{"NORM": "b"}]}}), "exception `a`: expected ORTH, found none"),
        (json!({"exceptions": {"a": [{"ORTH": "a", "TAG": "b"}]}}), "exception `a`: expected ORTH and NORM alone"),
    ] {
        let error = super::file::rules("tokenizer", &to_msgpack(&file)).expect_err(problem).to_string();
        assert!(error.contains(problem), "{error}");
    }
}

#[test]
fn an_empty_file_divides_at_white_space_alone() {
    let tokenizer = Tokenizer::new(super::file::rules("tokenizer", &to_msgpack(&json!({}))).expect("sound"));
    let mut scratch = Scratch::default();
    let doc = tokenizer.tokenize("(a b) ", &Vocab::default(), &mut scratch).expect("short");
    let words: Vec<_> = (0..doc.tokens.len()).map(|index| doc.token_text(index)).collect();
    assert_eq!(words, ["(a", "b)"]);
}

/// A chunk of 100,000 characters of one kind or two: each rule may look at all of it, but not once per character.
#[test]
fn hostile_texts_are_divided_in_time() {
    let mut pipeline = Pipeline::load(&Path::new(CASES).join("en.tar.gz"));
    for unit in
        ["a", "(", ".", ".,", "a.", "A.", "a-", "1.", "a@", "'", "😀", "e\u{301}", "x.y/", " ", "\n\u{a0}", ":("]
    {
        let text = unit.repeat(100_000 / unit.len());
        let doc = pipeline.tokenizer.tokenize(&text, &pipeline.vocab, &mut pipeline.scratch).expect("short");
        assert!(!doc.tokens.is_empty());
    }
}

//! The matcher against spaCy's, and what is refused.

use serde::Deserialize;
use serde_json::{Value as Json, json};
use spanlet_archive::msgpack::Value;

use super::search::TooManyMatches;
use super::*;
use crate::lexeme::Lexemes;
use crate::rule_cases::{self, Document};

#[derive(Debug, Deserialize)]
struct Case {
    document: Document,
    rules: Vec<Vec<Json>>,
    matches: Vec<(u32, u32, u32)>,
}

fn find(matcher: &Matcher, document: &Document) -> Result<Vec<(u32, u32, u32)>, TooManyMatches> {
    let vocab = rule_cases::vocab("en");
    let mut lexemes = Lexemes::default();
    let text = document.text();
    let doc = document.build(&text, &vocab, &mut lexemes);
    let found = matcher.find(&Tokens { doc: &doc, vocab: &vocab, lexemes: &lexemes })?;
    Ok(found.iter().map(|found| (found.rule, found.start, found.end)).collect())
}

#[test]
fn matches_are_spacys_in_its_order() {
    let cases: Vec<Case> = rule_cases::load("matcher");
    for case in &cases {
        let mut matcher = Matcher::default();
        for (rule, patterns) in (0..).zip(&case.rules) {
            for pattern in patterns {
                let added = matcher.add(rule, &rule_cases::to_msgpack(pattern), "en");
                added.unwrap_or_else(|error| panic!("{error:?}: {pattern}"));
            }
        }
        let found = find(&matcher, &case.document).expect("few matches");
        assert!(found == case.matches, "{case:?}\nfound {found:?}");
    }
}

fn document(words: &[&str]) -> Document {
    let tokens: Vec<Json> = words.iter().map(|word| json!({"text": word, "space": true})).collect();
    serde_json::from_value(json!({ "tokens": tokens })).expect("a document")
}

fn refusal(pattern: &Value<'_>, language: &str) -> String {
    let error = Matcher::default().add(0, pattern, language).expect_err("the pattern is refused");
    error.into_load_error("attribute_ruler", "attribute_ruler/patterns", "rule 7, pattern 0").to_string()
}

#[test]
fn what_is_not_supported_is_named() {
    for (pattern, message) in [
        (json!([{"LOWER": "a"}, {"_": {"is_x": true}}]), "asks for `_`"),
        (json!([{"LOWER": "a"}, {"_": {"is_x": true}}]), "rule 7, pattern 0, token 1"),
        (json!([{"HEAD": 1}]), "asks for `HEAD`"),
        (json!([{"FLAG20": true}]), "asks for `FLAG20`"),
        (json!([{"CLUSTER": {"IN": [1]}}]), "asks for `CLUSTER`"),
        (json!([{"LENGTH": {"REGEX": "A"}}]), "asks for `REGEX of LENGTH`"),
        (json!([{"MORPH": {"REGEX": {"IN": ["a"]}}}]), "asks for `REGEX`"),
        (json!([{"OP": "{9999}"}]), "4,096"),
        (json!([{"OP": "{99999999999999999999}"}]), "4,096"),
    ] {
        let text = refusal(&rule_cases::to_msgpack(&pattern), "en");
        assert!(text.contains(message) && text.contains("not supported"), "{text}");
    }
    assert!(refusal(&rule_cases::to_msgpack(&json!([{"LIKE_NUM": true}])), "yo").contains("`LIKE_NUM in language yo`"));
}

#[test]
fn what_spacy_refuses_too_is_damaged() {
    for (pattern, message) in [
        (json!([]), "at least one token"),
        (json!([{"OP": "{0}"}]), "at least one token"),
        (json!("the"), "expected a list of tokens, found a string"),
        (json!([["the"]]), "rule 7, pattern 0, token 0: expected a map of attributes, found a list"),
        (json!([{"ORTH": null}]), "found nothing"),
        (json!([{"ORTH": 0.5}]), "found a broken number"),
        (json!([{"ORTH": -1}]), "found -1"),
        (json!([{"ORTH": ["a"]}]), "found a list"),
        (json!([{"ORTH": {"IN": 3}}]), "expected a list"),
        (json!([{"ORTH": {"REGEX": 3}}]), "expected a string"),
        (json!([{"MORPH": {"IN": ["Noun"]}}]), "`Noun`"),
        (json!([{"LENGTH": {">": "3"}}]), "expected a number"),
        (json!([{"OP": "**"}]), "`**`"),
        (json!([{"OP": "{2,1}"}]), "`{2,1}`"),
        (json!([{"OP": "{,}"}]), "`{,}`"),
        (json!([{"OP": "{a}"}]), "`{a}`"),
        (json!([{"OP": 3}]), "expected a string"),
        (json!([{"ORTH": {"REGEX": {"FUZZY": "a"}}}]), "within a `REGEX`"),
    ] {
        let text = refusal(&rule_cases::to_msgpack(&pattern), "en");
        assert!(text.starts_with("attribute_ruler/patterns: rule 7") && text.contains(message), "{text}");
    }
}

#[test]
fn keys_and_values_may_be_spacys_numbers() {
    let entry = |key, value| Value::Array(vec![Value::Map(vec![(Value::Int(key), value)])]);
    for (pattern, matches) in [
        (entry(65, Value::Str("a")), vec![(0, 0, 1)]),
        (entry(66, Value::Int(11_901_859_001_352_538_922)), vec![(0, 0, 1), (0, 1, 2)]),
        (entry(71, Value::Int(1)), vec![(0, 0, 1), (0, 1, 2)]),
        (entry(65, Value::Bool(true)), vec![]),
    ] {
        let mut matcher = Matcher::default();
        matcher.add(0, &pattern, "en").expect("a pattern");
        assert_eq!(find(&matcher, &document(&["a", "A"])), Ok(matches), "{pattern:?}");
    }
}

#[test]
fn an_empty_text_has_no_matches() {
    let mut matcher = Matcher::default();
    matcher.add(0, &rule_cases::to_msgpack(&json!([{"OP": "*"}])), "en").expect("a pattern");
    assert_eq!(find(&matcher, &document(&[])), Ok(vec![]));
}

#[test]
fn repetition_that_never_ends_well_stays_quick() {
    let words = vec!["a"; 600];
    let mut matcher = Matcher::default();
    let pattern = json!([{"OP": "*"}, {"OP": "*"}, {"OP": "?"}, {"OP": "*"}, {"ORTH": "b"}]);
    matcher.add(0, &rule_cases::to_msgpack(&pattern), "en").expect("a pattern");
    assert_eq!(find(&matcher, &document(&words)), Ok(vec![]));
}

#[test]
fn more_matches_than_there_is_memory_for_are_refused() {
    let mut matcher = Matcher::default();
    matcher.add(0, &rule_cases::to_msgpack(&json!([{"OP": "+"}])), "en").expect("a pattern");
    assert_eq!(find(&matcher, &document(&vec!["a"; 2_000])), Err(TooManyMatches));
}

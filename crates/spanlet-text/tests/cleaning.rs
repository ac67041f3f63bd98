//! Cleaning and hashtags against what Python 3.11 makes of the same texts, and of every code point.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::Deserialize;
use spanlet_text::{clean, hashtags};

/// `tests/cases/cleaning/cases.json`, written by `reference.py` beside it.
#[derive(Deserialize)]
struct Reference {
    punctuation: Vec<(u32, u32)>,
    word: Vec<(u32, u32)>,
    lower: BTreeMap<String, String>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    text: String,
    clean: String,
    hashtags: Vec<String>,
}

/// `known-differences.json`: code points that we treat otherwise than Python 3.11, each range with its reason.
#[derive(Deserialize)]
struct KnownDifferences {
    differences: Vec<KnownDifference>,
}

#[derive(Deserialize)]
struct KnownDifference {
    question: String,
    first: String,
    last: String,
    reason: String,
}

fn read<T: for<'de> Deserialize<'de>>(name: &str) -> T {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/cleaning").join(name);
    let json = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&json).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn every_text_is_cleaned_as_python_cleans_it() {
    let reference: Reference = match std::env::var("SPANLET_CLEANING_CASES") {
        Ok(path) => serde_json::from_str(&std::fs::read_to_string(path).expect("readable")).expect("cases"),
        Err(_) => read("cases.json"),
    };
    assert!(reference.cases.len() >= 300);
    for case in &reference.cases {
        assert_eq!(clean(&case.text), case.clean, "{:?}", case.text);
        assert_eq!(hashtags(&case.text), case.hashtags, "{:?}", case.text);
    }
}

/// The code points for which our answer differs, found through the public functions alone.
fn differences(reference: &Reference, question: &str) -> BTreeSet<u32> {
    let within = |ranges: &[(u32, u32)], point: u32| {
        let after = ranges.partition_point(|&(first, _)| first <= point);
        after > 0 && point <= ranges[after - 1].1
    };
    let differs = |&(point, character): &(u32, char)| match question {
        "punctuation" => clean(&character.to_string()).is_empty() != within(&reference.punctuation, point),
        "word" => (hashtags(&format!("#aa{character}")).len() == 1) != (within(&reference.word, point)),
        _ => {
            let ours = character.to_lowercase().collect::<String>();
            reference.lower.get(&format!("{point:x}")).map_or_else(|| character.to_string(), Clone::clone) != ours
        }
    };
    let characters = (0..=0x10_ffff).filter_map(|point| char::from_u32(point).map(|character| (point, character)));
    characters
        .filter(|pair| !matches!(pair.1, '<' | '&') || question != "punctuation")
        .filter(differs)
        .map(|pair| pair.0)
        .collect()
}

#[test]
fn every_code_point_is_treated_as_python_treats_it_but_for_the_known_differences() {
    let reference: Reference = read("cases.json");
    let known: KnownDifferences = read("known-differences.json");
    for question in ["punctuation", "word", "lower"] {
        let mut listed = BTreeSet::new();
        for difference in known.differences.iter().filter(|difference| difference.question == question) {
            assert!(!difference.reason.is_empty());
            let point = |hexadecimal: &str| u32::from_str_radix(hexadecimal, 16).expect("hexadecimal");
            listed.extend(point(&difference.first)..=point(&difference.last));
        }
        let found = differences(&reference, question);
        let unlisted: Vec<String> = found.difference(&listed).map(|point| format!("{point:x}")).collect();
        let passing: Vec<String> = listed.difference(&found).map(|point| format!("{point:x}")).collect();
        assert!(unlisted.is_empty(), "{question}: differ and are not listed: {unlisted:?}");
        assert!(passing.is_empty(), "{question}: listed and do not differ: {passing:?}");
    }
}

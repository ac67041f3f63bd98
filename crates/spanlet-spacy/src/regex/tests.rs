//! The engine beside Python's: every span of `search`, `match` and `finditer`, as CPython 3.11 found it.

use serde::Deserialize;

use super::{Regex, Work};

/// Made by `tests/reference/spacy_regex.py`: one pattern and its texts per line.
const CASES: &str = include_str!("cases.jsonl");

#[derive(Deserialize)]
struct Case {
    pattern: String,
    texts: Vec<Answers>,
}

/// A text, what `search` finds, where `match` ends, what `finditer` finds; all in bytes.
#[derive(Deserialize)]
struct Answers(String, Option<(usize, usize)>, Option<usize>, Vec<(usize, usize)>);

#[test]
fn spans_are_pythons() {
    let mut work = Work::default();
    let mut texts = 0;
    for line in CASES.lines() {
        let case: Case = serde_json::from_str(line).expect("the script writes JSON");
        let regex = Regex::parse(&case.pattern).unwrap_or_else(|error| panic!("{}: {error}", case.pattern));
        for Answers(text, search, match_end, all) in &case.texts {
            let found = regex.search(text).map(|span| (span.start, span.end));
            assert_eq!(found, *search, "search {:?} in {text:?}", case.pattern);
            assert_eq!(regex.match_start(text), *match_end, "match {:?} in {text:?}", case.pattern);
            let found: Vec<_> = regex.find_iter(text, &mut work).map(|span| (span.start, span.end)).collect();
            assert_eq!(found, *all, "finditer {:?} in {text:?}", case.pattern);
            texts += 1;
        }
    }
    assert!(texts > 1_000, "{texts}");
}

#[test]
fn patterns_that_python_refuses_or_that_we_lack_are_named() {
    for (pattern, position, problem) in [
        ("(a", 2, "expected `)`, found something else"),
        ("a)", 1, "expected the end of the pattern, found an unbalanced `)`"),
        ("*a", 0, "expected something to repeat, found nothing"),
        ("a**", 2, "expected one repeat, found another after it"),
        ("[a", 1, "expected a class to end, found the end of the pattern"),
        ("[z-a]", 1, "expected a range from low to high, found another"),
        (r"(a)\1", 4, "references to groups are not supported"),
        ("(?P<n>a)(?P=n)", 11, "references to groups are not supported"),
        ("(?>a)", 3, "atomic groups are not supported"),
        ("a++", 2, "possessive repeats are not supported"),
        ("(a)(?(1)b)", 6, "conditions on groups are not supported"),
        ("(?<=a+)b", 4, "expected a look-behind of fixed width, found another"),
        (r"\q", 1, r"expected an escape, found `\q`"),
    ] {
        let error = Regex::parse(pattern).expect_err(pattern);
        assert_eq!((error.position, error.problem.as_str()), (position, problem), "{pattern}");
    }
}

#[test]
fn hostile_patterns_and_texts_are_answered_in_time() {
    let word = "a".repeat(100_000);
    for pattern in
        ["(a*)*b", "(a|aa)+$b", "a*a*a*a*b", "(?:a+)+b", "(a|a|b)*c", "(?:(?:a?){20}){5}b", "a.*a.*a.*b", "(?=a*b)c|d"]
    {
        assert_eq!(Regex::parse(pattern).expect(pattern).search(&word), None, "{pattern}");
    }
    let nested = format!("{}a{}", "(".repeat(100_000), ")".repeat(100_000));
    assert!(Regex::parse(&nested).is_err());
    assert!(Regex::parse("(?:(?:(?:a{1000}){1000}){1000}){1000}").is_err());
}

//! The order of classes, and which is the best.

use super::*;

/// A `moves` file: a map with one text.
fn file(moves: &str) -> Vec<u8> {
    let mut bytes = vec![0x81, 0xa5];
    bytes.extend(b"moves");
    bytes.push(0xda);
    bytes.extend((moves.len() as u16).to_be_bytes());
    bytes.extend(moves.as_bytes());
    bytes
}

fn parse(moves: &str) -> Result<Moves, LoadError> {
    Moves::parse("ner/moves", &file(moves), 6, |action, label| action != 5 || label.is_empty())
}

fn names(moves: &Moves) -> Vec<String> {
    (0..moves.len())
        .map(|class| moves.get(class))
        .map(|found| format!("{}{}", found.action, moves.labels()[found.label as usize]))
        .collect()
}

#[test]
fn frequent_labels_come_first_and_equals_backwards() {
    let moves = parse(r#"{"1":{"A":2,"B":5,"C":2},"4":{"":1,"Z":1},"5":{"":1,"A":3}}"#).expect("sound");
    assert_eq!(names(&moves), ["1B", "1C", "1A", "4Z", "4", "5"]);
    assert_eq!(&*moves.labels()[NO_LABEL as usize], "");
}

#[test]
fn added_labels_come_last() {
    let moves = parse(r#"{"1":{"A":2,"NEW":-1,"NEWER":-2},"2":{"A":2,"NEW":-1,"NEWER":-2}}"#).expect("sound");
    assert_eq!(names(&moves), ["1A", "2A", "1NEW", "2NEW", "1NEWER", "2NEWER"]);
}

#[test]
fn unsound_files_are_refused() {
    for (moves, problem) in [
        ("{}", "expected 1 to 20000 moves, found 0"),
        (r#"{"6":{"A":1}}"#, "expected actions from 0 to 5, found `6`"),
        (r#"{"x":{"A":1}}"#, "expected actions from 0 to 5, found `x`"),
        (r#"{"1":["A"]}"#, "expected `moves` to be JSON with a count per label"),
    ] {
        let error = parse(moves).expect_err(moves).to_string();
        assert!(error.starts_with(&format!("ner/moves: {problem}")), "{error}");
    }
    assert!(Moves::parse("ner/moves", &[0x80], 6, |_, _| true).is_err());
}

#[test]
fn the_best_is_the_first_of_the_highest_that_are_allowed() {
    let moves = parse(r#"{"1":{"A":3,"B":2,"":1},"2":{"A":3,"B":2}}"#).expect("sound");
    let label = |name| moves.find_label(name).expect("there");
    let scores = [1.0, 5.0, 9.0, 5.0, 7.0];
    let best = |first, second| moves.best(&scores, &[Allowed::No, first, second]);
    assert_eq!(best(Allowed::Any, Allowed::Any), Some(2));
    assert_eq!(best(Allowed::AnyBut(NO_LABEL), Allowed::Only(label("A"))), Some(1));
    assert_eq!(best(Allowed::No, Allowed::Any), Some(4));
    assert_eq!(best(Allowed::Only(label("A")), Allowed::No), Some(0));
    assert_eq!(best(Allowed::No, Allowed::Only(99)), None);
}

#[test]
fn what_is_allowed_comes_in_stretches() {
    // 0A 0B 0C | 1A | 2A 2B | 0N: the added label's class of the first action comes last.
    let moves = parse(r#"{"0":{"A":3,"B":2,"C":1,"N":-1},"1":{"A":1},"2":{"A":2,"B":1}}"#).expect("sound");
    let label = |name| moves.find_label(name).expect("there");
    let stretches = |allowed: [Allowed; 3]| {
        let mut found = Vec::new();
        moves.candidates(&allowed, |classes| found.push((classes.start, classes.end)));
        found
    };
    let (no, any) = (Allowed::No, Allowed::Any);
    let any_but = |name| Allowed::AnyBut(label(name));
    assert_eq!(stretches([any, any, any]), [(0, 3), (3, 4), (4, 6), (6, 7)]);
    assert_eq!(stretches([any, no, no]), [(0, 3), (6, 7)]);
    assert_eq!(stretches([any_but("A"), no, no]), [(1, 3), (6, 7)]);
    assert_eq!(stretches([any_but("B"), no, no]), [(0, 1), (2, 3), (6, 7)]);
    assert_eq!(stretches([any_but("C"), no, no]), [(0, 2), (6, 7)]);
    assert_eq!(stretches([any_but("N"), no, no]), [(0, 3)]);
    assert_eq!(stretches([no, any_but("A"), any_but("N")]), [(4, 6)]);
    assert_eq!(stretches([Allowed::Only(label("N")), Allowed::Only(label("B")), no]), [(6, 7)]);
}

#[test]
fn nan_counts_only_where_it_comes_first() {
    let moves = parse(r#"{"1":{"A":3,"B":2,"C":1}}"#).expect("sound");
    let best = |scores: [f32; 3]| moves.best(&scores, &[Allowed::No, Allowed::Any]);
    assert_eq!(best([f32::NAN, 2.0, 1.0]), Some(0));
    assert_eq!(best([1.0, f32::NAN, 2.0]), Some(2));
}

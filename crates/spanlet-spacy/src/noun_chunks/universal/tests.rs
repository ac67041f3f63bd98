//! A hundred sentences whose base noun phrases were read by hand.

use super::*;
use crate::doc::Token;
use crate::lexeme::LexemeId;
use crate::pipe::parser::set_edges;

const SENTENCES: &str = include_str!("../../../../../tests/cases/spacy/noun-chunks-ud.tsv");

/// A sentence with its parse, and the phrases that were read in it, by token.
fn parse(block: &str) -> (Doc<'static>, Vec<Range<u32>>, &str) {
    let marked = block.lines().find_map(|line| line.strip_prefix("# chunks = ")).expect("each sentence has its chunks");
    let mut expected = Vec::new();
    for (index, word) in marked.split(' ').enumerate() {
        let index = index as u32;
        if word.starts_with('[') {
            expected.push(index..index);
        }
        if let (true, Some(last)) = (word.ends_with(']'), expected.last_mut()) {
            last.end = index + 1;
        }
    }
    let tokens = block.lines().filter(|line| !line.starts_with("# ")).enumerate();
    let tokens = tokens.map(|(index, line)| {
        let fields: Vec<_> = line.split('\t').collect();
        let head: u32 = fields[2].parse().expect("a number");
        Token {
            pos: Some(fields[1].into()),
            dep: Some(fields[3].into()),
            head: head.checked_sub(1).unwrap_or(index as u32),
            ..Token::new(0..0, LexemeId::default(), index as u32)
        }
    });
    let mut doc = Doc { tokens: tokens.collect(), ..Doc::default() };
    set_edges(&mut doc);
    (doc, expected, marked)
}

/// Where the rule's answer is not the reading: what it finds, what was read, and why.
const DIFFERENCES: [(&str, &str, &str); 7] = [
    ("editor", "editor - in - chief", "the treebank has a preposition inside the title, at which every chunk ends"),
    ("wendy", "wendy 's", "the 's of a restaurant's name is a case marker in the treebank"),
    ("warm atmosphere", "Cozy , warm atmosphere", "the treebank reads a list of two: \"Cozy\" and \"warm atmosphere\""),
    ("ect", "", "the treebank has it as a noun; only a list of words could tell"),
    ("etc", "", "the treebank has it as a noun; only a list of words could tell"),
    ("hit", "", "a phrase used as an adjective, whose words are nouns in the treebank"),
    ("miss", "", "a phrase used as an adjective, whose words are nouns in the treebank"),
];

#[test]
fn chunks_are_those_that_were_read_but_for_named_differences() {
    let (mut expected_count, mut found_count, mut right) = (0, 0, 0);
    let (mut only_found, mut only_expected) = (Vec::new(), Vec::new());
    for block in SENTENCES.split("\n\n").filter(|block| !block.is_empty()) {
        let (doc, expected, marked) = parse(block);
        let found = noun_chunks(&doc);
        let words: Vec<_> = marked.split(' ').map(|word| word.trim_start_matches('[').trim_end_matches(']')).collect();
        let named = |chunk: &Range<u32>| words[chunk.start as usize..chunk.end as usize].join(" ");
        only_found.extend(found.iter().filter(|chunk| !expected.contains(chunk)).map(named));
        only_expected.extend(expected.iter().filter(|chunk| !found.contains(chunk)).map(named));
        expected_count += expected.len();
        found_count += found.len();
        right += found.iter().filter(|chunk| expected.contains(chunk)).count();
    }
    let names = |side: fn(&(&'static str, &'static str, &str)) -> &'static str| {
        let mut names: Vec<_> = DIFFERENCES.iter().map(side).filter(|name| !name.is_empty()).collect();
        names.sort_unstable();
        names
    };
    only_found.sort_unstable();
    only_expected.sort_unstable();
    assert_eq!(only_found, names(|difference| difference.0), "what only the rule finds");
    assert_eq!(only_expected, names(|difference| difference.1), "what only the reader found");
    // An F1 of 98.7 %.
    assert_eq!((right, found_count, expected_count), (368, 375, 371));
}

#[test]
fn texts_without_a_parse_have_no_chunks() {
    assert!(noun_chunks(&Doc::default()).is_empty());
}

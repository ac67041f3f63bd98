//! Random trees in which spaCy found noun chunks.

use super::*;
use crate::doc::Token;
use crate::lexeme::LexemeId;
use crate::pipe::parser::set_edges;

/// Made by `tests/reference/spacy_transitions.py`.
const TREES: &str = include_str!("trees.txt");

fn parse(tree: &str) -> Doc<'static> {
    let token = |(index, field): (usize, &str)| {
        let fields: Vec<_> = field.splitn(3, ':').collect();
        Token {
            pos: Some(fields[2].into()),
            dep: Some(fields[1].into()),
            head: fields[0].parse().expect("a number"),
            ..Token::new(0..0, LexemeId::default(), index as u32)
        }
    };
    let mut doc = Doc { tokens: tree.split(' ').enumerate().map(token).collect(), ..Doc::default() };
    set_edges(&mut doc);
    doc
}

#[test]
fn chunks_are_those_of_spacy() {
    let mut count = 0;
    for line in TREES.lines() {
        let (tree, expected) = line.split_once(" =").expect("a tree and its chunks");
        let found = noun_chunks(&parse(tree));
        count += found.len();
        let found: Vec<_> = found.iter().map(|chunk| format!("{}:{}", chunk.start, chunk.end)).collect();
        assert_eq!(found.join(" "), expected.trim_start(), "{tree}");
    }
    assert!(count > 60, "{count}");
}

#[test]
fn texts_without_a_parse_have_no_chunks() {
    assert!(noun_chunks(&Doc::default()).is_empty());
}

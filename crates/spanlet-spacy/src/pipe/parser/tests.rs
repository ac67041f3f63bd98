//! Random trees whose decorated arcs spaCy moved.

use super::*;
use crate::doc::{SentStart, Token};
use crate::pipe::Scratch;
use crate::vocab::Vocab;

/// Made by `tests/reference/spacy_transitions.py`.
const TREES: &str = include_str!("trees.txt");

/// A text with a token per field: `head:label`, where the label `_` stands on white space.
fn doc<'t>(tree: &str, vocab: &Vocab, scratch: &mut Scratch) -> Doc<'t> {
    let token = |(index, field): (usize, &str)| {
        let (head, label) = field.split_once(':').expect("a head and a label");
        Token {
            start_byte: 0,
            end_byte: 0,
            space_after: false,
            lexeme: scratch.lexemes.intern(vocab, if label == "_" { "\n" } else { "word" }, None),
            tag: None,
            pos: None,
            morph: None,
            lemma: None,
            dep: Some(label.into()),
            head: head.parse().expect("a number"),
            left_edge: index as u32,
            right_edge: index as u32,
            sent_start: SentStart::Unknown,
        }
    };
    Doc { tokens: tree.split(' ').enumerate().map(token).collect(), ..Doc::default() }
}

fn listed(doc: &Doc<'_>) -> String {
    let token = |token: &Token| {
        let dep = token.dep.as_deref().unwrap_or_default();
        let start = if token.sent_start == SentStart::Yes { '+' } else { '-' };
        format!("{}:{dep}:{}:{}:{start}", token.head, token.left_edge, token.right_edge)
    };
    doc.tokens.iter().map(token).collect::<Vec<_>>().join(" ")
}

#[test]
fn decorated_arcs_and_edges_are_those_of_spacy() {
    let vocab = Vocab::default();
    let mut scratch = Scratch::default();
    let mut moved = 0;
    for line in TREES.lines() {
        let (before, after) = line.split_once(" = ").expect("two trees");
        let mut doc = doc(before, &vocab, &mut scratch);
        set_edges(&mut doc);
        let decorations: Vec<_> = (doc.tokens.iter().enumerate())
            .filter_map(|(index, token)| Some((index, Decoration::parse(token.dep.as_deref()?)?)))
            .collect();
        let decorated: Vec<_> = decorations.iter().map(|(index, decoration)| (*index, decoration)).collect();
        let context = Context { vocab: &vocab, scratch: &mut scratch };
        pseudo_projective::deprojectivize(&mut doc, &context, &decorated);
        set_edges(&mut doc);
        assert_eq!(listed(&doc), after, "{before}");
        moved += decorations.len();
    }
    assert!(TREES.lines().count() == 60 && moved > 100, "{moved}");
}

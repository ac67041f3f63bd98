//! Crossing arcs, which the parser cannot make: it makes one further up, labelled with what it should have ended at.
//!
//! Nivre and Nilsson (2005): a label `X||Y` says that the arc's label is X and its head should be a Y further down.
//!
//! Source: spaCy 3.8, `pipeline/_parser_internals/nonproj.pyx`, `deprojectivize` and `_find_new_head`.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::doc::{Doc, Label};
use crate::load_error::LoadError;
use crate::pipe::Context;
use crate::transition::Moves;

/// What lies between a decorated label's two.
const DELIMITER: &str = "||";

/// What a decorated label says.
#[derive(Clone, Debug)]
pub(super) struct Decoration {
    /// The label of the arc.
    label: Label,
    /// The label of the token that is its head.
    head_label: Arc<str>,
}

/// For each label of `moves`, what it says if it is decorated.
///
/// # Errors
/// When one has more than two labels in it; spaCy fails on these when it meets them in a text.
pub(super) fn decorations(part: &str, moves: &Moves) -> Result<Vec<Option<Decoration>>, LoadError> {
    let decoration = |label: &Arc<str>| {
        let decoration = Decoration::parse(label);
        if decoration.as_ref().is_some_and(|decoration| decoration.head_label.contains(DELIMITER)) {
            return Err(LoadError::damaged(part, format!("expected at most one `{DELIMITER}` in label `{label}`")));
        }
        Ok(decoration)
    };
    moves.labels().iter().map(decoration).collect()
}

impl Decoration {
    /// What a label says, if it is decorated.
    pub(super) fn parse(label: &str) -> Option<Self> {
        let (own, head) = label.split_once(DELIMITER)?;
        Some(Self { label: (!own.is_empty()).then(|| own.into()), head_label: head.into() })
    }
}

/// Moves the arcs of the tokens in `decorated`, in order, to where their labels say. Edges must be set, and must be set
/// again afterwards.
///
/// The search goes down from the present head, level by level and from left to right, over tokens that are not white
/// space and not below the token itself; the first with the label is taken, or the head stays.
pub(super) fn deprojectivize(doc: &mut Doc<'_>, context: &Context<'_>, decorated: &[(usize, &Decoration)]) {
    let mut children = Children::of(doc);
    for &(index, decoration) in decorated {
        let head = find(doc, context, &children, index, &decoration.head_label);
        if let Some(head) = head {
            children.move_to(index, doc.tokens[index].head as usize, head);
            doc.tokens[index].head = head as u32;
        }
        doc.tokens[index].dep.clone_from(&decoration.label);
    }
}

fn find(doc: &Doc<'_>, context: &Context<'_>, children: &Children, token: usize, head_label: &str) -> Option<usize> {
    let mut queue = VecDeque::from([doc.tokens[token].head as usize]);
    while let Some(parent) = queue.pop_front() {
        let (left, right) = (doc.tokens[parent].left_edge as usize, doc.tokens[parent].right_edge as usize);
        for &child in &children.0[parent] {
            let found = &doc.tokens[child];
            // The edges are those of the first tree: what moved out of them is not found.
            let is_inside = (left..=right).contains(&child);
            if child == token || !is_inside || context.scratch.lexemes.get(found.lexeme).is_space {
                continue;
            }
            if found.dep.as_deref().unwrap_or_default() == head_label {
                return Some(child);
            }
            queue.push_back(child);
        }
    }
    None
}

/// The children of each token, ascending.
struct Children(Vec<Vec<usize>>);

impl Children {
    fn of(doc: &Doc<'_>) -> Self {
        let mut children = vec![Vec::new(); doc.tokens.len()];
        for (index, token) in doc.tokens.iter().enumerate() {
            if token.head as usize != index {
                children[token.head as usize].push(index);
            }
        }
        Self(children)
    }

    fn move_to(&mut self, child: usize, from: usize, to: usize) {
        self.0[from].retain(|&found| found != child);
        let place = self.0[to].partition_point(|&found| found < child);
        self.0[to].insert(place, child);
    }
}

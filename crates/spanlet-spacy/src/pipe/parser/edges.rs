//! The edges of subtrees, and the sentences that follow from them.

use crate::doc::{Doc, SentStart};

/// How often edges are passed on when heads cross sentences. spaCy's limit.
const MOST_PASSES: usize = 12;

/// Sets each token's left and right edge from the heads, and a sentence start at the left edge of each root.
///
/// A tree with crossing arcs needs several passes; after twelve the edges stay as they are.
///
/// Source: spaCy 3.8, `tokens/doc.pyx`, `set_children_from_heads` and `_set_lr_kids_and_edges`.
pub(crate) fn set_edges(doc: &mut Doc<'_>) {
    let words = doc.tokens.len();
    let mut edges = Edges {
        heads: doc.tokens.iter().map(|token| token.head as usize).collect(),
        left: (0..words).collect(),
        right: (0..words).collect(),
    };
    for _ in 0..MOST_PASSES {
        (0..words).for_each(|child| edges.pass_on(child));
        (0..words).rev().for_each(|child| edges.pass_on(child));
        if edges.heads_lie_in_their_sentences() {
            break;
        }
    }
    for (index, token) in doc.tokens.iter_mut().enumerate() {
        (token.left_edge, token.right_edge) = (edges.left[index] as u32, edges.right[index] as u32);
        token.sent_start = SentStart::No;
    }
    for (index, &left_edge) in edges.left.iter().enumerate() {
        let root = &doc.tokens[index];
        if root.head as usize == index && root.dep.is_some() {
            doc.tokens[left_edge].sent_start = SentStart::Yes;
        }
    }
}

struct Edges {
    heads: Vec<usize>,
    left: Vec<usize>,
    right: Vec<usize>,
}

impl Edges {
    /// Widens the subtree of `child`'s head by that of `child`.
    fn pass_on(&mut self, child: usize) {
        let head = self.heads[child];
        self.left[head] = self.left[head].min(self.left[child]);
        self.right[head] = self.right[head].max(self.right[child]);
    }

    /// Whether no head lies outside the sentence of its child. As in spaCy the token behind a sentence still counts, and
    /// the text's last token is not looked at.
    fn heads_lie_in_their_sentences(&self) -> bool {
        let words = self.heads.len();
        let mut starts = vec![false; words];
        for (index, &head) in self.heads.iter().enumerate() {
            starts[self.left[index]] |= head == index;
        }
        let mut start = 0;
        for (end, &is_start) in starts.iter().enumerate().skip(1) {
            if is_start || end == words - 1 {
                if self.heads[start..end].iter().any(|head| !(start..=end).contains(head)) {
                    return false;
                }
                start = end;
            }
        }
        true
    }
}

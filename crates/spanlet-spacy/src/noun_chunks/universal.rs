//! Spanlet's rule for the labels of Universal Dependencies.
//!
//! spaCy's rule for English takes the left edge of a noun's whole subtree. In UD that edge is often too far out: a noun
//! that is a predicate has the clause's subject and copula among its children, and a preposition is a child of its noun.
//! So this rule looks at each child.
//!
//! - A chunk is built on a noun, a proper noun or a pronoun. A symbol with a numeral ("50 %") and a numeral with a noun
//!   of its date or time ("May 5", "5 PM") count too.
//! - It is left out when the noun is only a part of another phrase: in a compound, in a name, before its possession, as
//!   a title; so are expletives ("there is"), which name nothing. A coordinated noun follows the first of its row.
//! - To the left it takes determiners, possessors, numerals, adjectives, compounds, titles, with all that is below them,
//!   and what lies between them. It ends before a preposition, a conjunction, a subject, a copula, and everything else.
//!   Beyond a determiner or possessor it goes on only over another determiner or an adjective ("such a big dog").
//! - To the right it takes the rest of a name, and numerals that follow directly ("room 5", "$ 20"). Phrases with a
//!   preposition, appositions and clauses are outside.
//! - Punctuation at the left edge is cut off.

use std::cmp::Reverse;
use std::ops::Range;

use super::is_nominal;
use crate::doc::Doc;

#[cfg(test)]
mod tests;

/// Relations, without what follows their colon, of words that are a part of another phrase, or of none.
const PARTS: [&str; 11] =
    ["aux", "case", "cc", "compound", "det", "discourse", "expl", "fixed", "flat", "goeswith", "mark"];
/// The same, of relations that are different without what follows.
const WHOLE_PARTS: [&str; 3] = ["nmod:desc", "nmod:poss", "reparandum"];

/// The noun chunks of a parse with UD labels.
pub(super) fn noun_chunks(doc: &Doc<'_>) -> Vec<Range<u32>> {
    let tree = Tree::of(doc);
    let mut chunks: Vec<_> = (0..doc.tokens.len())
        .filter(|&word| tree.is_head(word))
        .map(|word| tree.start(word) as u32..tree.end(word) as u32)
        .collect();
    chunks.sort_unstable_by_key(|chunk| (chunk.start, Reverse(chunk.end)));
    let mut end = 0;
    chunks.retain(|chunk| {
        let is_outside = chunk.start >= end;
        end = if is_outside { chunk.end } else { end };
        is_outside
    });
    chunks
}

/// A parse with its children at hand.
struct Tree<'d> {
    doc: &'d Doc<'d>,
    /// All words by head, ascending within one; where a head's begin; roots are no one's.
    children: Vec<u32>,
    starts: Vec<usize>,
}

impl<'d> Tree<'d> {
    fn of(doc: &'d Doc<'d>) -> Self {
        let heads = || doc.tokens.iter().enumerate().filter(|(index, token)| token.head as usize != *index);
        let mut starts = vec![0; doc.tokens.len() + 1];
        for (_, token) in heads() {
            starts[token.head as usize + 1] += 1;
        }
        for index in 1..starts.len() {
            starts[index] += starts[index - 1];
        }
        let mut next = starts.clone();
        let mut children = vec![0; starts.last().copied().unwrap_or(0)];
        for (index, token) in heads() {
            let place = &mut next[token.head as usize];
            children[*place] = index as u32;
            *place += 1;
        }
        Self { doc, children, starts }
    }

    fn children(&self, word: usize) -> impl DoubleEndedIterator<Item = usize> {
        self.children[self.starts[word]..self.starts[word + 1]].iter().map(|child| *child as usize)
    }

    /// The children on the left, from the nearest.
    fn left_children(&self, word: usize) -> impl Iterator<Item = usize> {
        self.children(word).rev().filter(move |&child| child < word)
    }

    /// The children on the right, from the nearest.
    fn right_children(&self, word: usize) -> impl Iterator<Item = usize> {
        self.children(word).filter(move |&child| child > word)
    }

    fn dep(&self, word: usize) -> &str {
        self.doc.tokens[word].dep.as_deref().unwrap_or_default()
    }

    fn pos(&self, word: usize) -> &str {
        self.doc.tokens[word].pos.as_deref().unwrap_or_default()
    }

    fn head(&self, word: usize) -> usize {
        self.doc.tokens[word].head as usize
    }

    fn left_edge(&self, word: usize) -> usize {
        self.doc.tokens[word].left_edge as usize
    }

    /// Whether a chunk is built on a word.
    fn is_head(&self, word: usize) -> bool {
        let is_named = match self.pos(word) {
            "SYM" => self.children(word).any(|child| relation(self.dep(child)) == "nummod"),
            "NUM" => self.children(word).any(|child| self.is_of_date(child)),
            pos => is_nominal(Some(pos)),
        };
        is_named && !self.is_part(word)
    }

    /// Whether a word is the noun of a numeral's date or time.
    fn is_of_date(&self, word: usize) -> bool {
        self.dep(word) == "nmod:unmarked" && is_nominal(Some(self.pos(word)))
    }

    /// Whether a word, or the first of its row, is a part of another phrase.
    fn is_part(&self, word: usize) -> bool {
        let mut first = word;
        while self.dep(first) == "conj" && self.head(first) < first {
            first = self.head(first);
        }
        let dep = self.dep(first);
        WHOLE_PARTS.contains(&dep) || PARTS.contains(&relation(dep))
    }

    /// Where the chunk built on `word` starts.
    fn start(&self, word: usize) -> usize {
        let mut start = word;
        let mut is_determined = false;
        for child in self.left_children(word) {
            let dep = self.dep(child);
            match relation(dep) {
                "det" | "amod" => start = self.left_edge(child),
                _ if dep == "nmod:poss" && !is_determined => start = self.left_edge(child),
                "compound" | "nmod" | "nummod" if !is_determined => start = self.left_edge(child),
                // What lies between is taken if more follows.
                "advmod" => {}
                "acl" | "dep" | "punct" | "reparandum" if !is_determined => {}
                _ => break,
            }
            is_determined |= dep == "det" || dep == "nmod:poss";
        }
        while start < word && self.pos(start) == "PUNCT" {
            start += 1;
        }
        start
    }

    /// Where the chunk built on `word` ends.
    fn end(&self, word: usize) -> usize {
        let mut end = word + 1;
        for child in self.right_children(word) {
            let is_next = self.left_edge(child) == end && self.pos(end) != "PUNCT";
            let dep = self.dep(child);
            match relation(dep) {
                "punct" => {}
                "flat" | "goeswith" => end = self.end(child),
                "compound" if dep == "compound" => end = self.end(child),
                "nmod" if dep == "nmod:desc" => end = self.end(child),
                "nummod" | "nmod" | "appos" | "dep" if self.pos(child) == "NUM" && dep != "nmod" => {
                    if !is_next && self.pos(word) != "NUM" {
                        break;
                    }
                    end = self.end(child);
                }
                "nmod" if is_next && self.pos(word) == "NUM" && self.is_of_date(child) => end = self.end(child),
                _ => break,
            }
        }
        end
    }
}

/// A label without what follows its colon.
fn relation(dep: &str) -> &str {
    dep.split_once(':').map_or(dep, |(relation, _)| relation)
}

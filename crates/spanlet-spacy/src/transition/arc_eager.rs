//! The arc-eager system: words wait in a buffer, are shifted onto a stack, and get arcs between the two tops.
//!
//! It differs from the textbook's (Nivre 2003) in three ways. It is not monotonic: a word on the stack that already has
//! a head may get another one (Honnibal and Johnson 2015), and one without goes back to the buffer when it is reduced.
//! And a fifth action marks that a sentence begins behind the next word.
//!
//! Source: spaCy 3.8, `pipeline/_parser_internals/arc_eager.pyx` and `_state.pxd`.

use super::State;
use super::moves::{Allowed, LabelIndex};
use crate::doc::SentStart;

#[cfg(test)]
mod tests;

/// How many actions there are: [`SHIFT`] to [`BREAK`], numbered as in the `moves` file.
pub(crate) const ACTIONS: usize = 5;
/// Moves the buffer's first word onto the stack.
pub(crate) const SHIFT: usize = 0;
/// Takes the stack's top away; back into the buffer if it has no head and is not the last.
pub(crate) const REDUCE: usize = 1;
/// Makes the buffer's first word the head of the stack's top, and takes that away.
pub(crate) const LEFT: usize = 2;
/// Makes the stack's top the head of the buffer's first word, and shifts that.
pub(crate) const RIGHT: usize = 3;
/// Marks the buffer's second word as the first of a sentence.
pub(crate) const BREAK: usize = 4;

/// The state of a parse. Words are indices of the text's tokens.
#[derive(Clone, Debug, Default)]
pub(crate) struct ArcEager {
    stack: Vec<u32>,
    /// Words that came back from the stack; they come before the rest of the text, the last one first.
    returned: Vec<u32>,
    /// The first word that was never on the stack.
    next: u32,
    /// What earlier components and [`BREAK`] said of each word.
    starts: Vec<SentStart>,
    /// Whether a word came back from the stack and took no child since; it may not be shifted again then.
    unshiftable: Vec<bool>,
    arcs: Vec<Option<Arc>>,
    /// For each word, the last child that it got on its left, and on its right.
    last_left: Vec<Option<u32>>,
    last_right: Vec<Option<u32>>,
}

/// An arc from a word's head to the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arc {
    pub(crate) head: u32,
    pub(crate) label: LabelIndex,
    /// The child that the head got before this one, on the same side.
    sibling: Option<u32>,
}

impl ArcEager {
    /// Begins a text with one element of `starts` per token.
    pub(crate) fn begin(&mut self, starts: impl Iterator<Item = SentStart>) {
        self.stack.clear();
        self.returned.clear();
        self.next = 0;
        self.starts.clear();
        self.starts.extend(starts);
        let words = self.starts.len();
        for list in [&mut self.last_left, &mut self.last_right] {
            list.clear();
            list.resize(words, None);
        }
        self.arcs.clear();
        self.arcs.resize(words, None);
        self.unshiftable.clear();
        self.unshiftable.resize(words, false);
    }

    /// Whether all words were read and the stack is empty.
    pub(crate) fn is_final(&self) -> bool {
        self.stack.is_empty() && self.buffer_len() == 0
    }

    /// The arc to a word, if it got one.
    pub(crate) fn arc(&self, word: usize) -> Option<Arc> {
        self.arcs[word]
    }

    /// Which actions are allowed. `subtok` is the label that joins the pieces of a token; its arcs only join neighbours.
    pub(crate) fn allowed(&self, subtok: Option<LabelIndex>) -> [Allowed; ACTIONS] {
        let depth = self.stack.len();
        let (first, second) = (self.buffer(0), self.buffer(1));
        let begins = self.starts_with(first, SentStart::Yes);
        let shift = match first {
            _ if depth == 0 => true,
            Some(word) => self.buffer_len() >= 2 && !begins && !self.unshiftable[word as usize],
            None => false,
        };
        let reduce = depth > 0 && (first.is_none() || depth > 1 || !self.starts_with(first, SentStart::No));
        let arc = match (self.stack(0), first, subtok) {
            (Some(top), Some(first), Some(subtok)) if !begins && top + 1 != first => Allowed::AnyBut(subtok),
            (Some(_), Some(_), _) => Allowed::any_if(!begins),
            _ => Allowed::No,
        };
        let split = match (first, second) {
            (Some(first), Some(word)) => word == first + 1 && self.starts[word as usize] == SentStart::Unknown,
            _ => false,
        };
        [Allowed::any_if(shift), Allowed::any_if(reduce), arc, arc, Allowed::any_if(split)]
    }

    /// Makes a move that is allowed.
    pub(crate) fn apply(&mut self, action: usize, label: LabelIndex) {
        match (action, self.stack(0), self.buffer(0)) {
            (SHIFT, _, _) => self.shift(),
            (REDUCE, Some(top), _) => self.reduce(top),
            (LEFT, Some(top), Some(first)) => {
                self.attach(top, first, label);
                self.unshiftable[first as usize] = false;
                self.stack.pop();
            }
            (RIGHT, Some(top), Some(first)) => {
                self.attach(first, top, label);
                self.shift();
            }
            (BREAK, _, _) => {
                if let Some(word) = self.buffer(1) {
                    self.starts[word as usize] = SentStart::Yes;
                }
            }
            _ => debug_assert!(false, "action {action} is not allowed here"),
        }
    }

    /// Gives up, when no move is allowed: what is on the stack stays as it is, and the rest of the text is not read.
    pub(crate) fn give_up(&mut self) {
        self.stack.clear();
        self.next = self.starts.len() as u32;
    }

    /// The word at `depth` below the stack's top.
    fn stack(&self, depth: usize) -> Option<u32> {
        self.stack.iter().rev().nth(depth).copied()
    }

    /// The word at `place` in the buffer.
    fn buffer(&self, place: usize) -> Option<u32> {
        match place.checked_sub(self.returned.len()) {
            None => self.returned.iter().rev().nth(place).copied(),
            Some(behind) => {
                let word = self.next as usize + behind;
                (word < self.starts.len()).then_some(word as u32)
            }
        }
    }

    fn buffer_len(&self) -> usize {
        self.starts.len() - self.next as usize + self.returned.len()
    }

    fn starts_with(&self, word: Option<u32>, start: SentStart) -> bool {
        word.is_some_and(|word| self.starts[word as usize] == start)
    }

    fn left_child(&self, head: Option<u32>) -> Option<u32> {
        self.last_left[head? as usize]
    }

    fn right_child(&self, head: Option<u32>) -> Option<u32> {
        self.last_right[head? as usize]
    }

    /// The child that `child`'s head got before it.
    fn sibling(&self, child: Option<u32>) -> Option<u32> {
        self.arcs[child? as usize]?.sibling
    }

    fn shift(&mut self) {
        let word = self.returned.pop().unwrap_or_else(|| {
            self.next += 1;
            self.next - 1
        });
        self.stack.push(word);
    }

    fn reduce(&mut self, top: u32) {
        if self.arcs[top as usize].is_none() && self.stack.len() > 1 {
            self.unshiftable[top as usize] = true;
            self.returned.push(top);
        }
        self.stack.pop();
    }

    /// Gives `child` a head instead of the one that it has, if any.
    fn attach(&mut self, child: u32, head: u32, label: LabelIndex) {
        if let Some(old) = self.arcs[child as usize] {
            // A word with a head lies on the stack just above that head, which cannot have got a child since.
            let last = if old.head > child { &mut self.last_left } else { &mut self.last_right };
            debug_assert_eq!(last[old.head as usize], Some(child));
            last[old.head as usize] = old.sibling;
        }
        let last = if head > child { &mut self.last_left } else { &mut self.last_right };
        let sibling = last[head as usize].replace(child);
        self.arcs[child as usize] = Some(Arc { head, label, sibling });
    }
}

impl State for ArcEager {
    type Features = [Option<u32>; 8];
    type ExtraFeatures = [Option<u32>; 13];

    /// The words that the network looks at.
    fn features(&self) -> Self::Features {
        let (first, top) = (self.buffer(0), self.stack(0));
        [
            first,
            self.buffer(1),
            top,
            self.stack(1),
            self.stack(2),
            self.left_child(first),
            self.left_child(top),
            self.right_child(top),
        ]
    }

    /// The words that the network looks at with `extra_state_tokens`.
    ///
    /// The one place for the second left child of the stack's top is overwritten by the right child: spaCy's list has
    /// two entries for it, and thirteen places for fourteen entries.
    fn extra_features(&self) -> Self::ExtraFeatures {
        let (first, top, below) = (self.buffer(0), self.stack(0), self.stack(1));
        let (top_right, below_left) = (self.right_child(top), self.left_child(below));
        let below_right = self.right_child(below);
        [
            first,
            self.buffer(1),
            top,
            below,
            self.stack(2),
            self.left_child(top),
            top_right,
            self.left_child(first),
            self.sibling(top_right),
            below_left,
            self.sibling(below_left),
            below_right,
            self.sibling(below_right),
        ]
    }
}

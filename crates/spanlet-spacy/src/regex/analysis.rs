//! What can be said of a pattern before any text is there: its width, the characters that it begins and ends with.

use super::parse::{Node, Place};
use super::set::Set;

/// A superset of the characters that can stand somewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Chars {
    pub(super) ascii: u128,
    /// Some beyond ASCII.
    pub(super) few: Vec<char>,
    /// Any beyond ASCII.
    pub(super) wide: bool,
}

impl Chars {
    /// So many characters beyond ASCII are kept apart; more count as any.
    const FEW: usize = 16;
    const ALL: Self = Self { ascii: u128::MAX, few: Vec::new(), wide: true };

    pub(super) fn contains(&self, char: char) -> bool {
        if char.is_ascii() { self.ascii >> u32::from(char) & 1 != 0 } else { self.wide || self.few.contains(&char) }
    }

    fn of_char(char: char) -> Self {
        if char.is_ascii() {
            Self { ascii: 1 << u32::from(char), ..Self::default() }
        } else {
            Self { few: vec![char], ..Self::default() }
        }
    }

    fn of_set(set: &Set) -> Self {
        match set.few_wide(Self::FEW) {
            Some(few) => Self { ascii: set.ascii(), few, wide: false },
            None => Self { ascii: set.ascii(), few: Vec::new(), wide: true },
        }
    }

    fn add(&mut self, other: &Self) {
        self.ascii |= other.ascii;
        self.wide |= other.wide;
        for char in &other.few {
            if !self.few.contains(char) {
                self.few.push(*char);
            }
        }
        if self.few.len() > Self::FEW * 16 {
            self.few.clear();
            self.wide = true;
        }
    }
}

/// The least and the most characters that a match takes; `None` for no limit.
pub(super) fn width(node: &Node) -> (u32, Option<u32>) {
    let add = |one: Option<u32>, other: Option<u32>| one?.checked_add(other?);
    match node {
        Node::Empty | Node::Place(_) | Node::Look { .. } => (0, Some(0)),
        Node::Char(_) | Node::Set(_) => (1, Some(1)),
        Node::Sequence(nodes) => nodes
            .iter()
            .map(width)
            .fold((0, Some(0)), |(min, max), (least, most)| (min.saturating_add(least), add(max, most))),
        Node::Choice(nodes) => nodes.iter().map(width).fold((u32::MAX, Some(0)), |(min, max), (least, most)| {
            (min.min(least), max.and_then(|max| Some(max.max(most?))))
        }),
        Node::Repeat { body, min, max, .. } => {
            let (least, most) = width(body);
            let most = if most == Some(0) { Some(0) } else { most.and_then(|most| most.checked_mul((*max)?)) };
            (least.saturating_mul(*min), most)
        }
    }
}

/// Which characters a match begins with, and whether it may also take none.
pub(super) fn first(node: &Node) -> (Chars, bool) {
    edge(node, false)
}

/// Which characters a match ends with, and whether it may also take none.
pub(super) fn last(node: &Node) -> (Chars, bool) {
    edge(node, true)
}

fn edge(node: &Node, last: bool) -> (Chars, bool) {
    match node {
        Node::Empty | Node::Place(_) | Node::Look { .. } => (Chars::default(), true),
        Node::Char(char) => (Chars::of_char(*char), false),
        Node::Set(set) => (Chars::of_set(set), false),
        Node::Sequence(nodes) => {
            let mut chars = Chars::default();
            let mut step = |node| {
                let (more, empty) = edge(node, last);
                chars.add(&more);
                empty
            };
            let empty = if last { nodes.iter().rev().all(&mut step) } else { nodes.iter().all(&mut step) };
            (chars, empty)
        }
        Node::Choice(nodes) => {
            let mut chars = Chars::default();
            let mut empty = false;
            for node in nodes {
                let (more, more_empty) = edge(node, last);
                chars.add(&more);
                empty |= more_empty;
            }
            (chars, empty)
        }
        Node::Repeat { body, min, .. } => {
            let (chars, empty) = edge(body, last);
            (chars, empty || *min == 0)
        }
    }
}

/// All characters that a match can hold.
pub(super) fn inside(node: &Node) -> Chars {
    match node {
        Node::Empty | Node::Place(_) | Node::Look { .. } => Chars::default(),
        Node::Char(char) => Chars::of_char(*char),
        Node::Set(set) => Chars::of_set(set),
        Node::Sequence(nodes) | Node::Choice(nodes) => nodes.iter().fold(Chars::default(), |mut chars, node| {
            chars.add(&inside(node));
            chars
        }),
        Node::Repeat { body, .. } => inside(body),
    }
}

/// The ASCII characters that every match holds, as bits.
pub(super) fn required(node: &Node) -> u128 {
    match node {
        Node::Char(char) if char.is_ascii() => 1 << u32::from(*char),
        Node::Sequence(nodes) => nodes.iter().map(required).fold(0, |all, more| all | more),
        Node::Choice(nodes) => nodes.iter().map(required).fold(u128::MAX, |all, more| all & more),
        Node::Repeat { body, min, .. } if *min > 0 => required(body),
        _ => 0,
    }
}

/// Whether a match can only begin where the text does.
pub(super) fn starts_text(node: &Node) -> bool {
    match node {
        Node::Place(Place::Start) => true,
        Node::Sequence(nodes) => nodes.iter().take_while(|node| width(node).1 == Some(0)).any(starts_text),
        Node::Choice(nodes) => nodes.iter().all(starts_text),
        _ => false,
    }
}

/// Whether a match can only end where the text does, or before its last line feed.
pub(super) fn ends_text(node: &Node) -> bool {
    match node {
        Node::Place(Place::End | Place::VeryEnd) => true,
        Node::Sequence(nodes) => nodes.last().is_some_and(ends_text),
        Node::Choice(nodes) => nodes.iter().all(ends_text),
        _ => false,
    }
}

/// Alternatives by the character that stands at their edge: most texts leave one or none of hundreds.
#[derive(Clone, Debug)]
pub(super) struct Dispatch {
    ascii: Box<[u32; 128]>,
    /// Characters beyond ASCII that some alternative names; in order.
    named: Vec<(char, u32)>,
    /// For all others.
    wide: u32,
    /// For no character.
    none: u32,
    /// Lists of alternatives, each in the order of the pattern.
    lists: Vec<Box<[u32]>>,
}

impl Dispatch {
    /// `edges` tells for each alternative which characters it needs, and whether it may do without.
    pub(super) fn new(edges: &[(Chars, bool)]) -> Self {
        // Rather tells too little apart than takes long over a pattern that names thousands of characters.
        const MAX_TESTS: usize = 1 << 22;
        let mut named: Vec<char> = edges.iter().flat_map(|(chars, _)| chars.few.iter().copied()).collect();
        named.sort_unstable();
        named.dedup();
        let tell_apart = named.len().saturating_mul(edges.len()) <= MAX_TESTS;
        named.retain(|_| tell_apart);
        let mut lists: Vec<Box<[u32]>> = Vec::new();
        let mut list = |wanted: &dyn Fn(&Chars) -> bool| {
            let found: Box<[u32]> =
                (0u32..).zip(edges).filter(|(_, (chars, empty))| *empty || wanted(chars)).map(|(at, _)| at).collect();
            let at = lists.iter().position(|known| *known == found).unwrap_or_else(|| {
                lists.push(found);
                lists.len() - 1
            });
            at as u32
        };
        let ascii = Box::new(std::array::from_fn(|code| list(&|chars| chars.ascii >> code & 1 != 0)));
        let named = named.into_iter().map(|char| (char, list(&|chars| chars.contains(char)))).collect();
        let wide = list(&|chars| chars.wide || !tell_apart && !chars.few.is_empty());
        let none = list(&|_| false);
        Self { ascii, named, wide, none, lists }
    }

    /// The number of the list for a character, or for none.
    #[inline]
    pub(super) fn list_for(&self, char: Option<char>) -> u32 {
        match char {
            Some(char) if char.is_ascii() => self.ascii[char as usize & 127],
            Some(char) => match self.named.binary_search_by_key(&char, |(named, _)| *named) {
                Ok(at) => self.named[at].1,
                Err(_) => self.wide,
            },
            None => self.none,
        }
    }

    #[inline]
    pub(super) fn list(&self, number: u32) -> &[u32] {
        &self.lists[number as usize]
    }
}

/// Stands for no knowledge.
pub(super) fn any() -> Chars {
    Chars::ALL
}

//! Sets of characters.

use std::sync::OnceLock;

use crate::unicode::{Property, simple_lower};

/// A set of characters: ranges and properties, or everything else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Set {
    /// Which of the first 128 are in the set, whatever the fields below say.
    ascii: u128,
    /// Beyond ASCII; sorted, apart from each other, first and last.
    ranges: Vec<(u32, u32)>,
    /// Characters that have one of these properties are in.
    with: Vec<Property>,
    /// Characters that lack one of these properties are in.
    without: Vec<Property>,
    /// Everything said so far is meant the other way round.
    negated: bool,
    /// Asked about the lower case of a character.
    folded: bool,
}

impl Set {
    /// Whether a character is in the set.
    #[inline]
    pub(super) fn contains(&self, char: char) -> bool {
        if char.is_ascii() { self.ascii >> u32::from(char) & 1 != 0 } else { self.contains_wide(char) }
    }

    fn contains_wide(&self, char: char) -> bool {
        let (char, in_ranges) = if self.folded {
            let small = simple_lower(char);
            (small, self.in_ranges(small) || same_letter(small).any(|char| self.in_ranges(char)))
        } else {
            (char, self.in_ranges(char))
        };
        let named = in_ranges
            || self.with.iter().any(|property| property.of(char))
            || self.without.iter().any(|property| !property.of(char));
        named != self.negated
    }

    fn in_ranges(&self, char: char) -> bool {
        let code = u32::from(char);
        let after = self.ranges.partition_point(|(first, _)| *first <= code);
        after > 0 && self.ranges[after - 1].1 >= code
    }

    /// The members below 128, as bits.
    pub(super) fn ascii(&self) -> u128 {
        self.ascii
    }

    /// The members beyond ASCII when they are few, else `None`.
    pub(super) fn few_wide(&self, limit: usize) -> Option<Vec<char>> {
        let total: u32 = self.ranges.iter().map(|(first, last)| last - first + 1).sum();
        let plain = !self.negated && !self.folded && self.with.is_empty() && self.without.is_empty();
        (plain && total as usize <= limit).then(|| {
            let codes = self.ranges.iter().flat_map(|(first, last)| *first..=*last);
            codes.filter_map(char::from_u32).collect()
        })
    }
}

/// Collects what a pattern says of a set.
#[derive(Clone, Debug, Default)]
pub(super) struct SetBuilder {
    ranges: Vec<(u32, u32)>,
    with: Vec<Property>,
    without: Vec<Property>,
    negated: bool,
}

impl SetBuilder {
    /// An empty set, or with `negated` one of which everything is named that is not in it.
    pub(super) fn new(negated: bool) -> Self {
        Self { negated, ..Self::default() }
    }

    /// Adds the characters from `first` to `last`.
    pub(super) fn add_range(&mut self, first: u32, last: u32) {
        self.ranges.push((first, last));
    }

    /// Adds the characters that have a property, or those that lack it.
    pub(super) fn add_property(&mut self, property: Property, has: bool) {
        if has {
            self.with.push(property);
        } else {
            self.without.push(property);
        }
    }

    /// The finished set; `fold` makes it blind to case as Python's `IGNORECASE` is.
    pub(super) fn finish(mut self, fold: bool) -> Set {
        self.ranges.sort_unstable();
        let mut ranges: Vec<(u32, u32)> = Vec::with_capacity(self.ranges.len());
        for (first, last) in self.ranges {
            match ranges.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
                _ => ranges.push((first, last)),
            }
        }
        let mut set =
            Set { ascii: 0, ranges, with: self.with, without: self.without, negated: self.negated, folded: fold };
        for byte in 0..128u8 {
            set.ascii |= u128::from(set.contains_wide(char::from(byte))) << byte;
        }
        // What lies below 128 is in the bits now.
        set.ranges.retain_mut(|(first, last)| {
            *first = (*first).max(if fold { 0 } else { 128 });
            first <= last
        });
        set
    }
}

/// The other characters that a pattern which ignores case takes for a small letter: its capitals, and the small letters
/// with the same capital and their capitals.
///
/// Source: CPython 3.11, `Lib/re/_compiler.py`, `_optimize_charset`.
fn same_letter(small: char) -> impl Iterator<Item = char> {
    let group = SAME_LETTERS.iter().find(|group| group.contains(small)).copied().unwrap_or_default();
    let others = group.chars().filter(move |char| *char != small);
    capitals(small).chain(others.flat_map(|char| std::iter::once(char).chain(capitals(char))))
}

/// The characters whose lower case is this one.
fn capitals(small: char) -> impl Iterator<Item = char> {
    static ONCE: OnceLock<Vec<(char, char)>> = OnceLock::new();
    let pairs = ONCE.get_or_init(|| {
        let mut pairs: Vec<_> =
            ('\0'..=char::MAX).map(|char| (simple_lower(char), char)).filter(|(small, char)| small != char).collect();
        pairs.sort_unstable();
        pairs
    });
    let start = pairs.partition_point(|(lower, _)| *lower < small);
    pairs[start..].iter().take_while(move |(lower, _)| *lower == small).map(|(_, char)| *char)
}

/// Groups of small letters with the same capital.
///
/// Source: CPython 3.11, `Lib/re/_casefix.py`.
const SAME_LETTERS: [&str; 24] = [
    "\u{69}\u{131}",
    "\u{73}\u{17f}",
    "\u{b5}\u{3bc}",
    "\u{345}\u{3b9}\u{1fbe}",
    "\u{390}\u{1fd3}",
    "\u{3b0}\u{1fe3}",
    "\u{3b2}\u{3d0}",
    "\u{3b5}\u{3f5}",
    "\u{3b8}\u{3d1}",
    "\u{3ba}\u{3f0}",
    "\u{3c0}\u{3d6}",
    "\u{3c1}\u{3f1}",
    "\u{3c2}\u{3c3}",
    "\u{3c6}\u{3d5}",
    "\u{432}\u{1c80}",
    "\u{434}\u{1c81}",
    "\u{43e}\u{1c82}",
    "\u{441}\u{1c83}",
    "\u{442}\u{1c84}\u{1c85}",
    "\u{44a}\u{1c86}",
    "\u{463}\u{1c87}",
    "\u{1c88}\u{a64b}",
    "\u{1e61}\u{1e9b}",
    "\u{fb05}\u{fb06}",
];

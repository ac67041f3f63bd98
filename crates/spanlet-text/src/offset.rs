//! What an offset counts, and conversion between the three ways of counting.

use serde::{Deserialize, Serialize};

/// What offsets count, from the start of the caller's text before any cleaning.
///
/// In JSON it is its [`name`](Self::name).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OffsetUnit {
    /// Unicode code points, as Python's `str` counts.
    #[default]
    CodePoint,
    /// UTF-16 code units, as JavaScript's strings count.
    Utf16,
    /// Bytes of the UTF-8 encoding, as Rust's strings count.
    Utf8,
}

impl OffsetUnit {
    /// Every unit, in WIT's order.
    pub const ALL: [Self; 3] = [Self::CodePoint, Self::Utf16, Self::Utf8];

    /// The unit's name in JSON: `code-point`, `utf16` or `utf8`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CodePoint => "code-point",
            Self::Utf16 => "utf16",
            Self::Utf8 => "utf8",
        }
    }

    /// The unit of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.name() == name)
    }

    /// How many units `text` holds; 0 for an empty one.
    #[must_use]
    pub fn length(self, text: &str) -> usize {
        match self {
            Self::CodePoint => text.chars().count(),
            Self::Utf16 => text.chars().map(char::len_utf16).sum(),
            Self::Utf8 => text.len(),
        }
    }

    /// The offset, in this unit, of the character that begins at byte `at_byte`.
    ///
    /// `at_byte` may be `text.len()`, which gives [`length`](Self::length). `None` past the end or inside a character.
    #[must_use]
    pub fn from_byte(self, text: &str, at_byte: usize) -> Option<usize> {
        text.get(..at_byte).map(|before| self.length(before))
    }

    /// The byte at which the character with offset `at` in this unit begins; the inverse of
    /// [`from_byte`](Self::from_byte).
    ///
    /// `None` past the end, or inside a character (the second half of a surrogate pair, a continuation byte).
    #[must_use]
    pub fn to_byte(self, text: &str, at: usize) -> Option<usize> {
        let mut passed = 0;
        for (start_byte, character) in text.char_indices() {
            if passed >= at {
                return (passed == at).then_some(start_byte);
            }
            passed += self.width(character);
        }
        (passed == at).then_some(text.len())
    }

    /// How many units one character takes.
    pub(crate) fn width(self, character: char) -> usize {
        match self {
            Self::CodePoint => 1,
            Self::Utf16 => character.len_utf16(),
            Self::Utf8 => character.len_utf8(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::OffsetUnit::{self, CodePoint, Utf8, Utf16};

    /// One, two, three and four bytes; the last is a surrogate pair in UTF-16.
    const TEXT: &str = "aé€🍞";
    const STARTS: [(OffsetUnit, [usize; 5]); 3] =
        [(CodePoint, [0, 1, 2, 3, 4]), (Utf16, [0, 1, 2, 3, 5]), (Utf8, [0, 1, 3, 6, 10])];

    #[test]
    fn every_character_boundary_converts_both_ways() {
        let bytes = STARTS[2].1;
        for (unit, offsets) in STARTS {
            for (offset, at_byte) in offsets.into_iter().zip(bytes) {
                assert_eq!(unit.from_byte(TEXT, at_byte), Some(offset), "{unit:?}");
                assert_eq!(unit.to_byte(TEXT, offset), Some(at_byte), "{unit:?}");
            }
            assert_eq!(unit.length(TEXT), offsets[4]);
        }
    }

    #[test]
    fn offsets_inside_a_character_or_past_the_end_have_no_answer() {
        assert_eq!(Utf16.to_byte(TEXT, 4), None);
        assert_eq!(Utf8.to_byte(TEXT, 2), None);
        assert_eq!(CodePoint.from_byte(TEXT, 2), None);
        for unit in [CodePoint, Utf16, Utf8] {
            assert_eq!(unit.to_byte(TEXT, 11), None);
            assert_eq!(unit.from_byte(TEXT, 11), None);
        }
    }

    #[test]
    fn an_empty_text_has_one_boundary() {
        for unit in [CodePoint, Utf16, Utf8] {
            assert_eq!(unit.length(""), 0);
            assert_eq!(unit.to_byte("", 0), Some(0));
            assert_eq!(unit.to_byte("", 1), None);
        }
    }
}

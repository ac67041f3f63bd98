//! What Python 3.11 says of characters and strings. Its Unicode is version 14, older than Rust's, and some of its
//! questions (`isalpha`, `isdigit`, `isspace`) are not the ones that Rust's standard library answers.

use std::borrow::Cow;

/// Made by `tests/reference/spacy_tables.py`: sets of properties, the block of each 256 code points, the blocks.
const TABLE: &[u8] = include_bytes!("../data/unicode.bin");
const CLASSES: usize = TABLE[0] as usize;
const BLOCKS_START: usize = 1 + CLASSES * 2;
const BLOCK_COUNT: usize = 0x11_0000 / 256;
const CONTENT_START: usize = BLOCKS_START + BLOCK_COUNT;

/// The properties of each class of characters.
static PROPERTIES: [u16; 32] = {
    let mut properties = [0; 32];
    let mut class = 0;
    while class < CLASSES {
        properties[class] = u16::from_le_bytes([TABLE[1 + class * 2], TABLE[2 + class * 2]]);
        class += 1;
    }
    properties
};

/// A set of properties of characters, as Python 3.11 sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Property(u16);

impl Property {
    /// `str.isalpha`: general category L*.
    pub(crate) const ALPHA: Self = Self(1);
    /// `str.isupper`: the derived property Uppercase.
    pub(crate) const UPPER: Self = Self(1 << 1);
    /// `str.islower`: the derived property Lowercase.
    pub(crate) const LOWER: Self = Self(1 << 2);
    /// General category Lt, e.g. `ǅ`.
    pub(crate) const TITLE: Self = Self(1 << 3);
    /// `str.isdecimal`: general category Nd; `\d` of a pattern.
    pub(crate) const DECIMAL: Self = Self(1 << 4);
    /// `str.isdigit`: decimals, and such as `²` and `①`.
    pub(crate) const DIGIT: Self = Self(1 << 5);
    /// `str.isalnum`: letters and everything with a numeric value.
    pub(crate) const ALNUM: Self = Self(1 << 6);
    /// `str.isspace`; `\s` of a pattern.
    pub(crate) const SPACE: Self = Self(1 << 7);
    /// General category P*.
    pub(crate) const PUNCTUATION: Self = Self(1 << 8);
    /// General category Sc.
    pub(crate) const CURRENCY: Self = Self(1 << 9);
    /// `\w` of a pattern: `str.isalnum`, and `_`.
    pub(crate) const WORD: Self = Self(1 << 10);
    /// Looked through when a capital sigma asks what stands beside it.
    const CASE_IGNORABLE: Self = Self(1 << 11);
    const CASED: Self = Self(Self::UPPER.0 | Self::LOWER.0 | Self::TITLE.0);

    /// Whether `char` has one of these properties.
    #[inline]
    pub(crate) fn of(self, char: char) -> bool {
        properties(char) & self.0 != 0
    }

    /// Whether every character of `text` has one of these properties, and there is one: Python's way with strings.
    pub(crate) fn of_all(self, text: &str) -> bool {
        !text.is_empty() && text.chars().all(|char| self.of(char))
    }
}

#[inline]
fn properties(char: char) -> u16 {
    let code = char as usize;
    let block = TABLE[BLOCKS_START + (code >> 8)] as usize;
    let class = TABLE[CONTENT_START + (block << 8) + (code & 255)];
    PROPERTIES[usize::from(class & 31)]
}

/// `str.isspace` of one character.
#[inline]
pub(crate) fn is_space(char: char) -> bool {
    if char.is_ascii() { matches!(char, '\t'..='\r' | '\x1c'..=' ') } else { Property::SPACE.of(char) }
}

/// `str.islower`: a cased character, and none in upper or title case.
pub(crate) fn is_lower(text: &str) -> bool {
    let forbidden = Property(Property::UPPER.0 | Property::TITLE.0);
    text.chars().any(|char| Property::LOWER.of(char)) && !text.chars().any(|char| forbidden.of(char))
}

/// `str.isupper`: a character in upper case, and none in lower or title case.
pub(crate) fn is_upper(text: &str) -> bool {
    let forbidden = Property(Property::LOWER.0 | Property::TITLE.0);
    text.chars().any(|char| Property::UPPER.of(char)) && !text.chars().any(|char| forbidden.of(char))
}

/// `str.istitle`: capitals only after what has no case, small letters only after what has.
pub(crate) fn is_title(text: &str) -> bool {
    let capital = Property(Property::UPPER.0 | Property::TITLE.0);
    let (mut after_cased, mut any) = (false, false);
    for char in text.chars() {
        if capital.of(char) || Property::LOWER.of(char) {
            if capital.of(char) == after_cased {
                return false;
            }
            (after_cased, any) = (true, true);
        } else {
            after_cased = false;
        }
    }
    any
}

/// `str.lower`: full lower case, with the rule for a sigma at the end of a word.
pub(crate) fn lower(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Cow::Owned(text.to_ascii_lowercase());
        }
        return Cow::Borrowed(text);
    }
    if !text.chars().any(has_lower) {
        return Cow::Borrowed(text);
    }
    let mut lower = String::with_capacity(text.len());
    for (start, char) in text.char_indices() {
        match char {
            'Σ' if sigma_is_final(&text[..start], &text[start + char.len_utf8()..]) => lower.push('ς'),
            char if has_lower(char) => lower.extend(char.to_lowercase()),
            char => lower.push(char),
        }
    }
    Cow::Owned(lower)
}

/// The one character that a pattern which ignores case takes for `char`: the first of its lower case.
pub(crate) fn simple_lower(char: char) -> char {
    if !has_lower(char) {
        return char;
    }
    char.to_lowercase().next().unwrap_or(char)
}

/// Whether `str.lower` changes a character. Letters that came after Unicode 14 stay as they are.
fn has_lower(char: char) -> bool {
    Property(Property::UPPER.0 | Property::TITLE.0).of(char)
}

fn sigma_is_final(before: &str, after: &str) -> bool {
    let cased = |char: Option<char>| char.is_some_and(|char| Property::CASED.of(char));
    cased(before.chars().rev().find(|char| !Property::CASE_IGNORABLE.of(*char)))
        && !cased(after.chars().find(|char| !Property::CASE_IGNORABLE.of(*char)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lower_case_of_every_code_point_is_pythons() {
        // FNV-1a over the lower case of all code points in order, by Python 3.11.
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        for char in '\0'..=char::MAX {
            for byte in lower(char.encode_utf8(&mut [0; 4])).bytes() {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
            }
        }
        assert_eq!(hash, 0xc319_d02e_8283_b91e);
    }

    #[test]
    fn sigma_is_final_only_at_the_end_of_a_word() {
        for (text, expected) in [
            ("ΟΔΟΣ", "οδος"),
            ("ΟΔΟΣ.", "οδος."),
            ("Σ", "σ"),
            ("ΑΣ'Α", "ασ'α"),
            ("ΑΣ.Α", "ασ.α"),
            ("Α\u{301}Σ", "α\u{301}ς"),
            ("ΑΣ\u{301}Β", "ασ\u{301}β"),
            ("İ", "i\u{307}"),
        ] {
            assert_eq!(lower(text), expected, "{text}");
        }
    }

    #[test]
    fn strings_answer_as_in_python() {
        // text, islower, isupper, istitle, isalpha, isdigit, isspace
        for (text, expected) in STRINGS {
            let found = [
                is_lower(text),
                is_upper(text),
                is_title(text),
                Property::ALPHA.of_all(text),
                Property::DIGIT.of_all(text),
                Property::SPACE.of_all(text),
            ];
            assert_eq!(found.map(u8::from), expected, "{text:?}");
        }
    }

    const STRINGS: [(&str, [u8; 6]); 29] = [
        ("", [0, 0, 0, 0, 0, 0]),
        ("a", [1, 0, 0, 1, 0, 0]),
        ("A", [0, 1, 1, 1, 0, 0]),
        ("Ab", [0, 0, 1, 1, 0, 0]),
        ("aB", [0, 0, 0, 1, 0, 0]),
        ("A1b", [0, 0, 0, 0, 0, 0]),
        ("A1B", [0, 1, 1, 0, 0, 0]),
        ("They'Re", [0, 0, 1, 0, 0, 0]),
        ("They're", [0, 0, 0, 0, 0, 0]),
        ("ǅ", [0, 0, 1, 1, 0, 0]),
        ("ǅa", [0, 0, 1, 1, 0, 0]),
        ("ⓐ", [1, 0, 0, 0, 0, 0]),
        ("Ⓐ", [0, 1, 1, 0, 0, 0]),
        ("ª", [1, 0, 0, 1, 0, 0]),
        ("²", [0, 0, 0, 0, 1, 0]),
        ("①", [0, 0, 0, 0, 1, 0]),
        ("½", [0, 0, 0, 0, 0, 0]),
        ("٣", [0, 0, 0, 0, 1, 0]),
        ("\u{1c}", [0, 0, 0, 0, 0, 1]),
        ("\u{85}", [0, 0, 0, 0, 0, 1]),
        ("\u{200b}", [0, 0, 0, 0, 0, 0]),
        ("\u{a0} ", [0, 0, 0, 0, 0, 1]),
        ("ΑΣ'Α", [0, 1, 0, 0, 0, 0]),
        ("ΑΣ.Α", [0, 1, 0, 0, 0, 0]),
        ("文", [0, 0, 0, 1, 0, 0]),
        ("文A", [0, 1, 1, 1, 0, 0]),
        ("ⅷ", [1, 0, 0, 0, 0, 0]),
        ("Ⅷ", [0, 1, 1, 0, 0, 0]),
        ("\u{345}", [1, 0, 0, 0, 0, 0]),
    ];
}

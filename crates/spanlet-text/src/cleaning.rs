//! Cleaning a text as hashtag models are trained.

use crate::category::is_punctuation;
use crate::markup::character_data;

/// The text with HTML tags dropped, lower-cased, and without punctuation; an empty text stays empty.
///
/// In this order: character data is what Python's `html.parser.HTMLParser` hands on, with character references
/// resolved; lower-casing is the full mapping with the final sigma; punctuation is every character of general category
/// `P*` (`state-of-the-art` becomes `stateoftheart`, `#doctor` becomes `doctor`), while symbols such as `+` and emoji
/// stay. White space is left as it is.
///
/// Source: CPython 3.11, `html.parser`, `str.lower` and `unicodedata.category`.
#[must_use]
pub fn clean(text: &str) -> String {
    let mut cleaned = character_data(text).to_lowercase();
    cleaned.retain(|character| !is_punctuation(character));
    cleaned
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn tags_case_and_punctuation_go_and_symbols_stay() {
        let cases = [
            ("", ""),
            ("<p>State-of-the-Art</p>", "stateoftheart"),
            ("#Doctor & C++ 5 < 6", "doctor  c++ 5 < 6"),
            ("ΟΔΟΣ İ", "οδος i\u{307}"),
            ("a&nbsp;b 🍞!", "a\u{a0}b 🍞"),
        ];
        for (text, expected) in cases {
            assert_eq!(clean(text), expected, "{text}");
        }
    }
}

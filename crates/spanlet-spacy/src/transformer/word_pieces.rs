//! Word pieces as `curated-tokenizers` finds them: the longest from the left, and one for whatever remains.
//!
//! Source: curated-tokenizers 0.0, `_wordpiece.pyx`; spacy-curated-transformers 0.3, `tokenization/wordpiece_encoder.py`.

use std::collections::BTreeMap;

use crate::unicode::{self, Property};

/// What a piece inside a word begins with in a vocabulary.
const CONTINUES: &str = "##";

/// A vocabulary of word pieces.
#[derive(Clone, Debug)]
pub(super) struct WordPieces {
    /// Those that begin words, and those that continue them.
    numbers: [BTreeMap<Box<str>, u32>; 2],
    /// So many bytes has the longest.
    longest: usize,
    unknown: u32,
    lowercase: bool,
    cut_at_punctuation: bool,
}

impl WordPieces {
    /// Takes the pieces in the order of their numbers.
    pub(super) fn new(pieces: &[String], unknown: u32, lowercase: bool, cut_at_punctuation: bool) -> Self {
        let mut words = Self { numbers: Default::default(), longest: 0, unknown, lowercase, cut_at_punctuation };
        for (piece, number) in pieces.iter().zip(0..) {
            let (place, piece) = piece.strip_prefix(CONTINUES).map_or((0, piece.as_str()), |rest| (1, rest));
            words.longest = words.longest.max(piece.len());
            words.numbers[place].insert(piece.into(), number);
        }
        words
    }

    /// The numbers of a token's pieces.
    pub(super) fn cut(&self, token: &str) -> Vec<u32> {
        let lower = if self.lowercase { unicode::lower(token) } else { token.into() };
        let mut found = Vec::new();
        if !self.cut_at_punctuation {
            self.cut_word(&lower, &mut found);
            return found;
        }
        let mut rest = &*lower;
        while let Some(first) = rest.chars().next() {
            let end =
                if is_punctuation(first) { first.len_utf8() } else { rest.find(is_punctuation).unwrap_or(rest.len()) };
            self.cut_word(&rest[..end], &mut found);
            rest = &rest[end..];
        }
        found
    }

    fn cut_word(&self, word: &str, found: &mut Vec<u32>) {
        let mut rest = word;
        while !rest.is_empty() {
            let numbers = &self.numbers[usize::from(rest.len() < word.len())];
            let ends = (1..=rest.len().min(self.longest)).rev().filter(|&end| rest.is_char_boundary(end));
            match ends.filter_map(|end| Some((*numbers.get(&rest[..end])?, end))).next() {
                Some((number, end)) => {
                    found.push(number);
                    rest = &rest[end..];
                }
                None => {
                    found.push(self.unknown);
                    return;
                }
            }
        }
    }
}

/// What BERT cuts words at: punctuation, and every mark of ASCII.
fn is_punctuation(char: char) -> bool {
    char.is_ascii_punctuation() || Property::PUNCTUATION.of(char)
}

#[cfg(test)]
mod tests {
    use super::WordPieces;

    fn words(lowercase: bool, cut_at_punctuation: bool) -> WordPieces {
        let pieces = ["[UNK]", "a", "ab", "##c", "##cd", "-", "##-", "é"].map(str::to_owned);
        WordPieces::new(&pieces, 0, lowercase, cut_at_punctuation)
    }

    #[test]
    fn the_longest_piece_is_taken_and_what_is_unknown_ends_the_word() {
        let cased = words(false, true);
        for (token, expected) in [
            ("abcdc", &[2, 4, 3][..]),
            ("abx", &[2, 0]),
            ("xab", &[0]),
            ("a-ab", &[1, 5, 2]),
            ("é", &[7]),
            ("éx-", &[7, 0, 5]),
            ("A", &[0]),
            ("", &[]),
        ] {
            assert_eq!(cased.cut(token), expected, "{token}");
        }
        assert_eq!(words(true, true).cut("AB"), [2]);
        assert_eq!(words(false, false).cut("a-ab"), [1, 6, 0]);
    }
}

//! The hashtags that an author has put into a text already.

use crate::category::is_word;

/// The hashtags of `text`, each with its `#`, in text order, duplicates kept; a text without any gives none.
///
/// A hashtag is `#` after a character that is not a word's, then at least three word characters or hyphens, the last
/// of them a word character, and no `#` after it: `a#doctor`, `#ab`, `#abc#def` and `#abc-` give none, `##abc` gives
/// `#abc`. Word characters are letters, numbers and `_`.
///
/// Source: the regular expression `\B(#[\w-]{3,})\b(?![#\-\w])` as Python 3.11's `re` understands it, by hand. Its
/// greedy run can only end where the run of word characters and hyphens ends, since the look-ahead refuses to stop
/// earlier; so there is no backtracking to imitate.
#[must_use]
pub fn hashtags(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut end_byte = 0;
    for (hash_byte, _) in text.match_indices('#') {
        if hash_byte < end_byte || text[..hash_byte].chars().next_back().is_some_and(is_word) {
            continue;
        }
        if let Some(tag) = hashtag_at(text, hash_byte) {
            end_byte = hash_byte + tag.len();
            found.push(tag);
        }
    }
    found
}

/// The hashtag whose `#` stands at `hash_byte`, if what follows makes it one.
fn hashtag_at(text: &str, hash_byte: usize) -> Option<&str> {
    let after_hash = &text[hash_byte + 1..];
    let run_bytes = after_hash.find(|character| !is_word(character) && character != '-').unwrap_or(after_hash.len());
    let (run, rest) = after_hash.split_at(run_bytes);
    let is_tag = run.chars().nth(2).is_some() && !run.ends_with('-') && !rest.starts_with('#');
    is_tag.then(|| &text[hash_byte..hash_byte + 1 + run_bytes])
}

#[cfg(test)]
mod tests {
    use super::hashtags;

    #[test]
    fn hashtags_are_found_as_the_expression_finds_them() {
        let cases: [(&str, &[&str]); 14] = [
            ("", &[]),
            ("#ab", &[]),
            ("a#doctor", &[]),
            ("#abc#def", &[]),
            ("#C++", &[]),
            ("#abc- #pre-med", &["#pre-med"]),
            ("##abc", &["#abc"]),
            ("#bread, #bread", &["#bread", "#bread"]),
            ("(#bread)", &["#bread"]),
            ("é#bread", &[]),
            ("#día #日本語 #١٢٣", &["#día", "#日本語", "#١٢٣"]),
            ("#---a #a_b", &["#---a", "#a_b"]),
            ("#abc\u{301}", &["#abc"]),
            ("🍞#bread🍞", &["#bread"]),
        ];
        for (text, expected) in cases {
            assert_eq!(hashtags(text), expected, "{text}");
        }
    }
}

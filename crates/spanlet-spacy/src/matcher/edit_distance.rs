//! How many edits lie between two strings: the comparison behind the `FUZZY` operators.

/// Whether `text` becomes `pattern` by at most `max_edits` insertions, deletions and replacements of code points.
///
/// `None` allows three in ten of the pattern's length, and at least two.
///
/// Source: spaCy 3.8, `matcher/levenshtein.pyx`, `levenshtein_compare`.
pub(crate) fn is_similar(text: &str, pattern: &str, max_edits: Option<u8>) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let max_edits = match max_edits {
        Some(edits) => usize::from(edits),
        // Python rounds halves to even: 15 characters allow 4 edits, 25 allow 8.
        None => ((0.3 * pattern.len() as f64).round_ties_even() as usize).max(2),
    };
    is_within(text, &pattern, max_edits)
}

/// The usual table, of which only the cells that can still lead to `max_edits` are filled.
fn is_within(text: &str, pattern: &[char], max_edits: usize) -> bool {
    // Longer texts cannot match; they are told apart without being collected.
    if text.chars().nth(pattern.len() + max_edits).is_some() {
        return false;
    }
    let text: Vec<char> = text.chars().collect();
    if pattern.len() > text.len() + max_edits {
        return false;
    }
    let too_many = max_edits + 1;
    let mut above: Vec<usize> = (0..=pattern.len()).map(|edits| edits.min(too_many)).collect();
    let mut row = vec![too_many; above.len()];
    for (line, char) in text.iter().enumerate() {
        let first = (line + 1).saturating_sub(max_edits);
        let last = (line + 1 + max_edits).min(pattern.len());
        row[0] = (line + 1).min(too_many);
        if first > 1 {
            row[first - 1] = too_many;
        }
        for column in first.max(1)..=last {
            let replaced = above[column - 1] + usize::from(*char != pattern[column - 1]);
            row[column] = replaced.min(above[column] + 1).min(row[column - 1] + 1).min(too_many);
        }
        if last < pattern.len() {
            row[last + 1] = too_many;
        }
        std::mem::swap(&mut above, &mut row);
    }
    above[pattern.len()] <= max_edits
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each line is what `spacy.matcher.levenshtein.levenshtein_compare` of 3.8.18 answers.
    #[test]
    fn strings_within_the_limit_are_similar() {
        for (text, pattern, max_edits, similar) in [
            ("", "", None, true),
            ("ab", "", None, true),
            ("abc", "", None, false),
            ("abcd", "badc", None, false),
            ("abcd", "bacd", None, true),
            ("naive", "naïve", Some(1), true),
            ("kitten", "sitting", Some(2), false),
            ("kitten", "sitting", Some(3), true),
            ("aaaaaaaaaaaxxxx", "aaaaaaaaaaabbbb", None, true),
            ("aaaaaaaaaaxxxxx", "aaaaaaaaaabbbbb", None, false),
            ("aaaaaaaaaaaaaaaaaxxxxxxxx", "aaaaaaaaaaaaaaaaabbbbbbbb", None, true),
            ("aaaaaaaaaaaaaaaaxxxxxxxxx", "aaaaaaaaaaaaaaaabbbbbbbbb", None, false),
            ("b", "abcdefgh", Some(9), true),
        ] {
            assert_eq!(is_similar(text, pattern, max_edits), similar, "{text} {pattern} {max_edits:?}");
        }
    }

    #[test]
    fn the_narrow_table_agrees_with_the_whole_one() {
        let words = ["", "a", "ab", "ba", "abc", "acb", "bcd", "abcde", "eabcd", "edcba", "aabbcc", "abcabc"];
        for text in words {
            for pattern in words {
                let pattern: Vec<char> = pattern.chars().collect();
                for max_edits in 0..8 {
                    assert_eq!(is_within(text, &pattern, max_edits), distance(text, &pattern) <= max_edits);
                }
            }
        }
    }

    fn distance(text: &str, pattern: &[char]) -> usize {
        let Some(last) = text.chars().last() else { return pattern.len() };
        let shorter = &text[..text.len() - last.len_utf8()];
        let Some((end, rest)) = pattern.split_last() else { return text.chars().count() };
        let replaced = distance(shorter, rest) + usize::from(last != *end);
        replaced.min(distance(shorter, pattern) + 1).min(distance(text, rest) + 1)
    }
}

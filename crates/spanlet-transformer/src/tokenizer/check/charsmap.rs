//! The table of replacements that sentencepiece writes: a trie over bytes, and the texts that its leaves point into.
//!
//! Source: spm_precompiled 0.1.4, `DoubleArray::common_prefix_search` and `Precompiled::transform`, which index both
//! without looking; Darts-clone 0.32, `DoubleArrayUnit`.

/// Refuses a table in which some text would lead outside of it.
pub(super) fn check(base64: &str) -> Result<(), String> {
    let damaged = |problem: &str| format!("precompiled_charsmap: expected {problem}");
    let bytes = decoded(base64).ok_or_else(|| damaged("text in base64"))?;
    let (size, rest) = bytes.split_first_chunk().ok_or_else(|| damaged("the trie's size"))?;
    let size = u32::from_le_bytes(*size) as usize / 4 * 4;
    let (trie, texts) = rest.split_at_checked(size).ok_or_else(|| damaged("a trie of the size that is said"))?;
    let trie: Vec<u32> = trie.as_chunks().0.iter().map(|unit| u32::from_le_bytes(*unit)).collect();
    let texts = std::str::from_utf8(texts).map_err(|_| damaged("texts in UTF-8"))?;
    let Some(root) = trie.first() else { return Err(damaged("a trie, found none")) };
    let mut is_met = vec![false; trie.len()];
    let mut open = vec![offset(*root)];
    while let Some(base) = open.pop() {
        // Any byte may follow.
        if base | 0xff >= trie.len() {
            return Err(damaged("a trie whose nodes lie in it"));
        }
        if std::mem::replace(&mut is_met[base], true) {
            continue;
        }
        for byte in 1..=0xff {
            let place = base ^ byte;
            let unit = trie[place];
            if unit & (1 << 31 | 0xff) != byte as u32 {
                continue;
            }
            let next = place ^ offset(unit);
            if unit >> 8 & 1 == 1 {
                let text = trie.get(next).map(|leaf| (leaf & !(1 << 31)) as usize);
                if !text.is_some_and(|text| texts.is_char_boundary(text)) {
                    return Err(damaged("leaves that point to texts"));
                }
            }
            open.push(next);
        }
    }
    Ok(())
}

fn offset(unit: u32) -> usize {
    ((unit >> 10) << ((unit & 1 << 9) >> 6)) as usize
}

/// The bytes of a text in base64 with its padding.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=').as_bytes();
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let (mut bits, mut count) = (0u32, 0);
    for letter in text {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        (bits, count) = (bits << 6 | u32::from(value), count + 6);
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{check, decoded};

    #[test]
    fn base64_as_others_write_it() {
        assert_eq!(decoded("aGk="), Some(b"hi".to_vec()));
        assert_eq!(decoded("aGkh"), Some(b"hi!".to_vec()));
        assert_eq!(decoded("a-"), None);
    }

    #[test]
    fn damage_is_told() {
        for text in ["", "AAAA", "AAAAAA==", "BAAAAAAAAAA=", "//////8=", "not base64"] {
            assert!(check(text).is_err(), "{text:?}");
        }
    }
}

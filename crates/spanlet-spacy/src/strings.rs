//! spaCy's ids for strings: small fixed numbers for its symbols, MurmurHash64A for all others.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::OnceLock;

/// spaCy's names for attributes, parts of speech and dependency labels; the number of the line, from 1, is the id.
const SYMBOLS: &str = include_str!("../data/symbols.txt");
/// No symbol is longer; most words are told from symbols by their length alone.
const LONGEST_SYMBOL: usize = 17;

/// The id of a string: 0 for the empty one, a small number for a symbol, else its hash.
///
/// Source: spaCy 3.8, `strings.pyx`, `get_string_id`.
pub(crate) fn string_id(text: &str) -> u64 {
    if text.is_empty() {
        return 0;
    }
    if text.len() <= LONGEST_SYMBOL
        && let Some(id) = symbols().by_name.get(text)
    {
        return u64::from(*id);
    }
    murmur_hash_64a(text.as_bytes(), 1)
}

/// `MurmurHash64A` over bytes, eight at a time, little-endian.
///
/// Source: murmurhash 1.0, `MurmurHash2.cpp`, `MurmurHash64A`.
pub(crate) fn murmur_hash_64a(bytes: &[u8], seed: u64) -> u64 {
    const M: u64 = 0xc6a4_a793_5bd1_e995;
    const R: u32 = 47;
    let mut hash = seed ^ (bytes.len() as u64).wrapping_mul(M);
    let (blocks, tail) = bytes.as_chunks::<8>();
    for block in blocks {
        let mut key = u64::from_le_bytes(*block).wrapping_mul(M);
        key ^= key >> R;
        hash = (hash ^ key.wrapping_mul(M)).wrapping_mul(M);
    }
    if !tail.is_empty() {
        let mut last = [0; 8];
        last[..tail.len()].copy_from_slice(tail);
        hash = (hash ^ u64::from_le_bytes(last)).wrapping_mul(M);
    }
    hash ^= hash >> R;
    hash = hash.wrapping_mul(M);
    hash ^ (hash >> R)
}

struct Symbols {
    by_name: TextMap<&'static str, u16>,
    /// The symbol with id `i` is at `i - 1`.
    names: Vec<&'static str>,
}

fn symbols() -> &'static Symbols {
    static ONCE: OnceLock<Symbols> = OnceLock::new();
    ONCE.get_or_init(|| Symbols { by_name: SYMBOLS.lines().zip(1..).collect(), names: SYMBOLS.lines().collect() })
}

/// The strings that a pipeline saved, by id.
#[derive(Clone, Debug, Default)]
pub(crate) struct Strings {
    by_id: IdMap<u64, Box<str>>,
}

impl Strings {
    /// Takes the strings of `vocab/strings.json`.
    pub(crate) fn new(saved: Vec<String>) -> Self {
        Self { by_id: saved.into_iter().map(|text| (string_id(&text), text.into_boxed_str())).collect() }
    }

    /// The string with this id: a symbol, or one that was saved. The empty string has id 0.
    pub(crate) fn get(&self, id: u64) -> Option<&str> {
        let names = &symbols().names;
        match usize::try_from(id) {
            Ok(0) => Some(""),
            Ok(id) if id <= names.len() => Some(names[id - 1]),
            _ => self.by_id.get(&id).map(AsRef::as_ref),
        }
    }
}

/// Hashes what is a hash already: takes 64-bit ids as they are, and mixes several into one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct IdHasher(u64);

/// A map whose keys are ids of strings.
pub(crate) type IdMap<K, V> = HashMap<K, V, BuildHasherDefault<IdHasher>>;

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        // Symbols are small numbers, and maps take a key's place from its high and low bits: spread them.
        self.0 = (self.0.rotate_left(26) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

/// Hashes short texts, eight bytes at a time.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TextHasher(u64);

/// A map whose keys are short texts.
pub(crate) type TextMap<K, V> = HashMap<K, V, BuildHasherDefault<TextHasher>>;

impl TextHasher {
    #[inline]
    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Hasher for TextHasher {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let (blocks, tail) = bytes.as_chunks::<8>();
        for block in blocks {
            self.mix(u64::from_le_bytes(*block));
        }
        let last = tail.iter().fold(tail.len() as u64, |word, byte| word << 8 | u64::from(*byte));
        self.mix(last);
    }

    #[inline]
    fn write_u8(&mut self, _: u8) {
        // The mark that ends a text; its length is mixed in already.
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_spacys() {
        // `spacy.strings.get_string_id`.
        for (text, id) in [
            ("", 0),
            ("IS_ALPHA", 1),
            ("X", 101),
            ("NOUN", 92),
            ("nsubj", 429),
            ("mark", 423),
            ("apple", 8_566_208_034_543_834_098),
            ("a", 11_901_859_001_352_538_922),
            ("naïve café", 9_646_334_175_591_888_092),
        ] {
            assert_eq!(string_id(text), id, "{text}");
        }
    }

    #[test]
    fn no_symbol_is_longer_than_the_limit() {
        assert_eq!(SYMBOLS.lines().map(str::len).max(), Some(LONGEST_SYMBOL));
    }

    #[test]
    fn saved_strings_and_symbols_are_found_by_id() {
        let strings = Strings::new(vec!["apple".to_owned(), "NOUN".to_owned()]);
        assert_eq!(strings.get(string_id("apple")), Some("apple"));
        assert_eq!(strings.get(92), Some("NOUN"));
        assert_eq!(strings.get(456), Some("_"), "the last symbol");
        assert_eq!(strings.get(0), Some(""));
        assert_eq!(strings.get(string_id("pear")), None);
    }
}

//! Sets of words and maps from words, of which lemmatizer tables have tens of thousands: one string, and sorted hashes.

use crate::strings::murmur_hash_64a;

/// Words, each with a value.
#[derive(Clone, Debug)]
pub(super) struct Words<T> {
    /// All words, one after the other.
    text: String,
    /// By hash.
    entries: Vec<Entry<T>>,
}

#[derive(Clone, Debug)]
struct Entry<T> {
    hash: u64,
    start_byte: u32,
    end_byte: u32,
    value: T,
}

impl<T> Default for Words<T> {
    fn default() -> Self {
        Self { text: String::new(), entries: Vec::new() }
    }
}

impl<T> Words<T> {
    /// Adds a word with its value.
    pub(super) fn push(&mut self, word: &str, value: T) {
        let start_byte = self.text.len() as u32;
        self.text.push_str(word);
        self.entries.push(Entry { hash: hash(word), start_byte, end_byte: self.text.len() as u32, value });
    }

    /// Makes the words findable, once all are there. Of a word that comes twice the last value counts.
    pub(super) fn sort(&mut self) {
        // The last comes first among equals, and is found first.
        self.entries.reverse();
        self.entries.sort_by_key(|entry| entry.hash);
    }

    /// The value of a word.
    pub(super) fn get(&self, word: &str) -> Option<&T> {
        let hash = hash(word);
        let first = self.entries.partition_point(|entry| entry.hash < hash);
        self.entries[first..]
            .iter()
            .take_while(|entry| entry.hash == hash)
            .find(|entry| &self.text[entry.start_byte as usize..entry.end_byte as usize] == word)
            .map(|entry| &entry.value)
    }

    /// Whether the word is there.
    pub(super) fn contains(&self, word: &str) -> bool {
        self.get(word).is_some()
    }

    /// Whether there are no words.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

fn hash(word: &str) -> u64 {
    murmur_hash_64a(word.as_bytes(), 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_and_others_are_not() {
        let mut words = Words::default();
        for (word, value) in [("a", 1), ("", 2), ("ab", 3), ("a", 4)] {
            words.push(word, value);
        }
        words.sort();
        assert_eq!(words.get("a"), Some(&4), "the last one counts");
        assert_eq!(words.get(""), Some(&2));
        assert_eq!(words.get("ab"), Some(&3));
        assert_eq!(words.get("b"), None);
        assert!(!words.is_empty());
        assert!(Words::<()>::default().is_empty());
    }
}

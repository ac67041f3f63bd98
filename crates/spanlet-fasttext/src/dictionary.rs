//! Words and labels: where each lies in the file, and a table that finds them again.
//!
//! Source: fastText 0.9.2, `dictionary.cc`.

use std::ops::Range;

use crate::load_error::LoadError;
use crate::reader::Reader;

/// Marks labels among the tokens of a text, and begins every label of a model trained with default settings.
pub const LABEL_PREFIX: &str = "__label__";

/// What follows an entry's bytes: NUL, count (i64), type (u8).
const ENTRY_TAIL: usize = 1 + 8 + 1;
/// A place in the table that no entry has taken.
const VACANT: u32 = u32::MAX;

/// Finds words and labels among the bytes of the file that they were parsed from.
#[derive(Clone)]
pub(crate) struct Dictionary {
    /// Where the first entry begins in the file.
    start: usize,
    /// Where each entry begins, counted from `start`, and where the last one ends: one more than there are entries.
    starts: Vec<u32>,
    /// Words are the entries up to here, labels those that follow.
    words: usize,
    /// Entries by their hash; a power of two, more than half of it vacant.
    table: Vec<u32>,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// A word, with its place in the dictionary if it has one.
    Word(Option<usize>),
    /// A label, known or not: no feature.
    Label,
}

impl Dictionary {
    /// Reads the dictionary and the number of n-grams that pruning left, `None` for a model that is not pruned.
    pub(crate) fn parse(bytes: &[u8], reader: &mut Reader<'_>) -> Result<(Self, Option<u64>), LoadError> {
        let size = reader.i32_in("a number of entries", 0..i64::from(i32::MAX) + 1)? as usize;
        let words = reader.i32_in("a number of words", 0..size as i64 + 1)? as usize;
        reader.i32_exactly("labels", size - words)?;
        reader.i64()?; // tokens seen in training
        let pruned = reader.i64_in("a number of pruned n-grams", -1..i64::from(i32::MAX) + 1)?;

        reader.expect(size as u64 * ENTRY_TAIL as u64)?;
        let start = reader.offset();
        let starts = parse_entries(reader, size, words)?;
        let mut dictionary = Self { start, starts, words, table: Vec::new() };
        dictionary.check_labels(bytes)?;
        dictionary.build_table(bytes);
        Ok((dictionary, (pruned as i64 >= 0).then_some(pruned)))
    }

    pub(crate) fn words(&self) -> usize {
        self.words
    }

    pub(crate) fn labels(&self) -> usize {
        self.starts.len() - 1 - self.words
    }

    /// The text of a label; `bytes` is the file.
    pub(crate) fn label<'b>(&self, bytes: &'b [u8], label: usize) -> &'b str {
        str::from_utf8(self.entry(bytes, self.words + label)).expect("labels were checked when they were parsed")
    }

    /// How often each label was seen in training.
    pub(crate) fn label_counts(&self, bytes: &[u8]) -> Vec<i64> {
        (self.words..self.starts.len() - 1).map(|entry| self.count(bytes, entry)).collect()
    }

    /// Where the count of a label lies in the file.
    pub(crate) fn count_byte(&self, label: usize) -> usize {
        self.range(self.words + label).end + 1
    }

    /// The place of the entry that reads `token`; of several, the last one.
    pub(crate) fn find(&self, bytes: &[u8], token: &[u8], hash: u32) -> Option<usize> {
        let mut place = hash as usize;
        loop {
            place &= self.table.len() - 1;
            match self.table[place] {
                VACANT => return None,
                entry if self.entry(bytes, entry as usize) == token => return Some(entry as usize),
                _ => place += 1,
            }
        }
    }

    /// What a token of a text is. Unknown ones are labels if they begin like one.
    pub(crate) fn token(&self, bytes: &[u8], token: &[u8], hash: u32) -> Token {
        match self.find(bytes, token, hash) {
            Some(entry) if entry < self.words => Token::Word(Some(entry)),
            Some(_) => Token::Label,
            None if token.starts_with(LABEL_PREFIX.as_bytes()) => Token::Label,
            None => Token::Word(None),
        }
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        (self.starts.capacity() + self.table.capacity()) * size_of::<u32>()
    }

    fn check_labels(&self, bytes: &[u8]) -> Result<(), LoadError> {
        for entry in self.words..self.starts.len() - 1 {
            let range = self.range(entry);
            let byte = range.start as u64;
            str::from_utf8(&bytes[range]).map_err(|source| LoadError::LabelText { byte, source })?;
        }
        Ok(())
    }

    /// Enters every entry; one that reads as an earlier one does takes its place.
    fn build_table(&mut self, bytes: &[u8]) {
        let size = self.starts.len() - 1;
        self.table = vec![VACANT; (size + size / 2 + 1).next_power_of_two()];
        for entry in 0..size {
            let word = self.entry(bytes, entry);
            let mut place = hash(word) as usize & (self.table.len() - 1);
            while self.table[place] != VACANT && self.entry(bytes, self.table[place] as usize) != word {
                place = (place + 1) & (self.table.len() - 1);
            }
            self.table[place] = entry as u32;
        }
    }

    fn entry<'b>(&self, bytes: &'b [u8], entry: usize) -> &'b [u8] {
        &bytes[self.range(entry)]
    }

    fn count(&self, bytes: &[u8], entry: usize) -> i64 {
        let after = bytes[self.range(entry).end + 1..].first_chunk().copied();
        i64::from_le_bytes(after.expect("a count follows every entry"))
    }

    fn range(&self, entry: usize) -> Range<usize> {
        self.start + self.starts[entry] as usize..self.start + self.starts[entry + 1] as usize - ENTRY_TAIL
    }
}

/// Passes `size` entries, of which the first `words` must be words and the others labels.
fn parse_entries(reader: &mut Reader<'_>, size: usize, words: usize) -> Result<Vec<u32>, LoadError> {
    let start = reader.offset();
    let mut starts = Vec::with_capacity(size + 1);
    starts.push(0);
    for entry in 0..size {
        let length = reader.remaining().iter().position(|&byte| byte == 0).unwrap_or(reader.remaining().len());
        reader.range((length + ENTRY_TAIL - 1) as u64)?;
        let is_label = i64::from(entry >= words);
        let found = i64::from(reader.u8()?);
        if found != is_label {
            return Err(reader.unexpected(1, format!("type {is_label} for entry {entry}"), found));
        }
        // Places are held in 32 bits; the largest published dictionary, of 2 million words, takes 40 MB.
        let end = u32::try_from(reader.offset() - start)
            .map_err(|_| reader.unexpected(0, "a dictionary below 4 GiB", (reader.offset() - start) as i64))?;
        starts.push(end);
    }
    Ok(starts)
}

/// Where [`hash`] begins.
pub(crate) const HASH_START: u32 = 2_166_136_261;

/// One step of [`hash`]. fastText hashes signed bytes: those from 0x80 on carry their sign into all 32 bits.
#[inline]
pub(crate) fn hash_byte(hash: u32, byte: u8) -> u32 {
    (hash ^ i32::from(byte as i8) as u32).wrapping_mul(16_777_619)
}

/// The 32-bit FNV-1a hash, but with signed bytes.
pub(crate) fn hash(bytes: &[u8]) -> u32 {
    bytes.iter().fold(HASH_START, |hash, &byte| hash_byte(hash, byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The official library's `get_subword_id`, less the number of words, in a model of 2,000,003 buckets.
    #[test]
    fn bytes_from_0x80_are_hashed_with_their_sign() {
        let buckets = [("a", 1_996_484), ("<ab", 207_681), ("é", 1_042_244), ("日本", 381_163), ("🍞>", 812_659)];
        for (ngram, bucket) in buckets {
            assert_eq!(hash(ngram.as_bytes()) % 2_000_003, bucket, "{ngram}");
        }
    }
}

//! The features of a text: which rows of the input matrix stand for it.
//!
//! Source: fastText 0.9.2, `dictionary.cc` `readWord`, `getLine`, `addSubwords`, `computeSubwords`, `addWordNgrams`,
//! `pushHash`.

use crate::dictionary::{Dictionary, HASH_START, Token, hash, hash_byte};
use crate::format::Settings;
use crate::pruned::PrunedNgrams;

/// The token that stands for the end of a line.
const END_OF_LINE: &[u8] = b"</s>";
/// Multiplies the hash of the words so far when another one joins them.
const WORD_NGRAM_FACTOR: u64 = 116_049_371;

/// What a model knows about turning text into rows.
pub(crate) struct Features<'m> {
    pub(crate) bytes: &'m [u8],
    pub(crate) settings: &'m Settings,
    pub(crate) dictionary: &'m Dictionary,
    pub(crate) pruned: Option<&'m PrunedNgrams>,
}

/// Buffers that are kept from one text to the next.
#[derive(Default)]
pub(crate) struct Buffers {
    /// The hash of each word of the line.
    hashes: Vec<u32>,
    /// A word between its boundary marks.
    marked: Vec<u8>,
}

impl Features<'_> {
    /// Calls `visit` with the row of every feature of a line, in the order in which they are added up. The end of the
    /// line is a token of its own; a literal `</s>` ends the line where it stands.
    pub(crate) fn visit_line(&self, line: &[u8], buffers: &mut Buffers, visit: &mut dyn FnMut(usize)) {
        buffers.hashes.clear();
        for token in line.split(|&byte| is_separator(byte)).filter(|token| !token.is_empty()).chain([END_OF_LINE]) {
            let hash = hash(token);
            if let Token::Word(entry) = self.dictionary.token(self.bytes, token, hash) {
                self.visit_token(token, entry, &mut buffers.marked, visit);
                buffers.hashes.push(hash);
            }
            if token == END_OF_LINE {
                break;
            }
        }
        self.visit_word_ngrams(&buffers.hashes, visit);
    }

    /// Calls `visit` with the row of every feature of a single word, whatever characters it has.
    pub(crate) fn visit_word(&self, word: &[u8], buffers: &mut Buffers, visit: &mut dyn FnMut(usize)) {
        let entry = self.dictionary.find(self.bytes, word, hash(word));
        self.visit_token(word, entry, &mut buffers.marked, visit);
    }

    fn visit_token(&self, token: &[u8], entry: Option<usize>, marked: &mut Vec<u8>, visit: &mut dyn FnMut(usize)) {
        if let Some(row) = entry {
            visit(row);
        }
        if self.settings.max_characters > 0 && token != END_OF_LINE {
            marked.clear();
            marked.push(b'<');
            marked.extend_from_slice(token);
            marked.push(b'>');
            self.visit_character_ngrams(marked, visit);
        }
    }

    /// From every character on, n-grams of rising length, but a boundary mark alone is none.
    fn visit_character_ngrams(&self, marked: &[u8], visit: &mut dyn FnMut(usize)) {
        for start in (0..marked.len()).filter(|&start| !is_continuation(marked[start])) {
            let mut hash = HASH_START;
            let mut end = start;
            for length in 1..=self.settings.max_characters {
                let Some(&first) = marked.get(end) else { break };
                hash = hash_byte(hash, first);
                end += 1;
                while let Some(&byte) = marked.get(end).filter(|&&byte| is_continuation(byte)) {
                    hash = hash_byte(hash, byte);
                    end += 1;
                }
                let is_mark = length == 1 && (start == 0 || end == marked.len());
                if length >= self.settings.min_characters && !is_mark {
                    self.visit_bucket(hash % self.settings.buckets, visit);
                }
            }
        }
    }

    /// From every word on, n-grams of two words and more.
    fn visit_word_ngrams(&self, hashes: &[u32], visit: &mut dyn FnMut(usize)) {
        if self.settings.word_ngrams < 2 {
            return;
        }
        for start in 0..hashes.len() {
            let mut hash = sign_extended(hashes[start]);
            for &next in hashes[start + 1..].iter().take(self.settings.word_ngrams - 1) {
                hash = hash.wrapping_mul(WORD_NGRAM_FACTOR).wrapping_add(sign_extended(next));
                self.visit_bucket((hash % u64::from(self.settings.buckets)) as u32, visit);
            }
        }
    }

    fn visit_bucket(&self, bucket: u32, visit: &mut dyn FnMut(usize)) {
        let row = match self.pruned {
            None => Some(bucket),
            Some(pruned) => pruned.row(bucket),
        };
        if let Some(row) = row {
            visit(self.dictionary.words() + row as usize);
        }
    }
}

/// What parts tokens: ASCII white space and NUL, but no other white space of Unicode.
fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | 0x0b | 0x0c | 0)
}

/// Whether a byte continues a UTF-8 character.
fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// The original keeps hashes of words as signed numbers.
fn sign_extended(hash: u32) -> u64 {
    i64::from(hash as i32) as u64
}

//! floret vectors: a word's rows are those of its pieces, hashed.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value as Json;

use crate::lexeme::{LexemeId, Lexemes};
use crate::load_error::LoadError;
use crate::tok2vec::{Attribute, murmur_finished};
use crate::unicode;
use crate::vocab::Vocab;

/// Longer pieces than this serve nothing; shorter ones keep the work on a long word in bounds.
const MAX_PIECE: usize = 64;
/// A hash has so many parts.
const MAX_HASHES: usize = 4;

/// The part `vectors.cfg`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Settings {
    mode: Option<String>,
    minn: usize,
    maxn: usize,
    hash_count: Option<usize>,
    hash_seed: u32,
    bow: Option<String>,
    eow: Option<String>,
    attr: Option<Json>,
}

impl Settings {
    pub(super) fn parse(part: &str, bytes: &[u8]) -> Result<Self, LoadError> {
        serde_json::from_slice(bytes)
            .map_err(|error| LoadError::damaged(part, format!("expected settings of vectors: {error}")))
    }

    /// What a word's key is made of.
    pub(super) fn attribute(&self, part: &str) -> Result<Attribute, LoadError> {
        let found = match &self.attr {
            None => Some(Attribute::Orth),
            Some(Json::String(name)) if name.eq_ignore_ascii_case("text") => Some(Attribute::Orth),
            Some(Json::String(name)) => Attribute::from_name(name),
            Some(number) => number.as_u64().and_then(Attribute::from_number),
        };
        found
            .filter(|attribute| *attribute != Attribute::Spacy)
            .ok_or_else(|| LoadError::damaged(part, "expected `attr` to be an attribute of words, found another value"))
    }
}

/// How words are cut into pieces and those hashed.
///
/// Source: spaCy 3.8, `vectors.pyx`, `Vectors._get_ngrams` and `_get_ngram_hashes`.
#[derive(Clone, Debug)]
pub(super) struct Floret {
    attribute: Attribute,
    lengths: std::ops::RangeInclusive<usize>,
    hash_count: usize,
    seed: u32,
    before: String,
    after: String,
}

impl Floret {
    /// `None` when the mode is another.
    pub(super) fn load(part: &str, settings: &Settings) -> Result<Option<Self>, LoadError> {
        match settings.mode.as_deref().unwrap_or("default") {
            "default" => return Ok(None),
            "floret" => {}
            other => {
                return Err(LoadError::unsupported(
                    "vocab",
                    format!("vectors of mode {other}"),
                    "use mode default or floret",
                ));
            }
        }
        let hash_count = settings.hash_count.unwrap_or(1);
        if settings.minn > settings.maxn || settings.maxn > MAX_PIECE || !(1..=MAX_HASHES).contains(&hash_count) {
            let problem =
                format!("expected pieces of up to {MAX_PIECE} characters and 1 to {MAX_HASHES} hashes, found others");
            return Err(LoadError::damaged(part, problem));
        }
        let attribute = settings.attribute(part)?;
        if !matches!(attribute, Attribute::Orth | Attribute::Lower | Attribute::Norm) {
            return Err(LoadError::unsupported(
                "vocab",
                "floret vectors of another attribute",
                "use ORTH, LOWER or NORM",
            ));
        }
        Ok(Some(Self {
            attribute,
            lengths: settings.minn..=settings.maxn,
            hash_count,
            seed: settings.hash_seed,
            before: settings.bow.clone().unwrap_or_else(|| "<".to_owned()),
            after: settings.eow.clone().unwrap_or_else(|| ">".to_owned()),
        }))
    }

    /// The text whose pieces are a word's.
    pub(super) fn key<'k>(&self, vocab: &'k Vocab, lexemes: &'k Lexemes, lexeme: LexemeId) -> Cow<'k, str> {
        match self.attribute {
            Attribute::Lower => unicode::lower(lexemes.text(lexeme)),
            Attribute::Norm => lexemes.norm_text(vocab, lexeme),
            _ => Cow::Borrowed(lexemes.text(lexeme)),
        }
    }

    /// The rows of a word, of `count`: those of the whole, then those of its pieces by length and place.
    pub(super) fn rows(&self, key: &str, count: usize) -> Vec<usize> {
        let word = [&self.before, key, &self.after].concat();
        let ends: Vec<usize> = word.char_indices().map(|(start, _)| start).chain([word.len()]).collect();
        let mut rows = Vec::new();
        let mut take = |piece: &str| {
            let hashes = murmur_hash_3(piece.as_bytes(), self.seed);
            rows.extend(hashes.iter().take(self.hash_count).map(|&hash| hash as usize % count));
        };
        take(&word);
        for length in self.lengths.clone() {
            for (start, end) in ends.iter().zip(ends.iter().skip(length)) {
                take(&word[*start..*end]);
            }
        }
        rows
    }
}

/// MurmurHash3 for 64-bit machines, 128 bits in four parts.
///
/// Source: murmurhash 1.0, `MurmurHash3.cpp`, `MurmurHash3_x64_128`.
fn murmur_hash_3(bytes: &[u8], seed: u32) -> [u32; 4] {
    const LOW: u64 = 0x87c3_7b91_1142_53d5;
    const HIGH: u64 = 0x4cf5_ad43_2745_937f;
    let mix_low = |word: u64| word.wrapping_mul(LOW).rotate_left(31).wrapping_mul(HIGH);
    let mix_high = |word: u64| word.wrapping_mul(HIGH).rotate_left(33).wrapping_mul(LOW);
    let (mut low, mut high) = (u64::from(seed), u64::from(seed));
    let (blocks, rest) = bytes.as_chunks::<16>();
    for block in blocks {
        let (first, second) = halves(block);
        low = (low ^ mix_low(first)).rotate_left(27).wrapping_add(high).wrapping_mul(5).wrapping_add(0x52dc_e729);
        high = (high ^ mix_high(second)).rotate_left(31).wrapping_add(low).wrapping_mul(5).wrapping_add(0x3849_5ab5);
    }
    let mut last = [0; 16];
    last[..rest.len()].copy_from_slice(rest);
    // Zeros mix to zero, so that a short rest needs no other path.
    let (first, second) = halves(&last);
    high ^= mix_high(second);
    low ^= mix_low(first);
    let length = bytes.len() as u64;
    murmur_finished(low ^ length, high ^ length)
}

fn halves(block: &[u8; 16]) -> (u64, u64) {
    let bits = u128::from_le_bytes(*block);
    (bits as u64, (bits >> 64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_murmurhash() {
        // What `Vectors._get_ngram_hashes` of spaCy 3.8.18 answers with `hash_count=4, hash_seed=2166136261`.
        for (text, expected) in HASHES {
            assert_eq!(murmur_hash_3(text.as_bytes(), 2_166_136_261), expected, "{text}");
        }
    }

    const HASHES: [(&str, [u32; 4]); 5] = [
        ("", [3_262_466_624, 277_172_068, 371_838_263, 1_319_709_105]),
        ("<a>", [2_851_496_305, 347_028_722, 180_717_636, 2_112_338_578]),
        ("<fifteen bytes>", [1_279_029_544, 1_507_334_031, 1_004_932_240, 1_346_800_866]),
        ("sixteen bytes ok", [3_892_211_407, 134_532_824, 1_681_915_419, 338_999_807]),
        ("<日本語 and some more than thirty-two>", [1_676_775_146, 1_411_646_521, 2_237_395_243, 2_786_901_937]),
    ];
}

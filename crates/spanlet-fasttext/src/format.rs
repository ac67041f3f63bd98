//! A model file's bytes, split into the parts it holds. Nothing is copied: parts are ranges of the file.
//!
//! Source: fastText 0.9.2, `FastText::loadModel`, `Args::load`, `Dictionary::load`, `DenseMatrix::load`,
//! `QuantMatrix::load`.

use crate::dictionary::Dictionary;
use crate::load_error::{LoadError, Part};
use crate::matrix::{Dense, Matrix};
use crate::model::{Kind, Loss};
use crate::pruned::PrunedNgrams;
use crate::quantized::Quantized;
use crate::reader::Reader;

pub(crate) const MAGIC: i32 = 793_712_314;
const LAST_VERSION: i32 = 12;
/// Supervised files of this version have character n-grams switched off, whatever their header says. The original asks
/// for this version alone; those before it keep theirs.
const VERSION_WITHOUT_SUPERVISED_NGRAMS: i32 = 11;

/// Columns of the widest model that is read. A vector of this many numbers is made for every text even where no row of
/// the file has that many, so that the width needs a limit of its own; published models have 300 or fewer.
const MAX_DIMENSION: i64 = 1 << 16;

/// The longest n-grams that are read. The work for one text is its length times this; fastText's own default is 6
/// characters, and 5 words is the most that its documentation suggests.
const MAX_NGRAM_LENGTH: i64 = 256;

/// The settings in the header that prediction needs.
#[derive(Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) kind: Kind,
    pub(crate) loss: Loss,
    /// Columns of both matrices.
    pub(crate) dimension: usize,
    /// N-grams of words have at most this many; 1 and 0 mean none.
    pub(crate) word_ngrams: usize,
    /// N-grams of characters have at least this many.
    pub(crate) min_characters: usize,
    /// And at most this many; 0 means none.
    pub(crate) max_characters: usize,
    /// N-grams are hashed into this many buckets.
    pub(crate) buckets: u32,
}

impl Settings {
    fn has_ngrams(&self) -> bool {
        self.word_ngrams > 1 || self.max_characters > 0
    }
}

/// A whole file.
pub(crate) struct File {
    pub(crate) settings: Settings,
    pub(crate) dictionary: Dictionary,
    pub(crate) pruned: Option<PrunedNgrams>,
    pub(crate) input: Matrix,
    /// `None` for an unsupervised model, whose vectors need only the input.
    pub(crate) output: Option<Matrix>,
    /// Where the output matrix begins in the file.
    pub(crate) output_start: usize,
}

/// The version of a file that was parsed.
pub(crate) fn version(bytes: &[u8]) -> i32 {
    bytes.get(4..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| i32::from_le_bytes(*bytes))
}

/// Splits a file into its parts, each size checked against the bytes that are left before room is made for it.
pub(crate) fn parse(bytes: &[u8]) -> Result<File, LoadError> {
    let mut reader = Reader::new(bytes);
    let settings = parse_settings(&mut reader)?;

    reader.part = Part::Dictionary;
    let (dictionary, pruned_count) = Dictionary::parse(bytes, &mut reader)?;
    reader.part = Part::PrunedNgrams;
    let pruned = pruned_count.map(|count| PrunedNgrams::parse(bytes, &mut reader, count)).transpose()?;

    reader.part = Part::InputMatrix;
    let quantized = reader.flag()?;
    if pruned.is_some() && !quantized {
        return Err(LoadError::PrunedDense { byte: (reader.offset() - 1) as u64 });
    }
    let rows = input_rows(&settings, &dictionary, pruned.as_ref())?;
    let input = parse_matrix(&mut reader, quantized, settings.dimension, rows..i64::MAX)?;

    reader.part = Part::OutputMatrix;
    let output_start = reader.offset();
    let quantized_output = reader.flag()?;
    let supervised = settings.kind == Kind::Supervised;
    let rows = if supervised { dictionary.labels() } else { dictionary.words() } as i64;
    let output = parse_matrix(&mut reader, quantized && quantized_output, settings.dimension, rows..rows + 1)?;
    reader.end()?;
    Ok(File { settings, dictionary, pruned, input, output: supervised.then_some(output), output_start })
}

fn parse_settings(reader: &mut Reader<'_>) -> Result<Settings, LoadError> {
    let found = reader.i32()?;
    if found != MAGIC {
        return Err(LoadError::NotFastText { found });
    }
    let version = reader.i32()?;
    if version > LAST_VERSION {
        return Err(LoadError::Version { found: version });
    }
    let dimension = reader.i32_in("a dimension", 1..MAX_DIMENSION + 1)? as usize;
    skip_training_settings(reader, 4)?; // window, epochs, least count, negatives
    let word_ngrams = reader.i32_in("a length of word n-grams", i64::from(i32::MIN)..MAX_NGRAM_LENGTH + 1)?;
    let loss = match reader.i32()? {
        1 => Loss::HierarchicalSoftmax,
        2 => Loss::NegativeSampling,
        3 => Loss::Softmax,
        4 => Loss::OneVsAll,
        found => return Err(reader.unexpected(4, "a loss from 1 to 4", found.into())),
    };
    let kind = match reader.i32()? {
        1 => Kind::Cbow,
        2 => Kind::Skipgram,
        3 => Kind::Supervised,
        found => return Err(reader.unexpected(4, "a kind of model from 1 to 3", found.into())),
    };
    let buckets = reader.i32_in("a number of buckets", 0..i64::from(i32::MAX) + 1)?;
    let min_characters = reader.i32_in("a length of character n-grams", 0..i64::from(i32::MAX) + 1)?;
    let max_characters = reader.i32_in("a length of character n-grams", 0..MAX_NGRAM_LENGTH + 1)?;
    skip_training_settings(reader, 3)?; // steps between changes of the learning rate; sampling threshold (f64)

    let without_ngrams = kind == Kind::Supervised && version == VERSION_WITHOUT_SUPERVISED_NGRAMS;
    Ok(Settings {
        kind,
        loss,
        dimension,
        // A negative number wrapped to a great one above; it means no n-grams, as 0 does.
        word_ngrams: usize::try_from(word_ngrams as i32).unwrap_or(0),
        min_characters: min_characters as usize,
        max_characters: if without_ngrams { 0 } else { max_characters as usize },
        buckets,
    })
}

/// Passes `count` words of four bytes that matter to training alone.
fn skip_training_settings(reader: &mut Reader<'_>, count: u64) -> Result<(), LoadError> {
    reader.elements(count, 4).map(|_| ())
}

/// Where the number of buckets lies.
const BUCKETS_BYTE: u64 = 40;

/// How many rows the input must have at least, for every feature that a text can have to be one of them.
fn input_rows(settings: &Settings, dictionary: &Dictionary, pruned: Option<&PrunedNgrams>) -> Result<i64, LoadError> {
    if settings.has_ngrams() && settings.buckets == 0 {
        let expected = "buckets for the n-grams".to_owned();
        return Err(LoadError::Number { part: Part::Header, byte: BUCKETS_BYTE, expected, found: 0 });
    }
    let words = dictionary.words() as i64;
    Ok(match pruned {
        Some(pruned) => words + i64::from(pruned.rows()),
        None if settings.has_ngrams() => words + i64::from(settings.buckets),
        None => words,
    })
}

fn parse_matrix(
    reader: &mut Reader<'_>,
    quantized: bool,
    columns: usize,
    rows: std::ops::Range<i64>,
) -> Result<Matrix, LoadError> {
    if quantized {
        return Quantized::parse(reader, columns, rows).map(Matrix::Quantized);
    }
    Dense::parse(reader, columns, rows).map(Matrix::Dense)
}

#[cfg(test)]
mod tests;

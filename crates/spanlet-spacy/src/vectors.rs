//! Static vectors: a table of rows, looked up by word or by the pieces of a word.

mod floret;

use spanlet_archive::Parts;
use spanlet_archive::msgpack::Reader;
use spanlet_archive::npy::{self, Element};

use self::floret::Floret;
use crate::doc::Doc;
use crate::lexeme::{LexemeId, Lexemes};
use crate::load_error::LoadError;
use crate::strings::IdMap;
use crate::tok2vec::Attribute;
use crate::vocab::Vocab;

const VECTORS: &str = "vocab/vectors";
const KEY_TO_ROW: &str = "vocab/key2row";
const KEYS: &str = "vocab/keys";
const SETTINGS: &str = "vocab/vectors.cfg";

/// The pipeline's vectors.
///
/// Source: spaCy 3.8, `vectors.pyx`, `Vectors`.
#[derive(Clone, Debug)]
pub(crate) struct Vectors {
    /// The part as it was handed in, so that a large table is in memory once.
    part: Vec<u8>,
    /// Where its numbers begin.
    start_byte: usize,
    rows: usize,
    width: usize,
    keys: Keys,
}

/// Which rows are a word's.
#[derive(Clone, Debug)]
enum Keys {
    /// One row for each word that has one, by the id of an attribute.
    Words { attribute: Attribute, rows: IdMap<u64, u32> },
    /// The mean of the rows of a word's pieces.
    Pieces(Floret),
}

impl Vectors {
    /// Takes the table out of `parts`; `None` when the pipeline has none, or an empty one.
    ///
    /// # Errors
    /// When the table is not of 32-bit floats in rows, one of them is not finite, or a word's row is not there.
    pub(crate) fn load(parts: &mut Parts) -> Result<Option<Self>, LoadError> {
        let Some(part) = parts.take(VECTORS) else { return Ok(None) };
        let array = npy::parse(VECTORS, &part)?;
        let &[rows, width] = array.shape.as_slice() else {
            return Err(LoadError::damaged(VECTORS, format!("expected rows, found shape {:?}", array.shape)));
        };
        if array.is_empty() {
            return Ok(None);
        }
        if array.element != Element::F32 {
            return Err(LoadError::damaged(VECTORS, format!("expected 32-bit floats, found {:?}", array.element)));
        }
        if let Some(place) = first_not_finite(array.bytes) {
            return Err(LoadError::damaged(
                VECTORS,
                format!("expected finite numbers, found another in row {}", place / width),
            ));
        }
        let start_byte = part.len() - array.bytes.len();
        let settings = match parts.get(SETTINGS) {
            Some(bytes) => floret::Settings::parse(SETTINGS, bytes)?,
            None => floret::Settings::default(),
        };
        let keys = match Floret::load(SETTINGS, &settings)? {
            Some(floret) => Keys::Pieces(floret),
            None => Keys::Words { attribute: settings.attribute(SETTINGS)?, rows: words(parts, rows)? },
        };
        Ok(Some(Self { part, start_byte, rows, width, keys }))
    }

    /// How many vectors there are.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// How many numbers a vector has.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Puts the vector of a word into `row`, `[width]`; leaves `row` as it is and tells `false` when the word has none.
    ///
    /// Source: spaCy 3.8, `vectors.pyx`, `Vectors.get_batch`.
    pub(crate) fn write(&self, vocab: &Vocab, lexemes: &Lexemes, lexeme: LexemeId, row: &mut [f32]) -> bool {
        match &self.keys {
            Keys::Words { attribute, rows } => {
                let Some(place) = rows.get(&attribute.value(vocab, lexemes, lexeme, false)) else { return false };
                row.iter_mut().zip(self.row(*place as usize)).for_each(|(number, found)| *number = found);
            }
            Keys::Pieces(floret) => {
                let places = floret.rows(&floret.key(vocab, lexemes, lexeme), self.rows);
                row.fill(0.0);
                let scale = (1.0 / places.len() as f64) as f32;
                for place in places {
                    row.iter_mut().zip(self.row(place)).for_each(|(number, found)| *number += found * scale);
                }
            }
        }
        true
    }

    fn row(&self, place: usize) -> impl Iterator<Item = f32> {
        let bytes = &self.part[self.start_byte + place * self.width * size_of::<f32>()..];
        bytes.as_chunks().0.iter().take(self.width).map(|bytes| f32::from_le_bytes(*bytes))
    }
}

/// A document's vector: the mean of its words' vectors where there are vectors, and of the tensor's rows where not.
///
/// Words without a vector count as zeros, and no tokens give zeros. `None` where there are neither vectors nor a tensor.
///
/// Source: spaCy 3.8, `tokens/doc.pyx`, `Doc.vector`, and `tokens/token.pyx`, `Token.vector`.
pub(crate) fn document_vector(doc: &Doc<'_>, vocab: &Vocab, lexemes: &Lexemes) -> Option<Vec<f32>> {
    if vocab.vectors.is_none() && doc.tensor.is_empty() {
        return None;
    }
    let count = doc.tokens.len();
    let width = match &vocab.vectors {
        Some(vectors) => vectors.width(),
        None => doc.tensor.len().checked_div(count).unwrap_or(0),
    };
    let mut sum = vec![0.0; width];
    match &vocab.vectors {
        Some(vectors) => {
            let mut row = vec![0.0; width];
            for token in &doc.tokens {
                if vectors.write(vocab, lexemes, token.lexeme, &mut row) {
                    spanlet_kernels::add(&mut sum, &row);
                }
            }
        }
        None => doc.tensor.chunks_exact(width.max(1)).for_each(|row| spanlet_kernels::add(&mut sum, row)),
    }
    sum.iter_mut().for_each(|number| *number /= count.max(1) as f32);
    Some(sum)
}

/// The rows of words: `key2row`, or in older pipelines `keys`, whose order is that of the rows.
fn words(parts: &Parts, count: usize) -> Result<IdMap<u64, u32>, LoadError> {
    let outside = |part: &str, row: u64| LoadError::damaged(part, format!("expected rows below {count}, found {row}"));
    let mut rows = IdMap::default();
    if let Some(bytes) = parts.get(KEY_TO_ROW) {
        let mut reader = Reader::new(KEY_TO_ROW, bytes);
        let entries = reader.map()?;
        rows.reserve(entries);
        for _ in 0..entries {
            let (key, row) = (reader.u64()?, reader.u64()?);
            let place = u32::try_from(row).ok().filter(|&place| (place as usize) < count);
            rows.insert(key, place.ok_or_else(|| outside(KEY_TO_ROW, row))?);
        }
        reader.finish()?;
    } else if let Some(bytes) = parts.get(KEYS) {
        let keys = npy::parse(KEYS, bytes)?.to_u64().ok_or_else(|| LoadError::damaged(KEYS, "expected 64-bit keys"))?;
        if keys.len() > count || u32::try_from(count).is_err() {
            return Err(outside(KEYS, keys.len() as u64 - 1));
        }
        rows.extend(keys.into_iter().zip(0..));
    }
    Ok(rows)
}

/// Where among little-endian floats the first is infinite or not a number.
fn first_not_finite(bytes: &[u8]) -> Option<usize> {
    const EXPONENT: u32 = 0x7f80_0000;
    let is_not_finite = |bytes: &[u8; 4]| u32::from_le_bytes(*bytes) & EXPONENT == EXPONENT;
    let (numbers, _) = bytes.as_chunks::<4>();
    // In blocks without an early end, which the compiler vectorises.
    let block =
        numbers.chunks(1024).position(|block| block.iter().fold(false, |any, bytes| any | is_not_finite(bytes)))?;
    numbers.iter().skip(block * 1024).position(is_not_finite).map(|place| block * 1024 + place)
}

//! The n-grams that pruning left: which row of the input each kept bucket has.
//!
//! Source: fastText 0.9.2, `Dictionary::pushHash` and the end of `Dictionary::load`.

use crate::load_error::LoadError;
use crate::reader::Reader;

/// One kept bucket and its row, both i32.
const PAIR_BYTES: u64 = 8;
/// A bucket that no n-gram has: ids are below 2³¹.
const VACANT: u32 = u32::MAX;

/// Rows by bucket.
#[derive(Clone)]
pub(crate) struct PrunedNgrams {
    /// Pairs of bucket and row by the bucket's hash; a power of two, at least half of it vacant.
    table: Vec<[u32; 2]>,
    rows: u32,
}

impl PrunedNgrams {
    pub(crate) fn parse(bytes: &[u8], reader: &mut Reader<'_>, count: u64) -> Result<Self, LoadError> {
        let range = reader.elements(count, PAIR_BYTES)?;
        let start = range.start;
        let (pairs, _) = bytes[range].as_chunks::<4>();
        let (pairs, _) = pairs.as_chunks::<2>();
        let mut pruned = Self { table: vec![[VACANT; 2]; (pairs.len() * 2).next_power_of_two()], rows: 0 };
        for (index, pair) in pairs.iter().enumerate() {
            let [bucket, row] = pair.map(i32::from_le_bytes);
            for (place, number) in [bucket, row].into_iter().enumerate() {
                if number < 0 {
                    let byte = (start + 8 * index + 4 * place) as u64;
                    let expected = "an id of an n-gram that is not negative".to_owned();
                    return Err(LoadError::Number { part: reader.part, byte, expected, found: number.into() });
                }
            }
            pruned.insert(bucket as u32, row as u32);
        }
        Ok(pruned)
    }

    /// The row of a bucket, counted from the first row after the words'.
    pub(crate) fn row(&self, bucket: u32) -> Option<u32> {
        match self.table[self.place(bucket)] {
            [found, row] if found == bucket => Some(row),
            _ => None,
        }
    }

    /// One more than the greatest row.
    pub(crate) fn rows(&self) -> u32 {
        self.rows
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.table.capacity() * size_of::<[u32; 2]>()
    }

    /// Of several rows for one bucket the last one counts.
    fn insert(&mut self, bucket: u32, row: u32) {
        let place = self.place(bucket);
        self.table[place] = [bucket, row];
        self.rows = self.rows.max(row + 1);
    }

    /// Where the bucket is, or would be.
    fn place(&self, bucket: u32) -> usize {
        // The high half of a product with 2⁶⁴ over the golden ratio is spread well even where ids follow each other.
        let mut place = (u64::from(bucket).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize;
        loop {
            place &= self.table.len() - 1;
            if [bucket, VACANT].contains(&self.table[place][0]) {
                return place;
            }
            place += 1;
        }
    }
}

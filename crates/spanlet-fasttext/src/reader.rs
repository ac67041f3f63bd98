//! Numbers and stretches of a model file, in the order they lie there, each checked against what is left.

use std::ops::Range;

use crate::load_error::{LoadError, Part};

/// Where reading stands. All numbers are little-endian.
pub(crate) struct Reader<'b> {
    bytes: &'b [u8],
    offset: usize,
    /// Named in errors; the caller moves it on.
    pub(crate) part: Part,
}

impl<'b> Reader<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, offset: 0, part: Part::Header }
    }

    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    pub(crate) fn remaining(&self) -> &'b [u8] {
        self.bytes.get(self.offset..).unwrap_or_default()
    }

    /// Checks that `length` bytes are left, without passing them: to be called before room is made for their contents.
    pub(crate) fn expect(&self, length: u64) -> Result<(), LoadError> {
        let remaining = self.remaining().len() as u64;
        if length > remaining {
            return Err(LoadError::Truncated { part: self.part, byte: self.offset as u64, needed: length, remaining });
        }
        Ok(())
    }

    /// Passes `length` bytes and says where they lie.
    pub(crate) fn range(&mut self, length: u64) -> Result<Range<usize>, LoadError> {
        self.expect(length)?;
        let start = self.offset;
        // What is left of a slice has a length that a usize holds.
        self.offset += length as usize;
        Ok(start..self.offset)
    }

    /// Passes `count` elements of `size` bytes each.
    pub(crate) fn elements(&mut self, count: u64, size: u64) -> Result<Range<usize>, LoadError> {
        self.range(count.saturating_mul(size))
    }

    pub(crate) fn i32(&mut self) -> Result<i32, LoadError> {
        self.array().map(i32::from_le_bytes)
    }

    pub(crate) fn i64(&mut self) -> Result<i64, LoadError> {
        self.array().map(i64::from_le_bytes)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, LoadError> {
        self.array().map(u8::from_le_bytes)
    }

    /// An `i32` that must lie in `range`.
    pub(crate) fn i32_in(&mut self, what: &str, range: Range<i64>) -> Result<u32, LoadError> {
        let found = i64::from(self.i32()?);
        self.in_range(what, range, found, 4).map(|found| found as u32)
    }

    /// An `i64` that must lie in `range`.
    pub(crate) fn i64_in(&mut self, what: &str, range: Range<i64>) -> Result<u64, LoadError> {
        let found = self.i64()?;
        self.in_range(what, range, found, 8)
    }

    /// An `i32` that can only be `expected`.
    pub(crate) fn i32_exactly(&mut self, what: &str, expected: usize) -> Result<(), LoadError> {
        let found = i64::from(self.i32()?);
        self.exactly(what, expected, found, 4)
    }

    /// An `i64` that can only be `expected`.
    pub(crate) fn i64_exactly(&mut self, what: &str, expected: usize) -> Result<(), LoadError> {
        let found = self.i64()?;
        self.exactly(what, expected, found, 8)
    }

    /// A byte that is 0 or 1.
    pub(crate) fn flag(&mut self) -> Result<bool, LoadError> {
        let found = i64::from(self.u8()?);
        self.in_range("a flag", 0..2, found, 1).map(|flag| flag == 1)
    }

    /// The error for the number just read, which took `size` bytes.
    pub(crate) fn unexpected(&self, size: usize, expected: impl Into<String>, found: i64) -> LoadError {
        LoadError::Number { part: self.part, byte: (self.offset - size) as u64, expected: expected.into(), found }
    }

    pub(crate) fn end(&self) -> Result<(), LoadError> {
        match self.remaining().len() as u64 {
            0 => Ok(()),
            count => Err(LoadError::TrailingBytes { byte: self.offset as u64, count }),
        }
    }

    fn in_range(&self, what: &str, range: Range<i64>, found: i64, size: usize) -> Result<u64, LoadError> {
        if range.contains(&found) {
            return Ok(found as u64);
        }
        Err(self.unexpected(size, format!("{what} from {} to {}", range.start, range.end - 1), found))
    }

    fn exactly(&self, what: &str, expected: usize, found: i64, size: usize) -> Result<(), LoadError> {
        if usize::try_from(found) == Ok(expected) {
            return Ok(());
        }
        Err(self.unexpected(size, format!("{expected} {what}"), found))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], LoadError> {
        self.expect(N as u64)?;
        let bytes = self.remaining().first_chunk().copied().expect("that many bytes are left");
        self.offset += N;
        Ok(bytes)
    }
}

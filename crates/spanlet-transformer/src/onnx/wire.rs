//! The encoding of protocol buffers: a message is a run of numbered fields.
//!
//! Source: protobuf.dev, "Encoding".

use std::ops::Range;

/// What is wrong with a message, and at which byte of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WireError {
    pub(crate) byte: usize,
    pub(crate) problem: &'static str,
}

/// One field of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// A whole number, two's complement where it is signed.
    Varint(u64),
    /// Eight bytes, little-endian.
    Fixed64(u64),
    /// Four bytes, little-endian.
    Fixed32(u32),
    /// Where text, bytes, a message or packed numbers lie in the file.
    Bytes(Range<usize>),
}

/// Reads the fields of a message that lies somewhere in a file.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'f> {
    file: &'f [u8],
    next: usize,
    end: usize,
}

impl<'f> Fields<'f> {
    /// The fields of the message in `range`, which lies in the file.
    pub(crate) fn new(file: &'f [u8], range: Range<usize>) -> Self {
        let end = range.end.min(file.len());
        Self { file, next: range.start.min(end), end }
    }

    /// The next field's number and value, `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<(u32, Value)>, WireError> {
        if self.next == self.end {
            return Ok(None);
        }
        let start = self.next;
        let key = self.varint()?;
        let number = u32::try_from(key >> 3).ok().filter(|number| *number != 0);
        let Some(number) = number else {
            return Err(WireError { byte: start, problem: "expected a field's number, found one out of range" });
        };
        let value = match key & 7 {
            0 => Value::Varint(self.varint()?),
            1 => Value::Fixed64(u64::from_le_bytes(self.array()?)),
            2 => {
                let length = self.varint()?;
                Value::Bytes(self.take(usize::try_from(length).unwrap_or(usize::MAX))?)
            }
            5 => Value::Fixed32(u32::from_le_bytes(self.array()?)),
            _ => return Err(WireError { byte: start, problem: "expected a field, found an unknown wire type" }),
        };
        Ok(Some((number, value)))
    }

    /// One packed whole number after another, until the end.
    pub(crate) fn varint(&mut self) -> Result<u64, WireError> {
        let start = self.next;
        let mut number = 0;
        for shift in (0..70).step_by(7) {
            let byte = self.file[self.take(1)?.start];
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(WireError { byte: start, problem: "expected a number of at most 64 bits, found a longer one" })
    }

    /// Whether nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.next == self.end
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let range = self.take(N)?;
        let mut bytes = [0; N];
        bytes.copy_from_slice(&self.file[range]);
        Ok(bytes)
    }

    fn take(&mut self, count: usize) -> Result<Range<usize>, WireError> {
        if count > self.end - self.next {
            return Err(WireError { byte: self.next, problem: "expected more bytes, found the message's end" });
        }
        let range = self.next..self.next + count;
        self.next = range.end;
        Ok(range)
    }
}

#[cfg(test)]
mod tests {
    use super::{Fields, Value, WireError};

    fn all(file: &[u8]) -> Result<Vec<(u32, Value)>, WireError> {
        let mut fields = Fields::new(file, 0..file.len());
        let mut found = Vec::new();
        while let Some(field) = fields.next()? {
            found.push(field);
        }
        Ok(found)
    }

    #[test]
    fn fields_of_every_wire_type() {
        let file = [0x08, 0x96, 0x01, 0x12, 0x02, b'h', b'i', 0x1d, 1, 0, 0, 0, 0x21, 2, 0, 0, 0, 0, 0, 0, 0];
        let expected =
            [(1, Value::Varint(150)), (2, Value::Bytes(5..7)), (3, Value::Fixed32(1)), (4, Value::Fixed64(2))];
        assert_eq!(all(&file), Ok(expected.to_vec()));
        let minus_one = [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(all(&minus_one), Ok(vec![(1, Value::Varint(u64::MAX))]));
    }

    #[test]
    fn damage_is_found_where_it_is() {
        let cases: [(&[u8], usize); 6] = [
            (&[0x08], 1),
            (&[0x08, 0x80], 2),
            (&[0x12, 0x05, b'h'], 2),
            (&[0x00], 0),
            (&[0x0b], 0),
            (&[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02], 1),
        ];
        for (file, byte) in cases {
            assert_eq!(all(file).expect_err("damaged").byte, byte, "{file:?}");
        }
    }
}

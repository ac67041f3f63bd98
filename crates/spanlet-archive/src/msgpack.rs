//! msgpack in the dialect of srsly: maps with any keys, arrays of numbers as maps with `nd`.

use std::fmt;

use crate::error::ArchiveError;
use crate::npy::NdArray;

mod arrays;
mod reader;
#[cfg(test)]
mod tests;

pub use reader::{Reader, Token};

/// How deep lists and maps may lie in each other. spaCy's own files need less than ten.
const MAX_DEPTH: usize = 64;
/// How many list values and map entries one tree may have: half a gigabyte of them. Files with more are read token by token.
const MAX_VALUES: usize = 1 << 23;

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
    NdArray(Box<NdArray<'b>>),
}

impl<'b> Value<'b> {
    /// The value under a text key of a map; `bin` keys with the same bytes count too, and the last one if there are
    /// several, as in Python.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_map()?.iter().rev().find(|(found, _)| found.is_text(key)).map(|(_, value)| value)
    }

    /// The entries of a map, in the order of the bytes.
    #[must_use]
    pub fn as_map(&self) -> Option<&[(Value<'b>, Value<'b>)]> {
        if let Self::Map(entries) = self { Some(entries) } else { None }
    }

    /// The values of a list.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Value<'b>]> {
        if let Self::Array(values) = self { Some(values) } else { None }
    }

    /// Text; bytes are none.
    #[must_use]
    pub fn as_str(&self) -> Option<&'b str> {
        if let Self::Str(text) = self { Some(text) } else { None }
    }

    /// Bytes; text is none.
    #[must_use]
    pub fn as_bin(&self) -> Option<&'b [u8]> {
        if let Self::Bin(bytes) = self { Some(bytes) } else { None }
    }

    /// A truth value.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    /// A whole number that fits.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        if let Self::Int(value) = self { u64::try_from(*value).ok() } else { None }
    }

    /// A whole number that fits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        if let Self::Int(value) = self { i64::try_from(*value).ok() } else { None }
    }

    /// A number, whole or not.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Float(value) => Some(*value),
            Self::Int(value) => Some(*value as f64),
            _ => None,
        }
    }

    /// A numpy array.
    #[must_use]
    pub fn as_ndarray(&self) -> Option<&NdArray<'b>> {
        if let Self::NdArray(array) = self { Some(array) } else { None }
    }

    /// What kind of value it is, for "expected …, found …".
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Nil => "nil",
            Self::Bool(_) => "a truth value",
            Self::Int(_) => "a whole number",
            Self::Float(_) => "a float",
            Self::Str(_) => "text",
            Self::Bin(_) => "bytes",
            Self::Array(_) => "a list",
            Self::Map(_) => "a map",
            Self::NdArray(_) => "a numpy array",
        }
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
/// When the bytes are cut off, nest too deeply, announce more than they hold, hold extension types, hold a numpy array
/// that is no [`NdArray`], or go on after the value.
///
/// Source: srsly 2.5, `_msgpack_api.py` `read_msgpack`, `msgpack/_msgpack_numpy.py` `decode_numpy`.
pub fn parse<'b>(part: &str, bytes: &'b [u8]) -> Result<Value<'b>, ArchiveError> {
    let mut reader = Reader::new(part, bytes);
    let value = reader.value()?;
    reader.finish()?;
    Ok(value)
}

impl<'b> Reader<'_, 'b> {
    /// Reads one value with all that lies in it.
    ///
    /// # Errors
    /// As [`parse`], trailing bytes aside.
    pub fn value(&mut self) -> Result<Value<'b>, ArchiveError> {
        self.value_at_depth(0, &mut { MAX_VALUES })
    }

    /// `left` is how many more values the tree may have.
    fn value_at_depth(&mut self, depth: usize, left: &mut usize) -> Result<Value<'b>, ArchiveError> {
        let start = self.position();
        let token = self.token()?;
        if let Token::Array(values) | Token::Map(values) = token {
            if depth == MAX_DEPTH {
                return Err(self.damaged(start, format!("expected values at most {MAX_DEPTH} deep, found deeper ones")));
            }
            *left = left.checked_sub(values).ok_or_else(|| self.too_many_values())?;
        }
        Ok(match token {
            Token::Nil => Value::Nil,
            Token::Bool(value) => Value::Bool(value),
            Token::Int(value) => Value::Int(value),
            Token::Float(value) => Value::Float(value),
            Token::Str(text) => Value::Str(text),
            Token::Bin(bytes) => Value::Bin(bytes),
            Token::Array(count) => {
                let mut values = Vec::with_capacity(count);
                for _ in 0..count {
                    values.push(self.value_at_depth(depth + 1, left)?);
                }
                Value::Array(values)
            }
            Token::Map(count) => {
                let mut entries = Vec::with_capacity(count);
                for _ in 0..count {
                    entries.push((self.value_at_depth(depth + 1, left)?, self.value_at_depth(depth + 1, left)?));
                }
                arrays::decode(entries).map_err(|problem| self.damaged(start, problem))?
            }
        })
    }
}

impl Reader<'_, '_> {
    fn too_many_values(&self) -> ArchiveError {
        ArchiveError::too_large(self.part(), format!("expected at most {MAX_VALUES} values, found more"))
    }
}

impl fmt::Display for Token<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nil => formatter.write_str("nil"),
            Self::Bool(_) => formatter.write_str("a truth value"),
            Self::Int(_) => formatter.write_str("a whole number"),
            Self::Float(_) => formatter.write_str("a float"),
            Self::Str(_) => formatter.write_str("text"),
            Self::Bin(_) => formatter.write_str("bytes"),
            Self::Array(_) => formatter.write_str("a list"),
            Self::Map(_) => formatter.write_str("a map"),
        }
    }
}

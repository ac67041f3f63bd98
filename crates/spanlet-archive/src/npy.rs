//! Arrays of numbers: numpy's `.npy` files, and the arrays inside msgpack.

use crate::error::ArchiveError;

mod header;
#[cfg(test)]
mod tests;

/// What an array's elements are: numpy's `dtype.str` of little-endian numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// `|b1`
    Bool,
    /// `|i1`
    I8,
    /// `|u1`
    U8,
    /// `<i2`
    I16,
    /// `<u2`
    U16,
    /// `<i4`
    I32,
    /// `<u4`
    U32,
    /// `<i8`
    I64,
    /// `<u8`
    U64,
    /// `<f4`
    F32,
    /// `<f8`
    F64,
}

impl Element {
    /// What numpy calls `descr`; `None` for big-endian numbers, half floats, text, records and Python objects.
    #[must_use]
    pub fn from_descr(descr: &str) -> Option<Self> {
        Some(match descr {
            "|b1" => Self::Bool,
            "|i1" => Self::I8,
            "|u1" => Self::U8,
            "<i2" => Self::I16,
            "<u2" => Self::U16,
            "<i4" => Self::I32,
            "<u4" => Self::U32,
            "<i8" => Self::I64,
            "<u8" => Self::U64,
            "<f4" => Self::F32,
            "<f8" => Self::F64,
            _ => return None,
        })
    }

    /// How many bytes one element takes.
    #[must_use]
    pub fn size_bytes(self) -> usize {
        match self {
            Self::Bool | Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }
}

/// An array in C order whose elements lie in borrowed bytes, little-endian, at any alignment.
#[derive(Clone, Debug, PartialEq)]
pub struct NdArray<'b> {
    /// What the elements are.
    pub element: Element,
    /// The length of each axis; the product, times the element's size, is `bytes.len()`.
    pub shape: Vec<usize>,
    /// The elements.
    pub bytes: &'b [u8],
}

impl<'b> NdArray<'b> {
    /// Puts an array together; the problem, in words, when shape and bytes do not agree.
    pub(crate) fn new(element: Element, shape: Vec<usize>, bytes: &'b [u8]) -> Result<Self, String> {
        let count = shape.iter().try_fold(1_usize, |product, axis| product.checked_mul(*axis));
        let expected = count.and_then(|count| count.checked_mul(element.size_bytes()));
        if expected == Some(bytes.len()) {
            return Ok(Self { element, shape, bytes });
        }
        Err(format!("expected as many bytes as the shape {shape:?} takes, found {}", bytes.len()))
    }

    /// The number of elements.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len() / self.element.size_bytes()
    }

    /// Whether there is no element: an axis of length zero.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The elements as `f32`, row by row; `None` when they are of another kind.
    #[must_use]
    pub fn to_f32(&self) -> Option<Vec<f32>> {
        let (elements, _) = self.bytes.as_chunks::<4>();
        (self.element == Element::F32).then(|| elements.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
    }

    /// The elements as `u64`, row by row; `None` when they are of another kind.
    #[must_use]
    pub fn to_u64(&self) -> Option<Vec<u64>> {
        let (elements, _) = self.bytes.as_chunks::<8>();
        (self.element == Element::U64).then(|| elements.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect())
    }

    /// Whole numbers of any width as `i64`, row by row; `None` for floats and truth values, and when one is past `i64`.
    #[must_use]
    pub fn to_i64(&self) -> Option<Vec<i64>> {
        let read: fn(&[u8]) -> Option<i64> = match self.element {
            Element::I8 => |bytes| Some(i8::from_le_bytes(bytes.try_into().ok()?).into()),
            Element::U8 => |bytes| Some(u8::from_le_bytes(bytes.try_into().ok()?).into()),
            Element::I16 => |bytes| Some(i16::from_le_bytes(bytes.try_into().ok()?).into()),
            Element::U16 => |bytes| Some(u16::from_le_bytes(bytes.try_into().ok()?).into()),
            Element::I32 => |bytes| Some(i32::from_le_bytes(bytes.try_into().ok()?).into()),
            Element::U32 => |bytes| Some(u32::from_le_bytes(bytes.try_into().ok()?).into()),
            Element::I64 => |bytes| Some(i64::from_le_bytes(bytes.try_into().ok()?)),
            Element::U64 => |bytes| u64::from_le_bytes(bytes.try_into().ok()?).try_into().ok(),
            Element::Bool | Element::F32 | Element::F64 => return None,
        };
        self.bytes.chunks_exact(self.element.size_bytes()).map(read).collect()
    }
}

/// Reads a `.npy` file of version 1, 2 or 3; `part` names it in errors.
///
/// # Errors
/// When the header is damaged, the elements are of a kind not listed in [`Element`] or in Fortran order, or shape and
/// bytes do not agree. Arrays of Python objects are pickles and refused like any other kind.
///
/// Source: numpy 2, `lib/_format_impl.py`, `read_magic`, `_read_array_header`, `read_array`.
pub fn parse<'b>(part: &str, bytes: &'b [u8]) -> Result<NdArray<'b>, ArchiveError> {
    let damaged = |byte: usize, problem: String| ArchiveError::damaged(part, byte, problem);
    let header = header::parse(bytes).map_err(|(byte, problem)| damaged(byte, problem))?;
    let element = Element::from_descr(&header.descr).ok_or_else(|| {
        damaged(0, format!("expected little-endian numbers, e.g. `<f4`, found elements of kind `{}`", header.descr))
    })?;
    // Fortran order says nothing of an array with at most one axis.
    if header.fortran_order && header.shape.len() > 1 {
        return Err(damaged(0, "expected an array in C order, found Fortran order".to_owned()));
    }
    let elements = bytes.get(header.length..).unwrap_or_default();
    NdArray::new(element, header.shape, elements).map_err(|problem| damaged(header.length, problem))
}

//! msgpack one token at a time, for files with millions of entries that need no tree.

use crate::error::ArchiveError;

/// One token: a plain value, or the head of a list or a map whose values follow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Token<'b> {
    /// `None` in Python.
    Nil,
    /// A truth value.
    Bool(bool),
    /// A whole number of any width.
    Int(i128),
    /// A number of either width.
    Float(f64),
    /// Text.
    Str(&'b str),
    /// Bytes.
    Bin(&'b [u8]),
    /// A list of so many values.
    Array(usize),
    /// A map of so many keys, each followed by its value.
    Map(usize),
}

/// Reads msgpack from the front to the back.
///
/// A list or map that announces more values than bytes are left for, after all that is announced already, is an error
/// when its head is read, so that a caller may reserve what a head announces.
///
/// ```
/// use spanlet_archive::msgpack::Reader;
/// // {7: 1, 300: 0}
/// let mut reader = Reader::new("vocab/key2row", &[0x82, 0x07, 0x01, 0xcd, 0x01, 0x2c, 0x00]);
/// let rows: Result<Vec<_>, _> = (0..reader.map()?).map(|_| Ok((reader.u64()?, reader.u64()?))).collect();
/// assert_eq!(rows?, [(7, 1), (300, 0)]);
/// reader.finish()?;
/// # Ok::<_, spanlet_archive::ArchiveError>(())
/// ```
#[derive(Debug)]
pub struct Reader<'p, 'b> {
    part: &'p str,
    bytes: &'b [u8],
    position: usize,
    /// How many values are announced and not yet begun. Each takes at least one byte.
    owed: usize,
}

impl<'p, 'b> Reader<'p, 'b> {
    /// Begins with the one value that `bytes` hold; `part` names them in errors.
    #[must_use]
    pub fn new(part: &'p str, bytes: &'b [u8]) -> Self {
        Self { part, bytes, position: 0, owed: 1 }
    }

    /// The byte that is read next.
    #[must_use]
    pub fn position(&self) -> usize {
        self.position
    }

    /// Reads one token.
    ///
    /// # Errors
    /// When the bytes are cut off, announce more than they hold, hold text that is not UTF-8, or an extension type.
    pub fn token(&mut self) -> Result<Token<'b>, ArchiveError> {
        let start = self.position;
        let Some(owed) = self.owed.checked_sub(1) else {
            return Err(self.damaged(start, "expected no further value".to_owned()));
        };
        self.owed = owed;
        let [head] = self.fixed()?;
        match head {
            0x00..=0x7f => Ok(Token::Int(head.into())),
            0x80..=0x8f => self.map_head(start, usize::from(head & 0x0f)),
            0x90..=0x9f => self.array_head(start, usize::from(head & 0x0f)),
            0xa0..=0xbf => self.text(usize::from(head & 0x1f)),
            0xc0 => Ok(Token::Nil),
            0xc2 | 0xc3 => Ok(Token::Bool(head == 0xc3)),
            0xc4..=0xc6 => {
                let length = self.length(head - 0xc4)?;
                Ok(Token::Bin(self.take(length)?))
            }
            0xca => Ok(Token::Float(f32::from_be_bytes(self.fixed()?).into())),
            0xcb => Ok(Token::Float(f64::from_be_bytes(self.fixed()?))),
            0xcc => Ok(Token::Int(u8::from_be_bytes(self.fixed()?).into())),
            0xcd => Ok(Token::Int(u16::from_be_bytes(self.fixed()?).into())),
            0xce => Ok(Token::Int(u32::from_be_bytes(self.fixed()?).into())),
            0xcf => Ok(Token::Int(u64::from_be_bytes(self.fixed()?).into())),
            0xd0 => Ok(Token::Int(i8::from_be_bytes(self.fixed()?).into())),
            0xd1 => Ok(Token::Int(i16::from_be_bytes(self.fixed()?).into())),
            0xd2 => Ok(Token::Int(i32::from_be_bytes(self.fixed()?).into())),
            0xd3 => Ok(Token::Int(i64::from_be_bytes(self.fixed()?).into())),
            0xd9..=0xdb => {
                let length = self.length(head - 0xd9)?;
                self.text(length)
            }
            0xdc | 0xdd => {
                let count = self.length(head - 0xdb)?;
                self.array_head(start, count)
            }
            0xde | 0xdf => {
                let count = self.length(head - 0xdd)?;
                self.map_head(start, count)
            }
            0xe0..=0xff => Ok(Token::Int((head as i8).into())),
            0xc1 | 0xc7..=0xc9 | 0xd4..=0xd8 => Err(self.damaged(
                start,
                format!("expected a plain value, found the msgpack type 0x{head:02x}, which models do not use"),
            )),
        }
    }

    /// Reads the head of a map: how many keys, each followed by its value.
    ///
    /// # Errors
    /// As [`token`](Self::token), and when something else is found.
    pub fn map(&mut self) -> Result<usize, ArchiveError> {
        self.expect("a map", |token| if let Token::Map(count) = token { Some(count) } else { None })
    }

    /// Reads the head of a list: how many values.
    ///
    /// # Errors
    /// As [`token`](Self::token), and when something else is found.
    pub fn array(&mut self) -> Result<usize, ArchiveError> {
        self.expect("a list", |token| if let Token::Array(count) = token { Some(count) } else { None })
    }

    /// Reads text.
    ///
    /// # Errors
    /// As [`token`](Self::token), and when something else is found.
    pub fn str(&mut self) -> Result<&'b str, ArchiveError> {
        self.expect("text", |token| if let Token::Str(text) = token { Some(text) } else { None })
    }

    /// Reads a whole number from 0 on.
    ///
    /// # Errors
    /// As [`token`](Self::token), and when something else is found.
    pub fn u64(&mut self) -> Result<u64, ArchiveError> {
        self.expect("a whole number", |token| if let Token::Int(value) = token { value.try_into().ok() } else { None })
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// When values that were announced have not been read, or bytes are left.
    pub fn finish(self) -> Result<(), ArchiveError> {
        if self.owed > 0 {
            return Err(self.damaged(self.position, format!("expected {} more values, found the end", self.owed)));
        }
        match self.bytes.len() - self.position {
            0 => Ok(()),
            left => Err(self.damaged(self.position, format!("expected the end, found {left} more bytes"))),
        }
    }

    pub(super) fn part(&self) -> &'p str {
        self.part
    }

    /// An error at a byte of this part.
    pub(super) fn damaged(&self, byte: usize, problem: String) -> ArchiveError {
        ArchiveError::damaged(self.part, byte, problem)
    }

    fn expect<T>(&mut self, what: &str, pick: impl Fn(Token<'b>) -> Option<T>) -> Result<T, ArchiveError> {
        let start = self.position;
        let token = self.token()?;
        pick(token).ok_or_else(|| self.damaged(start, format!("expected {what}, found {token}")))
    }

    fn array_head(&mut self, start: usize, count: usize) -> Result<Token<'b>, ArchiveError> {
        self.announce(start, count)?;
        Ok(Token::Array(count))
    }

    fn map_head(&mut self, start: usize, count: usize) -> Result<Token<'b>, ArchiveError> {
        self.announce(start, count.saturating_mul(2))?;
        Ok(Token::Map(count))
    }

    fn announce(&mut self, start: usize, values: usize) -> Result<(), ArchiveError> {
        let left = self.bytes.len() - self.position;
        let owed = self.owed.saturating_add(values);
        if owed > left {
            return Err(self.damaged(start, format!("expected bytes for {owed} more values, found {left} bytes")));
        }
        self.owed = owed;
        Ok(())
    }

    fn text(&mut self, length: usize) -> Result<Token<'b>, ArchiveError> {
        let start = self.position;
        str::from_utf8(self.take(length)?)
            .map(Token::Str)
            .map_err(|error| self.damaged(start + error.valid_up_to(), "expected text in UTF-8".to_owned()))
    }

    /// A length of 1, 2 or 4 bytes, for a `width` of 0, 1 or 2.
    fn length(&mut self, width: u8) -> Result<usize, ArchiveError> {
        Ok(match width {
            0 => usize::from(u8::from_be_bytes(self.fixed()?)),
            1 => usize::from(u16::from_be_bytes(self.fixed()?)),
            _ => u32::from_be_bytes(self.fixed()?) as usize,
        })
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], ArchiveError> {
        let bytes = self.take(N)?;
        Ok(bytes.try_into().expect("as many bytes were taken"))
    }

    fn take(&mut self, length: usize) -> Result<&'b [u8], ArchiveError> {
        let left = self.bytes.get(self.position..).unwrap_or_default();
        let bytes = left.get(..length).ok_or_else(|| {
            self.damaged(self.position, format!("expected {length} more bytes, found {}", left.len()))
        })?;
        self.position += length;
        Ok(bytes)
    }
}

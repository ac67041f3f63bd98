//! A model's parts by name.

use std::collections::BTreeMap;

use crate::error::ArchiveError;
use crate::unpack::{self, Members};

mod root;
#[cfg(test)]
mod tests;

/// How much a model may unpack to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of all parts together, unpacked.
    pub max_total_bytes: u64,
    /// The most parts; in an archive directories and whatever else is skipped count too.
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
    /// Takes parts as a host hands them in.
    ///
    /// One file that is a zip (so a wheel too), a tar or a tar in gzip, whatever its name, is unpacked; anything else is
    /// taken as it is. Then the model's directory is looked for: the one nearest to the top that holds `config.cfg`
    /// beside `meta.json`. If there is one, parts outside of it are dropped and all names are relative to it; if there
    /// is none, all parts stay. Names lose `./`; `__MACOSX`, `._…` and `.DS_Store` are dropped. Directories are no
    /// parts.
    ///
    /// # Errors
    /// When an archive is damaged, encrypted or uses a method of compression other than deflate; when a limit is passed;
    /// when a name leads outside (`..`, an absolute path, a drive, a backslash) or comes twice; when a part of the model
    /// is a link; when two directories could be the model's.
    pub fn from_files(mut files: Vec<(String, Vec<u8>)>, limits: &Limits) -> Result<Self, ArchiveError> {
        let members = match files.as_slice() {
            [(_, bytes)] if unpack::is_archive(bytes) => {
                let (archive, bytes) = files.remove(0);
                unpack::unpack(&archive, &bytes, limits)?
            }
            _ => taken(files, limits)?,
        };
        let by_name = root::model_parts(members)?;
        Ok(Self { by_name })
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

/// Files as they are.
fn taken(files: Vec<(String, Vec<u8>)>, limits: &Limits) -> Result<Members, ArchiveError> {
    let mut members = Members::new("the model", limits);
    for (name, bytes) in files {
        if let Some(name) = members.admit(name.as_bytes())? {
            members.reserve(&name, bytes.len() as u64)?;
            members.insert(name, bytes)?;
        }
    }
    Ok(members)
}

//! Archives to members: which format it is, and what all formats have in common.

use std::collections::BTreeMap;

use crate::error::ArchiveError;
use crate::parts::Limits;

mod crc;
mod gzip;
mod name;
mod stream;
mod tar;
#[cfg(test)]
mod tests;
mod zip;

/// How much longer than its compressed form deflate can make something: two bits for 258 bytes.
const MAX_INFLATION: u64 = 1_032;

/// Whether bytes are an archive that [`crate::Parts`] reads.
#[must_use]
pub fn is_archive(bytes: &[u8]) -> bool {
    gzip::is_gzip(bytes) || zip::is_zip(bytes) || tar::is_tar(bytes)
}

/// Reads an archive; `name` is its own, for errors.
pub(crate) fn unpack(name: &str, bytes: &[u8], limits: &Limits) -> Result<Members, ArchiveError> {
    let mut members = Members::new(name, limits);
    if zip::is_zip(bytes) {
        zip::unpack(bytes, &mut members)?;
    } else if gzip::is_gzip(bytes) {
        let mut stream = gzip::Gunzip::new(name, bytes, members.max_stream_bytes());
        tar::unpack(&mut stream, &mut members)?;
    } else {
        tar::unpack(&mut stream::Whole::new(name, bytes), &mut members)?;
    }
    Ok(members)
}

/// The files of an archive or of a host, as they are taken up one by one.
#[derive(Debug)]
pub(crate) struct Members {
    archive: String,
    limits: Limits,
    /// By normalised path.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// The paths of links, which are not followed.
    pub(crate) links: Vec<String>,
    members: usize,
    total_bytes: u64,
}

impl Members {
    pub(crate) fn new(archive: &str, limits: &Limits) -> Self {
        let (files, links) = (BTreeMap::new(), Vec::new());
        Self { archive: archive.to_owned(), limits: *limits, files, links, members: 0, total_bytes: 0 }
    }

    pub(crate) fn archive(&self) -> &str {
        &self.archive
    }

    /// A member's name in errors.
    pub(crate) fn place(&self, name: &str) -> String {
        format!("{}, member `{name}`", self.archive)
    }

    /// How many bytes a tar may have whose members keep to the limits: each has a head and is filled up to a block,
    /// most have a long name, and there is room behind the last.
    fn max_stream_bytes(&self) -> u64 {
        self.limits.max_total_bytes.saturating_add(self.limits.max_parts as u64 * 4_096).saturating_add(1 << 20)
    }

    /// Counts a member and normalises its name; `None` when nothing is to be done about it.
    pub(crate) fn admit(&mut self, name: &[u8]) -> Result<Option<String>, ArchiveError> {
        self.members += 1;
        if self.members > self.limits.max_parts {
            let problem = format!("expected at most {} files and directories, found more", self.limits.max_parts);
            return Err(ArchiveError::too_large(self.archive(), problem));
        }
        name::normalised(name).map_err(|problem| {
            ArchiveError::wrong(self.place(&String::from_utf8_lossy(name)), format!("expected {problem}"))
        })
    }

    /// Counts a member's bytes before memory for them is taken.
    pub(crate) fn reserve(&mut self, name: &str, bytes: u64) -> Result<usize, ArchiveError> {
        self.total_bytes = self.total_bytes.saturating_add(bytes);
        let max = self.limits.max_total_bytes;
        usize::try_from(bytes).ok().filter(|_| self.total_bytes <= max).ok_or_else(|| {
            let problem = format!("expected at most {max} bytes of all files together, found more");
            ArchiveError::too_large(self.place(name), problem)
        })
    }

    pub(crate) fn insert(&mut self, name: String, bytes: Vec<u8>) -> Result<(), ArchiveError> {
        if self.files.contains_key(&name) {
            return Err(ArchiveError::wrong(self.place(&name), "expected each name once, found it again"));
        }
        self.files.insert(name, bytes);
        Ok(())
    }

    /// Takes note of a link.
    fn add_link(&mut self, name: String) {
        self.links.push(name);
    }
}

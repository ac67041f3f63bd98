//! A zip file of which the same contents give the same bytes.

use std::io::{Cursor, Write as _};

use zip::{CompressionMethod, DateTime, ZipWriter, result::ZipResult, write::SimpleFileOptions};

/// The most that deflate offers; it is done once, and read at every cold start.
const LEVEL: i64 = 9;

/// A file in the zip file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    name: String,
    bytes: Vec<u8>,
    /// Permissions, as `chmod` takes them.
    mode: u32,
}

impl Entry {
    pub(super) fn file(name: String, bytes: Vec<u8>) -> Self {
        Self { name, bytes, mode: 0o644 }
    }

    pub(super) fn executable(name: String, bytes: Vec<u8>) -> Self {
        Self { name, bytes, mode: 0o755 }
    }

    /// Its path in the zip file.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Unpacked.
    pub(super) fn size_bytes(&self) -> u64 {
        self.bytes.len() as u64
    }
}

/// The zip file's bytes, with the entries in their order.
pub(super) fn bytes(entries: &[Entry]) -> ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for entry in entries {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(LEVEL))
            // Midnight of 1 January 1980, the first moment that a zip file can name: packing again changes nothing.
            .last_modified_time(DateTime::default())
            .unix_permissions(entry.mode);
        zip.start_file(&entry.name, options)?;
        zip.write_all(&entry.bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

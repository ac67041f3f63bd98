//! Where a tar's bytes come from: memory, or gzip as it is unpacked.

use crate::error::ArchiveError;

/// Bytes from the front to the back.
pub(super) trait Stream {
    /// The archive's name, for errors.
    fn archive(&self) -> &str;

    /// How many bytes were read.
    fn position(&self) -> u64;

    /// The most bytes that can still come.
    fn max_left(&self) -> u64;

    /// Reads into the front of `out` and tells how much: 0 at the end, or if `out` is empty.
    fn read(&mut self, out: &mut [u8]) -> Result<usize, ArchiveError>;

    /// Fills `out`.
    fn fill(&mut self, out: &mut [u8]) -> Result<(), ArchiveError> {
        let mut filled = 0;
        while filled < out.len() {
            match self.read(&mut out[filled..])? {
                0 => return Err(self.damaged(format!("expected {} more bytes, found the end", out.len() - filled))),
                count => filled += count,
            }
        }
        Ok(())
    }

    /// Reads and drops bytes.
    fn skip(&mut self, mut count: u64) -> Result<(), ArchiveError> {
        let mut scratch = [0; 4_096];
        while count > 0 {
            let length = count.min(scratch.len() as u64) as usize;
            self.fill(&mut scratch[..length])?;
            count -= length as u64;
        }
        Ok(())
    }

    /// Reads and drops all that is left.
    fn drain(&mut self) -> Result<(), ArchiveError> {
        let mut scratch = [0; 4_096];
        while self.read(&mut scratch)? > 0 {}
        Ok(())
    }

    /// An error where the stream stands.
    fn damaged(&self, problem: String) -> ArchiveError {
        let byte = usize::try_from(self.position()).unwrap_or(usize::MAX);
        ArchiveError::damaged(self.archive(), byte, problem)
    }
}

/// A stream that lies in memory.
pub(super) struct Whole<'b> {
    archive: &'b str,
    rest: &'b [u8],
    position: u64,
}

impl<'b> Whole<'b> {
    pub(super) fn new(archive: &'b str, bytes: &'b [u8]) -> Self {
        Self { archive, rest: bytes, position: 0 }
    }
}

impl Stream for Whole<'_> {
    fn archive(&self) -> &str {
        self.archive
    }

    fn position(&self) -> u64 {
        self.position
    }

    fn max_left(&self) -> u64 {
        self.rest.len() as u64
    }

    fn read(&mut self, out: &mut [u8]) -> Result<usize, ArchiveError> {
        let length = out.len().min(self.rest.len());
        let (now, rest) = self.rest.split_at(length);
        out[..length].copy_from_slice(now);
        self.rest = rest;
        self.position += length as u64;
        Ok(length)
    }
}

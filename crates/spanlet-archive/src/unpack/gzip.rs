//! gzip (RFC 1952), unpacked as it is read; several members one after another are one stream.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, TINFL_LZ_DICT_SIZE, decompress};

use super::MAX_INFLATION;
use super::crc::Crc;
use super::stream::Stream;
use crate::error::ArchiveError;

const HEADER_CRC: u8 = 1 << 1;
const EXTRA: u8 = 1 << 2;
const NAME: u8 = 1 << 3;
const COMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0b1110_0000;

pub(super) fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x1f\x8b\x08")
}

/// A gzip stream that is being unpacked.
pub(super) struct Gunzip<'b> {
    archive: &'b str,
    bytes: &'b [u8],
    /// Where in `bytes` reading goes on.
    at: usize,
    inflate: Box<DecompressorOxide>,
    /// The last 32 kB that came out, around in a circle: what deflate refers back to.
    window: Box<[u8]>,
    /// The bytes of `window` that were not handed on yet.
    pending: std::ops::Range<usize>,
    phase: Phase,
    crc: Crc,
    /// How many bytes the present member has unpacked to.
    member_bytes: u64,
    position: u64,
    max_bytes: u64,
}

/// What comes next in a gzip stream.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Header,
    Deflated,
    Trailer,
    End,
}

impl<'b> Gunzip<'b> {
    /// Begins to unpack; reading more than `max_bytes` is an error.
    pub(super) fn new(archive: &'b str, bytes: &'b [u8], max_bytes: u64) -> Self {
        Self {
            archive,
            bytes,
            at: 0,
            inflate: Box::default(),
            window: vec![0; TINFL_LZ_DICT_SIZE].into(),
            pending: 0..0,
            phase: Phase::Header,
            crc: Crc::new(),
            member_bytes: 0,
            position: 0,
            max_bytes,
        }
    }

    /// Makes bytes pending, or comes to the end.
    fn advance(&mut self) -> Result<(), ArchiveError> {
        while self.pending.is_empty() && self.phase != Phase::End {
            self.phase = match self.phase {
                Phase::Header => self.header()?,
                Phase::Deflated => self.inflate()?,
                Phase::Trailer => self.trailer()?,
                Phase::End => Phase::End,
            };
        }
        Ok(())
    }

    fn header(&mut self) -> Result<Phase, ArchiveError> {
        let start = self.at;
        let fixed: [u8; 10] = self.take()?;
        let flags = fixed[3];
        if !is_gzip(&fixed) || flags & RESERVED != 0 {
            return Err(self.wrong(start, "expected a gzip header, found other bytes"));
        }
        if flags & EXTRA != 0 {
            let length = u16::from_le_bytes(self.take()?);
            self.pass(usize::from(length))?;
        }
        for part in [NAME, COMMENT] {
            if flags & part != 0 {
                let length = self.bytes[self.at..].iter().position(|byte| *byte == 0);
                self.pass(length.unwrap_or(self.bytes.len()) + 1)?;
            }
        }
        if flags & HEADER_CRC != 0 {
            self.crc.update(&self.bytes[start..self.at]);
            let found = self.crc.finish() as u16;
            if u16::from_le_bytes(self.take()?) != found {
                return Err(self.wrong(start, "expected a gzip header that agrees with its checksum, found another"));
            }
        }
        self.inflate.init();
        self.pending = 0..0;
        self.member_bytes = 0;
        Ok(Phase::Deflated)
    }

    fn inflate(&mut self) -> Result<Phase, ArchiveError> {
        let start = self.pending.end % TINFL_LZ_DICT_SIZE;
        let (status, read, written) = decompress(&mut self.inflate, &self.bytes[self.at..], &mut self.window, start, 0);
        self.at += read;
        self.pending = start..start + written;
        self.crc.update(&self.window[self.pending.clone()]);
        self.member_bytes += written as u64;
        if self.position + written as u64 > self.max_bytes {
            let problem = format!("expected a tar of at most {} bytes in it, found a longer one", self.max_bytes);
            return Err(ArchiveError::too_large(self.archive, problem));
        }
        match status {
            TINFLStatus::Done => Ok(Phase::Trailer),
            TINFLStatus::HasMoreOutput => Ok(Phase::Deflated),
            TINFLStatus::FailedCannotMakeProgress | TINFLStatus::NeedsMoreInput => {
                Err(self.wrong(self.at, "expected more compressed bytes, found the end"))
            }
            _ => Err(self.wrong(self.at, "expected deflate, found other bytes")),
        }
    }

    /// Sum and length, then another member, or zeros up to the end.
    fn trailer(&mut self) -> Result<Phase, ArchiveError> {
        let start = self.at;
        let (crc, length) = (u32::from_le_bytes(self.take()?), u32::from_le_bytes(self.take()?));
        if crc != self.crc.finish() || length != self.member_bytes as u32 {
            return Err(self.wrong(start, "expected the checksum and length of what was unpacked, found others"));
        }
        let rest = &self.bytes[self.at..];
        if rest.iter().all(|byte| *byte == 0) {
            self.at = self.bytes.len();
            return Ok(Phase::End);
        }
        Ok(Phase::Header)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], ArchiveError> {
        let start = self.at;
        self.pass(N)?;
        Ok(self.bytes[start..self.at].try_into().expect("as many bytes were passed"))
    }

    fn pass(&mut self, count: usize) -> Result<(), ArchiveError> {
        if count > self.bytes.len() - self.at {
            return Err(self.wrong(self.at, "expected more of gzip, found the end"));
        }
        self.at += count;
        Ok(())
    }

    /// An error at a byte of the compressed file.
    fn wrong(&self, byte: usize, problem: &str) -> ArchiveError {
        ArchiveError::damaged(self.archive, byte, problem)
    }
}

impl Stream for Gunzip<'_> {
    fn archive(&self) -> &str {
        self.archive
    }

    fn position(&self) -> u64 {
        self.position
    }

    fn max_left(&self) -> u64 {
        // What was read already may still lie in the window and in a few bytes of a buffer.
        let compressed = (self.bytes.len() - self.at) as u64 + 16;
        (compressed * MAX_INFLATION + TINFL_LZ_DICT_SIZE as u64).min(self.max_bytes)
    }

    fn read(&mut self, out: &mut [u8]) -> Result<usize, ArchiveError> {
        self.advance()?;
        let length = out.len().min(self.pending.len());
        let now = self.pending.start..self.pending.start + length;
        out[..length].copy_from_slice(&self.window[now.clone()]);
        self.pending.start = now.end;
        self.position += length as u64;
        Ok(length)
    }
}

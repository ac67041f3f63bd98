//! zip, and so wheels: the central directory, stored and deflated members, zip64.

use std::ops::Range;

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

use super::crc::Crc;
use super::{MAX_INFLATION, Members};
use crate::error::ArchiveError;

const LOCAL: &[u8] = b"PK\x03\x04";
const CENTRAL: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
const END_64: &[u8] = b"PK\x06\x06";
const LOCATOR_64: &[u8] = b"PK\x06\x07";

const END_BYTES: usize = 22;
const LOCATOR_BYTES: usize = 20;
const END_64_BYTES: usize = 56;
const CENTRAL_BYTES: usize = 46;
const LOCAL_BYTES: usize = 30;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// Flags: encrypted, strongly encrypted, central directory encrypted.
const ENCRYPTED: u16 = 1 | 1 << 6 | 1 << 13;

pub(super) fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(LOCAL) || bytes.starts_with(END)
}

/// Reads every file that the central directory names.
///
/// Links are noted, directories dropped.
///
/// Source: PKWARE, APPNOTE 6.3.10, sections 4.3 to 4.5.
pub(super) fn unpack(bytes: &[u8], members: &mut Members) -> Result<(), ArchiveError> {
    let zip = Zip { archive: members.archive().to_owned(), bytes };
    let directory = zip.directory()?;
    let mut unpacker = Unpacker { inflate: Box::default(), crc: Crc::new() };
    let (mut at, mut compressed) = (directory.bytes.start, 0_u64);
    for _ in 0..directory.entries {
        let entry = zip.entry(&mut at, directory.bytes.end)?;
        compressed = compressed.saturating_add(entry.compressed_bytes);
        if compressed > bytes.len() as u64 {
            return Err(zip.wrong(at, "expected members that do not lie on each other, found some that do"));
        }
        let Some(path) = members.admit(entry.name)? else { continue };
        if entry.is_link {
            members.add_link(path);
            continue;
        }
        if entry.name.ends_with(b"/") {
            continue;
        }
        let place = members.place(&path);
        let packed = zip.member(&entry, directory.bytes.start)?;
        let unpacked = unpacker.unpack(&entry, packed, || members.reserve(&path, entry.size));
        let unpacked = unpacked.map_err(|problem| problem.into_error(place))?;
        members.insert(path, unpacked)?;
    }
    if at != directory.bytes.end {
        return Err(zip.wrong(at, "expected the end of the central directory, found more"));
    }
    Ok(())
}

struct Zip<'b> {
    archive: String,
    bytes: &'b [u8],
}

/// Where the central directory lies, and how many entries it has.
struct Directory {
    bytes: Range<usize>,
    entries: u64,
}

/// What the central directory says of a member.
struct Entry<'b> {
    name: &'b [u8],
    flags: u16,
    method: u16,
    crc: u32,
    compressed_bytes: u64,
    size: u64,
    local_header: u64,
    is_link: bool,
}

impl<'b> Zip<'b> {
    fn wrong(&self, byte: usize, problem: &str) -> ArchiveError {
        ArchiveError::damaged(self.archive.as_str(), byte, problem)
    }

    /// The fixed part of a record, signature and all.
    fn record(&self, at: usize, signature: &[u8], length: usize, what: &str) -> Result<Record<'b>, ArchiveError> {
        let record = at.checked_add(length).and_then(|end| self.bytes.get(at..end));
        let record = record.filter(|record| record.starts_with(signature));
        record.map(Record).ok_or_else(|| self.wrong(at, &format!("expected {what} of a zip, found something else")))
    }

    fn directory(&self) -> Result<Directory, ArchiveError> {
        let end = self.end()?;
        let record = self.record(end, END, END_BYTES, "the end")?;
        let (disk, first_disk) = (record.u16(4), record.u16(6));
        let (here, entries) = (record.u16(8), record.u16(10));
        let (length, start) = (record.u32(12), record.u32(16));
        let locator = end.checked_sub(LOCATOR_BYTES).filter(|at| self.bytes[*at..].starts_with(LOCATOR_64));
        let (entries, length, start, limit) = match locator {
            Some(locator) => self.directory_64(locator)?,
            None if disk != 0 || first_disk != 0 || here != entries => {
                return Err(ArchiveError::unsupported(self.archive.as_str(), "several volumes", "pack one file"));
            }
            None => (u64::from(entries), u64::from(length), u64::from(start), end),
        };
        let range = start.checked_add(length).filter(|end| *end == limit as u64).map(|_| start as usize..limit);
        let bytes =
            range.ok_or_else(|| self.wrong(end, "expected the central directory before this, found it elsewhere"))?;
        Ok(Directory { bytes, entries })
    }

    /// Where the end record is: the last place whose comment goes up to the end of the file.
    fn end(&self) -> Result<usize, ArchiveError> {
        let last = self.bytes.len().checked_sub(END_BYTES);
        let first = last.map_or(0, |last| last.saturating_sub(usize::from(u16::MAX)));
        let fits = |at: &usize| {
            let record = Record(&self.bytes[*at..]);
            self.bytes[*at..].starts_with(END) && *at + END_BYTES + usize::from(record.u16(20)) == self.bytes.len()
        };
        let found = last.and_then(|last| (first..=last).rev().find(fits));
        found.ok_or_else(|| self.wrong(self.bytes.len(), "expected the end of a zip, found it cut off"))
    }

    /// Entries, length, start and end of the directory as zip64 tells them.
    fn directory_64(&self, locator: usize) -> Result<(u64, u64, u64, usize), ArchiveError> {
        let at = self.record(locator, LOCATOR_64, LOCATOR_BYTES, "the zip64 locator")?.u64(8);
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        let record = self.record(at, END_64, END_64_BYTES, "the zip64 end")?;
        Ok((record.u64(32), record.u64(40), record.u64(48), at))
    }

    /// Reads the entry at `at` and steps behind it.
    fn entry(&self, at: &mut usize, end: usize) -> Result<Entry<'b>, ArchiveError> {
        let start = *at;
        let record = self.record(start, CENTRAL, CENTRAL_BYTES, "an entry of the central directory")?;
        let lengths = [28, 30, 32].map(|field| usize::from(record.u16(field)));
        let name = start + CENTRAL_BYTES;
        let extra = name + lengths[0];
        let comment = extra + lengths[1];
        *at = comment + lengths[2];
        if *at > end {
            return Err(self.wrong(start, "expected an entry inside the central directory, found it go on behind"));
        }
        let unix_mode = if record.0[5] == 3 { record.u32(38) >> 16 } else { 0 };
        let mut entry = Entry {
            name: &self.bytes[name..extra],
            flags: record.u16(8),
            method: record.u16(10),
            crc: record.u32(16),
            compressed_bytes: u64::from(record.u32(20)),
            size: u64::from(record.u32(24)),
            local_header: u64::from(record.u32(42)),
            is_link: unix_mode & 0o170_000 == 0o120_000,
        };
        entry
            .widen(&self.bytes[extra..comment])
            .ok_or_else(|| self.wrong(extra, "expected zip64 sizes, found fewer"))?;
        Ok(entry)
    }

    /// The compressed bytes of a member.
    fn member(&self, entry: &Entry<'_>, directory: usize) -> Result<&'b [u8], ArchiveError> {
        let at = usize::try_from(entry.local_header).unwrap_or(usize::MAX);
        let record = self.record(at, LOCAL, LOCAL_BYTES, "the header of a member")?;
        let name = at + LOCAL_BYTES;
        let extra = name + usize::from(record.u16(26));
        let data = extra + usize::from(record.u16(28));
        if self.bytes.get(name..extra) != Some(entry.name) {
            return Err(self.wrong(name, "expected the name that the central directory gives, found another"));
        }
        let end = usize::try_from(entry.compressed_bytes).ok().and_then(|length| data.checked_add(length));
        let data = end.filter(|end| *end <= directory).and_then(|end| self.bytes.get(data..end));
        data.ok_or_else(|| self.wrong(at, "expected a member before the central directory, found it go on"))
    }
}

impl Entry<'_> {
    /// Takes sizes that do not fit 32 bits from the zip64 field; `None` when it lacks one.
    fn widen(&mut self, extra: &[u8]) -> Option<()> {
        let mut field = zip64_field(extra);
        for size in [&mut self.size, &mut self.compressed_bytes, &mut self.local_header] {
            if *size == u64::from(u32::MAX) {
                let (now, rest) = field?.split_first_chunk::<8>()?;
                *size = u64::from_le_bytes(*now);
                field = Some(rest);
            }
        }
        Some(())
    }
}

/// The content of the extra field with id 1.
fn zip64_field(mut extra: &[u8]) -> Option<&[u8]> {
    while let [id_low, id_high, low, high, rest @ ..] = extra {
        let (field, after) = rest.split_at_checked(usize::from(u16::from_le_bytes([*low, *high])))?;
        if [*id_low, *id_high] == [1, 0] {
            return Some(field);
        }
        extra = after;
    }
    None
}

/// The fixed part of a record, which is as long as the fields that are asked of it.
struct Record<'b>(&'b [u8]);

impl Record<'_> {
    fn u16(&self, at: usize) -> u16 {
        u16::from_le_bytes([self.0[at], self.0[at + 1]])
    }

    fn u32(&self, at: usize) -> u32 {
        u32::from(self.u16(at)) | u32::from(self.u16(at + 2)) << 16
    }

    fn u64(&self, at: usize) -> u64 {
        u64::from(self.u32(at)) | u64::from(self.u32(at + 4)) << 32
    }
}

/// What members are unpacked with, one after another.
struct Unpacker {
    inflate: Box<DecompressorOxide>,
    crc: Crc,
}

/// Why a member could not be unpacked.
enum Problem {
    Damaged(&'static str),
    Unsupported(String, &'static str),
    Limit(ArchiveError),
}

impl Problem {
    fn into_error(self, place: String) -> ArchiveError {
        match self {
            Self::Damaged(problem) => ArchiveError::wrong(place, problem),
            Self::Unsupported(uses, advice) => ArchiveError::unsupported(place, uses, advice),
            Self::Limit(error) => error,
        }
    }
}

impl Unpacker {
    /// `reserve` counts the member's bytes and tells how many to take memory for.
    fn unpack(
        &mut self,
        entry: &Entry<'_>,
        packed: &[u8],
        reserve: impl FnOnce() -> Result<usize, ArchiveError>,
    ) -> Result<Vec<u8>, Problem> {
        if entry.flags & ENCRYPTED != 0 {
            return Err(Problem::Unsupported("encryption".to_owned(), "pack it without a password"));
        }
        let max_size = packed.len() as u64 * if entry.method == STORED { 1 } else { MAX_INFLATION };
        if entry.size > max_size {
            return Err(Problem::Damaged("expected as many bytes as the central directory says, found fewer"));
        }
        let size = reserve().map_err(Problem::Limit)?;
        let unpacked = match entry.method {
            STORED if packed.len() == size => packed.to_vec(),
            STORED => return Err(Problem::Damaged("expected as many bytes as the central directory says, found more")),
            DEFLATED => self.inflate(packed, size)?,
            method => return Err(Problem::Unsupported(format!("compression method {method}"), "pack it with deflate")),
        };
        self.crc.update(&unpacked);
        if self.crc.finish() != entry.crc {
            return Err(Problem::Damaged("expected bytes that agree with their checksum, found others"));
        }
        Ok(unpacked)
    }

    fn inflate(&mut self, packed: &[u8], size: usize) -> Result<Vec<u8>, Problem> {
        let mut unpacked = vec![0; size];
        self.inflate.init();
        let flags = TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        let (status, read, written) = decompress(&mut self.inflate, packed, &mut unpacked, 0, flags);
        match status {
            TINFLStatus::Done if (read, written) == (packed.len(), size) => Ok(unpacked),
            TINFLStatus::Done | TINFLStatus::HasMoreOutput => {
                Err(Problem::Damaged("expected as many bytes as the central directory says, found another number"))
            }
            _ => Err(Problem::Damaged("expected deflate, found other bytes")),
        }
    }
}

//! tar: POSIX ustar with pax headers, GNU's long names, and the older form without a magic number.

use super::Members;
use super::stream::Stream;
use crate::error::ArchiveError;

const BLOCK: usize = 512;
/// The longest pax header and the longest GNU name that are read.
const MAX_NOTE_BYTES: u64 = 1 << 20;

/// Whether the first block is a header whose checksum agrees.
pub(super) fn is_tar(bytes: &[u8]) -> bool {
    bytes.first_chunk::<BLOCK>().is_some_and(|block| block[0] != 0 && Header::parse(block).is_ok())
}

/// Reads every file up to the end of the archive, and the stream to its end.
///
/// Links are noted, directories dropped; devices, sparse files and the like are errors.
///
/// Source: POSIX.1-2017, `pax`, "ustar Interchange Format" and "pax Extended Header"; GNU tar manual, "Basic Tar Format".
pub(super) fn unpack(stream: &mut impl Stream, members: &mut Members) -> Result<(), ArchiveError> {
    let mut notes = Notes::default();
    loop {
        let mut block = [0; BLOCK];
        stream.fill(&mut block)?;
        if block == [0; BLOCK] {
            return stream.drain();
        }
        let header = Header::parse(&block).map_err(|problem| stream.damaged(problem.to_owned()))?;
        match header.kind {
            b'x' => notes.read_pax(&read_note(stream, header.size)?).map_err(|problem| stream.damaged(problem))?,
            b'L' => notes.name = Some(until_nul(&read_note(stream, header.size)?).to_vec()),
            // Names of links' targets, and remarks on all members, say nothing of the files.
            b'g' | b'K' => drop(read_note(stream, header.size)?),
            _ => read_member(stream, members, &header, std::mem::take(&mut notes))?,
        }
    }
}

fn read_member(
    stream: &mut impl Stream,
    members: &mut Members,
    header: &Header,
    notes: Notes,
) -> Result<(), ArchiveError> {
    let name = notes.name.unwrap_or_else(|| header.name.clone());
    let is_link = matches!(header.kind, b'1' | b'2');
    // A link has no bytes, whatever size it states.
    let size = if is_link { 0 } else { notes.size.unwrap_or(header.size) };
    let is_directory = header.kind == b'5' || name.ends_with(b"/");
    let Some(path) = members.admit(&name)? else { return stream.skip(filled(size)) };
    match header.kind {
        b'0' | 0 | b'7' if !is_directory => {
            // A size that cannot be is told before memory is taken for it.
            if size > stream.max_left() {
                return Err(stream.damaged(format!("expected {size} bytes of `{path}`, found fewer")));
            }
            let mut bytes = vec![0; members.reserve(&path, size)?];
            stream.fill(&mut bytes)?;
            stream.skip(filled(size) - size)?;
            members.insert(path, bytes)
        }
        b'0' | 0 | b'5' | b'7' => stream.skip(filled(size)),
        _ if is_link => {
            members.add_link(path);
            Ok(())
        }
        kind => {
            let uses = format!("a member of the kind `{}`", char::from(kind).escape_default());
            Err(ArchiveError::unsupported(members.place(&path), uses, "pack plain files"))
        }
    }
}

/// A length filled up to whole blocks.
fn filled(size: u64) -> u64 {
    size.saturating_add(BLOCK as u64 - 1) / BLOCK as u64 * BLOCK as u64
}

fn read_note(stream: &mut impl Stream, size: u64) -> Result<Vec<u8>, ArchiveError> {
    if size > MAX_NOTE_BYTES {
        let problem = format!("expected a name or header of at most {MAX_NOTE_BYTES} bytes, found {size}");
        return Err(ArchiveError::too_large(stream.archive(), problem));
    }
    let mut bytes = vec![0; size as usize];
    stream.fill(&mut bytes)?;
    stream.skip(filled(size) - size)?;
    Ok(bytes)
}

/// What headers before a member say of it.
#[derive(Default)]
struct Notes {
    name: Option<Vec<u8>>,
    size: Option<u64>,
}

impl Notes {
    /// Records of `length key=value\n`, the length in decimal and counting all of the record.
    fn read_pax(&mut self, mut rest: &[u8]) -> Result<(), String> {
        while !rest.is_empty() {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let length = str::from_utf8(&rest[..digits]).ok().and_then(|digits| digits.parse::<usize>().ok());
            let record = length.and_then(|length| rest.get(digits..length));
            let record = record.and_then(|record| record.strip_prefix(b" ")?.strip_suffix(b"\n"));
            let equals = record.and_then(|record| record.iter().position(|byte| *byte == b'='));
            let (Some(length), Some(record), Some(equals)) = (length, record, equals) else {
                return Err("expected `length key=value` in a pax header, found something else".to_owned());
            };
            self.set(&record[..equals], &record[equals + 1..])?;
            rest = &rest[length..];
        }
        Ok(())
    }

    fn set(&mut self, key: &[u8], value: &[u8]) -> Result<(), String> {
        match key {
            b"path" => self.name = Some(value.to_vec()),
            b"size" => {
                let size = str::from_utf8(value).ok().and_then(|digits| digits.parse().ok());
                self.size = Some(size.ok_or("expected a size in a pax header, found something else")?);
            }
            _ if key.starts_with(b"GNU.sparse") => {
                return Err("expected plain files, found a sparse one".to_owned());
            }
            _ => {}
        }
        Ok(())
    }
}

/// One header block.
struct Header {
    name: Vec<u8>,
    size: u64,
    kind: u8,
}

impl Header {
    fn parse(block: &[u8; BLOCK]) -> Result<Self, &'static str> {
        let sum = number(&block[148..156]).ok_or("expected a tar header, found no checksum")?;
        // Some old writers summed bytes with a sign.
        let spaces = 8 * u64::from(b' ');
        let unsigned = sum_of(block, u64::from) + spaces;
        let signed = sum_of(block, |byte| i64::from(byte as i8).cast_unsigned()).wrapping_add(spaces);
        if sum != unsigned && sum != signed {
            return Err("expected a tar header that agrees with its checksum, found another");
        }
        let size = number(&block[124..136]).ok_or("expected the size of a member, found something else")?;
        let mut name = until_nul(&block[..100]).to_vec();
        let prefix = until_nul(&block[345..500]);
        if &block[257..263] == b"ustar\0" && !prefix.is_empty() {
            name = [prefix, b"/", &name].concat();
        }
        Ok(Self { name, size, kind: block[156] })
    }
}

/// The sum of all bytes but the checksum's own.
fn sum_of(block: &[u8; BLOCK], value: impl Fn(u8) -> u64) -> u64 {
    let bytes = block[..148].iter().chain(&block[156..]);
    bytes.fold(0, |sum: u64, byte| sum.wrapping_add(value(*byte)))
}

fn until_nul(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// Octal digits with spaces or NULs around, or GNU's big-endian form with the top bit set; nothing at all is 0.
fn number(field: &[u8]) -> Option<u64> {
    let [first, rest @ ..] = field else { return None };
    if first & 0x80 != 0 {
        let start = u64::from(first & 0x7f);
        return rest.iter().try_fold(start, |value, byte| Some(value.checked_mul(256)? + u64::from(*byte)));
    }
    let digits = str::from_utf8(until_nul(field)).ok()?.trim_matches(' ');
    if digits.is_empty() {
        return Some(0);
    }
    // `from_str_radix` would take a sign.
    let octal = digits.bytes().all(|digit| digit.is_ascii_digit());
    octal.then(|| u64::from_str_radix(digits, 8).ok()).flatten()
}

//! The input: records out of a stream of bytes, in batches that never wait for more than they need.

mod mark;

use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, Read},
    path::Path,
};

use anyhow::{Context as _, ensure};

use super::record::{RawRecord, RecordFault, Records};
use mark::Mark;

/// How much is read at once. What has arrived is answered before more is waited for.
const READ_BYTES: usize = 256 << 10;

/// The most records in a batch: enough for the cost of a call not to matter, few enough for all workers to have some.
const BATCH_RECORDS_MAX: usize = 256;

/// A batch with this many bytes of records is full.
const BATCH_BYTES: usize = 1 << 20;

/// Records in order: the texts, and for each record whether the next text is its own.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Batch {
    /// The texts of all records that have one.
    pub(super) texts: Vec<String>,
    /// One for each record.
    pub(super) records: Vec<Result<(), RecordFault>>,
    /// How many bytes of the input have been read up to the end of its last record.
    pub(super) read_bytes: u64,
}

/// A stream of bytes as records. A byte order mark at its start is skipped.
pub(super) struct Input<R> {
    bytes: BufReader<R>,
    mark: Mark,
    records: Records,
    read_bytes: u64,
    is_over: bool,
}

/// Whether to wait for bytes that have not arrived.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wait {
    Yes,
    No,
}

/// Opens a file, or standard input for `-`; with the size of the file, if it is a plain one.
pub(super) fn open(path: &Path) -> anyhow::Result<(Box<dyn Read + Send>, Option<u64>)> {
    if path == Path::new("-") {
        return Ok((Box::new(io::stdin()), None));
    }
    let place = || format!("input {}", path.display());
    let file = File::open(path).with_context(place)?;
    let about = file.metadata().with_context(place)?;
    ensure!(!about.is_dir(), "input {} is a folder: expected a file", path.display());
    Ok((Box::new(file), about.is_file().then_some(about.len())))
}

impl<R: Read> Input<R> {
    pub(super) fn new(input: R, records: Records) -> Self {
        let bytes = BufReader::with_capacity(READ_BYTES, input);
        Self { bytes, mark: Mark::default(), records, read_bytes: 0, is_over: false }
    }

    /// Reads the header, if there is to be one, and leaves out that many records; how many bytes of the input they took.
    ///
    /// # Errors
    /// What reading gave, and when the input has fewer records.
    pub(super) fn skip(&mut self, count: u64) -> anyhow::Result<u64> {
        while !self.records.is_past_header() && !self.is_over {
            self.advance(Wait::Yes)?;
        }
        for skipped in 0..count {
            let record = self.record(Wait::Yes)?;
            ensure!(record.is_some(), "--skip {count}: the input has {skipped} records");
        }
        Ok(self.read_bytes)
    }

    /// The next records, at least one; none at the end of the input.
    ///
    /// # Errors
    /// What reading gave, and when the input is not what it was said to be.
    pub(super) fn batch(&mut self) -> anyhow::Result<Option<Batch>> {
        let mut batch = Batch::default();
        let mut size_bytes = 0;
        let mut wait = Wait::Yes;
        while let Some(record) = self.record(wait)? {
            size_bytes += record.as_ref().map_or(0, Vec::len);
            batch.push(self.records.text(record));
            if batch.records.len() >= BATCH_RECORDS_MAX || size_bytes >= BATCH_BYTES {
                break;
            }
            wait = Wait::No;
        }
        batch.read_bytes = self.read_bytes;
        Ok((!batch.records.is_empty()).then_some(batch))
    }

    /// The next record; none at the end, or where it has not arrived and is not to be waited for.
    fn record(&mut self, wait: Wait) -> anyhow::Result<Option<RawRecord>> {
        loop {
            if self.is_over || (wait == Wait::No && self.bytes.buffer().is_empty()) {
                return Ok(None);
            }
            if let Some(record) = self.advance(wait)? {
                return Ok(Some(record));
            }
        }
    }

    /// Takes some bytes: up to the end of the next record or of what has arrived, or the end of the input.
    fn advance(&mut self, wait: Wait) -> anyhow::Result<Option<RawRecord>> {
        if wait == Wait::Yes {
            fill(&mut self.bytes)?;
        }
        let arrived = self.bytes.buffer();
        self.is_over = arrived.is_empty();
        // No line or row ends within what was held back.
        let taken = self.mark.take(arrived);
        self.records.feed(taken.held_back)?;
        let (used, record) = self.records.feed(&arrived[taken.used..])?;
        let used = taken.used + used;
        self.bytes.consume(used);
        self.read_bytes += used as u64;
        if self.is_over { self.records.end() } else { Ok(record) }
    }
}

/// Waits for bytes unless some are there; none come at the end.
fn fill(bytes: &mut BufReader<impl Read>) -> anyhow::Result<()> {
    loop {
        match bytes.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            filled => return filled.map(drop).context("reading"),
        }
    }
}

impl Batch {
    fn push(&mut self, text: Result<String, RecordFault>) {
        self.records.push(text.map(|text| self.texts.push(text)));
    }
}

#[cfg(test)]
mod tests;

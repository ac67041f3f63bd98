//! Rows of CSV or TSV, of which one cell is the text.
//!
//! Cells are read as RFC 4180 has them, and as most programs do where it is silent: rows end with CRLF, LF or CR; a
//! cell that begins with a quote ends with one, and may hold anything, its quotes doubled; elsewhere a quote is itself.

mod column;

use csv_core::{ReadFieldResult, Reader, ReaderBuilder};

use super::{RECORD_BYTES_MAX, RawRecord, RecordFault, not_utf8};
use column::Layout;

pub(in crate::run) use column::ColumnChoice;

/// The longest header. One that is longer was not meant as one.
const HEADER_BYTES_MAX: usize = 1 << 20;
const HEADER_COLUMNS_MAX: usize = 1 << 16;

/// How much of a cell is unquoted at once.
const PIECE_BYTES: usize = 16 << 10;

/// How cells stand in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::run) struct Dialect {
    /// What stands between two cells.
    pub(in crate::run) delimiter: u8,
    /// Whether the first row has the columns' names.
    pub(in crate::run) has_header: bool,
}

/// Rows out of bytes. Only the cell that is the text is kept, and that up to its limit.
pub(in crate::run) struct Rows {
    core: Reader,
    choice: ColumnChoice,
    /// Absent until the header has been read.
    layout: Option<Layout>,
    /// Where the header's names end among the bytes that are kept of it.
    name_ends: Vec<usize>,
    row: Row,
    /// What became of the last piece of a cell.
    piece: Box<[u8]>,
    /// Whether the byte before was a carriage return that ended a row; a line feed after it belongs to it.
    is_after_return: bool,
}

/// What is there of a row.
#[derive(Default)]
struct Row {
    /// Whether any byte of it was there.
    is_begun: bool,
    /// The line of the input in which it begins, from 1.
    line: u64,
    /// How many cells have ended.
    cells: usize,
    /// The bytes of the cell that is the text, or of all of the header's cells.
    kept: Vec<u8>,
    /// Whether there are more of them than are kept.
    is_too_long: bool,
}

/// What a line end between rows is.
enum Passed {
    BlankLine,
    /// The line feed after the carriage return that ended the row or the blank line.
    RestOfLineEnd,
}

impl Rows {
    pub(super) fn new(dialect: Dialect, choice: ColumnChoice) -> Self {
        let layout = (!dialect.has_header).then(|| Layout::without_header(&choice));
        Self {
            core: ReaderBuilder::new().delimiter(dialect.delimiter).build(),
            choice,
            layout,
            name_ends: Vec::new(),
            row: Row::default(),
            piece: vec![0; PIECE_BYTES].into_boxed_slice(),
            is_after_return: false,
        }
    }

    pub(super) fn is_past_header(&self) -> bool {
        self.layout.is_some()
    }

    pub(super) fn feed(&mut self, bytes: &[u8]) -> anyhow::Result<(usize, Option<RawRecord>)> {
        let mut used = 0;
        while used < bytes.len() {
            if !self.row.is_begun {
                let passed = self.pass_line_end(bytes[used]);
                used += usize::from(passed.is_some());
                match passed {
                    Some(Passed::BlankLine) if self.is_blank_line_a_row() => return Ok((used, Some(Ok(Vec::new())))),
                    Some(_) => continue,
                    None => self.row = Row { is_begun: true, line: self.core.line(), ..Row::default() },
                }
            }
            let (result, read, written) = self.core.read_field(&bytes[used..], &mut self.piece);
            used += read;
            self.keep(written)?;
            if let ReadFieldResult::Field { record_end } = result {
                self.end_cell()?;
                if record_end {
                    self.is_after_return = bytes[used - 1] == b'\r';
                    return Ok((used, self.end_row()?));
                }
            }
        }
        Ok((used, None))
    }

    pub(super) fn end(&mut self) -> anyhow::Result<Option<RawRecord>> {
        if !self.row.is_begun {
            return Ok(None);
        }
        // The line end that the last row need not have. Within quotes it is but one more byte of the cell.
        let (after, ..) = self.core.read_field(b"\n", &mut self.piece);
        let is_closed = matches!(after, ReadFieldResult::Field { .. });
        let line = self.row.line;
        if is_closed {
            self.end_cell()?;
            return self.end_row();
        }
        let detail = format!(
            "expected a quote that ends a cell, found the end of the input: the row begins in line {line}, and what \
             follows was taken for its cell"
        );
        anyhow::ensure!(self.is_past_header(), "the header: {detail}");
        Ok(Some(Err(RecordFault::new("row.not-closed", detail))))
    }

    /// Takes a line end between rows, and no other byte.
    fn pass_line_end(&mut self, byte: u8) -> Option<Passed> {
        let is_second = std::mem::take(&mut self.is_after_return) && byte == b'\n';
        match byte {
            b'\n' => self.core.set_line(self.core.line() + 1),
            b'\r' => self.is_after_return = true,
            _ => return None,
        }
        Some(if is_second { Passed::RestOfLineEnd } else { Passed::BlankLine })
    }

    /// Whether it is a text, which is empty, as in an API request of CSV. Beside other columns it is nothing, as
    /// spreadsheets and data frames have it.
    fn is_blank_line_a_row(&mut self) -> bool {
        self.layout.as_mut().is_some_and(Layout::takes_blank_line)
    }

    /// Keeps the last piece of a cell where it is a name or the text.
    fn keep(&mut self, written: usize) -> anyhow::Result<()> {
        let row = &mut self.row;
        let most = match &self.layout {
            Some(layout) if layout.is_text(row.cells) => RECORD_BYTES_MAX,
            Some(_) => return Ok(()),
            None => HEADER_BYTES_MAX,
        };
        row.is_too_long |= row.kept.len() + written > most;
        if !row.is_too_long {
            row.kept.extend_from_slice(&self.piece[..written]);
        } else if self.layout.is_some() {
            // What is there of it will not be needed.
            row.kept = Vec::new();
        } else {
            anyhow::bail!("expected a header of at most {HEADER_BYTES_MAX} bytes, found more: is the input CSV?");
        }
        Ok(())
    }

    fn end_cell(&mut self) -> anyhow::Result<()> {
        self.row.cells += 1;
        if self.layout.is_none() {
            self.name_ends.push(self.row.kept.len());
            let most = HEADER_COLUMNS_MAX;
            anyhow::ensure!(self.row.cells <= most, "expected a header of at most {most} columns: is the input CSV?");
        }
        Ok(())
    }

    /// The record that a whole row is; none for the header.
    fn end_row(&mut self) -> anyhow::Result<Option<RawRecord>> {
        let row = std::mem::take(&mut self.row);
        match &mut self.layout {
            None => {
                let starts = std::iter::once(0).chain(self.name_ends.iter().copied());
                let names = starts.zip(&self.name_ends).map(|(start, end)| &row.kept[start..*end]);
                self.layout = Some(Layout::of_header(names, &self.choice)?);
                Ok(None)
            }
            Some(layout) => {
                let columns = layout.columns_beside(row.cells)?;
                Ok(Some(row.record(columns)))
            }
        }
    }
}

impl Row {
    fn record(self, columns: usize) -> RawRecord {
        let Self { line, cells, kept, is_too_long, .. } = self;
        if cells != columns {
            let advice = if columns == 1 { ": quote a text that holds the delimiter" } else { "" };
            let detail = format!("expected a row of {columns} columns, found {cells} in line {line}{advice}");
            return Err(RecordFault::new("csv.columns", detail));
        }
        if is_too_long {
            let detail = format!("expected a text of at most {RECORD_BYTES_MAX} bytes, found more in line {line}");
            return Err(RecordFault::new("row.too-long", detail));
        }
        Ok(kept)
    }
}

/// The text of a cell.
pub(super) fn text(cell: Vec<u8>) -> Result<String, RecordFault> {
    String::from_utf8(cell).map_err(|error| not_utf8("row.not-utf8", "text", error.utf8_error()))
}

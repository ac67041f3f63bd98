//! Records: what one answer is given for, as they come out of the input's bytes.

mod lines;
mod rows;

use lines::Lines;
use rows::Rows;

pub(super) use rows::{ColumnChoice, Dialect};

use super::format::Format;

/// The longest line, and the longest text of a row. It is held in memory some times over, on both sides of the
/// component's border.
const RECORD_BYTES_MAX: usize = 64 << 20;

/// Why a record has no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RecordFault {
    /// Stable, e.g. `line.not-utf8`.
    pub(super) code: &'static str,
    /// One sentence for a person.
    pub(super) detail: String,
}

impl RecordFault {
    pub(super) fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

/// A record's bytes, not yet looked into: a line, or the cell of a row that is the text.
pub(super) type RawRecord = Result<Vec<u8>, RecordFault>;

/// Takes an input's bytes in pieces of any size and gives its records; how it was cut changes nothing.
pub(super) enum Records {
    Lines(Lines),
    Rows(Box<Rows>),
}

impl Records {
    /// Records that are lines: plain, or JSON objects with `column`, or as the first line is. Of plain lines no column
    /// can be asked for.
    pub(super) fn of_lines(format: Format, column: Option<String>) -> Self {
        Self::Lines(Lines::new(format, column))
    }

    /// Records that are rows of cells.
    pub(super) fn of_rows(dialect: Dialect, choice: ColumnChoice) -> Self {
        Self::Rows(Box::new(Rows::new(dialect, choice)))
    }

    /// Takes bytes up to the end of the header or of the next record; how many it took, and the record where it is
    /// whole.
    ///
    /// # Errors
    /// When the input is not what it was said to be, so that no record after this point has a meaning.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> anyhow::Result<(usize, Option<RawRecord>)> {
        match self {
            Self::Lines(lines) => lines.feed(bytes),
            Self::Rows(rows) => rows.feed(bytes),
        }
    }

    /// The record that the end of the input ends, if there is one. To be called once, at the end.
    ///
    /// # Errors
    /// As [`Records::feed`].
    pub(super) fn end(&mut self) -> anyhow::Result<Option<RawRecord>> {
        match self {
            Self::Lines(lines) => lines.end(),
            Self::Rows(rows) => rows.end(),
        }
    }

    /// Whether the next byte may belong to a record: a header, if there is to be one, has been read.
    pub(super) fn is_past_header(&self) -> bool {
        match self {
            Self::Lines(_) => true,
            Self::Rows(rows) => rows.is_past_header(),
        }
    }

    /// The text of a record that these records gave.
    pub(super) fn text(&self, record: RawRecord) -> Result<String, RecordFault> {
        match self {
            Self::Lines(lines) => lines.text(record?),
            Self::Rows(_) => rows::text(record?),
        }
    }
}

fn not_utf8(code: &'static str, what: &str, error: std::str::Utf8Error) -> RecordFault {
    let place = error.valid_up_to();
    RecordFault::new(code, format!("expected UTF-8, found something else at byte {place} of the {what}"))
}

#[cfg(test)]
mod tests;

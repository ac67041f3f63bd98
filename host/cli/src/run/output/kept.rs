//! How many records a file of answers has, and where the first of them end.
//!
//! A file whose writer was killed may end anywhere. What it ends with is no record unless its line end is there.

use std::io::{self, BufRead as _, BufReader, Read};

use crate::run::form::Form;

/// As much of a header as is kept; one that is longer is none of ours.
const HEADER_BYTES_MAX: usize = 64 << 20;

/// What a file of answers has.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Kept {
    /// How many whole records, the header not counted.
    pub(super) records: u64,
    /// Where those that were asked for end.
    pub(super) end_byte: u64,
    /// The header with its line end; empty where the form has none, or the file not all of it.
    pub(super) header: Vec<u8>,
}

/// A reader of what [`Form`] writes: a line feed ends a line, and a row where it is not within quotes.
struct Scan {
    has_quotes: bool,
    is_quoted: bool,
    /// How many bytes have been read.
    at_byte: u64,
}

impl Kept {
    /// Reads all of the file; `end_byte` is that of its first so many records, or of all where it has fewer.
    ///
    /// # Errors
    /// What reading gave.
    pub(super) fn read(file: impl Read, form: Form, first: u64) -> io::Result<Self> {
        let has_header = matches!(form, Form::Sheet { .. });
        let mut scan = Scan { has_quotes: has_header, is_quoted: false, at_byte: 0 };
        let mut file = BufReader::with_capacity(256 << 10, file);
        let mut kept = Self::default();
        let mut is_past_header = !has_header;
        let mut header = Vec::new();
        loop {
            let bytes = file.fill_buf()?;
            if bytes.is_empty() {
                return Ok(kept);
            }
            let (used, is_end) = scan.next_end(bytes);
            if !is_past_header && header.len() < HEADER_BYTES_MAX {
                header.extend_from_slice(&bytes[..used]);
            }
            file.consume(used);
            match (is_end, is_past_header) {
                (false, _) => {}
                (true, false) => {
                    is_past_header = true;
                    kept.header = std::mem::take(&mut header);
                    kept.end_byte = scan.at_byte;
                }
                (true, true) => {
                    kept.records += 1;
                    if kept.records <= first {
                        kept.end_byte = scan.at_byte;
                    }
                }
            }
        }
    }
}

impl Scan {
    /// How many bytes there are up to the next end of a row or line, and whether it was there.
    fn next_end(&mut self, bytes: &[u8]) -> (usize, bool) {
        let ends = |byte: &u8| {
            self.is_quoted ^= self.has_quotes && *byte == b'"';
            *byte == b'\n' && !self.is_quoted
        };
        let end = bytes.iter().position(ends);
        let used = end.map_or(bytes.len(), |end| end + 1);
        self.at_byte += used as u64;
        (used, end.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, Kept};

    const SHEET: Form = Form::Sheet { delimiter: b',', labels: None };

    fn kept(file: &str, form: Form, first: u64) -> (u64, u64, String) {
        let kept = Kept::read(file.as_bytes(), form, first).expect("memory is readable");
        (kept.records, kept.end_byte, String::from_utf8(kept.header).expect("UTF-8"))
    }

    #[test]
    fn a_line_is_whole_with_its_line_feed() {
        for (file, first, records, end_byte) in [
            ("", 0, 0, 0),
            ("[1", 1, 0, 0),
            ("[\"\n[2]\n[", 1, 2, 3),
            ("[\"\n[2]\n[", 9, 2, 7),
            ("[1]\n[2]\n", 0, 2, 0),
        ] {
            assert_eq!(kept(file, Form::JsonLines, first), (records, end_byte, String::new()), "{file:?}");
        }
    }

    #[test]
    fn a_row_is_whole_with_its_line_end_outside_quotes() {
        let file = "prediction,error\r\n\"a\nb\"\"\n\",\r\nc,\r\n\"d\n";
        assert_eq!(kept(file, SHEET, 1), (2, 29, "prediction,error\r\n".to_owned()));
        assert_eq!(kept(file, SHEET, 9).1, 33);
        assert_eq!(kept(file, SHEET, 0).1, 18);
        assert_eq!(kept("prediction,error\r", SHEET, 1), (0, 0, String::new()));
    }

    #[test]
    fn every_beginning_of_a_file_has_the_records_that_are_whole_in_it() {
        let rows = ["prediction,error\r\n", "\"{\"\"a\"\":\"\"\r\n\"\"}\",\r\n", ",\"x: \"\"\n\"\"\"\r\n", ",\r\n"];
        let file = rows.concat();
        for end in 0..=file.len() {
            let whole = (1..=rows.len()).rev().find(|count| rows[..*count].concat().len() <= end).unwrap_or(0);
            let (records, end_byte, _) = kept(&file[..end], SHEET, u64::MAX);
            assert_eq!(records as usize, whole.saturating_sub(1), "{end} bytes");
            assert_eq!(end_byte as usize, rows[..whole].concat().len(), "{end} bytes");
        }
    }
}

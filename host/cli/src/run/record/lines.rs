//! Lines: plain ones, which are the text, and JSON objects, which hold it.

use anyhow::bail;
use serde_json::{Map, Value};

use super::{RECORD_BYTES_MAX, RawRecord, RecordFault, not_utf8};
use crate::run::format::Format;

/// The field with the text, unless another is named.
const TEXT: &str = "text";

/// Lines out of bytes. A line feed ends one, with or without a carriage return before it.
pub(in crate::run) struct Lines {
    format: Format,
    /// The field of JSON objects that was asked for.
    column: Option<String>,
    /// What is there of the next line.
    line: Vec<u8>,
    /// Whether the line has more bytes than are kept.
    is_too_long: bool,
}

impl Lines {
    pub(super) fn new(format: Format, column: Option<String>) -> Self {
        Self { format, column, line: Vec::new(), is_too_long: false }
    }

    pub(super) fn feed(&mut self, bytes: &[u8]) -> anyhow::Result<(usize, Option<RawRecord>)> {
        let Some(end_byte) = bytes.iter().position(|byte| *byte == b'\n') else {
            self.keep(bytes);
            return Ok((bytes.len(), None));
        };
        self.keep(&bytes[..end_byte]);
        if self.line.last() == Some(&b'\r') {
            self.line.pop();
        }
        Ok((end_byte + 1, Some(self.take()?)))
    }

    pub(super) fn end(&mut self) -> anyhow::Result<Option<RawRecord>> {
        let is_begun = !self.line.is_empty() || self.is_too_long;
        is_begun.then(|| self.take()).transpose()
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.is_too_long |= self.line.len() + bytes.len() > RECORD_BYTES_MAX;
        if self.is_too_long {
            // What is there of it will not be needed.
            self.line = Vec::new();
        } else {
            self.line.extend_from_slice(bytes);
        }
    }

    /// The line, now that it is whole.
    fn take(&mut self) -> anyhow::Result<RawRecord> {
        let line = std::mem::take(&mut self.line);
        if std::mem::take(&mut self.is_too_long) {
            let detail = format!("expected a line of at most {RECORD_BYTES_MAX} bytes, found more");
            return Ok(Err(RecordFault::new("line.too-long", detail)));
        }
        self.settle(&line)?;
        Ok(Ok(line))
    }

    /// Settles the format by the first line that is not empty.
    fn settle(&mut self, line: &[u8]) -> anyhow::Result<()> {
        if self.format != Format::Auto || line.is_empty() {
            return Ok(());
        }
        self.format = if is_json_object(line) { Format::Jsonl } else { Format::Text };
        if let (Format::Text, Some(column)) = (self.format, &self.column) {
            bail!(
                "--column {column}: the first line is not a JSON object, and plain lines have no columns; \
                 --format csv reads standard input as CSV"
            );
        }
        Ok(())
    }

    pub(super) fn text(&self, line: Vec<u8>) -> Result<String, RecordFault> {
        match self.format {
            Format::Jsonl => json_text(&line, self.column.as_deref().unwrap_or(TEXT)),
            _ => String::from_utf8(line).map_err(|error| not_utf8("line.not-utf8", "line", error.utf8_error())),
        }
    }
}

fn is_json_object(line: &[u8]) -> bool {
    // Cheaper than parsing, and any other line ends here.
    line.trim_ascii_start().starts_with(b"{") && serde_json::from_slice::<Map<String, Value>>(line).is_ok()
}

fn json_text(line: &[u8], field: &str) -> Result<String, RecordFault> {
    let line = std::str::from_utf8(line).map_err(|error| not_utf8("line.not-utf8", "line", error))?;
    let value: Value = serde_json::from_str(line)
        .map_err(|error| RecordFault::new("line.not-json", format!("expected a JSON object: {error}")))?;
    let Value::Object(mut fields) = value else {
        return Err(RecordFault::new("line.wrong-type", "expected a JSON object, found another JSON value"));
    };
    match fields.remove(field) {
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(RecordFault::new("text.wrong-type", format!("expected `{field}` to be a string"))),
        None => Err(RecordFault::new("text.missing", format!("expected a field `{field}`"))),
    }
}

//! How texts stand in a file.

use std::path::Path;

use clap::ValueEnum;
use serde_json::{Map, Value};

use super::batch::LineFault;

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// One of the others, by the file's name or its first line.
    Auto,
    /// The line is the text.
    Text,
    /// The line is a JSON object, and its `text` is the text.
    Jsonl,
}

impl Format {
    /// The format that the name of the input settles, where none was asked for.
    pub(super) fn of_file(self, path: &Path) -> Self {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        match (self, extension.to_ascii_lowercase().as_str()) {
            (Self::Auto, "jsonl" | "ndjson") => Self::Jsonl,
            (Self::Auto, "txt") => Self::Text,
            _ => self,
        }
    }

    /// The format that the first line settles; an empty one settles nothing.
    pub(super) fn of_line(self, line: &[u8]) -> Self {
        match self {
            Self::Auto if line.is_empty() => Self::Auto,
            Self::Auto if is_json_object(line) => Self::Jsonl,
            Self::Auto => Self::Text,
            settled => settled,
        }
    }

    /// The text of a line, which is without its line feed.
    pub(super) fn text(self, line: Vec<u8>) -> Result<String, LineFault> {
        match self {
            Self::Jsonl => json_text(&line),
            Self::Auto | Self::Text => String::from_utf8(line).map_err(|error| not_utf8(error.utf8_error())),
        }
    }
}

fn is_json_object(line: &[u8]) -> bool {
    // Cheaper than parsing, and any other line ends here.
    line.trim_ascii_start().starts_with(b"{") && serde_json::from_slice::<Map<String, Value>>(line).is_ok()
}

fn json_text(line: &[u8]) -> Result<String, LineFault> {
    let line = std::str::from_utf8(line).map_err(not_utf8)?;
    let value: Value = serde_json::from_str(line)
        .map_err(|error| LineFault::new("line.not-json", format!("expected a JSON object: {error}")))?;
    let Value::Object(mut fields) = value else {
        return Err(LineFault::new("line.wrong-type", "expected a JSON object, found another JSON value"));
    };
    match fields.remove("text") {
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(LineFault::new("text.wrong-type", "expected `text` to be a string")),
        None => Err(LineFault::new("text.missing", "expected a field `text`")),
    }
}

fn not_utf8(error: std::str::Utf8Error) -> LineFault {
    let place = error.valid_up_to();
    LineFault::new("line.not-utf8", format!("expected UTF-8, found something else at byte {place} of the line"))
}

#[cfg(test)]
mod tests {
    use super::Format;
    use std::path::Path;

    #[test]
    fn names_settle_the_format_unless_it_was_asked_for() {
        let cases = [
            (Format::Auto, "a.jsonl", Format::Jsonl),
            (Format::Auto, "a.NDJSON", Format::Jsonl),
            (Format::Auto, "a.txt", Format::Text),
            (Format::Auto, "a.json", Format::Auto),
            (Format::Auto, "-", Format::Auto),
            (Format::Text, "a.jsonl", Format::Text),
            (Format::Jsonl, "a.txt", Format::Jsonl),
        ];
        for (asked, name, expected) in cases {
            assert_eq!(asked.of_file(Path::new(name)), expected, "{asked:?} {name}");
        }
    }

    #[test]
    fn the_first_line_settles_the_rest() {
        for line in [&br#"{"id":1,"text":"a"}"#[..], br#"{"id":1}"#, b" {}\r"] {
            assert_eq!(Format::Auto.of_line(line), Format::Jsonl, "{line:?}");
        }
        for line in [&b"{"[..], b"{a}", b" ", b"[\"text\"]", b"text", b"\xff"] {
            assert_eq!(Format::Auto.of_line(line), Format::Text, "{line:?}");
        }
        assert_eq!(Format::Auto.of_line(b""), Format::Auto);
        assert_eq!(Format::Text.of_line(br#"{"text":"a"}"#), Format::Text);
    }

    #[test]
    fn every_byte_of_a_plain_line_is_text() {
        let line = "\0\u{a0}\t\u{2028}a\r b\r";
        assert_eq!(Format::Text.text(line.into()).ok().as_deref(), Some(line));
        assert_eq!(Format::Text.text(Vec::new()).ok().as_deref(), Some(""));
    }

    #[test]
    fn lines_without_a_text_say_what_they_lack() {
        let cases = [
            (&b""[..], "line.not-json"),
            (b"sourdough", "line.not-json"),
            (b"[]", "line.wrong-type"),
            (b"{}", "text.missing"),
            (br#"{"text":1}"#, "text.wrong-type"),
            (b"\xff", "line.not-utf8"),
        ];
        for (line, code) in cases {
            assert_eq!(Format::Jsonl.text(line.to_vec()).expect_err(code).code, code);
        }
        assert_eq!(Format::Text.text(b"ab\xff".to_vec()).expect_err("not UTF-8").code, "line.not-utf8");
    }
}

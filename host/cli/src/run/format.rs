//! How texts stand in a file, and answers in another.

use std::path::Path;

use clap::ValueEnum;

/// What the input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// One of the others: by the ending of the file's name, or by the first line, JSON Lines or plain lines.
    Auto,
    /// Plain lines: each is a text.
    Text,
    /// JSON Lines: JSON objects, one a line, of which one field is the text.
    Jsonl,
    /// Rows of cells divided by commas, of which one is the text.
    Csv,
    /// The same, divided by tabs.
    Tsv,
}

/// What the output is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// One JSON value a line.
    Jsonl,
    /// A header, and one row an answer.
    Csv,
    /// The same, divided by tabs.
    Tsv,
}

impl Format {
    /// The format that the name of the input settles, where none was asked for.
    pub(super) fn of_file(self, path: &Path) -> Self {
        match (self, ending(path).as_str()) {
            (Self::Auto, "jsonl" | "ndjson") => Self::Jsonl,
            (Self::Auto, "txt") => Self::Text,
            (Self::Auto, "csv") => Self::Csv,
            (Self::Auto, "tsv") => Self::Tsv,
            _ => self,
        }
    }

    /// What divides the cells of a row; none where records are lines.
    pub(super) fn delimiter(self) -> Option<u8> {
        match self {
            Self::Csv => Some(b','),
            Self::Tsv => Some(b'\t'),
            Self::Auto | Self::Text | Self::Jsonl => None,
        }
    }
}

impl OutputFormat {
    /// The format that the name of the output settles.
    pub(super) fn of_file(path: &Path) -> Self {
        match ending(path).as_str() {
            "csv" => Self::Csv,
            "tsv" => Self::Tsv,
            _ => Self::Jsonl,
        }
    }

    /// What divides the cells of a row; none where answers are lines.
    pub(super) fn delimiter(self) -> Option<u8> {
        match self {
            Self::Jsonl => None,
            Self::Csv => Some(b','),
            Self::Tsv => Some(b'\t'),
        }
    }
}

fn ending(path: &Path) -> String {
    path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::{Format, OutputFormat};
    use std::path::Path;

    #[test]
    fn names_settle_the_format_unless_it_was_asked_for() {
        let cases = [
            (Format::Auto, "a.jsonl", Format::Jsonl),
            (Format::Auto, "a.NDJSON", Format::Jsonl),
            (Format::Auto, "a.txt", Format::Text),
            (Format::Auto, "a.CSV", Format::Csv),
            (Format::Auto, "a.b.tsv", Format::Tsv),
            (Format::Auto, "a.json", Format::Auto),
            (Format::Auto, "-", Format::Auto),
            (Format::Text, "a.jsonl", Format::Text),
            (Format::Jsonl, "a.txt", Format::Jsonl),
            (Format::Tsv, "a.csv", Format::Tsv),
        ];
        for (asked, name, expected) in cases {
            assert_eq!(asked.of_file(Path::new(name)), expected, "{asked:?} {name}");
        }
    }

    #[test]
    fn what_has_no_ending_of_rows_is_written_as_json_lines() {
        let cases = [("a.csv", OutputFormat::Csv), ("a.TSV", OutputFormat::Tsv), ("-", OutputFormat::Jsonl)];
        for (name, expected) in cases {
            assert_eq!(OutputFormat::of_file(Path::new(name)), expected, "{name}");
        }
    }
}

//! Media types as headers state them, and which of them an answer has.

use crate::exchange::Request;

/// CSV, RFC 4180.
pub(crate) const CSV: &str = "text/csv";
/// JSON Lines, as SageMaker spells it.
pub(crate) const JSON_LINES: &str = "application/jsonlines";

/// Whether that is a spelling of JSON Lines, which has no registered type.
pub(crate) fn is_json_lines(name: &str) -> bool {
    matches!(
        name,
        JSON_LINES
            | "application/jsonl"
            | "application/json-lines"
            | "application/x-jsonlines"
            | "application/x-ndjson"
            | "application/ndjson"
    )
}

/// One media type with its parameters, all in lower case.
#[derive(Debug, PartialEq)]
pub(crate) struct Media {
    pub(crate) name: String,
    parameters: Vec<(String, String)>,
}

impl Media {
    /// Reads `text/csv; header=present`. What is not of that form is left out; nothing has an empty name.
    pub(crate) fn parse(stated: &str) -> Self {
        let stated = stated.to_ascii_lowercase();
        let mut pieces = stated.split(';').map(str::trim);
        let name = pieces.next().unwrap_or_default().to_owned();
        let parameter = |piece: &str| {
            let (name, value) = piece.split_once('=')?;
            Some((name.trim().to_owned(), value.trim().trim_matches('"').to_owned()))
        };
        Self { name, parameters: pieces.filter_map(parameter).collect() }
    }

    /// A parameter's value.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// How much it is wanted, from 0 to 1.
    fn quality(&self) -> f32 {
        self.parameter("q").and_then(|quality| quality.parse().ok()).unwrap_or(1.0)
    }
}

/// How the answers to a list are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `{"results":[…]}`
    Results,
    /// `[…]`
    Bare,
    /// One answer a line.
    Lines,
    /// One answer a row, as JSON in a column of CSV.
    Csv {
        /// Whether the text stands in a column before it.
        source: bool,
        /// Whether a row of names comes first.
        header: bool,
    },
}

impl Form {
    /// What `accept` asks for; `unless` where it does not say, or asks for what there is not.
    ///
    /// Of several the one with the highest `q` counts, the first among equals. `text/csv` may have the parameters
    /// `source=present` and `header=present`.
    pub(crate) fn wanted(request: &Request, json: Self, unless: Self) -> Self {
        let accept = request.header("accept").unwrap_or_default();
        let mut best = (0.0, unless);
        for media in accept.split(',').map(Media::parse) {
            let is_present = |name| media.parameter(name) == Some("present");
            let form = match media.name.as_str() {
                "*/*" => unless,
                "application/json" | "application/*" => json,
                CSV => Self::Csv { source: is_present("source"), header: is_present("header") },
                name if is_json_lines(name) => Self::Lines,
                _ => continue,
            };
            if media.quality() > best.0 {
                best = (media.quality(), form);
            }
        }
        best.1
    }

    /// The type of what is written.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Results | Self::Bare => "application/json",
            Self::Lines => JSON_LINES,
            Self::Csv { header: false, .. } => "text/csv; charset=utf-8",
            Self::Csv { header: true, .. } => "text/csv; charset=utf-8; header=present",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, Media};
    use crate::exchange::{Field, Request};

    #[test]
    fn a_media_type_has_a_name_and_parameters() {
        let media = Media::parse("Text/CSV; charset=\"UTF-8\" ;Header = present;x");
        assert_eq!(media.name, "text/csv");
        assert_eq!((media.parameter("charset"), media.parameter("header")), (Some("utf-8"), Some("present")));
        assert_eq!(Media::parse("").name, "");
    }

    #[test]
    fn the_most_wanted_form_is_written() {
        let csv = |source, header| Form::Csv { source, header };
        let cases = [
            ("", Form::Bare),
            ("*/*", Form::Bare),
            ("text/html", Form::Bare),
            ("application/json", Form::Results),
            ("text/html, application/json;q=0.9, */*;q=0.8", Form::Results),
            ("text/csv", csv(false, false)),
            ("text/csv; source=present; header=present", csv(true, true)),
            ("text/csv;q=0.5, application/x-ndjson", Form::Lines),
            ("text/csv;q=0", Form::Bare),
        ];
        for (accept, expected) in cases {
            let headers = vec![Field { name: "Accept".to_owned(), value: accept.to_owned() }];
            let request = Request { headers, ..Request::default() };
            assert_eq!(Form::wanted(&request, Form::Results, Form::Bare), expected, "{accept}");
        }
    }
}

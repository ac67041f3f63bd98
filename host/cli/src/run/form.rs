//! The form of answers: JSON Lines, or rows of a sheet.
//!
//! A sheet has a header, and one row for each record, which ends with CRLF as RFC 4180 has it. Where answers are labels,
//! each label and each score has a column of its own; any other answer is JSON in the column `prediction`, which is
//! also where the component's CSV has it. The last column, `error`, is empty unless there is no answer.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula. No cell begins with anything out of a
//! text: JSON begins with a brace or bracket, a score with a digit, an error with its code; labels are the model's.

use std::io;

use anyhow::Context as _;
use csv::{Terminator, Writer, WriterBuilder};
use serde::Serialize;

use super::answered::Answered;

/// How answers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// One JSON value and a line feed for each record.
    JsonLines,
    /// One row for each record.
    Sheet {
        /// What stands between two cells.
        delimiter: u8,
        /// The most labels of an answer; none where answers are not labels.
        labels: Option<usize>,
    },
}

/// Why a record has no answer.
#[derive(Serialize)]
pub(super) struct Fault<'a> {
    pub(super) code: &'a str,
    pub(super) detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<&'a str>,
}

/// What is printed for a record without an answer.
#[derive(Serialize)]
struct Failed<'a> {
    error: &'a Fault<'a>,
}

/// Answers in a form, one after another.
pub(super) enum AnswerWriter {
    JsonLines(Vec<u8>),
    Sheet { cells: Box<Writer<Vec<u8>>>, labels: Option<usize> },
}

impl Form {
    /// What comes before the first answer.
    pub(super) fn header(self) -> anyhow::Result<Vec<u8>> {
        let mut writer = AnswerWriter::new(self);
        if let AnswerWriter::Sheet { cells, labels } = &mut writer {
            match labels {
                Some(labels) => {
                    // The best label is `label`, however many there are beside it.
                    let number = |rank| if rank == 1 { String::new() } else { format!("_{rank}") };
                    for number in (1..=*labels).map(number) {
                        cells.write_field(format!("label{number}"))?;
                        cells.write_field(format!("score{number}"))?;
                    }
                }
                None => cells.write_field("prediction")?,
            }
            end_row(cells, "error")?;
        }
        writer.into_bytes()
    }
}

impl AnswerWriter {
    pub(super) fn new(form: Form) -> Self {
        match form {
            Form::JsonLines => Self::JsonLines(Vec::new()),
            Form::Sheet { delimiter, labels } => {
                let cells =
                    WriterBuilder::new().delimiter(delimiter).terminator(Terminator::CRLF).from_writer(Vec::new());
                Self::Sheet { cells: Box::new(cells), labels }
            }
        }
    }

    pub(super) fn answer(&mut self, answered: &Answered) -> anyhow::Result<()> {
        match self {
            Self::JsonLines(lines) => push_line(lines, answered),
            Self::Sheet { cells, labels } => {
                match (answered, *labels) {
                    (Answered::Labels { labels: found }, Some(most)) => {
                        for label in found {
                            cells.write_field(&label.label)?;
                            cells.write_field(label.score.to_string())?;
                        }
                        push_empty(cells, 2 * most.saturating_sub(found.len()))?;
                    }
                    _ => cells.write_field(serde_json::to_vec(answered).context("writing an answer as JSON")?)?,
                }
                Ok(end_row(cells, "")?)
            }
        }
    }

    pub(super) fn fault(&mut self, fault: &Fault<'_>) -> anyhow::Result<()> {
        match self {
            Self::JsonLines(lines) => push_line(lines, &Failed { error: fault }),
            Self::Sheet { cells, labels } => {
                push_empty(cells, labels.map_or(1, |labels| 2 * labels))?;
                let place = fault.place.map(|place| format!(" (at {place})")).unwrap_or_default();
                Ok(end_row(cells, &format!("{}: {}{place}", fault.code, fault.detail))?)
            }
        }
    }

    pub(super) fn into_bytes(self) -> anyhow::Result<Vec<u8>> {
        match self {
            Self::JsonLines(lines) => Ok(lines),
            Self::Sheet { cells, .. } => {
                cells.into_inner().map_err(|error| io::Error::from(error.error().kind()).into())
            }
        }
    }
}

fn push_line(lines: &mut Vec<u8>, line: &impl Serialize) -> anyhow::Result<()> {
    serde_json::to_writer(&mut *lines, line).context("writing an answer as JSON")?;
    lines.push(b'\n');
    Ok(())
}

fn push_empty(cells: &mut Writer<Vec<u8>>, count: usize) -> csv::Result<()> {
    (0..count).try_for_each(|_| cells.write_field(""))
}

/// Ends a row with its cell for an error.
fn end_row(cells: &mut Writer<Vec<u8>>, error: &str) -> csv::Result<()> {
    cells.write_field(error)?;
    cells.write_record(None::<&[u8]>)
}

#[cfg(test)]
mod tests {
    use super::{AnswerWriter, Fault, Form};
    use crate::run::answered::{Answered, Label};

    fn labels(labels: &[(&str, f32)]) -> Answered {
        let label = |(label, score): &(&str, f32)| Label { label: (*label).to_owned(), score: *score };
        Answered::Labels { labels: labels.iter().map(label).collect() }
    }

    fn written(form: Form, answers: &[Result<Answered, Fault<'_>>]) -> String {
        let mut writer = AnswerWriter::new(form);
        for answer in answers {
            match answer {
                Ok(answered) => writer.answer(answered),
                Err(fault) => writer.fault(fault),
            }
            .expect("memory takes any write");
        }
        let bytes = [form.header().expect("a header"), writer.into_bytes().expect("bytes")].concat();
        String::from_utf8(bytes).expect("UTF-8")
    }

    const FAULT: Fault<'_> = Fault { code: "a.b", detail: "said \"so\", twice", place: Some("text") };

    #[test]
    fn every_label_has_its_columns() {
        let form = Form::Sheet { delimiter: b',', labels: Some(2) };
        let answers =
            [Ok(labels(&[("a,b", 0.5), ("c", 0.25)])), Ok(labels(&[("d\t", 1.0)])), Ok(labels(&[])), Err(FAULT)];
        let expected = "label,score,label_2,score_2,error\r\n\"a,b\",0.5,c,0.25,\r\nd\t,1,,,\r\n,,,,\r\n,,,,\"a.b: said \
                        \"\"so\"\", twice (at text)\"\r\n";
        assert_eq!(written(form, &answers), expected);
    }

    #[test]
    fn other_answers_are_json_in_one_column() {
        let form = Form::Sheet { delimiter: b'\t', labels: None };
        let answers = [Ok(labels(&[("a\tb", 1.0)])), Err(Fault { place: None, ..FAULT })];
        let expected = "prediction\terror\r\n\"{\"\"labels\"\":[{\"\"label\"\":\"\"a\\tb\"\",\"\"score\"\":1.0}]}\"\t\r\n\
                        \t\"a.b: said \"\"so\"\", twice\"\r\n";
        assert_eq!(written(form, &answers), expected);
    }

    #[test]
    fn lines_have_no_header() {
        let answers = [Ok(labels(&[("a\nb", 1.0)])), Err(FAULT)];
        let expected = "{\"labels\":[{\"label\":\"a\\nb\",\"score\":1.0}]}\n\
                        {\"error\":{\"code\":\"a.b\",\"detail\":\"said \\\"so\\\", twice\",\"place\":\"text\"}}\n";
        assert_eq!(written(Form::JsonLines, &answers), expected);
        assert_eq!(Form::JsonLines.header().expect("none"), b"");
    }
}

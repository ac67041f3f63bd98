//! A body of CSV (RFC 4180): one text a row.
//!
//! Rows end with CRLF, LF or CR, and the last need not. A field in quotes may hold commas, line ends and doubled
//! quotes. A row is one field, its text. With a header row the column `text` is the text, or the only column. A blank
//! line is an empty text, so that rows in and answers out stay side by side.

use std::borrow::Cow;

use super::{Item, Items};
use crate::codes;
use crate::error::Error;

/// Reads the rows, keeping at most `max_texts`.
///
/// # Errors
/// `body.not-csv` with the line, where quotes do not match; `csv.no-text-column` for a header without the column.
pub(crate) fn parse(body: &str, has_header: bool, max_texts: usize) -> Result<Items<'_>, Error> {
    let mut reader = Reader { rest: body.strip_prefix('\u{feff}').unwrap_or(body), line: 1 };
    let header = if has_header { reader.row()? } else { None };
    let layout = header.map_or(Ok(Layout { column: 0, columns: 1 }), |names| Layout::of_header(&names))?;
    let mut items = Items::default();
    while let Some(row) = reader.row()? {
        items.push(max_texts, || layout.text(row));
    }
    Ok(items)
}

/// Which field of a row is the text.
struct Layout {
    column: usize,
    columns: usize,
}

impl Layout {
    fn of_header(names: &[Cow<'_, str>]) -> Result<Self, Error> {
        let columns = names.len();
        match names.iter().position(|name| name.trim() == "text") {
            Some(column) => Ok(Self { column, columns }),
            None if columns == 1 => Ok(Self { column: 0, columns }),
            None => {
                let shown: Vec<String> = names.iter().map(|name| name.chars().take(64).collect()).collect();
                let shown: String = shown.join(", ").chars().take(400).collect();
                let message = format!("expected one column, or one that is named `text`, found {shown:?}");
                Err(Error::new(codes::CSV_NO_TEXT_COLUMN, message).at("line 1"))
            }
        }
    }

    fn text<'b>(&self, mut row: Vec<Cow<'b, str>>) -> Item<'b> {
        if row.len() == self.columns {
            return Item::Text(row.swap_remove(self.column));
        }
        let (expected, found) = (self.columns, row.len());
        let advice = if expected == 1 { ": quote a text that holds commas" } else { "" };
        let message = format!("expected a row of {expected} columns, found {found}{advice}");
        Item::Faulty(Error::new(codes::CSV_COLUMNS, message))
    }
}

struct Reader<'b> {
    rest: &'b str,
    line: usize,
}

impl<'b> Reader<'b> {
    /// The fields of the next row; none at the end of the body.
    fn row(&mut self) -> Result<Option<Vec<Cow<'b, str>>>, Error> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let mut row = Vec::new();
        loop {
            row.push(if self.rest.starts_with('"') { self.quoted()? } else { self.plain() });
            if let Some(rest) = self.rest.strip_prefix(',') {
                self.rest = rest;
                continue;
            }
            // What ended the field is a line end or the end of the body.
            self.rest = ["\r\n", "\n", "\r"].iter().find_map(|end| self.rest.strip_prefix(end)).unwrap_or(self.rest);
            self.line += 1;
            return Ok(Some(row));
        }
    }

    /// A field without quotes; a quote inside it is itself.
    fn plain(&mut self) -> Cow<'b, str> {
        let end_byte = self.rest.find([',', '\r', '\n']).unwrap_or(self.rest.len());
        let (field, rest) = self.rest.split_at(end_byte);
        self.rest = rest;
        field.into()
    }

    fn quoted(&mut self) -> Result<Cow<'b, str>, Error> {
        let first_line = self.line;
        let mut field = Cow::Borrowed("");
        loop {
            let inside = &self.rest[1..];
            let Some(end_byte) = inside.find('"') else {
                let message = "expected a quote that ends the field, found the end of the body";
                return Err(Error::new(codes::BODY_NOT_CSV, message).at(format!("line {first_line}")));
            };
            let (piece, rest) = inside.split_at(end_byte);
            self.line += piece.matches('\n').count();
            match field.is_empty() {
                true => field = piece.into(),
                false => field.to_mut().push_str(piece),
            }
            self.rest = &rest[1..];
            if !self.rest.starts_with('"') {
                break;
            }
            field.to_mut().push('"');
        }
        match self.rest.chars().next() {
            None | Some(',' | '\r' | '\n') => Ok(field),
            Some(_) => {
                let message = "expected a comma or the end of the line after a closing quote, found another character";
                Err(Error::new(codes::BODY_NOT_CSV, message).at(format!("line {}", self.line)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Item, codes, parse};

    fn texts(body: &str, has_header: bool) -> Vec<String> {
        let items = parse(body, has_header, 9).expect(body).items.into_iter();
        let text = |item| match item {
            Item::Text(text) => text.into_owned(),
            Item::Faulty(error) => error.code.name.to_owned(),
            Item::Other(kind) => panic!("{kind}"),
        };
        items.map(text).collect()
    }

    /// `python3 -c "import csv,io; print(list(csv.reader(io.StringIO(body, newline=''))))"` reads the same fields, but
    /// that it has no field at all for a blank line.
    #[test]
    fn rows_are_read_as_rfc_4180_has_them() {
        let cases: [(&str, &[&str]); 13] = [
            ("", &[]),
            ("a", &["a"]),
            ("a\r\nb\nc\rd", &["a", "b", "c", "d"]),
            ("a\r\n", &["a"]),
            ("\r\n", &[""]),
            ("a\n\nb", &["a", "", "b"]),
            ("\"STARBUCKS, Vancouver\"\r\n", &["STARBUCKS, Vancouver"]),
            ("\"a \"\"b\"\"\"", &["a \"b\""]),
            ("\"\"\"\"\"\"", &["\"\""]),
            ("\"a\r\nb\"\n\"\"", &["a\r\nb", ""]),
            ("5\" pipe", &["5\" pipe"]),
            (" \"a\"", &[" \"a\""]),
            ("\u{feff}é\u{2028}🍞", &["é\u{2028}🍞"]),
        ];
        for (body, expected) in cases {
            assert_eq!(texts(body, false), expected, "{body:?}");
        }
    }

    #[test]
    fn a_header_names_the_column() {
        assert_eq!(texts("id,text\n1,a\n2,\"b,c\"\n", true), ["a", "b,c"]);
        assert_eq!(texts("sentence\na\n", true), ["a"]);
        assert_eq!(texts("text\n", true), [""; 0]);
        assert_eq!(texts("", true), [""; 0]);
        let error = parse("id,sentence\n1,a\n", true, 9).expect_err("no such column");
        assert_eq!(error.code, codes::CSV_NO_TEXT_COLUMN);
    }

    #[test]
    fn a_row_of_another_width_fails_alone() {
        assert_eq!(texts("a,b\nc\n", false), ["csv.columns", "c"]);
        assert_eq!(texts("id,text\n1\n2,b\n", true), ["csv.columns", "b"]);
    }

    #[test]
    fn quotes_that_do_not_match_are_placed() {
        for (body, place) in [("a\n\"b", "line 2"), ("\"a\nb\"c", "line 2"), ("\"", "line 1"), ("\"\"\"", "line 1")] {
            let error = parse(body, false, 9).expect_err(body);
            assert_eq!((error.code, error.place.as_deref()), (codes::BODY_NOT_CSV, Some(place)), "{body:?}");
        }
    }

    #[test]
    fn rows_beyond_the_limit_are_counted() {
        let items = parse("a\nb\nc\n", false, 2).expect("valid");
        assert_eq!((items.items.len(), items.count), (2, 3));
    }
}

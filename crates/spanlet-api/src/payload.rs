//! What a request or event carries, read once into types: fields by name, or a list of texts.

mod csv;
mod fields;
mod json;
mod lines;
mod query;

use std::borrow::Cow;

pub(crate) use fields::{Fields, Name};
pub(crate) use json::parse as parse_json;
pub(crate) use query::{parse as parse_query, percent_decode};

use crate::error::Error;
use crate::exchange::Request;
use crate::media::{self, Form, Media};

/// What a body or event holds.
#[derive(Debug, PartialEq)]
pub(crate) enum Payload<'b> {
    /// An object.
    Fields(Fields<'b>),
    /// A list, and what its items are in the body.
    List(Items<'b>, Place),
    /// Something else; its kind, for a person.
    Other(&'static str),
}

/// A field's value.
#[derive(Debug, PartialEq)]
pub(crate) enum Value<'b> {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number from zero up.
    Whole(u64),
    /// Any other number.
    Number(f64),
    /// A string.
    Text(Cow<'b, str>),
    /// A list.
    List(Items<'b>),
    /// An object; its fields where it is the `parameters` of a body, else none.
    Object(Fields<'b>),
}

/// A list's items; beyond the most texts of a request only their number is kept.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Items<'b> {
    pub(crate) items: Vec<Item<'b>>,
    pub(crate) count: usize,
}

/// One item of a list.
#[derive(Debug, PartialEq)]
pub(crate) enum Item<'b> {
    /// A string.
    Text(Cow<'b, str>),
    /// Something else; its kind, for a person.
    Other(&'static str),
    /// A row or line that holds no text, and why.
    Faulty(Error),
}

/// Where a list's items stand in a request, and so how the place of one is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the field of that name: `/text/3`.
    Field(&'static str),
    /// In a body that is a list: `/3`.
    List,
    /// Rows of CSV, the header not counted: `row 4`.
    Row,
    /// Lines of JSON: `line 4`.
    Line,
}

impl Place {
    /// The place of the item with that index.
    pub(crate) fn of(self, index: usize) -> String {
        match self {
            Self::Field(name) => format!("/{name}/{index}"),
            Self::List => format!("/{index}"),
            Self::Row => format!("row {}", index + 1),
            Self::Line => format!("line {}", index + 1),
        }
    }

    /// The form of answers that is nearest to the texts': rows for rows, lines for lines, else `json`.
    pub(crate) fn own_form(self, json: Form) -> Form {
        match self {
            Self::Field(_) | Self::List => json,
            Self::Row => Form::Csv { source: false, header: false },
            Self::Line => Form::Lines,
        }
    }

    /// The place of the whole list.
    pub(crate) fn of_list(self) -> String {
        match self {
            Self::Field(name) => format!("/{name}"),
            Self::List | Self::Row | Self::Line => "/".to_owned(),
        }
    }
}

impl<'b> Items<'b> {
    /// Notes one more item, which is kept unless there are `most` already.
    fn push(&mut self, most: usize, item: impl FnOnce() -> Item<'b>) {
        self.count += 1;
        if self.items.len() < most {
            self.items.push(item());
        }
    }
}

/// Reads the body of a `POST`: CSV and JSON Lines under their own types, a text under `text/plain`, else JSON.
///
/// A page's script that states no content type sends its JSON as `text/plain`. So a JSON object or list is taken for
/// one under that type too, lest its braces and field names be classified as a text; a number or a quoted string is
/// the text itself. No body at all, unless of one of those types, is an object without fields.
///
/// # Errors
/// `body.not-utf8`, `body.not-json` and `body.not-csv`.
pub(crate) fn parse_body(request: &Request, max_texts: usize) -> Result<Payload<'_>, Error> {
    let body = request.body.as_slice();
    let stated = Media::parse(request.header("content-type").unwrap_or_default());
    match stated.name.as_str() {
        "text/plain" => parse_plain(json::utf8(body)?, max_texts),
        media::CSV => {
            let has_header = stated.parameter("header").is_some_and(|header| header == "present");
            csv::parse(json::utf8(body)?, has_header, max_texts).map(|rows| Payload::List(rows, Place::Row))
        }
        name if media::is_json_lines(name) => Ok(Payload::List(lines::parse(body, max_texts), Place::Line)),
        _ if body.is_empty() => Ok(Payload::Fields(Fields::default())),
        _ => parse_json(body, max_texts),
    }
}

fn parse_plain(text: &str, max_texts: usize) -> Result<Payload<'_>, Error> {
    match json::parse_str(text, max_texts) {
        Ok(payload @ (Payload::Fields(_) | Payload::List(..))) => Ok(payload),
        _ => Ok(Payload::Fields(Fields::of(Name::Text, Value::Text(text.into())))),
    }
}

impl Value<'_> {
    /// What the value is, for a person.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Bool(_) => "a truth value",
            Self::Whole(_) | Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

//! What a request or event carries, read once into types: fields by name, or a list of texts.

mod json;
mod query;

use std::borrow::Cow;

pub(crate) use json::parse as parse_json;
pub(crate) use query::{parse as parse_query, percent_decode};

use crate::codes;
use crate::error::Error;
use crate::exchange::Request;

/// What a body or event holds.
#[derive(Debug, PartialEq)]
pub(crate) enum Payload<'b> {
    /// An object.
    Fields(Fields<'b>),
    /// A list.
    List(Items<'b>),
    /// Something else; its kind, for a person.
    Other(&'static str),
}

/// An object's fields, of which only those below are kept.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Fields<'b> {
    pub(crate) text: Option<Value<'b>>,
    pub(crate) model: Option<Value<'b>>,
    pub(crate) k: Option<Value<'b>>,
    pub(crate) threshold: Option<Value<'b>>,
    pub(crate) clean: Option<Value<'b>>,
    /// The first name that is none of these.
    pub(crate) unknown: Option<String>,
    /// A name that was given twice; the later value is kept.
    pub(crate) duplicate: Option<&'static str>,
    /// Whether there is an `inputs`, as Hugging Face's clients send.
    pub(crate) has_inputs: bool,
    /// Whether there is a `Text`, as key phrases are asked for.
    pub(crate) has_capital_text: bool,
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
    /// An object.
    Object,
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
}

/// Reads the body of a `POST`: JSON, whatever its content type says, or under `text/plain` a text.
///
/// A page's script that states no content type sends its JSON as `text/plain`. So a JSON object or list is taken for
/// one under that type too, lest its braces and field names be classified as a text; a number or a quoted string is
/// the text itself. No body at all, unless of `text/plain`, is an object without fields.
///
/// # Errors
/// `body.not-utf8` and `body.not-json`.
pub(crate) fn parse_body(request: &Request, max_texts: usize) -> Result<Payload<'_>, Error> {
    let body = request.body.as_slice();
    if request.media_type() != "text/plain" {
        return if body.is_empty() { Ok(Payload::Fields(Fields::default())) } else { parse_json(body, max_texts) };
    }
    let text = json::utf8(body)?;
    match json::parse_str(text, max_texts) {
        Ok(payload @ (Payload::Fields(_) | Payload::List(_))) => Ok(payload),
        _ => Ok(Payload::Fields(Fields { text: Some(Value::Text(text.into())), ..Fields::default() })),
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
            Self::Object => "an object",
        }
    }
}

impl<'b> Fields<'b> {
    /// Notes one field; a value of `None`, JSON's `null`, is as if the field were not there.
    fn note(&mut self, name: &str, value: Option<Value<'b>>) {
        let (known, slot) = match name {
            "text" => ("text", &mut self.text),
            "model" => ("model", &mut self.model),
            "k" => ("k", &mut self.k),
            "threshold" => ("threshold", &mut self.threshold),
            "clean" => ("clean", &mut self.clean),
            _ => return self.note_unknown(name),
        };
        if slot.is_some() && value.is_some() {
            self.duplicate.get_or_insert(known);
        }
        if value.is_some() {
            *slot = value;
        }
    }

    fn note_unknown(&mut self, name: &str) {
        match name {
            "inputs" => self.has_inputs = true,
            "Text" => self.has_capital_text = true,
            _ => {}
        }
        self.unknown.get_or_insert_with(|| name.chars().take(64).collect());
    }

    /// These fields and those of a body, whose values are kept where both have one.
    pub(crate) fn merged(mut self, body: Self) -> Self {
        let pairs = [
            ("text", body.text),
            ("model", body.model),
            ("k", body.k),
            ("threshold", body.threshold),
            ("clean", body.clean),
        ];
        for (name, value) in pairs {
            self.note(name, value);
        }
        self.unknown = self.unknown.or(body.unknown);
        self.duplicate = self.duplicate.or(body.duplicate);
        self.has_inputs |= body.has_inputs;
        self.has_capital_text |= body.has_capital_text;
        self
    }

    /// Refuses a misspelt or repeated name.
    pub(crate) fn check_names(&self) -> Result<(), Error> {
        if let Some(name) = &self.unknown {
            let message = "expected only `text`, `model`, `k`, `threshold` and `clean`, found another field";
            return Err(Error::new(codes::FIELD_UNKNOWN, message).at(name));
        }
        match self.duplicate {
            Some(name) => Err(Error::new(codes::FIELD_DUPLICATE, "expected it once, found it twice").at(name)),
            None => Ok(()),
        }
    }
}

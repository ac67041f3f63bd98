//! A call that asks for labels: its texts and options, checked against types and limits.

use std::borrow::Cow;

use crate::codes;
use crate::error::Error;
use crate::payload::{Fields, Item, Items, Value};
use crate::settings::Settings;
use crate::typed::ClassifyOptions;

/// What a call asks about.
#[derive(Debug, PartialEq)]
pub(crate) enum Texts<'b> {
    /// One text, answered by itself.
    One(Cow<'b, str>),
    /// A list, whose items are answered by themselves.
    Many {
        /// No more than `max_texts`.
        items: Vec<Item<'b>>,
        /// What stands before an item's number in its place: `/text` or nothing.
        place: &'static str,
    },
}

impl<'b> Texts<'b> {
    /// The field `text`: a string, or a list of them.
    pub(crate) fn from_field(text: Option<Value<'b>>, settings: &Settings) -> Result<Self, Error> {
        match text {
            Some(Value::Text(text)) => Ok(Self::One(text)),
            Some(Value::List(list)) => Self::from_list(list, "/text", settings),
            Some(other) => {
                let message = format!("expected a string or a list of strings, found {}", other.kind());
                Err(Error::new(codes::TEXT_WRONG_TYPE, message).at("text"))
            }
            None => {
                let message = "expected `text`: a string or a list of strings, found no such field";
                Err(Error::new(codes::TEXT_MISSING, message).at("text"))
            }
        }
    }

    /// A list of texts.
    pub(crate) fn from_list(list: Items<'b>, place: &'static str, settings: &Settings) -> Result<Self, Error> {
        if list.count > settings.max_texts {
            let message = format!("expected at most {} texts, found {}", settings.max_texts, list.count);
            return Err(Error::new(codes::TEXT_TOO_MANY, message).at(if place.is_empty() { "/" } else { place }));
        }
        Ok(Self::Many { items: list.items, place })
    }
}

/// The options that a call may give; what it does not give, its route decides.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Options {
    pub(crate) model: Option<String>,
    pub(crate) k: Option<u32>,
    pub(crate) threshold: Option<f32>,
    pub(crate) clean: Option<bool>,
}

impl Options {
    /// The options among the fields, which are left without them.
    pub(crate) fn take_from(fields: &mut Fields<'_>) -> Result<Self, Error> {
        Ok(Self {
            model: fields.model.take().map(string).transpose()?,
            k: fields.k.take().map(whole_number).transpose()?,
            threshold: fields.threshold.take().map(number).transpose()?,
            clean: fields.clean.take().map(truth_value).transpose()?,
        })
    }

    /// These options, with a route's own where the call gave none.
    pub(crate) fn or_else(&self, k: u32, clean: bool) -> ClassifyOptions<'_> {
        ClassifyOptions {
            model: self.model.as_deref(),
            k: Some(self.k.unwrap_or(k)),
            threshold: self.threshold,
            clean: self.clean.unwrap_or(clean),
        }
    }
}

fn string(value: Value<'_>) -> Result<String, Error> {
    match value {
        Value::Text(text) => Ok(text.into_owned()),
        other => Err(wrong_type("model", "a string", &other)),
    }
}

fn whole_number(value: Value<'_>) -> Result<u32, Error> {
    match value {
        // More than there are labels anywhere is as good as all.
        Value::Whole(number) => Ok(u32::try_from(number).unwrap_or(u32::MAX)),
        // JSON does not tell 5.0 from 5.
        Value::Number(number) if number.fract() == 0.0 && number >= 0.0 => Ok(number as u32),
        Value::Number(number) if number.fract() == 0.0 => {
            let message = format!("expected at least 1, found {number}");
            Err(Error::new(codes::OPTION_OUT_OF_RANGE, message).at("k"))
        }
        other => Err(wrong_type("k", "a whole number", &other)),
    }
}

fn number(value: Value<'_>) -> Result<f32, Error> {
    match value {
        Value::Whole(number) => Ok(number as f32),
        Value::Number(number) => Ok(number as f32),
        other => Err(wrong_type("threshold", "a number", &other)),
    }
}

fn truth_value(value: Value<'_>) -> Result<bool, Error> {
    match value {
        Value::Bool(value) => Ok(value),
        other => Err(wrong_type("clean", "true or false", &other)),
    }
}

fn wrong_type(field: &'static str, expected: &str, found: &Value<'_>) -> Error {
    let shown = match found {
        Value::Number(number) => number.to_string(),
        other => other.kind().to_owned(),
    };
    Error::new(codes::FIELD_WRONG_TYPE, format!("expected {expected}, found {shown}")).at(field)
}

#[cfg(test)]
mod tests {
    use super::{Options, Texts, codes};
    use crate::payload::{Fields, parse_query};
    use crate::settings::Settings;

    fn options(query: &str) -> Result<Options, super::Error> {
        Options::take_from(&mut parse_query(query, 9).expect("UTF-8"))
    }

    #[test]
    fn options_are_checked_by_type() {
        let cases = [
            ("k=-2", codes::OPTION_OUT_OF_RANGE, "k"),
            ("k=1.5", codes::FIELD_WRONG_TYPE, "k"),
            ("k=x", codes::FIELD_WRONG_TYPE, "k"),
            ("threshold=x", codes::FIELD_WRONG_TYPE, "threshold"),
            ("clean=yes", codes::FIELD_WRONG_TYPE, "clean"),
        ];
        for (query, code, place) in cases {
            let error = options(query).expect_err(query);
            assert_eq!((error.code, error.place.as_deref()), (code, Some(place)), "{query}");
        }
        for (query, k) in [("k=99999999999", u32::MAX), ("k=1e30", u32::MAX), ("k=5.0", 5), ("k=0", 0)] {
            assert_eq!(options(query).expect(query).k, Some(k), "{query}");
        }
        assert_eq!(options("").expect("none"), Options::default());
    }

    #[test]
    fn a_missing_text_and_too_many_texts_are_refused() {
        let settings = Settings { max_texts: 1, ..Settings::default() };
        let missing = Texts::from_field(Fields::default().text, &settings).expect_err("missing");
        assert_eq!(missing.code, codes::TEXT_MISSING);
        let two = parse_query("text=a&text=b", 1).expect("UTF-8").text;
        let many = Texts::from_field(two, &settings).expect_err("two");
        assert_eq!((many.code, many.place.as_deref()), (codes::TEXT_TOO_MANY, Some("/text")));
    }
}

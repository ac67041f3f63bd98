//! A call that asks about texts: the texts and the options, checked against types and limits.

use std::borrow::Cow;

use spanlet_text::{Layers, OffsetUnit};

use crate::codes;
use crate::error::Error;
use crate::payload::{Fields, Item, Items, Name, Place, Value};
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
        /// Where they stand.
        place: Place,
    },
}

impl<'b> Texts<'b> {
    /// The value of a field: a string, or a list of them.
    pub(crate) fn from_field(name: Name, value: Option<Value<'b>>, settings: &Settings) -> Result<Self, Error> {
        match value {
            Some(Value::Text(text)) => Ok(Self::One(text)),
            Some(Value::List(list)) => Self::from_list(list, Place::Field(name.spelling()), settings),
            Some(other) => {
                let message = format!("expected a string or a list of strings, found {}", other.kind());
                Err(Error::new(codes::TEXT_WRONG_TYPE, message).at(name.spelling()))
            }
            None => {
                let message =
                    format!("expected `{}`: a string or a list of strings, found no such field", name.spelling());
                Err(Error::new(codes::TEXT_MISSING, message).at(name.spelling()))
            }
        }
    }

    /// A list of texts.
    pub(crate) fn from_list(list: Items<'b>, place: Place, settings: &Settings) -> Result<Self, Error> {
        if list.count > settings.max_texts {
            let message = format!("expected at most {} texts, found {}", settings.max_texts, list.count);
            return Err(Error::new(codes::TEXT_TOO_MANY, message).at(place.of_list()));
        }
        Ok(Self::Many { items: list.items, place })
    }

    /// The one text, where a system takes no list.
    pub(crate) fn only_one(self, name: Name) -> Result<Self, Error> {
        match self {
            Self::One(_) => Ok(self),
            Self::Many { .. } => {
                Err(Error::new(codes::TEXT_WRONG_TYPE, "expected a string, found a list").at(name.spelling()))
            }
        }
    }
}

/// The options that a call may give; what it does not give, its route decides.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Options {
    pub(crate) model: Option<String>,
    pub(crate) k: Option<u32>,
    pub(crate) threshold: Option<f32>,
    pub(crate) clean: Option<bool>,
    pub(crate) offsets: Option<OffsetUnit>,
    pub(crate) include: Option<Layers>,
}

impl Options {
    /// The options among the fields, which are left without them.
    pub(crate) fn take_from(fields: &mut Fields<'_>) -> Result<Self, Error> {
        Ok(Self {
            model: fields.take(Name::Model).map(|value| string(Name::Model, value)).transpose()?,
            k: fields.take(Name::K).map(whole_number).transpose()?,
            threshold: fields.take(Name::Threshold).map(number).transpose()?,
            clean: fields.take(Name::Clean).map(truth_value).transpose()?,
            offsets: fields.take(Name::Offsets).map(offset_unit).transpose()?,
            include: fields.take(Name::Include).map(|value| layers(&value)).transpose()?,
        })
    }

    /// These options, with a route's own where the call gave none.
    pub(crate) fn or_else(&self, k: u32, clean: bool) -> ClassifyOptions<'_> {
        ClassifyOptions {
            model: self.model.as_deref(),
            k: Some(self.k.unwrap_or(k)),
            threshold: self.threshold,
            clean: self.clean.unwrap_or(clean),
            function: None,
        }
    }
}

fn string(name: Name, value: Value<'_>) -> Result<String, Error> {
    match value {
        Value::Text(text) => Ok(text.into_owned()),
        other => Err(wrong_type(name, "a string", &other)),
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
        other => Err(wrong_type(Name::K, "a whole number", &other)),
    }
}

fn number(value: Value<'_>) -> Result<f32, Error> {
    match value {
        Value::Whole(number) => Ok(number as f32),
        Value::Number(number) => Ok(number as f32),
        other => Err(wrong_type(Name::Threshold, "a number", &other)),
    }
}

fn truth_value(value: Value<'_>) -> Result<bool, Error> {
    match value {
        Value::Bool(value) => Ok(value),
        other => Err(wrong_type(Name::Clean, "true or false", &other)),
    }
}

fn offset_unit(value: Value<'_>) -> Result<OffsetUnit, Error> {
    let name = string(Name::Offsets, value)?;
    OffsetUnit::from_name(&name).ok_or_else(|| {
        let message =
            format!("expected {}, found {:?}", OffsetUnit::ALL.map(OffsetUnit::name).join(", "), shown(&name));
        Error::new(codes::OPTION_OUT_OF_RANGE, message).at("offsets")
    })
}

/// Layers as `ents,sents` or as a list of strings.
fn layers(value: &Value<'_>) -> Result<Layers, Error> {
    let mut layers = Layers::default();
    match value {
        Value::Text(names) => {
            names
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .try_for_each(|name| add(&mut layers, name))?;
        }
        Value::List(list) => {
            for item in &list.items {
                match item {
                    Item::Text(name) => add(&mut layers, name)?,
                    Item::Other(_) | Item::Faulty(_) => {
                        return Err(wrong_type(Name::Include, "a list of strings", value));
                    }
                }
            }
            if list.count > list.items.len() {
                let message = format!("expected at most {} layers, found {}", list.items.len(), list.count);
                return Err(Error::new(codes::OPTION_OUT_OF_RANGE, message).at("include"));
            }
        }
        other => return Err(wrong_type(Name::Include, "a list of layers", other)),
    }
    Ok(layers)
}

fn add(layers: &mut Layers, name: &str) -> Result<(), Error> {
    let Some(flag) = layers.by_name(name) else {
        let message = format!("expected layers among {}, found {:?}", Layers::NAMES.join(", "), shown(name));
        return Err(Error::new(codes::LAYER_UNKNOWN, message).at("include"));
    };
    *flag = true;
    Ok(())
}

fn shown(value: &str) -> String {
    value.chars().take(64).collect()
}

fn wrong_type(name: Name, expected: &str, found: &Value<'_>) -> Error {
    let shown = match found {
        Value::Number(number) => number.to_string(),
        other => other.kind().to_owned(),
    };
    Error::new(codes::FIELD_WRONG_TYPE, format!("expected {expected}, found {shown}")).at(name.spelling())
}

#[cfg(test)]
mod tests {
    use super::{Options, Texts, codes};
    use crate::payload::{Item, Items, Name, Value, parse_query};
    use crate::settings::Settings;
    use spanlet_text::{Layers, OffsetUnit};

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
            ("offsets=bytes", codes::OPTION_OUT_OF_RANGE, "offsets"),
            ("include=ents,entities", codes::LAYER_UNKNOWN, "include"),
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
    fn layers_and_the_unit_are_read_by_name() {
        let read = options("include=ents,+noun_chunks,&offsets=utf16").expect("valid");
        assert_eq!(read.include, Some(Layers { ents: true, noun_chunks: true, ..Layers::default() }));
        assert_eq!(read.offsets, Some(OffsetUnit::Utf16));
        assert_eq!(options("include=").expect("valid").include, Some(Layers::default()));
        let list = |items: Vec<Item<'static>>, count| super::layers(&Value::List(Items { items, count }));
        assert_eq!(list(vec![Item::Text("cats".into())], 1), Ok(Layers { cats: true, ..Layers::default() }));
        assert_eq!(list(vec![Item::Other("a number")], 1).expect_err("5").code, codes::FIELD_WRONG_TYPE);
        assert_eq!(list(vec![Item::Text("cats".into())], 99).expect_err("99").code, codes::OPTION_OUT_OF_RANGE);
    }

    #[test]
    fn a_missing_text_and_too_many_texts_are_refused() {
        let settings = Settings { max_texts: 1, ..Settings::default() };
        let missing = Texts::from_field(Name::Text, None, &settings).expect_err("missing");
        assert_eq!(missing.code, codes::TEXT_MISSING);
        let two = parse_query("text=a&text=b", 1).expect("UTF-8").take(Name::Text);
        let many = Texts::from_field(Name::Text, two, &settings).expect_err("two");
        assert_eq!((many.code, many.place.as_deref()), (codes::TEXT_TOO_MANY, Some("/text")));
    }
}

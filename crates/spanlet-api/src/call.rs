//! A call that asks about texts: the texts and the options, checked against types and limits.

use std::borrow::Cow;

use spanlet_text::{Layers, OffsetUnit};

use crate::codes;
use crate::engine::{Aggregation, EntityOptions, Function};
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
    pub(crate) function: Option<Function>,
    pub(crate) offsets: Option<OffsetUnit>,
    pub(crate) include: Option<Layers>,
    pub(crate) aggregation: Option<Aggregation>,
    pub(crate) ignore_labels: Option<Vec<String>>,
    pub(crate) stride: Option<u32>,
    pub(crate) normalize: Option<bool>,
}

impl Options {
    /// The options among the fields, which are left without them.
    pub(crate) fn take_from(fields: &mut Fields<'_>) -> Result<Self, Error> {
        let mut options = Self::default();
        options.update(fields)?;
        Ok(options)
    }

    /// Sets the options that are among the fields, which are left without them. Those that Hugging Face names otherwise
    /// are taken by that name too; no other route lets one through.
    pub(crate) fn update(&mut self, fields: &mut Fields<'_>) -> Result<(), Error> {
        set(&mut self.model, fields, &[Name::Model], string)?;
        set(&mut self.k, fields, &[Name::K, Name::TopK], |name, value| whole_number(name, &value, 1))?;
        set(&mut self.threshold, fields, &[Name::Threshold], number)?;
        set(&mut self.clean, fields, &[Name::Clean], truth_value)?;
        set(&mut self.function, fields, &[Name::Function, Name::FunctionToApply], function)?;
        set(&mut self.offsets, fields, &[Name::Offsets], offset_unit)?;
        set(&mut self.include, fields, &[Name::Include], |_, value| layers(&value))?;
        set(&mut self.aggregation, fields, &[Name::Aggregation, Name::AggregationStrategy], aggregation)?;
        set(&mut self.ignore_labels, fields, &[Name::IgnoreLabels], |name, value| strings(name, &value))?;
        set(&mut self.stride, fields, &[Name::Stride], |name, value| whole_number(name, &value, 0))?;
        set(&mut self.normalize, fields, &[Name::Normalize], truth_value)
    }

    /// These options, with a route's own where the call gave none.
    pub(crate) fn or_else(&self, k: u32, clean: bool) -> ClassifyOptions<'_> {
        ClassifyOptions {
            model: self.model.as_deref(),
            k: Some(self.k.unwrap_or(k)),
            threshold: self.threshold,
            clean: self.clean.unwrap_or(clean),
            function: self.function,
        }
    }

    /// What they say of entities.
    pub(crate) fn entities(&self) -> EntityOptions<'_> {
        EntityOptions {
            aggregation: self.aggregation,
            ignore_labels: self.ignore_labels.as_deref(),
            stride: self.stride.map(|stride| stride as usize),
        }
    }
}

/// Sets an option to the value of the fields of those names, where there is one.
fn set<'b, T>(
    option: &mut Option<T>,
    fields: &mut Fields<'b>,
    names: &[Name],
    read: impl Fn(Name, Value<'b>) -> Result<T, Error>,
) -> Result<(), Error> {
    for &name in names {
        if let Some(value) = fields.take(name) {
            *option = Some(read(name, value)?);
        }
    }
    Ok(())
}

fn string(name: Name, value: Value<'_>) -> Result<String, Error> {
    match value {
        Value::Text(text) => Ok(text.into_owned()),
        other => Err(wrong_type(name, "a string", &other)),
    }
}

fn whole_number(name: Name, value: &Value<'_>, least: u32) -> Result<u32, Error> {
    match *value {
        // More than there are labels or word pieces anywhere is as good as all.
        Value::Whole(number) => Ok(u32::try_from(number).unwrap_or(u32::MAX)),
        // JSON does not tell 5.0 from 5.
        Value::Number(number) if number.fract() == 0.0 && number >= 0.0 => Ok(number as u32),
        Value::Number(number) if number.fract() == 0.0 => {
            let message = format!("expected at least {least}, found {number}");
            Err(Error::new(codes::OPTION_OUT_OF_RANGE, message).at(name.spelling()))
        }
        _ => Err(wrong_type(name, "a whole number", value)),
    }
}

fn number(name: Name, value: Value<'_>) -> Result<f32, Error> {
    match value {
        Value::Whole(number) => Ok(number as f32),
        Value::Number(number) => Ok(number as f32),
        other => Err(wrong_type(name, "a number", &other)),
    }
}

fn truth_value(name: Name, value: Value<'_>) -> Result<bool, Error> {
    match value {
        Value::Bool(value) => Ok(value),
        other => Err(wrong_type(name, "true or false", &other)),
    }
}

fn offset_unit(name: Name, value: Value<'_>) -> Result<OffsetUnit, Error> {
    one_of(name, value, &OffsetUnit::ALL.map(OffsetUnit::name), OffsetUnit::from_name)
}

fn aggregation(name: Name, value: Value<'_>) -> Result<Aggregation, Error> {
    one_of(name, value, &Aggregation::ALL.map(Aggregation::name), Aggregation::from_name)
}

fn function(name: Name, value: Value<'_>) -> Result<Function, Error> {
    one_of(name, value, &Function::ALL.map(Function::name), Function::from_name)
}

/// One of a few words.
fn one_of<T>(name: Name, value: Value<'_>, words: &[&str], from: fn(&str) -> Option<T>) -> Result<T, Error> {
    let word = string(name, value)?;
    from(&word).ok_or_else(|| {
        let message = format!("expected {}, found {:?}", words.join(", "), shown(&word));
        Error::new(codes::OPTION_OUT_OF_RANGE, message).at(name.spelling())
    })
}

/// Layers by name.
fn layers(value: &Value<'_>) -> Result<Layers, Error> {
    let mut layers = Layers::default();
    for name in strings(Name::Include, value)? {
        let Some(flag) = layers.by_name(&name) else {
            let message = format!("expected layers among {}, found {:?}", Layers::NAMES.join(", "), shown(&name));
            return Err(Error::new(codes::LAYER_UNKNOWN, message).at("include"));
        };
        *flag = true;
    }
    Ok(layers)
}

/// Names as `ents,sents`, of which blank ones do not count, or as a list of strings.
fn strings(name: Name, value: &Value<'_>) -> Result<Vec<String>, Error> {
    match value {
        Value::Text(names) => {
            Ok(names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect())
        }
        Value::List(list) if list.count > list.items.len() => {
            let message = format!("expected at most {} names, found {}", list.items.len(), list.count);
            Err(Error::new(codes::OPTION_OUT_OF_RANGE, message).at(name.spelling()))
        }
        Value::List(list) => list.items.iter().map(|item| listed(name, item, value)).collect(),
        other => Err(wrong_type(name, "a list of strings", other)),
    }
}

fn listed(name: Name, item: &Item<'_>, list: &Value<'_>) -> Result<String, Error> {
    match item {
        Item::Text(text) => Ok(text.as_ref().to_owned()),
        Item::Other(_) | Item::Faulty(_) => Err(wrong_type(name, "a list of strings", list)),
    }
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
    use crate::engine::{Aggregation, EntityOptions, Function};
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
            ("function=tanh", codes::OPTION_OUT_OF_RANGE, "function"),
            ("aggregation=Simple", codes::OPTION_OUT_OF_RANGE, "aggregation"),
            ("stride=-1", codes::OPTION_OUT_OF_RANGE, "stride"),
            ("stride=x", codes::FIELD_WRONG_TYPE, "stride"),
            ("normalize=yes", codes::FIELD_WRONG_TYPE, "normalize"),
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
    fn options_for_word_pieces_are_read_by_name() {
        let read = options("aggregation=max&ignore_labels=O,+MISC,&stride=0&function=none&normalize=1").expect("valid");
        let labels = ["O", "MISC"].map(str::to_owned);
        let expected =
            EntityOptions { aggregation: Some(Aggregation::Max), ignore_labels: Some(&labels), stride: Some(0) };
        assert_eq!(read.entities(), expected);
        assert_eq!((read.function, read.normalize), (Some(Function::None), Some(true)));
        assert_eq!(options("ignore_labels=").expect("valid").ignore_labels, Some(vec![]));
        let listed = Value::List(Items { items: vec![Item::Text("a, b".into())], count: 1 });
        assert_eq!(super::strings(Name::IgnoreLabels, &listed), Ok(vec!["a, b".to_owned()]));
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

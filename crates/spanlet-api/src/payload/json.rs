//! A body of JSON, read field by field without keeping what is not asked for.
//!
//! Nesting costs nothing: what lies deeper than an item of a list is stepped over, not built.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Fields, Item, Items, Name, Payload, Place, Value};
use spanlet_text::Layers;

use crate::codes;
use crate::error::Error;

/// The most labels of `ignore_labels`, which are few: a model's own, with `B-` and `I-`.
const MAX_LABELS: usize = 1_000;

/// Reads JSON, keeping at most `max_texts` items of a list.
///
/// # Errors
/// `body.not-utf8` with the first byte that is not, `body.not-json` with the line and column.
pub(crate) fn parse(body: &[u8], max_texts: usize) -> Result<Payload<'_>, Error> {
    parse_str(utf8(body)?, max_texts)
}

/// As [`parse`], of a body that is UTF-8.
pub(crate) fn parse_str(text: &str, max_texts: usize) -> Result<Payload<'_>, Error> {
    // Some clients begin with a byte order mark, which RFC 8259 lets a reader ignore.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = serde_json::Deserializer::from_str(text);
    let payload = PayloadSeed { max_texts }.deserialize(&mut reader).and_then(|payload| reader.end().map(|()| payload));
    payload.map_err(|error| {
        let found = if is_half_pair(&error) { HALF_PAIR.to_owned() } else { format!("otherwise: {error}") };
        let message = format!("expected JSON such as {{\"text\": \"…\"}}, found {found}");
        Error::new(codes::BODY_NOT_JSON, message).at(format!("line {}, column {}", error.line(), error.column()))
    })
}

/// What half of a surrogate pair is called, which Python's `json.dumps` writes for a string that holds one.
const HALF_PAIR: &str = "an escape from \\ud800 to \\udfff without its other half, which is no character";

/// Whether the reader stopped at half of a surrogate pair. It has no other sign for that than its words.
fn is_half_pair(error: &serde_json::Error) -> bool {
    let message = error.to_string();
    ["lone leading surrogate", "unexpected end of hex escape"].iter().any(|words| message.starts_with(words))
}

/// A JSON string and nothing else.
pub(crate) fn parse_string(text: &str) -> Option<Cow<'_, str>> {
    // Cheaper than parsing, and every object ends here.
    if !text.trim_ascii_start().starts_with('"') {
        return None;
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    match (ValueSeed { max_items: 0, keeps_fields: false }).deserialize(&mut reader) {
        Ok(Some(Value::Text(text))) => reader.end().ok().map(|()| text),
        _ => None,
    }
}

/// The body as text.
pub(crate) fn utf8(body: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(body).map_err(|error| {
        let place = format!("byte {}", error.valid_up_to());
        Error::new(codes::BODY_NOT_UTF8, "expected a body of UTF-8, found a byte that is not").at(place)
    })
}

#[derive(Clone, Copy)]
struct PayloadSeed {
    max_texts: usize,
}

impl<'b> DeserializeSeed<'b> for PayloadSeed {
    type Value = Payload<'b>;

    fn deserialize<D: Deserializer<'b>>(self, reader: D) -> Result<Payload<'b>, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'b> Visitor<'b> for PayloadSeed {
    type Value = Payload<'b>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object or a list")
    }

    fn visit_map<A: MapAccess<'b>>(self, map: A) -> Result<Payload<'b>, A::Error> {
        read_fields(map, self.max_texts, true).map(Payload::Fields)
    }

    fn visit_seq<A: SeqAccess<'b>>(self, list: A) -> Result<Payload<'b>, A::Error> {
        read_items(list, self.max_texts).map(|items| Payload::List(items, Place::List))
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<Payload<'b>, E> {
        Ok(Payload::Other("a string"))
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<Payload<'b>, E> {
        Ok(Payload::Other("a truth value"))
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<Payload<'b>, E> {
        Ok(Payload::Other("a number"))
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<Payload<'b>, E> {
        Ok(Payload::Other("a number"))
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Payload<'b>, E> {
        Ok(Payload::Other("a number"))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Payload<'b>, E> {
        Ok(Payload::Other("null"))
    }
}

/// Reads an object's fields, and with `is_body` those of its `parameters` too.
fn read_fields<'b, A: MapAccess<'b>>(mut map: A, max_texts: usize, is_body: bool) -> Result<Fields<'b>, A::Error> {
    let mut fields = Fields::default();
    while let Some(name) = map.next_key::<Cow<'_, str>>()? {
        let known = Name::from_spelling(&name);
        // Layers and labels are few, and none of them is a text.
        let most = match known {
            Some(Name::Include) => 2 * Layers::NAMES.len(),
            Some(Name::IgnoreLabels) => MAX_LABELS,
            _ => max_texts,
        };
        let keeps_fields = is_body && known == Some(Name::Parameters);
        let value = map.next_value_seed(ValueSeed { max_items: most, keeps_fields })?;
        fields.note(&name, value);
    }
    Ok(fields)
}

/// A field's value; `None` is JSON's `null`.
#[derive(Clone, Copy)]
struct ValueSeed {
    max_items: usize,
    /// Whether an object's fields are kept.
    keeps_fields: bool,
}

impl<'b> DeserializeSeed<'b> for ValueSeed {
    type Value = Option<Value<'b>>;

    fn deserialize<D: Deserializer<'b>>(self, reader: D) -> Result<Option<Value<'b>>, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'b> Visitor<'b> for ValueSeed {
    type Value = Option<Value<'b>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Option<Value<'b>>, E> {
        Ok(None)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Option<Value<'b>>, E> {
        Ok(Some(Value::Bool(value)))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Option<Value<'b>>, E> {
        Ok(Some(Value::Whole(value)))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Option<Value<'b>>, E> {
        Ok(Some(Value::Number(value as f64)))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Option<Value<'b>>, E> {
        Ok(Some(Value::Number(value)))
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, text: &'b str) -> Result<Option<Value<'b>>, E> {
        Ok(Some(Value::Text(Cow::Borrowed(text))))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Option<Value<'b>>, E> {
        Ok(Some(Value::Text(Cow::Owned(text.to_owned()))))
    }

    fn visit_seq<A: SeqAccess<'b>>(self, list: A) -> Result<Option<Value<'b>>, A::Error> {
        read_items(list, self.max_items).map(|items| Some(Value::List(items)))
    }

    fn visit_map<A: MapAccess<'b>>(self, mut map: A) -> Result<Option<Value<'b>>, A::Error> {
        if self.keeps_fields {
            return read_fields(map, self.max_items, false).map(|fields| Some(Value::Object(fields)));
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Some(Value::Object(Fields::default())))
    }
}

/// Reads a list's items and counts those beyond `max_items`.
fn read_items<'b, A: SeqAccess<'b>>(mut list: A, max_items: usize) -> Result<Items<'b>, A::Error> {
    let mut items = Items::default();
    while items.count < max_items {
        let Some(item) = list.next_element_seed(ItemSeed)? else { return Ok(items) };
        items.items.push(item);
        items.count += 1;
    }
    while list.next_element::<IgnoredAny>()?.is_some() {
        items.count = items.count.checked_add(1).ok_or_else(|| A::Error::custom("too many items"))?;
    }
    Ok(items)
}

struct ItemSeed;

impl<'b> DeserializeSeed<'b> for ItemSeed {
    type Value = Item<'b>;

    fn deserialize<D: Deserializer<'b>>(self, reader: D) -> Result<Item<'b>, D::Error> {
        // A list within the list is one item of another kind; its own items are not kept.
        Ok(match (ValueSeed { max_items: 0, keeps_fields: false }).deserialize(reader)? {
            Some(Value::Text(text)) => Item::Text(text),
            Some(other) => Item::Other(other.kind()),
            None => Item::Other("null"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Item, Items, Name, Payload, Place, Value, codes, parse, parse_string};

    fn fields(json: &str) -> super::Fields<'_> {
        match parse(json.as_bytes(), 3) {
            Ok(Payload::Fields(fields)) => fields,
            other => panic!("{json}: {other:?}"),
        }
    }

    #[test]
    fn fields_are_read_by_name_and_type() {
        let json = r#"{"text":"a\u00e9","k":3,"threshold":0.5,"clean":false,"model":"m","Text":"b","inputs":{}}"#;
        let mut read = fields(json);
        let expected = [
            (Name::Text, Value::Text("aé".into())),
            (Name::K, Value::Whole(3)),
            (Name::Threshold, Value::Number(0.5)),
            (Name::Clean, Value::Bool(false)),
            (Name::Model, Value::Text("m".into())),
            (Name::CapitalText, Value::Text("b".into())),
            (Name::Inputs, Value::Object(super::Fields::default())),
        ];
        for (name, value) in expected {
            assert_eq!(read.take(name), Some(value));
        }
        assert_eq!(read, super::Fields::default());
    }

    #[test]
    fn parameters_are_fields_of_their_own() {
        let json = r#"{"parameters":{"top_k":2,"k":1,"other":0,"parameters":{"top_k":3}},"inputs":{"top_k":4}}"#;
        let mut read = fields(json);
        let Some(Value::Object(mut parameters)) = read.take(Name::Parameters) else { panic!("no object") };
        let place = parameters.check_names(&[Name::TopK, Name::K, Name::Parameters]).expect_err("other").place;
        assert_eq!(place.as_deref(), Some("other"));
        assert_eq!(parameters.take(Name::TopK), Some(Value::Whole(2)));
        assert_eq!(parameters.take(Name::K), Some(Value::Whole(1)));
        assert_eq!(parameters.take(Name::Parameters), Some(Value::Object(super::Fields::default())));
        assert_eq!(read.take(Name::Inputs), Some(Value::Object(super::Fields::default())));
    }

    #[test]
    fn layers_and_labels_are_kept_whatever_the_most_texts_are() {
        let names = ["a", "b", "c", "d", "e"].map(|name| Item::Text(name.into()));
        let expected = Value::List(Items { items: names.into(), count: 5 });
        for name in [Name::Include, Name::IgnoreLabels] {
            let json = format!(r#"{{"{}":["a","b","c","d","e"]}}"#, name.spelling());
            assert_eq!(fields(&json).take(name).as_ref(), Some(&expected), "{json}");
        }
    }

    #[test]
    fn a_string_alone_is_read() {
        assert_eq!(parse_string(r#" "a\u00e9" "#).as_deref(), Some("aé"));
        for json in ["", "5", "\"a", "\"a\" b", "{}", r#""\ud800""#] {
            assert_eq!(parse_string(json), None, "{json}");
        }
    }

    #[test]
    fn unknown_repeated_and_null_fields_are_noted() {
        let place = |json| fields(json).check_names(&[Name::K]).expect_err(json).place;
        assert_eq!(place(r#"{"tresh":1,"other":2}"#).as_deref(), Some("tresh"));
        assert_eq!(place(r#"{"k":1,"k":2}"#).as_deref(), Some("k"));
        assert_eq!(fields(r#"{"k":null}"#), super::Fields::default());
    }

    #[test]
    fn lists_keep_strings_name_other_kinds_and_are_counted_beyond_the_limit() {
        let expected =
            Items { items: vec![Item::Text("a".into()), Item::Other("null"), Item::Other("a list")], count: 5 };
        assert_eq!(parse(br#"["a",null,[[1]],{},5]"#, 3), Ok(Payload::List(expected, Place::List)));
    }

    #[test]
    fn what_is_neither_object_nor_list_is_named() {
        for (json, kind) in [
            ("1", "a number"),
            ("-1", "a number"),
            ("\"\\n\"", "a string"),
            ("null", "null"),
            ("true", "a truth value"),
        ] {
            assert_eq!(parse(json.as_bytes(), 3), Ok(Payload::Other(kind)));
        }
    }

    #[test]
    fn damage_is_placed() {
        let cases: [(&[u8], _, &str); 5] = [
            (b"{\"text\":\n oops}", codes::BODY_NOT_JSON, "line 2, column 2"),
            (b"", codes::BODY_NOT_JSON, "line 1, column 0"),
            (b"{} {}", codes::BODY_NOT_JSON, "line 1, column 4"),
            (b"{\"text\":\"\\ud800\"}", codes::BODY_NOT_JSON, "line 1, column 16"),
            (b"{\"text\":\"\xff\"}", codes::BODY_NOT_UTF8, "byte 9"),
        ];
        for (body, code, place) in cases {
            let error = parse(body, 3).expect_err("damaged");
            assert_eq!((error.code, error.place.as_deref()), (code, Some(place)));
        }
    }

    #[test]
    fn half_of_a_surrogate_pair_is_called_so() {
        for json in [r#"{"text":"\ud800"}"#, r#"{"text":"\ud83d Berlin"}"#, r#"["\udc00"]"#, r#"["\ud800\n"]"#] {
            let error = parse(json.as_bytes(), 3).expect_err("no text");
            assert!(error.message.contains("without its other half"), "{json}: {}", error.message);
        }
    }

    #[test]
    fn deep_nesting_is_stepped_over_or_refused() {
        let open = "[".repeat(1_000_000);
        let closed = format!("{{\"text\":{open}{}}}", "]".repeat(1_000_000));
        assert!(matches!(fields(&closed).take(Name::Text), Some(Value::List(_))));
        assert_eq!(parse(open.as_bytes(), 3).expect_err("unclosed").code, codes::BODY_NOT_JSON);
    }
}

//! The fields of a query string, as forms encode them.

use std::borrow::Cow;

use super::{Fields, Item, Items, Name, Value};
use crate::codes;
use crate::error::Error;

/// Reads `text=…&k=5`; `text` may occur several times and then is a list, of which `max_texts` items are kept.
///
/// `+` is a space. A percent sign without two hexadecimal digits stands for itself, as in browsers.
///
/// # Errors
/// `query.not-utf8` with the field's name.
pub(crate) fn parse(query: &str, max_texts: usize) -> Result<Fields<'_>, Error> {
    let mut fields = Fields::default();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode(name, "query")?;
        let value = decode(value, &name)?;
        match name.as_ref() {
            "text" => {
                let text = with_text(fields.take(Name::Text), value, max_texts);
                fields.put(Name::Text, text);
            }
            name => fields.note(name, Some(typed(name, value))),
        }
    }
    Ok(fields)
}

/// A first text, or one more.
fn with_text<'q>(before: Option<Value<'q>>, text: Cow<'q, str>, max_texts: usize) -> Value<'q> {
    let mut list = match before {
        None => return Value::Text(text),
        Some(Value::List(list)) => list,
        Some(Value::Text(first)) => Items { items: vec![Item::Text(first)], count: 1 },
        Some(_) => Items::default(),
    };
    list.push(max_texts, || Item::Text(text));
    Value::List(list)
}

/// An option's value as the type that it spells; what it does not spell stays a string.
fn typed<'q>(name: &str, value: Cow<'q, str>) -> Value<'q> {
    match (name, value.as_ref()) {
        ("clean" | "normalize", "true" | "1") => Value::Bool(true),
        ("clean" | "normalize", "false" | "0") => Value::Bool(false),
        ("k" | "threshold" | "stride", number) => match (number.parse(), number.parse()) {
            (Ok(whole), _) => Value::Whole(whole),
            (_, Ok(number)) => Value::Number(number),
            _ => Value::Text(value),
        },
        _ => Value::Text(value),
    }
}

fn decode<'q>(encoded: &'q str, name: &str) -> Result<Cow<'q, str>, Error> {
    if !encoded.contains(['%', '+']) {
        return Ok(Cow::Borrowed(encoded));
    }
    let bytes = percent_decode(&encoded.replace('+', " "));
    String::from_utf8(bytes).map(Cow::Owned).map_err(|error| {
        let at_byte = error.utf8_error().valid_up_to();
        let message = format!("expected percent-encoded UTF-8, found another byte at byte {at_byte} of the value");
        Error::new(codes::QUERY_NOT_UTF8, message).at(name)
    })
}

/// Undoes `%41`; a percent sign without two hexadecimal digits stands for itself.
pub(crate) fn percent_decode(encoded: &str) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|&byte| char::from(byte).to_digit(16));
    let encoded = encoded.as_bytes();
    let mut decoded = Vec::with_capacity(encoded.len());
    let mut at = 0;
    while let Some(&byte) = encoded.get(at) {
        match (byte, digit(encoded.get(at + 1)), digit(encoded.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                decoded.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::{Fields, Item, Items, Name, Value, codes, parse};

    #[test]
    fn a_query_gives_typed_fields() {
        let mut fields = parse("text=a+b%20%C3%A9%&k=5&threshold=1e-3&clean=1&model=x", 9).expect("valid");
        assert_eq!(fields.take(Name::Text), Some(Value::Text("a b é%".into())));
        assert_eq!(fields.take(Name::K), Some(Value::Whole(5)));
        assert_eq!(fields.take(Name::Threshold), Some(Value::Number(0.001)));
        assert_eq!(fields.take(Name::Clean), Some(Value::Bool(true)));
        assert_eq!(fields.take(Name::Model), Some(Value::Text("x".into())));
        assert_eq!(parse("", 9), Ok(Fields::default()));
        assert_eq!(parse("&&", 9), Ok(Fields::default()));
    }

    #[test]
    fn several_texts_are_a_list_that_is_counted_beyond_the_limit() {
        let items = ["a", ""].map(|text| Item::Text(text.into()));
        let expected = Value::List(Items { items: items.into(), count: 3 });
        assert_eq!(parse("text=a&text&text=c", 2).expect("valid").take(Name::Text), Some(expected));
    }

    #[test]
    fn misspelt_repeated_and_odd_values_are_noted() {
        let place = |query| parse(query, 9).expect("valid").check_names(&[Name::K]).expect_err(query).place;
        assert_eq!(place("tex=a").as_deref(), Some("tex"));
        assert_eq!(place("k=1&k=2").as_deref(), Some("k"));
        assert_eq!(parse("k=many", 9).expect("valid").take(Name::K), Some(Value::Text("many".into())));
        let error = parse("text=%ff", 9).expect_err("not UTF-8");
        assert_eq!((error.code, error.place.as_deref()), (codes::QUERY_NOT_UTF8, Some("text")));
    }
}

//! A body of JSON Lines: on each line an object with `text`, or a string.
//!
//! Each line is answered by itself, so one that is no JSON, or a blank one, fails alone. Other fields are passed over:
//! lines of a data set have fields of their own.

use super::{Item, Items, Name, Payload, Value, json};
use crate::codes;
use crate::error::Error;

/// Reads the lines, keeping at most `max_texts`.
pub(crate) fn parse(body: &[u8], max_texts: usize) -> Items<'_> {
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    let mut items = Items::default();
    let mut rest = body;
    while !rest.is_empty() {
        let end_byte = rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
        let line = &rest[..end_byte];
        items.push(max_texts, || text(line).unwrap_or_else(Item::Faulty));
        rest = rest.get(end_byte + 1..).unwrap_or_default();
    }
    items
}

fn text(line: &[u8]) -> Result<Item<'_>, Error> {
    let line = json::utf8(line)?;
    if let Some(text) = json::parse_string(line) {
        return Ok(Item::Text(text));
    }
    // No list on a line is kept: none is a text.
    match json::parse_str(line, 0).map_err(in_line)? {
        Payload::Fields(mut fields) => match fields.take(Name::Text) {
            Some(Value::Text(text)) => Ok(Item::Text(text)),
            Some(other) => Ok(Item::Other(other.kind())),
            None => Err(Error::new(codes::TEXT_MISSING, "expected a line with `text`, found no such field")),
        },
        Payload::List(..) => Ok(Item::Other("a list")),
        Payload::Other(kind) => Ok(Item::Other(kind)),
    }
}

/// The error with its place in the line, whose number the list of answers gives.
fn in_line(error: Error) -> Error {
    let place = error.place.as_deref().unwrap_or_default();
    let column = place.strip_prefix("line 1, ").unwrap_or(place).to_owned();
    error.at(column)
}

#[cfg(test)]
mod tests {
    use super::{Item, parse};

    fn read(body: &[u8]) -> Vec<Result<String, String>> {
        let items = parse(body, 9).items.into_iter();
        let text = |item| match item {
            Item::Text(text) => Ok(text.into_owned()),
            Item::Other(kind) => Err(kind.to_owned()),
            Item::Faulty(error) => Err(error.code.name.to_owned()),
        };
        items.map(text).collect()
    }

    #[test]
    fn each_line_is_read_by_itself() {
        let body = b"{\"text\":\"a\\nb\",\"id\":[1]}\r\n\"\\u00e9\"\n{}\n\n{\"text\":5}\n[\"a\"]\noops\n\xff\n7";
        let expected = [
            Ok("a\nb"),
            Ok("é"),
            Err("text.missing"),
            Err("body.not-json"),
            Err("a number"),
            Err("a list"),
            Err("body.not-json"),
            Err("body.not-utf8"),
            Err("a number"),
        ];
        let expected = expected.map(|item| item.map(str::to_owned).map_err(str::to_owned));
        assert_eq!(read(body), expected);
        assert_eq!(read(b""), []);
        assert_eq!(read("\u{feff}\"a\"\n".as_bytes()), [Ok("a".to_owned())]);
    }

    #[test]
    fn lines_beyond_the_limit_are_counted() {
        let items = parse(b"\"a\"\n\"b\"\n\"c\"", 2);
        assert_eq!((items.items.len(), items.count), (2, 3));
    }
}

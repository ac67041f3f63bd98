//! JSON as Python's `json` reads and writes it: whole numbers of any size, `NaN`, and floats spelt Python's way.

use super::ordered::Ordered;

/// How deep lists and maps may lie in each other.
const MAX_DEPTH: usize = 64;

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    /// The digits, with a sign where it is negative.
    Int(String),
    Float(f64),
    Str(String),
    List(Vec<Json>),
    Map(Ordered<Json>),
}

/// Why text is no [`Json`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotJson {
    /// It is not JSON for Python either.
    Other,
    /// It is JSON for Python; the reason why it is refused here.
    Refused(&'static str),
}

/// Reads one value, with white space around it.
///
/// Source: Python 3.11, `json/decoder.py`, `JSONDecoder.decode`, and `_json.c`.
pub(super) fn parse(text: &str) -> Result<Json, NotJson> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0)?;
    if reader.peek().is_none() { Ok(value) } else { Err(NotJson::Other) }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &[u8] {
        &self.text.as_bytes()[self.at..]
    }

    /// The first byte after white space.
    fn peek(&mut self) -> Option<u8> {
        let space = self.rest().iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
        self.at += space;
        self.rest().first().copied()
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.rest().starts_with(word.as_bytes());
        if found {
            self.at += word.len();
        }
        found
    }

    fn value(&mut self, depth: usize) -> Result<Json, NotJson> {
        if depth > MAX_DEPTH {
            return Err(NotJson::Refused("lists and maps in it lie too deep in each other"));
        }
        match self.peek().ok_or(NotJson::Other)? {
            b'"' => self.string().map(Json::Str),
            b'[' => self.list(depth),
            b'{' => self.map(depth),
            b'-' | b'0'..=b'9' => self.number(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Result<Json, NotJson> {
        let words = [
            ("null", Json::Null),
            ("true", Json::Bool(true)),
            ("false", Json::Bool(false)),
            ("NaN", Json::Float(f64::NAN)),
            ("Infinity", Json::Float(f64::INFINITY)),
        ];
        words.into_iter().find(|(word, _)| self.take(word)).map(|(_, value)| value).ok_or(NotJson::Other)
    }

    fn list(&mut self, depth: usize) -> Result<Json, NotJson> {
        self.at += 1;
        let mut values = Vec::new();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::List(values));
        }
        loop {
            values.push(self.value(depth + 1)?);
            if self.ends(b']')? {
                return Ok(Json::List(values));
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Json, NotJson> {
        self.at += 1;
        let mut entries = Ordered::default();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Map(entries));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(NotJson::Other);
            }
            let key = self.string()?;
            if self.peek() != Some(b':') {
                return Err(NotJson::Other);
            }
            self.at += 1;
            entries.insert(&key, self.value(depth + 1)?);
            if self.ends(b'}')? {
                return Ok(Json::Map(entries));
            }
        }
    }

    /// Whether a list or map ends here, or else goes on after a comma.
    fn ends(&mut self, end: u8) -> Result<bool, NotJson> {
        let found = self.peek().filter(|byte| [end, b','].contains(byte)).ok_or(NotJson::Other)?;
        self.at += 1;
        Ok(found == end)
    }

    fn number(&mut self) -> Result<Json, NotJson> {
        if self.take("-Infinity") {
            return Ok(Json::Float(f64::NEG_INFINITY));
        }
        let start = self.at;
        self.at += usize::from(self.rest()[0] == b'-');
        match self.rest().first() {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        let whole = self.at;
        if self.rest().starts_with(b".") && self.rest().get(1).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
            self.digits()?;
        }
        self.exponent();
        let text = &self.text[start..self.at];
        if self.at > whole {
            return Ok(Json::Float(text.parse().map_err(|_| NotJson::Other)?));
        }
        Ok(Json::Int(if text == "-0" { "0" } else { text }.to_owned()))
    }

    fn digits(&mut self) -> Result<(), NotJson> {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        if count == 0 { Err(NotJson::Other) } else { Ok(()) }
    }

    /// An exponent without digits is not part of the number.
    fn exponent(&mut self) {
        let rest = self.rest();
        let sign = match rest {
            [b'e' | b'E', b'+' | b'-', b'0'..=b'9', ..] => 2,
            [b'e' | b'E', b'0'..=b'9', ..] => 1,
            _ => return,
        };
        let digits = rest[sign..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += sign + digits;
    }

    fn string(&mut self) -> Result<String, NotJson> {
        self.at += 1;
        let mut string = String::new();
        loop {
            let plain = self.rest().iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f)).count();
            string.push_str(&self.text[self.at..self.at + plain]);
            self.at += plain;
            if self.take("\"") {
                return Ok(string);
            }
            if !self.take("\\") {
                return Err(NotJson::Other);
            }
            string.push(self.escape()?);
        }
    }

    fn escape(&mut self) -> Result<char, NotJson> {
        let mark = self.rest().first().copied().ok_or(NotJson::Other)?;
        let character = match mark {
            b'"' | b'\\' | b'/' => mark.into(),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode_escape(),
            _ => return Err(NotJson::Other),
        };
        self.at += 1;
        Ok(character)
    }

    /// `u` and four digits, or two of these for a character past the basic plane.
    fn unicode_escape(&mut self) -> Result<char, NotJson> {
        let half = NotJson::Refused("it holds half a surrogate pair");
        let first = self.code_unit().ok_or(NotJson::Other)?;
        if let Some(character) = char::from_u32(first) {
            return Ok(character);
        }
        if first >= 0xdc00 || !self.take("\\") {
            return Err(half);
        }
        let second = self.code_unit().filter(|second| (0xdc00..0xe000).contains(second)).ok_or(half)?;
        char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)).ok_or(half)
    }

    fn code_unit(&mut self) -> Option<u32> {
        let digits = self.rest().strip_prefix(b"u")?.get(..4)?;
        let value = digits.iter().try_fold(0, |value, digit| Some(value * 16 + (*digit as char).to_digit(16)?))?;
        self.at += 5;
        Some(value)
    }
}

impl Json {
    /// The value on one line, as `json.dumps` writes it: everything outside ASCII is escaped.
    pub(super) fn dump(&self) -> String {
        let mut text = String::new();
        self.dump_into(&mut text);
        text
    }

    fn dump_into(&self, text: &mut String) {
        match self {
            Self::Null => text.push_str("null"),
            Self::Bool(true) => text.push_str("true"),
            Self::Bool(false) => text.push_str("false"),
            Self::Int(digits) => text.push_str(digits),
            Self::Float(value) => text.push_str(&float(*value)),
            Self::Str(string) => dump_string(string, text),
            Self::List(values) => {
                text.push('[');
                for (index, value) in values.iter().enumerate() {
                    text.push_str(if index > 0 { ", " } else { "" });
                    value.dump_into(text);
                }
                text.push(']');
            }
            Self::Map(entries) => {
                text.push('{');
                for (index, (key, value)) in entries.iter().enumerate() {
                    text.push_str(if index > 0 { ", " } else { "" });
                    dump_string(key, text);
                    text.push_str(": ");
                    value.dump_into(text);
                }
                text.push('}');
            }
        }
    }
}

fn dump_string(string: &str, text: &mut String) {
    text.push('"');
    for character in string.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            ' '..='~' => text.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    text.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    text.push('"');
}

/// A float as Python's `repr` spells it: the fewest digits, an exponent from 1e16 on and below 1e-4.
fn float(value: f64) -> String {
    if !value.is_finite() {
        let sign = if value < 0.0 { "-" } else { "" };
        return if value.is_nan() { "NaN".to_owned() } else { format!("{sign}Infinity") };
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    match exponent {
        -4..16 => format!("{value:?}"),
        16.. => format!("{digits}e+{exponent:02}"),
        _ => format!("{digits}e-{:02}", -exponent),
    }
}

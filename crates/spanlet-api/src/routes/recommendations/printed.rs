//! Numbers as C++ streams print them and strings as Python prints them in a tuple.

use unicode_general_category::{GeneralCategory, get_general_category};

/// Significant digits that a C++ stream prints unless told otherwise.
const DIGITS: i32 = 6;

/// A number with six significant digits and no trailing zeros, as C's `%g`: `0.662109`, `1`, `1e-05`.
pub(super) fn significant(number: f32) -> String {
    if number == 0.0 || !number.is_finite() {
        return number.to_string();
    }
    // Rounded to six digits first, since rounding may carry into the exponent.
    let rounded = format!("{:.*e}", (DIGITS - 1) as usize, f64::from(number));
    let (digits, exponent) = rounded.split_once('e').unwrap_or((&rounded, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..DIGITS).contains(&exponent) {
        let decimals = (DIGITS - 1 - exponent) as usize;
        without_trailing_zeros(&format!("{:.decimals$}", f64::from(number))).to_owned()
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{}e{sign}{:02}", without_trailing_zeros(digits), exponent.unsigned_abs())
    }
}

fn without_trailing_zeros(decimal: &str) -> &str {
    if decimal.contains('.') { decimal.trim_end_matches('0').trim_end_matches('.') } else { decimal }
}

/// The text as Python's `repr` writes it: in single quotes unless it has some and no double ones, with what is not
/// printable escaped.
///
/// Source: CPython 3.11, `Objects/unicodeobject.c` `unicode_repr`.
pub(super) fn python_literal(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push(quote);
    for character in text.chars() {
        match character {
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            '\\' => literal.push_str("\\\\"),
            _ if character == quote => literal.extend(['\\', quote]),
            _ if is_printable(character) => literal.push(character),
            _ => literal.push_str(&escaped(character)),
        }
    }
    literal.push(quote);
    literal
}

fn escaped(character: char) -> String {
    match u32::from(character) {
        point @ ..=0xff => format!("\\x{point:02x}"),
        point @ ..=0xffff => format!("\\u{point:04x}"),
        point => format!("\\U{point:08x}"),
    }
}

/// Python's `str.isprintable`: neither "other" (`C*`) nor a separator (`Z*`), but for the space.
fn is_printable(character: char) -> bool {
    use GeneralCategory as Category;
    character == ' '
        || !matches!(
            get_general_category(character),
            Category::Control
                | Category::Format
                | Category::Surrogate
                | Category::PrivateUse
                | Category::Unassigned
                | Category::LineSeparator
                | Category::ParagraphSeparator
                | Category::SpaceSeparator
        )
}

#[cfg(test)]
mod tests {
    use super::{python_literal, significant};

    /// Expected: `python3 -c "import struct; print('%.6g' % struct.unpack('f', struct.pack('f', x))[0])"`.
    #[test]
    fn numbers_have_six_significant_digits() {
        let cases = [
            (0.0, "0"),
            (1.0, "1"),
            (1.000_01, "1.00001"),
            (0.662_109, "0.662109"),
            (0.058_593_8, "0.0585938"),
            (0.1, "0.1"),
            (0.999_999_6, "1"),
            (0.000_099_999_96, "0.0001"),
            (0.000_123_456_7, "0.000123457"),
            (0.000_01, "1e-05"),
            (1.234_567e-6, "1.23457e-06"),
            (123_456.7, "123457"),
            (1_234_567.0, "1.23457e+06"),
        ];
        for (number, expected) in cases {
            assert_eq!(significant(number), expected, "{number:?}");
        }
    }

    /// Expected: `python3 -c "print(repr(…))"`.
    #[test]
    fn strings_are_quoted_as_python_quotes_them() {
        let cases = [
            ("", "''"),
            ("a\n", r"'a\n'"),
            ("it's", r#""it's""#),
            ("it's \"so\"", r#"'it\'s "so"'"#),
            ("\"\\\t\r", r#"'"\\\t\r'"#),
            ("\0\x7f\u{a0}\u{ad}é", r"'\x00\x7f\xa0\xadé'"),
            ("日本🍞\u{200d}\u{e000}\u{10ffff}", r"'日本🍞\u200d\ue000\U0010ffff'"),
        ];
        for (text, expected) in cases {
            assert_eq!(python_literal(text), expected);
        }
    }
}

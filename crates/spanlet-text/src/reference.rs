//! Character references in HTML: `&amp;`, `&#38;`, `&#x26;` and the names that need no semicolon.

/// The most characters of a name, its semicolon not counted, as Python's expression has it.
const MAX_NAME_CHARS: usize = 32;
/// What the numbers 128 to 159 mean: Windows-1252, where it has a character.
const WINDOWS_1252: [char; 32] = [
    '\u{20ac}', '\u{81}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}', '\u{2c6}', '\u{2030}',
    '\u{160}', '\u{2039}', '\u{152}', '\u{8d}', '\u{17d}', '\u{8f}', '\u{90}', '\u{2018}', '\u{2019}', '\u{201c}',
    '\u{201d}', '\u{2022}', '\u{2013}', '\u{2014}', '\u{2dc}', '\u{2122}', '\u{161}', '\u{203a}', '\u{153}', '\u{9d}',
    '\u{17e}', '\u{178}',
];

/// Appends `text` to `out` with its character references resolved.
///
/// What is no reference stays as it is; a number that names no character gives U+FFFD, one that names a control or
/// noncharacter gives nothing.
///
/// Source: CPython 3.11, `html/__init__.py` `unescape`. Differs where Python raises: a number of more than 4,300
/// digits gives U+FFFD.
pub(crate) fn resolve_into(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(amp_byte) = rest.find('&') {
        out.push_str(&rest[..amp_byte]);
        let after = &rest[amp_byte + 1..];
        let taken_bytes = match after.strip_prefix('#') {
            Some(number) => numeric(out, number).map(|bytes| bytes + 1),
            None => named(out, after),
        };
        if taken_bytes.is_none() {
            out.push('&');
        }
        rest = &after[taken_bytes.unwrap_or(0)..];
    }
    out.push_str(rest);
}

/// Resolves what follows `&#`; answers how many bytes it took.
fn numeric(out: &mut String, text: &str) -> Option<usize> {
    let (digits, radix, before_bytes) = match text.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16, 1),
        None => (text, 10, 0),
    };
    let digit_bytes = digits.find(|digit: char| !digit.is_digit(radix)).unwrap_or(digits.len());
    if digit_bytes == 0 {
        return None;
    }
    let number = digits[..digit_bytes]
        .chars()
        .filter_map(|digit| digit.to_digit(radix))
        .fold(0u32, |number, digit| number.saturating_mul(radix).saturating_add(digit));
    out.extend(character(number));
    Some(before_bytes + digit_bytes + usize::from(digits[digit_bytes..].starts_with(';')))
}

fn character(number: u32) -> Option<char> {
    match number {
        0 => Some('\u{fffd}'),
        0x0d => Some('\r'),
        0x80..=0x9f => WINDOWS_1252.get(number as usize - 0x80).copied(),
        0x01..=0x08 | 0x0b | 0x0e..=0x1f | 0x7f | 0xfdd0..=0xfdef => None,
        _ if number <= 0x10_ffff && number & 0xfffe == 0xfffe => None,
        _ => Some(char::from_u32(number).unwrap_or('\u{fffd}')),
    }
}

/// Resolves what follows `&` as a name, or its longest beginning that is one; answers how many bytes it took.
fn named(out: &mut String, text: &str) -> Option<usize> {
    let name_bytes = text
        .char_indices()
        .take(MAX_NAME_CHARS)
        .take_while(|(_, character)| !matches!(character, '\t' | '\n' | '\x0c' | ' ' | '<' | '&' | '#' | ';'))
        .last()
        .map(|(start_byte, character)| start_byte + character.len_utf8())?;
    let whole_bytes = name_bytes + usize::from(text[name_bytes..].starts_with(';'));
    let mut key = [b'&'; MAX_NAME_CHARS + 2];
    // Only beginnings that are ASCII can be names; the longest name has 32 bytes with its semicolon.
    let most_bytes = whole_bytes.min(MAX_NAME_CHARS + 1);
    key.get_mut(1..=most_bytes)?.copy_from_slice(text.as_bytes().get(..most_bytes)?);
    (2..=most_bytes).rev().find_map(|bytes| {
        let expansion = htmlize::ENTITIES.get(&key[..=bytes])?;
        out.push_str(std::str::from_utf8(expansion).ok()?);
        Some(bytes)
    })
}

#[cfg(test)]
mod tests {
    use super::resolve_into;

    #[test]
    fn references_resolve_as_in_python() {
        let cases = [
            ("", ""),
            ("a & b", "a & b"),
            ("&amp;&lt;&gt", "&<>"),
            ("&notit; &notin; &noti", "¬it; ∉ ¬i"),
            ("&#38;&#x26;&#X26 &#;&#x;", "&&& &#;&#x;"),
            ("&#0;&#128;&#129;&#13;", "\u{fffd}€\u{81}\r"),
            ("&#1;&#xfdd0;&#x1ffff;|", "|"),
            ("&#xd800;&#x110000;&#99999999999999999999;", "\u{fffd}\u{fffd}\u{fffd}"),
            ("&CounterClockwiseContourIntegral;&acE;", "∳∾̳"),
            ("&é;&ampé", "&é;&é"),
            ("&&amp;&", "&&&"),
        ];
        for (text, expected) in cases {
            let mut out = String::new();
            resolve_into(&mut out, text);
            assert_eq!(out, expected, "{text}");
        }
    }
}

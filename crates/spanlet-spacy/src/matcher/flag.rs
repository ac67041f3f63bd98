//! The questions about a word's text that a pattern can ask: `IS_ALPHA`, `LIKE_URL` and their like.
//!
//! Source: spaCy 3.8, `lang/lex_attrs.py`, and `lang/en/lex_attrs.py` for English numbers.

use std::sync::OnceLock;

use crate::regex::Regex;
use crate::unicode::{self, Property};
use crate::vocab::Vocab;

/// A question about a word's text that is answered by yes (1) or no (0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Flag {
    IsAlpha,
    IsAscii,
    IsDigit,
    IsLower,
    IsPunct,
    IsSpace,
    IsTitle,
    IsUpper,
    LikeUrl,
    LikeNum,
    LikeEmail,
    IsStop,
    IsBracket,
    IsQuote,
    IsLeftPunct,
    IsRightPunct,
    IsCurrency,
}

/// The languages for which spaCy has no number words.
const WITHOUT_NUMBER_WORDS: [&str; 21] = [
    "af", "bn", "de", "et", "fo", "ga", "gd", "gu", "hr", "hu", "is", "it", "ja", "kn", "lij", "lv", "mr", "nb", "nn",
    "sq", "xx",
];
/// The languages that know the words of currencies, not just their signs.
const WITH_CURRENCY_WORDS: [&str; 3] = ["id", "ms", "sl"];

impl Flag {
    /// Whether the answer for a language is known here.
    pub(crate) fn is_known_in(self, language: &str) -> bool {
        match self {
            Self::LikeNum => language == "en" || WITHOUT_NUMBER_WORDS.contains(&language),
            Self::IsCurrency => !WITH_CURRENCY_WORDS.contains(&language),
            _ => true,
        }
    }

    /// The answer for a text, which is not empty.
    pub(crate) fn of(self, text: &str, vocab: &Vocab) -> bool {
        match self {
            Self::IsAlpha => Property::ALPHA.of_all(text),
            Self::IsAscii => text.is_ascii(),
            Self::IsDigit => Property::DIGIT.of_all(text),
            Self::IsLower => unicode::is_lower(text),
            Self::IsPunct => Property::PUNCTUATION.of_all(text),
            Self::IsSpace => Property::SPACE.of_all(text),
            Self::IsTitle => unicode::is_title(text),
            Self::IsUpper => unicode::is_upper(text),
            Self::LikeUrl => is_like_url(text),
            Self::LikeNum => is_like_number(text) || (vocab.language.code() == "en" && is_english_number(text)),
            Self::LikeEmail => is_like_email(text),
            Self::IsStop => vocab.language.is_stop(text),
            Self::IsBracket => matches!(text, "(" | ")" | "[" | "]" | "{" | "}" | "<" | ">"),
            Self::IsQuote => QUOTES.contains(&text),
            Self::IsLeftPunct => LEFT.contains(&text),
            Self::IsRightPunct => RIGHT.contains(&text),
            Self::IsCurrency => Property::CURRENCY.of_all(text),
        }
    }
}

const QUOTES: [&str; 19] =
    ["\"", "'", "`", "«", "»", "‘", "’", "‚", "‛", "“", "”", "„", "‟", "‹", "›", "❮", "❯", "''", "``"];
const LEFT: [&str; 16] = ["(", "[", "{", "<", "\"", "'", "«", "‘", "‚", "‛", "“", "„", "‟", "‹", "❮", "``"];
const RIGHT: [&str; 12] = [")", "]", "}", ">", "\"", "'", "»", "’", "”", "›", "❯", "''"];

/// Source: spaCy 3.8, `lang/lex_attrs.py`, `like_num`.
fn is_like_number(text: &str) -> bool {
    let text = without_marks(text);
    if Property::DIGIT.of_all(&text) {
        return true;
    }
    let mut parts = text.split('/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(numerator), Some(denominator), None) => {
            Property::DIGIT.of_all(numerator) && Property::DIGIT.of_all(denominator)
        }
        _ => false,
    }
}

/// A number without its sign, separators and decimal point.
fn without_marks(text: &str) -> String {
    text.strip_prefix(['+', '-', '±', '~']).unwrap_or(text).replace([',', '.'], "")
}

/// Source: spaCy 3.8, `lang/en/lex_attrs.py`, `like_num`.
fn is_english_number(text: &str) -> bool {
    let text = without_marks(text);
    let text = unicode::lower(&text);
    ENGLISH_NUMBERS.contains(&&*text)
        || ENGLISH_ORDINALS.contains(&&*text)
        || ["st", "nd", "rd", "th"]
            .iter()
            .any(|ending| text.strip_suffix(ending).is_some_and(|number| Property::DIGIT.of_all(number)))
}

const ENGLISH_NUMBERS: [&str; 42] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "thousand",
    "million",
    "billion",
    "trillion",
    "quadrillion",
    "quintillion",
    "sextillion",
    "septillion",
    "octillion",
    "nonillion",
    "decillion",
    "gajillion",
    "bazillion",
];
const ENGLISH_ORDINALS: [&str; 41] = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
    "thirtieth",
    "fortieth",
    "fiftieth",
    "sixtieth",
    "seventieth",
    "eightieth",
    "ninetieth",
    "hundredth",
    "thousandth",
    "millionth",
    "billionth",
    "trillionth",
    "quadrillionth",
    "quintillionth",
    "sextillionth",
    "septillionth",
    "octillionth",
    "nonillionth",
    "decillionth",
    "gajillionth",
    "bazillionth",
];

/// Whether the text begins like an address: `a-z_.+-` characters, `@`, a name, a dot, and one character more.
///
/// Source: spaCy 3.8, `lang/lex_attrs.py`, `like_email`.
fn is_like_email(text: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let is_local = |byte: u8| is_name(byte) || matches!(byte, b'_' | b'.' | b'+');
    let Some((local, rest)) = text.split_once('@') else { return false };
    let Some((domain, rest)) = rest.split_once('.') else { return false };
    !local.is_empty()
        && local.bytes().all(is_local)
        && !domain.is_empty()
        && domain.bytes().all(is_name)
        && rest.bytes().next().is_some_and(|byte| is_name(byte) || byte == b'.')
}

/// spaCy's expression for addresses on the web, which every language shares.
const URL_PATTERN: &str = include_str!("../../data/url_pattern.txt");
/// Endings that make an address of a word with a dot.
const TOP_LEVEL_DOMAINS: &str = include_str!("../../data/top_level_domains.txt");

/// Source: spaCy 3.8, `lang/lex_attrs.py`, `like_url`.
fn is_like_url(text: &str) -> bool {
    if text.starts_with("http://") || text.starts_with("https://") {
        return true;
    }
    if text.starts_with("www.") && text.chars().nth(4).is_some() {
        return true;
    }
    if text.starts_with('.') || text.ends_with('.') || text.contains('@') {
        return false;
    }
    let Some((_, ending)) = text.rsplit_once('.') else { return false };
    let ending = ending.split(':').next().unwrap_or(ending);
    ending.ends_with('/')
        || TOP_LEVEL_DOMAINS.split_whitespace().any(|domain| domain == ending)
        || url_expression().match_start(text).is_some()
}

fn url_expression() -> &'static Regex {
    static ONCE: OnceLock<Regex> = OnceLock::new();
    ONCE.get_or_init(|| Regex::parse(URL_PATTERN).expect("the expression is part of this crate, and a test reads it"))
}

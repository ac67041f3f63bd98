//! Yes-or-no attributes of a word type.
//!
//! Source: spaCy 3.8, `lang/lex_attrs.py`.

use std::sync::OnceLock;

use crate::language::Language;
use crate::regex::Regex;
use crate::unicode::{self, Property};

/// An attribute that holds of a text or not; its number is spaCy's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Flag {
    IsAlpha = 1,
    IsAscii = 2,
    IsDigit = 3,
    IsLower = 4,
    IsPunct = 5,
    IsSpace = 6,
    IsTitle = 7,
    IsUpper = 8,
    LikeUrl = 9,
    LikeNum = 10,
    LikeEmail = 11,
    IsStop = 12,
    IsBracket = 14,
    IsQuote = 15,
    IsLeftPunct = 16,
    IsRightPunct = 17,
    IsCurrency = 18,
}

impl Flag {
    /// Whether the answers in a language are spaCy's; if not, a pattern that asks is refused.
    pub(crate) fn is_known_in(self, language: &str) -> bool {
        self != Self::LikeNum || Language::has_like_num(language)
    }

    /// Whether it holds of a text, which is not empty.
    pub(crate) fn of(self, text: &str, language: &Language) -> bool {
        match self {
            Self::IsAlpha => Property::ALPHA.of_all(text),
            Self::IsAscii => text.is_ascii(),
            Self::IsDigit => Property::DIGIT.of_all(text),
            Self::IsLower => unicode::is_lower(text),
            Self::IsPunct => Property::PUNCTUATION.of_all(text),
            Self::IsSpace => Property::SPACE.of_all(text),
            Self::IsTitle => unicode::is_title(text),
            Self::IsUpper => unicode::is_upper(text),
            Self::LikeUrl => like_url(text),
            Self::LikeNum => language.like_num(text),
            Self::LikeEmail => like_email(text),
            Self::IsStop => language.is_stop(text),
            Self::IsBracket => matches!(text, "(" | ")" | "[" | "]" | "{" | "}" | "<" | ">"),
            Self::IsQuote => is_quote(text),
            Self::IsLeftPunct => is_left_punct(text),
            Self::IsRightPunct => is_right_punct(text),
            Self::IsCurrency => language.is_currency(text),
        }
    }
}

fn is_quote(text: &str) -> bool {
    matches!(
        text,
        "\"" | "'"
            | "`"
            | "«"
            | "»"
            | "‘"
            | "’"
            | "‚"
            | "‛"
            | "“"
            | "”"
            | "„"
            | "‟"
            | "‹"
            | "›"
            | "❮"
            | "❯"
            | "''"
            | "``"
    )
}

fn is_left_punct(text: &str) -> bool {
    matches!(text, "(" | "[" | "{" | "<" | "\"" | "'" | "«" | "‘" | "‚" | "‛" | "“" | "„" | "‟" | "‹" | "❮" | "``")
}

fn is_right_punct(text: &str) -> bool {
    matches!(text, ")" | "]" | "}" | ">" | "\"" | "'" | "»" | "’" | "”" | "›" | "❯" | "''")
}

fn like_email(text: &str) -> bool {
    static ONCE: OnceLock<Regex> = OnceLock::new();
    let pattern = ONCE
        .get_or_init(|| Regex::parse(r"[a-zA-Z0-9_.+-]+@[a-zA-Z0-9-]+\.[a-zA-Z0-9-.]+").expect("the tests read it"));
    text.contains('@') && pattern.match_start(text).is_some()
}

fn like_url(text: &str) -> bool {
    if text.starts_with("http://") || text.starts_with("https://") {
        return true;
    }
    if text.starts_with("www.") && text.chars().count() >= 5 {
        return true;
    }
    if text.starts_with('.') || text.ends_with('.') || text.contains('@') {
        return false;
    }
    let Some((_, last)) = text.rsplit_once('.') else { return false };
    let domain = last.split(':').next().unwrap_or_default();
    domain.ends_with('/')
        || TOP_DOMAINS.split_whitespace().any(|known| known == domain)
        || url_pattern().match_start(text).is_some()
}

/// The pattern of all languages' `url_match`.
fn url_pattern() -> &'static Regex {
    static ONCE: OnceLock<Regex> = OnceLock::new();
    ONCE.get_or_init(|| Regex::parse(include_str!("../../data/url_pattern.txt")).expect("the tests read it"))
}

/// Those that spaCy counts, which are not all there are.
const TOP_DOMAINS: &str = include_str!("../../data/top_level_domains.txt");

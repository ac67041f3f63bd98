//! Yes-or-no attributes of a word type.
//!
//! Source: spaCy 3.8, `lang/lex_attrs.py`.

use std::sync::OnceLock;

use crate::language::Language;
use crate::regex::Regex;
use crate::unicode::{self, Property};

/// An attribute that holds of a text or not; its number is spaCy's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// The flag with a name as a matcher's pattern spells it, e.g. `IS_PUNCT`.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "IS_ALPHA" => Self::IsAlpha,
            "IS_ASCII" => Self::IsAscii,
            "IS_DIGIT" => Self::IsDigit,
            "IS_LOWER" => Self::IsLower,
            "IS_PUNCT" => Self::IsPunct,
            "IS_SPACE" => Self::IsSpace,
            "IS_TITLE" => Self::IsTitle,
            "IS_UPPER" => Self::IsUpper,
            "LIKE_URL" => Self::LikeUrl,
            "LIKE_NUM" => Self::LikeNum,
            "LIKE_EMAIL" => Self::LikeEmail,
            "IS_STOP" => Self::IsStop,
            "IS_BRACKET" => Self::IsBracket,
            "IS_QUOTE" => Self::IsQuote,
            "IS_LEFT_PUNCT" => Self::IsLeftPunct,
            "IS_RIGHT_PUNCT" => Self::IsRightPunct,
            "IS_CURRENCY" => Self::IsCurrency,
            _ => return None,
        })
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
        || TOP_DOMAINS.split(' ').any(|known| known == domain)
        || url_pattern().match_start(text).is_some()
}

/// The pattern of all languages' `url_match`.
fn url_pattern() -> &'static Regex {
    static ONCE: OnceLock<Regex> = OnceLock::new();
    ONCE.get_or_init(|| Regex::parse(include_str!("../../data/url_pattern.txt")).expect("the tests read it"))
}

/// Those that spaCy counts, which are not all there are.
const TOP_DOMAINS: &str = "ac ad ae aero af ag ai al am an ao aq ar as asia at au aw ax az ba bb bd be bf bg bh bi biz bj bm bn bo br bs bt \
    bv bw by bz ca cat cc cd cf cg ch ci ck cl cm cn co com coop cr cs cu cv cx cy cz dd de dj dk dm do dz ec edu ee \
    eg eh er es et eu fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gov gp gq gr gs gt gu gw gy hk hm hn hr ht \
    hu icu id ie il im in info int io iq ir is it je jm jo jobs jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk \
    lr ls lt lu lv ly ma mc md me mg mh mil mk ml mm mn mo mobi mp mq mr ms mt mu museum mv mw mx my mz na name nc \
    ne net nf ng ni nl no np nr nu nz om org pa pe pf pg ph pk pl pm pn pr pro ps pt pw py qa re ro rs ru rw sa sb \
    sc sd se sg sh si sj sk sl sm sn so sr ss st su sv sy sz tc td tel tf tg th tj tk tl tm tn to tp tr travel tt tv \
    tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws xxx xyz ye yt za zm zw";

//! Norms: the form under which spellings of one thing are counted as the same.

/// The norms of all languages: quotes, dashes, wide punctuation, currencies.
///
/// Source: spaCy 3.8, `lang/norm_exceptions.py`, `BASE_NORMS`.
pub(super) fn base(text: &str) -> Option<&'static str> {
    // All are short: most words need no comparison.
    const LONGEST: usize = 6;
    if text.len() > LONGEST {
        return None;
    }
    Some(match text {
        "'s" | "'S" | "’s" | "’S" => "'s",
        "’" | "‘" | "´" | "`" => "'",
        "”" | "“" | "''" | "``" | "´´" | "„" | "»" | "«" | "‘‘" | "’’" => "\"",
        "？" => "?",
        "！" => "!",
        "，" => ",",
        "；" => ";",
        "：" => ":",
        "。" | "।" => ".",
        "…" => "...",
        "—" | "–" | "--" | "---" | "——" => "-",
        "€" | "£" | "¥" | "฿" | "US$" | "C$" | "A$" | "₺" | "₹" | "৳" | "₩" | "Mex$" | "₣" | "E£" => {
            "$"
        }
        _ => return None,
    })
}

/// Cuts off the longest ending that is known, when more than the ending is there.
///
/// Source: spaCy 3.8, `lang/hi/lex_attrs.py`, `norm`.
pub(super) fn hindi(text: &str) -> &str {
    HINDI_ENDINGS.iter().rev().find_map(|group| cut_ending(text, group)).unwrap_or(text)
}

/// Cuts off an ending of the last group that has one; a word too short for a group asks no earlier one.
///
/// Source: spaCy 3.8, `lang/ne/lex_attrs.py`, `norm`.
pub(super) fn nepali(text: &str) -> &str {
    let long_enough = |group: &&&[&str]| text.chars().count() > ending_length(group);
    NEPALI_ENDINGS.iter().rev().take_while(long_enough).find_map(|group| cut_ending(text, group)).unwrap_or(text)
}

/// What a contracted word of Haitian Creole stands for.
///
/// Source: spaCy 3.8, `lang/ht/lex_attrs.py`, `norm_custom`.
pub(super) fn haitian(text: &str) -> Option<&'static str> {
    Some(match text {
        "'m" | "’m" | "m" => "mwen",
        "'w" | "’w" | "w" => "ou",
        "'l" | "’l" | "l" => "li",
        "'n" | "’n" | "n" => "nou",
        "'y" | "’y" | "y" => "yo",
        "t" => "te",
        "k" => "ki",
        "p" => "pa",
        "M" => "Mwen",
        "N" => "Nou",
        "L" => "Li",
        "Y" => "Yo",
        "W" => "Ou",
        "T" => "Te",
        "K" => "Ki",
        "P" => "Pa",
        _ => return None,
    })
}

/// The text without an ending of the group. As many characters go as the group's *first* ending has, whichever
/// ending was found: spaCy's own way, which cuts Nepali words short or leaves some of the ending.
fn cut_ending<'t>(text: &'t str, group: &[&str]) -> Option<&'t str> {
    let length = ending_length(group);
    let (cut, _) = text.char_indices().rev().nth(length.checked_sub(1)?)?;
    (cut > 0 && group.iter().any(|ending| text.ends_with(ending))).then(|| &text[..cut])
}

fn ending_length(group: &[&str]) -> usize {
    group.first().map_or(0, |ending| ending.chars().count())
}

const HINDI_ENDINGS: [&[&str]; 5] = [
    &["\u{94b}", "\u{947}", "\u{942}", "\u{941}", "\u{940}", "\u{93f}", "\u{93e}"],
    &[
        "कर",
        "\u{93e}ओ",
        "\u{93f}ए",
        "\u{93e}ई",
        "\u{93e}ए",
        "न\u{947}",
        "न\u{940}",
        "न\u{93e}",
        "त\u{947}",
        "\u{940}\u{902}",
        "त\u{940}",
        "त\u{93e}",
        "\u{93e}\u{901}",
        "\u{93e}\u{902}",
        "\u{94b}\u{902}",
        "\u{947}\u{902}",
    ],
    &[
        "\u{93e}कर",
        "\u{93e}इए",
        "\u{93e}ई\u{902}",
        "\u{93e}य\u{93e}",
        "\u{947}ग\u{940}",
        "\u{947}ग\u{93e}",
        "\u{94b}ग\u{940}",
        "\u{94b}ग\u{947}",
        "\u{93e}न\u{947}",
        "\u{93e}न\u{93e}",
        "\u{93e}त\u{947}",
        "\u{93e}त\u{940}",
        "\u{93e}त\u{93e}",
        "त\u{940}\u{902}",
        "\u{93e}ओ\u{902}",
        "\u{93e}ए\u{902}",
        "\u{941}ओ\u{902}",
        "\u{941}ए\u{902}",
        "\u{941}आ\u{902}",
    ],
    &[
        "\u{93e}एग\u{940}",
        "\u{93e}एग\u{93e}",
        "\u{93e}ओग\u{940}",
        "\u{93e}ओग\u{947}",
        "ए\u{902}ग\u{940}",
        "\u{947}\u{902}ग\u{940}",
        "ए\u{902}ग\u{947}",
        "\u{947}\u{902}ग\u{947}",
        "\u{942}\u{902}ग\u{940}",
        "\u{942}\u{902}ग\u{93e}",
        "\u{93e}त\u{940}\u{902}",
        "न\u{93e}ओ\u{902}",
        "न\u{93e}ए\u{902}",
        "त\u{93e}ओ\u{902}",
        "त\u{93e}ए\u{902}",
        "\u{93f}य\u{93e}\u{901}",
        "\u{93f}य\u{94b}\u{902}",
        "\u{93f}य\u{93e}\u{902}",
    ],
    &[
        "\u{93e}ए\u{902}ग\u{940}",
        "\u{93e}ए\u{902}ग\u{947}",
        "\u{93e}ऊ\u{902}ग\u{940}",
        "\u{93e}ऊ\u{902}ग\u{93e}",
        "\u{93e}इय\u{93e}\u{901}",
        "\u{93e}इय\u{94b}\u{902}",
        "\u{93e}इय\u{93e}\u{902}",
    ],
];

const NEPALI_ENDINGS: [&[&str]; 12] = [
    &["\u{93e}", "\u{93f}", "\u{940}", "\u{941}", "\u{942}", "\u{943}", "\u{947}", "\u{948}", "\u{94b}", "\u{94c}"],
    &["\u{901}", "\u{902}", "\u{94d}", "\u{903}"],
    &["ल\u{93e}ई", "ल\u{947}", "ब\u{93e}ट", "क\u{94b}", "म\u{93e}", "हर\u{942}"],
    &["हर\u{942}ल\u{93e}ई", "हर\u{942}ल\u{947}", "हर\u{942}ब\u{93e}ट", "हर\u{942}क\u{94b}", "हर\u{942}म\u{93e}"],
    &["इल\u{94b}", "\u{93f}ल\u{94b}", "न\u{941}", "\u{93e}उन\u{941}", "ई", "इन", "इन\u{94d}", "इनन\u{94d}"],
    &[
        "ए\u{901}",
        "इ\u{901}न\u{94d}",
        "इस\u{94d}",
        "इनस\u{94d}",
        "य\u{94b}",
        "एन",
        "य\u{94c}\u{902}",
        "एन\u{94c}\u{902}",
        "ए",
        "एनन\u{94d}",
    ],
    &[
        "छ\u{941}",
        "छ\u{94c}\u{901}",
        "छस\u{94d}",
        "छ\u{94c}",
        "छ",
        "छन\u{94d}",
        "छ\u{947}स\u{94d}",
        "छ\u{947}",
        "छ\u{94d}य\u{94c}",
        "छ\u{93f}न\u{94d}",
        "ह\u{941}न\u{94d}छ",
    ],
    &[
        "द\u{948}",
        "द\u{93f}न",
        "द\u{93f}\u{901}न",
        "द\u{948}नस\u{94d}",
        "द\u{948}न",
        "द\u{948}न\u{94c}\u{901}",
        "द\u{948}न\u{94c}\u{902}",
        "द\u{948}नन\u{94d}",
    ],
    &[
        "ह\u{941}न\u{94d}न",
        "न\u{94d}न",
        "न\u{94d}न\u{94d}स\u{94d}",
        "न\u{94d}न\u{94c}\u{902}",
        "न\u{94d}न\u{94c}",
        "न\u{94d}न\u{94d}न\u{94d}",
        "\u{93f}ई",
    ],
    &["अ", "ओ", "ऊ", "अर\u{940}", "स\u{93e}थ", "व\u{93f}त\u{94d}त\u{93f}क\u{948}", "प\u{942}र\u{94d}वक"],
    &["य\u{93e}इ", "\u{93e}इ", "ब\u{93e}र", "व\u{93e}र", "च\u{93e}\u{901}ह\u{93f}"],
    &[
        "न\u{947}",
        "\u{947}क\u{94b}",
        "\u{947}क\u{940}",
        "\u{947}क\u{93e}",
        "\u{947}र",
        "द\u{948}",
        "त\u{948}",
        "\u{93f}कन",
        "उ",
        "न",
        "नन\u{94d}",
    ],
];

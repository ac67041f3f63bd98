//! What looks like a number: digits in all languages, and the words of each.

use std::sync::OnceLock;

use crate::regex::Regex;
use crate::unicode::{Property, is_space, lower};

/// One list per line: the language, the list's name, its words in order, divided by tabs.
const WORDS: &str = include_str!("../../data/number_words.txt");
/// Languages whose test takes decomposed accents or a grammar of numerals, and which get the common one for lack of it.
const LACKING: [&str; 2] = ["yo", "zh"];

/// How a language tells numbers.
///
/// Source: spaCy 3.8, `lang/*/lex_attrs.py`, `like_num`.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers {
    language: &'static str,
    /// Whether it has a list of words at all.
    known: bool,
    cardinals: Vec<&'static str>,
    ordinals: Vec<&'static str>,
    from_eleven: Vec<&'static str>,
    pub(super) currencies: Vec<&'static str>,
}

impl Numbers {
    pub(super) fn new(language: &'static str) -> Self {
        let list = |name: &str| {
            let mut lines = WORDS.lines().map(|line| line.split('\t'));
            let found = lines.find(|line| line.clone().take(2).eq([language, name]));
            found.map_or_else(Vec::new, |line| line.skip(2).collect())
        };
        let cardinals = list("cardinal");
        Self {
            language,
            known: !cardinals.is_empty(),
            cardinals,
            ordinals: list("ordinal"),
            from_eleven: list("from_eleven"),
            currencies: list("currency"),
        }
    }

    /// Whether the answers in a language are spaCy's; if not, nothing may ask.
    pub(super) fn is_exact_in(language: &str) -> bool {
        !LACKING.contains(&language)
    }

    /// Whether a text looks like a number.
    pub(super) fn like_num(&self, text: &str) -> bool {
        match self.language {
            "grc" => return self.has(&lower(text)),
            "la" => return is_digit(text) || is_roman(text) || self.has(&lower(text)),
            "ht" => return self.like_num_after_sign(&lower(text.trim_matches(is_space))),
            _ => {}
        }
        let keeps_sign = matches!(self.language, "lt" | "pl" | "si" | "te" | "nl" | "ta" | "tl" | "uk" | "lb" | "fa");
        if keeps_sign { self.like_num_unsigned(text) } else { self.like_num_after_sign(text) }
    }

    fn like_num_after_sign(&self, text: &str) -> bool {
        self.like_num_unsigned(text.strip_prefix(['+', '-', '±', '~']).unwrap_or(text))
    }

    fn like_num_unsigned(&self, text: &str) -> bool {
        let text = if self.language == "ru" { text.strip_suffix('%').unwrap_or(text) } else { text };
        let text = self.without_separators(text);
        if is_digit(&text) {
            return true;
        }
        let is_fraction = self.language != "fa" && is_pair(&text, '/') || self.language == "el" && is_pair(&text, '^');
        is_fraction || self.known && self.is_word(&text)
    }

    fn without_separators(&self, text: &str) -> String {
        match self.language {
            "fa" => text.replace([',', '.', '،', '٫', '/'], ""),
            "pt" => text.replace([',', '.', 'º', 'ª'], ""),
            "ne" => text.replace(", ", "").replace('.', ""),
            _ => text.replace([',', '.'], ""),
        }
    }

    fn has(&self, text: &str) -> bool {
        self.is_cardinal(text) || self.ordinals.binary_search(&text).is_ok()
    }

    fn is_cardinal(&self, text: &str) -> bool {
        self.cardinals.binary_search(&text).is_ok()
    }

    /// Whether a text, without sign and separators, is a number in words or has digits with an ending.
    fn is_word(&self, text: &str) -> bool {
        let small = &*lower(text);
        match self.language {
            // These compare as it is written.
            "ca" | "ky" | "th" | "tt" | "bo" | "ml" | "sa" | "eu" | "he" | "ur" | "ar" | "fi" | "tl" | "uk" | "lb"
            | "fa" | "ht" => self.has(text) || self.language == "ht" && digits_before(text, &["yèm"], 3),
            "en" => self.has(small) || digits_before(small, &["st", "nd", "rd", "th"], 2),
            "tn" => self.has(small) || digits_before(small, &["th"], 2),
            "am" => self.has(small) || digits_before(small, &["ኛ"], 2),
            "ti" => self.has(small) || digits_before(small, &["ይ"], 2),
            "az" | "tr" => {
                const ENDINGS: [&str; 6] = ["inci", "ıncı", "nci", "ncı", "uncu", "üncü"];
                self.has(small) || digits_before(small, &ENDINGS, 3) || digits_before(small, &ENDINGS, 4)
            }
            "kmr" => {
                let endings = ["em", "yem", "emîn", "yemîn"];
                self.has(small) || endings.iter().any(|ending| small.strip_suffix(ending).is_some_and(is_digit))
            }
            "id" | "ms" => self.has(small) || self.is_after_hyphen(text),
            "hi" => self.is_hindi(text, small),
            "mk" => self.is_cardinal(small) || self.is_inflected_macedonian(small),
            "ta" => self.is_cardinal(small) || self.is_cardinal(&tamil_without_suffix(text)),
            "el" => {
                self.is_cardinal(small)
                    || self.is_cardinal(text)
                    || small.split(' ').next().is_some_and(|word| self.is_cardinal(word))
            }
            "ko" => text.chars().any(|char| self.is_cardinal(&lower(char.encode_utf8(&mut [0; 4])))),
            _ => self.has(small),
        }
    }

    fn is_after_hyphen(&self, text: &str) -> bool {
        let mut parts = text.split('-');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(_), Some(number), None) => is_digit(number) || self.is_cardinal(number),
            _ => false,
        }
    }

    fn is_hindi(&self, text: &str, small: &str) -> bool {
        self.is_cardinal(small)
            || self.ordinals.binary_search(&text).is_ok()
            || text.strip_suffix("वाँ").is_some_and(|stem| self.from_eleven.binary_search(&stem).is_ok())
    }

    fn is_inflected_macedonian(&self, small: &str) -> bool {
        let endings: [&[&str]; 4] =
            [&["а", "о", "и"], &["ти", "та", "то", "на"], &["ата", "иот", "ите", "ина", "чки"], &["мина", "тина"]];
        let mut stems = endings.into_iter().flatten().filter_map(|ending| small.strip_suffix(ending));
        stems.any(|stem| self.is_cardinal(stem))
    }
}

fn is_digit(text: &str) -> bool {
    Property::DIGIT.of_all(text)
}

/// Whether digits stand on both sides of one mark.
fn is_pair(text: &str, mark: char) -> bool {
    text.split_once(mark).is_some_and(|(before, after)| is_digit(before) && is_digit(after))
}

/// Whether a text has one of the endings, and digits before its last `cut` characters.
fn digits_before(text: &str, endings: &[&str], cut: usize) -> bool {
    endings.iter().any(|ending| text.ends_with(ending))
        && text.char_indices().rev().nth(cut - 1).is_some_and(|(end, _)| is_digit(&text[..end]))
}

/// Whether a text is a Roman numeral, in either case; a digit may be written four times.
fn is_roman(text: &str) -> bool {
    static ONCE: OnceLock<Regex> = OnceLock::new();
    let pattern = ONCE.get_or_init(|| {
        let pattern = "(?i)^(?=[MDCLXVI])M*(C[MD]|D?C{0,4})(X[CL]|L?X{0,4})(I[XV]|V?I{0,4})$";
        Regex::parse(pattern).expect("the tests read it")
    });
    pattern.match_start(text).is_some()
}

/// The first suffix that fits is exchanged; a text shorter than one is left alone.
fn tamil_without_suffix(text: &str) -> String {
    const SUFFIXES: [(&str, &str); 4] = [("பத்து", "பது"), ("ற்று", "று"), ("ரத்து", "ரம்"), ("சத்து", "சம்")];
    for (suffix, replacement) in SUFFIXES {
        if text.chars().count() < suffix.chars().count() {
            break;
        }
        if let Some(stem) = text.strip_suffix(suffix) {
            return format!("{stem}{replacement}");
        }
    }
    text.to_owned()
}

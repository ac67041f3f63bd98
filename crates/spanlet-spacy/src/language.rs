//! What spaCy keeps in its code for each language, and no pipeline stores: stop words, number words, norms.

mod norms;
mod numbers;

use std::borrow::Cow;

use spanlet_archive::config::Config;

use crate::load_error::LoadError;
use crate::unicode::{self, Property};

use numbers::Numbers;

/// One language per line: its code, then its stop words in order, divided by tabs.
const STOP_WORDS: &str = include_str!("../data/stop_words.txt");

/// Languages of spaCy whose tokenizer stands on a dictionary or a model.
const SEGMENTED: [&str; 4] = ["ja", "th", "vi", "zh"];

/// A language that spaCy has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Language {
    code: &'static str,
    /// In order of their bytes.
    stop_words: Vec<&'static str>,
    numbers: Numbers,
}

impl Language {
    /// Finds the language of a pipeline.
    pub(crate) fn of(config: &Config) -> Result<Self, LoadError> {
        Self::load(Self::code_of(config))
    }

    /// What `[nlp] lang` names; empty where it names nothing.
    pub(crate) fn code_of(config: &Config) -> &str {
        config.get("nlp.lang").and_then(serde_json::Value::as_str).unwrap_or_default()
    }

    /// Finds a language by its code.
    pub(crate) fn load(code: &str) -> Result<Self, LoadError> {
        let line = STOP_WORDS.lines().map(|line| line.split('\t')).find(|line| line.clone().next() == Some(code));
        let Some(mut line) = line else {
            let advice = if SEGMENTED.contains(&code) {
                "its words come from a dictionary or a model, which a pipeline does not hold"
            } else {
                "its stop words and norms are code that is not known here; use a language of spaCy 3.8, such as `xx`"
            };
            return Err(LoadError::unsupported("nlp", format!("lang = {code}"), advice));
        };
        let code = line.next().unwrap_or_default();
        Ok(Self { code, stop_words: line.collect(), numbers: Numbers::new(code) })
    }

    /// spaCy's code for it, e.g. `en`.
    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    /// Whether the lower case of a text is a stop word.
    pub(crate) fn is_stop(&self, text: &str) -> bool {
        self.stop_words.binary_search(&&*unicode::lower(text)).is_ok()
    }

    /// Whether [`Language::like_num`] answers as spaCy does in a language.
    pub(crate) fn has_like_num(code: &str) -> bool {
        Numbers::is_exact_in(code)
    }

    /// Whether a text looks like a number in this language.
    pub(crate) fn like_num(&self, text: &str) -> bool {
        self.numbers.like_num(text)
    }

    /// Whether a text is made of currency signs, or names a currency in a language that lists them.
    pub(crate) fn is_currency(&self, text: &str) -> bool {
        Property::CURRENCY.of_all(text) || self.numbers.currencies.binary_search(&text).is_ok()
    }

    /// The norm of a text when neither the pipeline's tables nor an exception give it one.
    ///
    /// Source: spaCy 3.8, `vocab.pyx`, `create_vocab`: the norms common to all languages come first.
    pub(crate) fn norm<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if let Some(norm) = norms::base(text) {
            return Cow::Borrowed(norm);
        }
        match self.code {
            "hi" => Cow::Borrowed(norms::hindi(text)),
            "ne" => Cow::Borrowed(norms::nepali(text)),
            "ht" => norms::haitian(text).map_or_else(|| unicode::lower(text), Cow::Borrowed),
            _ => unicode::lower(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_that_are_not_known_are_refused_by_name() {
        for (code, advice) in
            [("ja", "come from a dictionary"), ("tlh", "use a language of spaCy"), ("", "use a language")]
        {
            let error = Language::load(code).expect_err(advice).to_string();
            assert!(error.contains(&format!("lang = {code}")) && error.contains(advice), "{error}");
        }
    }
}

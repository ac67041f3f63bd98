//! The `tokenizer` file: patterns and exceptions in msgpack.

use spanlet_archive::msgpack::{self, Value};

use crate::load_error::LoadError;
use crate::regex::Regex;

use super::affixes::{ExceptionToken, Rules};

/// The number of the attribute that an exception's token has as its text.
const ORTH: u64 = 65;
/// And of its norm.
const NORM: u64 = 67;

pub(super) fn parse(part: &str, bytes: &[u8]) -> Result<Rules, LoadError> {
    rules(part, &msgpack::parse(part, bytes)?)
}

pub(super) fn rules(part: &str, file: &Value<'_>) -> Result<Rules, LoadError> {
    let pattern = |name: &str| -> Result<Option<Regex>, LoadError> {
        let Some(pattern) = file.get(name).and_then(Value::as_str) else { return Ok(None) };
        let regex = Regex::parse(pattern)
            .map_err(|error| LoadError::unsupported("tokenizer", format!("the pattern `{name}`"), error.to_string()))?;
        Ok(Some(regex))
    };
    let mut rules = Rules {
        prefix: pattern("prefix_search")?,
        suffix: pattern("suffix_search")?,
        infix: pattern("infix_finditer")?,
        token_match: pattern("token_match")?,
        url_match: pattern("url_match")?,
        all_phrases: file.get("faster_heuristics").and_then(Value::as_bool) == Some(false),
        ..Rules::default()
    };
    for (word, tokens) in file.get("exceptions").and_then(Value::as_map).unwrap_or_default() {
        let word =
            word.as_str().ok_or_else(|| LoadError::damaged(part, "expected exceptions by word, found another key"))?;
        let tokens = exception(part, word, tokens)?;
        if !word.is_empty() {
            rules.longest_exception = rules.longest_exception.max(word.len());
            rules.exceptions.insert(word.into(), tokens);
        }
    }
    Ok(rules)
}

/// The tokens of an exception, whose texts make it up.
///
/// Source: spaCy 3.8, `tokenizer.pyx`, `_validate_special_case`.
fn exception(part: &str, word: &str, tokens: &Value<'_>) -> Result<Vec<ExceptionToken>, LoadError> {
    let damaged = |problem: &str| LoadError::damaged(part, format!("exception `{word}`: {problem}"));
    let mut rest = word;
    let mut found = Vec::new();
    for token in tokens.as_array().ok_or_else(|| damaged("expected a list of tokens, found something else"))? {
        let (mut orth, mut norm) = (None, None);
        for (attribute, value) in token.as_map().ok_or_else(|| damaged("expected a token, found something else"))? {
            let value = value.as_str().ok_or_else(|| damaged("expected a string, found something else"))?;
            match attribute_number(attribute) {
                Some(ORTH) => orth = Some(value),
                Some(NORM) => norm = Some(value),
                _ => return Err(damaged("expected ORTH and NORM alone, found another attribute")),
            }
        }
        let orth = orth.filter(|orth| !orth.is_empty()).ok_or_else(|| damaged("expected ORTH, found none"))?;
        rest = rest.strip_prefix(orth).ok_or_else(|| damaged("expected tokens that make it up, found others"))?;
        found.push(ExceptionToken { bytes: orth.len() as u32, norm: norm.map(Into::into) });
    }
    if !rest.is_empty() {
        return Err(damaged("expected tokens that make it up, found too few"));
    }
    Ok(found)
}

/// Attributes have numbers in newer files and names in older ones.
fn attribute_number(attribute: &Value<'_>) -> Option<u64> {
    match attribute.as_str() {
        Some(name) if name.eq_ignore_ascii_case("ORTH") => Some(ORTH),
        Some(name) if name.eq_ignore_ascii_case("NORM") => Some(NORM),
        _ => attribute.as_u64(),
    }
}

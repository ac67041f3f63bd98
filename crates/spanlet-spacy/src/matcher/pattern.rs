//! Patterns as pipelines store them, read into what is matched: one specification per token, and how often it may occur.

use std::fmt;

use spanlet_archive::msgpack::Value;

use super::attribute::Attribute;
use super::predicate::{Comparison, Condition, Number, Predicate, Relation};
use crate::load_error::LoadError;
use crate::morphology;
use crate::regex::Regex;
use crate::strings::string_id;

/// What one entry of a pattern asks of a token. An empty one is fulfilled by any.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spec {
    /// Attributes that must have these values: ids of strings, or numbers.
    pub(crate) equals: Vec<(Attribute, u64)>,
    pub(crate) predicates: Vec<Predicate>,
}

/// How often in a row an entry is to be fulfilled. `+`, `{n}`, `{n,m}`, `{n,}` and `{,m}` are sequences of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantifier {
    /// `!`: one token that does not fulfil it.
    Zero,
    One,
    /// `?`
    ZeroOne,
    /// `*`
    ZeroPlus,
}

/// A pattern of a matcher.
#[derive(Debug)]
pub(crate) struct Pattern {
    /// The entries in order.
    pub(crate) specs: Vec<Spec>,
    /// The same after `OP`s are written out: places in `specs`. Never empty.
    pub(crate) steps: Vec<(Quantifier, usize)>,
}

/// Why a pattern cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PatternError {
    /// The entry of the pattern, from 0; `None` when the whole is meant.
    token: Option<usize>,
    problem: Problem,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// spaCy would use it, and it is not here.
    Unsupported { asks_for: String, advice: String },
    /// spaCy would refuse it too.
    Invalid(String),
}

impl PatternError {
    /// The error of a component whose part `part` holds the pattern at `place`, e.g. `rule 3, pattern 0`.
    pub(crate) fn into_load_error(self, component: &str, part: &str, place: &str) -> LoadError {
        let token = self.token.map_or_else(String::new, |token| format!(", token {token}"));
        match self.problem {
            Problem::Unsupported { asks_for, advice } => {
                LoadError::unsupported(component, asks_for, format!("{place}{token}: {advice}"))
            }
            Problem::Invalid(problem) => LoadError::damaged(part, format!("{place}{token}: {problem}")),
        }
    }
}

impl PatternError {
    /// More steps than a matcher may have.
    pub(super) fn too_many(max_nodes: usize) -> Self {
        let advice =
            format!("all patterns together may have at most {max_nodes} tokens, with each `{{n}}` written out");
        Self { token: None, problem: Problem::unsupported("patterns", &advice) }
    }
}

impl Problem {
    fn unsupported(asks_for: impl fmt::Display, advice: &str) -> Self {
        Self::Unsupported { asks_for: asks_for.to_string(), advice: advice.to_owned() }
    }

    fn expected(expected: &str, found: &Value<'_>) -> Self {
        Self::Invalid(format!("expected {expected}, found {}", kind(found)))
    }
}

/// What a value is, for messages.
fn kind(value: &Value<'_>) -> &'static str {
    match value {
        Value::Nil => "nothing",
        Value::Bool(_) => "a truth value",
        Value::Int(_) => "a whole number",
        Value::Float(_) => "a broken number",
        Value::Str(_) => "a string",
        Value::Bin(_) => "bytes",
        Value::Array(_) => "a list",
        Value::Map(_) => "a map",
        Value::NdArray(_) => "an array of numbers",
    }
}

impl Pattern {
    /// The most steps of one pattern: `{n}` writes its entry out `n` times.
    const MAX_STEPS: usize = 4_096;

    /// Reads a pattern, a list of maps. `language` is the pipeline's, which decides what some attributes mean.
    ///
    /// # Errors
    /// When it asks for something that is not supported, when spaCy would refuse it too, and when it is empty.
    ///
    /// Source: spaCy 3.8, `matcher/matcher.pyx`, `_preprocess_pattern`.
    pub(crate) fn parse(value: &Value<'_>, language: &str) -> Result<Self, PatternError> {
        let whole = |problem| PatternError { token: None, problem };
        let Value::Array(entries) = value else { return Err(whole(Problem::expected("a list of tokens", value))) };
        let mut pattern = Self { specs: Vec::with_capacity(entries.len()), steps: Vec::with_capacity(entries.len()) };
        for (token, entry) in entries.iter().enumerate() {
            let (spec, quantifiers) =
                parse_entry(entry, language).map_err(|problem| PatternError { token: Some(token), problem })?;
            pattern.specs.push(spec);
            pattern.steps.extend(quantifiers.into_iter().map(|quantifier| (quantifier, token)));
            if pattern.steps.len() > Self::MAX_STEPS {
                let advice = "a pattern may be at most 4,096 tokens long, with each `{n}` written out";
                return Err(whole(Problem::unsupported("OP", advice)));
            }
        }
        if pattern.steps.is_empty() {
            return Err(whole(Problem::Invalid(
                "expected a pattern of at least one token, found an empty one".to_owned(),
            )));
        }
        Ok(pattern)
    }
}

fn parse_entry(entry: &Value<'_>, language: &str) -> Result<(Spec, Vec<Quantifier>), Problem> {
    let mut spec = Spec::default();
    let mut quantifiers = vec![Quantifier::One];
    let entries = match entry {
        Value::Map(entries) => entries.as_slice(),
        // spaCy takes whatever counts as false for "any token".
        Value::Nil | Value::Bool(false) => &[],
        other => return Err(Problem::expected("a map of attributes", other)),
    };
    for (key, value) in entries {
        match key {
            Value::Str("_") => {
                return Err(Problem::unsupported(
                    "_",
                    "extension attributes live in Python code; match on another one",
                ));
            }
            Value::Str(key) if key.eq_ignore_ascii_case("OP") => quantifiers = parse_operator(value)?,
            key => spec.require(parse_attribute(key, language)?, value)?,
        }
    }
    Ok((spec, quantifiers))
}

fn parse_attribute(key: &Value<'_>, language: &str) -> Result<Attribute, Problem> {
    let advice = "see UNSUPPORTED.md for the attributes that a pattern can ask for";
    let attribute = match key {
        Value::Str(name) => Attribute::named(name).ok_or_else(|| Problem::unsupported(name, advice)),
        Value::Int(number) => Attribute::numbered(*number).ok_or_else(|| Problem::unsupported(number, advice)),
        other => Err(Problem::expected("the name of an attribute", other)),
    }?;
    match attribute {
        Attribute::Flag(flag) if !flag.is_known_in(language) => Err(Problem::unsupported(
            format!("{} in language {language}", attribute.name()),
            "what it means there is code of that language, which is not known here",
        )),
        attribute => Ok(attribute),
    }
}

impl Spec {
    fn require(&mut self, attribute: Attribute, value: &Value<'_>) -> Result<(), Problem> {
        let wanted = match value {
            Value::Map(conditions) => return self.require_all(attribute, conditions, Within::Nothing),
            Value::Str(text) => match ENT_IOB.iter().position(|name| name == text) {
                Some(iob) if attribute == Attribute::EntIob => iob as u64,
                _ => string_id(text),
            },
            Value::Bool(truth) => u64::from(*truth),
            Value::Int(number) => u64::try_from(*number)
                .map_err(|_| Problem::Invalid(format!("expected an id of 64 bits, found {number}")))?,
            other => return Err(Problem::expected("a string, a whole number, true, false or a map", other)),
        };
        self.equals.push((attribute, wanted));
        Ok(())
    }

    /// Takes over the conditions of a map like `{"REGEX": "^a", "NOT_IN": ["ab"]}`.
    ///
    /// Source: spaCy 3.8, `matcher/matcher.pyx`, `_get_extra_predicates_dict`.
    fn require_all(
        &mut self,
        attribute: Attribute,
        conditions: &[(Value<'_>, Value<'_>)],
        within: Within,
    ) -> Result<(), Problem> {
        for (key, value) in conditions {
            let Value::Str(key) = key else { return Err(Problem::expected("the name of a predicate", key)) };
            let Some(operator) = Operator::named(&key.to_uppercase()) else {
                // spaCy warns of a name that it does not know, and goes on without the condition.
                continue;
            };
            match (operator, value) {
                (Operator::Regex, Value::Map(inner)) => self.require_all(attribute, inner, Within::Regex)?,
                (Operator::Fuzzy(max_edits), Value::Map(inner)) => {
                    self.require_all(attribute, inner, Within::Fuzzy(max_edits))?;
                }
                (operator, value) => {
                    let condition = parse_condition(attribute, operator, value, within)?;
                    if let Some(condition) = condition {
                        self.predicates.push(Predicate { attribute, condition });
                    }
                }
            }
        }
        Ok(())
    }
}

/// spaCy's numbers for `ENT_IOB`, by place.
const ENT_IOB: [&str; 4] = ["", "I", "O", "B"];

/// Which operator's map a condition stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Nothing,
    Regex,
    Fuzzy(Option<u8>),
}

/// The key of a condition.
#[derive(Clone, Copy)]
enum Operator {
    Regex,
    /// With the number of edits that its name gives.
    Fuzzy(Option<u8>),
    Set(Relation),
    Compare(Comparison),
}

impl Operator {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "REGEX" => Self::Regex,
            "FUZZY" => Self::Fuzzy(None),
            "IN" => Self::Set(Relation::In),
            "NOT_IN" => Self::Set(Relation::NotIn),
            "IS_SUBSET" => Self::Set(Relation::IsSubset),
            "IS_SUPERSET" => Self::Set(Relation::IsSuperset),
            "INTERSECTS" => Self::Set(Relation::Intersects),
            "==" => Self::Compare(Comparison::Equal),
            "!=" => Self::Compare(Comparison::NotEqual),
            ">=" => Self::Compare(Comparison::GreaterOrEqual),
            "<=" => Self::Compare(Comparison::LessOrEqual),
            ">" => Self::Compare(Comparison::Greater),
            "<" => Self::Compare(Comparison::Less),
            name => match name.strip_prefix("FUZZY")?.as_bytes() {
                [digit @ b'1'..=b'9'] => Self::Fuzzy(Some(digit - b'0')),
                _ => return None,
            },
        })
    }
}

/// Reads one condition; `None` when it always holds.
fn parse_condition(
    attribute: Attribute,
    operator: Operator,
    value: &Value<'_>,
    within: Within,
) -> Result<Option<Condition>, Problem> {
    Ok(Some(match operator {
        Operator::Regex => {
            only_of_strings(attribute, "REGEX")?;
            Condition::Regex { expressions: vec![parse_regex(value)?], negated: false }
        }
        Operator::Fuzzy(max_edits) => {
            only_of_strings(attribute, "FUZZY")?;
            if within == Within::Regex {
                return Err(Problem::Invalid("expected no `FUZZY` within a `REGEX`, found one".to_owned()));
            }
            Condition::Fuzzy { texts: vec![parse_text(value)?.to_owned()], max_edits, negated: false }
        }
        Operator::Set(relation) => parse_set(attribute, relation, value, within)?,
        Operator::Compare(comparison) => match parse_number(value, comparison)? {
            Number::Incomparable if comparison == Comparison::NotEqual => return Ok(None),
            number => Condition::Compare { comparison, number },
        },
    }))
}

fn only_of_strings(attribute: Attribute, operator: &str) -> Result<(), Problem> {
    if attribute.is_number() {
        let asks_for = format!("{operator} of {}", attribute.name());
        return Err(Problem::unsupported(
            asks_for,
            "its values are numbers; compare them with `==`, `>=`, `IN` and their like",
        ));
    }
    Ok(())
}

fn parse_text<'v>(value: &Value<'v>) -> Result<&'v str, Problem> {
    match value {
        Value::Str(text) => Ok(text),
        other => Err(Problem::expected("a string", other)),
    }
}

fn parse_regex(value: &Value<'_>) -> Result<Regex, Problem> {
    let text = parse_text(value)?;
    Regex::parse(text).map_err(|error| Problem::Unsupported {
        asks_for: format!("REGEX {text}"),
        advice: format!("this regular expression cannot be read: {error}"),
    })
}

/// `IN` and its like. Within `REGEX` or `FUZZY` the first two hold expressions or texts; the others ignore `FUZZY`.
///
/// Source: spaCy 3.8, `matcher/matcher.pyx`, `_SetPredicate`.
fn parse_set(
    attribute: Attribute,
    relation: Relation,
    value: &Value<'_>,
    within: Within,
) -> Result<Condition, Problem> {
    let membership = matches!(relation, Relation::In | Relation::NotIn);
    let negated = relation == Relation::NotIn;
    match within {
        Within::Regex if !membership || attribute == Attribute::Morph => {
            Err(Problem::unsupported("REGEX", "it may hold `IN` and `NOT_IN` only, and neither for MORPH"))
        }
        Within::Regex => {
            only_of_strings(attribute, "REGEX")?;
            let expressions = elements(value)?.iter().map(parse_regex).collect::<Result<_, _>>()?;
            Ok(Condition::Regex { expressions, negated })
        }
        Within::Fuzzy(max_edits) if membership => {
            only_of_strings(attribute, "FUZZY")?;
            let texts = elements(value)?.iter().map(|text| element_text(attribute, text)).collect::<Result<_, _>>()?;
            Ok(Condition::Fuzzy { texts, max_edits, negated })
        }
        _ => {
            let mut ids = elements(value)?
                .iter()
                .map(|element| element_id(attribute, element))
                .collect::<Result<Vec<u64>, _>>()?;
            ids.sort_unstable();
            ids.dedup();
            Ok(Condition::Set { relation, ids })
        }
    }
}

fn elements<'v, 'b>(value: &'v Value<'b>) -> Result<&'v [Value<'b>], Problem> {
    match value {
        Value::Array(elements) => Ok(elements),
        other => Err(Problem::expected("a list", other)),
    }
}

/// An element as text; features are brought into their normal form.
fn element_text(attribute: Attribute, element: &Value<'_>) -> Result<String, Problem> {
    let text = parse_text(element)?;
    if attribute != Attribute::Morph {
        return Ok(text.to_owned());
    }
    let normal = morphology::normal_form(text).map_err(Problem::Invalid)?;
    Ok(if normal.is_empty() { morphology::EMPTY.to_owned() } else { normal })
}

fn element_id(attribute: Attribute, element: &Value<'_>) -> Result<u64, Problem> {
    match element {
        Value::Bool(truth) if attribute != Attribute::Morph => Ok(u64::from(*truth)),
        Value::Int(number) if attribute != Attribute::Morph => {
            u64::try_from(*number).map_err(|_| Problem::Invalid(format!("expected an id of 64 bits, found {number}")))
        }
        element => Ok(string_id(&element_text(attribute, element)?)),
    }
}

fn parse_number(value: &Value<'_>, comparison: Comparison) -> Result<Number, Problem> {
    match value {
        Value::Int(number) => Ok(Number::Int(*number)),
        Value::Bool(truth) => Ok(Number::Int(i128::from(*truth))),
        Value::Float(number) => Ok(Number::Float(*number)),
        _ if matches!(comparison, Comparison::Equal | Comparison::NotEqual) => Ok(Number::Incomparable),
        other => Err(Problem::expected("a number", other)),
    }
}

/// Reads an `OP`.
///
/// Source: spaCy 3.8, `matcher/matcher.pyx`, `_get_operators`.
fn parse_operator(value: &Value<'_>) -> Result<Vec<Quantifier>, Problem> {
    let text = parse_text(value)?;
    match text {
        "1" => return Ok(vec![Quantifier::One]),
        "!" => return Ok(vec![Quantifier::Zero]),
        "?" => return Ok(vec![Quantifier::ZeroOne]),
        "*" => return Ok(vec![Quantifier::ZeroPlus]),
        "+" => return Ok(vec![Quantifier::One, Quantifier::ZeroPlus]),
        _ => {}
    }
    let invalid = || Problem::Invalid(format!("expected an operator like `+` or `{{1,2}}`, found `{text}`"));
    let bounds = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).ok_or_else(invalid)?;
    let (min, max) = bounds.split_once(',').unwrap_or((bounds, bounds));
    let min_count = parse_count(min).ok_or_else(invalid)?;
    let max_count = parse_count(max).ok_or_else(invalid)?;
    if (min_count.is_none() && max_count.is_none()) || max_count.is_some_and(|max| max < min_count.unwrap_or(0)) {
        return Err(invalid());
    }
    let min_count = min_count.unwrap_or(0);
    // One more than allowed is enough to be refused.
    let written = |count: usize| count.min(Pattern::MAX_STEPS + 1);
    let mut quantifiers = vec![Quantifier::One; written(min_count)];
    match max_count {
        Some(max_count) => quantifiers.resize(written(max_count), Quantifier::ZeroOne),
        None => quantifiers.push(Quantifier::ZeroPlus),
    }
    Ok(quantifiers)
}

/// A count in braces: `Some(None)` when it is left out, `None` when it is not a number.
fn parse_count(text: &str) -> Option<Option<usize>> {
    if text.is_empty() {
        return Some(None);
    }
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| Some(text.parse().unwrap_or(usize::MAX)))
}

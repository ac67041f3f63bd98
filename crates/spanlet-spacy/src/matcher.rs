//! The token matcher: finds every stretch of tokens that fits a pattern, as spaCy's `Matcher` does.
//!
//! A pattern is a list of entries, each of which says what one token must be and how often. All of its matches are
//! found, long and short, overlapping or not; each is reported once.

mod attribute;
mod edit_distance;
mod pattern;
mod predicate;
mod search;
#[cfg(test)]
mod tests;
mod tokens;

pub(crate) use attribute::Attribute;
pub(crate) use pattern::PatternError;
pub(crate) use search::MAX_MATCHES;
pub(crate) use tokens::Tokens;

use pattern::{Pattern, Quantifier, Spec};
use spanlet_archive::msgpack::Value;

use crate::strings::IdMap;

/// Patterns, each under the number of a rule.
#[derive(Clone, Debug, Default)]
pub(crate) struct Matcher {
    specs: Vec<Spec>,
    /// All patterns, one after the other.
    nodes: Vec<Node>,
    /// Where each pattern begins in `nodes`.
    patterns: Vec<u32>,
    starts: Starts,
}

/// One step of a pattern.
#[derive(Clone, Copy, Debug)]
struct Node {
    /// A place in [`Matcher::specs`].
    spec: u32,
    quantifier: Quantifier,
    /// Whether the pattern ends here.
    is_last: bool,
    /// The rule that the pattern belongs to.
    rule: u32,
}

/// Which patterns can begin at a token, so that most of hundreds need not be tried: those whose first entry is to occur
/// once, by one value that it demands.
#[derive(Clone, Debug, Default)]
struct Starts {
    by_value: Vec<(Attribute, IdMap<u64, Vec<u32>>)>,
    /// The others, which are tried everywhere.
    anywhere: Vec<u32>,
}

/// A stretch of tokens that fits a pattern of a rule; it holds at least one token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Match {
    pub(crate) rule: u32,
    /// The first token.
    pub(crate) start: u32,
    /// The token after the last.
    pub(crate) end: u32,
}

impl Matcher {
    /// The most steps of all patterns together.
    const MAX_NODES: usize = 1 << 20;

    /// Adds a pattern to a rule of a pipeline in `language`.
    ///
    /// # Errors
    /// See [`Pattern::parse`]; and when there are more patterns than are supported.
    pub(crate) fn add(&mut self, rule: u32, pattern: &Value<'_>, language: &str) -> Result<(), PatternError> {
        let pattern = Pattern::parse(pattern, language)?;
        if self.nodes.len() + pattern.steps.len() > Self::MAX_NODES {
            return Err(PatternError::too_many(Self::MAX_NODES));
        }
        let first_spec = self.specs.len();
        let first_node = self.nodes.len() as u32;
        let last = pattern.steps.len() - 1;
        self.starts.add(first_node, &pattern);
        self.patterns.push(first_node);
        self.specs.extend(pattern.specs);
        self.nodes.extend(pattern.steps.into_iter().enumerate().map(|(place, (quantifier, spec))| Node {
            spec: (first_spec + spec) as u32,
            quantifier,
            is_last: place == last,
            rule,
        }));
        Ok(())
    }
}

impl Starts {
    fn add(&mut self, first_node: u32, pattern: &Pattern) {
        let (quantifier, spec) = pattern.steps[0];
        match pattern.specs[spec].equals.first() {
            Some((attribute, value)) if quantifier == Quantifier::One => {
                let place = self.by_value.iter().position(|(found, _)| found == attribute).unwrap_or_else(|| {
                    self.by_value.push((*attribute, IdMap::default()));
                    self.by_value.len() - 1
                });
                self.by_value[place].1.entry(*value).or_default().push(first_node);
            }
            _ => self.anywhere.push(first_node),
        }
    }

    /// The first nodes of the patterns that may begin at a token, in the order in which they were added.
    fn collect(&self, tokens: &Tokens<'_>, index: usize, starts: &mut Vec<u32>) {
        starts.clear();
        starts.extend_from_slice(&self.anywhere);
        for (attribute, by_value) in &self.by_value {
            if let Some(nodes) = by_value.get(&tokens.id(index, *attribute)) {
                starts.extend_from_slice(nodes);
            }
        }
        starts.sort_unstable();
    }
}

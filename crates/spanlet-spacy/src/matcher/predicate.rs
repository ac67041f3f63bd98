//! Conditions on an attribute beyond equality: expressions, similar strings, sets, comparisons.

use std::cmp::Ordering;

use super::attribute::Attribute;
use super::edit_distance::is_similar;
use super::tokens::Tokens;
use crate::morphology;
use crate::regex::Regex;
use crate::strings::string_id;

/// A condition on one attribute.
#[derive(Clone, Debug)]
pub(crate) struct Predicate {
    pub(crate) attribute: Attribute,
    pub(crate) condition: Condition,
}

/// What must hold for the attribute's value. Ids are those of strings, or the numbers themselves.
///
/// Source: spaCy 3.8, `matcher/matcher.pyx`, `_RegexPredicate`, `_FuzzyPredicate`, `_SetPredicate`, `_ComparisonPredicate`.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    /// `REGEX`, and `IN` or `NOT_IN` (`negated`) within it: one of the expressions is found in the text.
    Regex { expressions: Vec<Regex>, negated: bool },
    /// `FUZZY`, and `IN` or `NOT_IN` within it: the text is similar to one of these.
    Fuzzy { texts: Vec<String>, max_edits: Option<u8>, negated: bool },
    /// How the value, or the set of the features of a `MORPH`, lies to a set of ids, which are sorted.
    Set { relation: Relation, ids: Vec<u64> },
    /// How the value compares with a number.
    Compare { comparison: Comparison, number: Number },
}

/// How a value lies to a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    In,
    NotIn,
    IsSubset,
    IsSuperset,
    Intersects,
}

/// A comparison by its sign in a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    GreaterOrEqual,
    LessOrEqual,
    Greater,
    Less,
}

/// What a value is compared with. Python compares whole and broken numbers exactly, and calls a number and a string
/// unequal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Int(i128),
    Float(f64),
    /// A string or the like.
    Incomparable,
}

impl Predicate {
    /// Whether the token at `index` fulfils it.
    pub(crate) fn holds(&self, tokens: &Tokens<'_>, index: usize) -> bool {
        match &self.condition {
            Condition::Regex { expressions, negated } => {
                let text = tokens.text(index, self.attribute);
                expressions.iter().any(|expression| expression.search(&text).is_some()) != *negated
            }
            Condition::Fuzzy { texts, max_edits, negated } => {
                let text = tokens.text(index, self.attribute);
                texts.iter().any(|pattern| is_similar(&text, pattern, *max_edits)) != *negated
            }
            Condition::Set { relation: Relation::In, ids } => contains(ids, tokens.id(index, self.attribute)),
            Condition::Set { relation: Relation::NotIn, ids } => !contains(ids, tokens.id(index, self.attribute)),
            Condition::Set { relation, ids } if self.attribute == Attribute::Morph => {
                relation.holds(&feature_ids(tokens.morph(index)), ids)
            }
            Condition::Set { relation, ids } => relation.holds(&[tokens.id(index, self.attribute)], ids),
            Condition::Compare { comparison, number } => {
                comparison.holds(number.compared_with(tokens.id(index, self.attribute)))
            }
        }
    }
}

/// The ids of single features, sorted, each once.
fn feature_ids(morph: &str) -> Vec<u64> {
    let mut ids: Vec<u64> = morphology::features(morph).map(|feature| string_id(&feature)).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn contains(sorted: &[u64], id: u64) -> bool {
    sorted.binary_search(&id).is_ok()
}

impl Relation {
    /// Whether `values` and `ids`, both sorted and without repetition, lie so to each other.
    fn holds(self, values: &[u64], ids: &[u64]) -> bool {
        match self {
            Self::In | Self::IsSubset => values.iter().all(|value| contains(ids, *value)),
            Self::NotIn => !values.iter().any(|value| contains(ids, *value)),
            Self::IsSuperset => ids.iter().all(|id| contains(values, *id)),
            Self::Intersects => values.iter().any(|value| contains(ids, *value)),
        }
    }
}

impl Comparison {
    /// Whether the order of the value to the number fulfils it; `None` when they cannot be compared.
    fn holds(self, order: Option<Ordering>) -> bool {
        match self {
            Self::Equal => order == Some(Ordering::Equal),
            Self::NotEqual => order != Some(Ordering::Equal),
            Self::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
            Self::LessOrEqual => order.is_some_and(Ordering::is_le),
            Self::Greater => order == Some(Ordering::Greater),
            Self::Less => order == Some(Ordering::Less),
        }
    }
}

impl Number {
    /// The order of `value` to this number.
    fn compared_with(self, value: u64) -> Option<Ordering> {
        /// The first number that no `u64` reaches.
        const END: f64 = 18_446_744_073_709_551_616.0;
        match self {
            Self::Int(number) => Some(i128::from(value).cmp(&number)),
            Self::Incomparable => None,
            Self::Float(number) if number.is_nan() => None,
            Self::Float(number) if number < 0.0 => Some(Ordering::Greater),
            Self::Float(number) if number >= END => Some(Ordering::Less),
            Self::Float(number) => {
                let whole = number.trunc();
                let broken = if number > whole { Ordering::Less } else { Ordering::Equal };
                Some(value.cmp(&(whole as u64)).then(broken))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_exactly() {
        let order = |number: f64, value| Number::Float(number).compared_with(value);
        assert_eq!(order(2.5, 2), Some(Ordering::Less));
        assert_eq!(order(2.5, 3), Some(Ordering::Greater));
        assert_eq!(order(2.0, 2), Some(Ordering::Equal));
        assert_eq!(order(-0.5, 0), Some(Ordering::Greater));
        assert_eq!(order(9_007_199_254_740_992.0, 9_007_199_254_740_993), Some(Ordering::Greater));
        assert_eq!(order(f64::INFINITY, u64::MAX), Some(Ordering::Less));
        assert_eq!(order(f64::NAN, 0), None);
        assert_eq!(Number::Int(-1).compared_with(0), Some(Ordering::Greater));
    }

    #[test]
    fn what_cannot_be_compared_is_unequal() {
        assert!(!Comparison::Equal.holds(None));
        assert!(Comparison::NotEqual.holds(None));
        assert!(!Comparison::LessOrEqual.holds(None));
    }

    #[test]
    fn sets_relate_as_in_python() {
        for (relation, values, ids, holds) in [
            (Relation::IsSubset, &[][..], &[][..], true),
            (Relation::IsSubset, &[1], &[1, 2], true),
            (Relation::IsSubset, &[1, 3], &[1, 2], false),
            (Relation::IsSuperset, &[1], &[], true),
            (Relation::IsSuperset, &[1], &[1, 2], false),
            (Relation::Intersects, &[1, 3], &[2, 3], true),
            (Relation::Intersects, &[], &[2], false),
        ] {
            assert_eq!(relation.holds(values, ids), holds, "{relation:?} {values:?} {ids:?}");
        }
    }
}

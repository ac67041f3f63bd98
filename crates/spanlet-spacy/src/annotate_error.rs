//! Why a text could not be annotated.

use std::fmt;

use crate::encoder::EncodeError;

/// Why a text has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnnotateError {
    /// The encoder of a component's transformer has no answer.
    Encoder {
        /// The component's name in the pipeline.
        component: String,
        /// Why not.
        error: EncodeError,
    },
    /// A token has no piece of a transformer, and a component makes its row of the first, last or greatest one.
    NoPiece {
        /// The component's name in the pipeline.
        component: String,
        /// The token's index.
        token: usize,
    },
    /// A component's scores are not numbers, so that there is no best one.
    NotANumber {
        /// The component's name in the pipeline.
        component: String,
    },
    /// A rule is to change a token that its match does not have.
    TokenOutsideMatch {
        /// The component's name in the pipeline.
        component: String,
        /// The rule's place in the component's list, from 0.
        rule: usize,
        /// The rule's `index`: the token's place in the match, from its end when negative.
        index: i64,
        /// How many tokens the match has.
        tokens: usize,
    },
    /// The patterns of a component match in more ways, or are tried in more ways, than there is memory and time for.
    TooManyMatches {
        /// The component's name in the pipeline.
        component: String,
        /// The most matches in one text.
        max_matches: usize,
    },
    /// The text has more tokens than offsets and features can count.
    TooLong {
        /// The most bytes that a text may have.
        max_bytes: usize,
    },
}

impl fmt::Display for AnnotateError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encoder { component, error } => write!(formatter, "transformer of component `{component}`: {error}"),
            Self::NoPiece { component, token } => {
                write!(
                    formatter,
                    "component `{component}`: expected every token to have a piece of the transformer, found none for \
                     token {token}: train it with reduce_mean.v1"
                )
            }
            Self::NotANumber { component } => {
                write!(
                    formatter,
                    "expected scores of component `{component}` to be numbers, found a NaN: the weights are damaged"
                )
            }
            Self::TokenOutsideMatch { component, rule, index, tokens } => {
                write!(
                    formatter,
                    "component `{component}`: expected token {index} of a match of rule {rule}, found a match of {tokens} \
                     tokens: correct the rule's `index`"
                )
            }
            Self::TooManyMatches { component, max_matches } => {
                write!(
                    formatter,
                    "expected at most {max_matches} matches of the patterns of component `{component}`, or as much work, \
                     found more: send a shorter text"
                )
            }
            Self::TooLong { max_bytes } => {
                write!(formatter, "expected a text of at most {max_bytes} bytes, found more")
            }
        }
    }
}

impl std::error::Error for AnnotateError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Encoder { error, .. } => Some(error),
            _ => None,
        }
    }
}

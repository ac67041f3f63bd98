//! Why a text has no answer.

use std::fmt;

use crate::tokenizer::CutError;

/// Why a text has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnswerError {
    /// The tokenizer failed.
    Cut(CutError),
    /// The text does not fit the model's window, and its answer cannot be put together from several.
    TooLong {
        /// How many pieces it has.
        pieces: usize,
        /// How many fit.
        room: usize,
    },
    /// The network failed.
    Network(String),
    /// The network answers something else than its configuration says.
    Shape {
        /// Pieces and labels, or labels.
        expected: Vec<usize>,
        /// How many numbers.
        found: usize,
    },
}

impl fmt::Display for AnswerError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut(error) => error.fmt(formatter),
            Self::TooLong { pieces, room } => {
                write!(formatter, "expected a text of at most {room} word pieces, found {pieces}")
            }
            Self::Network(problem) => write!(formatter, "the network cannot answer this text: {problem}"),
            Self::Shape { expected, found } => {
                write!(formatter, "expected the network to answer numbers of shape {expected:?}, found {found} numbers")
            }
        }
    }
}

impl std::error::Error for AnswerError {}

impl From<CutError> for AnswerError {
    fn from(error: CutError) -> Self {
        Self::Cut(error)
    }
}

//! Why a model that is loaded has no answer for a text.

use std::fmt;

/// Why a text was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PredictError {
    /// Labels were asked of a skipgram or cbow model, which has none.
    NotSupervised,
    /// No label at all was asked for.
    NoLabelWanted,
    /// The text holds a line end; fastText answers one line at a time.
    Newline {
        /// Where it is.
        byte: usize,
    },
    /// The model's weights lead to a result that is no number: some of them are not numbers, or infinite.
    NotANumber,
}

impl fmt::Display for PredictError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSupervised => f.write_str("the model is unsupervised and knows no labels"),
            Self::NoLabelWanted => f.write_str("expected k to be at least 1, found 0"),
            Self::Newline { byte } => write!(f, "expected one line of text, found a line end at byte {byte}"),
            Self::NotANumber => f.write_str("the model's weights give a result that is not a number"),
        }
    }
}

impl std::error::Error for PredictError {}

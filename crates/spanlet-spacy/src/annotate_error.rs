//! Why a text could not be annotated.

use std::fmt;

/// Why a text has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnnotateError {
    /// A component's scores are not numbers, so that there is no best one.
    NotANumber {
        /// The component's name in the pipeline.
        component: String,
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
            Self::NotANumber { component } => {
                write!(
                    formatter,
                    "expected scores of component `{component}` to be numbers, found a NaN: the weights are damaged"
                )
            }
            Self::TooLong { max_bytes } => {
                write!(formatter, "expected a text of at most {max_bytes} bytes, found more")
            }
        }
    }
}

impl std::error::Error for AnnotateError {}

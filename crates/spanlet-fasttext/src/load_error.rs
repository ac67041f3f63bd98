//! Why bytes are no model that can be used.

use std::fmt;
use std::str::Utf8Error;

/// Why [`Model::load`](crate::Model::load) refused a file, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadError {
    /// The file does not begin as a fastText model does: another format, or a text file of vectors (`.vec`).
    NotFastText {
        /// The first four bytes as a little-endian number; 793712314 in a model.
        found: i32,
    },
    /// The file is of a version that is newer than 12, the last one there is.
    Version {
        /// The version in the file.
        found: i32,
    },
    /// The file ends too early: it was cut off, or a size in it is wrong.
    Truncated {
        /// The part of the file that is not whole.
        part: Part,
        /// Where the missing bytes should begin.
        byte: u64,
        /// How many bytes should follow there.
        needed: u64,
        /// How many do.
        remaining: u64,
    },
    /// A number in the file cannot be right.
    Number {
        /// The part of the file it is in.
        part: Part,
        /// Where it lies.
        byte: u64,
        /// What would be right.
        expected: String,
        /// What is there.
        found: i64,
    },
    /// A label is not UTF-8.
    LabelText {
        /// Where the label begins.
        byte: u64,
        /// What is wrong with it.
        source: Utf8Error,
    },
    /// Pruned n-grams beside an input matrix that is not quantised: a file that early releases wrote wrongly.
    /// (<https://github.com/facebookresearch/fastText/issues/332>)
    PrunedDense {
        /// Where the flag lies that says so.
        byte: u64,
    },
    /// Bytes follow where the file should end.
    TrailingBytes {
        /// Where it should end.
        byte: u64,
        /// How many bytes follow.
        count: u64,
    },
}

/// A part of a model file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// The settings at the head of the file.
    Header,
    /// Words and labels.
    Dictionary,
    /// The n-grams that are left of those of a model whose features were pruned.
    PrunedNgrams,
    /// One row for each word and bucket.
    InputMatrix,
    /// One row for each label (or, in an unsupervised model, word).
    OutputMatrix,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Dictionary => "dictionary",
            Self::PrunedNgrams => "pruned n-grams",
            Self::InputMatrix => "input matrix",
            Self::OutputMatrix => "output matrix",
        })
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFastText { found } => {
                write!(f, "not a fastText model: expected 793712314, found {found} at byte 0")
            }
            Self::Version { found } => write!(f, "header: expected a version up to 12, found {found} at byte 4"),
            Self::Truncated { part, byte, needed, remaining } => {
                write!(f, "{part}: expected {needed} more bytes, found {remaining} at byte {byte}")
            }
            Self::Number { part, byte, expected, found } => {
                write!(f, "{part}: expected {expected}, found {found} at byte {byte}")
            }
            Self::LabelText { byte, .. } => write!(f, "dictionary: expected a label in UTF-8 at byte {byte}"),
            Self::PrunedDense { byte } => {
                write!(
                    f,
                    "input matrix: expected a quantised matrix beside pruned n-grams, found a dense one at byte {byte}"
                )
            }
            Self::TrailingBytes { byte, count } => {
                write!(f, "output matrix: expected the end of the file, found {count} more bytes at byte {byte}")
            }
        }
    }
}

impl std::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::LabelText { source, .. } => Some(source),
            _ => None,
        }
    }
}

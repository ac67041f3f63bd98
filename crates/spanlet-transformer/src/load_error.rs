//! Why a model was refused.

use std::fmt;

/// Why a model was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadError {
    /// The directory lacks a file.
    Missing {
        /// Its path, e.g. `tokenizer.json`.
        part: String,
        /// What needs it.
        needed_by: String,
    },
    /// A file was read and contradicts itself or another file.
    Damaged {
        /// The file.
        part: String,
        /// `field: expected …, found …`.
        problem: String,
    },
    /// The model is sound and asks for something that there is not here.
    Unsupported {
        /// The file that asks.
        part: String,
        /// What it asks for.
        asks_for: String,
        /// What to do about it, or why; one clause.
        advice: String,
    },
}

impl LoadError {
    pub(crate) fn missing(part: impl Into<String>, needed_by: impl Into<String>) -> Self {
        Self::Missing { part: part.into(), needed_by: needed_by.into() }
    }

    pub(crate) fn damaged(part: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Damaged { part: part.into(), problem: problem.into() }
    }

    pub(crate) fn unsupported(part: impl Into<String>, asks_for: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::Unsupported { part: part.into(), asks_for: asks_for.into(), advice: advice.into() }
    }

    /// The file that is at fault.
    #[must_use]
    pub fn part(&self) -> &str {
        match self {
            Self::Missing { part, .. } | Self::Damaged { part, .. } | Self::Unsupported { part, .. } => part,
        }
    }
}

impl LoadError {
    /// What is wrong, without the file's name.
    #[must_use]
    pub fn problem(&self) -> String {
        match self {
            Self::Missing { needed_by, .. } => format!("expected it for {needed_by}, found none"),
            Self::Damaged { problem, .. } => problem.clone(),
            Self::Unsupported { asks_for, advice, .. } => {
                format!("asks for {asks_for}, which is not supported: {advice}")
            }
        }
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { part, needed_by } => {
                write!(formatter, "expected part `{part}` for {needed_by}, found none")
            }
            Self::Damaged { part, .. } | Self::Unsupported { part, .. } => {
                write!(formatter, "{part}: {}", self.problem())
            }
        }
    }
}

impl std::error::Error for LoadError {}

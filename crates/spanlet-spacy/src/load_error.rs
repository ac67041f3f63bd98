//! Why a pipeline cannot be used.

use std::fmt;

use spanlet_archive::ArchiveError;

/// Why [`Pipeline::load`](crate::Pipeline::load) refused a pipeline, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadError {
    /// A part's bytes are not what their format says, or a limit was passed.
    Archive(ArchiveError),
    /// The pipeline lacks a part.
    PartMissing {
        /// Its path, e.g. `ner/model`.
        part: String,
        /// What needs it, e.g. "component `ner`".
        needed_by: String,
    },
    /// A part was read and contradicts itself, its configuration or another part.
    Damaged {
        /// The part, e.g. `ner/moves`, or the configuration's section.
        part: String,
        /// `expected …, found …`.
        problem: String,
    },
    /// The pipeline is sound and asks for something that there is not here.
    Unsupported {
        /// The component's name in the pipeline, or `tokenizer`, `vocab`, `nlp`.
        component: String,
        /// The factory, architecture or option that it asks for.
        asks_for: String,
        /// What to do about it, or why; one clause.
        advice: String,
    },
}

impl LoadError {
    /// A part that contradicts itself.
    pub(crate) fn damaged(part: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Damaged { part: part.into(), problem: problem.into() }
    }

    /// Something that a component asks for and that there is not here.
    pub(crate) fn unsupported(
        component: impl Into<String>,
        asks_for: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self::Unsupported { component: component.into(), asks_for: asks_for.into(), advice: advice.into() }
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Archive(error) => error.fmt(formatter),
            Self::PartMissing { part, needed_by } => {
                write!(formatter, "expected part `{part}` for {needed_by}, found none")
            }
            Self::Damaged { part, problem } => write!(formatter, "{part}: {problem}"),
            Self::Unsupported { component, asks_for, advice } => {
                write!(formatter, "{component}: asks for `{asks_for}`, which is not supported: {advice}")
            }
        }
    }
}

impl std::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Archive(error) => Some(error),
            _ => None,
        }
    }
}

impl From<ArchiveError> for LoadError {
    fn from(error: ArchiveError) -> Self {
        Self::Archive(error)
    }
}

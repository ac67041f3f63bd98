//! Why bytes could not be read, and where.

use std::fmt;

/// Why an archive or a part of it could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArchiveError {
    /// Bytes that are not what their format says.
    Damaged {
        /// The part, or the archive's member, e.g. `vocab/strings.json`.
        part: String,
        /// Where in the part, when that is known.
        byte: Option<u64>,
        /// `expected …, found …`.
        problem: String,
    },
    /// A stated limit was passed.
    TooLarge {
        /// The part, or the archive's member.
        part: String,
        /// `expected at most …, found …`.
        problem: String,
    },
    /// The bytes are sound and use something that is not read here.
    Unsupported {
        /// The part, or the archive's member.
        part: String,
        /// What it uses, e.g. "encryption".
        uses: String,
        /// What to do about it; one clause.
        advice: String,
    },
}

impl ArchiveError {
    /// Bytes of a part that are not what their format says.
    pub(crate) fn damaged(part: impl Into<String>, byte: usize, problem: impl Into<String>) -> Self {
        Self::Damaged { part: part.into(), byte: Some(byte as u64), problem: problem.into() }
    }

    /// A part that contradicts itself in no one place.
    pub(crate) fn wrong(part: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Damaged { part: part.into(), byte: None, problem: problem.into() }
    }

    /// A limit that a part passes.
    pub(crate) fn too_large(part: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::TooLarge { part: part.into(), problem: problem.into() }
    }

    /// Something that a part uses and that is not read here.
    pub(crate) fn unsupported(part: impl Into<String>, uses: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::Unsupported { part: part.into(), uses: uses.into(), advice: advice.into() }
    }
}

impl fmt::Display for ArchiveError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged { part, byte: Some(byte), problem } => write!(formatter, "{part}: {problem} at byte {byte}"),
            Self::Damaged { part, byte: None, problem } | Self::TooLarge { part, problem } => {
                write!(formatter, "{part}: {problem}")
            }
            Self::Unsupported { part, uses, advice } => {
                write!(formatter, "{part}: uses {uses}, which is not supported: {advice}")
            }
        }
    }
}

impl std::error::Error for ArchiveError {}

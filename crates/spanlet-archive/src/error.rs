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
}

impl fmt::Display for ArchiveError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged { part, byte: Some(byte), problem } => write!(formatter, "{part}: {problem} at byte {byte}"),
            Self::Damaged { part, byte: None, problem } | Self::TooLarge { part, problem } => {
                write!(formatter, "{part}: {problem}")
            }
        }
    }
}

impl std::error::Error for ArchiveError {}

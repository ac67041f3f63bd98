//! The same cases everywhere.

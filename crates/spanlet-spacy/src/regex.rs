//! Patterns with the meaning that Python's `re` gives them.
//!
//! A tokenizer's rules and a matcher's `REGEX` are Python patterns. What they match depends on Python's syntax, on its
//! Unicode tables, and on the order in which it tries alternatives, so this is an engine of its own: backtracking in
//! Python's order, which from some number of steps on remembers where it has failed, so that no pattern and no text
//! takes more than polynomial time. Only the matched span is found; groups are not captured.

mod analysis;
mod compile;
mod machine;
mod parse;
mod set;

use std::fmt;
use std::ops::Range;

pub(crate) use machine::Work;

use compile::Program;

#[cfg(test)]
mod tests;

/// A pattern that is ready to search texts.
#[derive(Clone, Debug)]
pub(crate) struct Regex {
    program: Program,
}

impl Regex {
    /// Reads a pattern.
    ///
    /// # Errors
    /// When it is not what Python takes for a pattern, or uses what this engine lacks.
    pub(crate) fn parse(pattern: &str) -> Result<Self, PatternError> {
        let tree = parse::parse(pattern)?;
        Ok(Self { program: compile::compile(&tree)? })
    }

    /// The leftmost match, in bytes: `re.search`.
    pub(crate) fn search(&self, text: &str) -> Option<Range<usize>> {
        self.search_with(text, &mut Work::default())
    }

    /// [`Regex::search`] with buffers of the caller.
    pub(crate) fn search_with(&self, text: &str, work: &mut Work) -> Option<Range<usize>> {
        machine::Search::new(&self.program, text, work).next_match()
    }

    /// The end of a match at the start of the text: `re.match`.
    pub(crate) fn match_start(&self, text: &str) -> Option<usize> {
        self.match_start_with(text, &mut Work::default())
    }

    /// [`Regex::match_start`] with buffers of the caller.
    pub(crate) fn match_start_with(&self, text: &str, work: &mut Work) -> Option<usize> {
        machine::Search::new(&self.program, text, work).match_start()
    }

    /// All matches without overlap, from left to right: `re.finditer`.
    pub(crate) fn find_iter<'s>(
        &'s self,
        text: &'s str,
        work: &'s mut Work,
    ) -> impl Iterator<Item = Range<usize>> + use<'s> {
        let mut search = machine::Search::new(&self.program, text, work);
        std::iter::from_fn(move || search.next_match())
    }
}

/// Why a pattern cannot be used, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PatternError {
    /// In code points, as Python counts.
    pub(crate) position: usize,
    /// What is wrong, or what there is not here.
    pub(crate) problem: String,
}

impl PatternError {
    fn new(position: usize, problem: impl Into<String>) -> Self {
        Self { position, problem: problem.into() }
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} at position {} of the pattern", self.problem, self.position)
    }
}

impl std::error::Error for PatternError {}

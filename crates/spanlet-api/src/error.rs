//! Why a call, or one text of it, was not answered.

use std::fmt;

/// What a client can branch on. WIT's `error-kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The call itself is wrong: an option out of range, a text that is not allowed.
    InvalidArgument,
    /// No model of that name, or no model for that task, is loaded.
    UnknownModel,
    /// The model exists and cannot do that task.
    WrongTask,
    /// The call or the model asks for something that this build does not have.
    Unsupported,
    /// The model's bytes are damaged or contradict themselves.
    BadModel,
    /// A stated limit was passed.
    TooLarge,
    /// The call does not fit the present state, such as a load that was never begun.
    Conflict,
}

/// A stable name for one thing that can go wrong, with the kind that it belongs to; [`codes`](crate::codes) lists all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// What a client can branch on without knowing every code.
    pub kind: ErrorKind,
    /// Lower-case words joined by dots and hyphens, e.g. `model.part-missing`.
    pub name: &'static str,
}

/// Why a call, or one text of it, was not answered. WIT's `error`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What went wrong, one of [`codes`](crate::codes).
    pub code: Code,
    /// A field, a part of a model, or a byte offset in one.
    pub place: Option<String>,
    /// One sentence for a person: what was expected, what was found, what to do.
    pub message: String,
}

impl Error {
    /// An error without a place.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, place: None, message: message.into() }
    }

    /// The same error, with the place where it arose.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(formatter, "{place}: {}", self.message),
            None => formatter.write_str(&self.message),
        }
    }
}

impl std::error::Error for Error {}

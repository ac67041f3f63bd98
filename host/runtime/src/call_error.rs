//! Why a call has no answer.

use std::{error::Error, fmt, sync::Arc, time::Duration};

use crate::{Refusal, StartError};

/// Why a call to a [`crate::Pool`] has no answer. Other calls are not touched by it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum CallError {
    /// No instance came free in time, or too many callers wait already. Try again in a moment.
    Busy,
    /// The call computed longer than it may. Its instance is replaced.
    Deadline {
        /// How long it may compute.
        limit: Duration,
    },
    /// The instance was refused memory and could not go on. It is replaced.
    OutOfMemory {
        /// How much it may have.
        limit_bytes: usize,
    },
    /// The answer has more bytes than can be carried out of an instance. It is replaced.
    AnswerTooLarge {
        /// How many it may have.
        limit_bytes: usize,
    },
    /// The component stopped where it must not: a fault in it. The instance is replaced.
    Trapped {
        /// Where, as wasmtime says it.
        message: String,
    },
    /// The component answered that it cannot do that, the typed door only.
    Refused(Refusal),
    /// The last instance was lost and no other could be made.
    Unavailable(Arc<StartError>),
}

impl CallError {
    /// Whether the instance that was asked may be asked again.
    pub(crate) fn leaves_instance_sound(&self) -> bool {
        matches!(self, Self::Refused(_))
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => write!(f, "all instances are busy"),
            Self::Deadline { limit } => write!(f, "the call took longer than {} ms", limit.as_millis()),
            Self::OutOfMemory { limit_bytes } => {
                write!(f, "the instance needed more than its {} MiB of memory", limit_bytes >> 20)
            }
            Self::AnswerTooLarge { limit_bytes } => write!(f, "the answer has more than {} MiB", limit_bytes >> 20),
            Self::Trapped { message } => write!(f, "the component stopped: {message}"),
            Self::Refused(refusal) => write!(f, "{refusal}"),
            Self::Unavailable(_) => write!(f, "no instance could be made"),
        }
    }
}

impl Error for CallError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unavailable(error) => Some(error.as_ref()),
            _ => None,
        }
    }
}

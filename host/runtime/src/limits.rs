//! What one component may use, and how long callers may wait for it.

use std::{sync::LazyLock, thread, time::Duration};

/// Asked once: limits are made at several places of one start, and the system opens several files to answer.
static CORES: LazyLock<usize> = LazyLock::new(|| thread::available_parallelism().map_or(1, usize::from));

/// What a [`crate::Pool`] allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most linear memory of one instance, models and all. 1 GiB unless set; 4 GiB is the most that counts.
    pub memory_bytes: usize,
    /// The longest that one call may compute, to about 10 ms. 10 seconds unless set.
    pub deadline: Duration,
    /// The longest that each step of loading a model may compute; parsing a large one takes seconds. 5 minutes unless
    /// set.
    pub load_deadline: Duration,
    /// How many instances answer side by side, from 1 to [`crate::INSTANCES_MAX`]. As many as there are cores unless
    /// set. Each holds all models.
    pub instances: usize,
    /// How many callers may wait for an instance; one more is told [`crate::CallError::Busy`]. 64 unless set.
    pub waiting: usize,
    /// The longest that a caller waits for an instance before it is told [`crate::CallError::Busy`]. 5 seconds unless
    /// set.
    pub wait: Duration,
    /// What two calls share where the models are baked in. Nothing unless set. Instances that load their models are
    /// always kept.
    pub isolation: Isolation,
}

/// What two calls share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Isolation {
    /// Nothing: each call has an instance of its own, which is dropped after it.
    PerCall,
    /// An instance's memory: it is kept and answers one call after the other, with caches that grow warmer.
    Shared,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: 1 << 30,
            deadline: Duration::from_secs(10),
            load_deadline: Duration::from_secs(300),
            instances: (*CORES).min(crate::INSTANCES_MAX),
            waiting: 64,
            wait: Duration::from_secs(5),
            isolation: Isolation::PerCall,
        }
    }
}

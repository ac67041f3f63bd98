//! CPU time of this process and time passed, together.

use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// What some work took.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Spent {
    /// CPU seconds of the process, all its threads together.
    pub(crate) cpu_s: f64,
    /// Seconds passed.
    pub(crate) wall_s: f64,
}

/// Started, and read once.
pub(crate) struct Stopwatch {
    cpu_start_s: f64,
    wall_start: Instant,
}

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self { cpu_start_s: process_cpu_s(), wall_start: Instant::now() }
    }

    pub(crate) fn stop(self) -> Spent {
        Spent { cpu_s: process_cpu_s() - self.cpu_start_s, wall_s: self.wall_start.elapsed().as_secs_f64() }
    }
}

#[allow(clippy::cast_precision_loss, reason = "seconds of CPU time are far below 2^53")]
fn process_cpu_s() -> f64 {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 * 1e-9
}

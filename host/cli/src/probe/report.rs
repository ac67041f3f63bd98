//! What is said at the end: an object of JSON, or a page of text.

mod text;

use serde::Serialize;

use super::{
    burst::Bursts,
    histogram::Ink,
    plan::{ColdPlan, Plan},
    summary::{CountsFrom, Summary},
};

/// All of a probe.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) url: String,
    pub(super) method: String,
    pub(super) request_bytes: usize,
    pub(super) plan: Plan,
    /// Whether it was told to end early.
    pub(super) interrupted: bool,
    pub(super) load: Summary,
    pub(super) cold: Option<Cold>,
}

/// What looking for cold starts found.
#[derive(Debug, Serialize)]
pub(super) struct Cold {
    #[serde(skip)]
    plan: ColdPlan,
    first: Summary,
    repeated: Summary,
    /// How many answers of the first burst took longer than all of the repeated ones, which must be at least 20.
    slower_than_all_repeated: Option<usize>,
}

impl Cold {
    /// How many repeated answers there must be for a comparison.
    const COMPARED_MIN: usize = 20;

    pub(super) fn of(plan: &ColdPlan, bursts: &Bursts) -> Self {
        let summary = |measured| Summary::of(measured, CountsFrom::Sent);
        let (first, repeated) = (summary(&bursts.first), summary(&bursts.again));
        let slowest = repeated.latency.max().filter(|_| repeated.latency.count() >= Self::COMPARED_MIN);
        let slower_than_all_repeated = slowest.map(|slowest| first.latency.above(slowest));
        Self { plan: plan.clone(), first, repeated, slower_than_all_repeated }
    }
}

/// How a probe went as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    AllSucceeded,
    SomeFailed,
    NoneSucceeded,
}

impl Report {
    pub(super) fn verdict(&self) -> Verdict {
        let bursts = self.cold.iter().flat_map(|cold| [&cold.first, &cold.repeated]);
        let phases: Vec<&Summary> = [&self.load].into_iter().chain(bursts).collect();
        if phases.iter().all(|phase| phase.succeeded == 0) {
            return Verdict::NoneSucceeded;
        }
        if phases.iter().all(|phase| phase.is_clean()) { Verdict::AllSucceeded } else { Verdict::SomeFailed }
    }

    pub(super) fn json(&self) -> anyhow::Result<String> {
        Ok(serde_json::to_string_pretty(self)?)
    }

    pub(super) fn text(&self, ink: Ink) -> String {
        text::write(self, ink)
    }
}

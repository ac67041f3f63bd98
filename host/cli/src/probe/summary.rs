//! What the requests of a phase come to.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use super::{
    distribution::{Distribution, ms},
    endpoint::{Answer, BodyKind},
    failure::{Failure, FailureKind},
    histogram::{Bucket, buckets},
    load::{Measured, Record},
};

/// The most kinds of bodies that are listed; their number is always said.
const BODIES_MAX: usize = 5;
/// The most names of `server-timing` that are listed.
const ENTRIES_MAX: usize = 16;

/// From when to when an answer's latency counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum CountsFrom {
    /// From when the schedule had the request sent, so that waiting for a connection is part of it.
    Due,
    /// From when the request was sent over an open connection.
    Sent,
}

/// Latencies are those of successful answers alone.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Summary {
    pub(super) sent: usize,
    pub(super) succeeded: usize,
    /// Due by the schedule, but no connection was free for them before the end.
    pub(super) unsent: usize,
    /// Every status that was answered, and how often.
    pub(super) statuses: BTreeMap<u16, usize>,
    /// Every kind of failure that was seen, and how often.
    pub(super) failures: BTreeMap<FailureKind, usize>,
    /// Of each kind, one that a user may want to see.
    pub(super) examples: BTreeMap<FailureKind, String>,
    pub(super) took_ms: f64,
    pub(super) latency_counts_from: CountsFrom,
    /// To the last byte of the body.
    pub(super) latency: Distribution,
    /// The part of it before the request was sent, where it counts from when the request was due.
    pub(super) late: Option<Distribution>,
    /// The part of that for which this machine is to blame, at least: a thread woke so much later than it was due.
    pub(super) late_by_probe: Option<Distribution>,
    /// From when the request was sent to when the answer's head was there.
    pub(super) first_byte: Distribution,
    /// TCP and TLS of every connection that was opened.
    pub(super) connect: Distribution,
    /// The latency of the answer to the first request that was sent.
    pub(super) first_answer_ms: Option<f64>,
    pub(super) histogram: Vec<Bucket>,
    pub(super) server_timing: Vec<ServerTiming>,
    /// How many different bodies there were.
    pub(super) distinct_bodies: usize,
    /// The most frequent of them.
    pub(super) bodies: Vec<BodyCount>,
}

/// What the answers said under one name.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct ServerTiming {
    pub(super) name: String,
    /// How often it was said.
    pub(super) count: usize,
    /// Of those that said how long it took.
    pub(super) median_ms: Option<f64>,
    pub(super) max_ms: Option<f64>,
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct BodyCount {
    pub(super) sha256: String,
    pub(super) bytes: usize,
    pub(super) count: usize,
}

impl Summary {
    pub(super) fn of(measured: &Measured, counts_from: CountsFrom) -> Self {
        let answers: Vec<(&Record, &Answer)> =
            measured.records.iter().filter_map(|record| Some((record, record.outcome.as_ref().ok()?))).collect();
        let latency = |(record, answer): &(&Record, &Answer)| match counts_from {
            CountsFrom::Due => answer.end - record.due,
            CountsFrom::Sent => answer.end - answer.sent,
        };
        let latencies: Distribution = answers.iter().map(latency).collect();
        let bodies = bodies(answers.iter().map(|(_, answer)| answer.body));
        let (failures, examples) = failures(&measured.records);
        let is_due = counts_from == CountsFrom::Due;
        Self {
            sent: measured.records.len(),
            succeeded: answers.len(),
            unsent: measured.unsent,
            statuses: statuses(&measured.records),
            failures,
            examples,
            took_ms: ms(measured.took),
            latency_counts_from: counts_from,
            late: is_due
                .then(|| answers.iter().map(|(record, answer)| answer.sent.saturating_sub(record.due)).collect()),
            late_by_probe: is_due.then(|| answers.iter().map(|(record, _)| record.given - record.due).collect()),
            first_byte: answers.iter().map(|(_, answer)| answer.first_byte - answer.sent).collect(),
            connect: measured.openings.iter().copied().collect(),
            first_answer_ms: answers.iter().min_by_key(|(_, answer)| answer.sent).map(|first| ms(latency(first))),
            histogram: buckets(latencies.as_slice()),
            latency: latencies,
            server_timing: server_timing(answers.iter().map(|(_, answer)| *answer)),
            distinct_bodies: bodies.len(),
            bodies: bodies.into_iter().take(BODIES_MAX).collect(),
        }
    }

    /// Whether every request was sent and succeeded.
    pub(super) fn is_clean(&self) -> bool {
        self.succeeded == self.sent && self.unsent == 0
    }
}

fn statuses(records: &[Record]) -> BTreeMap<u16, usize> {
    let mut statuses = BTreeMap::new();
    for Record { outcome, .. } in records {
        let status = outcome.as_ref().map_or_else(|failure| failure.status, |answer| Some(answer.status));
        if let Some(status) = status {
            *statuses.entry(status).or_default() += 1;
        }
    }
    statuses
}

fn failures(records: &[Record]) -> (BTreeMap<FailureKind, usize>, BTreeMap<FailureKind, String>) {
    let (mut counts, mut examples) = (BTreeMap::new(), BTreeMap::new());
    let mut failed: Vec<(Duration, &Failure)> =
        records.iter().filter_map(|record| Some((record.due, record.outcome.as_ref().err()?))).collect();
    failed.sort_by_key(|(due, _)| *due);
    for (_, failure) in failed {
        *counts.entry(failure.kind).or_default() += 1;
        examples.entry(failure.kind).or_insert_with(|| failure.to_string());
    }
    (counts, examples)
}

/// Kinds of bodies, the most frequent first.
fn bodies(bodies: impl Iterator<Item = BodyKind>) -> Vec<BodyCount> {
    let mut counts: BTreeMap<BodyKind, usize> = BTreeMap::new();
    for body in bodies {
        *counts.entry(body).or_default() += 1;
    }
    let hex = |sha256: [u8; 32]| sha256.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut counts: Vec<BodyCount> = counts
        .into_iter()
        .map(|(BodyKind { sha256, bytes }, count)| BodyCount { sha256: hex(sha256), bytes, count })
        .collect();
    counts.sort_by_key(|body| std::cmp::Reverse(body.count));
    counts
}

fn server_timing<'a>(answers: impl Iterator<Item = &'a Answer>) -> Vec<ServerTiming> {
    let mut named: BTreeMap<&str, (usize, Vec<Duration>)> = BTreeMap::new();
    for entry in answers.flat_map(|answer| &answer.server_timing) {
        if named.len() == ENTRIES_MAX && !named.contains_key(entry.name.as_str()) {
            continue;
        }
        let (count, durations) = named.entry(&entry.name).or_default();
        *count += 1;
        durations.extend(entry.ms.and_then(|ms| Duration::try_from_secs_f64(ms / 1e3).ok()));
    }
    let timing = |(name, (count, durations)): (&str, (usize, Vec<Duration>))| {
        let durations: Distribution = durations.into_iter().collect();
        let (median_ms, max_ms) = (durations.median().map(ms), durations.max().map(ms));
        ServerTiming { name: name.to_owned(), count, median_ms, max_ms }
    };
    named.into_iter().map(timing).collect()
}

#[cfg(test)]
mod tests;

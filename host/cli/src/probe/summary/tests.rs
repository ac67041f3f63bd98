use std::time::Duration;

use crate::probe::{
    distribution::Distribution,
    endpoint::{Answer, BodyKind},
    failure::{Failure, FailureKind},
    load::{Measured, Record},
    server_timing,
};

use super::{CountsFrom, Summary};

const MS: Duration = Duration::from_millis(1);

/// A request that was due, sent and answered at those milliseconds, with a body of that one byte.
fn answered(due: u32, sent: u32, first_byte: u32, end: u32, body: u8) -> Record {
    let body = BodyKind { sha256: [body; 32], bytes: 1 };
    let (sent, first_byte, end) = (MS * sent, MS * first_byte, MS * end);
    Record {
        due: MS * due,
        given: MS * (due + 1),
        outcome: Ok(Answer { status: 200, sent, first_byte, end, body, server_timing: Vec::new() }),
    }
}

fn failed(due: u32, failure: Failure) -> Record {
    Record { due: MS * due, given: MS * due, outcome: Err(failure) }
}

fn measured(records: Vec<Record>) -> Measured {
    Measured { records, unsent: 0, openings: vec![MS * 2], took: MS * 500 }
}

#[test]
fn latency_counts_from_when_a_request_was_due() {
    // The second waited 80 ms for the connection.
    let measured = measured(vec![answered(10, 90, 95, 100, 1), answered(0, 1, 85, 90, 1)]);
    let summary = Summary::of(&measured, CountsFrom::Due);
    assert_eq!(summary.latency.as_slice(), [MS * 90, MS * 90]);
    assert_eq!(summary.late.as_ref().map(Distribution::as_slice), Some(&[MS, MS * 80][..]));
    assert_eq!(summary.late_by_probe.as_ref().map(Distribution::as_slice), Some(&[MS, MS][..]));
    assert_eq!(summary.first_byte.as_slice(), [MS * 5, MS * 84]);
    assert_eq!(summary.first_answer_ms, Some(90.0));
    let summary = Summary::of(&measured, CountsFrom::Sent);
    assert_eq!(summary.latency.as_slice(), [MS * 10, MS * 89]);
    assert_eq!((summary.late, summary.first_answer_ms), (None, Some(89.0)));
}

#[test]
fn failures_are_counted_by_kind_and_have_no_latency() {
    let timeout = || Failure::new(FailureKind::Timeout, "no answer");
    let summary = Summary::of(
        &measured(vec![
            failed(40, Failure::of_answer(FailureKind::Status, 500, b"late")),
            answered(0, 0, 1, 1, 1),
            failed(10, timeout()),
            failed(20, Failure::of_answer(FailureKind::Status, 503, b"early")),
            failed(30, Failure::of_answer(FailureKind::Unexpected, 200, b"other")),
            failed(50, timeout()),
        ]),
        CountsFrom::Sent,
    );
    assert_eq!((summary.sent, summary.succeeded, summary.latency.count()), (6, 1, 1));
    assert_eq!(
        summary.failures.into_iter().collect::<Vec<_>>(),
        [(FailureKind::Timeout, 2), (FailureKind::Status, 2), (FailureKind::Unexpected, 1)]
    );
    assert_eq!(summary.statuses.into_iter().collect::<Vec<_>>(), [(200, 2), (500, 1), (503, 1)]);
    assert_eq!(summary.examples[&FailureKind::Status], "503 early", "the one that was due first");
}

#[test]
fn it_is_clean_where_nothing_failed_and_nothing_was_left() {
    let clean = measured(vec![answered(0, 0, 1, 1, 1)]);
    assert!(Summary::of(&clean, CountsFrom::Due).is_clean());
    assert!(!Summary::of(&Measured { unsent: 1, ..clean }, CountsFrom::Due).is_clean());
    let failed = measured(vec![failed(0, Failure::new(FailureKind::Closed, ""))]);
    assert!(!Summary::of(&failed, CountsFrom::Sent).is_clean());
}

#[test]
fn bodies_are_told_apart() {
    let records = (0..20).map(|index: u8| answered(0, 0, 1, 1, if index < 14 { 7 } else { index })).collect();
    let summary = Summary::of(&measured(records), CountsFrom::Sent);
    assert_eq!((summary.distinct_bodies, summary.bodies.len()), (7, 5));
    assert_eq!((summary.bodies[0].count, summary.bodies[0].sha256.as_str()), (14, "07".repeat(32).as_str()));
}

#[test]
fn server_timing_has_medians_by_name() {
    let mut records: Vec<Record> = (0..4).map(|index| answered(index, index, index, index, 1)).collect();
    for (record, header) in records.iter_mut().zip(["cold;dur=41.5, app;dur=3", "app;dur=1", "app;dur=2", "app, other"])
    {
        record.outcome.as_mut().expect("answered").server_timing = server_timing::parse(header);
    }
    let timings = Summary::of(&measured(records), CountsFrom::Sent).server_timing;
    let said: Vec<_> =
        timings.iter().map(|timing| (timing.name.as_str(), timing.count, timing.median_ms, timing.max_ms)).collect();
    assert_eq!(said, [("app", 4, Some(2.0), Some(3.0)), ("cold", 1, Some(41.5), Some(41.5)), ("other", 1, None, None)]);
}

#[test]
fn nothing_sent_is_nothing_said() {
    let summary = Summary::of(&Measured::default(), CountsFrom::Due);
    assert_eq!((summary.sent, summary.distinct_bodies, summary.histogram.len()), (0, 0, 0));
    assert_eq!((summary.first_answer_ms, summary.latency.max()), (None, None));
}

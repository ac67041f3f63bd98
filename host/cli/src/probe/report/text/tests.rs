use std::time::Duration;

use crate::probe::{
    burst::Bursts,
    endpoint::{Answer, BodyKind},
    failure::{Failure, FailureKind},
    histogram::Ink,
    load::{Measured, Record},
    plan::{ColdPlan, Plan},
    report::{Cold, Report, Verdict},
    server_timing,
    summary::{CountsFrom, Summary},
};

fn answered(ms: u64) -> Record {
    let body = BodyKind { sha256: [0xab; 32], bytes: 812 };
    let (sent, first_byte, end) = (Duration::ZERO, Duration::from_millis(ms), Duration::from_millis(ms));
    let server_timing = server_timing::parse("app;dur=1.5");
    Record { due: sent, given: sent, outcome: Ok(Answer { status: 200, sent, first_byte, end, body, server_timing }) }
}

fn measured(records: impl IntoIterator<Item = Record>) -> Measured {
    let records = records.into_iter().collect();
    Measured { records, unsent: 0, openings: vec![Duration::from_micros(1500)], took: Duration::from_secs(2) }
}

fn report(load: &Measured, bursts: Option<&Bursts>) -> Report {
    let cold = ColdPlan { at_once: 2, again: 10, idle_s: Some(900) };
    let (rate, duration_s, timeout_ms) = (None, 60, 1000);
    Report {
        url: "http://a.example/v1/analyze".to_owned(),
        method: "POST".to_owned(),
        request_bytes: 57,
        plan: Plan { requests: 300, rate, connections: 1, duration_s, timeout_ms, cold: Some(cold.clone()) },
        interrupted: false,
        load: Summary::of(load, CountsFrom::Sent),
        cold: bursts.map(|bursts| Cold::of(&cold, bursts)),
    }
}

#[test]
fn a_report_reads_like_this() {
    let failed = Record {
        due: Duration::ZERO,
        given: Duration::ZERO,
        outcome: Err(Failure::of_answer(FailureKind::Status, 503, b"busy")),
    };
    let load = measured((0..300).map(|index| answered(10 + index % 10)).chain([failed]));
    let bursts =
        Bursts { first: measured([answered(900), answered(14)]), again: measured((0..20).map(|_| answered(15))) };
    let report = report(&load, Some(&bursts));
    assert_eq!(report.verdict(), Verdict::SomeFailed);
    let expected = "\
POST http://a.example/v1/analyze, 57 bytes

301 sent in 2.0 s: 300 succeeded, 1 failed
  statuses: 200: 300, 503: 1
  1 not 2xx; first: 503 busy
  all with the same body: 812 bytes, SHA-256 abababababababab…

ms             n       min       p50       p90       p99     p99.9       max
latency      300     10.00     14.00     18.00     19.00         -     19.00
first byte   300     10.00     14.00     18.00     19.00         -     19.00
connect        1      1.50         -         -         -         -      1.50
latency: successes alone, from when each was sent to the last byte
latency of the first answer: 10.00
-: too few answers; p99.9 needs 2995

   10 ms to   12 ms  ##################                            60
   12 ms to   15 ms  ###########################                   90
   15 ms to   20 ms  ############################################  150
";
    let text = report.text(Ink::Ascii);
    assert!(text.starts_with(expected), "{text}");
    assert_eq!(
        &text[expected.len()..],
        "
server-timing, ms                      n      median         max
app                                  300        1.50        1.50

Cold starts: 2 at once on new connections after 900 s of rest; then again

ms             n       min       p50       p90       p99     p99.9       max
first          2     14.00         -         -         -         -    900.00
again         20     15.00     15.00         -         -         -     15.00
1 of 2 took longer than every one of the 20 sent again, as cold starts do

server-timing, ms                      n      median         max
app                                    2        1.50        1.50
"
    );
}

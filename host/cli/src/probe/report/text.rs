//! The report for people: at most 80 columns, but for what the endpoint itself said.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
    time::Duration,
};

use crate::probe::{
    distribution::{Distribution, PERCENTILES, needed},
    histogram::{Ink, draw},
    summary::{CountsFrom, Summary},
};

use super::{Cold, Report};

pub(super) fn write(report: &Report, ink: Ink) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = all(&mut text, report, ink);
    text
}

fn all(to: &mut String, report: &Report, ink: Ink) -> fmt::Result {
    let Report { url, method, request_bytes, load, .. } = report;
    writeln!(to, "{method} {url}, {request_bytes} bytes\n")?;
    if report.interrupted {
        writeln!(to, "Interrupted: this is what was measured until then.\n")?;
    }
    counts(to, load)?;
    bodies(to, load)?;
    writeln!(to)?;
    table(to, load)?;
    if !load.histogram.is_empty() {
        write!(to, "\n{}", draw(&load.histogram, ink))?;
    }
    server_timing(to, load)?;
    report.cold.as_ref().map_or(Ok(()), |cold| cold_starts(to, cold))
}

/// How many succeeded, and what became of the others.
fn counts(to: &mut String, summary: &Summary) -> fmt::Result {
    let Summary { sent, succeeded, unsent, took_ms, .. } = summary;
    writeln!(to, "{sent} sent in {:.1} s: {succeeded} succeeded, {} failed", took_ms / 1e3, sent - succeeded)?;
    if !summary.statuses.is_empty() && sent != succeeded {
        writeln!(to, "  statuses: {}", listed(&summary.statuses))?;
    }
    for (kind, count) in &summary.failures {
        let example = summary.examples.get(kind).map(|example| format!("; first: {example}")).unwrap_or_default();
        writeln!(to, "  {count} {}{example}", kind.words())?;
    }
    if *unsent > 0 {
        writeln!(to, "  {unsent} more were due and never sent, as no connection was free for them: the latencies")?;
        writeln!(to, "  below are too good. More --connections or a lower --rate would show them.")?;
    }
    Ok(())
}

fn listed(statuses: &BTreeMap<u16, usize>) -> String {
    let each: Vec<String> = statuses.iter().map(|(status, count)| format!("{status}: {count}")).collect();
    each.join(", ")
}

/// Whether all answers were the same.
fn bodies(to: &mut String, summary: &Summary) -> fmt::Result {
    match (summary.distinct_bodies, &summary.bodies[..]) {
        (1, [body]) if summary.succeeded > 1 => {
            writeln!(to, "  all with the same body: {} bytes, SHA-256 {}…", body.bytes, &body.sha256[..16])
        }
        (0 | 1, _) => Ok(()),
        (distinct, bodies) => {
            writeln!(to, "  {distinct} different bodies for the same request, most often:")?;
            bodies.iter().try_for_each(|body| {
                writeln!(to, "  {:>7} times {} bytes, SHA-256 {}…", body.count, body.bytes, &body.sha256[..16])
            })
        }
    }
}

/// The durations of a load, and what they mean.
fn table(to: &mut String, summary: &Summary) -> fmt::Result {
    head(to)?;
    row(to, "latency", &summary.latency)?;
    if let Some(late) = &summary.late {
        row(to, "  late", late)?;
    }
    if let Some(late) = &summary.late_by_probe {
        row(to, "  by probe", late)?;
    }
    row(to, "first byte", &summary.first_byte)?;
    row(to, "connect", &summary.connect)?;
    match summary.latency_counts_from {
        CountsFrom::Due => {
            writeln!(to, "latency: successes alone, from when each was due to the last byte; late: until")?;
            writeln!(to, "it was sent; by probe: the part of late for which this machine is to blame")?;
        }
        CountsFrom::Sent => writeln!(to, "latency: successes alone, from when each was sent to the last byte")?,
    }
    if let Some(first) = summary.first_answer_ms {
        writeln!(to, "latency of the first answer: {first:.2}")?;
    }
    too_few(to, &summary.latency)
}

fn head(to: &mut String) -> fmt::Result {
    write!(to, "{:<10}{:>6}{:>10}", "ms", "n", "min")?;
    for (name, _) in PERCENTILES {
        write!(to, "{name:>10}")?;
    }
    writeln!(to, "{:>10}", "max")
}

fn row(to: &mut String, name: &str, distribution: &Distribution) -> fmt::Result {
    write!(to, "{name:<10}{:>6}{:>10}", distribution.count(), shown(distribution.min()))?;
    for (_, per_mille) in PERCENTILES {
        write!(to, "{:>10}", shown(distribution.percentile(per_mille)))?;
    }
    writeln!(to, "{:>10}", shown(distribution.max()))
}

/// Milliseconds; a hyphen is for what cannot be said.
fn shown(duration: Option<Duration>) -> String {
    duration.map_or_else(|| "-".to_owned(), |duration| format!("{:.2}", duration.as_secs_f64() * 1e3))
}

/// Which percentiles take more answers.
fn too_few(to: &mut String, latency: &Distribution) -> fmt::Result {
    let lacking = PERCENTILES.iter().filter(|(_, per_mille)| latency.count() < needed(*per_mille));
    let lacking: Vec<String> =
        lacking.map(|(name, per_mille)| format!("{name} needs {}", needed(*per_mille))).collect();
    if lacking.is_empty() || latency.count() == 0 {
        return Ok(());
    }
    writeln!(to, "-: too few answers; {}", lacking.join(", "))
}

fn server_timing(to: &mut String, summary: &Summary) -> fmt::Result {
    if summary.server_timing.is_empty() {
        return Ok(());
    }
    writeln!(to, "\n{:<32}{:>8}{:>12}{:>12}", "server-timing, ms", "n", "median", "max")?;
    for timing in &summary.server_timing {
        let ms = |ms: Option<f64>| ms.map_or_else(|| "-".to_owned(), |ms| format!("{ms:.2}"));
        let name: String = timing.name.chars().take(30).collect();
        writeln!(to, "{name:<32}{:>8}{:>12}{:>12}", timing.count, ms(timing.median_ms), ms(timing.max_ms))?;
    }
    Ok(())
}

fn cold_starts(to: &mut String, cold: &Cold) -> fmt::Result {
    let at_once = cold.plan.at_once;
    let when =
        cold.plan.idle_s.map_or_else(|| "before the load".to_owned(), |idle_s| format!("after {idle_s} s of rest"));
    writeln!(to, "\nCold starts: {at_once} at once on new connections {when}; then again\n")?;
    for (name, phase) in [("first", &cold.first), ("again", &cold.repeated)] {
        if !phase.is_clean() {
            write!(to, "{name}: ")?;
            counts(to, phase)?;
        }
    }
    head(to)?;
    row(to, "first", &cold.first.latency)?;
    row(to, "again", &cold.repeated.latency)?;
    let (asked, compared) = (cold.first.latency.count(), cold.repeated.latency.count());
    match cold.slower_than_all_repeated {
        Some(slower) => writeln!(
            to,
            "{slower} of {asked} took longer than every one of the {compared} sent again, as cold starts do"
        )?,
        None => writeln!(to, "{compared} sent again are too few to compare with")?,
    }
    server_timing(to, &cold.first)
}

#[cfg(test)]
mod tests;

//! `spanlet probe`: how long an endpoint takes to answer, from outside.

mod burst;
mod connection;
mod distribution;
mod endpoint;
mod failure;
mod histogram;
mod lane;
mod load;
mod pace;
mod plan;
mod report;
mod request;
mod server_timing;
mod stop;
mod summary;
mod target;
mod trust;

use std::{
    env, fs,
    io::{self, IsTerminal as _, Write as _},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context as _, anyhow};
use clap::Args;
use tokio::runtime;

use connection::Connection;
use endpoint::{Endpoint, Expected};
use failure::{Failure, FailureKind};
use histogram::Ink;
use plan::{Bounds, ColdPlan, Plan};
use report::{Cold, Report, Verdict};
use request::{Content, Outgoing};
use stop::Stop;
use summary::{CountsFrom, Summary};
use target::Target;

/// Send an endpoint a bounded load and say how long it takes to answer, with a small histogram.
///
/// Before anything is sent, a line on standard error says how much it will be at most. The same request is sent every
/// time, over HTTP/1.1 with connections kept open; redirects are not followed. Latency counts to the last byte of the
/// body, in successful answers alone: those with a status of 2xx, and a body as expected where one is.
///
/// With `--rate`, latency counts from the moment at which a request was due, so that an answer which holds up others is
/// not hidden by their being sent later; `late` is the part of it before the request was sent, and `by probe` the part
/// of that for which the machine that probes is to blame, being busy. Without, each connection sends its next request
/// after the last answer, and latency counts from then; opening connections is measured apart.
///
/// A percentile is said only where there are enough answers for it: so many that one of them is above the true
/// percentile with a certainty of 95%, which takes 299 for p99 and 2,995 for p99.9.
///
/// A cold start is not something that a client can see for sure. `--burst` makes a platform start environments that it
/// does not have yet, `--idle` lets it drop those that it has; answers that took longer than all of the same burst
/// repeated at once, when the environments were there, are counted. What a server says in `server-timing` is listed.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// Where to send requests: http://… or https://…
    #[arg(value_name = "URL")]
    target: Target,
    #[command(flatten)]
    content: Content,
    #[command(flatten)]
    bounds: Bounds,
    #[command(flatten)]
    checks: Checks,
}

#[derive(Args)]
#[command(next_help_heading = "What is made of the answers")]
struct Checks {
    /// Take an answer for a success only if its body is this file's content, byte for byte.
    #[arg(long, value_name = "FILE")]
    expect: Option<PathBuf>,
    /// Take an answer for a success only if its body has this in it.
    #[arg(long, value_name = "TEXT")]
    expect_text: Option<String>,
    /// Trust the certificate authorities of this PEM file, and no others, in place of the system's.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Print one object of JSON in place of text.
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  spanlet probe http://127.0.0.1:8080/v1/analyze
      300 requests with a sentence, one after another
  spanlet probe https://api.example/v1/hashtags --text 'sourdough starter' --rate 50 --duration 60
      3,000 requests on a schedule: enough for a p99.9
  spanlet probe https://api.example/v1/entities --burst 32 --requests 30
      32 at once on new connections: how slow is a function when it must start 32 environments?
  spanlet probe https://api.example/v1/entities --idle 1800 --json
      one request after half an hour of rest, and 20 to compare it with; as JSON
  spanlet probe https://internal.example/ --data '{\"inputs\":\"a\"}' --header 'authorization: Bearer …' --ca ca.pem

Exit status:
  0  every request succeeded
  1  none did, or no connection was made
  2  the command line is wrong, or asks for more than the bounds allow
  3  some failed, or were due and never sent";

/// How the command ends where it asks for more than is allowed.
const WRONG_COMMAND: u8 = 2;
/// How it ends where some requests failed.
const SOME_FAILED: u8 = 3;

pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let plan = match Plan::of(&options.bounds) {
        Ok(plan) => plan,
        Err(reason) => {
            eprintln!("spanlet: {reason}");
            return Ok(ExitCode::from(WRONG_COMMAND));
        }
    };
    let outgoing = Outgoing::of(&options.content, &options.target)?;
    let runtime = runtime::Builder::new_multi_thread().enable_all().build().context("starting threads")?;
    let report = runtime.block_on(probe(options, plan, outgoing))?;
    print(&report, options.checks.json)?;
    Ok(match report.verdict() {
        Verdict::AllSucceeded => ExitCode::SUCCESS,
        Verdict::SomeFailed => ExitCode::from(SOME_FAILED),
        Verdict::NoneSucceeded => ExitCode::FAILURE,
    })
}

async fn probe(options: &Options, plan: Plan, outgoing: Outgoing) -> anyhow::Result<Report> {
    let Options { target, checks, .. } = options;
    let tls = target.is_tls.then(|| trust::connector(checks.ca.as_deref())).transpose()?;
    let (method, request_bytes) = (outgoing.method.to_string(), outgoing.body.len());
    eprintln!("probe: {method} {}, {request_bytes} bytes: {plan}", target.url);

    let stop = Stop::on_interrupt();
    let endpoint = Arc::new(Endpoint::of(target, tls, outgoing, checks.expected()?, plan.timeout()).await?);
    let first = endpoint.connect().await.map_err(|failure| no_connection(target, &failure))?;
    let (load, cold) = phases(&endpoint, &plan, first, &stop).await?;
    Ok(Report { url: target.url.clone(), method, request_bytes, plan, interrupted: stop.is_set(), load, cold })
}

/// The load and, where they are looked for, cold starts: first, when the endpoint has rested longest; or after a rest.
async fn phases(
    endpoint: &Arc<Endpoint>,
    plan: &Plan,
    first: Connection,
    stop: &Stop,
) -> anyhow::Result<(Summary, Option<Cold>)> {
    let early = plan.cold.as_ref().filter(|cold| cold.idle_s.is_none());
    let mut cold = None;
    if let Some(plan) = early {
        cold = Some(cold_starts(endpoint, plan, stop).await?);
    }
    let counts_from = if plan.rate.is_some() { CountsFrom::Due } else { CountsFrom::Sent };
    let load = Summary::of(&load::run(endpoint, plan, first, stop).await?, counts_from);
    if let Some((plan, idle_s)) = plan.cold.as_ref().and_then(|cold| Some((cold, cold.idle_s?))) {
        stop.sleep(std::time::Duration::from_secs(idle_s)).await;
        if !stop.is_set() {
            cold = Some(cold_starts(endpoint, plan, stop).await?);
        }
    }
    Ok((load, cold))
}

async fn cold_starts(endpoint: &Arc<Endpoint>, plan: &ColdPlan, stop: &Stop) -> anyhow::Result<Cold> {
    Ok(Cold::of(plan, &burst::run(endpoint, plan, stop).await?))
}

fn no_connection(target: &Target, failure: &Failure) -> anyhow::Error {
    let Target { host, port, .. } = target;
    let hint = match failure.kind {
        FailureKind::Tls => "; --ca FILE names the authority of an endpoint of your own",
        _ => "",
    };
    anyhow!("no connection to {host}, port {port}: {failure}{hint}")
}

impl Checks {
    fn expected(&self) -> anyhow::Result<Expected> {
        let read = |file: &PathBuf| fs::read(file).with_context(|| format!("--expect {}", file.display()));
        let whole = self.expect.as_ref().map(read).transpose()?;
        Ok(Expected { whole, part: self.expect_text.as_ref().map(|text| text.clone().into_bytes()) })
    }
}

fn print(report: &Report, as_json: bool) -> anyhow::Result<()> {
    let text = if as_json { report.json()? + "\n" } else { report.text(ink()) };
    match io::stdout().lock().write_all(text.as_bytes()) {
        // A reader may have seen enough.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error).context("standard output"),
        _ => Ok(()),
    }
}

/// Blocks for a terminal whose locale is UTF-8.
fn ink() -> Ink {
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()));
    let is_utf8 = locale.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    });
    if is_utf8 && io::stdout().is_terminal() { Ink::Blocks } else { Ink::Ascii }
}

//! How much is sent, how fast and for how long at most.

use std::{fmt, time::Duration};

use clap::{Args, value_parser};
use serde::Serialize;

/// The most requests of a load.
pub(super) const REQUESTS_MAX: u32 = 10_000;
/// The most requests a second, whether a rate is asked for or not.
pub(super) const RATE_MAX: f64 = 200.0;
/// The most connections, and the most requests at once.
const CONNECTIONS_MAX: u32 = 64;
/// The longest load, in seconds.
const DURATION_S_MAX: u64 = 600;
/// How many requests where neither their number nor a duration is given: enough for a p99.
const REQUESTS: u32 = 300;
/// How long a load may take where nothing else is said, in seconds.
const DURATION_S: u64 = 60;
/// How many answers of a warm endpoint a burst is compared with, at least: by chance alone, one answer of the burst is
/// slower than all of them less than once in twenty times.
const WARM_ANSWERS: u32 = 20;

#[derive(Args)]
#[command(next_help_heading = "How much is sent")]
pub(super) struct Bounds {
    /// How many requests, at most 10,000. By default 300, which is as many as a p99 takes; a p99.9 takes 2,995.
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=i64::from(REQUESTS_MAX)))]
    requests: Option<u32>,
    /// Send on a schedule, this many a second and at most 200, and count latency from when each request was due. Without
    /// it a connection sends the next request once it has the answer, and never more than 200 a second in all.
    #[arg(long, value_name = "PER_SECOND", value_parser = rate)]
    rate: Option<f64>,
    /// How many connections, at most 64; each has one request at a time. By default 1, or with `--rate` as many as are
    /// needed where an answer takes a second.
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=i64::from(CONNECTIONS_MAX)))]
    connections: Option<u32>,
    /// Send for this long, at most 600; without `--requests`, as many as fit. By default at most 60, or as long as the
    /// rate takes for the requests.
    #[arg(long, value_name = "SECONDS", value_parser = value_parser!(u64).range(1..=DURATION_S_MAX))]
    duration: Option<u64>,
    /// The longest that a request may take, at most 60,000. The default is a little more than API Gateway waits.
    #[arg(long, value_name = "MS", default_value_t = 30_000, value_parser = value_parser!(u64).range(1..=60_000))]
    timeout_ms: u64,
    /// Look for cold starts: before the load send this many requests at the same moment, at most 64, each on a
    /// connection of its own, and the same again until at least 20 warm answers are there to compare with.
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=i64::from(CONNECTIONS_MAX)))]
    burst: Option<u32>,
    /// Look for cold starts: after the load leave the endpoint alone for this long, at most 3600, and only then send the
    /// burst; one request where `--burst` is not given.
    #[arg(long, value_name = "SECONDS", value_parser = value_parser!(u64).range(1..=3600))]
    idle: Option<u64>,
}

fn rate(argument: &str) -> Result<f64, String> {
    let rate = argument.parse().ok().filter(|rate| *rate > 0.0 && *rate <= RATE_MAX);
    rate.ok_or_else(|| format!("expected a number above 0 and at most {RATE_MAX}"))
}

/// What will be done, all numbers settled.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Plan {
    /// At most so many, fewer where the duration ends before.
    pub(super) requests: u32,
    /// Requests a second by a schedule; `None` is one after another.
    pub(super) rate: Option<f64>,
    pub(super) connections: u32,
    pub(super) duration_s: u64,
    pub(super) timeout_ms: u64,
    pub(super) cold: Option<ColdPlan>,
}

/// How cold starts are looked for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct ColdPlan {
    /// How many requests at the same moment.
    pub(super) at_once: u32,
    /// How often the same is sent again.
    pub(super) again: u32,
    /// How long the endpoint is left alone after the load; `None` is before the load.
    pub(super) idle_s: Option<u64>,
}

impl Plan {
    pub(super) fn of(bounds: &Bounds) -> Result<Self, String> {
        let requests = bounds.requests()?;
        Ok(Self {
            requests,
            rate: bounds.rate,
            connections: bounds.connections.unwrap_or_else(|| bounds.rate.map_or(1, whole).min(CONNECTIONS_MAX)),
            duration_s: bounds.duration_s(requests)?,
            timeout_ms: bounds.timeout_ms,
            cold: (bounds.burst.is_some() || bounds.idle.is_some()).then(|| {
                let at_once = bounds.burst.unwrap_or(1);
                ColdPlan { at_once, again: WARM_ANSWERS.div_ceil(at_once), idle_s: bounds.idle }
            }),
        })
    }

    pub(super) fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    pub(super) fn duration(&self) -> Duration {
        Duration::from_secs(self.duration_s)
    }

    /// When the last answer is there at the latest: names are resolved, connections opened and answers awaited for no
    /// longer than the timeout each.
    pub(super) fn longest(&self) -> Duration {
        let load = self.timeout() * 4 + self.duration();
        self.cold.as_ref().map_or(load, |cold| {
            load + Duration::from_secs(cold.idle_s.unwrap_or(0)) + self.timeout() * 2 * (1 + cold.again)
        })
    }
}

impl Bounds {
    fn requests(&self) -> Result<u32, String> {
        match (self.requests, self.rate, self.duration) {
            (Some(requests), ..) => Ok(requests),
            (None, Some(rate), Some(duration)) => {
                let requests = whole(rate * duration as f64);
                if requests <= REQUESTS_MAX {
                    return Ok(requests);
                }
                Err(format!(
                    "expected at most {REQUESTS_MAX} requests, found {requests}: --rate {rate} for {duration} s"
                ))
            }
            (None, None, Some(_)) => Ok(REQUESTS_MAX),
            (None, _, None) => Ok(REQUESTS),
        }
    }

    fn duration_s(&self, requests: u32) -> Result<u64, String> {
        // The last request is due before the end.
        let scheduled_s = self.rate.map_or(0, |rate| (f64::from(requests - 1) / rate) as u64 + 1);
        match self.duration {
            Some(duration) if scheduled_s > duration => Err(format!(
                "expected --requests and --rate to fit into {duration} s, found {scheduled_s} s: leave one of the three out"
            )),
            Some(duration) => Ok(duration),
            None if scheduled_s > DURATION_S_MAX => Err(format!(
                "expected at most {DURATION_S_MAX} s, found {scheduled_s} s for {requests} requests at that --rate"
            )),
            None => Ok(DURATION_S.max(scheduled_s)),
        }
    }
}

/// The next whole number, at least 1; a product that rounding put barely above one is that one.
fn whole(number: f64) -> u32 {
    ((number - 1e-9).ceil() as u32).max(1)
}

impl fmt::Display for Plan {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let burst = self.cold.as_ref().map(|cold| {
            let ColdPlan { at_once, again, .. } = cold;
            format!("{at_once} at once on new connections and {again} times the same again")
        });
        let idle_s = self.cold.as_ref().and_then(|cold| cold.idle_s);
        if let (Some(burst), None) = (&burst, idle_s) {
            write!(to, "{burst}; then ")?;
        }
        let Self { requests, connections, duration_s, .. } = self;
        write!(to, "up to {requests} over {connections} connection{}", if *connections == 1 { "" } else { "s" })?;
        match self.rate {
            Some(rate) => write!(to, ", {rate} a second by schedule")?,
            None => write!(to, ", each after the last answer and at most {RATE_MAX} a second")?,
        }
        write!(to, ", for at most {duration_s} s")?;
        if let (Some(burst), Some(idle_s)) = (burst, idle_s) {
            write!(to, "; then nothing for {idle_s} s; then {burst}")?;
        }
        write!(to, "; timeout {} ms; all done after at most {} s", self.timeout_ms, self.longest().as_secs_f64().ceil())
    }
}

#[cfg(test)]
mod tests;

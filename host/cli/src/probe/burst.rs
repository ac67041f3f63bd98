//! Cold starts, as they can be seen from outside.
//!
//! A platform that runs a new environment for every request at once is made to start some by several requests at the
//! same moment, or after a long rest by one. Such requests may be slow for other reasons: their connections are new, and
//! they wait for one another. So the very same is sent again at once, when the environments are there, and what took
//! longer than all of that is what a cold start looks like.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use tokio::task::JoinSet;

use super::{
    endpoint::Endpoint,
    lane::Lane,
    load::{Measured, Record},
    plan::ColdPlan,
    stop::Stop,
};

/// What was seen of the first burst, and of all of its repetitions together.
pub(super) struct Bursts {
    pub(super) first: Measured,
    pub(super) again: Measured,
}

pub(super) async fn run(endpoint: &Arc<Endpoint>, plan: &ColdPlan, stop: &Stop) -> anyhow::Result<Bursts> {
    let first = once(endpoint, plan.at_once).await?;
    let mut again = Measured::default();
    for _ in 0..plan.again {
        if stop.is_set() {
            break;
        }
        again.add(once(endpoint, plan.at_once).await?);
    }
    Ok(Bursts { first, again })
}

/// Opens the connections, and only when all are there sends the requests.
async fn once(endpoint: &Arc<Endpoint>, at_once: u32) -> anyhow::Result<Measured> {
    let mut opening = JoinSet::new();
    for _ in 0..at_once {
        let endpoint = Arc::clone(endpoint);
        opening.spawn(async move { endpoint.connect().await });
    }
    let mut measured = Measured::default();
    let mut lanes = Vec::new();
    while let Some(opened) = opening.join_next().await {
        match opened.context("opening a connection")? {
            Ok(connection) => lanes.push(Lane::over(endpoint, Some(connection))),
            Err(failure) => {
                measured.records.push(Record { due: Duration::ZERO, given: Duration::ZERO, outcome: Err(failure) });
            }
        }
    }
    let start = Instant::now();
    let mut asking: JoinSet<Measured> = lanes.into_iter().map(|lane| ask(lane, start)).collect();
    while let Some(part) = asking.join_next().await {
        measured.add(part.context("a request of a burst")?);
    }
    measured.took = start.elapsed();
    Ok(measured)
}

async fn ask(mut lane: Lane, start: Instant) -> Measured {
    let outcome = lane.ask(start).await;
    Measured {
        records: vec![Record { due: Duration::ZERO, given: Duration::ZERO, outcome }],
        openings: lane.openings,
        ..Measured::default()
    }
}

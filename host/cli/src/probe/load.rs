//! The load: requests in turn over some connections.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use tokio::{
    sync::{Mutex, mpsc},
    task::JoinSet,
};

use super::{
    connection::Connection,
    endpoint::{Answer, Endpoint},
    failure::Failure,
    lane::Lane,
    pace::{Clock, Pace, Ticket},
    plan::{Plan, RATE_MAX},
    stop::Stop,
};

/// How often whoever waits for a moment looks whether to stop.
const LOOK: Duration = Duration::from_millis(50);

/// One request and what became of it. Times are since the load's start.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Record {
    pub(super) due: Duration,
    /// When it was given to whatever connection is free first.
    pub(super) given: Duration,
    pub(super) outcome: Result<Answer, Failure>,
}

/// All that was seen of a load.
#[derive(Default)]
pub(super) struct Measured {
    /// In no order.
    pub(super) records: Vec<Record>,
    /// How many were due by a schedule, and at the end still waited for a connection.
    pub(super) unsent: usize,
    pub(super) openings: Vec<Duration>,
    /// From the start to the last answer.
    pub(super) took: Duration,
}

/// Sends the plan's load. All connections are open before it starts; `first` is one of them.
pub(super) async fn run(
    endpoint: &Arc<Endpoint>,
    plan: &Plan,
    first: Connection,
    stop: &Stop,
) -> anyhow::Result<Measured> {
    let lanes = lanes(endpoint, plan.connections, first).await?;
    let pace = plan.rate.map_or(Pace::Answers { apart: Duration::from_secs_f64(RATE_MAX.recip()) }, |per_second| {
        Pace::Schedule { per_second }
    });
    // By a schedule, tickets are given out when they are due; else when a connection is there for them, but for one
    // which waits for the next.
    let room = if plan.rate.is_some() { plan.requests as usize } else { 1 };
    let (give, tickets) = mpsc::channel(room);
    let clock = Since { start: Instant::now(), stop: stop.clone() };
    let shift = Arc::new(Shift { tickets: Mutex::new(tickets), clock: clock.clone(), end: plan.duration() });

    let (count, end) = (plan.requests, plan.duration());
    // Not a timer of the runtime, which would be up to a millisecond late.
    let giver = thread::Builder::new()
        .name("spanlet-pace".to_owned())
        .spawn(move || pace.give_out(count, end, &clock, |ticket| give.blocking_send(ticket).is_ok()))
        .context("starting a thread")?;
    let is_scheduled = plan.rate.is_some();
    let mut workers: JoinSet<Measured> =
        lanes.into_iter().map(|lane| work(lane, Arc::clone(&shift), is_scheduled)).collect();
    let mut measured = Measured::default();
    while let Some(part) = workers.join_next().await {
        measured.add(part.context("a connection's worker")?);
    }
    giver.join().expect("giving out tickets does not panic");
    measured.took = shift.clock.now();
    Ok(measured)
}

impl Measured {
    pub(super) fn add(&mut self, part: Self) {
        self.records.extend(part.records);
        self.openings.extend(part.openings);
        self.unsent += part.unsent;
    }
}

/// As many lanes as there shall be connections. One that has none yet tries again at its first request.
async fn lanes(endpoint: &Arc<Endpoint>, connections: u32, first: Connection) -> anyhow::Result<Vec<Lane>> {
    let mut opening = JoinSet::new();
    for _ in 1..connections {
        let endpoint = Arc::clone(endpoint);
        opening.spawn(async move { endpoint.connect().await.ok() });
    }
    let mut lanes = vec![Lane::over(endpoint, Some(first))];
    while let Some(opened) = opening.join_next().await {
        lanes.push(Lane::over(endpoint, opened.context("opening a connection")?));
    }
    Ok(lanes)
}

/// What workers share.
struct Shift {
    tickets: Mutex<mpsc::Receiver<Ticket>>,
    clock: Since,
    /// After which nothing is sent.
    end: Duration,
}

/// Asks for every ticket, until there are no more.
async fn work(mut lane: Lane, shift: Arc<Shift>, is_scheduled: bool) -> Measured {
    let mut measured = Measured::default();
    while let Some(Ticket { due, given }) = shift.next().await {
        if shift.clock.stop.is_set() || shift.clock.now() >= shift.end {
            measured.unsent += usize::from(is_scheduled);
            continue;
        }
        let outcome = lane.ask(shift.clock.start).await;
        measured.records.push(Record { due, given, outcome });
    }
    measured.openings = lane.openings;
    measured
}

impl Shift {
    /// The lock is held while waiting, so that workers take tickets in the order in which they became free.
    async fn next(&self) -> Option<Ticket> {
        self.tickets.lock().await.recv().await
    }
}

#[derive(Clone)]
struct Since {
    start: Instant,
    stop: Stop,
}

impl Clock for Since {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn sleep_until(&self, moment: Duration) -> bool {
        loop {
            let left = moment.saturating_sub(self.now());
            if self.stop.is_set() || left.is_zero() {
                return !self.stop.is_set();
            }
            thread::sleep(left.min(LOOK));
        }
    }
}

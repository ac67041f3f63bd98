//! What it costs a request that an instance is made for it and dropped after it.

use std::time::Instant;

use spanlet_runtime::{Isolation, Pool, Request, Response};

use super::Setting;
use super::server::{ROUTE, question};
use crate::process;
use crate::quantile::{median, quantile};
use crate::rows::{Of, Rows, spread};
use crate::stopwatch::Stopwatch;
use crate::table::Table;
use crate::turn::in_turn;

const PART: &str = "isolation";

/// What `spanlet serve` tells an instance before its first request.
const SERVE_SETTINGS: &str = r#"{"max_body_bytes":6291456}"#;

/// An instance for each call and one that is kept, both with settings as `spanlet serve` has them; and one for each call
/// that is told nothing before.
const CONTESTANTS: [(&str, Isolation, Option<&str>); 3] = [
    (FRESH, Isolation::PerCall, Some(SERVE_SETTINGS)),
    (KEPT, Isolation::Shared, Some(SERVE_SETTINGS)),
    (PLAIN, Isolation::PerCall, None),
];
const FRESH: &str = "fresh";
const KEPT: &str = "kept";
const PLAIN: &str = "fresh without settings";

/// A contestant with its instances.
struct Asked {
    name: &'static str,
    pool: Pool,
}

/// A request and what every instance answers it with.
struct Case {
    name: String,
    request: Request,
    expected: Response,
}

/// Measures every request with every contestant in each round; answers the section of the summary.
pub(super) fn measure(setting: &Setting, rounds: usize, calls: usize, rows: &mut Rows) -> anyhow::Result<String> {
    let pool = |(name, isolation, settings): (&'static str, _, Option<&str>)| {
        Ok(Asked { name, pool: setting.pool(isolation, settings.map(str::to_owned))? })
    };
    let contestants = CONTESTANTS.into_iter().map(pool).collect::<anyhow::Result<Vec<Asked>>>()?;
    let cases = cases(setting, &contestants[0].pool)?;
    // The first round warms up; it is checked and not counted.
    for round in 0..=rounds {
        for case in &cases {
            for turn in in_turn(round, contestants.len()) {
                let asked = &contestants[turn];
                let calls = measured(asked, case, calls)?;
                if round > 0 {
                    calls.record(&Of::new(PART, &case.name, asked.name), round, rows);
                }
            }
        }
    }
    Ok(summary(&cases, rows))
}

/// `GET /healthz`, and hashtags and entities of a text of each size.
fn cases(setting: &Setting, pool: &Pool) -> anyhow::Result<Vec<Case>> {
    let health = Request { method: "GET".into(), path: "/healthz".into(), ..Request::default() };
    let mut requests = vec![("healthz".to_owned(), health)];
    for (task, path) in [("hashtags", "/v1/hashtags"), ("entities", ROUTE)] {
        for (size, texts) in [(16, &setting.texts.sized.tiny), (200, &setting.texts.sized.short)] {
            requests.push((format!("{task} of {size} bytes"), posted(path, &texts[0])));
        }
    }
    let case = |(name, request): (String, Request)| {
        let expected = pool.handle(request.clone())?;
        anyhow::ensure!(expected.status == 200, "{name}: {}", String::from_utf8_lossy(&expected.body));
        Ok(Case { name, request, expected })
    };
    requests.into_iter().map(case).collect()
}

fn posted(path: &str, text: &str) -> Request {
    Request {
        method: "POST".into(),
        path: path.into(),
        headers: vec![("content-type".into(), "application/json".into())],
        body: question(text).into_bytes(),
        ..Request::default()
    }
}

/// What a turn took.
struct Calls {
    /// Microseconds of each call.
    each_us: Vec<f64>,
    cpu_us_per_call: f64,
    /// Of those, what the kernel worked: mapping, page faults.
    kernel_us_per_call: f64,
    faults_per_call: f64,
}

fn measured(asked: &Asked, case: &Case, calls: usize) -> anyhow::Result<Calls> {
    let mut each_us = Vec::with_capacity(calls);
    let before = process::used(std::process::id())?;
    let stopwatch = Stopwatch::start();
    for _ in 0..calls {
        let request = case.request.clone();
        let begun = Instant::now();
        let response = asked.pool.handle(request)?;
        each_us.push(begun.elapsed().as_secs_f64() * 1e6);
        anyhow::ensure!(
            response == case.expected,
            "{}, {}: answered {}",
            case.name,
            asked.name,
            String::from_utf8_lossy(&response.body)
        );
    }
    let spent = stopwatch.stop();
    let after = process::used(std::process::id())?;
    #[allow(clippy::cast_precision_loss, reason = "counts far below 2^53")]
    let (count, faults) = (calls as f64, (after.minor_faults - before.minor_faults) as f64);
    Ok(Calls {
        each_us,
        cpu_us_per_call: spent.cpu_s * 1e6 / count,
        kernel_us_per_call: (after.kernel_s - before.kernel_s) * 1e6 / count,
        faults_per_call: faults / count,
    })
}

impl Calls {
    fn record(&self, of: &Of, round: usize, rows: &mut Rows) {
        rows.add(of, round, "median_us", median(&self.each_us));
        rows.add(of, round, "p99_us", quantile(&self.each_us, 0.99));
        rows.add(of, round, "cpu_us", self.cpu_us_per_call);
        rows.add(of, round, "kernel_us", self.kernel_us_per_call);
        rows.add(of, round, "minor_faults", self.faults_per_call);
    }
}

fn summary(cases: &[Case], rows: &Rows) -> String {
    let mut table = Table::new(
        "Microseconds of a call, the median of the rounds' medians, in an instance of its own (`fresh`) and in one that is \
         kept; and the price of isolation, the difference of the two in a round: instantiating, what a first call costs more \
         than a later one, and dropping. In brackets page faults of a call.",
        &[
            "request",
            FRESH,
            KEPT,
            "price, median with quartiles",
            "price in CPU time",
            "of that the kernel's",
            "price without settings",
        ],
    );
    for Case { name, .. } in cases {
        let [fresh, kept, plain] = [FRESH, KEPT, PLAIN].map(|contestant| Of::new(PART, name, contestant));
        let call = |of: &Of| format!("{:.0} ({:.0})", rows.median(of, "median_us"), rows.median(of, "minor_faults"));
        let price = |of: &Of, measure| spread(&differences(rows, of, &kept, measure), 0);
        table.row([
            name.clone(),
            call(&fresh),
            call(&kept),
            price(&fresh, "median_us"),
            price(&fresh, "cpu_us"),
            price(&fresh, "kernel_us"),
            price(&plain, "median_us"),
        ]);
    }
    format!("## Isolation\n\n{}", table.finish())
}

fn differences(rows: &Rows, of: &Of, less: &Of, measure: &str) -> Vec<f64> {
    rows.values(of, measure).iter().zip(rows.values(less, measure)).map(|(of, less)| of - less).collect()
}

//! Requests over HTTP on loopback: how many, how late, for how much CPU time and memory.

use std::path::PathBuf;

use super::server::{ROUTE, Server, question};
use super::wrk::{self, Load};
use super::{Setting, Task};
use crate::rows::{Of, Rows};
use crate::table::Table;
use crate::turn::in_turn;

const PART: &str = "serve";

const SPANLET: &str = "spanlet";
const PYTHON: &str = "python";

/// A warm-up is as short as `wrk` can be.
const WARM_UP_S: u32 = 1;

/// A server and the file of what it is asked, for each size of text.
struct Asked {
    name: &'static str,
    server: Server,
    questions: Vec<PathBuf>,
}

/// Measures both servers with every size of text in each round; answers the section of the summary.
pub(super) fn measure(setting: &Setting, task: &Task, rows: &mut Rows) -> anyhow::Result<String> {
    let sizes = [("200 bytes", &setting.texts.sized.short), ("2 kB", &setting.texts.sized.long)];
    let mut servers = [(SPANLET, Server::spanlet(setting)?), (PYTHON, Server::python(setting)?)]
        .map(|(name, server)| Asked { name, server, questions: Vec::new() });
    for (_, texts) in sizes {
        compare(&servers, texts)?;
        for asked in &mut servers {
            let path = setting.folder.work(&format!("questions-{}-{}.lua", asked.name, asked.questions.len()));
            asked.write_questions(texts, path)?;
        }
    }
    // The first round warms up every worker; it is checked and not counted.
    for round in 0..=task.rounds {
        for (size, (case, _)) in sizes.into_iter().enumerate() {
            for turn in in_turn(round, servers.len()) {
                let asked = &servers[turn];
                let seconds = if round == 0 { WARM_UP_S } else { task.seconds };
                let load = Load { seconds, connections: task.connections };
                let mut forgotten = Rows::default();
                let rows = if round == 0 { &mut forgotten } else { &mut *rows };
                asked.measure(setting, size, &Of::new(PART, case, asked.name), load, round, rows)?;
            }
        }
    }
    for (_, texts) in sizes {
        compare(&servers, texts)?;
    }
    Ok(summary(&sizes.map(|(case, _)| case), task, rows))
}

/// Both must find the same entities, at the same places.
fn compare(servers: &[Asked; 2], texts: &[String]) -> anyhow::Result<()> {
    for text in texts {
        let [spanlet, python] = servers.each_ref().map(|asked| asked.server.entities(text));
        let (spanlet, python) = (spanlet?, python?);
        anyhow::ensure!(spanlet == python, "{text:?}: spanlet answers {spanlet:?}, spaCy {python:?}");
    }
    Ok(())
}

impl Asked {
    /// What was compared, for `wrk` to hold every answer against.
    fn write_questions(&mut self, texts: &[String], path: PathBuf) -> anyhow::Result<()> {
        let pair = |text: &String| Ok((question(text), self.server.answer(text)?));
        wrk::write_questions(&path, &texts.iter().map(pair).collect::<anyhow::Result<Vec<_>>>()?)?;
        self.questions.push(path);
        Ok(())
    }

    /// One turn under load.
    fn measure(
        &self,
        setting: &Setting,
        size: usize,
        of: &Of,
        load: Load,
        round: usize,
        rows: &mut Rows,
    ) -> anyhow::Result<()> {
        let url = format!("http://{}{ROUTE}", self.server.address);
        let (cpu_s, faults) = (self.server.cpu_s()?, self.server.minor_faults()?);
        let counted = wrk::run(&setting.folder, &url, &self.questions[size], load)?;
        let cpu_s = self.server.cpu_s()? - cpu_s;
        #[allow(clippy::cast_precision_loss, reason = "counts far below 2^53")]
        let faults = (self.server.minor_faults()? - faults) as f64;
        rows.add(of, round, "requests", counted.requests);
        rows.add(of, round, "requests_per_s", counted.requests / counted.seconds);
        rows.add(of, round, "requests_per_cpu_s", counted.requests / cpu_s);
        rows.add(of, round, "minor_faults", faults / counted.requests);
        rows.add(of, round, "p50_ms", counted.p50_ms);
        rows.add(of, round, "p99_ms", counted.p99_ms);
        rows.add(of, round, "p999_ms", counted.p999_ms);
        let held = self.server.held()?;
        for (measure, bytes) in
            [("resident_mib", held.resident), ("proportional_mib", held.proportional), ("peak_mib", held.peak)]
        {
            #[allow(clippy::cast_precision_loss, reason = "bytes far below 2^53")]
            rows.add(of, round, measure, bytes as f64 / 1_048_576.0);
        }
        Ok(())
    }
}

fn summary(cases: &[&str], task: &Task, rows: &Rows) -> String {
    let Task { seconds, connections, .. } = task;
    let title = format!(
        "`POST {ROUTE}` over loopback, {connections} connections, {seconds} seconds a turn, medians of all rounds. `spanlet` is \
         `spanlet serve` on the baked image, `python` the same pipeline behind FastAPI and uvicorn with a worker for each core. \
         CPU time is the server's, all its processes together; latency is what `wrk` saw.",
    );
    let mut speed = Table::new(
        &title,
        &[
            "texts",
            "server",
            "requests a turn",
            "requests/s",
            "requests per CPU s",
            "p50 ms",
            "p99 ms",
            "p99.9 ms",
            "page faults",
        ],
    );
    let mut memory = Table::new(
        "MiB after a turn, all processes of a server together, medians: resident as the kernel counts it for each, with pages \
         that they share counted once, and the peak so far.",
        &["texts", "server", "resident", "shared once", "peak"],
    );
    let mut ratios = String::new();
    for case in cases {
        for contestant in [SPANLET, PYTHON] {
            let of = Of::new(PART, *case, contestant);
            let cell = |measure, digits: usize| format!("{:.digits$}", rows.median(&of, measure));
            speed.row([
                (*case).to_owned(),
                contestant.to_owned(),
                cell("requests", 0),
                cell("requests_per_s", 0),
                rows.spread(&of, "requests_per_cpu_s", 0),
                cell("p50_ms", 2),
                cell("p99_ms", 2),
                cell("p999_ms", 2),
                cell("minor_faults", 0),
            ]);
            let names = [(*case).to_owned(), contestant.to_owned()];
            memory.row(names.into_iter().chain(["resident_mib", "proportional_mib", "peak_mib"].map(|of| cell(of, 1))));
        }
        let [ours, theirs] = [SPANLET, PYTHON].map(|contestant| Of::new(PART, *case, contestant));
        let [per_cpu, per_s] =
            ["requests_per_cpu_s", "requests_per_s"].map(|measure| rows.ratio(&ours, &theirs, measure));
        ratios += &format!(
            "{case}: {per_cpu} times Python's requests per CPU second, {per_s} times its requests a second.\n"
        );
    }
    format!("## Serve\n\n{}\n{ratios}\n{}", speed.finish(), memory.finish())
}

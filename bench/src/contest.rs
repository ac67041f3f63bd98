//! One model: loads in fresh processes, then rounds in which the engines take turns.

use std::path::Path;
use std::process::Command;

use crate::engine::Kind;
use crate::folder::Folder;
use crate::official;
use crate::record::{Record, Row};
use crate::subject::{Subject, Way};
use crate::worker::{Answer, Worker};

/// As for the parity cases: the engines keep the library's order of summation.
const TOLERANCE: f32 = 1e-6;
/// A round is long enough for clocks and short enough for many of them.
const ROUND_S: f64 = 0.25;

/// How much to measure.
pub(crate) struct Extent {
    /// Rounds of predictions.
    pub(crate) rounds: usize,
    /// Loads in each engine.
    pub(crate) loads: usize,
}

/// Measures one model in all engines.
pub(crate) fn run(
    folder: &Folder,
    python: &Path,
    subject: &Subject,
    extent: &Extent,
    record: &mut Record,
) -> anyhow::Result<()> {
    let contest = Contest { folder, python, subject };
    for round in 0..extent.loads {
        for kind in in_turn(round) {
            contest.measure_load(kind, round, record)?;
        }
    }
    subject.family.ways().iter().try_for_each(|way| contest.measure_rounds(*way, extent.rounds, record))
}

/// The engines in another order each round, so that none always follows the same other.
fn in_turn(round: usize) -> impl Iterator<Item = Kind> {
    (0..Kind::ALL.len()).map(move |place| Kind::ALL[(place + round) % Kind::ALL.len()])
}

struct Contest<'a> {
    folder: &'a Folder,
    python: &'a Path,
    subject: &'a Subject,
}

impl Contest<'_> {
    fn start(&self, kind: Kind) -> anyhow::Result<Worker> {
        let Subject { family, model, texts, .. } = self.subject;
        Worker::start(if kind == Kind::Official {
            official::worker(self.folder, self.python, self.subject)
        } else {
            let mut command = Command::new(std::env::current_exe()?);
            command.args(["worker", kind.name(), family.name()]).args([model, texts, &self.folder.component()?]);
            command
        })
    }

    fn measure_load(&self, kind: Kind, round: usize, record: &mut Record) -> anyhow::Result<()> {
        let mut worker = self.start(kind)?;
        let before = worker.memory()?;
        let loaded = worker.load()?;
        let memory = worker.memory()?;
        let base = Row { model: self.subject.name.clone(), engine: kind, round, ..Row::default() };
        record.rows.push(Row { what: "start", memory: Some(before), ..base.clone() });
        record.rows.push(Row { what: "model", spent: Some(loaded.model), ..base.clone() });
        record.rows.push(Row { what: "load", predictions: 1, spent: Some(loaded.spent), memory: Some(memory), ..base });
        Ok(())
    }

    fn measure_rounds(&self, way: Way, rounds: usize, record: &mut Record) -> anyhow::Result<()> {
        let mut workers = Vec::new();
        for kind in Kind::ALL {
            let mut worker = self.start(kind)?;
            worker.load()?;
            workers.push(worker);
        }
        // The first round warms up and says how long one pass takes; it is checked and not recorded.
        let warm = self.round(&mut workers, way, 0, 1)?;
        let slowest_s = warm[0].1.cpu_s.max(1e-6);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
        let passes = (ROUND_S / slowest_s).ceil() as usize;
        for round in 1..=rounds {
            for (kind, spent, predictions) in self.round(&mut workers, way, round, passes)? {
                let memory = Some(workers[kind as usize].memory()?);
                let model = self.subject.name.clone();
                record.rows.push(Row {
                    what: way.name(),
                    model,
                    engine: kind,
                    round,
                    predictions,
                    spent: Some(spent),
                    memory,
                });
            }
        }
        Ok(())
    }

    /// One turn of each engine; their answers are compared before the times are handed back, the original's first.
    fn round(
        &self,
        workers: &mut [Worker],
        way: Way,
        round: usize,
        passes: usize,
    ) -> anyhow::Result<Vec<(Kind, crate::stopwatch::Spent, usize)>> {
        let mut results = Vec::new();
        for kind in in_turn(round) {
            results.push((kind, workers[kind as usize].round(way, passes)?));
        }
        results.sort_by_key(|(kind, _)| *kind as usize);
        let (_, original) = &results[0];
        for (kind, result) in &results[1..] {
            self.check(*kind, &original.answers, &result.answers)?;
        }
        let units = self.subject.family.units(&results[0].1.answers);
        Ok(results.into_iter().map(|(kind, result)| (kind, result.spent, units * passes)).collect())
    }

    fn check(&self, kind: Kind, expected: &[Answer], found: &[Answer]) -> anyhow::Result<()> {
        anyhow::ensure!(expected.len() == found.len(), "{}: {} answers", kind.name(), found.len());
        for (text, (expected, found)) in expected.iter().zip(found).enumerate() {
            let alike = expected.len() == found.len()
                && expected.iter().zip(found).all(|(a, b)| a.0 == b.0 && (a.1 - b.1).abs() <= TOLERANCE);
            anyhow::ensure!(
                alike,
                "{}, text {text}: {} answers {found:?}, the original {expected:?}",
                self.subject.name,
                kind.name()
            );
        }
        Ok(())
    }
}

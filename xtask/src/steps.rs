//! Named steps: each says what it is when it begins and how long it took when it ends.

use std::time::Instant;

/// Runs one step. A step that fails ends the whole run.
pub(crate) fn step<T>(name: &str, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    eprintln!("==> {name}");
    let start = Instant::now();
    let outcome = work().map_err(|error| error.context(name.to_owned()));
    let seconds = start.elapsed().as_secs_f64();
    eprintln!("    {name}: {} in {seconds:.1} s", if outcome.is_ok() { "done" } else { "FAILED" });
    outcome
}

/// Steps that are all run, so that one failure does not hide the next, and counted at the end.
pub(crate) struct Tally {
    start: Instant,
    passed: usize,
    failures: Vec<anyhow::Error>,
}

impl Tally {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), passed: 0, failures: Vec::new() }
    }

    pub(crate) fn step(&mut self, name: &str, work: impl FnOnce() -> anyhow::Result<()>) {
        match step(name, work) {
            Ok(()) => self.passed += 1,
            Err(error) => self.failures.push(error),
        }
    }

    /// Prints every failure and the line that sums the run up.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        for failure in &self.failures {
            eprintln!("failed: {failure:#}");
        }
        let (passed, failed, minutes) = (self.passed, self.failures.len(), self.start.elapsed().as_secs_f64() / 60.0);
        eprintln!("{passed} steps passed, {failed} failed, in {minutes:.1} minutes");
        anyhow::ensure!(failed == 0, "{failed} steps failed");
        Ok(())
    }
}

//! How far a run is, for a person at a terminal.

use std::{
    io::{self, IsTerminal as _},
    time::{Duration, Instant},
};

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::answer::Answers;

/// How often the bar is drawn while nothing comes.
const TICK: Duration = Duration::from_millis(200);

/// What has been answered so far, and a bar where a terminal shows one.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    is_told: bool,
    began: Instant,
    records: u64,
    failed: u64,
}

impl Progress {
    /// Begins after `skipped_bytes` of the input, whose size is known where it is a file.
    ///
    /// Nothing is shown unless standard error is a terminal; no bar where the terminal also shows the answers.
    pub(super) fn new(is_quiet: bool, is_output_shown: bool, size_bytes: Option<u64>, skipped_bytes: u64) -> Self {
        let is_told = !is_quiet && io::stderr().is_terminal();
        let bar = (is_told && !is_output_shown).then(|| bar(size_bytes, skipped_bytes));
        Self { bar, is_told, began: Instant::now(), records: 0, failed: 0 }
    }

    /// Counts answers that have been written.
    pub(super) fn advance(&mut self, answers: &Answers) {
        self.records += answers.records;
        self.failed += answers.failed;
        if let Some(bar) = &self.bar {
            bar.set_position(answers.read_bytes);
            bar.set_message(self.counts());
        }
    }

    /// How many records have been answered.
    pub(super) fn records(&self) -> u64 {
        self.records
    }

    /// How many of them with an error.
    pub(super) fn failed(&self) -> u64 {
        self.failed
    }

    /// Takes the bar away, lest it stand in the way of what is printed next.
    pub(super) fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// Says at the end what was done.
    pub(super) fn finish(&self) {
        self.clear();
        if self.is_told {
            eprintln!("{} in {:.1} s", self.counts(), self.began.elapsed().as_secs_f64());
        }
    }

    fn counts(&self) -> String {
        counts(self.records, self.failed, self.began.elapsed())
    }
}

fn counts(records: u64, failed: u64, time: Duration) -> String {
    let each_second = records as f64 / time.as_secs_f64().max(0.001);
    let failed = if failed > 0 { format!(", {} failed", HumanCount(failed)) } else { String::new() };
    format!("{} records{failed}, {}/s", HumanCount(records), HumanCount(each_second as u64))
}

/// By bytes where they are known, else one that only shows that something goes on.
fn bar(size_bytes: Option<u64>, skipped_bytes: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(size_bytes, ProgressDrawTarget::stderr());
    let template = match size_bytes {
        Some(_) => "{bar:30} {percent}% · {msg} · {eta} left",
        None => "{spinner} {msg} · {elapsed}",
    };
    bar.set_style(ProgressStyle::with_template(template).expect("the templates above are sound"));
    bar.set_message(counts(0, 0, Duration::ZERO));
    bar.set_position(skipped_bytes);
    // The time that is left follows from what this run does alone.
    bar.reset_eta();
    bar.enable_steady_tick(TICK);
    bar
}

#[cfg(test)]
mod tests {
    use super::{Duration, counts};

    #[test]
    fn failures_are_told_of_where_there_are_any() {
        assert_eq!(counts(0, 0, Duration::ZERO), "0 records, 0/s");
        assert_eq!(counts(12_345, 0, Duration::from_secs(10)), "12,345 records, 1,234/s");
        assert_eq!(counts(2_000, 1_001, Duration::from_secs(1)), "2,000 records, 1,001 failed, 2,000/s");
    }
}

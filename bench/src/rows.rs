//! Raw measurements, one number a row.

use std::fmt::Write as _;

use crate::quantile::{median, quantile};

const HEADER: &str = "part,case,contestant,round,measure,value";

/// What was measured: which part of the bench, in what case, and who.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Of {
    pub(crate) part: &'static str,
    pub(crate) case: String,
    pub(crate) contestant: &'static str,
}

/// All measurements in the order in which they were made.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    of: Of,
    round: usize,
    /// What the number is, with its unit: `wall_ms`.
    measure: &'static str,
    value: f64,
}

impl Of {
    pub(crate) fn new(part: &'static str, case: impl Into<String>, contestant: &'static str) -> Self {
        Self { part, case: case.into(), contestant }
    }
}

impl Rows {
    pub(crate) fn add(&mut self, of: &Of, round: usize, measure: &'static str, value: f64) {
        self.rows.push(Row { of: of.clone(), round, measure, value });
    }

    /// All values of a measure, by round.
    pub(crate) fn values(&self, of: &Of, measure: &str) -> Vec<f64> {
        self.rows.iter().filter(|row| row.of == *of && row.measure == measure).map(|row| row.value).collect()
    }

    pub(crate) fn median(&self, of: &Of, measure: &str) -> f64 {
        median(&self.values(of, measure))
    }

    /// The median with its quartiles, with so many digits after the point.
    pub(crate) fn spread(&self, of: &Of, measure: &str, digits: usize) -> String {
        spread(&self.values(of, measure), digits)
    }

    /// Median and quartiles of one contestant's values over another's, round by round.
    pub(crate) fn ratio(&self, ours: &Of, theirs: &Of, measure: &str) -> String {
        let (ours, theirs) = (self.values(ours, measure), self.values(theirs, measure));
        let ratios: Vec<f64> = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect();
        spread(&ratios, 2)
    }

    pub(crate) fn csv(&self) -> String {
        let mut text = format!("{HEADER}\n");
        for Row { of: Of { part, case, contestant }, round, measure, value } in &self.rows {
            writeln!(text, "{part},{case},{contestant},{round},{measure},{value:.4}").expect("a string takes all");
        }
        text
    }
}

/// Median and quartiles: `1.20 (1.10 to 1.30)`.
pub(crate) fn spread(values: &[f64], digits: usize) -> String {
    let [low, middle, high] = [0.25, 0.5, 0.75].map(|part| quantile(values, part));
    format!("{middle:.digits$} ({low:.digits$} to {high:.digits$})")
}

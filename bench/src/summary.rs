//! Medians and spread of a record, as Markdown.

use std::fmt::Write as _;

use crate::engine::Kind;
use crate::quantile::quantile;
use crate::record::{Record, Row};

/// The tables that a reader wants first; the rows are in the CSV beside it.
pub(crate) fn of(record: &Record, conditions: &str) -> String {
    let mut models: Vec<&str> = record.rows.iter().map(|row| row.model.as_str()).collect();
    models.dedup();
    let sections = [
        rates_of(record, &models, "predict", "Predictions (of a pipeline: words) per CPU second"),
        rates_of(record, &models, "single", "Words per CPU second, one short text in each call"),
        loads(record, &models),
        memory(record, &models),
    ];
    format!("{conditions}\n\n{}", sections.join("\n"))
}

fn rates_of(record: &Record, models: &[&str], what: &str, title: &str) -> String {
    let mut text = format!(
        "{title}, the median of all rounds; and how many times the original's, the median of the rounds' ratios with \
         their quartiles.\n\n\
         | model | official | native | component | native / official | component / official |\n|---|---|---|---|---|---|\n",
    );
    for model in models {
        let rates = Kind::ALL.map(|kind| rates(record, what, model, kind));
        if rates[0].is_empty() {
            continue;
        }
        let [official, native, component] = rates.each_ref().map(|rates| format!("{:.0}", quantile(rates, 0.5)));
        let ratio = |kind: Kind| {
            let ratios: Vec<f64> =
                rates[kind as usize].iter().zip(&rates[0]).map(|(ours, theirs)| ours / theirs).collect();
            let [low, middle, high] = [0.25, 0.5, 0.75].map(|part| quantile(&ratios, part));
            format!("{middle:.2} ({low:.2} to {high:.2})")
        };
        let (native_ratio, component_ratio) = (ratio(Kind::Native), ratio(Kind::Component));
        line(&mut text, &[model, &official, &native, &component, &native_ratio, &component_ratio]);
    }
    text
}

fn loads(record: &Record, models: &[&str]) -> String {
    let mut text = String::from(
        "Milliseconds from the file to the first answer, median (the file is in the page cache; the component's machine \
         code is read in that time too); and of those for the model alone.\n\n\
         | model | official | native | component |\n|---|---|---|---|\n",
    );
    for model in models {
        let cells = Kind::ALL.map(|kind| {
            let [whole, alone] = ["load", "model"].map(|what| milliseconds(record, what, model, kind));
            format!("{whole:.1} ({alone:.1})")
        });
        line(&mut text, &[model, &cells[0], &cells[1], &cells[2]]);
    }
    text
}

fn milliseconds(record: &Record, what: &str, model: &str, kind: Kind) -> f64 {
    let spent = rows(record, what, model, kind).filter_map(|row| row.spent);
    quantile(&spent.map(|spent| spent.wall_s * 1e3).collect::<Vec<f64>>(), 0.5)
}

fn memory(record: &Record, models: &[&str]) -> String {
    let mut text = String::from(
        "Resident MiB after the first answer, and of those before the model was loaded, and the peak while loading; \
         medians.\n\n| model | official | native | component |\n|---|---|---|---|\n",
    );
    for model in models {
        let cells = Kind::ALL.map(|kind| {
            let [before, after] =
                ["start", "load"].map(|what| mebibytes(record, what, model, kind, |memory| memory.resident_bytes));
            let peak = mebibytes(record, "load", model, kind, |memory| memory.peak_bytes);
            format!("{after:.1} ({before:.1} before, peak {peak:.1})")
        });
        line(&mut text, &[model, &cells[0], &cells[1], &cells[2]]);
    }
    text
}

fn line(text: &mut String, cells: &[&str]) {
    writeln!(text, "| {} |", cells.join(" | ")).expect("a string takes all");
}

fn rows<'a>(record: &'a Record, what: &'a str, model: &'a str, kind: Kind) -> impl Iterator<Item = &'a Row> {
    record.rows.iter().filter(move |row| row.what == what && row.model == model && row.engine == kind)
}

#[allow(clippy::cast_precision_loss, reason = "counts far below 2^53")]
fn rates(record: &Record, what: &str, model: &str, kind: Kind) -> Vec<f64> {
    rows(record, what, model, kind)
        .filter_map(|row| row.spent.map(|spent| row.predictions as f64 / spent.cpu_s))
        .collect()
}

#[allow(clippy::cast_precision_loss, reason = "bytes far below 2^53")]
fn mebibytes(record: &Record, what: &str, model: &str, kind: Kind, pick: fn(crate::process::Memory) -> u64) -> f64 {
    let sizes: Vec<f64> = rows(record, what, model, kind)
        .filter_map(|row| row.memory)
        .map(|memory| pick(memory) as f64 / 1_048_576.0)
        .collect();
    quantile(&sizes, 0.5)
}

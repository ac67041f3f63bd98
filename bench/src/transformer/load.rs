//! Loads in fresh processes, and how little memory suffices the component.

use anyhow::Context as _;
use spanlet_runtime::{Component, Limits, ModelFiles, Pool};

use super::Setting;
use super::contestant::Contestant;
use super::inside::{Texts, answered};
use crate::engine::DEADLINE;
use crate::rows::{Of, Rows};
use crate::table::Table;
use crate::turn::in_turn;

const PART: &str = "load";
const MEMORY: &str = "linear memory";
const MEBIBYTE: usize = 1 << 20;
/// No contestant wants more.
const MEBIBYTES_MAX: usize = 4 << 10;

/// Measures loads by every contestant in each round; answers the section of the summary.
pub(super) fn measure(setting: &Setting, rounds: usize, rows: &mut Rows) -> anyhow::Result<String> {
    // The first round reads files into the page cache.
    for round in 0..=rounds {
        for place in in_turn(round, Contestant::ALL.len()) {
            let contestant = Contestant::ALL[place];
            let mut worker = contestant.start(setting)?;
            let before = worker.memory()?;
            let loaded = worker.load()?;
            let after = worker.memory()?;
            if round == 0 {
                continue;
            }
            let of = Of::new(PART, "model", contestant.name());
            rows.add(&of, round, "cpu_ms", loaded.model.cpu_s * 1e3);
            rows.add(&of, round, "wall_ms", loaded.model.wall_s * 1e3);
            rows.add(&of, round, "first_answer_wall_ms", loaded.spent.wall_s * 1e3);
            rows.add(&of, round, "before_mib", mebibytes(before.resident_bytes));
            rows.add(&of, round, "resident_mib", mebibytes(after.resident_bytes));
            rows.add(&of, round, "peak_mib", mebibytes(after.peak_bytes));
        }
    }
    summary(setting, rows)
}

/// Looks for the least limit of linear memory under which a model loads and answers all cases; answers the section of the
/// summary.
pub(super) fn measure_linear_memory(setting: &Setting, rows: &mut Rows) -> anyhow::Result<String> {
    let mut table = Table::new(
        "The least limit of linear memory, in MiB, under which the component loads the model and answers all cases, and how \
         many times the size of `model.onnx` that is.",
        &["contestant", "`model.onnx`", "linear memory", "ratio"],
    );
    let texts = Texts::read(&setting.texts())?;
    let component = Component::from_precompiled_file(setting.folder.whole_component()?)?;
    for contestant in Contestant::ALL.into_iter().filter(|contestant| contestant.is_inside()) {
        let least = least_mebibytes(setting, &texts, &component, contestant)?;
        #[allow(clippy::cast_precision_loss, reason = "below 2^53")]
        let (least, weights) = (least as f64, mebibytes(setting.weights_bytes(contestant)?));
        let of = Of::new(MEMORY, "all", contestant.name());
        rows.add(&of, 1, "mib", least);
        rows.add(&of, 1, "times_weights", least / weights);
        let name = contestant.name().to_owned();
        table.row([name, format!("{weights:.1}"), format!("{least:.0}"), format!("{:.2}", least / weights)]);
    }
    Ok(format!("## Linear memory\n\n{}", table.finish()))
}

fn least_mebibytes(
    setting: &Setting,
    texts: &Texts,
    component: &Component,
    contestant: Contestant,
) -> anyhow::Result<usize> {
    let model = contestant.model(setting);
    let suffices = |mebibytes: usize| -> anyhow::Result<()> {
        let limits = Limits {
            memory_bytes: mebibytes * MEBIBYTE,
            instances: 1,
            deadline: DEADLINE,
            load_deadline: DEADLINE,
            ..Limits::default()
        };
        let pool = Pool::new(component.clone(), vec![ModelFiles::from_path("bench", &model)?], limits)?;
        setting.cases.iter().try_for_each(|case| answered(&pool, &texts.of(case)?).map(drop))
    };
    let (mut too_little, mut enough) = (0, MEBIBYTES_MAX);
    suffices(enough).with_context(|| format!("{} with all the memory there is", contestant.name()))?;
    while enough - too_little > 1 {
        let middle = too_little + (enough - too_little) / 2;
        match suffices(middle) {
            Ok(()) => enough = middle,
            Err(_) => too_little = middle,
        }
    }
    Ok(enough)
}

#[allow(clippy::cast_precision_loss, reason = "below 2^53")]
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / MEBIBYTE as f64
}

fn summary(setting: &Setting, rows: &Rows) -> anyhow::Result<String> {
    let mut table = Table::new(
        "Milliseconds from files in the page cache to a model that can be asked, median with quartiles, and until the first \
         answer (the component's machine code is read in that time too); MiB of the weights' file, and resident before the \
         model, after the first answer and at most, medians.",
        &["contestant", "load", "its CPU time", "first answer", "file", "before", "resident", "peak"],
    );
    for contestant in Contestant::ALL {
        let of = Of::new(PART, "model", contestant.name());
        let median = |measure| format!("{:.1}", rows.median(&of, measure));
        table.row([
            contestant.name().to_owned(),
            rows.spread(&of, "wall_ms", 0),
            rows.spread(&of, "cpu_ms", 0),
            rows.spread(&of, "first_answer_wall_ms", 0),
            format!("{:.1}", mebibytes(setting.weights_bytes(contestant)?)),
            median("before_mib"),
            median("resident_mib"),
            median("peak_mib"),
        ]);
    }
    Ok(format!("## Load\n\n{}", table.finish()))
}

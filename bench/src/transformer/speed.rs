//! Rounds of calls, in which contestants take turns.

use super::Setting;
use super::contestant::Contestant;
use crate::rows::{Of, Rows};
use crate::table::Table;
use crate::turn::in_turn;
use crate::worker::{Answer, Round, Worker};

const PART: &str = "speed";
/// A round is long enough for clocks and short enough for many of them.
const TURN_S: f64 = 0.25;
/// With this before a case's name a worker is given texts where it takes ids otherwise.
const OF_TEXTS: &str = "text-";
/// As it stands in records.
const NATIVE_OF_TEXTS: &str = "onnxruntime f32 of texts";

/// A turn: whose, how it is asked, and under which name it is recorded.
#[derive(Clone, Copy)]
struct Turn {
    contestant: Contestant,
    before_case: &'static str,
    name: &'static str,
}

/// Everybody once, and the one who cuts no texts with them cut for it too.
fn turns() -> Vec<Turn> {
    let plain = |contestant: Contestant| Turn { contestant, before_case: "", name: contestant.name() };
    let of_texts = Turn { contestant: Contestant::Native, before_case: OF_TEXTS, name: NATIVE_OF_TEXTS };
    Contestant::ALL.into_iter().map(plain).chain([of_texts]).collect()
}

/// Measures every case with every contestant in each round; answers the section of the summary.
pub(super) fn measure(setting: &Setting, rounds: usize, rows: &mut Rows) -> anyhow::Result<String> {
    let turns = turns();
    let mut workers = Vec::new();
    for contestant in Contestant::ALL {
        let mut worker = contestant.start(setting)?;
        worker.load()?;
        workers.push(worker);
    }
    for case in &setting.cases {
        eprintln!("measuring {case}");
        // The first round warms up and says how often a call fits a turn; it is checked and not counted.
        let warm = played(&mut workers, &turns, case, 0, &vec![1; turns.len()])?;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
        let passes: Vec<usize> =
            warm.iter().map(|played| (TURN_S / played.spent.cpu_s.max(1e-6)).ceil() as usize).collect();
        for round in 1..=rounds {
            for ((turn, passes), played) in
                turns.iter().zip(&passes).zip(played(&mut workers, &turns, case, round, &passes)?)
            {
                #[allow(clippy::cast_precision_loss, reason = "few calls")]
                let passes = *passes as f64;
                let of = Of::new(PART, case.as_str(), turn.name);
                rows.add(&of, round, "cpu_ms", played.spent.cpu_s * 1e3 / passes);
                rows.add(&of, round, "wall_ms", played.spent.wall_s * 1e3 / passes);
                rows.add(&of, round, "equal_labels", played.equal_labels);
            }
        }
    }
    Ok(summary(setting, rows))
}

/// What a contestant did.
struct Played {
    spent: crate::stopwatch::Spent,
    /// The part of pieces whose label is that of the first contestant, from 0 to 1.
    equal_labels: f64,
}

/// One turn of each; answers are compared with those of the first before the times are handed back.
fn played(
    workers: &mut [Worker],
    turns: &[Turn],
    case: &str,
    round: usize,
    passes: &[usize],
) -> anyhow::Result<Vec<Played>> {
    let mut results: Vec<Option<Round>> = turns.iter().map(|_| None).collect();
    for place in in_turn(round, turns.len()) {
        let Turn { contestant, before_case, .. } = turns[place];
        let worker = &mut workers[contestant as usize];
        results[place] = Some(worker.command(&format!("{before_case}{case}"), passes[place])?);
    }
    let results: Vec<Round> = results.into_iter().flatten().collect();
    let expected = &results[0].answers;
    let checked = |(turn, result): (&Turn, &Round)| {
        let equal_labels = compare(*turn, expected, &result.answers)?;
        Ok(Played { spent: result.spent, equal_labels })
    };
    turns.iter().zip(&results).map(checked).collect()
}

/// The part of pieces whose places and labels are those expected; an error if that is not all of them, or if a
/// probability is too far off, with a contestant that shall answer so.
fn compare(turn: Turn, expected: &[Answer], found: &[Answer]) -> anyhow::Result<f64> {
    anyhow::ensure!(expected.len() == found.len(), "{}: {} answers", turn.name, found.len());
    let (mut pieces, mut equal) = (0.0, 0.0);
    for (text, (expected, found)) in expected.iter().zip(found).enumerate() {
        anyhow::ensure!(expected.len() == found.len(), "{}, text {text}: {} pieces", turn.name, found.len());
        for (expected, found) in expected.iter().zip(found) {
            let is_close = turn
                .contestant
                .tolerance()
                .is_none_or(|tolerance| expected.0 == found.0 && (expected.1 - found.1).abs() <= tolerance);
            anyhow::ensure!(is_close, "{}, text {text}: found {found:?}, expected {expected:?}", turn.name);
            pieces += 1.0;
            equal += f64::from(u8::from(expected.0 == found.0));
        }
    }
    Ok(equal / pieces)
}

fn summary(setting: &Setting, rows: &Rows) -> String {
    let native = |case: &str| Of::new(PART, case, Contestant::Native.name());
    let mut times = table(
        "CPU milliseconds of a call, the median of all rounds. A case is named for the texts of a call and the pieces of \
         each. onnxruntime is given ids; `of texts` has it cut texts with `tokenizers` first, as the component always does.",
        setting,
    );
    let mut ratios = table(
        "How many times the CPU time of onnxruntime with f32 that is, in a round: median with quartiles.",
        setting,
    );
    for turn in turns() {
        let of = |case: &String| Of::new(PART, case.as_str(), turn.name);
        let name = std::iter::once(turn.name.to_owned());
        times.row(
            name.clone().chain(setting.cases.iter().map(|case| format!("{:.1}", rows.median(&of(case), "cpu_ms")))),
        );
        ratios.row(name.chain(setting.cases.iter().map(|case| rows.ratio(&of(case), &native(case), "cpu_ms"))));
    }
    let mut web =
        table("How many times the component's CPU time another's is, in a round: median with quartiles.", setting);
    let pairs = [
        (Contestant::Web, Contestant::Component),
        (Contestant::WebInt8, Contestant::ComponentInt8),
        (Contestant::Tract, Contestant::Component),
    ];
    for (theirs, ours) in pairs {
        let of = |case: &String, contestant: Contestant| Of::new(PART, case.as_str(), contestant.name());
        let ratio = |case: &String| rows.ratio(&of(case, theirs), &of(case, ours), "cpu_ms");
        let name = format!("{} / {}", theirs.name(), ours.name());
        web.row(std::iter::once(name).chain(setting.cases.iter().map(ratio)));
    }
    let mut labels = table("Pieces in a hundred whose label is that of onnxruntime with f32.", setting);
    for contestant in Contestant::ALL {
        let of = |case: &String| Of::new(PART, case.as_str(), contestant.name());
        let share = |case: &String| format!("{:.1}", 100.0 * rows.median(&of(case), "equal_labels"));
        labels.row(std::iter::once(contestant.name().to_owned()).chain(setting.cases.iter().map(share)));
    }
    let tables = [times, ratios, web, labels].map(Table::finish);
    format!("## Speed\n\n{}", tables.join("\n"))
}

fn table(title: &str, setting: &Setting) -> Table {
    let cases = setting.cases.iter().map(String::as_str);
    Table::new(title, &std::iter::once("").chain(cases).collect::<Vec<&str>>())
}

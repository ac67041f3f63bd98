//! Words per CPU second from the image: as `spanlet run` works, one instance for all texts, and as `spanlet serve` does, one
//! for each text; beside spaCy.

use spanlet_runtime::Isolation;

use super::Setting;
use crate::engine::Engine as _;
use crate::engine::spacy::Inside;
use crate::official;
use crate::rows::{Of, Rows};
use crate::stopwatch::{Spent, Stopwatch};
use crate::subject::{self, Family, Subject, Way};
use crate::table::Table;
use crate::turn::in_turn;
use crate::worker::{Answer, Worker};

const PART: &str = "throughput";

const SPACY: &str = "spacy";
const RUN: &str = "run";
const SERVE: &str = "serve";
const CONTESTANTS: [&str; 3] = [SPACY, RUN, SERVE];

/// The texts, by how spaCy is asked for them.
const CASES: [(&str, Way); 2] = [("documents", Way::Batch), ("short texts", Way::Single)];

struct Contest<'s> {
    setting: &'s Setting,
    spacy: Worker,
    /// One instance, which is kept.
    run: Inside,
    /// An instance for each call.
    serve: Inside,
}

/// Measures every contestant over the documents and the short texts in each round; answers the section of the summary.
pub(super) fn measure(setting: &Setting, rounds: usize, rows: &mut Rows) -> anyhow::Result<String> {
    let mut contest = Contest::start(setting)?;
    let mut words = Vec::new();
    for (case, way) in CASES {
        // The first round warms up; it is checked and not counted.
        let mut count = 0.0;
        for round in 0..=rounds {
            let spent = contest.round(way, round)?;
            count = spent.words;
            for (contestant, spent) in CONTESTANTS.into_iter().zip(spent.by_contestant).filter(|_| round > 0) {
                rows.add(&Of::new(PART, case, contestant), round, "words_per_cpu_s", count / spent.cpu_s);
                rows.add(&Of::new(PART, case, contestant), round, "words_per_s", count / spent.wall_s);
            }
        }
        words.push(count);
    }
    Ok(summary(&words, rows))
}

/// What a round took.
struct Round {
    words: f64,
    /// In the order of [`CONTESTANTS`].
    by_contestant: [Spent; 3],
}

impl<'s> Contest<'s> {
    fn start(setting: &'s Setting) -> anyhow::Result<Self> {
        let subject = Subject {
            name: "en".to_owned(),
            family: Family::Spacy,
            model: subject::default_pipeline(&setting.folder)?,
            texts: setting.folder.work("texts-spacy.json"),
        };
        let mut spacy = Worker::start(official::worker(&setting.folder, &setting.python, &subject))?;
        spacy.load()?;
        let run = Inside::new(setting.pool(Isolation::Shared, None)?);
        let serve = Inside::new(setting.pool(Isolation::PerCall, None)?);
        Ok(Self { setting, spacy, run, serve })
    }

    /// One turn of each; their answers are compared before the times are handed back.
    fn round(&mut self, way: Way, round: usize) -> anyhow::Result<Round> {
        let mut turns: [Option<(Spent, Vec<Answer>)>; 3] = [None, None, None];
        for place in in_turn(round, CONTESTANTS.len()) {
            turns[place] = Some(self.turn(CONTESTANTS[place], way)?);
        }
        let [Some((spacy, expected)), Some((run, by_run)), Some((serve, by_serve))] = turns else {
            anyhow::bail!("a contestant had no turn")
        };
        for (contestant, found) in [(RUN, by_run), (SERVE, by_serve)] {
            check(contestant, &expected, &found)?;
        }
        #[allow(clippy::cast_precision_loss, reason = "some thousand words")]
        let words = Family::Spacy.units(&expected) as f64;
        Ok(Round { words, by_contestant: [spacy, run, serve] })
    }

    fn turn(&mut self, contestant: &str, way: Way) -> anyhow::Result<(Spent, Vec<Answer>)> {
        if contestant == SPACY {
            let round = self.spacy.round(way, 1)?;
            return Ok((round.spent, round.answers));
        }
        let texts = match way {
            Way::Batch => &self.setting.texts.batch,
            Way::Single => &self.setting.texts.single,
        };
        let stopwatch = Stopwatch::start();
        let pass = if contestant == RUN { self.run.batch(texts) } else { self.serve.single(texts) }?;
        let spent = stopwatch.stop();
        Ok((spent, pass()?))
    }
}

fn check(contestant: &str, expected: &[Answer], found: &[Answer]) -> anyhow::Result<()> {
    anyhow::ensure!(expected.len() == found.len(), "{contestant}: {} answers", found.len());
    for (text, (expected, found)) in expected.iter().zip(found).enumerate() {
        anyhow::ensure!(expected == found, "text {text}: {contestant} answers {found:?}, spaCy {expected:?}");
    }
    Ok(())
}

fn summary(words: &[f64], rows: &Rows) -> String {
    let mut table = Table::new(
        "Words per CPU second, the median of all rounds, and how many times spaCy's in a round, median with quartiles. `run` \
         has one instance and all texts in one call, `serve` an instance and a call for each text; spaCy takes documents \
         through `nlp.pipe` and short texts one at a time.",
        &["texts", "words", SPACY, RUN, SERVE, "run / spacy", "serve / spacy", "serve / run"],
    );
    for ((case, _), words) in CASES.into_iter().zip(words) {
        let [spacy, run, serve] = CONTESTANTS.map(|contestant| Of::new(PART, case, contestant));
        let rate = |of: &Of| format!("{:.0}", rows.median(of, "words_per_cpu_s"));
        let ratio = |ours: &Of, theirs: &Of| rows.ratio(ours, theirs, "words_per_cpu_s");
        table.row([
            case.to_owned(),
            format!("{words:.0}"),
            rate(&spacy),
            rate(&run),
            rate(&serve),
            ratio(&run, &spacy),
            ratio(&serve, &spacy),
            ratio(&serve, &run),
        ]);
    }
    format!("## Throughput\n\n{}", table.finish())
}

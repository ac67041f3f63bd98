//! From the start of a process to its first correct answer, with what it needs in the page cache and not.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde::Deserialize;

use super::server::Server;
use super::{Setting, cache};
use crate::folder::Folder;
use crate::process::{self, Memory};
use crate::rows::{Of, Rows};
use crate::table::Table;
use crate::turn::in_turn;

const PART: &str = "start";

/// What is asked: a sentence with persons, organizations and places.
const TEXT: &str = "Angela Merkel met Barack Obama at Microsoft in Seattle.";

/// Processes of each kind whose memory is watched, in rounds of their own.
const WATCHED: usize = 5;

/// How often a watched process is looked at.
const GLANCE: Duration = Duration::from_micros(200);

/// Who starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Contestant {
    /// A program that prints a line.
    Hello,
    /// Python that loads the pipeline with `spacy.load` and answers a line.
    Python,
    /// `spanlet run` on the image, with a line on its standard input.
    Run,
    /// `spanlet serve` on the image, asked over HTTP once it listens.
    Serve,
    /// Nobody: the files are read from beginning to end.
    Read,
}

/// What is in the page cache before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cache {
    /// Everything.
    Warm,
    /// Everything but the image.
    WithoutImage,
    /// Neither the image nor the program.
    WithoutBoth,
}

/// Every measurement of a round.
const TURNS: [(Contestant, Cache); 11] = [
    (Contestant::Hello, Cache::Warm),
    (Contestant::Hello, Cache::WithoutBoth),
    (Contestant::Python, Cache::Warm),
    (Contestant::Run, Cache::Warm),
    (Contestant::Run, Cache::WithoutImage),
    (Contestant::Run, Cache::WithoutBoth),
    (Contestant::Serve, Cache::Warm),
    (Contestant::Serve, Cache::WithoutImage),
    (Contestant::Read, Cache::Warm),
    (Contestant::Read, Cache::WithoutImage),
    (Contestant::Read, Cache::WithoutBoth),
];

impl Contestant {
    const ALL: [Self; 5] = [Self::Hello, Self::Read, Self::Run, Self::Serve, Self::Python];

    fn name(self) -> &'static str {
        match self {
            Self::Hello => "hello",
            Self::Python => "python",
            Self::Run => "run",
            Self::Serve => "serve",
            Self::Read => "read",
        }
    }
}

impl Cache {
    const ALL: [Self; 3] = [Self::Warm, Self::WithoutImage, Self::WithoutBoth];

    fn name(self) -> &'static str {
        match self {
            Self::Warm => "warm",
            Self::WithoutImage => "image evicted",
            Self::WithoutBoth => "image and program evicted",
        }
    }
}

/// An entity as `Doc.to_json` has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Span {
    start: usize,
    end: usize,
    label: String,
}

/// A line that holds entities, among other things.
#[derive(Deserialize)]
struct Line {
    ents: Vec<Span>,
}

/// Measures all of [`TURNS`] in each round, then memory; answers the section of the summary.
pub(super) fn measure(setting: &Setting, rounds: usize, rows: &mut Rows) -> anyhow::Result<String> {
    let race = Race::prepare(setting)?;
    // The first round is checked and not counted.
    for round in 0..=rounds {
        for turn in in_turn(round, TURNS.len()) {
            let (contestant, cache) = TURNS[turn];
            let Started { took, minor_faults } = race.run(contestant, cache)?;
            if round > 0 {
                rows.add(&of(contestant, cache), round, "wall_ms", took.as_secs_f64() * 1e3);
                if let Some(faults) = minor_faults {
                    #[allow(clippy::cast_precision_loss, reason = "counts far below 2^53")]
                    rows.add(&of(contestant, cache), round, "minor_faults", faults as f64);
                }
            }
        }
    }
    for round in 1..=WATCHED {
        for contestant in [Contestant::Hello, Contestant::Python, Contestant::Run, Contestant::Serve] {
            let Memory { resident_bytes, peak_bytes } = race.watch(contestant)?;
            rows.add(&of(contestant, Cache::Warm), round, "resident_mib", mebibytes(resident_bytes));
            rows.add(&of(contestant, Cache::Warm), round, "peak_mib", mebibytes(peak_bytes));
        }
    }
    Ok(summary(rows))
}

fn of(contestant: Contestant, cache: Cache) -> Of {
    Of::new(PART, cache.name(), contestant.name())
}

#[allow(clippy::cast_precision_loss, reason = "bytes far below 2^53")]
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / 1_048_576.0
}

/// One start that gave the right answer.
struct Started {
    took: Duration,
    /// Page faults up to the answer that needed no reading from disk, of who is a process.
    minor_faults: Option<u64>,
}

struct Race<'s> {
    setting: &'s Setting,
    hello: PathBuf,
    /// A file with the text on its only line.
    line: PathBuf,
    /// What spaCy answers.
    expected: Vec<Span>,
}

impl<'s> Race<'s> {
    fn prepare(setting: &'s Setting) -> anyhow::Result<Self> {
        let line = setting.folder.work("first-answer.txt");
        fs::write(&line, format!("{TEXT}\n"))?;
        let mut race = Self { setting, hello: hello(&setting.folder)?, line, expected: Vec::new() };
        let output = race.command(Contestant::Python)?.output()?;
        race.expected = serde_json::from_slice::<Line>(&output.stdout).context("what spaCy answered first")?.ents;
        anyhow::ensure!(!race.expected.is_empty(), "spaCy finds no entity in {TEXT:?}");
        Ok(race)
    }

    /// One start, with its answer checked.
    fn run(&self, contestant: Contestant, cache: Cache) -> anyhow::Result<Started> {
        self.prepare_cache(contestant, cache)?;
        match contestant {
            Contestant::Read => self.read(cache),
            Contestant::Serve => self.serve(),
            Contestant::Hello | Contestant::Python | Contestant::Run => self.answer_a_line(contestant),
        }
    }

    /// A page that a mapped file did not need may be out after a start; so all of it is read before a warm one.
    fn prepare_cache(&self, contestant: Contestant, cache: Cache) -> anyhow::Result<()> {
        let Setting { image, spanlet, .. } = self.setting;
        let program = if contestant == Contestant::Hello { &self.hello } else { spanlet };
        match cache {
            Cache::Warm => [image, program].into_iter().try_for_each(|file| cache::read(file)),
            Cache::WithoutImage => {
                cache::read(program)?;
                cache::evict(image)
            }
            Cache::WithoutBoth => [image, program].into_iter().try_for_each(|file| cache::evict(file)),
        }
    }

    fn read(&self, cache: Cache) -> anyhow::Result<Started> {
        let begun = Instant::now();
        cache::read(&self.setting.image)?;
        if cache == Cache::WithoutBoth {
            cache::read(&self.setting.spanlet)?;
        }
        Ok(Started { took: begun.elapsed(), minor_faults: None })
    }

    fn serve(&self) -> anyhow::Result<Started> {
        let begun = Instant::now();
        let server = Server::spanlet(self.setting)?;
        let entities = server.entities(TEXT)?;
        let took = begun.elapsed();
        let minor_faults = Some(server.minor_faults()?);
        let span = |entity: super::server::Entity| Span { start: entity.start, end: entity.end, label: entity.label };
        let found: Vec<Span> = entities.into_iter().map(span).collect();
        self.check(Contestant::Serve, &found)?;
        Ok(Started { took, minor_faults })
    }

    fn answer_a_line(&self, contestant: Contestant) -> anyhow::Result<Started> {
        let mut command = self.command(contestant)?;
        let begun = Instant::now();
        let mut child = command.spawn().with_context(|| format!("starting {command:?}"))?;
        let line = first_line(&mut child)?;
        let took = begun.elapsed();
        // Linux tells this of an ended process too, until it is waited for.
        let minor_faults = Some(process::used(child.id())?.minor_faults);
        ended(contestant, &mut child)?;
        self.check_line(contestant, &line)?;
        Ok(Started { took, minor_faults })
    }

    /// The most memory that a process held while it answered, and what it held when last seen.
    fn watch(&self, contestant: Contestant) -> anyhow::Result<Memory> {
        if contestant == Contestant::Serve {
            let server = Server::spanlet(self.setting)?;
            server.entities(TEXT)?;
            let held = server.held()?;
            return Ok(Memory { resident_bytes: held.resident, peak_bytes: held.peak });
        }
        let mut child = self.command(contestant)?.spawn()?;
        let mut last = Memory::default();
        // A process that has ended has no memory, and no line that says how much.
        while let Ok(memory) = process::memory(child.id()) {
            last = memory;
            thread::sleep(GLANCE);
        }
        let line = first_line(&mut child)?;
        ended(contestant, &mut child)?;
        self.check_line(contestant, &line)?;
        Ok(last)
    }

    fn command(&self, contestant: Contestant) -> anyhow::Result<Command> {
        let Setting { spanlet, image, python, pipeline, folder, .. } = self.setting;
        let mut command = match contestant {
            Contestant::Python => {
                let mut command = Command::new(python);
                command.arg(folder.source("official/first_answer.py")).arg(pipeline);
                command
            }
            Contestant::Run => {
                let mut command = Command::new(spanlet);
                command.args(["run", "--model", "en", "--include", "ents", "--component"]).arg(image);
                command
            }
            Contestant::Hello => Command::new(&self.hello),
            Contestant::Serve | Contestant::Read => anyhow::bail!("{contestant:?} is not asked on a line"),
        };
        command.stdin(File::open(&self.line)?).stdout(Stdio::piped());
        Ok(command)
    }

    fn check_line(&self, contestant: Contestant, line: &str) -> anyhow::Result<()> {
        if contestant == Contestant::Hello {
            anyhow::ensure!(line == "hello\n", "hello printed {line:?}");
            return Ok(());
        }
        let found: Line =
            serde_json::from_str(line).with_context(|| format!("{} printed {line:?}", contestant.name()))?;
        self.check(contestant, &found.ents)
    }

    fn check(&self, contestant: Contestant, found: &[Span]) -> anyhow::Result<()> {
        let expected = &self.expected;
        anyhow::ensure!(found == expected, "{} answered {found:?}, spaCy {expected:?}", contestant.name());
        Ok(())
    }
}

fn first_line(child: &mut Child) -> anyhow::Result<String> {
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().context("the process's output is not ours")?).read_line(&mut line)?;
    Ok(line)
}

fn ended(contestant: Contestant, child: &mut Child) -> anyhow::Result<()> {
    let status = child.wait()?;
    anyhow::ensure!(status.success(), "{} ended with {status}", contestant.name());
    Ok(())
}

/// Compiles the program that does nothing, in a copy that nobody else runs.
fn hello(folder: &Folder) -> anyhow::Result<PathBuf> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--release", "--package", "spanlet-bench", "--bin", "hello"]);
    let status = cargo.current_dir(folder.root()).status().context("starting cargo")?;
    anyhow::ensure!(status.success(), "{cargo:?} ended with {status}");
    let place = folder.work("hello");
    let _ = fs::remove_file(&place);
    fs::copy(folder.hello()?, &place).context("copying the program that does nothing")?;
    Ok(place)
}

fn summary(rows: &Rows) -> String {
    let mut times = Table::new(
        "Milliseconds from the start of a process to its first correct answer, medians with quartiles. `run` answers a \
         line, `serve` a request, both from the baked image of `en` and `tags`; `python` is `spacy.load` of the same `en` \
         and one document; `hello` prints a line; `read` reads the image (and the program where that is evicted too).",
        &["", Cache::ALL[0].name(), Cache::ALL[1].name(), Cache::ALL[2].name()],
    );
    for contestant in Contestant::ALL {
        let cell = |cache: Cache| match TURNS.contains(&(contestant, cache)) {
            true => rows.spread(&of(contestant, cache), "wall_ms", 2),
            false => String::new(),
        };
        times.row(std::iter::once(contestant.name().to_owned()).chain(Cache::ALL.map(cell)));
    }
    let mut memory = Table::new(
        "Resident MiB at the first answer, and page faults up to it, medians.",
        &["", "last seen", "peak", "page faults"],
    );
    for contestant in [Contestant::Hello, Contestant::Run, Contestant::Serve, Contestant::Python] {
        let cell = |measure, digits: usize| format!("{:.digits$}", rows.median(&of(contestant, Cache::Warm), measure));
        let memory_cells = [cell("resident_mib", 1), cell("peak_mib", 1), cell("minor_faults", 0)];
        memory.row(std::iter::once(contestant.name().to_owned()).chain(memory_cells));
    }
    format!("## Start\n\n{}\n{}\n{}", times.finish(), targets(rows), memory.finish())
}

/// What was asked for: a hundred times sooner than Python, and no later than three times `hello` and reading the image.
fn targets(rows: &Rows) -> String {
    let ms = |contestant, cache| rows.median(&of(contestant, cache), "wall_ms");
    let sooner = rows.ratio(&of(Contestant::Python, Cache::Warm), &of(Contestant::Run, Cache::Warm), "wall_ms");
    let mut text = format!("`python` takes {sooner} times as long as `run`, warm.\n\n");
    for (cache, of_hello) in
        [(Cache::Warm, Cache::Warm), (Cache::WithoutImage, Cache::Warm), (Cache::WithoutBoth, Cache::WithoutBoth)]
    {
        let bound = 3.0 * ms(Contestant::Hello, of_hello) + ms(Contestant::Read, cache);
        let run = ms(Contestant::Run, cache);
        text += &format!(
            "{}: three times `hello` and `read` are {bound:.2} ms; `run` takes {run:.2} ms, {:.2} times that.\n",
            cache.name(),
            run / bound
        );
    }
    text
}

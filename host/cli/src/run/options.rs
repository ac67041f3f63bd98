//! The command line of `spanlet run`.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, ensure};
use clap::Args;
use spanlet_runtime::{Aggregation, Description, Function, Isolation, Layers, Limits, OffsetUnit};

use super::{
    form::Form,
    format::{Format, OutputFormat},
    output::{Keep, Output},
    question::{Question, Task},
    record::{ColumnChoice, Dialect, Records},
};
use crate::model::ModelArgument;

/// Answer every record of a file, or of standard input, in order: lines, JSON Lines, CSV or TSV in, JSON Lines or CSV
/// out.
///
/// A record is one text: a line; a JSON object's field; a row's cell. Each gives one answer: a document in the shape of
/// spaCy's Doc.to_json() where the model analyses, such as a spaCy pipeline, and {"labels":[…]} where it classifies, or
/// what --task asks for. A record that cannot be answered gives {"error":{"code":…,"detail":…}} in its place, and exit
/// status 3 at the end. Answers bear no identifier: the answer to record N is line N of the output.
///
/// The input is read as it is answered, on all cores, and may be larger than memory. Texts are UTF-8; a byte order mark
/// at the start is skipped.
#[derive(Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Options {
    /// The model: a path to a file, archive or folder, or the name of an embedded one. By default `tags`, but `en` where
    /// `--task` asks for more than labels or a vector, or `--include` or `--offsets` for documents.
    /// Where models are baked into the component, the name of one of them.
    #[arg(long, value_name = "PATH|NAME")]
    model: Option<ModelArgument>,
    /// What to ask about each text. By default the first of `analyze`, `entities`, `classify` and `embed` that the model can
    /// do.
    #[arg(long, value_enum)]
    pub(super) task: Option<Task>,
    /// What offsets count, for a model that analyses: `code-point`, `utf16` or `utf8`. By default code points.
    #[arg(long, value_name = "UNIT", value_parser = offset_unit)]
    pub(super) offsets: Option<OffsetUnit>,
    /// Which layers a document has: any of `tokens`, `sents`, `ents`, `noun_chunks`, `spans`, `cats` and `vector`,
    /// divided by commas. By default all that the model has but the vector.
    #[arg(long, value_name = "LAYERS", value_parser = layers)]
    pub(super) include: Option<Layers>,
    /// The most labels for a text, for a model that classifies; -1 is all of them. By default 5.
    #[arg(short, value_name = "N", value_parser = most_labels, allow_negative_numbers = true)]
    pub(super) k: Option<u32>,
    /// The least score of a label, up to 1; one below 0 is as good as 0. With `--function none` any number. By default the
    /// least there is.
    #[arg(long, value_parser = least_score, allow_negative_numbers = true)]
    pub(super) threshold: Option<f32>,
    /// Clean texts as hashtag models are trained: HTML tags dropped, lower-cased, punctuation deleted.
    #[arg(long)]
    pub(super) clean: bool,
    /// What makes scores of a transformer's outputs, for labels: `sigmoid`, `softmax` or `none`. By default the model says.
    #[arg(long, value_name = "FUNCTION", value_parser = function)]
    pub(super) function: Option<Function>,
    /// How a transformer's word pieces become entities: `none`, `simple`, `first`, `average` or `max`. By default the model
    /// says.
    #[arg(long, value_name = "STRATEGY", value_parser = aggregation)]
    pub(super) aggregation: Option<Aggregation>,
    /// Labels of entities that are left out, divided by commas, as a transformer's answer has them.
    #[arg(long, value_name = "LABELS", value_parser = labels)]
    pub(super) ignore_labels: Option<Labels>,
    /// By how many word pieces a transformer's windows over a long text overlap.
    #[arg(long, value_name = "N")]
    pub(super) stride: Option<u32>,
    /// Scale vectors to length 1, for --task embed.
    #[arg(long)]
    pub(super) normalize: bool,
    /// What the input is. `auto` goes by the ending: .csv, .tsv, .jsonl, .ndjson or .txt. Without one of these it looks
    /// whether the first line that is not empty is a JSON object, and else takes plain lines.
    #[arg(long, value_enum, default_value_t = Format::Auto, help_heading = "Input")]
    format: Format,
    /// Which column of CSV or TSV, or which field of JSON Lines, is the text: its name, or, for a column that no name
    /// fits, its number from 1. By default `text`, or the only column.
    #[arg(long, value_name = "NAME|N", help_heading = "Input")]
    column: Option<String>,
    /// What divides the columns of CSV, one ASCII character, `\t` for a tab. By default a comma.
    #[arg(long, value_name = "CHAR", value_parser = delimiter, help_heading = "Input")]
    delimiter: Option<u8>,
    /// The first row of CSV or TSV is a record, and `--column` takes a number.
    #[arg(long, help_heading = "Input")]
    no_header: bool,
    /// Leave out the first N records of the input. With `--output FILE`: keep the first N records of FILE, cut off what
    /// is there beyond them, and go on, so that a run that was stopped ends with the same file.
    #[arg(long, value_name = "N", conflicts_with = "overwrite", help_heading = "Input")]
    skip: Option<u64>,
    /// Where to write, `-` for standard output. A file that holds something already is refused, unless with `--skip` or
    /// `--overwrite`.
    #[arg(short, long, value_name = "FILE", default_value = "-", hide_default_value = true, help_heading = "Output")]
    output: PathBuf,
    /// What the output is. By default as the ending of `--output` says, .csv or .tsv, else JSON Lines. CSV has a header:
    /// for labels `label`, `score`, `label_2`, `score_2` and so on, for anything else `prediction`, with the answer as
    /// JSON; and `error`, which is `code: detail` where there is no answer. Labels stand in cells as the model has them;
    /// no cell begins with a character out of a text, so that no text becomes a spreadsheet's formula.
    #[arg(long, value_enum, value_name = "FORMAT", help_heading = "Output")]
    output_format: Option<OutputFormat>,
    /// Begin the output anew, whatever it holds.
    #[arg(long, help_heading = "Output")]
    overwrite: bool,
    /// Show no progress bar and no summary, which a terminal gets otherwise.
    #[arg(short, long, help_heading = "Output")]
    pub(super) quiet: bool,
    /// Another component than the embedded one, a `.wasm` file or a `.cwasm` file made by `spanlet compile` or `spanlet
    /// bake`. Of several models that are baked in, `--model` names one.
    #[arg(long, value_name = "FILE", help_heading = "Engine")]
    pub(super) component: Option<PathBuf>,
    /// How many instances work side by side, each with the whole model. By default as many as there are cores, but
    /// fewer where they would hold more than about 2 GB of models.
    #[arg(long, help_heading = "Engine")]
    instances: Option<usize>,
    /// The longest that a batch of records may compute; one that takes longer is tried again record by record.
    #[arg(long, value_name = "MS", default_value_t = 60_000, help_heading = "Engine")]
    deadline_ms: u64,
    /// The most memory of one instance.
    #[arg(long, value_name = "MIB", default_value_t = 4096, help_heading = "Engine")]
    memory_mb: usize,
    /// The input; `-` is standard input.
    #[arg(default_value = "-")]
    pub(super) input: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  spanlet run texts.txt                                      labels for each line, as JSON Lines
  spanlet run --model ./model-best reviews.csv --column review -o documents.jsonl
  spanlet run --task entities news.jsonl --column body -o entities.jsonl
  spanlet run --model ./topics.ftz -k 3 reviews.csv -o topics.csv
  zcat pages.tsv.gz | spanlet run --task keyphrases --format tsv > phrases.jsonl

A run that was stopped, by whatever, goes on where it was, and gives the same file:
  spanlet run reviews.csv -o out.jsonl --skip $(wc -l < out.jsonl)
With --output, the command without --skip says how many records the file has.

The answers beside their rows, in Python:
  rows = pandas.concat([pandas.read_csv(\"reviews.csv\"), pandas.read_csv(\"topics.csv\")], axis=1)

CSV is read as RFC 4180 has it, with any line end. A row has as many cells as the header, else it is an error in its
place. A blank line is an empty text where there is one column, and otherwise nothing.";

/// How many bytes of models all instances may hold together unless their number is given.
const MODEL_BYTES_MAX: u64 = 2 << 30;

/// `-k`, where fastText's -1 is the contract's largest number.
fn most_labels(argument: &str) -> Result<u32, &'static str> {
    match argument.parse::<i64>() {
        Ok(-1) => Ok(u32::MAX),
        Ok(k @ 1..) => Ok(u32::try_from(k).unwrap_or(u32::MAX)),
        _ => Err("expected a whole number above 0, or -1 for all labels"),
    }
}

/// `--threshold`; what range it has depends on `--function`.
fn least_score(argument: &str) -> Result<f32, &'static str> {
    argument.parse::<f32>().ok().filter(|score| score.is_finite()).ok_or("expected a number")
}

fn offset_unit(argument: &str) -> Result<OffsetUnit, String> {
    let expected = || format!("expected {}", OffsetUnit::ALL.map(OffsetUnit::name).join(", "));
    OffsetUnit::from_name(argument).ok_or_else(expected)
}

fn layers(argument: &str) -> Result<Layers, String> {
    let mut layers = Layers::default();
    for name in argument.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let expected = || format!("expected layers among {}, found {name}", Layers::NAMES.join(", "));
        *layers.by_name(name).ok_or_else(expected)? = true;
    }
    Ok(layers)
}

/// Labels, in a type of their own: of a list clap would make an option that may be given several times.
#[derive(Clone, Debug)]
pub(super) struct Labels(pub(super) Vec<String>);

#[expect(clippy::unnecessary_wraps, reason = "clap wants a result")]
fn labels(argument: &str) -> Result<Labels, String> {
    let labels = argument.split(',').map(str::trim).filter(|label| !label.is_empty());
    Ok(Labels(labels.map(str::to_owned).collect()))
}

fn function(argument: &str) -> Result<Function, &'static str> {
    match argument {
        "sigmoid" => Ok(Function::Sigmoid),
        "softmax" => Ok(Function::Softmax),
        "none" => Ok(Function::None),
        _ => Err("expected sigmoid, softmax or none"),
    }
}

fn aggregation(argument: &str) -> Result<Aggregation, &'static str> {
    match argument {
        "none" => Ok(Aggregation::None),
        "simple" => Ok(Aggregation::Simple),
        "first" => Ok(Aggregation::First),
        "average" => Ok(Aggregation::Average),
        "max" => Ok(Aggregation::Max),
        _ => Err("expected none, simple, first, average or max"),
    }
}

fn delimiter(argument: &str) -> Result<u8, &'static str> {
    match argument.as_bytes() {
        b"\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !b"\"\r\n".contains(byte) => Ok(*byte),
        _ => Err("expected one ASCII character that is no quote and no line end"),
    }
}

impl Options {
    /// The options that go with some tasks alone: whether any of a kind is given, what they are called, and the tasks.
    pub(super) fn given(&self) -> [(bool, &'static str, &'static [Task]); 5] {
        let has_labels = self.k.is_some() || self.threshold.is_some() || self.clean || self.function.is_some();
        let has_pieces = self.aggregation.is_some() || self.ignore_labels.is_some() || self.stride.is_some();
        [
            (has_labels, "-k, --threshold, --clean or --function", &[Task::Classify]),
            (has_pieces, "--aggregation, --ignore-labels or --stride", &[Task::Analyze, Task::Entities]),
            (self.offsets.is_some(), "--offsets", &[Task::Analyze, Task::Entities, Task::Keyphrases]),
            (self.include.is_some(), "--include", &[Task::Analyze]),
            (self.normalize, "--normalize", &[Task::Embed]),
        ]
    }

    /// `--threshold` as the component takes it.
    ///
    /// # Errors
    /// When it is above 1 and no score could be.
    pub(super) fn least_score(&self) -> anyhow::Result<Option<f32>> {
        let is_raw = self.function == Some(Function::None);
        // As fastText does, which takes one below 0 too.
        let least = self.threshold.map(|least| if is_raw { least } else { least.max(0.0) });
        ensure!(is_raw || least.is_none_or(|least| least <= 1.0), "--threshold: expected a number up to 1");
        Ok(least)
    }

    /// The model to load, for a component that holds none.
    pub(super) fn model(&self) -> ModelArgument {
        self.model.clone().unwrap_or_else(|| ModelArgument::of_embedded(self.usual_model()))
    }

    /// The name of the embedded model that answers where none is named.
    fn usual_model(&self) -> &'static str {
        match self.task {
            Some(Task::Embed) => "ner",
            // A task that was named says more than options that go with another, of which the caller is told.
            Some(task) if task.is_of_documents() => "en",
            Some(_) => "tags",
            None if self.include.is_some() || self.offsets.is_some() => "en",
            None => "tags",
        }
    }

    /// The model that is asked of those that the component holds: the one that is named, else the only one, else the
    /// usual one.
    ///
    /// # Errors
    /// When it holds none of that name, or several of which none is the usual one.
    pub(super) fn asked<'m>(&self, held: &'m [Description]) -> anyhow::Result<&'m Description> {
        if let (None, [model]) = (&self.model, held) {
            return Ok(model);
        }
        // A path says that something is to be loaded.
        let is_name = |model: &ModelArgument| model.path().is_none_or(|path| path == Path::new(model.name()));
        let name = match &self.model {
            Some(model) => Some(model).filter(|model| is_name(model)).map(ModelArgument::name),
            None => Some(self.usual_model()),
        };
        held.iter().find(|model| Some(model.name.as_str()) == name).with_context(|| {
            let names: Vec<&str> = held.iter().map(|model| model.name.as_str()).collect();
            format!("expected --model to name one of those that are baked into the component: {}", names.join(", "))
        })
    }

    pub(super) fn limits(&self, model_bytes: u64) -> Limits {
        let default = Limits::default();
        let fitting = usize::try_from(MODEL_BYTES_MAX / model_bytes.max(1)).unwrap_or(usize::MAX).max(1);
        let instances = self.instances.unwrap_or_else(|| default.instances.min(fitting));
        Limits {
            memory_bytes: self.memory_mb.saturating_mul(1 << 20),
            deadline: Duration::from_millis(self.deadline_ms),
            instances,
            // Workers are as many as instances; one waits only while an instance is replaced, and that as long as
            // loading takes.
            waiting: instances,
            wait: Duration::from_secs(3600),
            // All records are one user's, and caches that grow warmer save work.
            isolation: Isolation::Shared,
            ..default
        }
    }

    /// How the input becomes records.
    ///
    /// # Errors
    /// When an option goes with another format.
    pub(super) fn records(&self) -> anyhow::Result<Records> {
        let format = self.format.of_file(&self.input);
        let column = self.column.clone();
        let Some(usual) = format.delimiter() else {
            let is_free = self.delimiter.is_none() && !self.no_header;
            ensure!(is_free, "--delimiter and --no-header are for CSV; --format csv says that the input is");
            ensure!(
                format != Format::Text || column.is_none(),
                "--column is for CSV and JSON Lines; plain lines have none"
            );
            return Ok(Records::of_lines(format, column));
        };
        let choice = ColumnChoice(column);
        let is_number = choice.is_number() || choice.0.is_none();
        ensure!(!self.no_header || is_number, "--column: expected a number from 1, since there is no header");
        let dialect = Dialect { delimiter: self.delimiter.unwrap_or(usual), has_header: !self.no_header };
        Ok(Records::of_rows(dialect, choice))
    }

    /// Where the answers go, and how they are written.
    pub(super) fn output(&self, question: &Question) -> Output {
        let format = self.output_format.unwrap_or_else(|| OutputFormat::of_file(&self.output));
        let labels = question.most_labels();
        let form = format.delimiter().map_or(Form::JsonLines, |delimiter| Form::Sheet { delimiter, labels });
        Output::new(&self.output, form)
    }

    /// What is kept of what the output holds.
    pub(super) fn keep(&self) -> Keep {
        match self.skip {
            Some(first) => Keep::First(first),
            None if self.overwrite => Keep::Overwrite,
            None => Keep::Nothing,
        }
    }

    /// How many records are left out.
    pub(super) fn skip(&self) -> u64 {
        self.skip.unwrap_or(0)
    }
}

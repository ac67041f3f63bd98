//! Every model under `tests/cases/transformer` gives what transformers, sentence-transformers and onnxruntime give.
//!
//! Models that tract runs are asked every sixth text, because it plans anew for every length of some and is compiled for
//! speed in the component alone; with `SPANLET_CASE`, part of a case's name, those cases alone are compared, whole.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use spanlet_transformer::{AnswerError, Entity, EntityOptions, Function, Model, Strategy, Window};

const STRATEGIES: [(&str, Strategy); 5] = [
    ("none", Strategy::None),
    ("simple", Strategy::Simple),
    ("first", Strategy::First),
    ("average", Strategy::Average),
    ("max", Strategy::Max),
];

const FUNCTIONS: [(&str, Function); 3] =
    [("softmax", Function::Softmax), ("sigmoid", Function::Sigmoid), ("none", Function::None)];

/// Of how many texts one is asked of slow models.
const SAMPLE: usize = 6;

/// A case's `.toml`, as far as it is asked here.
#[derive(Deserialize)]
struct Case {
    model: String,
    weights: String,
    limit: usize,
    function: Option<String>,
    /// The share of texts that may differ, where rounding while computing puts numbers on edges.
    #[serde(default)]
    edges: f64,
    tolerance: Tolerance,
}

#[derive(Clone, Copy, Deserialize)]
struct Tolerance {
    logits: f32,
    scores: f32,
    vector: f32,
}

#[derive(Deserialize)]
struct Answer {
    ids: Vec<u32>,
    types: Vec<u32>,
    offsets: Vec<(usize, usize)>,
    words: Vec<Option<u32>>,
    special: String,
    output: Option<serde_json::Value>,
    entities: Option<BTreeMap<String, Vec<serde_json::Value>>>,
    labels: Option<BTreeMap<String, Vec<(String, f32)>>>,
    vector: Option<Vec<f32>>,
}

#[derive(Deserialize)]
struct Call {
    text: usize,
    strategy: String,
    ignore: Vec<String>,
    stride: Option<usize>,
    windows: Option<Vec<(usize, usize)>>,
    entities: Vec<serde_json::Value>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/transformer")
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The lines of a file in gzip, each a JSON value.
fn lines<T: for<'d> Deserialize<'d>>(path: &Path) -> Vec<T> {
    /// What stands before the compressed bytes where the file has no name, and behind them.
    const HEAD: usize = 10;
    const TAIL: usize = 8;
    let bytes = read(path);
    assert_eq!(bytes[3], 0, "{}: expected no name in it", path.display());
    let text = miniz_oxide::inflate::decompress_to_vec(&bytes[HEAD..bytes.len() - TAIL]).expect("sound");
    let text = String::from_utf8(text).expect("text");
    text.lines().map(|line| serde_json::from_str(line).expect("an answer")).collect()
}

/// The files below a folder by their paths in it.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let name = entry.file_name().into_string().expect("text");
        if entry.path().is_dir() {
            found.extend(files(&entry.path()).into_iter().map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else {
            found.insert(name, read(&entry.path()));
        }
    }
    found
}

/// Code points to bytes.
struct Places(Vec<usize>);

impl Places {
    fn of(text: &str) -> Self {
        Self(text.char_indices().map(|(byte, _)| byte).chain([text.len()]).collect())
    }

    fn code_point(&self, byte: usize) -> usize {
        self.0.binary_search(&byte).expect("a boundary of code points")
    }
}

/// What differed, and how far numbers were apart.
#[derive(Default)]
struct Compared {
    texts: usize,
    differing: Vec<String>,
    worst_logit: f32,
    worst_score: f32,
    worst_vector: f32,
    entities: usize,
}

fn compare_tokens(name: &str, text: &str, window: &Window, answer: &Answer) {
    let places = Places::of(text);
    let offsets = |window: &Window| -> Vec<(usize, usize)> {
        let place = |token: &spanlet_transformer::Token| {
            (places.code_point(token.bytes.start), places.code_point(token.bytes.end))
        };
        window.tokens.iter().map(place).collect()
    };
    let special: String = window.tokens.iter().map(|token| if token.is_special { '1' } else { '0' }).collect();
    assert_eq!(window.ids, answer.ids, "{name}: {text:?}");
    assert_eq!(window.types, answer.types, "{name}: {text:?}");
    assert_eq!(offsets(window), answer.offsets, "{name}: {text:?}");
    assert_eq!(window.words, answer.words, "{name}: {text:?}");
    assert_eq!(special, answer.special, "{name}: {text:?}");
}

fn flat(value: &serde_json::Value, numbers: &mut Vec<f32>) {
    match value {
        serde_json::Value::Array(values) => values.iter().for_each(|value| flat(value, numbers)),
        value => numbers.push(serde_json::from_value(value.clone()).expect("a number")),
    }
}

fn distance(found: &[f32], expected: &[f32]) -> f32 {
    if found.len() != expected.len() {
        return f32::INFINITY;
    }
    found.iter().zip(expected).map(|(found, expected)| (found - expected).abs()).fold(0.0, farther)
}

/// The greater distance; what is not a number is as far as can be.
fn farther(worst: f32, gap: f32) -> f32 {
    if gap.is_nan() { f32::INFINITY } else { worst.max(gap) }
}

/// The farthest that scores are apart, where labels and places are the same.
fn compare_entities(text: &str, found: &[Entity<'_>], expected: &[serde_json::Value]) -> Option<f32> {
    let places = Places::of(text);
    let mut worst = 0f32;
    for (found, expected) in found.iter().zip(expected) {
        let place = (expected[1].as_u64()? as usize, expected[2].as_u64()? as usize);
        let is_same = Some(found.label) == expected[0].as_str()
            && (places.code_point(found.bytes.start), places.code_point(found.bytes.end)) == place;
        let score: f32 = serde_json::from_value(expected[3].clone()).ok()?;
        worst = farther(worst, (found.score - score).abs());
        is_same.then_some(())?;
    }
    (found.len() == expected.len()).then_some(worst)
}

/// Whether a text's answers are those expected.
fn compare_answer(
    model: &Model,
    case: &Case,
    text: &str,
    answer: &Answer,
    compared: &mut Compared,
) -> Result<bool, AnswerError> {
    let windows = model.windows(text, 0)?;
    let fits = windows.len() == 1;
    let mut is_same = true;
    if let Some(expected) = answer.output.as_ref().filter(|_| fits || answer.labels.is_none()) {
        let mut numbers = Vec::new();
        flat(expected, &mut numbers);
        let worst = distance(&model.output(&windows[0])?.values, &numbers);
        is_same &= worst <= case.tolerance.logits;
        compared.worst_logit = compared.worst_logit.max(worst);
    }
    for (name, strategy) in STRATEGIES {
        let expected = answer.entities.as_ref().filter(|_| fits).and_then(|entities| entities.get(name));
        let Some(expected) = expected else { continue };
        let found = model.entities(text, &EntityOptions { strategy, ..EntityOptions::default() })?;
        let worst = compare_entities(text, &found, expected);
        is_same &= worst.is_some_and(|worst| worst <= case.tolerance.scores);
        compared.worst_score = compared.worst_score.max(worst.unwrap_or(0.0));
        compared.entities += expected.len();
    }
    for (name, function) in FUNCTIONS {
        let Some(expected) = answer.labels.as_ref().filter(|_| fits).map(|labels| &labels[name]) else { continue };
        let own = (case.function.as_deref() != Some(name)).then_some(function);
        let mut found: Vec<(&String, f32)> = model.labels().iter().zip(model.scores(text, own)?).collect();
        found.sort_by(|one, other| other.1.total_cmp(&one.1));
        let worst = found.iter().zip(expected).map(|(found, expected)| (found.1 - expected.1).abs()).fold(0.0, farther);
        is_same &= found.iter().map(|found| found.0).eq(expected.iter().map(|expected| &expected.0));
        is_same &= worst <= case.tolerance.scores;
        compared.worst_score = compared.worst_score.max(worst);
    }
    if let Some(expected) = &answer.vector {
        let worst = distance(&model.vector(text)?, expected);
        is_same &= worst <= case.tolerance.vector;
        compared.worst_vector = compared.worst_vector.max(worst);
    }
    Ok(is_same)
}

#[allow(clippy::print_stdout, reason = "how close numbers are, for those who ask with --nocapture")]
fn compare(name: &str, texts: &[String]) -> Compared {
    let folder = folder();
    let toml = String::from_utf8(read(&folder.join(format!("{name}.toml")))).expect("text");
    let case: Case = toml::from_str(&toml).unwrap_or_else(|error| panic!("{name}: {error}"));
    let model = Model::load(files(&folder.join(&case.model))).unwrap_or_else(|error| panic!("{name}: {error}"));
    let special = model.windows("", 0).expect("an empty text").first().map_or(0, |window| window.ids.len());
    assert_eq!(model.room() + special, case.limit, "{name}");
    let mut compared = Compared::default();
    let is_sample = model.path() == "graph" && std::env::var_os("SPANLET_CASE").is_none();
    let answers: Vec<Answer> = lines(&folder.join(format!("{name}.jsonl.gz")));
    for (text, answer) in texts.iter().zip(&answers).step_by(if is_sample { SAMPLE } else { 1 }) {
        let whole = model.whole(text).expect("a text");
        compare_tokens(name, text, &whole, answer);
        compared.texts += 1;
        match compare_answer(&model, &case, text, answer, &mut compared) {
            Ok(true) => {}
            Ok(false) => compared.differing.push(text.clone()),
            Err(error) => panic!("{name}: {text:?}: {error}"),
        }
    }
    let calls = folder.join(format!("{name}.calls.jsonl.gz"));
    if calls.exists() && !is_sample {
        compare_calls(name, &model, &case, texts, &lines(&calls), &mut compared);
    }
    println!(
        "{name}: {} on {} path, {} texts, {} entities, {} differ; worst logit {:.1e}, score {:.1e}, vector {:.1e}",
        case.weights,
        model.path(),
        compared.texts,
        compared.entities,
        compared.differing.len(),
        compared.worst_logit,
        compared.worst_score,
        compared.worst_vector
    );
    let most = case.edges * compared.texts as f64;
    assert!(compared.differing.len() as f64 <= most, "{name}: {:?}", compared.differing);
    compared
}

/// Calls with options: windows that share pieces, and labels that are left out.
fn compare_calls(name: &str, model: &Model, case: &Case, texts: &[String], calls: &[Call], compared: &mut Compared) {
    for call in calls {
        let text = &texts[call.text];
        let strategy = STRATEGIES.iter().find(|(name, _)| *name == call.strategy).expect("a strategy").1;
        if let (Some(stride), Some(expected)) = (call.stride, &call.windows) {
            let windows = model.windows(text, stride).expect("windows");
            let found: Vec<_> = windows.iter().map(|window| (window.pieces.start, window.pieces.end)).collect();
            assert_eq!(found, *expected, "{name}: {text:?} stride {stride}");
        }
        if call.stride.is_none() && model.windows(text, 0).is_ok_and(|windows| windows.len() > 1) {
            continue;
        }
        let options = EntityOptions { strategy, ignored: Some(&call.ignore), stride: call.stride };
        let found = model.entities(text, &options).expect("entities");
        let worst = compare_entities(text, &found, without_doubled(&call.entities));
        assert!(
            worst.is_some_and(|worst| worst <= case.tolerance.scores),
            "{name}: {text:?} {:?} stride {:?}: {found:?}",
            call.strategy,
            call.stride
        );
        compared.entities += call.entities.len();
    }
}

/// What a call should answer: transformers lists an entity that comes first and covers nothing twice, because it compares
/// it with itself.
fn without_doubled(entities: &[serde_json::Value]) -> &[serde_json::Value] {
    match entities {
        [first, second, ..] if first == second && first[1] == first[2] => &entities[1..],
        _ => entities,
    }
}

#[test]
fn every_model_answers_as_the_original() {
    let only = std::env::var("SPANLET_CASE").unwrap_or_default();
    let texts = String::from_utf8(read(&folder().join("texts.jsonl"))).expect("text");
    let texts: Vec<String> = texts.lines().map(|line| serde_json::from_str(line).expect("a text")).collect();
    let names = fs::read_dir(folder())
        .expect("cases")
        .flatten()
        .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".toml")?.to_owned()));
    let mut names: Vec<String> = names.filter(|name| name.contains(&only)).collect();
    names.sort();
    assert!(!names.is_empty(), "expected cases");
    for name in names {
        compare(&name, &texts);
    }
}

//! Damaged export directories give an error or a model that answers: never a panic, never memory out of proportion.
//!
//! Some models under `tests/cases/transformer`, of every kind of tokenizer and of both paths, have their files cut off at
//! many places, single bits flipped, and parts of their graphs and of their JSON exchanged, left out and changed. A run of
//! the tests takes a sample; all of it is asked for (`fuzz/README.md` has the last run):
//!
//! ```text
//! SPANLET_DAMAGE=all cargo test -p spanlet-transformer --release --test damaged_exports
//! ```
//!
//! `SPANLET_MODELS` may name models, separated by commas, and `SPANLET_SEED` other damage than the usual.

#![allow(clippy::print_stdout, reason = "how far it is, for those who ask with --nocapture")]

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use counting_allocator::peak_of;
use prost::Message;
use spanlet_transformer::{EntityOptions, LoadError, Model};
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, TensorProto};

#[path = "../../spanlet-fasttext/tests/counting_allocator/mod.rs"]
mod counting_allocator;

/// Texts that touch what damage can mislead: nothing, special pieces alone, many words, letters of no vocabulary.
const TEXTS: [&str; 4] = [
    "",
    "[CLS] <s> [MASK]",
    "Angela Merkel's dogs weren't in New York, e.g. at 5p.m. on 3/4 of the U.S. days; she said so.",
    " naïve \u{1f35e}\u{0301} \0\t\n  http://a.b/c?d :-) XXXXXXXX 2² don't... Run!",
];

/// One of each kind: of tokenizer, of graph, of path. `deberta-v3-classes`, which has graphs in its graph, takes tract
/// seconds each time and is asked for.
const MODELS: [&str; 8] = [
    "bert-classes",
    "roberta-classes",
    "xlm-roberta-classes",
    "mpnet-vectors",
    "half-classes",
    "dynamic-classes",
    "sentence-output-vectors",
    "beside-ner",
];

/// How much damage one model takes of every sort.
#[derive(Clone, Copy)]
struct Plan {
    cuts: usize,
    flips: usize,
    changes: usize,
}

const SAMPLE: Plan = Plan { cuts: 2, flips: 10, changes: 10 };
const ALL: Plan = Plan { cuts: 100, flips: 1_000, changes: 2_000 };

/// What loading and answering may take beside the files: a multiple of their bytes, and room for the values of a graph,
/// of which one may have 1 GiB.
const MEMORY_FACTOR: usize = 24;
const MEMORY_CONSTANT: usize = 1 << 30;

/// A model's files by name.
type Files = BTreeMap<String, Vec<u8>>;

fn plan() -> Plan {
    if std::env::var("SPANLET_DAMAGE").is_ok_and(|value| value == "all") { ALL } else { SAMPLE }
}

fn models() -> Vec<(String, Files)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/transformer");
    let names = std::env::var("SPANLET_MODELS").unwrap_or_else(|_| MODELS.join(","));
    let model = |name: &str| {
        let mut files = Files::new();
        read_folder(&folder.join(name), "", &mut files);
        assert!(!files.is_empty(), "expected a model {name}");
        (name.to_owned(), files)
    };
    names.split(',').map(model).collect()
}

fn read_folder(folder: &Path, prefix: &str, files: &mut Files) {
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("an entry of the folder").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("names are UTF-8");
        if path.is_dir() {
            read_folder(&path, &format!("{prefix}{name}/"), files);
        } else {
            files.insert(format!("{prefix}{name}"), std::fs::read(&path).expect("a file that was listed is there"));
        }
    }
}

/// Loads the files and, if that gives a model, asks it everything. A panic is an error of this function's.
fn try_out(files: &Files) -> Result<Result<(), LoadError>, String> {
    let given = files.clone();
    let length: usize = files.values().map(Vec::len).sum();
    let (result, peak) = peak_of(|| catch_unwind(AssertUnwindSafe(|| Model::load(given).map(|model| ask(&model)))));
    let allowed = MEMORY_FACTOR * length + MEMORY_CONSTANT;
    if peak > allowed {
        return Err(format!("{length} bytes took {peak}, more than {allowed}"));
    }
    result.map_err(|_| "it panicked".to_owned())
}

fn ask(model: &Model) {
    for text in TEXTS {
        for stride in [None, Some(1)] {
            let options = EntityOptions { stride, ..EntityOptions::default() };
            let Ok(entities) = model.entities(text, &options) else { continue };
            assert!(entities.iter().all(|entity| text.get(entity.bytes.clone()).is_some()));
        }
        drop(model.scores(text, None));
        drop(model.vector(text));
    }
}

/// Numbers that are the same each time: Knuth's linear congruential generator.
struct Random(u64);

impl Random {
    /// Of a test, and of the seed that is asked for.
    fn new(test: u64) -> Self {
        let seed = std::env::var("SPANLET_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0u64);
        Self(seed.wrapping_mul(1_000_003).wrapping_add(test))
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        ((self.0 >> 33) as usize) % end.max(1)
    }

    fn of<'v, T>(&mut self, values: &'v [T]) -> Option<&'v T> {
        values.get(self.below(values.len()))
    }
}

/// The whole numbers that are most trouble.
const NUMBERS: [i64; 16] =
    [0, 1, -1, 2, -2, 3, 7, 8, 100, -100, 1 << 20, 1 << 31, 1 << 40, i64::MAX, i64::MIN, i64::MIN + 1];

#[test]
fn whole_models_load() {
    for (name, files) in models() {
        match try_out(&files) {
            Ok(Ok(())) => {}
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn cut_files_are_told_or_harmless() {
    let mut random = Random::new(1);
    let mut wrong = Vec::new();
    for (model, files) in models() {
        for (part, bytes) in &files {
            let between = (1..plan().cuts).map(|_| random.below(bytes.len()));
            for cut in [0].into_iter().chain(between) {
                let mut damaged = files.clone();
                damaged.insert(part.clone(), bytes[..cut].to_vec());
                if let Err(problem) = try_out(&damaged) {
                    wrong.push(format!("{model}, {part} cut at {cut}: {problem}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn flipped_bits_are_told_or_harmless() {
    let mut random = Random::new(2);
    let mut wrong = Vec::new();
    for (model, files) in models() {
        let names: Vec<&String> = files.keys().filter(|name| !files[*name].is_empty()).collect();
        for flip in 0..plan().flips {
            // One file after another, so that small ones have their share.
            let part = names[flip % names.len()];
            let (place, bit) = (random.below(files[part].len()), random.below(8));
            let mut damaged = files.clone();
            damaged.entry(part.clone()).and_modify(|bytes| bytes[place] ^= 1 << bit);
            if let Err(problem) = try_out(&damaged) {
                wrong.push(format!("{model}, {part} byte {place} bit {bit}: {problem}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn changed_graphs_are_told_or_harmless() {
    let mut random = Random::new(3);
    let mut wrong = Vec::new();
    for (model, files) in models() {
        let proto = ModelProto::decode(files["model.onnx"].as_slice()).expect("a graph");
        for change in 0..plan().changes {
            let mut changed = proto.clone();
            let graph = changed.graph.as_mut().expect("a graph");
            let kinds: Vec<String> = (0..=random.below(2)).map(|_| change_graph(graph, &mut random)).collect();
            let mut damaged = files.clone();
            damaged.insert("model.onnx".to_owned(), changed.encode_to_vec());
            if let Err(problem) = try_out(&damaged) {
                wrong.push(format!("{model}, change {change}, {kinds:?}: {problem}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Changes one thing of a graph, and says which.
fn change_graph(graph: &mut GraphProto, random: &mut Random) -> String {
    let nodes = graph.node.len();
    let (place, other) = (random.below(nodes), random.below(nodes));
    let names: Vec<String> = graph.node.iter().flat_map(|node| node.output.clone()).collect();
    let operators: Vec<String> = graph.node.iter().map(|node| node.op_type.clone()).collect();
    if let Some(inner) = inner_graph(graph, place).filter(|_| random.below(2) == 0) {
        return format!("inner {}", change_graph(inner, random));
    }
    let other_operator = operators[other].clone();
    let from = place.saturating_sub(random.below(30));
    let earlier: Vec<String> = graph.node[from..place].iter().flat_map(|node| node.output.clone()).collect();
    let node = &mut graph.node[place];
    let shown = format!("{} {:?}", node.op_type, node.name);
    match random.below(11) {
        0 => {
            node.op_type.clone_from(&other_operator);
            format!("{shown} is {other_operator}")
        }
        1 => {
            let ours =
                ["Div", "Mod", "Range", "Einsum", "Gemm", "MatMul", "MatMulInteger", "Tile", "Expand", "Pow", "Trilu"];
            node.op_type = (*random.of(&ours).unwrap_or(&"Add")).to_owned();
            format!("{shown} is {}", node.op_type)
        }
        2 => {
            let slot = random.below(node.input.len());
            let name = random.of(&names).cloned().unwrap_or_default();
            node.input.get_mut(slot).into_iter().for_each(|input| input.clone_from(&name));
            format!("{shown} takes {name:?}")
        }
        3 | 4 => {
            let slot = random.below(node.input.len());
            let name = random.of(&earlier).cloned().unwrap_or_default();
            node.input.get_mut(slot).into_iter().for_each(|input| input.clone_from(&name));
            format!("{shown} takes the earlier {name:?}")
        }
        5 => {
            node.input.pop();
            format!("{shown} lacks its last input")
        }
        6 => {
            node.output.push("another".to_owned());
            format!("{shown} makes another")
        }
        7 => change_attribute(node, random),
        8 => {
            graph.node.remove(place);
            format!("{shown} is gone")
        }
        9 => {
            graph.node.swap(place, other);
            format!("{shown} moves")
        }
        _ => {
            let constants =
                graph.node.iter_mut().flat_map(|node| &mut node.attribute).filter_map(|found| found.t.as_mut());
            let mut tensors: Vec<&mut TensorProto> = constants.chain(&mut graph.initializer).collect();
            let place = random.below(tensors.len());
            tensors.get_mut(place).map_or_else(String::new, |tensor| change_tensor(tensor, random))
        }
    }
}

fn inner_graph(graph: &mut GraphProto, place: usize) -> Option<&mut GraphProto> {
    graph.node[place]
        .attribute
        .iter_mut()
        .find_map(|attribute| attribute.g.as_mut())
        .filter(|inner| !inner.node.is_empty())
}

fn change_attribute(node: &mut NodeProto, random: &mut Random) -> String {
    let shown = format!("{} {:?}", node.op_type, node.name);
    let place = random.below(node.attribute.len());
    let number = *random.of(&NUMBERS).unwrap_or(&0);
    let Some(attribute) = node.attribute.get_mut(place) else { return String::new() };
    if let Some(tensor) = attribute.t.as_mut() {
        return format!("{shown}, {}", change_tensor(tensor, random));
    }
    attribute.i = number;
    let slot = random.below(attribute.ints.len() + 1);
    match attribute.ints.get_mut(slot) {
        Some(found) => *found = number,
        None => attribute.ints.push(number),
    }
    format!("{shown}, {} is {number}", attribute.name)
}

fn change_tensor(tensor: &mut TensorProto, random: &mut Random) -> String {
    let number = *random.of(&NUMBERS).unwrap_or(&0);
    match random.below(4) {
        0 => {
            tensor.dims.reverse();
            tensor.dims.insert(0, 1);
            format!("tensor {:?} has dimensions {:?}", tensor.name, tensor.dims)
        }
        1 => {
            let was = tensor.dims.len();
            tensor.dims = vec![tensor.dims.iter().product()];
            format!("tensor {:?} of {was} dimensions has one", tensor.name)
        }
        2 => {
            tensor.data_type = [1, 6, 7, 9, 11, 8, 16][random.below(7)];
            format!("tensor {:?} is of type {}", tensor.name, tensor.data_type)
        }
        _ if tensor.data_type == 7 && tensor.raw_data.len() >= 8 => {
            let place = random.below(tensor.raw_data.len() / 8) * 8;
            tensor.raw_data[place..place + 8].copy_from_slice(&number.to_le_bytes());
            format!("tensor {:?} has {number}", tensor.name)
        }
        _ => {
            let place = random.below(tensor.dims.len());
            tensor.dims.get_mut(place).into_iter().for_each(|dim| *dim = number);
            format!("tensor {:?} has dimensions {:?}", tensor.name, tensor.dims)
        }
    }
}

#[test]
fn changed_json_is_told_or_harmless() {
    let mut random = Random::new(4);
    let mut wrong = Vec::new();
    for (model, files) in models() {
        let parts: Vec<&String> = files.keys().filter(|name| name.ends_with(".json")).collect();
        let values: Vec<serde_json::Value> =
            parts.iter().map(|part| serde_json::from_slice(&files[*part]).expect("JSON")).collect();
        for change in 0..plan().changes {
            // The tokenizer has the most that can be wrong.
            let tokenizer = parts.iter().position(|part| *part == "tokenizer.json").unwrap_or(0);
            let part = if random.below(4) == 0 { random.below(parts.len()) } else { tokenizer };
            let mut value = values[part].clone();
            let mut place = String::new();
            change_value(&mut value, &mut random, &mut place);
            let mut damaged = files.clone();
            damaged.insert(parts[part].clone(), serde_json::to_vec(&value).expect("JSON"));
            if let Err(problem) = try_out(&damaged) {
                wrong.push(format!("{model}, {} change {change}, {place}: {problem}", parts[part]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Changes one value somewhere inside another.
fn change_value(value: &mut serde_json::Value, random: &mut Random, place: &mut String) {
    use serde_json::Value;
    let stops = random.below(8) == 0;
    match value {
        Value::Object(fields) if !fields.is_empty() && !stops => {
            let names: Vec<String> = fields.keys().cloned().collect();
            let name = random.of(&names).cloned().unwrap_or_default();
            place.push_str(&format!(".{name}"));
            if random.below(12) == 0 {
                fields.remove(&name);
                place.push_str(" gone");
            } else if let Some(inner) = fields.get_mut(&name) {
                change_value(inner, random, place);
            }
        }
        Value::Array(values) if !values.is_empty() && !stops => {
            let index = random.below(values.len());
            place.push_str(&format!("[{index}]"));
            match random.below(12) {
                0 => drop(values.remove(index)),
                1 => values.push(values[index].clone()),
                _ => change_value(&mut values[index], random, place),
            }
        }
        other => {
            let number = *random.of(&NUMBERS).unwrap_or(&0);
            let whole = other.as_str().map(str::to_owned);
            *other = match (random.below(6), whole) {
                (0, _) => Value::Null,
                (1, _) => Value::from(number),
                (2, _) => Value::Bool(true),
                (3, Some(text)) => Value::from(text.chars().rev().collect::<String>()),
                (4, Some(text)) => Value::from(text.chars().skip(1).collect::<String>()),
                (_, Some(_)) => {
                    let texts =
                        ["", " ", "\u{301}", "a", "(a|a)*$", "[", "Sequence", "ByteLevel", "Metaspace", "[CLS]"];
                    Value::from(*random.of(&texts).unwrap_or(&""))
                }
                (_, None) => Value::from(number),
            };
            place.push_str(&format!(" is {other}").chars().take(80).collect::<String>());
        }
    }
}

/// The files of a model with its graph changed.
fn with_graph(name: &str, change: impl FnOnce(&mut GraphProto)) -> Files {
    let mut files = Files::new();
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/transformer").join(name);
    read_folder(&folder, "", &mut files);
    let mut model = ModelProto::decode(files["model.onnx"].as_slice()).expect("a model");
    change(model.graph.as_mut().expect("a graph"));
    files.insert("model.onnx".to_owned(), model.encode_to_vec());
    files
}

#[test]
fn a_value_made_from_itself_is_refused() {
    let files = with_graph("bert-classes", |graph| {
        let node = graph.node.iter_mut().find(|node| node.op_type == "MatMul").expect("a product");
        node.input[1] = node.output[0].clone();
    });
    let error = Model::load(files).map(drop).expect_err("a graph that never ends").to_string();
    assert!(error.contains("model.onnx") && error.contains("made before"), "{error}");
}

#[test]
fn a_graph_that_guesses_pieces_has_no_vectors() {
    let mut files = with_graph("bert-vectors", |graph| {
        let rows = graph.output[0].name.clone();
        for node in &mut graph.node {
            node.output.iter_mut().filter(|output| **output == rows).for_each(|output| "logits".clone_into(output));
        }
        "logits".clone_into(&mut graph.output[0].name);
    });
    let config = String::from_utf8(files["config.json"].clone()).expect("text");
    files.insert("config.json".to_owned(), config.replace("BertModel", "BertForMaskedLM").into_bytes());
    let error = Model::load(files).map(drop).expect_err("a graph without rows").to_string();
    assert!(error.contains("logits") && error.contains("feature-extraction"), "{error}");
}

//! Damaged pipelines give an error or a pipeline that answers: never a panic, never memory out of proportion.
//!
//! Every pipeline under `tests/cases/spacy` has its parts cut off at many places and single bits flipped. A run of the
//! tests takes a sample. All of it, cuts at every byte of parts up to 4 KiB and at 200 places of longer ones, and 2,000
//! flips of each pipeline, takes long and is asked for (`fuzz/README.md` has the last run):
//!
//! ```text
//! SPANLET_DAMAGE=all cargo test -p spanlet-spacy --release --test damaged_pipelines
//! ```
//!
//! `SPANLET_PIPELINES` may name another folder of pipelines.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use counting_allocator::peak_of;
use spanlet_archive::{Limits, Parts};
use spanlet_spacy::{AnnotateError, LoadError, Pipeline, Scratch};

#[path = "../../spanlet-fasttext/tests/counting_allocator/mod.rs"]
mod counting_allocator;

/// Texts that touch what damage can mislead: exceptions, entities, white space, words of no vocabulary, many sentences.
const TEXTS: [&str; 3] = [
    "",
    "Angela Merkel's dogs weren't in New York, e.g. at 5p.m. on 3/4 of the U.S. days; she said so.",
    " naïve \u{1f35e}\u{0301} \0\t\n  http://a.b/c?d :-) XXXXXXXX 2² don't... Run!",
];

/// How much damage one pipeline takes.
#[derive(Clone, Copy)]
struct Plan {
    /// Parts up to so many bytes are cut at every byte.
    small_bytes: usize,
    /// The cuts of a longer part.
    cuts: usize,
    flips: usize,
}

const SAMPLE: Plan = Plan { small_bytes: 0, cuts: 2, flips: 25 };
const ALL: Plan = Plan { small_bytes: 4 << 10, cuts: 200, flips: 2_000 };

/// What loading and answering may take beside the parts: a multiple of their bytes, and room for tables of a language.
const MEMORY_FACTOR: usize = 12;
const MEMORY_CONSTANT: usize = 48 << 20;

/// A pipeline's parts by name.
type Files = BTreeMap<String, Vec<u8>>;

fn plan() -> Plan {
    if std::env::var("SPANLET_DAMAGE").is_ok_and(|value| value == "all") { ALL } else { SAMPLE }
}

/// Every pipeline with its name, whether it is a folder or an archive.
fn pipelines() -> Vec<(String, Files)> {
    let default = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/spacy");
    let folder = std::env::var("SPANLET_PIPELINES").map_or(default, PathBuf::from);
    let mut pipelines = Vec::new();
    find(&folder, &mut pipelines);
    assert!(!pipelines.is_empty(), "no pipelines in {}", folder.display());
    pipelines.sort();
    pipelines
}

fn find(folder: &Path, pipelines: &mut Vec<(String, Files)>) {
    if folder.join("config.cfg").exists() {
        let mut files = Vec::new();
        read_folder(folder, "", &mut files);
        pipelines.push((folder.display().to_string(), unpacked(files)));
        return;
    }
    for path in entries(folder) {
        let name = path.display().to_string();
        if path.is_dir() {
            find(&path, pipelines);
        } else if [".tar.gz", ".tgz", ".zip", ".whl"].iter().any(|ending| name.ends_with(ending)) {
            let bytes = std::fs::read(&path).expect("a file that was listed is there");
            pipelines.push((name, unpacked(vec![("model".to_owned(), bytes)])));
        }
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    entries.map(|entry| entry.expect("an entry of the folder").path()).collect()
}

fn read_folder(folder: &Path, prefix: &str, files: &mut Vec<(String, Vec<u8>)>) {
    for path in entries(folder) {
        let name = path.file_name().and_then(|name| name.to_str()).expect("names are UTF-8");
        if path.is_dir() {
            read_folder(&path, &format!("{prefix}{name}/"), files);
        } else {
            files.push((format!("{prefix}{name}"), std::fs::read(&path).expect("a file that was listed is there")));
        }
    }
}

fn unpacked(files: Vec<(String, Vec<u8>)>) -> Files {
    let mut parts = Parts::from_files(files, &Limits::default()).expect("the pipelines are sound");
    let names: Vec<String> = parts.names().map(str::to_owned).collect();
    // What spaCy answered lies beside some pipelines and is no part of them.
    let names = names.into_iter().filter(|name| !name.starts_with("expected"));
    names.map(|name| (name.clone(), parts.take(&name).expect("it was named"))).collect()
}

/// Loads the parts and, if that gives a pipeline, asks it everything. A panic is an error of this function's.
fn try_out(files: &Files) -> Result<Result<(), LoadError>, String> {
    let given: Vec<(String, Vec<u8>)> = files.iter().map(|(name, bytes)| (name.clone(), bytes.clone())).collect();
    let length: usize = files.values().map(Vec::len).sum();
    let (result, peak) = peak_of(|| catch_unwind(AssertUnwindSafe(|| Pipeline::load(given).map(|found| ask(&found)))));
    let allowed = MEMORY_FACTOR * length + MEMORY_CONSTANT;
    if peak > allowed {
        return Err(format!("{length} bytes took {peak}, more than {allowed}"));
    }
    result.map_err(|_| "it panicked".to_owned())
}

fn ask(pipeline: &Pipeline) {
    let mut scratch = Scratch::default();
    for text in TEXTS {
        match pipeline.annotate(&mut scratch, text) {
            Ok(document) => {
                let is_inside = |start: u32, end: u32| text.get(start as usize..end as usize).is_some();
                assert!(document.tokens.iter().flatten().all(|token| is_inside(token.start, token.end)));
                let spans = [&document.ents, &document.sents, &document.noun_chunks];
                assert!(spans.into_iter().flatten().flatten().all(|span| is_inside(span.start, span.end)));
            }
            Err(error @ AnnotateError::TooLong { .. }) => panic!("{error}"),
            // Scores that are no numbers, rules that reach for tokens outside of their matches.
            Err(_) => {}
        }
    }
}

/// Numbers that are the same each time: Knuth's linear congruential generator.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        ((self.0 >> 33) as usize) % end
    }
}

/// Where a part is cut: everywhere, or down to nothing and here and there.
fn cuts(length: usize, plan: Plan, random: &mut Random) -> Vec<usize> {
    if length <= plan.small_bytes {
        return (0..length).collect();
    }
    let between = (1..plan.cuts).map(|_| random.below(length));
    [0].into_iter().chain(between).collect()
}

#[test]
fn whole_pipelines_load_or_ask_for_what_is_not_there() {
    for (name, files) in pipelines() {
        match try_out(&files) {
            Ok(Ok(()) | Err(LoadError::Unsupported { .. })) => {}
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn cut_parts_are_told_or_harmless() {
    let mut random = Random(1);
    let mut wrong = Vec::new();
    for (pipeline, files) in pipelines() {
        for (part, bytes) in &files {
            for cut in cuts(bytes.len(), plan(), &mut random) {
                let mut damaged = files.clone();
                damaged.insert(part.clone(), bytes[..cut].to_vec());
                if let Err(problem) = try_out(&damaged) {
                    wrong.push(format!("{pipeline}, {part} cut at {cut}: {problem}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn flipped_bits_are_told_or_harmless() {
    let mut random = Random(2);
    let mut wrong = Vec::new();
    for (pipeline, files) in pipelines() {
        let names: Vec<&String> = files.keys().filter(|name| !files[*name].is_empty()).collect();
        for flip in 0..plan().flips {
            // One part after another, so that small ones have their share.
            let part = names[flip % names.len()];
            let (place, bit) = (random.below(files[part].len()), random.below(8));
            let mut damaged = files.clone();
            damaged.entry(part.clone()).and_modify(|bytes| bytes[place] ^= 1 << bit);
            if let Err(problem) = try_out(&damaged) {
                wrong.push(format!("{pipeline}, {part} byte {place} bit {bit}: {problem}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

//! Transformers through the component's API: exports as files and as one archive, and converted spaCy pipelines.

use std::fs;
use std::path::{Path, PathBuf};

use spanlet_api::{AnalyzeOptions, Api, Description, Error, PartSize, Task};
use spanlet_tests::spacy::{Answer, transformer_cases};
use spanlet_text::{Layers, OffsetUnit};

fn export(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/transformer").join(name)
}

/// The files below a folder by their paths in it.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry")) {
        let name = entry.file_name().into_string().expect("text");
        if entry.path().is_dir() {
            found.extend(files(&entry.path()).into_iter().map(|(file, bytes)| (format!("{name}/{file}"), bytes)));
        } else {
            found.push((name, fs::read(entry.path()).expect("a file")));
        }
    }
    found
}

fn load(api: &mut Api, files: &[(String, Vec<u8>)]) -> Result<Description, Error> {
    let size = |bytes: &Vec<u8>| u32::try_from(bytes.len()).expect("a small model");
    let parts = files.iter().map(|(name, bytes)| PartSize { name: name.clone(), size_bytes: size(bytes) }).collect();
    let load = api.begin("m", parts, None)?;
    for (number, (_, bytes)) in files.iter().enumerate() {
        for chunk in bytes.chunks(1 << 20) {
            api.write(load, u32::try_from(number).expect("few parts"), chunk)?;
        }
    }
    api.finish(load)
}

#[test]
fn exports_are_described_by_what_they_do() {
    for (name, tasks, labels, path) in [
        ("bert-ner", &[Task::Analyze, Task::Entities, Task::Embed][..], 7, "encoder"),
        ("bert-classes", &[Task::Classify, Task::Embed], 3, "encoder"),
        ("bert-vectors", &[Task::Embed], 0, "encoder"),
        ("deberta-v3-ner", &[Task::Analyze, Task::Entities], 7, "graph"),
    ] {
        let description = load(&mut spanlet_component::api(), &files(&export(name)))
            .unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(description.tasks, tasks, "{name}");
        assert_eq!(description.labels.len(), labels, "{name}");
        assert_eq!(description.metadata["path"], path, "{name}");
    }
}

/// A converted pipeline with its encoder joined gives what spaCy gives.
#[test]
fn spacy_pipelines_with_transformers_answer_as_spacy() {
    let (mut equal, mut entities, mut failures) = (0, 0, Vec::new());
    for case in transformer_cases() {
        let mut api = spanlet_component::api();
        let name = &case.case.name;
        load(&mut api, &case.case.files()).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let answers = api
            .analyze(&case.texts, &AnalyzeOptions { layers: Layers::ALL, ..AnalyzeOptions::default() })
            .expect("a pipeline with every layer that it has");
        for (number, (expected, found)) in case.case.answers.iter().zip(answers).enumerate() {
            // What spaCy cannot answer is compared where encoders are replayed.
            let Some(expected) = expected else { continue };
            let found = found.unwrap_or_else(|error| panic!("{name}, text {number}: {error:?}"));
            match expected.difference(&Answer::of(found), case.case.tolerance.max(1e-4)) {
                Some(difference) => failures.push(format!("{name}, text {number}: {difference}")),
                None => equal += 1,
            }
            entities += expected.ents.len();
        }
    }
    assert!(failures.is_empty(), "{} differences and {equal} equal:\n{}", failures.len(), failures.join("\n"));
    assert!(equal >= 200 && entities >= 50, "{equal} texts, {entities} entities");
}

/// Places count code points, as callers ask unless they say otherwise; the text has characters of three bytes.
#[test]
fn places_are_in_the_unit_that_was_asked_for() {
    let mut api = spanlet_component::api();
    load(&mut api, &files(&export("bert-ner"))).expect("an export");
    let text = "東京 Angela Merkel met Barack Obama at Microsoft in Seattle.";
    let ents = |offsets| {
        let options = AnalyzeOptions { layers: Layers::ENTS, offsets, ..AnalyzeOptions::default() };
        let document = api.analyze(&[text], &options).expect("entities").remove(0).expect("an answer");
        document.ents.expect("entities were asked for")
    };
    let (code_points, bytes) = (ents(OffsetUnit::CodePoint), ents(OffsetUnit::Utf8));
    assert!(!bytes.is_empty());
    for (one, other) in code_points.iter().zip(&bytes) {
        let covered: String = text.chars().take(one.end as usize).skip(one.start as usize).collect();
        assert_eq!(text.get(other.start as usize..other.end as usize), Some(covered.as_str()));
    }
}

//! Transformers through the component's API: exports as files and as one archive, and converted spaCy pipelines.

use std::fs;
use std::path::{Path, PathBuf};

use spanlet_api::{Aggregation, AnalyzeOptions, Api, Description, EntityOptions, Error, PartSize, Task};
use spanlet_tests::spacy::{Answer, transformer_cases};
use spanlet_text::{Layers, OffsetUnit, Span};

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

/// The text has characters of one to four bytes.
#[test]
fn offsets_count_what_is_asked_for() {
    const TEXT: &str = "“Zoë” met Łukasz 🙂 in Kraków";
    let mut api = spanlet_component::api();
    load(&mut api, &files(&export("bert-ner"))).expect("a model");
    let pieces = |offsets| -> Vec<Span> {
        let layers = Layers { ents: true, ..Layers::default() };
        let entities = EntityOptions {
            aggregation: Some(Aggregation::None),
            ignore_labels: Some(&[]),
            ..EntityOptions::default()
        };
        let options = AnalyzeOptions { layers, offsets, entities, ..AnalyzeOptions::default() };
        let mut documents = api.analyze(&[TEXT], &options).expect("a model that analyses");
        documents.pop().expect("one text").expect("an answer").ents.expect("the layer that was asked for")
    };
    let (bytes, code_points) = (pieces(OffsetUnit::Utf8), pieces(OffsetUnit::CodePoint));
    assert!(bytes.len() > 7 && bytes.len() == code_points.len(), "{} and {} pieces", bytes.len(), code_points.len());
    for (bytes, code_points) in bytes.iter().zip(&code_points) {
        let (start, end) = (code_points.start as usize, code_points.end as usize);
        let of_code_points: String = TEXT.chars().take(end).skip(start).collect();
        assert_eq!(&TEXT[bytes.start as usize..bytes.end as usize], of_code_points);
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

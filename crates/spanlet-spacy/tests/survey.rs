//! A survey lists all that keeps a pipeline from being loaded, and agrees with loading.

use std::path::Path;

use spanlet_archive::{Limits, Parts};
use spanlet_spacy::{LoadError, Pipeline, Survey};

type Files = Vec<(String, Vec<u8>)>;

/// The committed pipeline `brands`, an entity recogniser, with its configuration changed.
fn brands(change: impl Fn(&str) -> String) -> Files {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/spacy/brands.tar.gz");
    let bytes = std::fs::read(archive).expect("a committed pipeline");
    let mut parts = Parts::from_files(vec![("brands.tar.gz".to_owned(), bytes)], &Limits::default()).expect("sound");
    let names: Vec<String> = parts.names().map(str::to_owned).collect();
    let mut files: Files = names.iter().map(|name| (name.clone(), parts.take(name).expect("named"))).collect();
    let (_, config) = files.iter_mut().find(|(name, _)| name == "config.cfg").expect("a configuration");
    *config = change(str::from_utf8(config).expect("UTF-8")).into_bytes();
    files
}

/// Surveys and loads; both must say the same. The problems as sentences.
fn problems(files: &Files) -> Vec<String> {
    let survey = Survey::of(files.clone()).expect("a pipeline");
    let problems: Vec<String> = survey.problems().map(LoadError::to_string).collect();
    let refusal = Pipeline::load(files.clone()).err().map(|error| error.to_string());
    assert_eq!(problems.first(), refusal.as_ref());
    problems
}

/// The configuration with components before the recogniser, each a name and the lines of its section.
fn with_components(config: &str, added: &[(&str, &str)]) -> String {
    let names: String = added.iter().map(|(name, _)| format!("\"{name}\",")).collect();
    let sections: String = added.iter().map(|(name, lines)| format!("[components.{name}]\n{lines}\n")).collect();
    let config = config.replacen("pipeline = [", &format!("pipeline = [{names}"), 1);
    config.replacen("[components]\n", &format!("[components]\n\n{sections}"), 1)
}

#[test]
fn a_pipeline_that_loads_has_no_problems() {
    let files = brands(str::to_owned);
    assert_eq!(problems(&files), Vec::<String>::new());
    let survey = Survey::of(files).expect("a pipeline");
    let [recogniser] = survey.components.as_slice() else { panic!("{:?}", survey.components) };
    assert_eq!((recogniser.name.as_str(), recogniser.factory.as_deref()), ("ner", Some("ner")));
    assert_eq!(recogniser.architecture.as_deref(), Some("spacy.TransitionBasedParser.v2"));
    assert!(recogniser.is_enabled && recogniser.labels.as_ref().is_some_and(|labels| !labels.is_empty()));
    assert_eq!((survey.language.as_str(), survey.tokenizer.as_str()), ("en", "spacy.Tokenizer.v1"));
}

#[test]
fn every_part_that_is_not_here_is_listed() {
    let old_tagger = "factory = \"tagger\"\n[components.tagger.model]\n@architectures = \"spacy.Tagger.v1\"";
    let mut files = brands(|config| {
        let added = [("topics", "factory = \"textcat\""), ("tagger", old_tagger), ("mine", "factory = \"my_factory\"")];
        let config = with_components(config, &added);
        let config = config.replacen("before_creation = null", "before_creation = {\"@callbacks\":\"mine.v1\"}", 1);
        config.replacen("lang = \"en\"", "lang = \"ja\"", 1)
    });
    files.push(("tagger/cfg".to_owned(), b"{\"labels\": [\"NN\"]}".to_vec()));
    let problems = problems(&files);
    let asked_for = ["mine.v1", "lang = ja", "`textcat`", "`spacy.Tagger.v1`", "`my_factory`"];
    assert_eq!(problems.len(), asked_for.len(), "{problems:#?}");
    for (problem, asked_for) in problems.iter().zip(asked_for) {
        assert!(problem.contains(asked_for) && problem.contains("not supported"), "{problem}");
    }
    let survey = Survey::of(files).expect("a pipeline");
    let architectures: Vec<_> = survey.components.iter().map(|component| component.architecture.as_deref()).collect();
    assert_eq!(architectures, [None, Some("spacy.Tagger.v1"), None, Some("spacy.TransitionBasedParser.v2")]);
}

#[test]
fn a_component_that_does_not_run_is_no_problem() {
    let files = brands(|config| {
        let config = with_components(config, &[("topics", "factory = \"textcat\"")]);
        config.replacen("disabled = []", "disabled = [\"topics\"]", 1)
    });
    assert_eq!(problems(&files), Vec::<String>::new());
    let survey = Survey::of(files).expect("a pipeline");
    let topics = &survey.components[0];
    assert!(!topics.is_enabled && topics.outcome.is_err(), "{topics:?}");
}

#[test]
fn damage_in_a_component_is_one_of_its_problems() {
    let mut files = brands(|config| with_components(config, &[("topics", "factory = \"textcat\"")]));
    let (_, weights) = files.iter_mut().find(|(name, _)| name == "ner/model").expect("weights");
    weights.truncate(100);
    let problems = problems(&files);
    assert!(problems.len() == 2 && problems[1].contains("ner/model"), "{problems:#?}");
}

#[test]
fn what_is_no_pipeline_has_no_survey() {
    let error = |files: &[(&str, &str)]| {
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
        Survey::of(files).expect_err("no pipeline").to_string()
    };
    assert!(error(&[("a.txt", "text")]).contains("config.cfg"));
    assert!(error(&[("config.cfg", "[nlp"), ("meta.json", "{}")]).contains("config.cfg"));
    assert!(error(&[("meta.json", "{}"), ("tokenizer", "")]).contains("spaCy 2"));
}

//! spaCy's answers, asked again of the library natively and of the component in wasmtime.

use spanlet_runtime::{AnalyzeOptions, Component, Document, Layers, Limits, ModelFiles, Pool};
use spanlet_spacy::{LoadError, Pipeline, Scratch, Survey};
use spanlet_tests::artifacts::lite_component;
use spanlet_tests::snapshot;
use spanlet_tests::spacy::{
    Answer, Case, Fixture, KnownDifference, Numbers, cases, fixtures, known_differences, texts,
};

/// What a host that answers texts of a case is called in messages.
const NATIVE: &str = "native";
const INSIDE: &str = "inside the component";

#[test]
fn every_field_is_spacy_s() {
    let (cases, texts) = (cases(), texts());
    assert!(cases.len() >= 70 && texts.len() >= 90, "{} pipelines, {} texts", cases.len(), texts.len());
    let mut tally = Tally { known: known_differences(), ..Tally::default() };
    let component = Component::from_wasm(&lite_component()).expect("the component that was built");
    for case in &cases {
        assert_eq!(case.answers.len(), texts.len(), "{}", case.name);
        for (number, found) in ask_natively(case, &texts).iter().enumerate() {
            tally.compare(NATIVE, case, number, found);
        }
        for (number, found) in ask_inside(&component, case, &texts).iter().enumerate() {
            tally.compare(INSIDE, case, number, found);
        }
    }
    tally.finish(cases.len(), texts.len());
}

#[derive(Default)]
struct Tally {
    known: Vec<KnownDifference>,
    /// Which of the known differences were seen.
    seen: Vec<usize>,
    native: usize,
    inside: usize,
    /// What the answers of one host hold.
    numbers: Numbers,
    failures: Vec<String>,
}

impl Tally {
    fn compare(&mut self, host: &'static str, case: &Case, text: usize, found: &Result<Answer, String>) {
        let expected = &case.answers[text];
        *if host == NATIVE { &mut self.native } else { &mut self.inside } += 1;
        if host == NATIVE {
            self.numbers.add(expected.numbers());
        }
        let difference = match found {
            Ok(found) => expected.difference(found, case.tolerance),
            Err(error) => Some(error.clone()),
        };
        let Some(difference) = difference else { return };
        match self.known.iter().position(|known| known.case == case.name && known.text == text) {
            Some(index) => self.seen.push(index),
            None => self.failures.push(format!("{}, text {text}, {host}: {difference}", case.name)),
        }
    }

    fn finish(mut self, pipelines: usize, texts: usize) {
        for (index, known) in self.known.iter().enumerate() {
            if self.seen.iter().filter(|seen| **seen == index).count() != 2 {
                self.failures.push(format!("passes now, remove it from the known differences: {known:?}"));
            }
        }
        let shown = self.failures.iter().take(40).map(String::as_str).collect::<Vec<_>>().join("\n");
        assert!(self.failures.is_empty(), "{} differences:\n{shown}", self.failures.len());
        let Numbers { tokens, arcs, lemmas, ents, sents, chunks } = self.numbers;
        let totals = format!(
            "pipelines {pipelines}\ntexts {texts}\n\
             equal natively {}\nequal inside the component {}\n\
             tokens {tokens}, arcs {arcs}, lemmas {lemmas}, entities {ents}, sentences {sents}, noun chunks {chunks}\n\
             known differences {}\n",
            self.native,
            self.inside,
            self.known.len(),
        );
        snapshot::assert_section("spacy", &totals);
    }
}

fn ask_natively(case: &Case, texts: &[String]) -> Vec<Result<Answer, String>> {
    let pipeline = match Pipeline::load(case.files()) {
        Ok(pipeline) => pipeline,
        Err(error) => return vec![Err(error.to_string()); texts.len()],
    };
    let mut scratch = Scratch::default();
    let answer =
        |text: &String| pipeline.annotate(&mut scratch, text).map(Answer::of).map_err(|error| error.to_string());
    texts.iter().map(answer).collect()
}

/// The typed door, all texts in one call.
fn ask_inside(component: &Component, case: &Case, texts: &[String]) -> Vec<Result<Answer, String>> {
    let files = ModelFiles::from_path("case", &case.model).expect("a small model");
    let limits = Limits { instances: 1, ..Limits::default() };
    let pool = match Pool::new(component.clone(), vec![files], limits) {
        Ok(pool) => pool,
        Err(error) => return vec![Err(error.to_string()); texts.len()],
    };
    let options = AnalyzeOptions { layers: Layers::ALL, ..AnalyzeOptions::default() };
    let answers = pool.analyze(texts, &options).unwrap_or_else(|error| panic!("{}: {error}", case.name));
    answers.into_iter().map(|answer| answer.map(Answer::of).map_err(|refusal| format!("{refusal:?}"))).collect()
}

#[test]
fn a_layer_is_the_same_alone_as_among_all() {
    let texts: Vec<String> = texts().into_iter().step_by(4).collect();
    for case in cases() {
        let Ok(pipeline) = Pipeline::load(case.files()) else { continue };
        let mut scratch = Scratch::default();
        for text in &texts {
            let Ok(all) = pipeline.annotate(&mut scratch, text) else { continue };
            for name in Layers::NAMES {
                let mut alone = Layers::default();
                *alone.by_name(name).expect("a layer") = true;
                let found = pipeline.annotate_layers(&mut scratch, text, alone).expect("a part of an answer");
                let expected = only(&all, alone);
                assert_eq!(format!("{found:?}"), format!("{expected:?}"), "{}, {name}: {text}", case.name);
            }
        }
    }
}

/// The document without the layers that were not asked for.
fn only(document: &Document, layers: Layers) -> Document {
    let Document { text, offsets, .. } = document.clone();
    Document {
        text,
        offsets,
        tokens: document.tokens.clone().filter(|_| layers.tokens),
        sents: document.sents.clone().filter(|_| layers.sents),
        ents: document.ents.clone().filter(|_| layers.ents),
        noun_chunks: document.noun_chunks.clone().filter(|_| layers.noun_chunks),
        spans: document.spans.clone().into_iter().filter(|_| layers.spans).collect(),
        cats: document.cats.clone().into_iter().filter(|_| layers.cats).collect(),
        vector: document.vector.clone().filter(|_| layers.vector),
    }
}

#[test]
fn shared_fixtures_are_answered_or_refused_by_name() {
    for fixture in fixtures() {
        match &fixture.later {
            None => check(&fixture, fixture.files.clone(), true),
            Some(component) => {
                let error = Pipeline::load(fixture.files.clone()).expect_err("a component of a later step").to_string();
                assert!(error.contains(&format!("`{component}`")), "{}: {error}", fixture.name);
                // What is left is answered; entities are that component's.
                check(&fixture, without(&fixture, component), false);
            }
        }
    }
}

#[test]
fn a_survey_finds_no_problem_where_loading_finds_none() {
    for case in cases() {
        let survey = Survey::of(case.files()).unwrap_or_else(|error| panic!("{}: {error}", case.name));
        let problems: Vec<String> = survey.problems().map(LoadError::to_string).collect();
        assert_eq!(problems, Vec::<String>::new(), "{}", case.name);
    }
    for fixture in fixtures() {
        let survey = Survey::of(fixture.files.clone()).unwrap_or_else(|error| panic!("{}: {error}", fixture.name));
        let problems: Vec<String> = survey.problems().map(LoadError::to_string).collect();
        let refusal = Pipeline::load(fixture.files.clone()).err().map(|error| error.to_string());
        assert_eq!(problems.first(), refusal.as_ref(), "{}", fixture.name);
        let is_later = |name: &Option<String>| name.is_some() && *name == fixture.later;
        for component in &survey.components {
            assert_eq!(component.outcome.is_err(), is_later(&component.factory), "{}: {component:?}", fixture.name);
        }
    }
}

fn check(fixture: &Fixture, files: Vec<(String, Vec<u8>)>, with_entities: bool) {
    let pipeline = Pipeline::load(files).unwrap_or_else(|error| panic!("{}: {error}", fixture.name));
    let mut scratch = Scratch::default();
    for (text, expected) in &fixture.answers {
        let mut expected = expected.clone();
        let mut found = Answer::of(pipeline.annotate(&mut scratch, text).expect("a short text"));
        // The fixtures have no vectors, and noun chunks not always.
        found.vector.clear();
        if expected.chunks.is_none() {
            found.chunks = None;
        }
        if !with_entities {
            expected.ents.clear();
        }
        let difference = expected.difference(&found, 0.0);
        assert_eq!(difference, None, "{}: {text}", fixture.name);
    }
}

/// The fixture's files with a component switched off.
fn without(fixture: &Fixture, component: &str) -> Vec<(String, Vec<u8>)> {
    let mut files = fixture.files.clone();
    let (_, config) = files.iter_mut().find(|(name, _)| name == "config.cfg").expect("a configuration");
    let text = std::str::from_utf8(config).expect("UTF-8");
    *config = text.replacen("disabled = []", &format!("disabled = [\"{component}\"]"), 1).into_bytes();
    files
}

//! The official fastText's answers, asked again of the library natively and of the component in wasmtime.

use spanlet_fasttext::Model;
use spanlet_runtime::{ClassifyOptions, Component, EmbedOptions, Limits, ModelFiles, Pool};
use spanlet_tests::artifacts::{lite_component, sha256};
use spanlet_tests::parity::{Answer, Call, Case, KnownDifference, cases, known_differences, texts};
use spanlet_tests::snapshot;

/// More labels than any model has: how the component is asked for all.
const ALL_LABELS: u32 = 1_000_000;

/// What a host that answers texts of a case is called in messages.
const NATIVE: &str = "native";
const INSIDE: &str = "inside the component";

#[test]
fn labels_order_and_numbers_are_the_official_library_s() {
    let (cases, texts) = (cases(), texts());
    assert!(cases.len() >= 20 && texts.len() >= 500, "{} models, {} texts", cases.len(), texts.len());
    let mut tally = Tally { known: known_differences(), ..Tally::default() };
    let component = Component::from_wasm(&lite_component()).expect("the component that was built");
    for case in &cases {
        assert_eq!(sha256(&case.model), case.model_sha256, "{} is not the model that was recorded", case.name);
        ask_natively(case, &texts, &mut tally);
        ask_inside(&component, case, &texts, &mut tally);
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
    /// Answered natively alone: the contract has no word vectors.
    word_vectors: usize,
    failures: Vec<String>,
}

impl Tally {
    fn compare(&mut self, host: &'static str, case: &Case, call: Call, text: usize, expected: &Answer, found: &Answer) {
        *match (host, call) {
            (_, Call::WordVector) => &mut self.word_vectors,
            (NATIVE, _) => &mut self.native,
            _ => &mut self.inside,
        } += 1;
        let Some(difference) = expected.difference(found, case.tolerance) else { return };
        let is_this =
            |known: &KnownDifference| known.case == case.name && known.call == call.to_string() && known.text == text;
        match self.known.iter().position(is_this) {
            Some(index) => self.seen.push(index),
            None => self.failures.push(format!("{}, {call}, text {text}, {host}: {difference}", case.name)),
        }
    }

    fn finish(mut self, models: usize, texts: usize) {
        for (index, known) in self.known.iter().enumerate() {
            // Natively and inside, but for word vectors.
            let hosts = if Call::parse(&known.call) == Call::WordVector { 1 } else { 2 };
            if self.seen.iter().filter(|seen| **seen == index).count() != hosts {
                self.failures.push(format!("passes now, remove it from the known differences: {known:?}"));
            }
        }
        let shown = self.failures.iter().take(20).map(String::as_str).collect::<Vec<_>>().join("\n");
        assert!(self.failures.is_empty(), "{} differences:\n{shown}", self.failures.len());
        let totals = format!(
            "models {models}\ntexts {texts}\n\
             labels and sentence vectors equal natively {}\n\
             labels and sentence vectors equal inside the component {}\n\
             word vectors equal natively (the contract has none) {}\n\
             known differences {}\n",
            self.native,
            self.inside,
            self.word_vectors,
            self.known.len(),
        );
        snapshot::assert_section("fasttext", &totals);
    }
}

fn ask_natively(case: &Case, texts: &[String], tally: &mut Tally) {
    let model = Model::load(case.model.clone()).unwrap_or_else(|error| panic!("{}: {error}", case.name));
    for section in &case.sections {
        for (number, expected) in &section.answers {
            let text = &texts[*number];
            let found = match section.call {
                Call::Predict { k, threshold } => predict(&model, case, text, k, threshold),
                Call::SentenceVector => Answer::Vector(model.sentence_vector(text).expect("a text without a newline")),
                Call::WordVector => Answer::Vector(model.word_vector(text)),
            };
            tally.compare(NATIVE, case, section.call, *number, expected, &found);
        }
    }
}

fn predict(model: &Model, case: &Case, text: &str, k: Option<usize>, threshold: f32) -> Answer {
    let predictions = model.predict(text, k.unwrap_or(usize::MAX), threshold);
    let predictions = predictions.unwrap_or_else(|error| panic!("{}, {text:?}: {error}", case.name));
    let pair = |label: &str, score| (without(label, &case.label_prefix), score);
    Answer::Labels(predictions.iter().map(|found| pair(found.label, found.probability)).collect())
}

/// The typed door, all texts of a section in one call. It has no word vectors.
fn ask_inside(component: &Component, case: &Case, texts: &[String], tally: &mut Tally) {
    let files = ModelFiles::from_bytes("case", "model.bin", case.model.clone()).expect("a small model");
    let limits = Limits { instances: 1, ..Limits::default() };
    let pool =
        Pool::new(component.clone(), vec![files], limits).unwrap_or_else(|error| panic!("{}: {error}", case.name));
    for section in &case.sections {
        let asked: Vec<String> = section.answers.iter().map(|(number, _)| texts[*number].clone()).collect();
        let found = match section.call {
            Call::Predict { k, threshold } => classify(&pool, case, &asked, k, threshold),
            Call::SentenceVector => embed(&pool, case, &asked),
            Call::WordVector => continue,
        };
        assert_eq!(found.len(), asked.len(), "{}", case.name);
        for ((number, expected), found) in section.answers.iter().zip(&found) {
            tally.compare(INSIDE, case, section.call, *number, expected, found);
        }
    }
}

fn classify(pool: &Pool, case: &Case, texts: &[String], k: Option<usize>, threshold: f32) -> Vec<Answer> {
    let k = k.map_or(ALL_LABELS, |k| u32::try_from(k).expect("a small number"));
    let options = ClassifyOptions { k: Some(k), threshold: Some(threshold), ..ClassifyOptions::default() };
    let answers = pool.classify(texts, &options).unwrap_or_else(|error| panic!("{}: {error}", case.name));
    // The contract drops fastText's own prefix and no other.
    let prefix = case.label_prefix.strip_prefix(spanlet_fasttext::LABEL_PREFIX).unwrap_or(&case.label_prefix);
    let labels = |answer: Result<Vec<spanlet_runtime::Scored>, _>| {
        let scored = answer.unwrap_or_else(|error| panic!("{}: {error:?}", case.name));
        Answer::Labels(scored.into_iter().map(|scored| (without(&scored.label, prefix), scored.score)).collect())
    };
    answers.into_iter().map(labels).collect()
}

fn embed(pool: &Pool, case: &Case, texts: &[String]) -> Vec<Answer> {
    let options = EmbedOptions { normalize: false, ..EmbedOptions::default() };
    let answers = pool.embed(texts, &options).unwrap_or_else(|error| panic!("{}: {error}", case.name));
    let vector = |answer: Result<Vec<f32>, _>| answer.unwrap_or_else(|error| panic!("{}: {error:?}", case.name));
    answers.into_iter().map(|answer| Answer::Vector(vector(answer))).collect()
}

fn without(label: &str, prefix: &str) -> String {
    label.strip_prefix(prefix).unwrap_or_else(|| panic!("expected {label:?} to begin with {prefix:?}")).to_owned()
}

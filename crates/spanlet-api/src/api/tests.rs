//! Loading in chunks, all or nothing, and which model answers.

use spanlet_text::{Layers, OffsetUnit};

use crate::codes;
use crate::engine::{Aggregation, EntityOptions, Task};
use crate::error::{Code, Error};
use crate::fake::{api, api_with_docs, empty_api, load};
use crate::keyphrases::{Keyphrase, Keyphrases};
use crate::loading::{MAX_CHUNK_BYTES, MAX_LOADS, MAX_PARTS, PartSize};
use crate::typed::{AnalyzeOptions, ClassifyOptions, EmbedOptions};

fn part(name: &str, size_bytes: u32) -> PartSize {
    PartSize { name: name.to_owned(), size_bytes }
}

fn code<T>(result: Result<T, Error>) -> Code {
    result.err().expect("an error").code
}

#[test]
fn a_model_is_loaded_in_chunks_and_described() {
    let (mut api, _) = empty_api();
    let number = api.begin("m", vec![part("fake", 5), part("empty", 0), part("b/c", 2)], None).expect("valid");
    for (index, chunk) in [(0, "so"), (0, ""), (0, "und"), (1, ""), (2, "x"), (2, "y")] {
        api.write(number, index, chunk.as_bytes()).expect("in order");
    }
    let description = api.finish(number).expect("whole");
    assert_eq!(description.name, "m");
    assert_eq!(description.labels, ["half", "quarter", "eighth"]);
    assert_eq!(description.language.as_deref(), Some("en"));
    assert_eq!(description.memory_bytes, 7);
    assert_eq!(api.list(), [description]);
}

#[test]
fn declarations_that_may_not_be_are_refused() {
    let too_many = (0..=MAX_PARTS).map(|index| part(&index.to_string(), 0)).collect();
    let cases = [
        ("m", vec![], None, codes::MODEL_PART_MISSING),
        ("m", too_many, None, codes::MODEL_TOO_LARGE),
        ("m", vec![part("fake", u32::MAX)], None, codes::MODEL_TOO_LARGE),
        ("m", vec![part("a", 1), part("a", 1)], None, codes::MODEL_PART_NAME),
        ("m", vec![part("fake", 1)], Some("[]"), codes::MODEL_OPTIONS),
        ("m", vec![part("fake", 1)], Some(r#"{"defaults":[]}"#), codes::MODEL_OPTIONS),
        ("m", vec![part("fake", 1)], Some(r#"{"default_for":["poetry"]}"#), codes::MODEL_OPTIONS),
        ("m", vec![part("fake", 1)], Some(r#"{"default_for":"classify"}"#), codes::MODEL_OPTIONS),
        ("m", vec![part("fake", 1)], Some(r#"{"default_for":5}"#), codes::MODEL_OPTIONS),
    ];
    for (model, parts, options, expected) in cases {
        let (mut api, _) = empty_api();
        assert_eq!(code(api.begin(model, parts, options)), expected);
    }
    for name in ["", "/a", "a//b", "a/", "../a", "a/../b", "./a", "a\\b", "C:a", "a\0b", &"a".repeat(5_000)] {
        assert_eq!(code(empty_api().0.begin("m", vec![part(name, 1)], None)), codes::MODEL_PART_NAME, "{name}");
    }
    for model in ["", ".m", "a b", "a/b", "ä", &"a".repeat(65)] {
        assert_eq!(code(empty_api().0.begin(model, vec![part("fake", 1)], None)), codes::MODEL_NAME, "{model}");
    }
}

#[test]
fn a_chunk_that_does_not_fit_ends_its_load() {
    let large = vec![0; MAX_CHUNK_BYTES + 1];
    let cases: [(u32, &[u8], Code); 4] = [
        (0, b"longer", codes::LOAD_CHUNK),
        (1, b"x", codes::LOAD_ORDER),
        (2, b"x", codes::LOAD_ORDER),
        (0, &large, codes::LOAD_CHUNK),
    ];
    for (index, chunk, expected) in cases {
        let (mut api, _) = empty_api();
        let number = api.begin("m", vec![part("fake", 5), part("b", 1)], None).expect("valid");
        assert_eq!(code(api.write(number, index, chunk)), expected);
        assert_eq!(code(api.write(number, 0, b"")), codes::LOAD_UNKNOWN);
    }
}

#[test]
fn after_an_error_the_former_model_still_answers() {
    let (mut api, _) = api();
    let before = api.list();
    assert_eq!(code(load(&mut api, "fake", b"damaged", None)), codes::MODEL_DAMAGED);
    assert_eq!(code(load(&mut api, "fake", b"embeds", Some(r#"{"default_for":["classify"]}"#))), codes::MODEL_OPTIONS);
    let short = api.begin("fake", vec![part("fake", 5)], None).expect("valid");
    api.write(short, 0, b"soun").expect("fits");
    let missing = api.finish(short).expect_err("one byte is missing");
    assert_eq!((missing.code, missing.place.as_deref()), (codes::MODEL_PART_MISSING, Some("fake")));
    let other = api.begin("fake", vec![part("other", 0)], None).expect("valid");
    assert_eq!(code(api.finish(other)), codes::MODEL_UNRECOGNIZED);
    assert_eq!(code(api.finish(other)), codes::LOAD_UNKNOWN);
    assert_eq!(api.list(), before);
    assert!(api.classify(&["text"], &ClassifyOptions::default()).expect("a model")[0].is_ok());
}

#[test]
fn loads_are_bounded_can_be_aborted_and_interleave() {
    let (mut api, _) = empty_api();
    let loads: Vec<u32> = (0..MAX_LOADS).map(|_| api.begin("m", vec![part("fake", 1)], None).expect("room")).collect();
    assert_eq!(code(api.begin("m", vec![part("fake", 1)], None)), codes::LOAD_TOO_MANY);
    api.abort(loads[0]);
    api.abort(loads[0]);
    let again = api.begin("n", vec![part("fake", 1)], None).expect("room");
    api.write(loads[1], 0, b"x").expect("fits");
    api.write(again, 0, b"x").expect("fits");
    assert_eq!(api.finish(again).expect("whole").name, "n");
    assert_eq!(api.finish(loads[1]).expect("whole").name, "m");
}

#[test]
fn the_only_model_answers_then_the_default_then_none() {
    let resolved = |api: &crate::Api, task, named| api.registry.resolve(task, named).map(|(name, _)| name.to_owned());
    let (mut api, _) = empty_api();
    assert_eq!(code(resolved(&api, Task::Classify, None)), codes::MODEL_NONE_FOR_TASK);
    load(&mut api, "a", b"sound", None).expect("sound");
    assert_eq!(resolved(&api, Task::Classify, None), Ok("a".to_owned()));
    load(&mut api, "e", b"embeds", None).expect("sound");
    assert_eq!(resolved(&api, Task::Classify, None), Ok("a".to_owned()));
    let ambiguous = resolved(&api, Task::Embed, None).expect_err("two");
    assert_eq!((ambiguous.code, ambiguous.message.contains("a, e")), (codes::MODEL_AMBIGUOUS, true));
    assert_eq!(code(resolved(&api, Task::Classify, Some("e"))), codes::MODEL_WRONG_TASK);
    assert_eq!(code(resolved(&api, Task::Classify, Some("x"))), codes::MODEL_UNKNOWN);
    for name in ["b", "c"] {
        load(&mut api, name, b"sound", Some(r#"{"default_for":["classify"]}"#)).expect("sound");
        assert_eq!(resolved(&api, Task::Classify, None), Ok(name.to_owned()), "the last default stands");
    }
    assert_eq!(resolved(&api, Task::Classify, Some("a")), Ok("a".to_owned()));
}

#[test]
fn the_first_of_several_models_claims_its_tasks() {
    let (mut api, _) = empty_api();
    for (name, bytes) in
        [("e", b"embeds".as_slice()), ("a", b"sound"), ("d", b"analyzes"), ("b", b"sound"), ("e", b"embeds")]
    {
        load(&mut api, name, bytes, Some(r#"{"default_for":"unclaimed"}"#)).expect("sound");
    }
    let claims: Vec<_> = api.list().into_iter().map(|model| (model.name, model.default_for)).collect();
    let documents = vec![Task::Analyze, Task::Entities, Task::Keyphrases];
    let expected = [("a", vec![Task::Classify]), ("b", vec![]), ("d", documents), ("e", vec![Task::Embed])];
    assert_eq!(claims, expected.map(|(name, tasks)| (name.to_owned(), tasks)));
}

#[test]
fn unloading_forgets_a_model() {
    let (mut api, _) = api();
    assert_eq!(api.unload("fake"), Ok(()));
    assert_eq!(code(api.unload("fake")), codes::MODEL_UNKNOWN);
    assert!(api.list().is_empty());
}

#[test]
fn sealing_warms_every_model_and_ends_loading() {
    let (mut api, asked) = api();
    assert_eq!(code(api.seal(&["unanswerable"])), codes::MODEL_ANSWER);
    let number = api.begin("m", vec![part("fake", 1)], None).expect("not sealed yet");
    api.seal(&["warm"]).expect("answered");
    assert_eq!(asked.borrow().as_slice(), ["warm"]);
    let (mut docs, asked) = api_with_docs();
    docs.seal(&["warm"]).expect("answered");
    assert_eq!(asked.borrow().as_slice(), ["warm", "warm"], "each of two models");
    assert_eq!(code(api.begin("m", vec![part("fake", 1)], None)), codes::LOAD_SEALED);
    assert_eq!(code(api.write(number, 0, b"x")), codes::LOAD_UNKNOWN);
    assert_eq!(code(api.unload("fake")), codes::LOAD_SEALED);
    assert_eq!(code(api.seal::<&str>(&[])), codes::LOAD_SEALED);
    assert!(api.classify(&["text"], &ClassifyOptions::default()).is_ok());
}

#[test]
fn typed_calls_answer_each_text_by_itself() {
    let (api, asked) = api();
    let options = ClassifyOptions { k: Some(2), threshold: Some(0.2), clean: true, ..ClassifyOptions::default() };
    let answers = api.classify(&["<b>A\nb!</b>", "unanswerable"], &options).expect("a model");
    assert_eq!(asked.borrow().as_slice(), ["a\nb"]);
    let labels: Vec<_> = answers[0].as_ref().expect("an answer").iter().map(|scored| scored.label).collect();
    assert_eq!(labels, ["half", "quarter"]);
    assert!(answers[1].is_err());
    assert_eq!(api.classify::<&str>(&[], &options), Ok(vec![]));
}

#[test]
fn options_out_of_range_fail_the_whole_call() {
    let (api, _) = api();
    let k = ClassifyOptions { k: Some(0), ..ClassifyOptions::default() };
    assert_eq!(api.classify(&["a"], &k).expect_err("k").place.as_deref(), Some("k"));
    for threshold in [-0.1, 1.1, f32::NAN, f32::INFINITY] {
        let options = ClassifyOptions { threshold: Some(threshold), ..ClassifyOptions::default() };
        assert_eq!(code(api.classify(&["a"], &options)), codes::OPTION_OUT_OF_RANGE);
    }
}

#[test]
fn vectors_are_scaled_when_asked_and_zero_stays_zero() {
    let (api, _) = api();
    let normalize = EmbedOptions { normalize: true, ..EmbedOptions::default() };
    let vectors = api.embed(&["a", ""], &normalize).expect("a model");
    assert_eq!(vectors, [Ok(vec![0.6, 0.8]), Ok(vec![0.0, 0.0])]);
    assert_eq!(api.embed(&["a"], &EmbedOptions::default()), Ok(vec![Ok(vec![3.0, 4.0])]));
}

#[test]
fn documents_have_the_layers_and_offsets_that_are_asked_for() {
    let (api, _) = api_with_docs();
    let layers = Layers { ents: true, vector: true, ..Layers::default() };
    let options = AnalyzeOptions { layers, ..AnalyzeOptions::default() };
    let answers = api.analyze(&["é BRAND", "unanswerable"], &options).expect("a model");
    let document = answers[0].as_ref().expect("an answer");
    assert_eq!((document.offsets, document.text.as_str()), (OffsetUnit::CodePoint, "é BRAND"));
    let ent = &document.ents.as_ref().expect("asked for")[0];
    assert_eq!((ent.start, ent.end, &*ent.label), (2, 7, "BRD"));
    assert_eq!((&document.tokens, &document.noun_chunks, &document.vector), (&None, &None, &Some(vec![0.5])));
    assert!(answers[1].is_err());
    let bytes = AnalyzeOptions { offsets: OffsetUnit::Utf8, ..options };
    let answers = api.analyze(&["é BRAND"], &bytes).expect("a model");
    assert_eq!(answers[0].as_ref().expect("an answer").ents.as_ref().expect("asked for")[0].start, 3);
    assert_eq!(api.analyze::<&str>(&[], &options), Ok(vec![]));
}

#[test]
fn key_phrases_are_typed_too() {
    let (api, _) = api_with_docs();
    let options = AnalyzeOptions { offsets: OffsetUnit::Utf16, ..AnalyzeOptions::default() };
    let answers = api.keyphrases(&["the 🍞s", "unanswerable"], &options).expect("a model");
    let keyphrases = answers[0].as_ref().expect("an answer");
    let expected =
        Keyphrase { text: "🍞s".to_owned(), lemma: "🍞".to_owned(), count: 1, score: 1.0, spans: vec![(4, 7)] };
    let all = Keyphrases { offsets: OffsetUnit::Utf16, phrases: vec![expected.clone()], words: vec![expected] };
    assert_eq!((keyphrases, answers[1].is_err()), (&all, true));
}

#[test]
fn entities_alone_are_answered_by_a_model_that_knows_no_other_layer() {
    let (mut api, asked) = empty_api();
    load(&mut api, "pieces", b"pieces", None).expect("sound");
    let entities = EntityOptions { aggregation: Some(Aggregation::None), ..EntityOptions::default() };
    let options = AnalyzeOptions { layers: Layers::ENTS, entities, ..AnalyzeOptions::default() };
    for model in [None, Some("pieces")] {
        let answers = api.analyze(&["BRAND"], &AnalyzeOptions { model, ..options }).expect("a model");
        let ents = answers[0].as_ref().expect("an answer").ents.as_ref().expect("asked for");
        assert_eq!((&*ents[0].label, ents[0].score), ("B-BRD", Some(0.1)));
    }
    assert_eq!(code(api.analyze(&["a"], &AnalyzeOptions::default())), codes::MODEL_NONE_FOR_TASK);
    asked.take();
    api.seal(&["warm"]).expect("answered");
    assert_eq!(asked.borrow().as_slice(), ["warm", "warm"], "for labels and for entities");
}

#[test]
fn analysis_says_why_it_is_not_to_be_had() {
    let (api, _) = api();
    assert_eq!(code(api.analyze(&["a"], &AnalyzeOptions::default())), codes::MODEL_NONE_FOR_TASK);
    let named = AnalyzeOptions { model: Some("fake"), ..AnalyzeOptions::default() };
    assert_eq!(code(api.keyphrases(&["a"], &named)), codes::MODEL_WRONG_TASK);
    let simple = EntityOptions { aggregation: Some(Aggregation::Simple), ..EntityOptions::default() };
    let aggregated = AnalyzeOptions { entities: simple, ..AnalyzeOptions::default() };
    assert_eq!(code(api_with_docs().0.analyze(&["a"], &aggregated)), codes::OPTION_OUT_OF_RANGE);
}

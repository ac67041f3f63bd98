//! A component with baked models answers as one that loaded them, to the last bit.

use std::{error::Error, slice};

use spanlet_runtime::{
    AnalyzeOptions, ClassifyOptions, Component, EmbedOptions, Isolation, Layers, Limits, ModelFiles, Pool, Request,
    Target, bake, receipt,
};
use spanlet_tests::artifacts::{lite_component, sha256};
use spanlet_tests::{parity, spacy};

/// So many models go into one image: compiling one takes as long as baking it.
const GROUP: usize = 24;

/// The models of one engine, and texts to ask them.
struct Models {
    files: Vec<ModelFiles>,
    texts: Vec<String>,
    ask: fn(&Pool, &str, &[String]) -> Vec<String>,
}

#[test]
fn every_model_answers_alike_baked_and_loaded() {
    let wasm = lite_component();
    let loaded = Component::from_wasm(&wasm).expect("the component that was built");
    for Models { files, texts, ask } in [pipelines(), classifiers()] {
        assert!(files.len() >= 20 && texts.len() >= 90);
        for (number, group) in files.chunks(GROUP).enumerate() {
            // What fills caches changes no answer.
            let warm = if number % 2 == 0 { &[][..] } else { &texts[..9] };
            let image = bake(&wasm, group.to_vec(), None, warm, &limits(Isolation::PerCall)).expect("models that load");
            let baked = Component::from_wasm(&image.wasm).expect("a component without imports");
            let fresh = Pool::new(baked.clone(), Vec::new(), limits(Isolation::PerCall)).expect("its models");
            let kept = Pool::new(baked, Vec::new(), limits(Isolation::Shared)).expect("its models");
            let loaded =
                Pool::new(loaded.clone(), group.to_vec(), limits(Isolation::PerCall)).expect("the same models");
            for model in loaded.models() {
                assert!(fresh.models().contains(model), "{}", model.name);
                let expected = ask(&loaded, &model.name, &texts);
                assert_eq!(ask(&fresh, &model.name, &texts), expected, "{}, a list", model.name);
                assert_eq!(ask(&kept, &model.name, &texts), expected, "{}, a list, kept", model.name);
                for (text, expected) in texts.iter().zip(&expected).rev() {
                    let (text, expected) = (slice::from_ref(text), slice::from_ref(expected));
                    assert_eq!(ask(&fresh, &model.name, text), expected, "{}, alone", model.name);
                    assert_eq!(ask(&kept, &model.name, text), expected, "{}, alone, kept", model.name);
                }
            }
        }
    }
}

fn pipelines() -> Models {
    let files = spacy::cases().into_iter().map(|case| ModelFiles::from_path(&case.name, &case.model).expect("a model"));
    Models { files: files.collect(), texts: spacy::texts(), ask: analyze }
}

fn classifiers() -> Models {
    let files = |case: parity::Case| ModelFiles::from_bytes(&case.name, "model.bin", case.model).expect("a model");
    let texts = parity::texts().into_iter().step_by(5).collect();
    Models { files: parity::cases().into_iter().map(files).collect(), texts, ask: classify_and_embed }
}

fn limits(isolation: Isolation) -> Limits {
    Limits { instances: 1, isolation, ..Limits::default() }
}

/// What each text is answered with. `Debug` writes every number with all its digits.
fn analyze(pool: &Pool, model: &str, texts: &[String]) -> Vec<String> {
    let options = AnalyzeOptions { model: Some(model.to_owned()), layers: Layers::ALL, ..AnalyzeOptions::default() };
    let answers = pool.analyze(texts, &options).expect("a model that analyses");
    let phrases = pool.keyphrases(texts, &options);
    (0..texts.len())
        .map(|text| {
            let phrases = phrases.as_ref().map(|phrases| &phrases[text]).map_err(ToString::to_string);
            format!("{:?} {phrases:?} {}", answers[text], at_web_door(pool, "/v1/entities", model, &texts[text]))
        })
        .collect()
}

/// What the web door answers for a few of the texts, always the same ones: a request is a text of its own in any list.
fn at_web_door(pool: &Pool, path: &str, model: &str, text: &str) -> String {
    const ONE_OF: usize = 8;
    if !text.len().is_multiple_of(ONE_OF) {
        return String::new();
    }
    let body = serde_json::json!({ "text": text, "model": model }).to_string().into_bytes();
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    let request = Request { method: "POST".into(), path: path.into(), headers, body, ..Request::default() };
    let response = pool.handle(request).expect("an answer");
    format!("{} {}", response.status, String::from_utf8_lossy(&response.body))
}

fn classify_and_embed(pool: &Pool, model: &str, texts: &[String]) -> Vec<String> {
    let options = ClassifyOptions { model: Some(model.to_owned()), k: Some(5), ..ClassifyOptions::default() };
    let labels = pool.classify(texts, &options);
    let vectors = pool.embed(texts, &EmbedOptions { model: Some(model.to_owned()), normalize: false });
    (0..texts.len())
        .map(|text| {
            let labels = labels.as_ref().map(|labels| &labels[text]);
            let vector = vectors.as_ref().map(|vectors| &vectors[text]);
            format!("{labels:?} {vector:?} {}", at_web_door(pool, "/v1/classify", model, &texts[text]))
        })
        .collect()
}

#[test]
fn a_hundred_megabytes_of_models_bake_and_answer() {
    let model = ModelFiles::from_bytes("large", "model.bin", large_classifier()).expect("a part");
    assert!(model.size_bytes() > 100_000_000);
    let wasm = lite_component();
    let image = bake(&wasm, vec![model.clone()], None, &[], &limits(Isolation::PerCall)).expect("it fits");
    // Its machine code holds memory with its gaps: there is none as large as what was only needed to load the model.
    let code = Component::precompile(&image.wasm, Target::X86_64).expect("a component");
    assert!(code.len() < image.wasm.len() + (10 << 20), "{} bytes of {}", code.len(), image.wasm.len());
    drop(code);
    let baked = Component::from_wasm(&image.wasm).expect("a component");
    drop(image);
    let baked = Pool::new(baked, Vec::new(), limits(Isolation::PerCall)).expect("its model");
    let loaded = Component::from_wasm(&wasm).expect("the component that was built");
    let loaded = Pool::new(loaded, vec![model], limits(Isolation::PerCall)).expect("the same model");
    let texts = ["word1 word2".to_owned(), "word49999 no such word".to_owned(), String::new()];
    assert_eq!(classify_and_embed(&baked, "large", &texts), classify_and_embed(&loaded, "large", &texts));
}

/// A fastText classifier with 250,000 rows of 100 numbers, as version 12 of the format has it.
fn large_classifier() -> Vec<u8> {
    const DIMENSION: i32 = 100;
    const WORDS: i32 = 50_000;
    const LABELS: i32 = 10;
    const BUCKETS: i32 = 200_000;
    let mut file = Vec::new();
    let integers =
        |file: &mut Vec<u8>, values: &[i32]| file.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    integers(&mut file, &[793_712_314, 12]);
    // Window, epochs, least count, negatives, word n-grams, softmax, supervised, buckets, n-grams of characters, rate.
    integers(&mut file, &[DIMENSION, 5, 5, 1, 5, 2, 3, 3, BUCKETS, 3, 5, 100]);
    file.extend(1e-4_f64.to_le_bytes());
    integers(&mut file, &[WORDS + LABELS, WORDS, LABELS]);
    file.extend(1_000_000_i64.to_le_bytes());
    file.extend((-1_i64).to_le_bytes());
    for (prefix, count, kind) in [("word", WORDS, 0), ("__label__", LABELS, 1)] {
        for index in 0..count {
            file.extend(format!("{prefix}{index}\0").bytes());
            file.extend(i64::from(count - index).to_le_bytes());
            file.push(kind);
        }
    }
    for rows in [WORDS + BUCKETS, LABELS] {
        // Not quantised.
        file.push(0);
        file.extend(i64::from(rows).to_le_bytes());
        file.extend(i64::from(DIMENSION).to_le_bytes());
        let value = |index: i32| (index.wrapping_mul(-1_640_531_535) >> 16) as f32 / 65_536.0;
        file.extend((0..rows * DIMENSION).flat_map(|index| value(index).to_le_bytes()));
    }
    file
}

#[test]
fn baking_is_deterministic_and_happens_once() {
    let wasm = lite_component();
    let files = || {
        let case = spacy::cases().into_iter().find(|case| case.name == "brands").expect("a small pipeline");
        vec![ModelFiles::from_path("brands", &case.model).expect("a model")]
    };
    let limits = Limits::default();
    let settings = || Some(r#"{"max_texts":2}"#.to_owned());
    let first = bake(&wasm, files(), settings(), &["Some text.".to_owned()], &limits).expect("baked");
    let second = bake(&wasm, files(), settings(), &["Some text.".to_owned()], &limits).expect("baked");
    assert_eq!(sha256(&first.wasm), sha256(&second.wasm));
    let receipt: serde_json::Value = serde_json::from_str(&receipt(&first.wasm).expect("a section")).expect("JSON");
    assert_eq!(receipt["component_sha256"], sha256(&wasm));
    assert_eq!(receipt["models"][0]["parts_sha256"], first.models[0].parts_sha256);

    // Settings are baked in as well.
    let baked = Component::from_wasm(&first.wasm).expect("a component");
    let pool = Pool::new(baked.clone(), Vec::new(), limits.clone()).expect("a pool");
    let body = br#"["a","b","c"]"#.to_vec();
    let request = Request { method: "POST".into(), path: "/v1/entities".into(), body, ..Request::default() };
    assert_eq!(pool.handle(request).expect("an answer").status, 413);

    let error = Pool::new(baked, files(), limits.clone()).expect_err("it holds its models");
    assert!(chain(&error).contains("sealed"));
    for more in [files(), Vec::new()] {
        let error = bake(&first.wasm, more, None, &[], &limits).expect_err("it is baked already");
        assert!(chain(&error).contains("sealed"), "{error}");
    }
}

/// What an error says, and what those behind it say.
fn chain(error: &dyn Error) -> String {
    error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {}", chain(source)))
}

#[test]
fn what_cannot_be_baked_is_said() {
    let limits = Limits::default();
    let damaged = ModelFiles::from_bytes("model", "model.bin", b"no model".to_vec()).expect("a part");
    let error = bake(&lite_component(), vec![damaged], None, &[], &limits).expect_err("no model");
    assert!(chain(&error).contains("model.unrecognized"));
    assert!(bake(b"no component", Vec::new(), None, &[], &limits).is_err());
}

//! fastText files through the component's API: what each is taken for, and what damaged ones are told.

use std::path::Path;

use spanlet_api::{Api, ClassifyOptions, Description, EmbedOptions, Error, ErrorKind, Function, PartSize, Task};

fn file(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/fasttext").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Loads one file as the model `m`.
fn load(api: &mut Api, part: &str, bytes: &[u8]) -> Result<Description, Error> {
    let part = PartSize { name: part.to_owned(), size_bytes: u32::try_from(bytes.len()).expect("a small model") };
    let load = api.begin("m", vec![part], None)?;
    for chunk in bytes.chunks(4_096) {
        api.write(load, 0, chunk)?;
    }
    api.finish(load)
}

#[test]
fn files_are_described_by_what_is_in_them() {
    let cases = [
        ("softmax.bin", "supervised", "softmax", false, true),
        ("hs.bin", "supervised", "hs", false, true),
        ("cbow.bin", "cbow", "ns", false, false),
        ("quantized.ftz", "supervised", "softmax", true, true),
    ];
    for (name, kind, loss, quantized, classifies) in cases {
        let description = load(&mut spanlet_component::api(), name, &file(name)).expect(name);
        let metadata = description.metadata;
        assert_eq!((metadata["kind"].as_str(), metadata["loss"].as_str()), (Some(kind), Some(loss)), "{name}");
        assert_eq!(metadata["quantized"].as_bool(), Some(quantized), "{name}");
        assert_eq!(description.tasks.contains(&Task::Classify), classifies, "{name}");
        assert!(description.tasks.contains(&Task::Embed), "{name}");
        assert_eq!(description.labels.is_empty(), !classifies, "{name}");
        assert!(description.labels.iter().all(|label| !label.starts_with("__label__")), "{name}");
        assert!(description.memory_bytes > 0, "{name}");
    }
}

#[test]
fn a_model_is_recognised_by_its_name_or_its_first_bytes() {
    let bytes = file("softmax.bin");
    assert!(load(&mut spanlet_component::api(), "model", &bytes).is_ok());
    let unnamed = load(&mut spanlet_component::api(), "model", b"other").expect_err("no model");
    assert_eq!((unnamed.code.kind, unnamed.code.name), (ErrorKind::Unsupported, "model.unrecognized"));
    let named = load(&mut spanlet_component::api(), "model.bin", b"other").expect_err("no model");
    assert_eq!((named.code.name, named.place.as_deref()), ("model.unrecognized", Some("model.bin")));
}

#[test]
fn a_damaged_file_leaves_the_former_model_answering() {
    let mut api = spanlet_component::api();
    let bytes = file("softmax.bin");
    let before = load(&mut api, "m.bin", &bytes).expect("sound");
    let answers = |api: &Api| {
        let options = ClassifyOptions { k: Some(u32::MAX), ..ClassifyOptions::default() };
        format!("{:?}", api.classify(&["one", "two\nlines"], &options))
    };
    let answer = answers(&api);
    for sixty_fourth in 0..64 {
        let cut = bytes.len() * sixty_fourth / 64;
        let error = load(&mut api, "m.bin", &bytes[..cut]).expect_err("cut off");
        assert!(["model.damaged", "model.unrecognized"].contains(&error.code.name), "{error}");
        assert_eq!(error.place.as_deref(), Some("m.bin"));
    }
    assert_eq!(api.list(), [before]);
    assert_eq!(answers(&api), answer);
}

#[test]
fn a_model_without_labels_gives_vectors_only() {
    let mut api = spanlet_component::api();
    let description = load(&mut api, "cbow.bin", &file("cbow.bin")).expect("sound");
    let refused = api.classify(&["text"], &ClassifyOptions { model: Some("m"), ..ClassifyOptions::default() });
    assert_eq!(refused.expect_err("no labels").code.name, "model.wrong-task");
    let vectors = api.embed(&["some text", ""], &EmbedOptions::default()).expect("a model");
    for vector in vectors {
        assert_eq!(Some(vector.expect("a vector").len() as u64), description.metadata["dimension"].as_u64());
    }
}

#[test]
fn labels_of_another_prefix_keep_it() {
    let description = load(&mut spanlet_component::api(), "m.bin", &file("other-prefix.bin")).expect("sound");
    assert!(description.labels.iter().all(|label| label.starts_with('#')));
}

#[test]
fn a_newline_is_a_space() {
    let mut api = spanlet_component::api();
    load(&mut api, "softmax.bin", &file("softmax.bin")).expect("sound");
    let [line, lines] = ["banana bread", "banana\nbread"];
    let labels = api.classify(&[line, lines], &ClassifyOptions::default()).expect("a model");
    let vectors = api.embed(&[line, lines], &EmbedOptions::default()).expect("a model");
    assert_eq!((&labels[0], &vectors[0]), (&labels[1], &vectors[1]));
}

#[test]
fn options_of_other_families_are_refused_by_name() {
    let mut api = spanlet_component::api();
    load(&mut api, "softmax.bin", &file("softmax.bin")).expect("sound");
    for function in Function::ALL {
        let options = ClassifyOptions { function: Some(function), ..ClassifyOptions::default() };
        let refused = api.classify(&["text"], &options).expect_err("one function");
        assert_eq!((refused.code.name, refused.place.as_deref()), ("option.out-of-range", Some("function")));
    }
}

//! `spanlet inspect` as a shell sees it: models that run, models that do not, and what is no model.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::LazyLock,
};

use serde_json::{Value, json};

#[path = "command/scratch.rs"]
mod scratch;

use scratch::Scratch;

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/cases");

/// The component as machine code, so that it is compiled once for all these tests.
static COMPILED: LazyLock<(Scratch, PathBuf)> = LazyLock::new(|| {
    let scratch = Scratch::new();
    let code = scratch.file("spanlet.cwasm", "");
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../target").into(), PathBuf::from);
    let component = target.join("component/spanlet-lite.wasm");
    let output = spanlet(&["compile", shown(&component), "--output", shown(&code)]);
    assert!(output.status.success(), "{}", stderr(&output));
    (scratch, code)
});

fn spanlet(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_spanlet")).args(arguments).output().expect("the command was built")
}

fn inspect(arguments: &[&str]) -> Output {
    spanlet(&[&["inspect", "--component", shown(&COMPILED.1)], arguments].concat())
}

/// The report as JSON, and the exit status.
fn report(model: &str) -> (Value, Option<i32>) {
    let output = inspect(&["--json", model]);
    let report = serde_json::from_slice(&output.stdout);
    (report.unwrap_or_else(|error| panic!("{error}: {}", stderr(&output))), output.status.code())
}

fn shown(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The line of a text that begins with a word, its runs of spaces as one.
fn line(text: &str, first: &str) -> String {
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.into_iter().find(|line| line.split(' ').next() == Some(first)).unwrap_or_else(|| panic!("{first}: {text}"))
}

/// A pipeline with a sentencizer as a folder, its configuration changed.
fn sentencizer(scratch: &Scratch, change: impl Fn(&str) -> String) -> String {
    let from = PathBuf::from(CASES).join("spacy/sentencizer");
    let folder = scratch.file("config.cfg", "").with_file_name("");
    fs::create_dir_all(folder.join("vocab")).expect("a folder");
    for name in ["meta.json", "sentencizer.json", "tokenizer", "vocab/strings.json"] {
        fs::copy(from.join(name), folder.join(name)).expect("a committed file");
    }
    let config = fs::read_to_string(from.join("config.cfg")).expect("a committed file");
    fs::write(folder.join("config.cfg"), change(&config)).expect("writable");
    shown(&folder).to_owned()
}

#[test]
fn a_fasttext_model_is_described_by_its_header() {
    let model = format!("{CASES}/fasttext/pruned.ftz");
    let (report, status) = report(&model);
    assert_eq!((status, &report["runs"], &report["family"]), (Some(0), &true.into(), &"fasttext".into()));
    assert_eq!(report["size_bytes"], fs::metadata(&model).expect("committed").len());
    assert!(report["memory_bytes"].as_u64() > Some(0) && report["parts_sha256"].is_string(), "{report}");
    assert_eq!((&report["tasks"], &report["problems"]), (&json!(["classify", "embed"]), &json!([])));
    let mut fasttext = report["fasttext"].clone();
    let labels = fasttext["labels"].take();
    assert_eq!(labels.as_array().map(Vec::len), Some(12));
    assert!(labels[0].as_str().is_some_and(|label| !label.is_empty() && !label.starts_with("__label__")), "{labels}");
    let words = fasttext["words"].take();
    assert!(words.as_u64() > Some(0), "{words}");
    assert_eq!(
        fasttext,
        json!({
            "format_version": 12, "kind": "supervised", "loss": "softmax", "dimension": 10, "words": null,
            "word_ngrams": 2, "character_ngrams": [2, 3], "buckets": 400, "quantized": true, "pruned": true,
            "label_count": 12, "labels": null,
        })
    );
}

#[test]
fn a_fasttext_model_is_described_in_lines() {
    let text = stdout(&inspect(&[&format!("{CASES}/fasttext/cbow.bin")]));
    assert!(text.lines().next().is_some_and(|line| line.ends_with("cbow.bin: fastText model, can be run")), "{text}");
    assert_eq!(line(&text, "kind"), "kind cbow, loss ns");
    assert_eq!(line(&text, "n-grams"), "n-grams single words, 2 to 4 characters");
    assert_eq!(line(&text, "quantised"), "quantised no");
    assert_eq!((line(&text, "labels"), line(&text, "tasks")), ("labels 0".to_owned(), "tasks embed".to_owned()));
    let embedded = stdout(&inspect(&["tags"]));
    assert!(line(&embedded, "labels").starts_with("labels 731: ") && embedded.contains(", …\n"), "{embedded}");
    assert_eq!(line(&embedded, "licence"), "licence CC BY-SA 3.0", "as its card says");
    let all = stdout(&inspect(&["tags", "--labels"]));
    assert_eq!(line(&all, "labels").split(", ").count(), 731);
}

#[test]
fn a_pipeline_is_described_component_by_component() {
    let model = format!("{CASES}/spacy/sm.whl");
    let (report, status) = report(&model);
    assert_eq!((status, &report["runs"], &report["problems"]), (Some(0), &true.into(), &json!([])));
    let stated = ["name", "version", "language", "license"].map(|key| report[key].as_str());
    assert_eq!(stated, [Some("en_sm"), Some("1.0.0"), Some("en"), Some("CC BY-SA 4.0")]);
    assert!(report.get("author").is_none(), "what is empty is not stated");
    assert!(report["memory_bytes"].as_u64() > report["size_bytes"].as_u64(), "a wheel is packed: {report}");
    assert_eq!(report["tasks"], json!(["analyze", "entities", "keyphrases"]));
    let spacy = &report["spacy"];
    assert_eq!((&spacy["spacy_version"], spacy.get("vectors")), (&">=3.8.18,<3.9.0".into(), None));
    let components = spacy["components"].as_array().expect("a list");
    let names: Vec<&str> = components.iter().filter_map(|component| component["name"].as_str()).collect();
    assert_eq!(names, ["tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer", "ner"]);
    assert!(components.iter().all(|component| component["supported"] == true));
    let enabled = components.iter().map(|component| component["enabled"] == true);
    assert_eq!(enabled.collect::<Vec<_>>(), [true, true, true, false, true, true, true]);
    assert_eq!(components[1]["architecture"], "spacy.Tagger.v2");
    assert!(components[1]["labels"].as_array().is_some_and(|labels| labels.contains(&"NNP".into())));

    let text = stdout(&inspect(&[&model]));
    assert_eq!(line(&text, "licence"), "licence CC BY-SA 4.0");
    assert!(line(&text, "senter").contains("disabled") && line(&text, "tagger").ends_with("ok spacy.Tagger.v2"));
}

#[test]
fn static_vectors_are_counted() {
    let (report, _) = report(&format!("{CASES}/spacy/md.tar.gz"));
    let vectors = &report["spacy"]["vectors"];
    assert!(vectors["rows"].as_u64() > Some(0) && vectors["width"].as_u64() > Some(0), "{vectors}");
}

#[test]
fn everything_that_is_not_supported_is_listed() {
    let scratch = Scratch::new();
    let folder = sentencizer(&scratch, |config| {
        let config = config.replacen("pipeline = [", "pipeline = [\"topics\",\"rules\",", 1);
        let sections = "[components]\n\n[components.topics]\nfactory = \"textcat\"\n\n[components.topics.model]\n\
                        @architectures = \"spacy.TextCatBOW.v3\"\n\n[components.rules]\nfactory = \"entity_ruler\"\n";
        config.replacen("[components]\n", sections, 1)
    });
    let (report, status) = report(&folder);
    assert_eq!((status, &report["runs"], report.get("memory_bytes")), (Some(4), &false.into(), None));
    let problems = report["problems"].as_array().expect("a list");
    assert_eq!(problems.len(), 2, "{problems:?}");
    for (problem, factory) in problems.iter().zip(["`textcat`", "`entity_ruler`"]) {
        assert!(problem["kind"] == "unsupported" && problem["reason"].to_string().contains(factory), "{problem}");
    }
    let supported =
        report["spacy"]["components"].as_array().expect("a list").iter().map(|one| one["supported"] == true);
    assert_eq!(supported.collect::<Vec<_>>(), [false, false, true]);

    let output = inspect(&[&folder]);
    let text = stdout(&output);
    assert!(output.status.code() == Some(4) && output.stderr.is_empty(), "{}", stderr(&output));
    assert!(text.lines().next().is_some_and(|line| line.ends_with("spaCy pipeline, CANNOT BE RUN as it is")), "{text}");
    assert!(line(&text, "topics").ends_with("NOT SUPPORTED spacy.TextCatBOW.v3"), "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("unsupported ")).count(), 2, "{text}");
}

#[test]
fn a_pipeline_with_a_damaged_component_is_reported_and_refused() {
    let scratch = Scratch::new();
    let folder = sentencizer(&scratch, str::to_owned);
    fs::write(Path::new(&folder).join("sentencizer.json"), "{").expect("writable");
    let (report, status) = report(&folder);
    assert_eq!((status, &report["problems"][0]["kind"]), (Some(1), &"damaged".into()));
    let output = inspect(&[&folder]);
    assert!(stderr(&output).contains("sentencizer.json: expected `punct_chars`"), "{}", stderr(&output));
    assert!(stdout(&output).lines().next().is_some_and(|line| line.ends_with("DAMAGED")));
}

#[test]
fn what_is_no_model_is_refused_in_the_loader_s_words() {
    let scratch = Scratch::new();
    let cut = fs::read(format!("{CASES}/fasttext/cooking.bin")).expect("committed");
    let zip = fs::read(format!("{CASES}/spacy/sm.whl")).expect("committed");
    let cases = [
        (scratch.file("notes.txt", "not a model"), "model.unrecognized"),
        (scratch.file("other.bin", "not a model"), "not a fastText model"),
        (scratch.file("cut.bin", &cut[..1_000]), "dictionary: expected"),
        (scratch.file("cut.whl", &zip[..5_000]), "cut.whl"),
        (scratch.file("gone", "").with_file_name("nowhere"), "nowhere"),
    ];
    for (file, expected) in cases {
        let output = inspect(&["--json", shown(&file)]);
        assert!(output.status.code() == Some(1) && output.stdout.is_empty(), "{}", file.display());
        let message = stderr(&output);
        assert!(message.contains(expected) && message.lines().count() == 1, "{}: {message}", file.display());
    }
}

#[test]
fn a_model_of_a_later_format_is_one_that_cannot_be_run() {
    let scratch = Scratch::new();
    let mut bytes = fs::read(format!("{CASES}/fasttext/cooking.bin")).expect("committed");
    bytes[4] = 13;
    let (report, status) = report(shown(&scratch.file("later.bin", bytes)));
    assert_eq!((status, &report["family"]), (Some(4), &"fasttext".into()));
    assert!(report["problems"][0]["reason"].to_string().contains("version"), "{report}");

    let spacy_2 = scratch.file("meta.json", "{\"lang\":\"en\"}").with_file_name("");
    fs::write(spacy_2.join("tokenizer"), "").expect("writable");
    fs::remove_file(spacy_2.join("later.bin")).expect("just written");
    let (report, status) = self::report(shown(&spacy_2));
    assert_eq!((status, &report["family"]), (Some(4), &"spacy".into()));
    assert!(report["problems"][0]["reason"].to_string().contains("spaCy 2"), "{report}");
}

#[test]
fn a_hugging_face_model_without_a_graph_is_recognised_and_not_run() {
    let scratch = Scratch::new();
    let config = json!({
        "model_type": "distilbert", "architectures": ["DistilBertForTokenClassification"],
        "id2label": {"1": "B-PER", "0": "O", "10": "I-LOC"},
    });
    let folder = scratch.file("config.json", config.to_string()).with_file_name("");
    for (name, content) in
        [("tokenizer.json", "{}"), ("model.safetensors", ""), ("README.md", "---\nlicense: mit\n---")]
    {
        fs::write(folder.join(name), content).expect("writable");
    }
    let (report, status) = report(shown(&folder));
    assert_eq!((status, &report["family"], &report["license"]), (Some(4), &"transformer".into(), &"mit".into()));
    assert_eq!(
        report["transformer"],
        json!({
            "model_type": "distilbert", "architectures": ["DistilBertForTokenClassification"], "tokenizer": true,
            "weights": ["model.safetensors"], "labels": ["O", "B-PER", "I-LOC"],
        })
    );
    let reason = report["problems"][0]["reason"].as_str().expect("a reason");
    assert!(
        reason.contains("distilbert (DistilBertForTokenClassification)") && reason.contains("optimum-cli"),
        "{reason}"
    );
}

#[test]
fn an_export_can_be_run_also_in_an_archive() {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../target").into(), PathBuf::from);
    let whole = target.join("component/spanlet.cwasm");
    let report = |model: &str| {
        let output = spanlet(&["inspect", "--component", shown(&whole), "--json", model]);
        let report: Value = serde_json::from_slice(&output.stdout).expect("`cargo xtask build` compiled the component");
        (report, output.status.code())
    };
    let folder = format!("{CASES}/transformer/bert-ner");
    let scratch = Scratch::new();
    let (of_folder, status) = report(&folder);
    assert_eq!((status, &of_folder["family"], &of_folder["runs"]), (Some(0), &"transformer".into(), &true.into()));
    assert_eq!(of_folder["tasks"], json!(["analyze", "entities", "embed"]));
    assert_eq!(of_folder["transformer"]["weights"], json!(["model.onnx"]));
    assert_eq!(of_folder["transformer"]["labels"].as_array().map(Vec::len), Some(7));

    let zip = scratch.file("bert-ner.zip", packed(Path::new(&folder), "some/"));
    let (of_zip, status) = report(shown(&zip));
    assert_eq!((status, &of_zip["transformer"]), (Some(0), &of_folder["transformer"]), "{of_zip}");

    fs::remove_file(&zip).expect("just written");
    let broken = scratch.folder("broken");
    for name in ["config.json", "model.onnx"] {
        fs::copy(Path::new(&folder).join(name), broken.join(name)).expect("committed");
    }
    let (report, status) = report(shown(&broken));
    assert!(status != Some(0) && report["problems"][0]["reason"].to_string().contains("tokenizer.json"), "{report}");
}

/// The files of a folder in a zip file, under another folder.
fn packed(folder: &Path, prefix: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for entry in fs::read_dir(folder).expect("committed") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a plain name");
        zip.start_file(format!("{prefix}{name}"), zip::write::SimpleFileOptions::default()).expect("memory takes it");
        zip.write_all(&fs::read(&path).expect("committed")).expect("memory takes it");
    }
    zip.finish().expect("memory takes it").into_inner()
}

#[test]
fn a_component_names_the_models_in_it() {
    let (report, status) = report(shown(&COMPILED.1));
    assert_eq!((status, &report["family"]), (Some(0), &"component".into()));
    assert_eq!(report["component"]["models"], json!([]));
    assert_eq!(report["component"]["precompiled"], true);

    let scratch = Scratch::new();
    let baked = scratch.file("app.wasm", "");
    let output = spanlet(&["bake", "--model", "tags", "--output", shown(&baked)]);
    assert!(output.status.success(), "{}", stderr(&output));
    let (report, status) = self::report(shown(&baked));
    let [model] = report["component"]["models"].as_array().expect("a list").as_slice() else { panic!("{report}") };
    assert_eq!((status, &model["name"], &model["family"]), (Some(0), &"tags".into(), &"fasttext".into()));
    assert_eq!((&model["label_count"], &report["memory_bytes"]), (&731.into(), &model["memory_bytes"]));
    assert_eq!(report["size_bytes"], fs::metadata(&baked).expect("just written").len());
    let text = stdout(&inspect(&[shown(&baked)]));
    assert!(line(&text, "tags").starts_with("tags fasttext classify,embed "), "{text}");
}

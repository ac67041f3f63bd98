//! `spanlet run` and `spanlet compile` as a shell sees them.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Output, Stdio},
};

use serde_json::Value;

#[path = "../../runtime/tests/fixture/component.rs"]
mod fixture;
#[path = "command/scratch.rs"]
mod scratch;
#[path = "command/shell.rs"]
mod shell;

use scratch::Scratch;
use shell::{answers, code, run, spanlet, stderr};

#[test]
fn every_line_has_its_answer_in_its_place() {
    let output = run(&["-k", "3"], b"sourdough starter\n\nchocolate cake\n\xff\nlast line without end");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let answers = answers(&output);
    assert_eq!(answers.len(), 5);
    assert_eq!(code(&answers[3]), "line.not-utf8");
    for answer in [&answers[0], &answers[2], &answers[4]] {
        let labels = answer["labels"].as_array().expect("labels");
        assert_eq!(labels.len(), 3);
        let scores: Vec<f64> = labels.iter().map(|label| label["score"].as_f64().expect("a number")).collect();
        assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
        assert!(labels.iter().all(|label| !label["label"].as_str().expect("a string").starts_with("__label__")));
    }
    assert_ne!(answers[0], answers[2]);
    assert!(answers[1]["labels"].is_array(), "an empty line is a text: {}", answers[1]);
}

/// A small spaCy pipeline as spaCy packages one.
const PIPELINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/cases/spacy/sm.whl");

#[test]
fn a_pipeline_gives_a_document_for_every_line() {
    let input = "{\"text\":\"🍞 The owner sells bread.\"}\n{}\n{\"text\":\"\"}\n";
    let output = run(&["--model", PIPELINE], input.as_bytes());
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let documents = answers(&output);
    assert_eq!((documents.len(), code(&documents[1])), (3, "text.missing"));
    assert_eq!(documents[0]["text"], "🍞 The owner sells bread.");
    assert_eq!((&documents[0]["offsets"], &documents[0]["tokens"][1]["start"]), (&"code-point".into(), &2.into()));
    assert!(["tag", "pos", "lemma", "dep"].iter().all(|layer| documents[0]["tokens"][1][layer].is_string()));
    assert_eq!(documents[2]["tokens"], Value::Array(vec![]));
    assert_eq!(documents[0]["vector"], Value::Null);
}

#[test]
fn layers_and_offsets_are_as_asked_for() {
    let options = ["--model", PIPELINE, "--include", "tokens,ents", "--offsets", "utf16"];
    let [document] = &answers(&run(&options, "🍞 bread".as_bytes()))[..] else { panic!("one line") };
    let names: Vec<&str> = document.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(names.len(), 4, "{names:?}");
    assert_eq!((&document["offsets"], &document["tokens"][1]["start"]), (&"utf16".into(), &3.into()));
}

#[test]
fn layers_without_a_model_are_the_embedded_pipeline_s() {
    let [document] = &answers(&run(&["--include", "ents"], b"Angela Merkel lives in Berlin."))[..] else {
        panic!("one")
    };
    let labels: Vec<&Value> = document["ents"].as_array().expect("ents").iter().map(|ent| &ent["label"]).collect();
    assert!(labels.contains(&&"PER".into()), "{document}");
}

#[test]
fn options_of_another_kind_of_model_are_refused() {
    for (options, expected) in [
        (&["--model", PIPELINE, "-k", "3"][..], "classify"),
        (&["--model", "tags", "--include", "ents"], "--include goes with --task analyze"),
        (&["--model", "tags", "--offsets", "utf8"], "--offsets goes with --task analyze"),
        (&["--model", PIPELINE, "--include", "entities"], "noun_chunks"),
        (&["--model", PIPELINE, "--offsets", "bytes"], "code-point"),
    ] {
        let output = run(options, b"a");
        assert!(!output.status.success() && output.stdout.is_empty(), "{options:?}");
        assert!(stderr(&output).contains(expected), "{options:?}: {}", stderr(&output));
    }
}

#[test]
fn json_lines_and_plain_lines_give_the_same() {
    let plain = run(&[], "Grüße aus der Küche\nbread\ttoast\n".as_bytes());
    let json = run(&[], "{\"id\":1,\"text\":\"Grüße aus der K\\u00fcche\"}\n{\"text\":\"bread\\ttoast\"}".as_bytes());
    assert!(plain.status.success() && json.status.success(), "{}", stderr(&json));
    assert_eq!(plain.stdout, json.stdout);
    let literal = run(&["--format", "text"], b"{\"text\":\"bread\"}\n");
    assert_ne!(literal.stdout, run(&[], b"{\"text\":\"bread\"}\n").stdout);
}

#[test]
fn no_lines_give_no_answers() {
    let output = run(&[], b"");
    assert!(output.status.success() && output.stdout.is_empty());
}

#[test]
fn order_does_not_depend_on_the_number_of_instances() {
    let words = ["bread", "chicken", "oven", "wine", "knife", "cake", "rice", "egg", "soup"];
    let lines: String =
        (0..3_000).map(|line: usize| format!("{} {} {line}\n", words[line % 9], words[line / 9 % 9])).collect();
    let scratch = Scratch::new();
    let input = scratch.file("lines.txt", &lines);
    let with = |instances: &str| {
        let output = spanlet(&["run", "--instances", instances]).arg(&input).output().expect("built");
        assert!(output.status.success(), "{}", stderr(&output));
        output.stdout
    };
    let one = with("1");
    assert_eq!(one.iter().filter(|byte| **byte == b'\n').count(), 3_000);
    assert!(one == with("3"), "the same bytes");
    assert!(one == run(&[], lines.as_bytes()).stdout, "the same bytes from standard input");
}

#[test]
fn a_line_is_answered_before_the_next_is_written() {
    let mut child =
        spanlet(&["run"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the command was built");
    let mut stdin = child.stdin.take().expect("piped");
    let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
    for text in ["bread\n", "wine\n"] {
        stdin.write_all(text.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stdout.read_line(&mut answer).expect("an answer");
        assert!(answer.starts_with("{\"labels\":["), "{answer}");
    }
    drop(stdin);
    assert!(child.wait().expect("our child").success());
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let mut child = spanlet(&["run"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command was built");
    drop(child.stdout.take());
    // It may end before it has read everything.
    let _ = child.stdin.take().expect("piped").write_all(&b"bread\n".repeat(10_000));
    let output = child.wait_with_output().expect("our child");
    assert!(output.status.success() && output.stderr.is_empty(), "{}", stderr(&output));
}

#[test]
fn a_text_over_which_the_component_stops_fails_alone() {
    let scratch = Scratch::new();
    let component = scratch.file("misbehaving.wasm", fixture::misbehaving("0.1.0"));
    let component = component.to_str().expect("UTF-8");
    let limits = ["--component", component, "--deadline-ms", "100", "--memory-mb", "16", "--instances", "2"];
    let output = run(&limits, b"a\ntrap\nb\nspin\nmemory\nc\n");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let codes: Vec<_> = answers(&output).iter().map(|answer| code(answer).to_owned()).collect();
    assert_eq!(codes, ["", "host.trapped", "", "host.deadline", "host.out-of-memory", ""]);
}

#[test]
fn what_cannot_be_run_at_all_is_said_once() {
    let scratch = Scratch::new();
    let damaged = scratch.file("damaged.bin", "not a model");
    let gone = damaged.with_file_name("gone.bin");
    let cases = [
        (vec!["--model", damaged.to_str().expect("UTF-8")], "damaged"),
        (vec!["--model", gone.to_str().expect("UTF-8")], "gone.bin"),
        (vec!["no-such-input.txt"], "no-such-input.txt"),
        (vec!["--instances", "0"], "instances"),
    ];
    for (arguments, expected) in cases {
        let output = run(&arguments, b"bread\n");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(output.stdout.is_empty());
        let message = stderr(&output);
        assert!(message.contains(expected) && message.lines().count() == 1, "{arguments:?}: {message}");
    }
}

#[test]
fn numbers_that_ask_for_nothing_are_refused() {
    let cases = [
        (["-k", "0"], 2),
        (["-k", "-2"], 2),
        (["-k", "all"], 2),
        (["--threshold", "NaN"], 2),
        // Of some functions it would be a score.
        (["--threshold", "2"], 1),
    ];
    for (arguments, status) in cases {
        let output = run(&arguments, b"bread\n");
        assert!(output.status.code() == Some(status) && output.stdout.is_empty(), "{arguments:?}");
        assert!(stderr(&output).contains("expected a "), "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn minus_one_asks_for_every_label() {
    let all = run(&["-k", "-1", "--threshold", "-0.5"], b"bread\n");
    assert!(all.status.success(), "{}", stderr(&all));
    let labels = |output: &Output| answers(output)[0]["labels"].as_array().expect("labels").len();
    assert!(labels(&all) > 100, "{} labels", labels(&all));
    assert_eq!(all.stdout, run(&["-k", "99999999999"], b"bread\n").stdout);
    assert_eq!(labels(&run(&["-k", "-1", "--threshold", "1"], b"bread\n")), 0);
}

#[test]
fn a_model_may_be_the_folder_around_it() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/tags");
    let output = run(&["--model", folder], b"bread\n");
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(output.stdout, run(&[], b"bread\n").stdout);
}

#[test]
fn a_json_object_makes_the_input_json_lines() {
    let output = run(&[], b"\xef\xbb\xbf\n{\"id\":1}\n{\"text\":\"bread\"}\n");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let answers = answers(&output);
    assert_eq!(
        answers.iter().map(code).collect::<Vec<_>>(),
        ["", "text.missing", ""],
        "the empty line settles nothing"
    );
    let marked = run(&[], b"\xef\xbb\xbfbread\n");
    assert_eq!(marked.stdout, run(&[], b"bread\n").stdout);
}

#[test]
fn a_component_compiled_ahead_gives_the_same_answers() {
    let scratch = Scratch::new();
    let code = scratch.file("spanlet.cwasm", "");
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../target").into(), std::path::PathBuf::from);
    let compile = |output: &Path| {
        let output = spanlet(&["compile"])
            .arg(target.join("component/spanlet-lite.wasm"))
            .arg("--output")
            .arg(output)
            .arg("--json")
            .output()
            .expect("built");
        assert!(output.status.success(), "{}", stderr(&output));
        serde_json::from_slice::<Value>(&output.stdout).expect("JSON")
    };
    let written = compile(&code);
    let beside = fs::read_to_string(code.with_extension("cwasm.b3")).expect("its digest");
    assert_eq!(beside, format!("{}  spanlet.cwasm\n", written["blake3"].as_str().expect("a digest")));
    assert_eq!(written["size_bytes"], fs::metadata(&code).expect("just written").len());
    let code = code.to_str().expect("UTF-8");
    let ahead = run(&["--component", code], b"bread\n");
    assert!(ahead.status.success(), "{}", stderr(&ahead));
    assert_eq!(ahead.stdout, run(&[], b"bread\n").stdout);

    let mut bytes = fs::read(code).expect("just written");
    bytes[100] ^= 1;
    fs::write(code, bytes).expect("writable");
    let refused = run(&["--component", code], b"bread\n");
    assert!(refused.status.code() == Some(1) && stderr(&refused).contains("BLAKE3"), "{}", stderr(&refused));
}

//! `spanlet bake`: what its files answer, what is said of files for other machines, and what is left where it fails.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Output, Stdio},
};

use sha2::{Digest as _, Sha256};

#[path = "command/scratch.rs"]
mod scratch;
#[path = "command/server.rs"]
#[allow(dead_code, reason = "other tests need the rest of it")]
mod server;

use scratch::Scratch;
use server::Server;

const QUESTION: &str = r#"{"text":"how to keep a sourdough starter alive","k":2}"#;

/// The kind of machine that this one is not.
const OTHER: &str = if cfg!(target_arch = "x86_64") { "aarch64" } else { "x86_64" };

fn spanlet(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_spanlet"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command was built");
    // A command that fails early does not read.
    let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
    child.wait_with_output().expect("it ends")
}

fn bake(arguments: &[&str], output: &Path) -> Output {
    spanlet(&[&["bake", "--output", text(output)], arguments].concat(), "")
}

fn refusal(done: Output) -> String {
    assert_eq!(done.status.code(), Some(1), "{done:?}");
    String::from_utf8(done.stderr).expect("UTF-8")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// The names of the files beside a path.
fn beside(path: &Path) -> Vec<String> {
    let entries = fs::read_dir(path.parent().expect("a folder")).expect("a folder");
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn an_image_is_served_with_its_receipt_and_answers_lines() {
    let scratch = Scratch::new();
    let image = scratch.path("app.cwasm");
    let done = bake(&["--model", "tags", "--aot", std::env::consts::ARCH], &image);
    assert!(done.status.success(), "{done:?}");
    assert_eq!(beside(&image), ["app.cwasm", "app.cwasm.b3"]);

    let loaded = Server::start(&["--model", "tags"]).post("/v1/classify", QUESTION);
    let server = Server::start(&["--component", text(&image), "--max-texts", "2"]);
    let baked = server.post("/v1/classify", QUESTION);
    assert_eq!((baked.status, &baked.body), (200, &loaded.body));
    assert_eq!((baked.model(), baked.header("spanlet-model")), (Some("tags"), loaded.header("spanlet-model")));
    let stamp = baked.header("spanlet-component").expect("where it comes from");
    let receipt = &server.get("/v1/models").json()["receipt"];
    let digest = receipt["component_sha256"].as_str().expect("a digest");
    assert!(stamp.ends_with(&format!("; sha256={digest}")), "{stamp}");
    assert!(receipt["toolchain"]["wasmtime"].is_string() && receipt["toolchain"]["rustc"].is_string(), "{receipt}");
    let crates = receipt["toolchain"]["Cargo.lock"].as_str().expect("a digest");
    assert_eq!(crates.len(), "sha256=".len() + 64, "{crates}");
    assert_eq!(server.post("/v1/classify", r#"["a","b","c"]"#).status, 413, "the limits of the command line hold");
    drop(server);

    let lines = spanlet(&["run", "--component", text(&image), "-k", "2"], "how to keep a sourdough starter alive\n");
    assert_eq!(String::from_utf8(lines.stdout).expect("UTF-8").trim_end(), String::from_utf8_lossy(&loaded.body));
    for other in ["en", "./tags.ftz"] {
        let said = refusal(spanlet(&["run", "--component", text(&image), "--model", other], "a\n"));
        assert!(said.contains("baked into the component: tags"), "{said}");
    }
    let said = refusal(spanlet(&["serve", "--component", text(&image), "--model", "en"], ""));
    assert!(said.contains("leave --model out"), "{said}");
    let inspected = spanlet(&["inspect", "--json", text(&image)], "");
    let inspected: serde_json::Value = serde_json::from_slice(&inspected.stdout).expect("JSON");
    assert_eq!(inspected["component"]["receipt"]["component_sha256"], digest);
}

#[test]
fn the_same_models_give_the_same_bytes() {
    let scratch = Scratch::new();
    let digests = ["first.wasm", "second.wasm"].map(|name| {
        let image = scratch.path(name);
        let done = bake(&["--model", "tags"], &image);
        assert!(done.status.success(), "{done:?}");
        Sha256::digest(fs::read(image).expect("a file"))
    });
    assert_eq!(digests[0], digests[1]);
    assert_eq!(beside(&scratch.path("first.wasm")), ["first.wasm", "second.wasm"]);
}

#[test]
fn code_for_another_machine_is_refused_with_what_to_do() {
    let scratch = Scratch::new();
    let image = scratch.path("app.cwasm");
    assert!(bake(&["--model", "tags", "--aot", OTHER], &image).status.success());
    for arguments in [["serve", "--component"], ["run", "--component"]] {
        let said = refusal(spanlet(&[&arguments[..], &[text(&image)]].concat(), ""));
        assert!(
            said.contains("another machine") && said.contains("app.cwasm") && said.contains("spanlet bake --aot"),
            "{said}"
        );
    }
}

#[test]
fn what_cannot_be_baked_leaves_no_file() {
    let scratch = Scratch::new();
    let damaged = scratch.file("damaged.ftz", &include_bytes!("../../../models/tags/tags.ftz")[..5000]);
    let image = scratch.path("app.wasm");
    for (arguments, expected) in [
        (vec!["--model", text(&damaged)], "damaged"),
        (vec!["--model", "nowhere.bin"], "nowhere.bin"),
        (vec!["--model", "tags", "--model", "tags"], "a name of its own"),
        (vec!["--model", "tags", "--aot", "x86_64"], ".cwasm"),
        (vec!["--model", "tags", "--warm", "nowhere.txt"], "nowhere.txt"),
        (vec!["--model", "tags", "--component", text(&damaged)], "component"),
        (vec!["--model", "tags", "--memory-mb", "3"], "memory"),
    ] {
        let said = refusal(bake(&arguments, &image));
        assert!(said.contains(expected), "{arguments:?}: {said}");
        assert_eq!(beside(&image), ["damaged.ftz"], "{arguments:?}");
    }
    let nowhere = scratch.path("no/such/folder.wasm");
    assert!(refusal(bake(&["--model", "tags"], &nowhere)).contains("folder.wasm"));
}

//! `spanlet package lambda`: what is in the zip file, and what is said where there is none.

use std::{
    collections::BTreeMap,
    fs,
    io::{Cursor, Read as _},
    path::Path,
    process::{Command, Output},
};

#[path = "command/scratch.rs"]
mod scratch;

use scratch::Scratch;
use serde_json::Value;
use zip::ZipArchive;

/// The first bytes of an executable for an ELF machine, which is as far as anyone looks.
fn executable(machine: u8) -> Vec<u8> {
    let start = [0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    [&start[..], &[3, 0, machine, 0], b"the rest"].concat()
}

const X86_64: u8 = 62;
const ARM64: u8 = 183;

fn package(output: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spanlet"));
    command.args(["package", "lambda", "--output"]).arg(output).args(arguments);
    command.output().expect("the command was built")
}

/// What standard error says when it fails.
fn refusal(output: &Path, arguments: &[&str]) -> String {
    let done = package(output, arguments);
    assert_eq!(done.status.code(), Some(1), "{done:?}");
    assert!(!output.exists(), "something was written");
    String::from_utf8(done.stderr).expect("UTF-8")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

#[test]
fn a_folder_s_models_and_what_they_say_of_themselves_are_packed_alike_each_time() {
    let scratch = Scratch::new();
    let bootstrap = scratch.file("host", executable(ARM64));
    let model = scratch.folder("topics");
    fs::write(model.join("model.ftz"), include_bytes!("../../../models/tags/tags.ftz")).expect("writable");
    fs::write(model.join("LICENSE"), "As you like.\n").expect("writable");
    let model = format!("topics={}", text(&model));
    let arguments = ["--arch", "arm64", "--bootstrap", text(&bootstrap), "--model", &model, "--model", "tags"];

    let zips = ["first", "second"].map(|name| {
        let output = scratch.path(name);
        let json = if name == "second" { &["--json"][..] } else { &[] };
        let done = package(&output, &[&arguments[..], json].concat());
        assert!(done.status.success(), "{done:?}");
        let said = String::from_utf8(done.stdout).expect("UTF-8");
        assert!(said.contains("spanlet-lambda-arm64.zip"), "{said}");
        if json.is_empty() {
            assert!(said.contains("architecture arm64"), "{said}");
        } else {
            let said: Value = serde_json::from_str(&said).expect("JSON");
            assert_eq!((&said["architecture"], &said["entries"][0]["name"]), (&"arm64".into(), &"bootstrap".into()));
        }
        let files: Vec<_> = fs::read_dir(&output).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
        assert_eq!(files, ["spanlet-lambda-arm64.zip"]);
        fs::read(output.join("spanlet-lambda-arm64.zip")).expect("a file")
    });
    assert!(zips[0] == zips[1], "the same arguments gave other bytes");

    let mut zip = ZipArchive::new(Cursor::new(&zips[0])).expect("a zip file");
    let mut entries = BTreeMap::new();
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).expect("an entry");
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("sound");
        entries.insert(entry.name().expect("UTF-8").into_owned(), (entry.unix_mode().map(|mode| mode & 0o777), bytes));
    }
    let names: Vec<&str> = entries.keys().map(String::as_str).collect();
    let licences = ["licences/tags/README.md", "licences/topics/LICENSE"];
    assert_eq!(names, [&["bootstrap"], &licences[..], &["spanlet.cwasm", "spanlet.cwasm.b3"]].concat());
    assert_eq!(entries["bootstrap"], (Some(0o755), executable(ARM64)));
    assert_eq!(entries["spanlet.cwasm"].0, Some(0o644));
    assert_eq!(entries["spanlet.cwasm"].1[18], ARM64);
    assert_eq!(entries["licences/topics/LICENSE"].1, b"As you like.\n");
}

#[test]
fn a_host_that_is_missing_or_for_another_machine_is_refused() {
    let scratch = Scratch::new();
    let output = scratch.path("dist");
    let error = refusal(&output, &["--bootstrap", text(&scratch.path("gone"))]);
    assert!(error.contains("gone") && error.contains("`cargo xtask lambda`"), "{error}");

    let other = scratch.file("other", executable(ARM64));
    let error = refusal(&output, &["--bootstrap", text(&other)]);
    assert!(error.contains("expected a Linux executable for x86_64, found a Linux executable for arm64"), "{error}");
    let script = scratch.file("script", "#!/bin/sh\n");
    let error = refusal(&output, &["--arch", "arm64", "--bootstrap", text(&script)]);
    assert!(error.contains("found a file that is no 64-bit Linux executable"), "{error}");
}

#[test]
fn a_model_that_cannot_be_baked_leaves_no_file() {
    let scratch = Scratch::new();
    let bootstrap = scratch.file("host", executable(X86_64));
    let damaged = scratch.file("damaged.zip", "PK\x03\x04 and no more");
    let output = scratch.path("dist");
    let error = refusal(&output, &["--bootstrap", text(&bootstrap), "--model", text(&damaged)]);
    assert!(error.contains("`damaged`"), "{error}");
}

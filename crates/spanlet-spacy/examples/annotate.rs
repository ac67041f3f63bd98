//! Annotates texts natively, one document as JSON a line:
//!
//! `cargo run --release --package spanlet-spacy --example annotate -- --model FOLDER|ARCHIVE TEXTS.jsonl`
//!
//! The input is JSON objects with a `text`, one a line; offsets count code points, as spaCy's do.

use std::error::Error;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use serde_json::{Value, json};
use spanlet_spacy::{Pipeline, Scratch};
use spanlet_text::OffsetUnit;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [option, model, texts] = arguments.as_slice() else { return Err("usage: --model PATH TEXTS".into()) };
    if option != "--model" {
        return Err(format!("expected --model, found {option}").into());
    }
    let mut files = Vec::new();
    collect(Path::new(model), "", &mut files)?;
    let pipeline = Pipeline::load(files)?;
    let mut scratch = Scratch::default();
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in std::fs::read_to_string(texts)?.lines() {
        let line: Value = serde_json::from_str(line)?;
        let text = line["text"].as_str().ok_or("expected a field `text`")?;
        match pipeline.annotate(&mut scratch, text) {
            Ok(document) => serde_json::to_writer(&mut out, &document.into_unit(OffsetUnit::CodePoint))?,
            Err(error) => serde_json::to_writer(&mut out, &json!({ "error": error.to_string() }))?,
        }
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

/// A file under its name, or every file of a folder under its path in it.
fn collect(path: &Path, prefix: &str, files: &mut Vec<(String, Vec<u8>)>) -> Result<(), Box<dyn Error>> {
    if path.is_file() {
        let name = path.file_name().and_then(|name| name.to_str()).ok_or("expected a name in UTF-8")?;
        files.push((format!("{prefix}{name}"), std::fs::read(path)?));
        return Ok(());
    }
    for entry in std::fs::read_dir(path)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).ok_or("expected a name in UTF-8")?;
        let prefix = if path.is_dir() { format!("{prefix}{name}/") } else { prefix.to_owned() };
        collect(&path, &prefix, files)?;
    }
    Ok(())
}

//! Files that are written whole or not at all, and what is printed.

use std::{
    ffi::OsString,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use spanlet_runtime::{blake3, digest_file, digest_line, sha256};

/// Writes machine code, and its digest beside it.
pub(crate) fn publish_code(code: &[u8], output: &Path) -> anyhow::Result<()> {
    // The digest last: a half-written pair never fits together.
    publish(output, code)?;
    publish(&digest_file(output), digest_line(code, output).as_bytes())
}

/// What programs want to know of a file that was written: its path, its size and its SHA-256; of machine code also the
/// digest that lies beside it.
pub(crate) fn written(output: &Path, bytes: &[u8], is_code: bool) -> Value {
    let mut written =
        json!({ "path": output.display().to_string(), "size_bytes": bytes.len(), "sha256": sha256(bytes) });
    if is_code {
        written["blake3"] = blake3(bytes).into();
    }
    written
}

/// Puts a file in its place at once: who has the former one open or mapped keeps it, and nobody sees a part of it.
pub(crate) fn publish(output: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let part = beside(output).with_context(|| format!("output {}: expected a file's name", output.display()))?;
    let written = fs::write(&part, bytes).and_then(|()| fs::rename(&part, output));
    written.inspect_err(|_| remove(&part)).with_context(|| format!("writing {}", output.display()))
}

/// The same for a folder, which must not be there: its files by their paths in it.
pub(crate) fn publish_folder(output: &Path, files: &[(&str, &[u8])]) -> anyhow::Result<()> {
    let part = beside(output).with_context(|| format!("output {}: expected a folder's name", output.display()))?;
    let write = |(name, bytes): &(&str, &[u8])| {
        let path = part.join(name);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, bytes)
    };
    let written = files.iter().try_for_each(write).and_then(|()| fs::rename(&part, output));
    written.inspect_err(|_| remove(&part)).with_context(|| format!("writing {}", output.display()))
}

/// Whether a file can be put there, for who works long before it is.
pub(crate) fn check_place(output: &Path) -> anyhow::Result<()> {
    let shown = output.display();
    ensure!(!output.is_dir(), "output {shown}: expected a file's name, found a folder");
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty());
    ensure!(folder.is_none_or(Path::is_dir), "output {shown}: there is no such folder");
    Ok(())
}

/// Prints on standard output. That nobody reads any more is no error.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error).context("writing to standard output"),
        _ => Ok(()),
    }
}

/// A name in the same folder, and so on the same file system, for as long as the file is not whole.
fn beside(output: &Path) -> Option<PathBuf> {
    let mut name = OsString::from(".");
    name.push(output.file_name()?);
    name.push(format!(".{}.part", std::process::id()));
    Some(output.with_file_name(name))
}

fn remove(part: &Path) {
    let removed = if part.is_dir() { fs::remove_dir_all(part) } else { fs::remove_file(part) };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            eprintln!("spanlet: {} is left behind: {error}", part.display());
        }
        _ => {}
    }
}

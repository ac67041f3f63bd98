//! One model packed by the tools that pack models (`tests/reference/archives.py`): the same parts come out, and damage is
//! told or does no harm.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use counting_allocator::peak_of;
use spanlet_archive::{ArchiveError, Limits, Parts};

#[path = "../../spanlet-fasttext/tests/counting_allocator/mod.rs"]
mod counting_allocator;

const LIMITS: Limits = Limits { max_total_bytes: 1 << 20, max_parts: 100 };
/// What unpacking may hold beside the archive and the parts: an inflater with its window, tables, names.
const WORKING_BYTES: usize = 128 << 10;

/// Every file under a folder of the tests, by its path from there.
fn files(folder: &str) -> BTreeMap<String, Vec<u8>> {
    let root: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", folder].iter().collect();
    let (mut files, mut folders) = (BTreeMap::new(), vec![root.clone()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(relative(&path, &root), std::fs::read(&path).expect("a file"));
            }
        }
    }
    files
}

fn relative(path: &Path, root: &Path) -> String {
    let path = path.strip_prefix(root).expect("it was found there").to_str().expect("names are UTF-8");
    path.replace(std::path::MAIN_SEPARATOR, "/")
}

/// Every archive with its name.
fn archives() -> BTreeMap<String, Vec<u8>> {
    let archives = files("archives");
    assert_eq!(archives.len(), 13, "{:?}", archives.keys());
    archives
}

fn open(name: &str, bytes: Vec<u8>) -> Result<Parts, ArchiveError> {
    let files = vec![(name.to_owned(), bytes)];
    let (parts, peak) = peak_of(|| Parts::from_files(files, &LIMITS));
    assert!(peak <= LIMITS.max_total_bytes as usize + WORKING_BYTES, "{name}: unpacking took {peak} bytes");
    parts
}

#[test]
fn every_archive_gives_the_same_parts() {
    let expected = files("archived");
    for (name, bytes) in archives() {
        // What an archive is called says nothing.
        for name in [name.as_str(), "model"] {
            let mut parts = open(name, bytes.clone()).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(parts.names().eq(expected.keys()), "{name}: {:?}", parts.names().collect::<Vec<_>>());
            for (part, content) in &expected {
                assert_eq!(parts.take(part), Some(content.clone()), "{name}: {part}");
            }
        }
    }
}

#[test]
fn every_truncation_is_an_error() {
    for (name, bytes) in archives() {
        // Behind the mark of a tar's end, and behind gzip's last byte, there are zeros that say nothing.
        let needed = match name.as_str() {
            "ustar.tar" => bytes.iter().rposition(|byte| *byte != 0).expect("a header is not zero") + 1,
            "two-gzip-members.tgz" => bytes.len() - 100,
            _ => bytes.len(),
        };
        for length in (0..needed).rev().step_by(if needed > 10_000 { 37 } else { 1 }) {
            let Ok(parts) = open(&name, bytes[..length].to_vec()) else { continue };
            // Too short to be taken for an archive: the file is a part itself.
            assert!(length < 512, "{name}: {length}");
            assert_eq!(parts.names().collect::<Vec<_>>(), [name.as_str()]);
        }
    }
}

#[test]
fn flips_do_no_harm() {
    for (name, bytes) in archives() {
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        for round in 0..3_000 {
            random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            let mut flipped = bytes.clone();
            // Every other flip is near an end, where heads and directories are.
            let place = (random >> 33) as usize % if round % 2 == 0 { bytes.len() } else { bytes.len().min(600) };
            let place = if round % 4 == 1 { bytes.len() - 1 - place } else { place };
            flipped[place] ^= 1 << (random >> 29 & 7);
            if let Ok(parts) = open(&name, flipped) {
                let total: usize = parts.names().map(|part| parts.get(part).map_or(0, <[u8]>::len)).sum();
                assert!(total as u64 <= LIMITS.max_total_bytes);
            }
        }
    }
}

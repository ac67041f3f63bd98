//! Digests: BLAKE3 of machine code, which a host compares before it runs the code, and SHA-256 of what a receipt names.
//!
//! A start reads the whole image for its digest, and that is nearly half of what a start does. On the machine of the
//! benchmark's records BLAKE3 takes a quarter of the time of SHA-256, which has instructions of its own there.

use std::{
    io,
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

/// Where the digest of a precompiled file lies: `spanlet.cwasm.b3` beside `spanlet.cwasm`.
#[must_use]
pub fn digest_file(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".b3");
    PathBuf::from(name)
}

/// What [`digest_file`] holds, in the form that `b3sum --check` reads.
#[must_use]
pub fn digest_line(bytes: &[u8], path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format!("{}  {name}\n", blake3(bytes))
}

/// BLAKE3 of bytes, in hexadecimal.
#[must_use]
pub fn blake3(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_string()
}

/// BLAKE3 of a file, in hexadecimal. It is mapped where it can be, and so not copied.
pub(crate) fn blake3_of_file(path: &Path) -> io::Result<String> {
    let mut hash = blake3::Hasher::new();
    hash.update_mmap(path)?;
    Ok(hash.finalize().to_string())
}

/// SHA-256 of bytes, in hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

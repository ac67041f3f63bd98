//! Paths of members: relative, inside the archive, and spelt one way.

/// The longest path that is taken.
const MAX_BYTES: usize = 4_096;

/// A path without `.` and doubled slashes; `None` for what operating systems leave beside files. The error is what was
/// expected and what was found.
pub(super) fn normalised(name: &[u8]) -> Result<Option<String>, &'static str> {
    let name = str::from_utf8(name).map_err(|_| "a name in UTF-8, found other bytes")?;
    if name.len() > MAX_BYTES {
        return Err("a name of at most 4096 bytes, found a longer one");
    }
    if name.contains('\0') {
        return Err("a name, found a NUL in it");
    }
    if name.contains('\\') {
        return Err("a path with slashes, found a backslash");
    }
    if name.starts_with('/') {
        return Err("a path inside the archive, found an absolute one");
    }
    if let [letter, b':', ..] = name.as_bytes()
        && letter.is_ascii_alphabetic()
    {
        return Err("a path inside the archive, found a drive");
    }
    let pieces: Vec<&str> = name.split('/').filter(|piece| !matches!(*piece, "" | ".")).collect();
    if pieces.contains(&"..") {
        return Err("a path inside the archive, found `..`");
    }
    let Some(last) = pieces.last() else { return Ok(None) };
    if pieces.contains(&"__MACOSX") || last.starts_with("._") || *last == ".DS_Store" {
        return Ok(None);
    }
    Ok(Some(pieces.join("/")))
}

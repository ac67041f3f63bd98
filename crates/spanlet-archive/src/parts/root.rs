//! Which directory of all that was handed in is the model's.

use std::collections::BTreeMap;

use crate::error::ArchiveError;
use crate::unpack::Members;

/// The parts under the model's directory, named from there.
///
/// A wheel holds it as `<package>/<package>-<version>/`, a source distribution one folder deeper; both have another
/// `meta.json` above it.
pub(super) fn model_parts(members: Members) -> Result<BTreeMap<String, Vec<u8>>, ArchiveError> {
    let root = find(&members)?.unwrap_or_default();
    if let Some(link) = members.links.iter().find(|link| link.starts_with(&root)) {
        let advice = "pack the file itself instead (`tar --dereference`)";
        return Err(ArchiveError::unsupported(members.place(link), "a link", advice));
    }
    if root.is_empty() {
        return Ok(members.files);
    }
    let files = members.files.into_iter();
    Ok(files.filter_map(|(name, bytes)| Some((name.strip_prefix(&root)?.to_owned(), bytes))).collect())
}

/// The directory with a slash behind it; `""` is the top.
fn find(members: &Members) -> Result<Option<String>, ArchiveError> {
    let directories = members.files.keys().filter_map(|name| name.strip_suffix("config.cfg"));
    let candidates = directories.filter(|directory| directory.is_empty() || directory.ends_with('/'));
    let candidates = candidates.filter(|directory| members.files.contains_key(&format!("{directory}meta.json")));
    let mut nearest: Vec<&str> = Vec::new();
    for candidate in candidates {
        let depth = |directory: &str| directory.matches('/').count();
        match nearest.first().map(|found| depth(candidate).cmp(&depth(found))) {
            Some(std::cmp::Ordering::Greater) => {}
            Some(std::cmp::Ordering::Equal) => nearest.push(candidate),
            Some(std::cmp::Ordering::Less) | None => nearest = vec![candidate],
        }
    }
    match nearest.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some((*one).to_owned())),
        several => {
            let names = several.iter().map(|name| format!("`{}`", name.trim_end_matches('/'))).collect::<Vec<_>>();
            let problem = format!("expected one directory with config.cfg and meta.json, found {}", names.join(", "));
            Err(ArchiveError::wrong(members.archive(), problem))
        }
    }
}

//! The engines that this build's features name, each fitted to the API's traits.

#[cfg(feature = "fasttext")]
mod fasttext;
#[cfg(all(feature = "spacy", feature = "transformer"))]
mod joined;
#[cfg(feature = "spacy")]
mod spacy;
#[cfg(feature = "transformer")]
mod transformer;

use spanlet_api::{Code, Engine, Error, Part, codes};
use spanlet_archive::{ArchiveError, Limits, Parts};

/// Every engine of this build, in the order in which they are asked whether a model is theirs.
pub(crate) fn all() -> Vec<Box<dyn Engine>> {
    vec![
        #[cfg(feature = "fasttext")]
        Box::new(fasttext::Fasttext),
        #[cfg(feature = "spacy")]
        Box::new(spacy::Spacy),
        #[cfg(feature = "transformer")]
        Box::new(transformer::Transformer),
    ]
}

/// Puts the members of a lone archive in its place.
pub(crate) fn unpack(parts: Vec<Part>) -> Result<Vec<Part>, Error> {
    match parts.as_slice() {
        [part] if spanlet_archive::is_archive(&part.bytes) => {}
        _ => return Ok(parts),
    }
    let files = parts.into_iter().map(|part| (part.name, part.bytes)).collect();
    let mut unpacked = Parts::from_files(files, &Limits::default()).map_err(|error| {
        let (code, place) = code(&error);
        Error::new(code, error.to_string()).at(place)
    })?;
    let names: Vec<String> = unpacked.names().map(str::to_owned).collect();
    let part = |name: String| Some(Part { bytes: unpacked.take(&name)?, name });
    Ok(names.into_iter().filter_map(part).collect())
}

/// The code of what is wrong with an archive or one of its members, and the place.
fn code(error: &ArchiveError) -> (Code, &str) {
    match error {
        ArchiveError::TooLarge { part, .. } => (codes::MODEL_TOO_LARGE, part),
        ArchiveError::Unsupported { part, .. } => (codes::MODEL_UNSUPPORTED, part),
        ArchiveError::Damaged { part, .. } => (codes::MODEL_DAMAGED, part),
        _ => (codes::MODEL_DAMAGED, "model"),
    }
}

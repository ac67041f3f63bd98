//! Which models are loaded: embedded ones by their names, or files.

use std::{
    path::{Path, PathBuf},
    str::FromStr,
};

use anyhow::Context as _;
use spanlet_runtime::ModelFiles;

use crate::embedded;

/// A model as the command line names it: the name of an embedded one, such as `tags`; `NAME=PATH`; or a path alone.
///
/// A path alone names its model by the file's name without its ending, or `model` where that cannot be a name. A file in the working folder
/// that is itself called `tags` is `./tags`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ModelArgument {
    name: String,
    /// Absent for an embedded model.
    path: Option<PathBuf>,
}

impl FromStr for ModelArgument {
    type Err = &'static str;

    fn from_str(argument: &str) -> Result<Self, Self::Err> {
        if argument.is_empty() {
            return Err("expected a path, NAME=PATH, or the name of an embedded model");
        }
        if embedded(argument).is_some() {
            return Ok(Self { name: argument.to_owned(), path: None });
        }
        if let Some((name, path)) = argument.split_once('=').filter(|(name, _)| is_name(name)) {
            return Ok(Self { name: name.to_owned(), path: Some(path.into()) });
        }
        let path = PathBuf::from(argument);
        let name = path.file_name().and_then(|name| name.to_str()).map(without_ending).filter(|name| is_name(name));
        Ok(Self { name: name.unwrap_or("model").to_owned(), path: Some(path) })
    }
}

impl ModelArgument {
    /// The name under which it is loaded.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Where it lies; nowhere for an embedded one.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The model that travels inside the executable, where it is one.
    pub(crate) fn embedded_model(&self) -> Option<&'static embedded::Model> {
        if self.path.is_some() { None } else { embedded(&self.name) }
    }

    /// The embedded model of that name, which must be one.
    pub(crate) fn of_embedded(name: &'static str) -> Self {
        Self { name: name.to_owned(), path: None }
    }

    /// Every embedded model, in the order in which they are loaded.
    pub(crate) fn embedded() -> Vec<Self> {
        embedded::MODELS.iter().map(|model| Self { name: model.name.to_owned(), path: None }).collect()
    }

    pub(crate) fn files(&self) -> anyhow::Result<ModelFiles> {
        match (&self.path, embedded(&self.name)) {
            (Some(path), _) => ModelFiles::from_path(&self.name, path).with_context(|| hint(path)),
            (None, Some(model)) => Ok(ModelFiles::from_parts(model.name, model.parts.iter().copied())?),
            (None, None) => unreachable!("only an embedded model lacks a path"),
        }
    }
}

/// What the names of archives end in.
const ARCHIVES: [&str; 5] = [".tar.gz", ".tgz", ".tar", ".zip", ".whl"];
/// What the names of models that are one file end in.
const WEIGHTS: [&str; 2] = [".bin", ".ftz"];

/// Whether a file is named as archives are, in which a model's licence may lie beside its weights.
pub(crate) fn is_archive(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    ARCHIVES.iter().any(|ending| name.ends_with(ending))
}

/// A file's name without the endings that models have; those of folders are often version numbers and stay.
fn without_ending(name: &str) -> &str {
    ARCHIVES.iter().chain(&WEIGHTS).find_map(|ending| name.strip_suffix(ending)).unwrap_or(name)
}

/// The embedded model of that name.
fn embedded(name: &str) -> Option<&'static embedded::Model> {
    embedded::MODELS.iter().find(|model| model.name == name)
}

/// What else a path that cannot be read may have meant.
fn hint(path: &Path) -> String {
    let names: Vec<&str> = embedded::MODELS.iter().map(|model| model.name).collect();
    format!("model {} (a path, NAME=PATH, or the name of an embedded model: {})", path.display(), names.join(", "))
}

/// The contract's rule for names of models.
fn is_name(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    text.len() <= 64 && text.starts_with(|first: char| first.is_ascii_alphanumeric()) && text.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::ModelArgument;

    #[test]
    fn arguments_name_the_embedded_model_or_a_file() {
        let cases = [
            ("tags", Some(("tags", None))),
            ("./tags", Some(("tags", Some("./tags")))),
            ("food=models/cooking.ftz", Some(("food", Some("models/cooking.ftz")))),
            ("models/cooking.ftz", Some(("cooking", Some("models/cooking.ftz")))),
            ("dir=x/a=b.bin", Some(("dir", Some("x/a=b.bin")))),
            ("./dir=x/model.bin", Some(("model", Some("./dir=x/model.bin")))),
            ("en_core_web_sm-3.8.0.tar.gz", Some(("en_core_web_sm-3.8.0", Some("en_core_web_sm-3.8.0.tar.gz")))),
            ("./en_core_web_sm-3.8.0", Some(("en_core_web_sm-3.8.0", Some("./en_core_web_sm-3.8.0")))),
            ("training/model-best/", Some(("model-best", Some("training/model-best/")))),
            ("my model.bin", Some(("model", Some("my model.bin")))),
            ("", None),
        ];
        for (argument, expected) in cases {
            let expected =
                expected.map(|(name, path)| ModelArgument { name: name.to_owned(), path: path.map(Into::into) });
            assert_eq!(argument.parse().ok(), expected, "{argument}");
        }
    }
}

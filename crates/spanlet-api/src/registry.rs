//! The loaded models, and which of them answers a call.

use std::collections::BTreeMap;

use crate::codes;
use crate::engine::{Family, Model, Task};
use crate::error::Error;
use crate::receipt::stamp;

/// A model under the name by which it was loaded.
pub(crate) struct Loaded {
    pub(crate) family: Family,
    pub(crate) default_for: Vec<Task>,
    pub(crate) parts_sha256: String,
    pub(crate) model: Box<dyn Model>,
}

impl Loaded {
    /// Whether it can be asked for that.
    pub(crate) fn has(&self, task: Task) -> bool {
        self.model.tasks().contains(&task)
    }

    /// A copy of it in memory that is allocated anew.
    fn copied(&self) -> Self {
        Self {
            family: self.family,
            default_for: self.default_for.clone(),
            parts_sha256: self.parts_sha256.clone(),
            model: self.model.copied(),
        }
    }
}

/// A loaded model, as a listing shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Description {
    /// The name under which it was loaded.
    pub name: String,
    /// Its engine.
    pub family: Family,
    /// What it can be asked for.
    pub tasks: Vec<Task>,
    /// The tasks for which it answers when a call names no model.
    pub default_for: Vec<Task>,
    /// Its labels in the model's own order, without family-specific prefix.
    pub labels: Vec<String>,
    /// The language it was trained for, where the model says.
    pub language: Option<String>,
    /// Its version, where the model says.
    pub version: Option<String>,
    /// The digest, in hexadecimal, of its parts: SHA-256 over each part's name, a zero byte, its size as eight bytes
    /// little-endian and its bytes, parts in order of name.
    pub parts_sha256: String,
    /// Memory that it holds.
    pub memory_bytes: u64,
    /// What else the model says of itself.
    pub metadata: serde_json::Map<String, serde_json::Value>,
}

/// Models by name.
#[derive(Default)]
pub(crate) struct Registry {
    models: BTreeMap<String, Loaded>,
}

impl Registry {
    /// Puts a model in place, in the stead of any former one of that name.
    ///
    /// A task has one default: the model that claimed it last.
    pub(crate) fn insert(&mut self, name: &str, loaded: Loaded) -> Description {
        for other in self.models.values_mut() {
            other.default_for.retain(|task| !loaded.default_for.contains(task));
        }
        let description = describe(name, &loaded);
        self.models.insert(name.to_owned(), loaded);
        description
    }

    /// Those of the tasks for which no model but the one of that name is the default.
    pub(crate) fn unclaimed(&self, name: &str, tasks: &[Task]) -> Vec<Task> {
        let is_claimed =
            |task: &Task| self.iter().any(|(other, loaded)| other != name && loaded.default_for.contains(task));
        tasks.iter().copied().filter(|task| !is_claimed(task)).collect()
    }

    /// Forgets a model.
    pub(crate) fn remove(&mut self, name: &str) -> Result<(), Error> {
        self.models.remove(name).map(drop).ok_or_else(|| self.unknown(name))
    }

    /// Every model, by name.
    pub(crate) fn descriptions(&self) -> impl Iterator<Item = Description> {
        self.models.iter().map(|(name, loaded)| describe(name, loaded))
    }

    /// One model with its name.
    pub(crate) fn get(&self, name: &str) -> Result<(&str, &Loaded), Error> {
        let found = self.models.get_key_value(name).ok_or_else(|| self.unknown(name))?;
        Ok((found.0, found.1))
    }

    /// The value of the header `spanlet-model` for a model: its name and digest; of one that is not there the name alone.
    pub(crate) fn stamp(&self, name: &str) -> String {
        self.models.get(name).map_or_else(|| name.to_owned(), |loaded| stamp(name, &loaded.parts_sha256))
    }

    /// Every model with its name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Loaded)> {
        self.models.iter().map(|(name, loaded)| (name.as_str(), loaded))
    }

    /// Moves every model to memory that is allocated anew, one after the other.
    pub(crate) fn settle(&mut self) {
        let copied = |(name, loaded): (String, Loaded)| (name.as_str().to_owned(), loaded.copied());
        self.models = std::mem::take(&mut self.models).into_iter().map(copied).collect();
    }

    /// Whether any model has the task.
    pub(crate) fn has_task(&self, task: Task) -> bool {
        self.iter().any(|(_, loaded)| loaded.has(task))
    }

    /// The model that answers for `task`: the one named, else the only one with the task, else its default.
    pub(crate) fn resolve(&self, task: Task, named: Option<&str>) -> Result<(&str, &dyn Model), Error> {
        match named {
            Some(name) => self.resolve_named(task, name),
            None => self.resolve_unnamed(task),
        }
    }

    fn resolve_named(&self, task: Task, name: &str) -> Result<(&str, &dyn Model), Error> {
        let (name, loaded) = self.get(name)?;
        if loaded.has(task) {
            return Ok((name, loaded.model.as_ref()));
        }
        let tasks: Vec<&str> = loaded.model.tasks().iter().map(|task| task.name()).collect();
        let message =
            format!("expected a model with the task {}, found `{name}`, which has {}", task.name(), tasks.join(", "));
        Err(Error::new(codes::MODEL_WRONG_TASK, message).at("model"))
    }

    fn resolve_unnamed(&self, task: Task) -> Result<(&str, &dyn Model), Error> {
        let candidates: Vec<(&str, &Loaded)> = self.iter().filter(|(_, loaded)| loaded.has(task)).collect();
        let defaults: Vec<&(&str, &Loaded)> =
            candidates.iter().filter(|(_, loaded)| loaded.default_for.contains(&task)).collect();
        match (candidates.as_slice(), defaults.as_slice()) {
            ([(name, loaded)], _) | (_, [(name, loaded)]) => Ok((name, loaded.model.as_ref())),
            ([], _) => {
                let message = format!("expected a loaded model with the task {}, found none", task.name());
                Err(Error::new(codes::MODEL_NONE_FOR_TASK, message))
            }
            _ => {
                let names: Vec<&str> = candidates.iter().map(|(name, _)| *name).collect();
                let message = format!("expected `model` to name one of {}, found no name", names.join(", "));
                Err(Error::new(codes::MODEL_AMBIGUOUS, message).at("model"))
            }
        }
    }

    fn unknown(&self, name: &str) -> Error {
        let names: Vec<&str> = self.models.keys().map(String::as_str).collect();
        let known = if names.is_empty() { "no model at all".to_owned() } else { names.join(", ") };
        let shown: String = name.chars().take(64).collect();
        Error::new(codes::MODEL_UNKNOWN, format!("expected a loaded model ({known}), found {shown:?}")).at("model")
    }
}

/// What a model's metadata say under `key`, where that is a string.
pub(crate) fn stated<'m>(metadata: &'m serde_json::Map<String, serde_json::Value>, key: &str) -> Option<&'m str> {
    metadata.get(key).and_then(|value| value.as_str())
}

fn describe(name: &str, loaded: &Loaded) -> Description {
    let metadata = loaded.model.metadata();
    Description {
        name: name.to_owned(),
        family: loaded.family,
        tasks: loaded.model.tasks().to_vec(),
        default_for: loaded.default_for.clone(),
        labels: loaded.model.labels().into_iter().map(str::to_owned).collect(),
        language: stated(&metadata, "language").map(str::to_owned),
        version: stated(&metadata, "version").map(str::to_owned),
        parts_sha256: loaded.parts_sha256.clone(),
        memory_bytes: loaded.model.memory_bytes() as u64,
        metadata,
    }
}

//! The state of one component: its engines, models, loads and settings.

use serde::Deserialize;

use spanlet_text::Layers;

use crate::codes;
use crate::digest::parts_sha256;
use crate::engine::{Engine, Part, Task};
use crate::error::Error;
use crate::loading::{Load, MAX_LOADS, PartSize};
use crate::registry::{Description, Loaded, Registry};
use crate::settings::Settings;
use crate::typed::{AnalyzeOptions, ClassifyOptions, EmbedOptions};

/// Everything that one component knows: its engines, the models that they loaded, and its settings.
pub struct Api {
    engines: Vec<Box<dyn Engine>>,
    /// What makes parts of an archive's.
    unpack: Unpack,
    pub(crate) registry: Registry,
    loads: Vec<(u32, Load)>,
    last_load: u32,
    sealed: bool,
    pub(crate) settings: Settings,
}

/// A load's options as a caller writes them.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LoadOptions {
    #[serde(default)]
    default_for: NamedTasks,
}

/// `default_for` as a caller writes it.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected `default_for` to be a list of tasks, or `unclaimed`")]
enum NamedTasks {
    List(Vec<String>),
    Word(String),
}

impl Default for NamedTasks {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

/// The tasks for which a model is to answer when a call names none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DefaultFor {
    /// These, all of which it must have.
    Tasks(Vec<Task>),
    /// Every task that it has, unless another model is the default for it.
    Unclaimed,
}

/// Puts the members of an archive in its place; other parts stay as they are.
pub type Unpack = fn(Vec<Part>) -> Result<Vec<Part>, Error>;

impl Api {
    /// An API with these engines, asked in this order which of them recognises a model, and no models yet.
    #[must_use]
    pub fn new(engines: Vec<Box<dyn Engine>>) -> Self {
        Self {
            engines,
            unpack: Ok,
            registry: Registry::default(),
            loads: Vec::new(),
            last_load: 0,
            sealed: false,
            settings: Settings::default(),
        }
    }

    /// The same, with a function that every model's parts go through before any engine sees them: it puts the members of
    /// an archive in its place.
    #[must_use]
    pub fn with_unpacking(self, unpack: Unpack) -> Self {
        Self { unpack, ..self }
    }

    /// Begins loading a model under a name; answers the number of the load.
    ///
    /// `options_json` is an object; `default_for` in it is a list of tasks for which the model answers when a call
    /// names none, or `"unclaimed"`: all that it has, but those for which another model is the default. Each part's memory is reserved here, once.
    ///
    /// # Errors
    /// When the names, sizes or options are not what they may be, there is not memory enough, too many loads are under
    /// way, or the component is sealed.
    pub fn begin(&mut self, model: &str, parts: Vec<PartSize>, options_json: Option<&str>) -> Result<u32, Error> {
        self.check_unsealed()?;
        if self.loads.len() >= MAX_LOADS {
            let message = format!("expected fewer than {MAX_LOADS} loads under way, found {}", self.loads.len());
            return Err(Error::new(codes::LOAD_TOO_MANY, message));
        }
        let load = Load::begin(model, parts, parse_load_options(options_json)?)?;
        self.last_load = self.last_load.wrapping_add(1);
        self.loads.push((self.last_load, load));
        Ok(self.last_load)
    }

    /// Appends bytes to a part. Parts are written in order and each chunk holds at most
    /// [`MAX_CHUNK_BYTES`](crate::MAX_CHUNK_BYTES).
    ///
    /// # Errors
    /// When there is no such load, or the chunk does not fit; the load is then gone.
    pub fn write(&mut self, load: u32, part: u32, chunk: &[u8]) -> Result<(), Error> {
        let index = self.load_index(load)?;
        self.loads[index].1.write(part, chunk).inspect_err(|_| {
            self.loads.remove(index);
        })
    }

    /// Parses what was written and puts the model in place, all or nothing.
    ///
    /// # Errors
    /// When there is no such load, bytes are missing, no engine recognises the parts, or one finds them wanting. The
    /// load is then gone and the former model of that name still answers.
    pub fn finish(&mut self, load: u32) -> Result<Description, Error> {
        let index = self.load_index(load)?;
        let (_, load) = self.loads.remove(index);
        let (name, default_for) = (load.model.clone(), load.default_for.clone());
        let parts = load.into_parts()?;
        let parts_sha256 = parts_sha256(&parts);
        let first = parts.first().map(|part| part.name.clone()).unwrap_or_default();
        let parts = (self.unpack)(parts)?;
        let engine = self.recognize(&parts).map_err(|error| error.at(first))?;
        let (family, model) = (engine.family(), engine.load(parts)?);
        let default_for = match default_for {
            DefaultFor::Tasks(tasks) => tasks,
            DefaultFor::Unclaimed => self.registry.unclaimed(&name, model.tasks()),
        };
        if let Some(task) = default_for.iter().find(|task| !model.tasks().contains(task)) {
            let message = format!("expected tasks that the model has, found {}", task.name());
            return Err(Error::new(codes::MODEL_OPTIONS, message).at("default_for"));
        }
        Ok(self.registry.insert(&name, Loaded { family, default_for, parts_sha256, model }))
    }

    /// Forgets a load that is under way. A number that names none is not an error.
    pub fn abort(&mut self, load: u32) {
        self.loads.retain(|(number, _)| *number != load);
    }

    /// Forgets a model and frees its memory.
    ///
    /// # Errors
    /// When no model has that name, or the component is sealed.
    pub fn unload(&mut self, model: &str) -> Result<(), Error> {
        self.check_unsealed()?;
        self.registry.remove(model)
    }

    /// Every loaded model, by name.
    #[must_use]
    pub fn list(&self) -> Vec<Description> {
        self.registry.descriptions().collect()
    }

    /// Fixes the models, which can then neither be loaded nor unloaded: every model answers the `warm` texts for each of
    /// its tasks, so that caches are filled; then buffers are freed and loads under way are forgotten.
    ///
    /// # Errors
    /// When a warm text has no answer; the component is then not sealed.
    pub fn seal<T: AsRef<str>>(&mut self, warm: &[T]) -> Result<(), Error> {
        self.check_unsealed()?;
        let names: Vec<(&str, &[Task])> =
            self.registry.iter().map(|(name, loaded)| (name, loaded.model.tasks())).collect();
        for (name, tasks) in names {
            if tasks.contains(&Task::Classify) {
                let options = ClassifyOptions { model: Some(name), ..ClassifyOptions::default() };
                self.classify(warm, &options)?.into_iter().try_for_each(|answer| answer.map(drop))?;
            }
            let documents = [(Task::Analyze, Layers::ALL), (Task::Entities, Layers::ENTS)];
            if let Some((_, layers)) = documents.into_iter().find(|(task, _)| tasks.contains(task)) {
                let options = AnalyzeOptions { model: Some(name), layers, ..AnalyzeOptions::default() };
                self.analyze(warm, &options)?.into_iter().try_for_each(|answer| answer.map(drop))?;
            }
            if tasks.contains(&Task::Embed) {
                let options = EmbedOptions { model: Some(name), ..EmbedOptions::default() };
                self.embed(warm, &options)?.into_iter().try_for_each(|answer| answer.map(drop))?;
            }
        }
        self.registry.iter().for_each(|(_, loaded)| loaded.model.release_buffers());
        self.loads = Vec::new();
        self.sealed = true;
        Ok(())
    }

    /// Moves every model and the settings to memory that is allocated anew.
    pub fn settle(&mut self) {
        self.registry.settle();
        self.settings = self.settings.clone();
    }

    /// Whether a load is under way.
    #[must_use]
    pub fn is_loading(&self) -> bool {
        !self.loads.is_empty()
    }

    /// Changes settings: a JSON object with any of `bare_task`, `max_body_bytes`, `max_texts` and `max_text_chars`.
    ///
    /// # Errors
    /// A sentence, when a setting is unknown or wrong; nothing is changed then.
    pub fn configure(&mut self, settings_json: &str) -> Result<(), String> {
        self.settings = self.settings.with_changes(settings_json)?;
        Ok(())
    }

    fn check_unsealed(&self) -> Result<(), Error> {
        if !self.sealed {
            return Ok(());
        }
        let message = "expected an unsealed component, found that its models are fixed";
        Err(Error::new(codes::LOAD_SEALED, message))
    }

    fn load_index(&self, load: u32) -> Result<usize, Error> {
        self.loads.iter().position(|(number, _)| *number == load).ok_or_else(|| {
            Error::new(codes::LOAD_UNKNOWN, format!("expected a load under way, found that none has number {load}"))
        })
    }

    fn recognize(&self, parts: &[Part]) -> Result<&dyn Engine, Error> {
        self.engines.iter().map(AsRef::as_ref).find(|engine| engine.recognizes(parts)).ok_or_else(|| {
            let families: Vec<&str> = self.engines.iter().map(|engine| engine.family().name()).collect();
            let message = format!("expected a model of a family that this build has ({})", families.join(", "));
            Error::new(codes::MODEL_UNRECOGNIZED, message + ", found another")
        })
    }
}

fn parse_load_options(options_json: Option<&str>) -> Result<DefaultFor, Error> {
    let Some(json) = options_json else {
        return Ok(DefaultFor::Tasks(Vec::new()));
    };
    // Through a map, since serde would read a list as the fields in order.
    let options: LoadOptions = serde_json::from_str::<serde_json::Map<_, _>>(json)
        .and_then(|options| LoadOptions::deserialize(serde_json::Value::Object(options)))
        .map_err(|error| Error::new(codes::MODEL_OPTIONS, format!("options: {error}")))?;
    let task = |name: String| {
        Task::from_name(&name).ok_or_else(|| {
            let known: Vec<&str> = Task::ALL.into_iter().map(Task::name).collect();
            let shown: String = name.chars().take(64).collect();
            let message = format!("expected a task ({}), found {shown:?}", known.join(", "));
            Error::new(codes::MODEL_OPTIONS, message).at("default_for")
        })
    };
    match options.default_for {
        NamedTasks::Word(word) if word == "unclaimed" => Ok(DefaultFor::Unclaimed),
        NamedTasks::Word(word) => {
            let shown: String = word.chars().take(64).collect();
            let message = format!("expected a list of tasks, or `unclaimed`, found {shown:?}");
            Err(Error::new(codes::MODEL_OPTIONS, message).at("default_for"))
        }
        NamedTasks::List(names) => names.into_iter().map(task).collect::<Result<_, _>>().map(DefaultFor::Tasks),
    }
}

#[cfg(test)]
mod tests;

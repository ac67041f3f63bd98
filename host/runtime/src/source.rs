//! Where a pool's instances come from: a component, with models baked in or with models that each instance loads before
//! it answers.

use std::{
    error::Error,
    fmt,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::OnceLock,
    time::Duration,
};

use crate::{
    CallError, Component, Description, Limits, ModelFiles,
    instance::{Instance, Template},
    model_files::{Content, Part},
};

/// How much of a part is handed over at once: the most that the contract allows.
const CHUNK_BYTES: usize = 4 << 20;

/// Options of models where there are several: the first that can do what a call asks for answers if it names none.
const DEFAULT_OPTIONS: &str = r#"{"default_for":"unclaimed"}"#;

/// Makes instances that are ready to answer, each like the others.
///
/// The pool knows nothing of how: what it takes from here is [`InstanceSource::instance`] alone.
pub(crate) struct InstanceSource {
    template: Template,
    models: Vec<ModelFiles>,
    settings_json: Option<String>,
    limits: Limits,
    /// What the first instance held. The others must hold the same, or answers would differ.
    descriptions: OnceLock<Vec<Description>>,
}

impl InstanceSource {
    pub(crate) fn new(
        component: &Component,
        models: Vec<ModelFiles>,
        settings_json: Option<String>,
        limits: Limits,
    ) -> Result<Self, StartError> {
        let mut names: Vec<&str> = models.iter().map(|model| model.name.as_str()).collect();
        names.sort_unstable();
        if let Some([name, _]) = names.array_windows().find(|[a, b]| a == b) {
            return Err(StartError::NameTwice { model: (*name).to_owned() });
        }
        let template = Template::new(component).map_err(|error| StartError::Component { source: error.into() })?;
        let baked = component.baked.get().filter(|baked| models.is_empty() && !baked.is_empty());
        let descriptions = baked.cloned().map_or_else(OnceLock::new, OnceLock::from);
        Ok(Self { template, models, settings_json, limits, descriptions })
    }

    /// Whether instances hold their models from the start, so that making one costs next to nothing.
    pub(crate) fn is_baked(&self) -> bool {
        self.models.is_empty() && !self.descriptions().is_empty()
    }

    /// What instances hold; empty before the first one was made.
    pub(crate) fn descriptions(&self) -> &[Description] {
        self.descriptions.get().map_or(&[], Vec::as_slice)
    }

    /// An instance with its settings and all models.
    pub(crate) fn instance(&self) -> Result<Instance, StartError> {
        self.instance_within(self.limits.load_deadline)
    }

    /// The same where models are baked in, for a call: no step of it may take longer than the call.
    pub(crate) fn instance_within(&self, deadline: Duration) -> Result<Instance, StartError> {
        let mut instance =
            self.template.instance(self.limits.memory_bytes, deadline).map_err(|source| StartError::Call { source })?;
        if let Some(settings) = &self.settings_json {
            let configured = instance.configure(settings, deadline).map_err(|source| StartError::Call { source })?;
            configured.map_err(|message| StartError::Settings { message })?;
        }
        if self.is_baked() {
            return Ok(instance);
        }
        instance.check(deadline).map_err(|source| StartError::Call { source })?;
        let descriptions = if self.models.is_empty() {
            instance.list(deadline).map_err(|source| StartError::Call { source })?
        } else {
            self.load_all(&mut instance)?
        };
        self.compare_with_first(&descriptions)?;
        Ok(instance)
    }

    /// Loads the models in order. Of several without options of their own, each claims what none before it can do.
    fn load_all(&self, instance: &mut Instance) -> Result<Vec<Description>, StartError> {
        let lacks_default = self.models.len() > 1 && self.models.iter().all(|model| model.options_json.is_none());
        let unless = lacks_default.then_some(DEFAULT_OPTIONS);
        let load = |model: &ModelFiles| self.load(instance, model, model.options_json.as_deref().or(unless));
        self.models.iter().map(load).collect()
    }

    fn load(
        &self,
        instance: &mut Instance,
        model: &ModelFiles,
        options_json: Option<&str>,
    ) -> Result<Description, StartError> {
        let deadline = self.limits.load_deadline;
        let refused = |source| StartError::Model { model: model.name.clone(), source };
        let parts = model.parts.iter().map(|part| (part.name.as_str(), part.size_bytes));
        let load = instance.begin(&model.name, parts, options_json, deadline).map_err(refused)?;
        for (index, part) in (0..).zip(&model.parts) {
            let write = |chunk: &[u8]| instance.write(load, index, chunk, deadline).map_err(refused);
            match &part.content {
                Content::Bytes(bytes) => bytes.chunks(CHUNK_BYTES).try_for_each(write)?,
                Content::File(path) => write_file(path, part, write)?,
            }
        }
        instance.finish(load, deadline).map_err(refused)
    }

    fn compare_with_first(&self, descriptions: &[Description]) -> Result<(), StartError> {
        let first = self.descriptions.get_or_init(|| descriptions.to_vec());
        let changed = first.iter().zip(descriptions).find(|(a, b)| a.parts_sha256 != b.parts_sha256);
        changed.map_or(Ok(()), |(model, _)| Err(StartError::ModelChanged { model: model.name.clone() }))
    }
}

/// Hands a file over chunk by chunk; it must still have the size that was declared.
fn write_file(
    path: &Path,
    part: &Part,
    mut write: impl FnMut(&[u8]) -> Result<(), StartError>,
) -> Result<(), StartError> {
    let file_error = |source| StartError::File { path: path.to_owned(), source };
    let size_bytes = u64::from(part.size_bytes);
    let mut file = File::open(path).map_err(file_error)?;
    if file.metadata().map_err(file_error)?.len() != size_bytes {
        return Err(StartError::FileChanged { path: path.to_owned() });
    }
    let mut chunk = vec![0; CHUNK_BYTES.min(part.size_bytes as usize)];
    let mut rest = size_bytes;
    while rest > 0 {
        let size = usize::try_from(rest).map_or(CHUNK_BYTES, |rest| rest.min(CHUNK_BYTES));
        let chunk = &mut chunk[..size];
        file.read_exact(chunk).map_err(file_error)?;
        write(chunk)?;
        rest -= size as u64;
    }
    Ok(())
}

/// Why an instance with its models could not be made.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// Limits that contradict themselves or the machine.
    Limits {
        /// What to set otherwise.
        message: String,
    },
    /// The component's exports are not those of the contract, or the system has no memory or thread for it.
    Component {
        /// What is wrong, as wasmtime or the system says it.
        source: Box<dyn Error + Send + Sync>,
    },
    /// An instance failed before it was given a model.
    Call {
        /// How.
        source: CallError,
    },
    /// The component refused its settings.
    Settings {
        /// Why, in its own words.
        message: String,
    },
    /// The component refused a model or failed over it.
    Model {
        /// The model's name.
        model: String,
        /// How.
        source: CallError,
    },
    /// Two models have the same name: one of them would be lost.
    NameTwice {
        /// That name.
        model: String,
    },
    /// A model's file cannot be read.
    File {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file's size is no longer what it was.
    FileChanged {
        /// Which one.
        path: PathBuf,
    },
    /// A model's files are no longer those that the first instance loaded.
    ModelChanged {
        /// The model's name.
        model: String,
    },
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Limits { message } | Self::Settings { message } => write!(f, "{message}"),
            Self::Component { .. } => write!(f, "the component could not be set up"),
            Self::Call { .. } => write!(f, "an instance could not be made"),
            Self::Model { model, .. } => write!(f, "model `{model}`: could not be loaded"),
            Self::NameTwice { model } => {
                write!(f, "model `{model}`: expected every model to have a name of its own, found two")
            }
            Self::File { path, .. } => write!(f, "model file {}: cannot be read", path.display()),
            Self::FileChanged { path } => write!(f, "model file {}: its size changed since the start", path.display()),
            Self::ModelChanged { model } => write!(f, "model `{model}`: its files changed since the start"),
        }
    }
}

impl Error for StartError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Component { source } => Some(source.as_ref()),
            Self::Call { source } | Self::Model { source, .. } => Some(source),
            Self::File { source, .. } => Some(source),
            _ => None,
        }
    }
}

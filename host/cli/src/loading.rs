//! One model in an instance of the component: what it then says of itself, or why it cannot be loaded.

use std::{cell::OnceCell, path::Path};

use spanlet_runtime::{CallError, Component, Description, Limits, ModelFiles, Pool, StartError};

use crate::component::{component, has_transformer};

/// The most that 32-bit WebAssembly can address: what a model needs is asked here, not what it may have.
const MEMORY_BYTES: usize = u32::MAX as usize;

/// Components that are compiled when they are first needed, and then load one model after the other.
pub(crate) struct Loading<'o> {
    file: Option<&'o Path>,
    /// That for models without transformers, and that for those with.
    components: [OnceCell<Component>; 2],
}

/// Why a model was not loaded, though all was well otherwise.
#[derive(Debug)]
pub(crate) struct Refused {
    /// The component's words, or the host's.
    pub(crate) reason: String,
    /// Whether the model is sound, and asks for more than there is here.
    pub(crate) is_sound: bool,
}

impl<'o> Loading<'o> {
    /// With the component of a file, or the embedded one.
    pub(crate) fn new(file: Option<&'o Path>) -> Self {
        Self { file, components: Default::default() }
    }

    /// Loads a model into an instance of its own, which is then dropped.
    ///
    /// # Errors
    /// The outer error is the host's: there is no component, or a file cannot be read.
    pub(crate) fn load(&self, files: ModelFiles) -> anyhow::Result<Result<Description, Refused>> {
        let limits = Limits { instances: 1, memory_bytes: MEMORY_BYTES, ..Limits::default() };
        let error = match Pool::new(self.component(&files)?, vec![files], limits) {
            Ok(pool) => return Ok(Ok(pool.models().first().expect("a pool holds what it was given").clone())),
            Err(error) => error,
        };
        let of_model = match &error {
            StartError::Model { source, .. } => refused(source),
            _ => None,
        };
        of_model.map(Err).ok_or_else(|| error.into())
    }

    fn component(&self, files: &ModelFiles) -> anyhow::Result<Component> {
        let cell = &self.components[usize::from(self.file.is_none() && has_transformer(files)?)];
        if let Some(component) = cell.get() {
            return Ok(component.clone());
        }
        let component = component(self.file, std::slice::from_ref(files))?;
        Ok(cell.get_or_init(|| component).clone())
    }
}

/// What a failed load says of the model; `None` where it says nothing, such as of a component that takes no models.
fn refused(error: &CallError) -> Option<Refused> {
    let is_sound = match error {
        CallError::OutOfMemory { .. } => true,
        CallError::Refused(refusal) => match (refusal.kind.as_str(), refusal.code.as_str()) {
            ("bad-model", _) | (_, "model.unrecognized") => false,
            ("unsupported" | "too-large", _) => true,
            _ => return None,
        },
        _ => return None,
    };
    Some(Refused { reason: error.to_string(), is_sound })
}

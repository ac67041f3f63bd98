//! A component and its models as one file: the models are loaded, and the instance is written down as it then is.

use std::{
    error::Error,
    fmt,
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use wasmtime::{
    Store,
    component::{self, Lift, WasmList},
};
use wasmtime_wizer::{ComponentInstanceState, Wizer};

use crate::{
    CallError, Component, ComponentError, Description, Limits, ModelFiles, StartError,
    instance::{Instance, Memory},
    receipt::Origin,
    source::InstanceSource,
};

/// The largest memory that can be written down. It is read as one list, and those have fewer than 2^28 bytes.
const IMAGE_BYTES_MAX: usize = (1 << 28) - 1;

/// What [`bake`] makes.
#[derive(Debug)]
pub struct Baked {
    /// A component of the same contract, still without imports, whose instances hold the models from the start.
    pub wasm: Vec<u8>,
    /// The models, in the order in which they were given.
    pub models: Vec<Description>,
}

/// Loads models into an instance of a component, answers `warm` texts so that caches are filled, and writes the
/// instance down as a component.
///
/// The same input gives the same bytes. Of several models without options of their own, the first that can do what a
/// call asks for answers if the call names none, as in a [`crate::Pool`].
///
/// # Errors
/// [`BakeError`] when the component is not one for this host or is baked already, a model is refused, or the instance
/// cannot be written down.
pub fn bake(
    component: &[u8],
    models: Vec<ModelFiles>,
    settings_json: Option<String>,
    warm: &[String],
    limits: &Limits,
) -> Result<Baked, BakeError> {
    let origin = Origin::of(component);
    let wizer = Wizer::new();
    let (context, with_access) = wizer.instrument_component(component).map_err(BakeError::image)?;
    let component = Component::from_wasm(&with_access).map_err(|source| BakeError::Component { source })?;
    let source = InstanceSource::new(&component, models, settings_json, limits.clone())
        .map_err(|source| BakeError::Start { source })?;
    let mut instance = source.instance().map_err(|source| BakeError::Start { source })?;
    say(&mut instance, &origin, limits)?;
    instance.seal(warm, limits.load_deadline).map_err(|source| BakeError::Seal { source })?;
    let memory_bytes = instance.memory_bytes();
    if memory_bytes > IMAGE_BYTES_MAX {
        return Err(BakeError::TooLarge { memory_bytes });
    }
    let mut access = Access::new(&mut instance);
    let wasm = ready(wizer.snapshot_component(&context, &mut access)).map_err(BakeError::image)?;
    match access.fault {
        None => {
            Ok(Baked { wasm: origin.attached(wasm, source.descriptions()), models: source.descriptions().to_vec() })
        }
        Some(fault) => Err(BakeError::image(fault)),
    }
}

/// Has the instance say in its answers what it was baked from.
fn say(instance: &mut Instance, origin: &Origin, limits: &Limits) -> Result<(), BakeError> {
    let told = instance.configure(&origin.settings_json(), limits.load_deadline);
    told.map_err(|source| BakeError::Seal { source })?
        .map_err(|message| BakeError::Start { source: StartError::Settings { message } })
}

/// What is asked of an instance whose exports were extended by ways to look at its memory.
struct Access<'i> {
    store: &'i mut Store<Memory>,
    instance: component::Instance,
    /// The first call that failed. The answers after it are made up and the image is not used.
    fault: Option<wasmtime::Error>,
}

impl<'i> Access<'i> {
    fn new(instance: &'i mut Instance) -> Self {
        let (store, instance) = instance.parts();
        Self { store, instance, fault: None }
    }

    /// What a function of an exported interface returns, read by `read`.
    fn call<T: Lift + Send + Sync + 'static, U: Default>(
        &mut self,
        interface: &str,
        function: &str,
        read: impl FnOnce(&mut Store<Memory>, T) -> U,
    ) -> U {
        let result = self.returned(interface, function).map(|returned| read(self.store, returned));
        result.unwrap_or_else(|error| {
            self.fault.get_or_insert(error);
            U::default()
        })
    }

    fn returned<T: Lift + Send + Sync + 'static>(&mut self, interface: &str, function: &str) -> wasmtime::Result<T> {
        let missing = || wasmtime::Error::msg(format!("the export {interface}.{function} is missing"));
        let (_, interface) = self.instance.get_export(&mut *self.store, None, interface).ok_or_else(missing)?;
        let (_, export) = self.instance.get_export(&mut *self.store, Some(&interface), function).ok_or_else(missing)?;
        let function = self.instance.get_typed_func::<(), (T,)>(&mut *self.store, export)?;
        Ok(function.call(&mut *self.store, ())?.0)
    }
}

impl ComponentInstanceState for Access<'_> {
    async fn call_func_ret_list_u8(&mut self, interface: &str, function: &str, contents: impl FnOnce(&[u8]) + Send) {
        match self.returned::<WasmList<u8>>(interface, function) {
            Ok(list) => contents(list.as_le_slice(&*self.store)),
            // It counts on an answer, whatever it is.
            Err(error) => {
                self.fault.get_or_insert(error);
                contents(&[]);
            }
        }
    }

    async fn call_func_ret_s32(&mut self, interface: &str, function: &str) -> i32 {
        self.call(interface, function, |_, value| value)
    }

    async fn call_func_ret_s64(&mut self, interface: &str, function: &str) -> i64 {
        self.call(interface, function, |_, value| value)
    }

    async fn call_func_ret_f32(&mut self, interface: &str, function: &str) -> u32 {
        self.call(interface, function, |_, value: f32| value.to_bits())
    }

    async fn call_func_ret_f64(&mut self, interface: &str, function: &str) -> u64 {
        self.call(interface, function, |_, value: f64| value.to_bits())
    }
}

/// The result of a future that waits for nothing: [`Access`] answers at once.
fn ready<T>(future: impl Future<Output = wasmtime::Result<T>>) -> wasmtime::Result<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => Err(wasmtime::Error::msg("it waits for something that never comes")),
    }
}

/// Why there is no baked component.
#[derive(Debug)]
#[non_exhaustive]
pub enum BakeError {
    /// The bytes are not a component for this host.
    Component {
        /// Why.
        source: ComponentError,
    },
    /// An instance with the models could not be made.
    Start {
        /// Why.
        source: StartError,
    },
    /// The instance could not be made ready.
    Seal {
        /// Why.
        source: CallError,
    },
    /// The instance holds more than can be written down.
    TooLarge {
        /// How large its memory is.
        memory_bytes: usize,
    },
    /// The component or the instance cannot be written down.
    Image {
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl BakeError {
    fn image(error: wasmtime::Error) -> Self {
        Self::Image { source: error.into() }
    }
}

impl fmt::Display for BakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Component { .. } => write!(f, "the component cannot be baked"),
            Self::Start { .. } => write!(f, "the models could not be baked"),
            Self::Seal { .. } => write!(f, "the models were loaded, but could not be sealed"),
            Self::TooLarge { memory_bytes } => write!(
                f,
                "the models with what loading them took have {memory_bytes} bytes of memory, and at most \
                 {IMAGE_BYTES_MAX} can be baked; `spanlet serve --model` loads them instead"
            ),
            Self::Image { .. } => write!(f, "the component cannot be written down with its models"),
        }
    }
}

impl Error for BakeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Component { source } => Some(source),
            Self::Start { source } => Some(source),
            Self::Seal { source } => Some(source),
            Self::Image { source } => Some(source.as_ref()),
            Self::TooLarge { .. } => None,
        }
    }
}

//! One instance of a component with its own memory, and the limits that each call into it runs under.

use std::time::Duration;

use spanlet_text::Document;
use wasmtime::{
    ResourceLimiter, Store, Trap,
    component::{InstancePre, Linker},
};

use crate::{
    AnalyzeOptions, CallError, ClassifyOptions, Component, Description, EmbedOptions, Keyphrases, Refusal, Request,
    Response, Scored,
    contract::bindings::exports::spanlet::nlp::models,
    document, engine,
    exports::{Exports, Interfaces},
};

/// The most bytes of one answer. Wasmtime counts what it copies out of an instance against this.
const ANSWER_BYTES_MAX: usize = 128 << 20;

/// The most entries of a table of functions. A component of many engines has a few thousand.
const TABLE_ENTRIES_MAX: usize = 20_000;

/// What an instance may have, and whether it was refused memory during the present call.
pub(crate) struct Memory {
    limit_bytes: usize,
    was_refused: bool,
    /// How large it is.
    size_bytes: usize,
}

impl ResourceLimiter for Memory {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let is_granted = desired <= self.limit_bytes;
        self.was_refused |= !is_granted;
        if is_granted {
            self.size_bytes = desired;
        }
        Ok(is_granted)
    }

    fn memory_grow_failed(&mut self, _: wasmtime::Error) -> wasmtime::Result<()> {
        self.was_refused = true;
        Ok(())
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ENTRIES_MAX)
    }
}

/// A component whose exports are found and checked, from which instances are made quickly.
pub(crate) struct Template {
    code: InstancePre<Memory>,
    interfaces: Interfaces,
}

impl Template {
    pub(crate) fn new(component: &Component) -> wasmtime::Result<Self> {
        // The linker stays empty: a component imports nothing.
        let linker = Linker::new(&component.engine);
        let code = linker.instantiate_pre(&component.code)?;
        Ok(Self { interfaces: Interfaces::of(&code)?, code })
    }

    /// A fresh instance that holds what the component's image holds.
    pub(crate) fn instance(&self, limit_bytes: usize, deadline: Duration) -> Result<Instance, CallError> {
        let memory = Memory { limit_bytes, was_refused: false, size_bytes: 0 };
        let mut store = Store::new(self.code.engine(), memory);
        store.limiter(|memory| memory);
        store.epoch_deadline_trap();
        store.set_epoch_deadline(engine::ticks(deadline));
        store.set_hostcall_fuel(ANSWER_BYTES_MAX);
        match self.code.instantiate(&mut store) {
            Ok(raw) => Ok(Instance { store, exports: Exports::new(raw, self.interfaces.clone()) }),
            Err(error) => Err(failure(&error, store.data(), deadline)),
        }
    }
}

/// A component's memory and its exports. After an error other than [`CallError::Refused`] it must not be used again.
pub(crate) struct Instance {
    store: Store<Memory>,
    exports: Exports,
}

impl Instance {
    /// Compares all functions with the contract, for the first of a component's instances.
    pub(crate) fn check(&mut self, deadline: Duration) -> Result<(), CallError> {
        self.call(deadline, Exports::find_all)
    }

    pub(crate) fn handle(&mut self, request: Request, deadline: Duration) -> Result<Response, CallError> {
        let request = request.into();
        self.call(deadline, |exports, store| exports.http(store)?.call_handle(store, &request)).map(Response::from)
    }

    pub(crate) fn invoke(&mut self, event: &str, deadline: Duration) -> Result<Result<String, String>, CallError> {
        self.call(deadline, |exports, store| exports.http(store)?.call_invoke(store, event))
    }

    pub(crate) fn configure(&mut self, settings: &str, deadline: Duration) -> Result<Result<(), String>, CallError> {
        self.call(deadline, |exports, store| exports.http(store)?.call_configure(store, settings))
    }

    pub(crate) fn analyze(
        &mut self,
        texts: &[String],
        options: &AnalyzeOptions,
        deadline: Duration,
    ) -> Result<Vec<Result<Document, Refusal>>, CallError> {
        let options = options.into();
        let call = self.call(deadline, |exports, store| exports.nlp(store)?.call_analyze(store, texts, &options));
        let answers = call?.map_err(refused)?;
        Ok(answers.into_iter().map(|answer| answer.map(document::document).map_err(Refusal::from)).collect())
    }

    pub(crate) fn keyphrases(
        &mut self,
        texts: &[String],
        options: &AnalyzeOptions,
        deadline: Duration,
    ) -> Result<Vec<Result<Keyphrases, Refusal>>, CallError> {
        let options = options.into();
        let call = self.call(deadline, |exports, store| exports.nlp(store)?.call_keyphrases(store, texts, &options));
        let answers = call?.map_err(refused)?;
        Ok(answers.into_iter().map(|answer| answer.map(document::keyphrases).map_err(Refusal::from)).collect())
    }

    pub(crate) fn classify(
        &mut self,
        texts: &[String],
        options: &ClassifyOptions,
        deadline: Duration,
    ) -> Result<Vec<Result<Vec<Scored>, Refusal>>, CallError> {
        let options = options.into();
        let call = self.call(deadline, |exports, store| exports.nlp(store)?.call_classify(store, texts, &options));
        let labels = |labels: Vec<_>| labels.into_iter().map(Scored::from).collect();
        let answers = call?.map_err(refused)?;
        Ok(answers.into_iter().map(|answer| answer.map(labels).map_err(Refusal::from)).collect())
    }

    pub(crate) fn embed(
        &mut self,
        texts: &[String],
        options: &EmbedOptions,
        deadline: Duration,
    ) -> Result<Vec<Result<Vec<f32>, Refusal>>, CallError> {
        let options = options.into();
        let call = self.call(deadline, |exports, store| exports.nlp(store)?.call_embed(store, texts, &options));
        let answers = call?.map_err(refused)?;
        Ok(answers.into_iter().map(|answer| answer.map_err(Refusal::from)).collect())
    }

    /// Begins a load of parts with these names and sizes; answers its number.
    pub(crate) fn begin<'p>(
        &mut self,
        model: &str,
        parts: impl Iterator<Item = (&'p str, u32)>,
        options_json: Option<&str>,
        deadline: Duration,
    ) -> Result<u32, CallError> {
        let parts: Vec<_> =
            parts.map(|(name, size_bytes)| models::Part { name: name.to_owned(), size_bytes }).collect();
        let begin = |exports: &mut Exports, store: &mut Store<Memory>| {
            exports.models(store)?.call_begin(store, model, &parts, options_json)
        };
        self.call(deadline, begin)?.map_err(refused)
    }

    pub(crate) fn write(&mut self, load: u32, part: u32, chunk: &[u8], deadline: Duration) -> Result<(), CallError> {
        let call = self.call(deadline, |exports, store| exports.models(store)?.call_write(store, load, part, chunk));
        call?.map_err(refused)
    }

    pub(crate) fn finish(&mut self, load: u32, deadline: Duration) -> Result<Description, CallError> {
        let call = self.call(deadline, |exports, store| exports.models(store)?.call_finish(store, load));
        call?.map(Description::from).map_err(refused)
    }

    /// Every model that the instance holds, by name.
    pub(crate) fn list(&mut self, deadline: Duration) -> Result<Vec<Description>, CallError> {
        let models = self.call(deadline, |exports, store| exports.models(store)?.call_list(store))?;
        Ok(models.into_iter().map(Description::from).collect())
    }

    /// Makes the instance ready to be written down: no loads any more, no scratch memory, caches filled by `warm` texts.
    #[cfg(feature = "bake")]
    pub(crate) fn seal(&mut self, warm: &[String], deadline: Duration) -> Result<(), CallError> {
        let call = self.call(deadline, |exports, store| exports.models(store)?.call_seal(store, warm));
        call?.map_err(refused)
    }

    /// How large its linear memory is.
    #[cfg(feature = "bake")]
    pub(crate) fn memory_bytes(&self) -> usize {
        self.store.data().size_bytes
    }

    /// Its memory and its exports by name, for who looks into it and takes out as much as there is.
    #[cfg(feature = "bake")]
    pub(crate) fn parts(&mut self) -> (&mut Store<Memory>, wasmtime::component::Instance) {
        self.store.set_hostcall_fuel(usize::MAX);
        self.store.set_epoch_deadline(engine::ticks(Duration::MAX));
        (&mut self.store, self.exports.raw())
    }

    fn call<T>(
        &mut self,
        deadline: Duration,
        work: impl FnOnce(&mut Exports, &mut Store<Memory>) -> wasmtime::Result<T>,
    ) -> Result<T, CallError> {
        self.store.data_mut().was_refused = false;
        self.store.set_epoch_deadline(engine::ticks(deadline));
        work(&mut self.exports, &mut self.store).map_err(|error| failure(&error, self.store.data(), deadline))
    }
}

fn refused(error: models::Error) -> CallError {
    CallError::Refused(error.into())
}

/// What a failed call failed of. Rust code that is refused memory stops with a plain trap, so that comes second.
fn failure(error: &wasmtime::Error, memory: &Memory, deadline: Duration) -> CallError {
    if error.downcast_ref::<Trap>() == Some(&Trap::Interrupt) {
        return CallError::Deadline { limit: deadline };
    }
    if memory.was_refused {
        return CallError::OutOfMemory { limit_bytes: memory.limit_bytes };
    }
    // Wasmtime has no public type for this one; a test holds it to its words.
    let message = format!("{error:#}");
    if message.contains("fuel allocated for hostcalls has been exhausted") {
        return CallError::AnswerTooLarge { limit_bytes: ANSWER_BYTES_MAX };
    }
    CallError::Trapped { message }
}

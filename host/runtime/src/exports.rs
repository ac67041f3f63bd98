//! The functions that an instance exports, by interface.

use wasmtime::{
    Store,
    component::{Instance, InstancePre},
};

use crate::{
    contract::bindings::exports::spanlet::nlp::{http, models, nlp},
    instance::Memory,
};

/// Where in a component the functions of each interface are.
#[derive(Clone)]
pub(crate) struct Interfaces {
    models: models::GuestIndices,
    nlp: nlp::GuestIndices,
    http: http::GuestIndices,
}

/// The functions of one instance. Those of an interface are found when one is first called: their types are compared with
/// the contract's, and most instances answer one call.
pub(crate) struct Exports {
    instance: Instance,
    interfaces: Interfaces,
    models: Option<models::Guest>,
    nlp: Option<nlp::Guest>,
    http: Option<http::Guest>,
}

impl Interfaces {
    pub(crate) fn of(code: &InstancePre<Memory>) -> wasmtime::Result<Self> {
        Ok(Self {
            models: models::GuestIndices::new(code)?,
            nlp: nlp::GuestIndices::new(code)?,
            http: http::GuestIndices::new(code)?,
        })
    }
}

impl Exports {
    pub(crate) fn new(instance: Instance, interfaces: Interfaces) -> Self {
        Self { instance, interfaces, models: None, nlp: None, http: None }
    }

    pub(crate) fn models(&mut self, store: &mut Store<Memory>) -> wasmtime::Result<&models::Guest> {
        found(&mut self.models, || self.interfaces.models.load(store, &self.instance))
    }

    pub(crate) fn nlp(&mut self, store: &mut Store<Memory>) -> wasmtime::Result<&nlp::Guest> {
        found(&mut self.nlp, || self.interfaces.nlp.load(store, &self.instance))
    }

    pub(crate) fn http(&mut self, store: &mut Store<Memory>) -> wasmtime::Result<&http::Guest> {
        found(&mut self.http, || self.interfaces.http.load(store, &self.instance))
    }

    /// Finds them all, for an error if one is not as in the contract.
    pub(crate) fn find_all(&mut self, store: &mut Store<Memory>) -> wasmtime::Result<()> {
        self.models(store)?;
        self.nlp(store)?;
        self.http(store)?;
        Ok(())
    }

    /// For who asks for other exports than those in the contract.
    #[cfg(feature = "bake")]
    pub(crate) fn raw(&self) -> Instance {
        self.instance
    }
}

fn found<G>(kept: &mut Option<G>, find: impl FnOnce() -> wasmtime::Result<G>) -> wasmtime::Result<&G> {
    if kept.is_none() {
        *kept = Some(find()?);
    }
    Ok(kept.as_ref().expect("it was just found"))
}

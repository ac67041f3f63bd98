//! The contract of `wit/world.wit` over one [`Api`]: converts types and nothing else.

// What `wit-bindgen` generates: exports by C names and lifting from raw memory.
#[allow(unsafe_code, missing_docs, unreachable_pub, unused_qualifications, clippy::all, clippy::pedantic)]
mod bindings {
    wit_bindgen::generate!({ path: "../../wit", world: "component" });
    export!(Component with_types_in self);
    use super::Component;
}

mod allocator;
#[cfg(feature = "transformer")]
mod chance;
mod convert;
mod heap;

use std::cell::RefCell;

use bindings::exports::spanlet::nlp::{http, models, nlp, types};
use spanlet_api::{Api, PartSize};

thread_local! {
    /// One component has one state; calls into it do not overlap.
    static API: RefCell<Api> = RefCell::new(crate::api());
}

/// A step of a load. What is freed is zeroed as long as any load is under way.
fn loading<T>(step: impl FnOnce(&mut Api) -> T) -> T {
    allocator::clean(true);
    API.with_borrow_mut(|api| {
        let done = step(api);
        allocator::clean(api.is_loading());
        done
    })
}

/// What the exports hang on.
struct Component;

impl models::Guest for Component {
    fn begin(model: String, parts: Vec<models::Part>, options_json: Option<String>) -> Result<u32, types::Error> {
        let parts = parts.into_iter().map(|part| PartSize { name: part.name, size_bytes: part.size_bytes }).collect();
        loading(|api| api.begin(&model, parts, options_json.as_deref())).map_err(Into::into)
    }

    fn write(load: u32, part: u32, chunk: Vec<u8>) -> Result<(), types::Error> {
        loading(|api| api.write(load, part, &chunk)).map_err(Into::into)
    }

    fn finish(load: u32) -> Result<types::Description, types::Error> {
        loading(|api| api.finish(load)).map(Into::into).map_err(Into::into)
    }

    fn abort(load: u32) {
        loading(|api| api.abort(load));
    }

    fn unload(model: String) -> Result<(), types::Error> {
        API.with_borrow_mut(|api| api.unload(&model)).map_err(Into::into)
    }

    fn list() -> Vec<types::Description> {
        API.with_borrow(Api::list).into_iter().map(Into::into).collect()
    }

    fn seal(warm: Vec<String>) -> Result<(), types::Error> {
        allocator::clean(true);
        let sealed = API.with_borrow_mut(|api| api.seal(&warm)).map_err(Into::into);
        drop(warm);
        allocator::clean(false);
        if sealed.is_ok() {
            allocator::settle(|| API.with_borrow_mut(Api::settle));
        }
        sealed
    }
}

impl nlp::Guest for Component {
    fn analyze(
        texts: Vec<String>,
        options: nlp::AnalyzeOptions,
    ) -> Result<Vec<Result<types::Document, types::Error>>, types::Error> {
        API.with_borrow(|api| {
            let answers = api.analyze(&texts, &convert::analyze_options(&options))?;
            Ok(answers.into_iter().map(|answer| answer.map(Into::into).map_err(Into::into)).collect())
        })
    }

    fn keyphrases(
        texts: Vec<String>,
        options: nlp::AnalyzeOptions,
    ) -> Result<Vec<Result<types::RankedPhrases, types::Error>>, types::Error> {
        API.with_borrow(|api| {
            let answers = api.keyphrases(&texts, &convert::analyze_options(&options))?;
            Ok(answers.into_iter().map(|answer| answer.map(Into::into).map_err(Into::into)).collect())
        })
    }

    fn classify(
        texts: Vec<String>,
        options: nlp::ClassifyOptions,
    ) -> Result<Vec<Result<Vec<types::Scored>, types::Error>>, types::Error> {
        API.with_borrow(|api| {
            let answers = api.classify(&texts, &convert::classify_options(&options))?;
            Ok(answers.into_iter().map(convert::labels).collect())
        })
    }

    fn embed(
        texts: Vec<String>,
        options: nlp::EmbedOptions,
    ) -> Result<Vec<Result<Vec<f32>, types::Error>>, types::Error> {
        API.with_borrow(|api| {
            let answers = api.embed(&texts, &convert::embed_options(&options))?;
            Ok(answers.into_iter().map(|answer| answer.map_err(Into::into)).collect())
        })
    }
}

impl http::Guest for Component {
    fn configure(settings_json: String) -> Result<(), String> {
        API.with_borrow_mut(|api| api.configure(&settings_json))
    }

    fn handle(request: http::Request) -> http::Response {
        API.with_borrow(|api| api.handle(&request.into())).into()
    }

    fn invoke(event: String) -> Result<String, String> {
        API.with_borrow(|api| api.invoke(&event))
    }
}

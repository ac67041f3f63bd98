//! Clients of the replaced endpoints get the originals' answers, natively and from the component in wasmtime.

use spanlet_api::{Api, Field, PartSize};
use spanlet_runtime::{Component, Limits, ModelFiles, Pool, Request};
use spanlet_tests::artifacts::{component, lite_component};
use spanlet_tests::origin::{Case, cases, is_transformer, model_files, model_path};

/// As many as there are, so that none is lost unseen.
const CASES: usize = 101;

#[test]
fn the_libraries_give_the_originals_answers() {
    check(api_with, |api, case| {
        let field = |(name, value): (&String, &String)| Field { name: name.clone(), value: value.clone() };
        let response = api.handle(&spanlet_api::Request {
            method: case.request.method.clone(),
            path: case.request.path.clone(),
            query: case.request.query.clone(),
            headers: case.request.headers.iter().map(field).collect(),
            body: case.request.body.clone().into_bytes(),
        });
        let headers: Vec<_> = response.headers.into_iter().map(|field| (field.name, field.value)).collect();
        case.difference(response.status, &headers, &response.body)
    });
}

#[test]
fn the_component_gives_the_originals_answers() {
    // The one for models without transformers is compiled in a fraction of the time, and the other once.
    let compiled = |wasm: &[u8]| Component::from_wasm(wasm).expect("a component that was built");
    let (lite, whole) = (compiled(&lite_component()), compiled(&component()));
    let pool = |models: &[String]| {
        let component = if models.iter().any(|name| is_transformer(name)) { &whole } else { &lite };
        let files = |name: &String| ModelFiles::from_path(name, model_path(name)).expect("a model of the cases");
        let models = models.iter().map(files).collect();
        Pool::new(component.clone(), models, Limits { instances: 1, ..Limits::default() }).expect("a pool")
    };
    check(pool, |pool, case| {
        let request = Request {
            method: case.request.method.clone(),
            path: case.request.path.clone(),
            query: case.request.query.clone(),
            headers: case.request.headers.clone().into_iter().collect(),
            body: case.request.body.clone().into_bytes(),
        };
        let response = pool.handle(request).unwrap_or_else(|error| panic!("{}: {error}", case.name));
        case.difference(response.status, &response.headers, &response.body)
    });
}

/// Asks every case and fails with all that differ.
///
/// Cases of the same models stand beside each other: each deployment is made once.
fn check<D>(deploy: impl Fn(&[String]) -> D, difference: impl Fn(&D, &Case) -> Option<String>) {
    let mut cases = cases();
    assert_eq!(cases.len(), CASES);
    cases.sort_by(|one, other| one.models.cmp(&other.models));
    let mut failures = Vec::new();
    for deployment in cases.chunk_by(|one, other| one.models == other.models) {
        let deployed = deploy(&deployment[0].models);
        let told = |case: &Case| Some(format!("{} ({}): {}", case.name, case.why, difference(&deployed, case)?));
        failures.extend(deployment.iter().filter_map(told));
    }
    assert!(failures.is_empty(), "{} of {} differ:\n{}", failures.len(), cases.len(), failures.join("\n"));
}

/// The component's API with these models, loaded as hosts load them.
fn api_with(models: &[String]) -> Api {
    let mut api = spanlet_component::api();
    for name in models {
        let files = model_files(&model_path(name));
        let size = |bytes: &[u8]| u32::try_from(bytes.len()).expect("a small model");
        let parts = files.iter().map(|(name, bytes)| PartSize { name: name.clone(), size_bytes: size(bytes) });
        let load = api.begin(name, parts.collect(), Some(r#"{"default_for":"unclaimed"}"#)).expect("valid");
        for (number, (_, bytes)) in (0..).zip(&files) {
            bytes.chunks(1 << 20).for_each(|chunk| api.write(load, number, chunk).expect("in order"));
        }
        api.finish(load).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    api
}

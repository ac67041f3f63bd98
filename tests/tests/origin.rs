//! Clients of the replaced endpoints get the originals' answers, natively and from the component in wasmtime.

use spanlet_api::{Api, Field, PartSize};
use spanlet_runtime::{Component, Limits, ModelFiles, Pool, Request};
use spanlet_tests::artifacts::{component, read, root};
use spanlet_tests::origin::{Case, cases};

/// As many as there are, so that none is lost unseen.
const CASES: usize = 42;

#[test]
fn the_libraries_give_the_originals_answers() {
    let api = api_with_tags();
    check(|case| {
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
    let component = Component::from_wasm(&component()).expect("the component that was built");
    let tags = ModelFiles::from_path("tags", root().join("models/tags/tags.ftz")).expect("the default model");
    let pool = Pool::new(component, vec![tags], Limits { instances: 1, ..Limits::default() }).expect("a pool");
    check(|case| {
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
fn check(difference: impl Fn(&Case) -> Option<String>) {
    let cases = cases();
    assert_eq!(cases.len(), CASES);
    let told = |case: &Case| Some(format!("{} ({}): {}", case.name, case.why, difference(case)?));
    let failures: Vec<String> = cases.iter().filter_map(told).collect();
    assert!(failures.is_empty(), "{} of {} differ:\n{}", failures.len(), cases.len(), failures.join("\n"));
}

/// The component's API with the default model, loaded as hosts load it.
fn api_with_tags() -> Api {
    let file = read(&root().join("models/tags/tags.ftz"));
    let mut api = spanlet_component::api();
    let part = PartSize { name: "tags.ftz".to_owned(), size_bytes: u32::try_from(file.len()).expect("a small model") };
    let load = api.begin("tags", vec![part], Some(r#"{"default_for":["classify"]}"#)).expect("valid");
    for chunk in file.chunks(1 << 20) {
        api.write(load, 0, chunk).expect("in order");
    }
    api.finish(load).expect("the default model is sound");
    api
}

//! Clients of the replaced endpoints get the originals' answers from the component in wasmtime.

use spanlet_runtime::{Component, Limits, ModelFiles, Pool, Request};
use spanlet_tests::artifacts::{component, root};
use spanlet_tests::origin::{Case, cases};

#[test]
fn the_component_gives_the_originals_answers() {
    let component = Component::from_wasm(&component()).expect("the component that was built");
    let tags = ModelFiles::from_path("tags", root().join("models/tags/tags.ftz")).expect("the default model");
    let pool = Pool::new(component, vec![tags], Limits { instances: 1, ..Limits::default() }).expect("a pool");
    let cases = cases();
    assert!(cases.len() >= 16, "{} cases", cases.len());
    let failures: Vec<String> = cases.iter().filter_map(|case| difference(&pool, case)).collect();
    assert!(failures.is_empty(), "{} of {} differ:\n{}", failures.len(), cases.len(), failures.join("\n"));
}

fn difference(pool: &Pool, case: &Case) -> Option<String> {
    let request = Request {
        method: case.request.method.clone(),
        path: case.request.path.clone(),
        query: case.request.query.clone(),
        headers: case.request.headers.clone().into_iter().collect(),
        body: case.request.body.clone().into_bytes(),
    };
    let response = pool.handle(request).unwrap_or_else(|error| panic!("{}: {error}", case.name));
    let difference = case.difference(response.status, &response.headers, &response.body)?;
    Some(format!("{} ({}): {difference}", case.name, case.why))
}

//! Which components and precompiled files are taken, and what is said of the others.

use std::{
    error::Error,
    fs,
    iter::successors,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use spanlet_runtime::{CONTRACT, Component, ComponentError, Limits, Pool, Request, digest_file, digest_line};

#[path = "fixture/component.rs"]
mod fixture;

/// A folder of its own for each test, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("spanlet-components-{}-{count}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    /// A precompiled file with its digest beside it.
    fn publish(&self, bytes: &[u8]) -> PathBuf {
        let path = self.0.join("spanlet.cwasm");
        fs::write(&path, bytes).expect("writable");
        fs::write(digest_file(&path), digest_line(bytes, &path)).expect("writable");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Left behind in the temporary folder at worst.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn precompiled() -> Vec<u8> {
    Component::from_wasm(&fixture::misbehaving(CONTRACT)).expect("a component").precompiled().expect("its code")
}

fn refusal(path: &Path) -> ComponentError {
    Component::from_precompiled_file(path).expect_err("refused")
}

#[test]
fn precompiled_code_answers_like_the_component() {
    let folder = Folder::new();
    let component = Component::from_precompiled_file(folder.publish(&precompiled())).expect("our own");
    let pool = Pool::new(component, Vec::new(), Limits { instances: 1, ..Limits::default() }).expect("a pool");
    let request = Request { path: "/".into(), body: b"the same".to_vec(), ..Request::default() };
    let response = pool.handle(request).expect("an answer");
    assert_eq!((response.status, response.body.as_slice()), (200, &b"the same"[..]));
}

#[test]
fn a_file_without_its_digest_is_refused_by_name() {
    let folder = Folder::new();
    let path = folder.publish(&precompiled());
    fs::remove_file(digest_file(&path)).expect("just written");
    let error = refusal(&path);
    assert!(matches!(error, ComponentError::File { .. }) && error.to_string().contains("spanlet.cwasm.b3"), "{error}");
}

#[test]
fn one_flipped_bit_is_refused_before_the_code_is_looked_at() {
    let folder = Folder::new();
    let mut bytes = precompiled();
    let path = folder.publish(&bytes);
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, &bytes).expect("writable");
    assert!(matches!(refusal(&path), ComponentError::Digest { .. }));
}

#[test]
fn a_component_that_was_not_compiled_is_told_apart() {
    let folder = Folder::new();
    let path = folder.publish(&fixture::misbehaving(CONTRACT));
    assert!(matches!(refusal(&path), ComponentError::NotPrecompiled { .. }));
}

#[test]
fn code_made_with_other_settings_is_refused_with_advice() {
    let folder = Folder::new();
    let other = wasmtime::Engine::new(&wasmtime::Config::new()).expect("an engine");
    let path = folder.publish(&other.precompile_component(&fixture::misbehaving(CONTRACT)).expect("its code"));
    let error = refusal(&path);
    assert!(matches!(error, ComponentError::Incompatible { .. }), "{error:?}");
    assert!(error.to_string().contains("spanlet compile") && error.source().is_some(), "{error}");
}

#[test]
fn code_of_another_version_is_refused_with_advice() {
    let folder = Folder::new();
    let mut bytes = precompiled();
    // As the first section has it: how long, and which.
    let version = b"\x0248";
    let place = bytes.windows(version.len()).position(|found| found == version).expect("the version of wasmtime");
    bytes[place + 2] = b'7';
    let error = refusal(&folder.publish(&bytes));
    assert!(matches!(error, ComponentError::Incompatible { .. }), "{error:?}");
    assert!(error.to_string().contains("spanlet compile"), "{error}");
    let reasons = successors(error.source(), |&error| error.source());
    let reasons: Vec<String> = reasons.map(ToString::to_string).collect();
    assert!(reasons.iter().any(|reason| reason.contains("version '47'")), "{reasons:?}");
}

#[test]
fn another_version_of_the_contract_is_refused_with_both_named() {
    let error = Component::from_wasm(&fixture::misbehaving("0.9.0")).expect_err("another version").to_string();
    assert!(error.contains("0.9.0") && error.contains(CONTRACT), "{error}");
    // As wasmtime sees it, a patch release fits; this host knows only its own.
    let error = Component::from_wasm(&fixture::misbehaving("0.1.1")).expect_err("another version").to_string();
    assert!(error.contains("0.1.1") && error.contains(CONTRACT), "{error}");
}

#[test]
fn an_import_is_refused_by_name() {
    let component = wat::parse_str(r#"(component (import "clock" (func)))"#).expect("text");
    let error = Component::from_wasm(&component).expect_err("an import");
    assert!(matches!(&error, ComponentError::Import { name } if name == "clock"), "{error:?}");
}

#[test]
fn what_is_no_component_is_refused() {
    let module = wat::parse_str("(module)").expect("text");
    let component = wat::parse_str("(component)").expect("text");
    for bytes in [&b""[..], b"\0asm", b"#!/bin/sh\n", &module] {
        assert!(matches!(Component::from_wasm(bytes), Err(ComponentError::Invalid { .. })));
    }
    assert!(matches!(Component::from_wasm(&component), Err(ComponentError::NotSpanlet { .. })));
}

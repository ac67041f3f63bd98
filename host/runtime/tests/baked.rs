//! Where models are baked in, each call has an instance of its own: one that goes wrong harms no other, however many
//! are under way.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use spanlet_runtime::{BakeError, CONTRACT, CallError, Component, Isolation, Limits, ModelFiles, Pool, Request, bake};

#[path = "fixture/component.rs"]
mod fixture;

/// Long enough for a machine that does a hundred other things.
const PATIENCE: Duration = Duration::from_secs(60);

const MEMORY_BYTES: usize = 16 << 20;

fn limits() -> Limits {
    Limits { instances: 2, waiting: 64, wait: PATIENCE, memory_bytes: MEMORY_BYTES, ..Limits::default() }
}

/// A component that misbehaves on demand, with a model baked in.
fn component() -> Component {
    static COMPONENT: OnceLock<Component> = OnceLock::new();
    let make = || {
        let model = ModelFiles::from_bytes("model", "model.bin", vec![b'x'; 1000]).expect("a part");
        let baked = bake(&fixture::misbehaving(CONTRACT), vec![model], None, &[], &limits()).expect("baked");
        Component::from_wasm(&baked.wasm).expect("a component")
    };
    COMPONENT.get_or_init(make).clone()
}

fn pool(limits: Limits) -> Pool {
    Pool::new(component(), Vec::new(), limits).expect("a pool")
}

fn ask(pool: &Pool, path: &str, body: Vec<u8>) -> Result<(u16, Vec<u8>), CallError> {
    let request = Request { path: path.into(), body, ..Request::default() };
    pool.handle(request).map(|response| (response.status, response.body))
}

/// How often the instance that answers has been asked, this time included.
fn calls(pool: &Pool) -> u16 {
    ask(pool, "/count", Vec::new()).expect("an answer").0 - 200
}

#[test]
fn more_than_can_be_written_down_is_an_error() {
    let model = ModelFiles::from_bytes("model", "model.bin", vec![b'x'; 260 << 20]).expect("a part");
    let limits = Limits { memory_bytes: 1 << 30, ..limits() };
    let error = bake(&fixture::misbehaving(CONTRACT), vec![model], None, &[], &limits).expect_err("too large");
    assert!(matches!(error, BakeError::TooLarge { memory_bytes } if memory_bytes > 260 << 20), "{error:?}");
    assert!(error.to_string().contains("spanlet serve --model"), "{error}");
}

#[test]
fn no_call_sees_what_another_left() {
    let fresh = pool(Limits { instances: 1, ..limits() });
    assert_eq!([calls(&fresh), calls(&fresh), calls(&fresh)], [1, 1, 1]);
    let kept = pool(Limits { instances: 1, isolation: Isolation::Shared, ..limits() });
    assert_eq!([calls(&kept), calls(&kept), calls(&kept)], [1, 2, 3]);
}

/// Has callers ask for their own bodies back while others ask for trouble, until all of the former are answered.
fn under_load(limits: Limits, trouble: &str, is_expected: impl Fn(&CallError) -> bool + Sync) {
    let pool = &pool(limits);
    let (is_over, troubles) = (&AtomicBool::new(false), &AtomicU32::new(0));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !is_over.load(Relaxed) || troubles.load(Relaxed) == 0 {
                    let error = ask(pool, trouble, Vec::new()).expect_err(trouble);
                    assert!(is_expected(&error), "{trouble}: {error:?}");
                    troubles.fetch_add(1, Relaxed);
                }
            });
        }
        let calm: Vec<_> = (0..4)
            .map(|caller| {
                scope.spawn(move || {
                    for turn in 0..40 {
                        let body = format!("{caller}/{turn}").into_bytes();
                        assert_eq!(ask(pool, "/", body.clone()).expect("an answer"), (200, body), "{trouble}");
                    }
                })
            })
            .collect();
        let answered: Vec<_> = calm.into_iter().map(thread::ScopedJoinHandle::join).collect();
        is_over.store(true, Relaxed);
        assert!(answered.iter().all(Result::is_ok), "{trouble}");
    });
    assert_eq!(calls(pool), 1);
}

#[test]
fn a_trap_harms_no_other_call() {
    under_load(limits(), "/trap", |error| matches!(error, CallError::Trapped { .. }));
}

#[test]
fn a_passed_deadline_harms_no_other_call() {
    // Long enough that no honest call of a busy machine passes it.
    let deadline = Duration::from_millis(500);
    under_load(Limits { deadline, ..limits() }, "/spin", |error| matches!(error, CallError::Deadline { .. }));
}

#[test]
fn the_memory_limit_harms_no_other_call() {
    let is_memory = |error: &CallError| matches!(error, CallError::OutOfMemory { limit_bytes: MEMORY_BYTES });
    under_load(limits(), "/memory", is_memory);
}

#[test]
fn an_answer_too_large_harms_no_other_call() {
    let limits = Limits { memory_bytes: 256 << 20, ..limits() };
    under_load(limits, "/big", |error| matches!(error, CallError::AnswerTooLarge { .. }));
}

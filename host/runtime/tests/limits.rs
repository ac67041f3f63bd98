//! Every limit of a pool, held against a component that breaks them all on demand.

use std::{
    error::Error,
    fs,
    path::PathBuf,
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use spanlet_runtime::{
    CONTRACT, CallError, ClassifyOptions, Component, Limits, ModelFiles, Pool, Request, Response, StartError,
};

#[path = "fixture/component.rs"]
mod fixture;

/// Long enough for a machine that does a hundred other things.
const PATIENCE: Duration = Duration::from_secs(30);

fn component() -> Component {
    static COMPONENT: OnceLock<Component> = OnceLock::new();
    let make = || Component::from_wasm(&fixture::misbehaving(CONTRACT)).expect("a component");
    COMPONENT.get_or_init(make).clone()
}

fn limits() -> Limits {
    Limits { instances: 1, wait: PATIENCE, memory_bytes: 16 << 20, ..Limits::default() }
}

fn pool(limits: Limits) -> Pool {
    Pool::new(component(), Vec::new(), limits).expect("a pool")
}

fn get(pool: &Pool, path: &str) -> Result<Response, CallError> {
    pool.handle(Request { method: "GET".into(), path: path.into(), ..Request::default() })
}

/// Takes the only instance for as long as the deadline allows, though others ask for it too.
fn spin(pool: &Pool) -> CallError {
    loop {
        match get(pool, "/spin").expect_err("endless") {
            CallError::Busy => {}
            error => break error,
        }
    }
}

/// How often the instance that answers has been asked, this time included.
fn calls(pool: &Pool) -> u16 {
    get(pool, "/count").expect("an answer").status - 200
}

/// Asks for trouble and shows that the next caller gets an answer, from another instance.
fn trouble(pool: &Pool, path: &str) -> CallError {
    assert!(calls(pool) >= 1);
    let error = get(pool, path).expect_err(path);
    assert_eq!(calls(pool), 1, "{path}: a fresh instance answers");
    error
}

#[test]
fn a_warm_instance_answers_again_and_again() {
    let pool = pool(limits());
    assert_eq!([calls(&pool), calls(&pool), calls(&pool)], [1, 2, 3]);
}

#[test]
fn a_trap_is_that_call_s_alone() {
    let error = trouble(&pool(limits()), "/trap");
    assert!(matches!(&error, CallError::Trapped { message } if message.contains("unreachable")), "{error:?}");
}

#[test]
fn a_deadline_stops_a_call_that_would_never_end() {
    let deadline = Duration::from_millis(50);
    let pool = pool(Limits { deadline, ..limits() });
    let begun = Instant::now();
    let error = get(&pool, "/spin").expect_err("endless");
    assert!(matches!(error, CallError::Deadline { limit } if limit == deadline), "{error:?}");
    assert!((deadline..PATIENCE).contains(&begun.elapsed()), "{:?}", begun.elapsed());
    assert_eq!(calls(&pool), 1);
}

#[test]
fn a_caller_may_have_less_time_than_the_limits_allow() {
    let pool = pool(limits());
    let time = Duration::from_millis(50);
    let request = Request { path: "/spin".into(), ..Request::default() };
    let error = pool.handle_within(request, time).expect_err("endless");
    assert!(matches!(error, CallError::Deadline { limit } if limit <= time), "{error:?}");
    assert!(matches!(pool.invoke_within("spin", time), Err(CallError::Deadline { .. } | CallError::Busy)));
}

#[test]
fn memory_beyond_the_limit_is_refused() {
    let error = trouble(&pool(limits()), "/memory");
    assert!(matches!(error, CallError::OutOfMemory { limit_bytes } if limit_bytes == 16 << 20), "{error:?}");
}

#[test]
fn a_component_may_live_with_a_refusal() {
    let pool = pool(limits());
    assert_eq!(get(&pool, "/refused").expect("an answer").status, 200);
    assert_eq!(calls(&pool), 2, "the same instance goes on");
    let error = get(&pool, "/trap").expect_err("a trap");
    assert!(matches!(error, CallError::Trapped { .. }), "an earlier refusal is forgotten: {error:?}");
}

#[test]
fn an_answer_beyond_what_is_carried_out_is_an_error() {
    let error = trouble(&pool(Limits { memory_bytes: 256 << 20, ..limits() }), "/big");
    assert!(matches!(error, CallError::AnswerTooLarge { limit_bytes } if limit_bytes == 128 << 20), "{error:?}");
}

#[test]
fn a_request_that_does_not_fit_is_out_of_memory() {
    let pool = pool(limits());
    let request = Request { path: "/".into(), body: vec![b'x'; 20 << 20], ..Request::default() };
    let error = pool.handle(request).expect_err("20 MiB into 16");
    assert!(matches!(error, CallError::OutOfMemory { .. }), "{error:?}");
    assert_eq!(calls(&pool), 1);
}

#[test]
fn one_caller_too_many_is_told_at_once() {
    let pool = pool(Limits { waiting: 0, deadline: Duration::from_secs(2), ..limits() });
    thread::scope(|scope| {
        let spinning = scope.spawn(|| spin(&pool));
        let begun = Instant::now();
        while !matches!(get(&pool, "/"), Err(CallError::Busy)) {
            assert!(begun.elapsed() < PATIENCE, "the only instance is taken");
        }
        assert!(matches!(spinning.join().expect("no panic"), CallError::Deadline { .. }));
    });
}

#[test]
fn a_wait_for_an_instance_has_an_end() {
    let pool = pool(Limits { wait: Duration::from_millis(20), deadline: Duration::from_secs(2), ..limits() });
    thread::scope(|scope| {
        scope.spawn(|| spin(&pool));
        let begun = Instant::now();
        while !matches!(get(&pool, "/"), Err(CallError::Busy)) {
            assert!(begun.elapsed() < PATIENCE, "the only instance is taken");
        }
    });
}

#[test]
fn callers_who_wait_their_turn_are_all_answered() {
    let pool = pool(Limits { instances: 2, ..limits() });
    thread::scope(|scope| {
        let callers: Vec<_> = (0..8)
            .map(|caller| {
                let pool = &pool;
                scope.spawn(move || {
                    for turn in 0..50 {
                        let body = format!("{caller}/{turn}").into_bytes();
                        let path = if turn % 10 == 9 { "/trap" } else { "/" };
                        let request = Request { path: path.into(), body: body.clone(), ..Request::default() };
                        match pool.handle(request) {
                            Ok(response) => assert_eq!(response.body, body),
                            Err(error) => assert!(path == "/trap" && matches!(error, CallError::Trapped { .. })),
                        }
                    }
                })
            })
            .collect();
        for caller in callers {
            caller.join().expect("every caller has its own answer");
        }
    });
}

#[test]
fn instances_are_at_least_one_and_no_more_than_fit() {
    for instances in [0, spanlet_runtime::INSTANCES_MAX + 1] {
        let error = Pool::new(component(), Vec::new(), Limits { instances, ..limits() }).expect_err("out of range");
        assert!(matches!(error, StartError::Limits { .. }), "{error:?}");
    }
}

#[test]
fn a_limit_below_the_component_s_own_memory_is_an_error_at_the_start() {
    let error =
        Pool::new(component(), Vec::new(), Limits { memory_bytes: 1 << 16, ..limits() }).expect_err("too little");
    assert!(matches!(&error, StartError::Call { source: CallError::OutOfMemory { .. } }), "{error:?}");
}

#[test]
fn settings_are_the_component_s_to_refuse() {
    let with = |settings: &str| Pool::with_settings(component(), Vec::new(), limits(), Some(settings.to_owned()));
    assert!(with("{}").is_ok());
    assert!(matches!(with("nonsense"), Err(StartError::Settings { message }) if message == "nonsense"));
}

#[test]
fn events_go_in_and_come_out_as_they_are() {
    let pool = pool(limits());
    assert_eq!(pool.invoke("\"Grüße\"").expect("an answer"), Ok("\"Grüße\"".to_owned()));
    assert_eq!(pool.invoke("error").expect("an answer"), Err("error".to_owned()));
    assert!(matches!(pool.invoke("trap"), Err(CallError::Trapped { .. })));
}

#[test]
fn texts_are_answered_one_by_one() {
    let pool = pool(limits());
    let texts = ["a".to_owned(), String::new(), "b".to_owned()];
    assert_eq!(pool.classify(&texts, &ClassifyOptions::default()).expect("answers").len(), 3);
    assert!(pool.classify(&[], &ClassifyOptions::default()).expect("answers").is_empty());
}

/// A model's file that is removed at the end.
struct ModelFile(PathBuf);

impl ModelFile {
    fn new(name: &str, content: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("spanlet-limits-{}-{name}", std::process::id()));
        fs::write(&path, content).expect("writable");
        Self(path)
    }

    fn pool(&self) -> Result<Pool, StartError> {
        let model = ModelFiles::from_path("model", &self.0).expect("readable");
        Pool::new(component(), vec![model], Limits { memory_bytes: 64 << 20, ..limits() })
    }
}

impl Drop for ModelFile {
    fn drop(&mut self) {
        // Left behind in the temporary folder at worst.
        let _ = fs::remove_file(&self.0);
    }
}

#[test]
fn a_large_model_is_handed_over_in_chunks() {
    let size_bytes = (9 << 20) + 1;
    let file = ModelFile::new("large", &vec![b'x'; size_bytes]);
    let pool = file.pool().expect("chunks of at most 4 MiB");
    assert_eq!(pool.models()[0].memory_bytes as usize, size_bytes);

    let bytes = ModelFiles::from_bytes("model", "large", vec![b'x'; size_bytes]).expect("below 4 GiB");
    let pool = Pool::new(component(), vec![bytes], Limits { memory_bytes: 64 << 20, ..limits() }).expect("the same");
    assert_eq!(pool.models()[0].memory_bytes as usize, size_bytes);
}

#[test]
fn a_model_that_is_refused_is_named_with_the_reason() {
    let error = ModelFile::new("damaged", b"!").pool().expect_err("damaged");
    let StartError::Model { model, source: CallError::Refused(refusal) } = &error else { panic!("{error:?}") };
    assert_eq!((model.as_str(), refusal.kind.as_str()), ("model", "bad-model"));
    assert!(error.source().is_some() && error.to_string().contains("`model`"));
}

#[test]
fn a_model_too_large_for_an_instance_is_out_of_memory() {
    let error = ModelFile::new("huge", &vec![b'x'; 80 << 20]).pool().expect_err("80 MiB into 64");
    assert!(matches!(&error, StartError::Model { source: CallError::OutOfMemory { .. }, .. }), "{error:?}");
}

#[test]
fn a_model_that_changes_on_disk_never_gives_other_answers() {
    let file = ModelFile::new("changing", b"AAAA");
    let pool = file.pool().expect("a pool");
    let replaced_with = |content: &[u8]| {
        fs::write(&file.0, content).expect("writable");
        get(&pool, "/trap").expect_err("a trap");
        match get(&pool, "/").expect_err("no instance can be made") {
            CallError::Unavailable(error) => error.to_string(),
            other => panic!("{other:?}"),
        }
    };
    let message = replaced_with(b"BBBB");
    assert!(message.contains("files changed"), "{message}");

    fs::write(&file.0, b"AAAA").expect("writable");
    let begun = Instant::now();
    while get(&pool, "/").is_err() {
        assert!(begun.elapsed() < PATIENCE, "the pool mends itself");
        thread::sleep(Duration::from_millis(20));
    }

    let message = replaced_with(b"AAAAA");
    assert!(message.contains("size changed"), "{message}");
}

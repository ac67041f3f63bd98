use clap::{Args as _, Command, FromArgMatches as _};

use super::{Bounds, ColdPlan, Plan};

fn bounds(arguments: &str) -> Result<Bounds, clap::Error> {
    let command = Bounds::augment_args(Command::new("probe").no_binary_name(true));
    Bounds::from_arg_matches(&command.try_get_matches_from(arguments.split_whitespace())?)
}

fn plan(arguments: &str) -> Result<Plan, String> {
    Plan::of(&bounds(arguments).unwrap_or_else(|error| panic!("{arguments}: {error}")))
}

#[test]
fn what_is_not_said_follows_from_what_is() {
    let settled = |arguments: &str| {
        let plan = plan(arguments).expect(arguments);
        (plan.requests, plan.rate, plan.connections, plan.duration_s)
    };
    assert_eq!(settled(""), (300, None, 1, 60));
    assert_eq!(settled("--requests 10000 --connections 64"), (10_000, None, 64, 60));
    assert_eq!(settled("--duration 5"), (10_000, None, 1, 5));
    assert_eq!(settled("--rate 12.5"), (300, Some(12.5), 13, 60));
    assert_eq!(settled("--rate 200"), (300, Some(200.0), 64, 60));
    assert_eq!(settled("--rate 2 --connections 3"), (300, Some(2.0), 3, 150));
    assert_eq!(settled("--rate 0.5 --duration 5"), (3, Some(0.5), 1, 5));
    assert_eq!(settled("--rate 0.7 --duration 10"), (7, Some(0.7), 1, 10));
    assert_eq!(settled("--rate 20 --duration 500"), (10_000, Some(20.0), 20, 500));
    assert_eq!(settled("--rate 200 --requests 10000"), (10_000, Some(200.0), 64, 60));
}

#[test]
fn bounds_are_hard() {
    for arguments in [
        "--requests 0",
        "--requests 10001",
        "--rate 0",
        "--rate 200.1",
        "--rate -1",
        "--rate NaN",
        "--rate inf",
        "--connections 0",
        "--connections 65",
        "--duration 0",
        "--duration 601",
        "--timeout-ms 0",
        "--timeout-ms 60001",
        "--burst 0",
        "--burst 65",
        "--idle 0",
        "--idle 3601",
    ] {
        assert!(bounds(arguments).is_err(), "{arguments}");
    }
    for (arguments, said) in [
        ("--rate 200 --duration 51", "10000 requests, found 10200"),
        ("--rate 1 --requests 601", "600 s, found 601 s"),
        ("--rate 0.1", "600 s, found 2991 s"),
        ("--rate 1 --requests 20 --duration 10", "fit into 10 s, found 20 s"),
    ] {
        let error = plan(arguments).expect_err(arguments);
        assert!(error.contains(said), "{arguments}: {error}");
    }
}

#[test]
fn a_burst_is_repeated_until_there_is_enough_to_compare_with() {
    let cold = |arguments: &str| plan(arguments).expect(arguments).cold;
    assert_eq!(cold(""), None);
    assert_eq!(cold("--burst 8"), Some(ColdPlan { at_once: 8, again: 3, idle_s: None }));
    assert_eq!(cold("--burst 64"), Some(ColdPlan { at_once: 64, again: 1, idle_s: None }));
    assert_eq!(cold("--idle 900"), Some(ColdPlan { at_once: 1, again: 20, idle_s: Some(900) }));
    assert_eq!(cold("--idle 900 --burst 20"), Some(ColdPlan { at_once: 20, again: 1, idle_s: Some(900) }));
}

#[test]
fn a_plan_says_all_of_itself_in_one_line() {
    let said = |arguments: &str| plan(arguments).expect(arguments).to_string();
    assert_eq!(
        said("--timeout-ms 1500"),
        "up to 300 over 1 connection, each after the last answer and at most 200 a second, for at most 60 s; \
         timeout 1500 ms; all done after at most 66 s"
    );
    assert_eq!(
        said("--rate 10 --burst 8 --timeout-ms 1000"),
        "8 at once on new connections and 3 times the same again; then up to 300 over 10 connections, 10 a second by \
         schedule, for at most 60 s; timeout 1000 ms; all done after at most 72 s"
    );
    assert_eq!(
        said("--idle 900 --requests 5 --duration 2 --timeout-ms 1000"),
        "up to 5 over 1 connection, each after the last answer and at most 200 a second, for at most 2 s; then nothing \
         for 900 s; then 1 at once on new connections and 20 times the same again; timeout 1000 ms; all done after at \
         most 948 s"
    );
}

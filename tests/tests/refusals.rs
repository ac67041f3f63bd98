//! What the JavaScript hosts answer for themselves: after a trap, and to a body above their limit.

use std::process::Command;

use spanlet_tests::artifacts::{built, root};

#[test]
fn javascript_hosts_recover_from_traps_and_refuse_long_bodies() {
    let mut node = Command::new("node");
    let status = node.arg(root().join("tests/js/refusals.js")).arg(built("")).status();
    let status = status.expect("Node 20 or newer: `cargo xtask test` says how to get it");
    assert!(status.success(), "tests/js/refusals.js ended with {status}");
}

//! Build steps as Rust: build, serve, test, bench, parity.
fn main() {}

//! The spanlet command: serve, run, compile.
fn main() {}

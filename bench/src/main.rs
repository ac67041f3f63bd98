//! Benchmarks with their answers checked, the original beside.
fn main() {}

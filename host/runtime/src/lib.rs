//! Runs a Spanlet component in wasmtime.

//! Spanlet as one WebAssembly component without imports.

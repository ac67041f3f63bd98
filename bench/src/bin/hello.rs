//! The least that a program can do: what starting a process costs by itself.
#![forbid(unsafe_code)]

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    writeln!(std::io::stdout(), "hello")
}

//! `wrk`, which asks a server over and over, and what it counts.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use serde::Deserialize;

use crate::folder::Folder;

/// What one run of `wrk` counted, as `load.lua` prints it.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Counted {
    /// Answers.
    pub(super) requests: f64,
    /// Seconds from the first question to the last answer.
    pub(super) seconds: f64,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
    /// With fewer than a thousand answers the slowest.
    pub(super) p999_ms: f64,
    /// Answers that are none of those expected, other statuses, and broken or late connections.
    pub(super) wrong: f64,
}

/// How long and with how many connections.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    pub(super) seconds: u32,
    pub(super) connections: u32,
}

/// An error that says how to get it where it lacks.
pub(super) fn ensure_installed() -> anyhow::Result<()> {
    // It prints its version and ends with status 1.
    let found = Command::new("wrk").arg("--version").output();
    found
        .map(drop)
        .context("`wrk` asks the servers: `apt-get install wrk` on Debian and Ubuntu, `brew install wrk` on macOS")
}

/// Writes what `load.lua` asks and expects: pairs of a body and its answer.
pub(super) fn write_questions(path: &Path, questions: &[(String, String)]) -> anyhow::Result<()> {
    let mut text = String::from("return {\n");
    for (body, answer) in questions {
        writeln!(text, "  {{ body = {}, answer = {} }},", quoted(body), quoted(answer))?;
    }
    text.push_str("}\n");
    fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}

/// One run. An error when an answer was wrong.
pub(super) fn run(folder: &Folder, url: &str, questions: &Path, load: Load) -> anyhow::Result<Counted> {
    let mut command = Command::new("wrk");
    // One thread, which is enough by far and leaves the other cores to the server.
    command.args(["--threads", "1", "--connections", &load.connections.to_string()]);
    command.args(["--duration", &format!("{}s", load.seconds), "--timeout", "30s", "--script"]);
    command.arg(folder.source("load.lua")).args([url, "--"]).arg(questions);
    let output = command.output().context("starting wrk")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().rev().find(|line| line.starts_with('{'));
    let said = || format!("{command:?} printed {text}{}", String::from_utf8_lossy(&output.stderr));
    let counted: Counted = serde_json::from_str(line.with_context(said)?).with_context(said)?;
    anyhow::ensure!(counted.requests > 0.0 && counted.wrong == 0.0, "wrong answers: {}", said());
    Ok(counted)
}

/// A string of Lua's: plain characters as they are, all other bytes by number.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(byte)]),
            b' '..=b'~' => quoted.push(char::from(byte)),
            _ => quoted.push_str(&format!("\\{byte:03}")),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn quoted_strings_are_ascii_on_one_line() {
        assert_eq!(quoted("a \"b\" \\ é\n1"), r#""a \"b\" \\ \195\169\0101""#);
    }
}

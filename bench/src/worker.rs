//! One engine in a process of its own, asked over its standard input.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::Context as _;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::process::{self, Memory};
use crate::stopwatch::Spent;
use crate::subject::Way;

/// What an engine says of one text, in lines with scores: labels, most probable first and without their prefix; or
/// tokens, sentences and entities.
pub(crate) type Answer = Vec<(String, f32)>;

/// What one round gave.
#[derive(Debug, Deserialize)]
pub(crate) struct Round {
    #[serde(flatten)]
    pub(crate) spent: Spent,
    /// One answer for each text.
    pub(crate) answers: Vec<Answer>,
}

/// What loading took.
#[derive(Debug, Deserialize)]
pub(crate) struct Loaded {
    /// From the files to the first answer.
    #[serde(flatten)]
    pub(crate) spent: Spent,
    /// The model alone: without reading the component's machine code, and before the first text.
    pub(crate) model: Spent,
}

/// A running worker; it ends when it is dropped.
pub(crate) struct Worker {
    child: Child,
    commands: Option<ChildStdin>,
    replies: BufReader<ChildStdout>,
}

impl Worker {
    /// Starts the process and waits until it is ready.
    pub(crate) fn start(mut command: Command) -> anyhow::Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting {command:?}"))?;
        let commands = child.stdin.take();
        let replies = BufReader::new(child.stdout.take().context("the worker's output is not ours")?);
        let mut worker = Self { child, commands, replies };
        let _: serde_json::Value = worker.reply()?;
        Ok(worker)
    }

    /// Loads the model and answers the first text.
    pub(crate) fn load(&mut self) -> anyhow::Result<Loaded> {
        self.ask("load")
    }

    /// Answers all texts `passes` times over.
    pub(crate) fn round(&mut self, way: Way, passes: usize) -> anyhow::Result<Round> {
        self.command(way.name(), passes)
    }

    /// Does `passes` times over what the worker knows by a name.
    pub(crate) fn command(&mut self, name: &str, passes: usize) -> anyhow::Result<Round> {
        self.ask(&format!("{name} {passes}"))
    }

    /// What the process holds now.
    pub(crate) fn memory(&self) -> anyhow::Result<Memory> {
        process::memory(self.child.id())
    }

    fn ask<T: DeserializeOwned>(&mut self, command: &str) -> anyhow::Result<T> {
        let commands = self.commands.as_mut().context("the worker takes no more commands")?;
        writeln!(commands, "{command}")?;
        commands.flush()?;
        self.reply()
    }

    fn reply<T: DeserializeOwned>(&mut self) -> anyhow::Result<T> {
        let mut line = String::new();
        self.replies.read_line(&mut line)?;
        anyhow::ensure!(!line.is_empty(), "a worker ended before it answered");
        serde_json::from_str(&line).with_context(|| format!("a worker's reply: {line}"))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // The end of its input ends it.
        self.commands = None;
        let _ = self.child.wait();
    }
}

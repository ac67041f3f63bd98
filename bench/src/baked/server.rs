//! A server process: `spanlet serve` on the image, or spaCy behind FastAPI and uvicorn.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;

use super::{Setting, http};
use crate::process;

/// The longest that a server may take to start or to end.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where both answer the same.
pub(super) const ROUTE: &str = "/v1/entities";

/// An entity as both servers write it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Entity {
    pub(super) text: String,
    pub(super) label: String,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A running server; it is told to end when it is dropped.
pub(super) struct Server {
    child: Child,
    pub(super) address: String,
    /// Open as long as the server may write to it.
    _output: Option<BufReader<ChildStdout>>,
}

/// What a server's processes hold, all together, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    pub(super) resident: u64,
    /// Resident, where a page that several processes share counts once.
    pub(super) proportional: u64,
    pub(super) peak: u64,
}

impl Server {
    /// `spanlet serve` as it is unless told otherwise. It listens once this is back.
    pub(super) fn spanlet(setting: &Setting) -> anyhow::Result<Self> {
        let mut command = Command::new(&setting.spanlet);
        command.args(["serve", "--addr", "127.0.0.1:0", "--component"]).arg(&setting.image);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().context("starting spanlet")?;
        let mut output = BufReader::new(child.stdout.take().context("the server's output is not ours")?);
        let mut line = String::new();
        output.read_line(&mut line)?;
        let address = line.trim().strip_prefix("listening on http://").map(str::to_owned);
        let server = Self { child, address: address.unwrap_or_default(), _output: Some(output) };
        anyhow::ensure!(!server.address.is_empty(), "`spanlet serve` did not start: it printed {line:?}");
        Ok(server)
    }

    /// uvicorn with a worker for each core. It answers once this is back.
    pub(super) fn python(setting: &Setting) -> anyhow::Result<Self> {
        // Free a moment ago; uvicorn cannot say which it took.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let workers = thread::available_parallelism().map_or(1, usize::from);
        let mut command = Command::new(&setting.python);
        command
            .args(["-m", "uvicorn", "entities_service:app", "--no-access-log", "--log-level", "warning"])
            .args(["--host", "127.0.0.1", "--port", &address.port().to_string(), "--workers", &workers.to_string()])
            .arg("--app-dir")
            .arg(setting.folder.source("official"))
            .env("SPANLET_BENCH_PIPELINE", &setting.pipeline);
        let child = command.stdout(Stdio::null()).spawn().context("starting uvicorn")?;
        let mut server = Self { child, address: address.to_string(), _output: None };
        server.wait_until_it_answers()?;
        Ok(server)
    }

    /// The entities of a text.
    pub(super) fn entities(&self, text: &str) -> anyhow::Result<Vec<Entity>> {
        Ok(serde_json::from_str(&self.answer(text)?)?)
    }

    /// The answer to a text, as it came.
    pub(super) fn answer(&self, text: &str) -> anyhow::Result<String> {
        http::post(&self.address, ROUTE, &question(text))
    }

    /// CPU seconds of all its processes so far.
    pub(super) fn cpu_s(&self) -> anyhow::Result<f64> {
        let of = |id: u32| Ok(process::used(id)?.cpu_s);
        process::family(self.child.id())?.into_iter().map(of).sum()
    }

    /// Page faults without reading of all its processes so far.
    pub(super) fn minor_faults(&self) -> anyhow::Result<u64> {
        let of = |id: u32| Ok(process::used(id)?.minor_faults);
        process::family(self.child.id())?.into_iter().map(of).sum()
    }

    /// The memory of all its processes.
    pub(super) fn held(&self) -> anyhow::Result<Held> {
        let mut held = Held { resident: 0, proportional: 0, peak: 0 };
        for id in process::family(self.child.id())? {
            let memory = process::memory(id)?;
            held.resident += memory.resident_bytes;
            held.peak += memory.peak_bytes;
            held.proportional += process::proportional_bytes(id)?;
        }
        Ok(held)
    }

    fn wait_until_it_answers(&mut self) -> anyhow::Result<()> {
        let begun = Instant::now();
        while let Err(error) = self.answer("Is anybody there?") {
            if let Some(status) = self.child.try_wait()? {
                anyhow::bail!("uvicorn ended with {status} before it answered");
            }
            anyhow::ensure!(begun.elapsed() < PATIENCE, "uvicorn does not answer: {error:#}");
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

/// The body that asks for one text's entities.
pub(super) fn question(text: &str) -> String {
    serde_json::json!({ "text": text }).to_string()
}

impl Drop for Server {
    fn drop(&mut self) {
        // Only a server that is told so ends its workers.
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(1));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

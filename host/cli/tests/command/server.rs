//! `spanlet serve` on a free port, and a client that writes requests byte by byte.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, ExitStatus, Stdio},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// Long enough for a machine that does a hundred other things.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Server {
    child: Child,
    address: String,
    log: Option<JoinHandle<String>>,
}

impl Server {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_with(arguments, &[])
    }

    pub(crate) fn start_with(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_spanlet"))
            .args(["serve", "--addr", "127.0.0.1:0"])
            .args(arguments)
            .env_remove("SPANLET_BARE_TASK")
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command was built");
        let mut log = child.stderr.take().expect("piped");
        let log = thread::spawn(move || {
            let mut text = String::new();
            log.read_to_string(&mut text).expect("the log is UTF-8");
            text
        });
        let mut first = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut first).expect("a line");
        let address = first.trim().strip_prefix("listening on http://").map(str::to_owned);
        let mut server = Self { child, address: String::new(), log: Some(log) };
        match address {
            Some(address) => server.address = address,
            None => panic!("did not start: {}", server.end().1),
        }
        server
    }

    pub(crate) fn connect(&self) -> Connection {
        let stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        Connection(BufReader::new(stream))
    }

    pub(crate) fn refuses_connections(&self) -> bool {
        TcpStream::connect(&self.address).is_err()
    }

    /// One request over a connection of its own.
    pub(crate) fn ask(&self, head: &str, body: &[u8]) -> Answer {
        let mut connection = self.connect();
        connection.send(format!("{head}\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n", body.len()).as_bytes());
        connection.send(body);
        connection.answer(head.starts_with("HEAD"))
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path} HTTP/1.1"), b"")
    }

    pub(crate) fn post(&self, path: &str, body: &str) -> Answer {
        self.ask(&format!("POST {path} HTTP/1.1"), body.as_bytes())
    }

    /// Asks it to stop as a service manager does.
    pub(crate) fn terminate(&self) {
        let status = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(status.expect("kill is there").success());
    }

    /// Waits for its end: how it ended, and its log.
    pub(crate) fn wait(mut self) -> (ExitStatus, String) {
        let begun = Instant::now();
        while self.child.try_wait().expect("our child").is_none() {
            assert!(begun.elapsed() < PATIENCE, "it does not end");
            thread::sleep(Duration::from_millis(10));
        }
        self.end()
    }

    fn end(&mut self) -> (ExitStatus, String) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let status = self.child.wait().expect("our child");
        (status, self.log.take().expect("asked once").join().expect("no panic"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.log.is_some() {
            self.end();
        }
    }
}

pub(crate) struct Connection(BufReader<TcpStream>);

impl Connection {
    /// Sends bytes; a server that has already answered may not read them.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        let _ = self.0.get_mut().write_all(bytes);
    }

    /// Waits until the server closes it, and not for ever.
    pub(crate) fn is_closed(&mut self) -> bool {
        // Perhaps after a word of why.
        self.0.read_to_end(&mut Vec::new()).is_ok()
    }

    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }

    pub(crate) fn answer(&mut self, is_head_only: bool) -> Answer {
        let status = self.line().split(' ').nth(1).expect("a status line").parse().expect("a status");
        let mut headers = Vec::new();
        loop {
            let line = self.line();
            let Some((name, value)) = line.split_once(": ") else { break };
            headers.push((name.to_owned(), value.to_owned()));
        }
        let mut answer = Answer { status, headers, body: Vec::new() };
        let length = answer.header("content-length").map_or(0, |length| length.parse().expect("a number"));
        if !is_head_only {
            answer.body = vec![0; length];
            self.0.read_exact(&mut answer.body).expect("the whole body");
        }
        answer
    }
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The name of the model that answered.
    pub(crate) fn model(&self) -> Option<&str> {
        self.header("spanlet-model")?.split(';').next()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The code of a problem that any page may read.
    pub(crate) fn problem(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(self.header("access-control-allow-origin"), Some("*"));
        assert_eq!(self.json()["status"], self.status);
        (self.status, self.json()["code"].as_str().expect("a code").to_owned())
    }
}

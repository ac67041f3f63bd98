//! One HTTP request over a connection of its own, for the answers that are compared.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::Context as _;

/// Long enough for a first answer on a machine that does other things.
const PATIENCE: Duration = Duration::from_secs(60);

/// The JSON answer to JSON that is posted, as it came. An error unless its status is 200.
pub(super) fn post(address: &str, path: &str, body: &str) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("an answer without a head")?;
    anyhow::ensure!(head.starts_with("HTTP/1.1 200 "), "{address}{path} answered {answer}");
    Ok(body.to_owned())
}

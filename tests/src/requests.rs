//! The conformance sample: requests that every host must answer byte for byte alike.
//!
//! `tests/cases/conformance/requests.jsonl` holds them, one a line, for the runners in other languages. It is written
//! by [`sample()`], which has no clock and no chance in it; a test compares the two.

mod sample;

use serde::{Deserialize, Serialize};

use crate::artifacts::{read_text, root};

pub use sample::sample;

/// How many requests the sample has.
pub const COUNT: usize = 330;

/// One request, as it is written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Why it is in the sample.
    pub why: String,
    /// `GET`, `POST`, …
    pub method: String,
    /// Percent-encoded.
    pub path: String,
    /// Without `?`, percent-encoded; empty when there is none.
    pub query: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// Pieces, written one after the other; no pieces are no body.
    pub body: Vec<Piece>,
}

/// A piece of a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Piece {
    /// A text, repeated so often: long bodies stay short in the file.
    Text {
        /// The text.
        text: String,
        /// How often; 1 where it is not written.
        #[serde(default = "once", skip_serializing_if = "is_once")]
        times: usize,
    },
    /// Bytes that are not UTF-8.
    Hex {
        /// Two digits a byte.
        hex: String,
    },
}

fn once() -> usize {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_once(times: &usize) -> bool {
    *times == 1
}

impl Request {
    /// The body written out.
    ///
    /// # Panics
    /// When a piece has an odd digit in it.
    #[must_use]
    pub fn body_bytes(&self) -> Vec<u8> {
        self.body.iter().flat_map(Piece::bytes).collect()
    }
}

impl Piece {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Text { text, times } => text.repeat(*times).into_bytes(),
            Self::Hex { hex } => {
                let digits: Vec<char> = hex.chars().collect();
                let pair = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16);
                digits.chunks(2).map(|digits| pair(digits).expect("two hexadecimal digits")).collect()
            }
        }
    }
}

/// The sample as the file has it.
///
/// # Panics
/// When the file is missing or a line is not a request.
#[must_use]
pub fn recorded() -> Vec<Request> {
    let text = read_text(&file());
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))).collect()
}

/// Where the sample is written down.
#[must_use]
pub fn file() -> std::path::PathBuf {
    root().join("tests/cases/conformance/requests.jsonl")
}

/// The sample as the file should be.
///
/// # Panics
/// Never: requests are always JSON.
#[must_use]
pub fn written(requests: &[Request]) -> String {
    let line = |request| serde_json::to_string(request).expect("a request is JSON") + "\n";
    requests.iter().map(line).collect()
}

//! What `POST /v1/hashtags` answers, and how it is read.

use serde::Deserialize;
use wasm_bindgen::JsValue;

use crate::message::Response;

/// The hashtags of one text.
#[derive(Debug, Deserialize)]
pub(crate) struct Hashtags {
    /// Those in the text, without `#`, in the order in which they stand there.
    pub(crate) already_used: Vec<String>,
    /// Those that the model would add, most probable first.
    pub(crate) recommended: Vec<Scored>,
}

/// A label and its probability, which fastText reports as a little above 1 at most.
#[derive(Debug, Deserialize)]
pub(crate) struct Scored {
    pub(crate) label: String,
    pub(crate) score: f64,
}

/// An RFC 9457 problem, as far as a person wants to see it.
#[derive(Debug, Deserialize)]
struct Problem {
    detail: Option<String>,
    title: Option<String>,
}

/// Reads the component's response; what went wrong comes back as a sentence.
pub(crate) fn read(response: &Response) -> Result<Hashtags, String> {
    let text: String = web_sys::TextDecoder::new()
        .and_then(|decoder| decoder.decode_with_js_u8_array(&response.body))
        .map_err(|_| "the answer is not UTF-8".to_owned())?;
    if response.status != 200 {
        let problem = parse::<Problem>(&text).ok();
        let sentence = problem.and_then(|problem| problem.detail.or(problem.title));
        return Err(sentence.unwrap_or_else(|| format!("the component answered {}", response.status)));
    }
    parse(&text)
}

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    let value: JsValue = js_sys::JSON::parse(text).map_err(|_| "the answer is not JSON".to_owned())?;
    serde_wasm_bindgen::from_value(value).map_err(|error| error.to_string())
}

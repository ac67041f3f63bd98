//! What the component answers about one text, and how it is read.

use serde::Deserialize;
use spanlet_text::Document;
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

/// The key phrases of one text.
#[derive(Debug, Deserialize)]
pub(crate) struct Keyphrases {
    /// Best first.
    pub(crate) phrases: Vec<Keyphrase>,
}

/// A phrase and how it ranks.
#[derive(Debug, Deserialize)]
pub(crate) struct Keyphrase {
    pub(crate) text: String,
    pub(crate) count: u32,
    /// Above 0 and at most 1.
    pub(crate) score: f64,
}

/// Everything that was asked about one text, in the order of [`Topic`]s; what no model can do is absent.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    pub(crate) hashtags: Option<Hashtags>,
    /// With entities alone, in bytes of the text.
    pub(crate) document: Option<Document>,
    pub(crate) keyphrases: Option<Keyphrases>,
}

/// What one request of a question asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    Hashtags,
    Entities,
    Keyphrases,
}

impl Topic {
    pub(crate) const ALL: [Self; 3] = [Self::Hashtags, Self::Entities, Self::Keyphrases];

    /// The task of models that answer it.
    pub(crate) fn task(self) -> &'static str {
        match self {
            Self::Hashtags => "classify",
            Self::Entities => "entities",
            Self::Keyphrases => "keyphrases",
        }
    }

    /// The path and query that ask for it; the model's name is appended to the query.
    pub(crate) fn target(self) -> (&'static str, &'static str) {
        match self {
            Self::Hashtags => ("/v1/hashtags", "k=5&model="),
            Self::Entities => ("/v1/analyze", "include=ents&offsets=utf8&model="),
            Self::Keyphrases => ("/v1/keyphrases", "model="),
        }
    }
}

impl Answers {
    /// Reads the component's responses; what went wrong comes back as a sentence.
    pub(crate) fn read(topics: &[Topic], responses: &[Response]) -> Result<Self, String> {
        let mut answers = Self::default();
        for (topic, response) in topics.iter().zip(responses) {
            match topic {
                Topic::Hashtags => answers.hashtags = Some(read(response)?),
                Topic::Entities => answers.document = Some(read(response)?),
                Topic::Keyphrases => answers.keyphrases = Some(read(response)?),
            }
        }
        Ok(answers)
    }
}

/// An RFC 9457 problem, as far as a person wants to see it.
#[derive(Debug, Deserialize)]
struct Problem {
    detail: Option<String>,
    title: Option<String>,
}

fn read<T: serde::de::DeserializeOwned>(response: &Response) -> Result<T, String> {
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

//! `/` and bare events: one door that dispatches on what it is given.
//!
//! `inputs` is Hugging Face's, `Text` asks for key phrases, a header `X-Amz-Target` is Comprehend's: this build has none
//! of them and says so. `text`, or a body of `text/plain` that is no JSON object or list, asks for the deployment's bare
//! task, and a JSON list for a list of its answers. Fields that the door does not know are ignored, since clients that
//! people already have send what they like.

use serde::Serialize;

use crate::answer::{Answer, ListForm};
use crate::api::Api;
use crate::call::{Options, Texts};
use crate::codes;
use crate::error::Error;
use crate::exchange::{Request, Response};
use crate::payload::{Fields, Payload, parse_body, parse_json, parse_query};
use crate::problem::Problem;
use crate::routes::{LISTING, not_texts};

/// What `GET /` shows where a host has no page to put there.
#[derive(Serialize)]
struct Index {
    name: &'static str,
    version: &'static str,
    routes: &'static [&'static str],
}

/// Answers `GET /`.
pub(crate) fn get(api: &Api, request: &Request) -> Result<Response, Error> {
    let fields = parse_query(&request.query, api.settings.max_texts)?;
    if fields.text.is_none() && !fields.has_capital_text && !fields.has_inputs {
        let index = Index { name: "spanlet", version: env!("CARGO_PKG_VERSION"), routes: LISTING };
        return Ok(Response::json(serde_json::to_vec(&index).expect("strings are always JSON")));
    }
    Ok(answer_fields(api, fields)?.into_response())
}

/// Answers `POST /`.
pub(crate) fn post(api: &Api, request: &Request) -> Result<Response, Error> {
    if request.header("x-amz-target").is_some() {
        return Err(unsupported("Amazon Comprehend's protocol").at("x-amz-target"));
    }
    let fields = parse_query(&request.query, api.settings.max_texts)?;
    let payload = parse_body(request, api.settings.max_texts)?;
    Ok(answer_payload(api, fields, payload)?.into_response())
}

impl Api {
    /// JSON in, JSON out: what `POST /` answers for the same JSON, for bare Lambda events and for embedders.
    ///
    /// # Errors
    /// A problem as JSON.
    pub fn invoke(&self, event: &str) -> Result<String, String> {
        self.answer_event(event).map_err(|error| Problem::from(error).to_json())
    }

    fn answer_event(&self, event: &str) -> Result<String, Error> {
        self.check_body_size(event.len())?;
        let payload = parse_json(event.as_bytes(), self.settings.max_texts)?;
        let json = answer_payload(self, Fields::default(), payload)?.json?;
        Ok(String::from_utf8(json).expect("JSON is UTF-8"))
    }
}

fn answer_payload(api: &Api, query: Fields<'_>, payload: Payload<'_>) -> Result<Answer, Error> {
    match payload {
        Payload::Fields(body) => answer_fields(api, query.merged(body)),
        Payload::List(list) => {
            let mut query = query;
            let options = Options::take_from(&mut query)?;
            let texts = Texts::from_list(list, "", &api.settings)?;
            Answer::new(api, api.settings.bare_task, &texts, &options, ListForm::Bare)
        }
        Payload::Other(kind) => Err(not_texts(kind)),
    }
}

fn answer_fields(api: &Api, mut fields: Fields<'_>) -> Result<Answer, Error> {
    if fields.has_inputs {
        return Err(unsupported("Hugging Face's inference protocol").at("inputs"));
    }
    if fields.has_capital_text {
        return Err(unsupported("key phrases").at("Text"));
    }
    let options = Options::take_from(&mut fields)?;
    let texts = Texts::from_field(fields.text, &api.settings)?;
    Answer::new(api, api.settings.bare_task, &texts, &options, ListForm::Results)
}

fn unsupported(system: &str) -> Error {
    Error::new(codes::ROUTE_UNSUPPORTED, format!("expected something that this build answers, found {system}"))
}

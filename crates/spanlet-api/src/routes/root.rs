//! `/` and bare events: one door that dispatches on what it is given.
//!
//! A header `X-Amz-Target` is Comprehend's, of which this build has no part and says so. `inputs` is Hugging Face's
//! and has a module of its own. `Text` asks for key phrases in the form
//! of an older system. `text`, or a body of `text/plain` that is no JSON object or list, asks for the deployment's bare
//! task, and a list for a list of its answers; entities have no score there, since the systems that were asked so gave none.
//! Fields that the door does not know are ignored, since clients that people
//! already have send what they like.

use serde::Serialize;

use crate::answer::Answer;
use crate::api::Api;
use crate::call::{Options, Texts};
use crate::codes;
use crate::engine::Task;
use crate::error::Error;
use crate::exchange::{Request, Response};
use crate::media::Form;
use crate::payload::{Fields, Name, Payload, parse_body, parse_json, parse_query};
use crate::problem::Problem;
use crate::question::Question;
use crate::routes::{LISTING, hugging_face, not_texts};

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
    if ![Name::Text, Name::CapitalText, Name::Inputs].into_iter().any(|name| fields.has(name)) {
        let index = Index { name: "spanlet", version: env!("CARGO_PKG_VERSION"), routes: LISTING };
        return Ok(Response::json(serde_json::to_vec(&index).expect("strings are always JSON")));
    }
    Ok(answer_fields(api, fields, |json| Form::wanted(request, json, json))?.into_response(api))
}

/// Answers `POST /`.
pub(crate) fn post(api: &Api, request: &Request) -> Result<Response, Error> {
    if request.header("x-amz-target").is_some() {
        return Err(unsupported("Amazon Comprehend's protocol").at("x-amz-target"));
    }
    answer_body(api, request)
}

/// Answers a body by what it carries. Rows are answered by rows and lines by lines, unless `accept` says otherwise.
pub(crate) fn answer_body(api: &Api, request: &Request) -> Result<Response, Error> {
    let fields = parse_query(&request.query, api.settings.max_texts)?;
    let answer = match parse_body(request, api.settings.max_texts)? {
        Payload::Fields(body) => answer_fields(api, fields.merged(body), |json| Form::wanted(request, json, json))?,
        Payload::List(list, place) => {
            let form = Form::wanted(request, Form::Bare, place.own_form(Form::Bare));
            answer_list(api, fields, &Texts::from_list(list, place, &api.settings)?, form)?
        }
        Payload::Other(kind) => return Err(not_texts(kind)),
    };
    Ok(answer.into_response(api))
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
        let answer = match parse_json(event.as_bytes(), self.settings.max_texts)? {
            Payload::Fields(fields) => answer_fields(self, fields, |json| json)?,
            Payload::List(list, place) => {
                let texts = Texts::from_list(list, place, &self.settings)?;
                answer_list(self, Fields::default(), &texts, Form::Bare)?
            }
            Payload::Other(kind) => return Err(not_texts(kind)),
        };
        Ok(String::from_utf8(answer.body?).expect("JSON is UTF-8"))
    }

    /// What a bare text asks for: what the settings say, else entities where a model has them, else hashtags.
    fn bare_question(&self) -> Question {
        let has_entities = || self.registry.has_task(Task::Entities);
        let by_models = || if has_entities() { Question::Entities } else { Question::Hashtags };
        match self.settings.bare_task.unwrap_or_else(by_models) {
            Question::Entities => Question::EntitiesOldForm,
            question => question,
        }
    }
}

fn answer_list(api: &Api, mut query: Fields<'_>, texts: &Texts<'_>, form: Form) -> Result<Answer, Error> {
    let options = Options::take_from(&mut query)?;
    Answer::new(api, api.bare_question(), texts, &options, form)
}

/// Answers an object; `form` makes of the form that its JSON has the one that is wanted.
fn answer_fields(api: &Api, mut fields: Fields<'_>, form: impl Fn(Form) -> Form) -> Result<Answer, Error> {
    let options = Options::take_from(&mut fields)?;
    let settings = &api.settings;
    if let Some(inputs) = fields.take(Name::Inputs) {
        let parameters = fields.take(Name::Parameters);
        return hugging_face::answer(api, inputs, parameters, options, form(Form::Bare));
    }
    if let Some(text) = fields.take(Name::CapitalText) {
        let texts = Texts::from_field(Name::CapitalText, Some(text), settings)?.only_one(Name::CapitalText)?;
        return Answer::new(api, Question::KeyphrasesOldForm, &texts, &options, form(Form::Bare));
    }
    let texts = Texts::from_field(Name::Text, fields.take(Name::Text), settings)?;
    Answer::new(api, api.bare_question(), &texts, &options, form(Form::Results))
}

fn unsupported(system: &str) -> Error {
    Error::new(codes::ROUTE_UNSUPPORTED, format!("expected something that this build answers, found {system}"))
}

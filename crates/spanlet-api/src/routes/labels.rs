//! `/v1/hashtags` and `/v1/classify`: labels of one text or a list, asked for by `GET ?text=` or by `POST`.
//!
//! Unknown and repeated fields are refused, so that a misspelt option is not silently the default.

use crate::answer::{Answer, ListForm};
use crate::api::Api;
use crate::call::{Options, Texts};
use crate::error::Error;
use crate::exchange::{Request, Response};
use crate::payload::{Fields, Payload, Value, parse_json, parse_query, utf8};
use crate::routes::not_an_object;
use crate::settings::BareTask;

/// Answers one request.
pub(crate) fn answer(api: &Api, task: BareTask, request: &Request) -> Result<Response, Error> {
    let mut fields = fields(api, request)?;
    fields.check_names()?;
    let options = Options::take_from(&mut fields)?;
    let texts = Texts::from_field(fields.text, &api.settings)?;
    Ok(Answer::new(api, task, &texts, &options, ListForm::Results)?.into_response())
}

/// The fields of the query and, for a `POST`, of the body.
fn fields<'r>(api: &Api, request: &'r Request) -> Result<Fields<'r>, Error> {
    let max_texts = api.settings.max_texts;
    let fields = parse_query(&request.query, max_texts)?;
    if request.method != "POST" || request.body.is_empty() && request.media_type() != "text/plain" {
        return Ok(fields);
    }
    if request.media_type() == "text/plain" {
        let text = Some(Value::Text(utf8(&request.body)?.into()));
        return Ok(fields.merged(Fields { text, ..Fields::default() }));
    }
    match parse_json(&request.body, max_texts)? {
        Payload::Fields(body) => Ok(fields.merged(body)),
        Payload::List(_) => Err(not_an_object("a list")),
        Payload::Other(kind) => Err(not_an_object(kind)),
    }
}

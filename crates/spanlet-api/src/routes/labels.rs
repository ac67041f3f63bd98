//! `/v1/hashtags` and `/v1/classify`: labels of one text or a list, asked for by `GET ?text=` or by `POST`.
//!
//! A body that is a list of texts is as good as one with that list as its `text`; options are then the query's. Unknown
//! and repeated fields are refused, so that a misspelt option is not silently the default.

use crate::answer::{Answer, ListForm};
use crate::api::Api;
use crate::call::{Options, Texts};
use crate::error::Error;
use crate::exchange::{Request, Response};
use crate::payload::{Payload, parse_body, parse_query};
use crate::routes::not_texts;
use crate::settings::BareTask;

/// Answers one request.
pub(crate) fn answer(api: &Api, task: BareTask, request: &Request) -> Result<Response, Error> {
    let settings = &api.settings;
    let (mut fields, mut list) = (parse_query(&request.query, settings.max_texts)?, None);
    if request.method == "POST" {
        match parse_body(request, settings.max_texts)? {
            Payload::Fields(body) => fields = fields.merged(body),
            Payload::List(texts) => {
                // The list stands for `text`, so another `text` beside it is one too many.
                fields.duplicate = fields.duplicate.or(fields.text.as_ref().map(|_| "text"));
                list = Some(texts);
            }
            Payload::Other(kind) => return Err(not_texts(kind)),
        }
    }
    fields.check_names()?;
    let options = Options::take_from(&mut fields)?;
    let texts = match list {
        Some(list) => Texts::from_list(list, "", settings)?,
        None => Texts::from_field(fields.text, settings)?,
    };
    Ok(Answer::new(api, task, &texts, &options, ListForm::Results)?.into_response())
}

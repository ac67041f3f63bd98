//! `/v1/analyze`, `/v1/classify`, `/v1/embed`, `/v1/entities`, `/v1/hashtags` and `/v1/keyphrases`: answers about one
//! text or many, asked for by `GET ?text=` or by `POST` of JSON, JSON Lines, CSV or plain text.
//!
//! A body that is a list of texts, or rows or lines of them, is as good as one with that list as its `text`; options are
//! then the query's. Unknown and repeated fields are refused, so that a misspelt option is not silently the default.

use crate::answer::Answer;
use crate::api::Api;
use crate::call::{Options, Texts};
use crate::error::Error;
use crate::exchange::{Request, Response};
use crate::media::Form;
use crate::payload::{Name, Payload, Place, parse_body, parse_query};
use crate::question::Question;
use crate::routes::not_texts;

/// Answers one request.
pub(crate) fn answer(api: &Api, question: Question, request: &Request) -> Result<Response, Error> {
    let settings = &api.settings;
    let (mut fields, mut list) = (parse_query(&request.query, settings.max_texts)?, None);
    if request.method == "POST" {
        match parse_body(request, settings.max_texts)? {
            Payload::Fields(body) => fields = fields.merged(body),
            Payload::List(texts, place) => list = Some((texts, place)),
            Payload::Other(kind) => return Err(not_texts(kind)),
        }
    }
    fields.check_names(question.fields())?;
    if list.is_some() {
        fields.check_no_text()?;
    }
    let options = Options::take_from(&mut fields)?;
    // Lines go well with lines; documents in a column of CSV are for who asks for them.
    let unless = match list {
        Some((_, place @ Place::Line)) => place.own_form(Form::Results),
        _ => Form::Results,
    };
    let texts = match list {
        Some((list, place)) => Texts::from_list(list, place, settings)?,
        None => Texts::from_field(Name::Text, fields.take(Name::Text), settings)?,
    };
    Ok(Answer::new(api, question, &texts, &options, Form::wanted(request, Form::Results, unless))?.into_response(api))
}

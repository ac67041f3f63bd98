//! `/recommendations` and `/{stage}/recommendations`: hashtags in the form that an older endpoint had.
//!
//! That endpoint printed a Python pair of what fastText's command line wrote and an empty string, so this route does
//! too: labels with their prefix and probabilities with six significant digits, up to five. Fields other than `text`
//! are ignored, as they were there, except that `model` in the query names the model: where several are loaded, the URL
//! is what a deployment can change without touching what its clients send.

mod printed;

use printed::{python_literal, significant};

use crate::answer::{Answer, count, empty_usage};
use crate::api::Api;
use crate::call::{Options, Texts};
use crate::codes;
use crate::engine::{Scored, Task};
use crate::error::Error;
use crate::exchange::{Request, Response};
use crate::payload::{Fields, Name, Payload, parse_json, parse_query};

/// The most labels of an answer.
const LABELS: u32 = 5;

/// Answers one request.
pub(crate) fn answer(api: &Api, request: &Request) -> Result<Response, Error> {
    let max_texts = api.settings.max_texts;
    let mut query = parse_query(&request.query, max_texts)?;
    let mut named = query.take(Name::Model).map(|model| Fields::of(Name::Model, model)).unwrap_or_default();
    let options = Options::take_from(&mut named)?;
    let mut text = query.take(Name::Text);
    if request.method == "POST" && !request.body.is_empty() {
        text = match parse_json(&request.body, max_texts)? {
            Payload::Fields(mut body) => body.take(Name::Text).or(text),
            Payload::List(..) => return Err(not_an_object("a list")),
            Payload::Other(kind) => return Err(not_an_object(kind)),
        };
    }
    let Texts::One(text) = Texts::from_field(Name::Text, text, &api.settings)? else {
        return Err(Error::new(codes::TEXT_WRONG_TYPE, "expected a string, found a list").at("text"));
    };
    let classifier = api.classifier(&options.or_else(LABELS, true))?;
    let mut usage = empty_usage(classifier.name, Task::Classify);
    let labels = count(&mut usage, &text, &api.settings)
        .and_then(|()| classifier.classify(&text))
        .map_err(|error| error.at("text"));
    usage.failed = u32::from(labels.is_err());
    let body = labels.map(|labels| old_form(&text, &labels).into_bytes());
    Ok(Answer { body, content_type: "application/json", offsets: None, usage }.into_response(api))
}

fn not_an_object(kind: &str) -> Error {
    Error::new(codes::BODY_WRONG_TYPE, format!("expected an object with `text`, found {kind}"))
}

/// The JSON with the spaces that Python's `json.dumps` writes.
fn old_form(text: &str, labels: &[Scored<'_>]) -> String {
    let already_used = spanlet_text::hashtags(text).join(" ");
    let printed: Vec<String> = labels
        .iter()
        .map(|scored| format!("{}{} {}", scored.prefix, scored.label, significant(scored.score)))
        .collect();
    let pair = format!("({}, '')", python_literal(&(printed.join(" ") + "\n")));
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    format!(r#"{{"hashtags_already_used": {}, "hashtags_recommended": {}}}"#, quoted(&already_used), quoted(&pair))
}

#[cfg(test)]
mod tests {
    use super::{Scored, old_form};

    #[test]
    fn the_old_form_is_a_printed_pair() {
        let scored = |label, score| Scored { prefix: "__label__", label, score };
        let labels = [scored("bread", 0.662_109), scored("sourdough", 0.058_593_8)];
        assert_eq!(
            old_form("How? #bread #baking", &labels),
            r##"{"hashtags_already_used": "#bread #baking", "hashtags_recommended": "('__label__bread 0.662109 __label__sourdough 0.0585938\\n', '')"}"##
        );
        assert_eq!(old_form("", &[]), r#"{"hashtags_already_used": "", "hashtags_recommended": "('\\n', '')"}"#);
    }
}

//! Answers for one text or many, as JSON, with what they cost.

use serde::Serialize;

use crate::api::Api;
use crate::call::{Options, Texts};
use crate::codes;
use crate::engine::{Scored, Task};
use crate::error::Error;
use crate::exchange::{Response, Usage};
use crate::payload::Item;
use crate::problem::Problem;
use crate::settings::{BareTask, Settings};
use crate::typed::{Classifier, check_answer_size};

/// How a list of answers is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListForm {
    /// `{"results":[…]}`
    Results,
    /// `[…]`
    Bare,
}

/// A label as JSON has it.
#[derive(Serialize)]
pub(crate) struct Label<'m> {
    label: &'m str,
    score: f32,
}

impl<'m> From<Scored<'m>> for Label<'m> {
    fn from(scored: Scored<'m>) -> Self {
        Self { label: scored.label, score: scored.score }
    }
}

/// What `/v1/classify` answers for one text.
#[derive(Serialize)]
struct Labels<'m> {
    labels: Vec<Label<'m>>,
}

/// What `/v1/hashtags` answers for one text; hashtags without their `#`.
#[derive(Serialize)]
struct Hashtags<'t, 'm> {
    already_used: Vec<&'t str>,
    recommended: Vec<Label<'m>>,
}

/// The failure of one text among many.
#[derive(Serialize)]
struct Failed {
    error: Problem,
}

impl BareTask {
    /// The model and options that answer, where the call leaves them open.
    fn classifier<'a>(self, api: &'a Api, options: &Options) -> Result<Classifier<'a>, Error> {
        match self {
            Self::Hashtags => api.classifier(&options.or_else(5, true)),
            Self::Classify => api.classifier(&options.or_else(1, false)),
        }
    }

    /// Appends the JSON of one text's answer; nothing is appended where there is none.
    fn write_answer(self, out: &mut Vec<u8>, classifier: &Classifier<'_>, text: &str) -> Result<(), Error> {
        let labels = classifier.classify(text)?.into_iter().map(Label::from).collect();
        match self {
            Self::Hashtags => {
                let already_used = spanlet_text::hashtags(text).into_iter().map(|tag| &tag[1..]).collect();
                write_json(out, &Hashtags { already_used, recommended: labels });
            }
            Self::Classify => write_json(out, &Labels { labels }),
        }
        Ok(())
    }
}

/// JSON that answers a call, and what it cost.
pub(crate) struct Answer {
    /// The answer, or for a single text why there is none.
    pub(crate) json: Result<Vec<u8>, Error>,
    pub(crate) usage: Usage,
}

impl Answer {
    /// Answers every text by itself.
    ///
    /// # Errors
    /// When no text could be answered, because the model or an option is wrong, or the answer grows too large.
    pub(crate) fn new(
        api: &Api,
        task: BareTask,
        texts: &Texts<'_>,
        options: &Options,
        form: ListForm,
    ) -> Result<Self, Error> {
        let classifier = task.classifier(api, options)?;
        let mut usage = empty_usage(classifier.name);
        let mut out = Vec::new();
        let json = match texts {
            Texts::One(text) => {
                let checked = count(&mut usage, text, &api.settings).map_err(|error| error.at("text"));
                let written = checked.and_then(|()| task.write_answer(&mut out, &classifier, text));
                usage.failed = u32::from(written.is_err());
                written.map(|()| out)
            }
            Texts::Many { items, place } => {
                out.extend_from_slice(form.opening());
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    let written = checked_text(&mut usage, item, &api.settings)
                        .and_then(|text| task.write_answer(&mut out, &classifier, text));
                    if let Err(error) = written {
                        usage.failed += 1;
                        write_json(&mut out, &Failed { error: error.at(format!("{place}/{index}")).into() });
                    }
                    check_answer_size(out.len())?;
                }
                out.extend_from_slice(form.closing());
                Ok(out)
            }
        };
        Ok(Self { json, usage })
    }

    /// The answer to a request.
    pub(crate) fn into_response(self) -> Response {
        let response = match self.json {
            Ok(json) => Response::json(json),
            Err(error) => Problem::from(error).into_response(),
        };
        let mut response = response.with_header("spanlet-model", &self.usage.model);
        response.usage.push(self.usage);
        response
    }
}

impl ListForm {
    fn opening(self) -> &'static [u8] {
        match self {
            Self::Results => br#"{"results":["#,
            Self::Bare => b"[",
        }
    }

    fn closing(self) -> &'static [u8] {
        match self {
            Self::Results => b"]}",
            Self::Bare => b"]",
        }
    }
}

/// Nothing asked of a model yet.
pub(crate) fn empty_usage(model: &str) -> Usage {
    Usage { model: model.to_owned(), task: Task::Classify, texts: 0, code_points: 0, failed: 0 }
}

/// Counts one text and refuses it where it is too long.
pub(crate) fn count(usage: &mut Usage, text: &str, settings: &Settings) -> Result<(), Error> {
    let code_points = text.chars().count();
    usage.texts += 1;
    usage.code_points = usage.code_points.saturating_add(u32::try_from(code_points).unwrap_or(u32::MAX));
    if code_points <= settings.max_text_chars {
        return Ok(());
    }
    let message = format!("expected at most {} code points, found {code_points}", settings.max_text_chars);
    Err(Error::new(codes::TEXT_TOO_LONG, message))
}

fn checked_text<'i>(usage: &mut Usage, item: &'i Item<'_>, settings: &Settings) -> Result<&'i str, Error> {
    match item {
        Item::Text(text) => count(usage, text, settings).map(|()| text.as_ref()),
        Item::Other(kind) => {
            usage.texts += 1;
            Err(Error::new(codes::TEXT_WRONG_TYPE, format!("expected a string, found {kind}")))
        }
    }
}

fn write_json(out: &mut Vec<u8>, value: &impl Serialize) {
    serde_json::to_writer(out, value).expect("these types are always JSON and memory takes any write");
}

//! Answers for one text or many, as JSON, JSON Lines or CSV, with what they cost.

use serde::Serialize;
use spanlet_text::OffsetUnit;

use crate::api::Api;
use crate::call::{Options, Texts};
use crate::codes;
use crate::engine::Task;
use crate::error::Error;
use crate::exchange::{Response, Usage};
use crate::media::Form;
use crate::payload::{Item, Place};
use crate::problem::Problem;
use crate::question::{Asked, Question, write_json};
use crate::settings::Settings;
use crate::typed::check_answer_size;

/// The failure of one text among many.
#[derive(Serialize)]
struct Failed {
    error: Problem,
}

/// What answers a call, and what it cost.
pub(crate) struct Answer {
    /// The answer, or for a single text why there is none.
    pub(crate) body: Result<Vec<u8>, Error>,
    pub(crate) content_type: &'static str,
    /// What offsets in it count, where it has any.
    pub(crate) offsets: Option<&'static str>,
    pub(crate) usage: Usage,
}

impl Answer {
    /// Answers every text by itself.
    ///
    /// A single text is answered by its JSON alone, unless `form` is one of rows or lines.
    ///
    /// # Errors
    /// When no text could be answered, because the model or an option is wrong, or the answer grows too large.
    pub(crate) fn new(
        api: &Api,
        question: Question,
        texts: &Texts<'_>,
        options: &Options,
        form: Form,
    ) -> Result<Self, Error> {
        let asked = question.ask(api, options)?;
        let mut writer = Writer {
            settings: &api.settings,
            asked: &asked,
            usage: empty_usage(asked.model(), question.task()),
            form,
            out: Vec::new(),
        };
        let written = match texts {
            Texts::One(text) => writer.one(text),
            Texts::Many { items, place } => writer.many(items, *place).map(Ok)?,
        };
        let Writer { usage, out, .. } = writer;
        let offsets = asked.offsets().map(OffsetUnit::name);
        Ok(Self { body: written.map(|()| out), content_type: form.content_type(), offsets, usage })
    }

    /// The answer to a request.
    pub(crate) fn into_response(self, api: &Api) -> Response {
        let mut response = match self.body {
            Ok(body) => Response::of_type(self.content_type, body),
            Err(error) => Problem::from(error).into_response(),
        };
        response = response.with_header("spanlet-model", &api.registry.stamp(&self.usage.model));
        if let Some(offsets) = self.offsets {
            response = response.with_header("spanlet-offsets", offsets);
        }
        response.usage.push(self.usage);
        response
    }
}

/// Writes answers one after another.
struct Writer<'a> {
    settings: &'a Settings,
    asked: &'a Asked<'a>,
    usage: Usage,
    form: Form,
    out: Vec<u8>,
}

impl Writer<'_> {
    /// One text. The outer call fails where it has no answer.
    fn one(&mut self, text: &str) -> Result<(), Error> {
        let is_bounded = matches!(self.form, Form::Lines | Form::Csv { .. });
        if is_bounded {
            self.open();
        }
        let written = count(&mut self.usage, text, self.settings).map_err(|error| error.at("text")).and_then(|()| {
            let mut json = Vec::new();
            self.asked.write_answer(&mut json, text)?;
            match is_bounded {
                true => self.push(Some(text), &json),
                false if self.asked.is_listed_alone() => self.out = [b"[", json.as_slice(), b"]"].concat(),
                false => self.out = json,
            }
            check_answer_size(self.out.len())
        });
        self.usage.failed = u32::from(written.is_err());
        written
    }

    /// A list; an item without an answer has its error in its place.
    fn many(&mut self, items: &[Item<'_>], place: Place) -> Result<(), Error> {
        self.open();
        let mut json = Vec::new();
        for (index, item) in items.iter().enumerate() {
            if index > 0 && matches!(self.form, Form::Results | Form::Bare) {
                self.out.push(b',');
            }
            json.clear();
            let text = checked_text(&mut self.usage, item, self.settings);
            let source = text.as_ref().ok().copied();
            if let Err(error) = text.and_then(|text| self.asked.write_answer(&mut json, text)) {
                self.usage.failed += 1;
                json.clear();
                write_json(&mut json, &Failed { error: placed(error, place.of(index)).into() });
            }
            self.push(source, &json);
            check_answer_size(self.out.len())?;
        }
        self.out.extend_from_slice(match self.form {
            Form::Results => b"]}",
            Form::Bare => b"]",
            Form::Lines | Form::Csv { .. } => b"",
        });
        Ok(())
    }

    fn open(&mut self) {
        self.out.extend_from_slice(match self.form {
            Form::Results => br#"{"results":["#,
            Form::Bare => b"[",
            Form::Csv { source: true, header: true } => b"source,prediction\r\n",
            Form::Csv { source: false, header: true } => b"prediction\r\n",
            Form::Lines | Form::Csv { header: false, .. } => b"",
        });
    }

    /// One answer of a list; a text that could not be read is an empty source.
    fn push(&mut self, source: Option<&str>, json: &[u8]) {
        match self.form {
            Form::Results | Form::Bare => self.out.extend_from_slice(json),
            Form::Lines => {
                self.out.extend_from_slice(json);
                self.out.push(b'\n');
            }
            Form::Csv { source: has_source, .. } => {
                if has_source {
                    write_field(&mut self.out, source.unwrap_or_default().as_bytes());
                    self.out.push(b',');
                }
                write_field(&mut self.out, json);
                self.out.extend_from_slice(b"\r\n");
            }
        }
    }
}

/// A field of CSV, in quotes where it must be.
fn write_field(out: &mut Vec<u8>, field: &[u8]) {
    if !field.iter().any(|byte| b"\",\r\n".contains(byte)) {
        return out.extend_from_slice(field);
    }
    out.push(b'"');
    for &byte in field {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

/// An error of one item, with its place before any that the error has of its own.
fn placed(error: Error, item: String) -> Error {
    let place = match &error.place {
        Some(within) => format!("{item}, {within}"),
        None => item,
    };
    error.at(place)
}

/// Nothing asked of a model yet.
pub(crate) fn empty_usage(model: &str, task: Task) -> Usage {
    Usage { model: model.to_owned(), task, texts: 0, code_points: 0, failed: 0 }
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
    let error = match item {
        Item::Text(text) => return count(usage, text, settings).map(|()| text.as_ref()),
        Item::Other(kind) => Error::new(codes::TEXT_WRONG_TYPE, format!("expected a string, found {kind}")),
        Item::Faulty(error) => error.clone(),
    };
    usage.texts += 1;
    Err(error)
}

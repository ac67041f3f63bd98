//! `inputs`: what clients of Hugging Face's hosted inference send to `/`.
//!
//! One text or a list, with the options in `parameters`: `aggregation_strategy`, `ignore_labels` and `stride` for entities,
//! `top_k` and `function_to_apply` for labels, `normalize` for vectors. What the model does decides which of them it is,
//! since there a URL has one model: entities, else labels, else a vector, unless the setting `bare_task` says `entities`,
//! `classify` or `embed`. A parameter that the answer has no use for is refused, as that service does. `options`
//! (`wait_for_model`, `use_cache`) is about that service's machines and is ignored, as are other fields.
//!
//! What a request leaves open is as it is there: entities are aggregated by `simple`, and all labels are listed, of a
//! fastText model five.
//!
//! Source: `huggingface_hub` 2.4, `inference/_client.py`; huggingface/api-inference-community,
//! `api_inference_community/routes.py` and `docker_images/fasttext/app/pipelines/text_classification.py`.

use crate::answer::Answer;
use crate::api::Api;
use crate::call::{Options, Texts};
use crate::codes;
use crate::engine::{Aggregation, EntityOptions, Family, Task};
use crate::error::Error;
use crate::media::Form;
use crate::payload::{Fields, Name, Value};
use crate::question::Question;

/// The most labels of a fastText model, unless `top_k` says how many.
const FASTTEXT_LABELS: u32 = 5;

/// Answers `inputs`, with the options that stand beside it.
pub(crate) fn answer(
    api: &Api,
    inputs: Value<'_>,
    parameters: Option<Value<'_>>,
    options: Options,
    form: Form,
) -> Result<Answer, Error> {
    let question = question(api, options.model.as_deref())?;
    let texts = Texts::from_field(Name::Inputs, Some(inputs), &api.settings)?;
    let has_parameters = parameters.is_some();
    let options = with_parameters(options, question, parameters)?;
    let options = with_defaults(api, question, options)?;
    Answer::new(api, question, &texts, &options, form).map_err(|error| match has_parameters {
        true => of_parameter(error),
        false => error,
    })
}

/// What the model is asked for: what the settings say and it can do, else the first that it can.
fn question(api: &Api, model: Option<&str>) -> Result<Question, Error> {
    let named = model.map(|name| api.registry.get(name)).transpose()?;
    let can = |question: &Question| match named {
        Some((_, loaded)) => loaded.has(question.task()),
        None => api.registry.has_task(question.task()),
    };
    let stated = match api.settings.bare_task {
        Some(Question::Entities) => Some(Question::HuggingFaceEntities),
        Some(Question::Classify) => Some(Question::HuggingFaceLabels),
        Some(Question::Embed) => Some(Question::HuggingFaceVector),
        _ => None,
    };
    let all = [Question::HuggingFaceEntities, Question::HuggingFaceLabels, Question::HuggingFaceVector];
    stated.into_iter().chain(all).find(can).ok_or_else(|| {
        let message = "expected something that this build answers, found Hugging Face's inference protocol and no model \
                       with entities, labels or vectors";
        Error::new(codes::ROUTE_UNSUPPORTED, message).at("inputs")
    })
}

/// The parameters that go with a question.
fn names(question: Question) -> &'static [Name] {
    match question.task() {
        Task::Classify => &[Name::TopK, Name::FunctionToApply],
        Task::Embed => &[Name::Normalize],
        _ => &[Name::AggregationStrategy, Name::IgnoreLabels, Name::Stride],
    }
}

/// The options, changed by the parameters.
fn with_parameters(mut options: Options, question: Question, parameters: Option<Value<'_>>) -> Result<Options, Error> {
    let mut fields = match parameters {
        None => Fields::default(),
        Some(Value::Object(fields)) => fields,
        Some(other) => {
            let message = format!("expected an object, found {}", other.kind());
            return Err(Error::new(codes::FIELD_WRONG_TYPE, message).at(Name::Parameters.spelling()));
        }
    };
    fields.check_names(names(question)).and_then(|()| options.update(&mut fields)).map_err(in_parameters)?;
    Ok(options)
}

/// The options, with what the service does where a request leaves it open.
fn with_defaults(api: &Api, question: Question, options: Options) -> Result<Options, Error> {
    let (name, model) = api.registry.resolve(question.task(), options.model.as_deref())?;
    Ok(match question {
        Question::HuggingFaceEntities => {
            let simple = Some(Aggregation::Simple);
            let is_simple = model.check_entities(&EntityOptions { aggregation: simple, ..EntityOptions::default() });
            Options { aggregation: options.aggregation.or(simple.filter(|_| is_simple.is_ok())), ..options }
        }
        Question::HuggingFaceLabels => {
            let is_fasttext = api.registry.get(name)?.1.family == Family::Fasttext;
            let labels = if is_fasttext { FASTTEXT_LABELS } else { u32::MAX };
            Options { k: options.k.or(Some(labels)), ..options }
        }
        _ => options,
    })
}

/// The error with its place, a field of the parameters, in the request.
fn in_parameters(error: Error) -> Error {
    let place = error.place.as_deref().map(|field| format!("/parameters/{field}"));
    Error { place, ..error }
}

/// The error, whose place is an option, with the place of the parameter that set it.
fn of_parameter(error: Error) -> Error {
    let name = match error.place.as_deref() {
        Some("aggregation") => Name::AggregationStrategy,
        Some("ignore_labels") => Name::IgnoreLabels,
        Some("stride") => Name::Stride,
        Some("k") => Name::TopK,
        Some("function") => Name::FunctionToApply,
        _ => return error,
    };
    in_parameters(error.at(name.spelling()))
}

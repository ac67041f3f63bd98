//! The API's types to the contract's, and back.

mod document;

use spanlet_api::{self as api, ErrorKind};
use spanlet_text::OffsetUnit;

use super::bindings::exports::spanlet::nlp::{http, nlp, types};

pub(super) fn analyze_options(options: &nlp::AnalyzeOptions) -> api::AnalyzeOptions<'_> {
    api::AnalyzeOptions {
        model: options.model.as_deref(),
        offsets: options.offsets.into(),
        layers: options.layers.into(),
        entities: api::EntityOptions {
            aggregation: options.aggregation.map(Into::into),
            ignore_labels: options.ignore_labels.as_deref(),
            stride: options.stride.map(|stride| stride as usize),
        },
    }
}

pub(super) fn classify_options(options: &nlp::ClassifyOptions) -> api::ClassifyOptions<'_> {
    api::ClassifyOptions {
        model: options.model.as_deref(),
        k: options.k,
        threshold: options.threshold,
        clean: options.clean,
        function: options.function.map(Into::into),
    }
}

pub(super) fn embed_options(options: &nlp::EmbedOptions) -> api::EmbedOptions<'_> {
    api::EmbedOptions { model: options.model.as_deref(), normalize: options.normalize }
}

pub(super) fn labels(answer: Result<Vec<api::Scored<'_>>, api::Error>) -> Result<Vec<types::Scored>, types::Error> {
    let labels = answer?.into_iter();
    Ok(labels.map(|scored| types::Scored { label: scored.label.to_owned(), score: scored.score }).collect())
}

impl From<types::OffsetUnit> for OffsetUnit {
    fn from(unit: types::OffsetUnit) -> Self {
        match unit {
            types::OffsetUnit::CodePoint => Self::CodePoint,
            types::OffsetUnit::Utf16 => Self::Utf16,
            types::OffsetUnit::Utf8 => Self::Utf8,
        }
    }
}

impl From<OffsetUnit> for types::OffsetUnit {
    fn from(unit: OffsetUnit) -> Self {
        match unit {
            OffsetUnit::CodePoint => Self::CodePoint,
            OffsetUnit::Utf16 => Self::Utf16,
            OffsetUnit::Utf8 => Self::Utf8,
        }
    }
}

impl From<nlp::Aggregation> for api::Aggregation {
    fn from(aggregation: nlp::Aggregation) -> Self {
        match aggregation {
            nlp::Aggregation::None => Self::None,
            nlp::Aggregation::Simple => Self::Simple,
            nlp::Aggregation::First => Self::First,
            nlp::Aggregation::Average => Self::Average,
            nlp::Aggregation::Max => Self::Max,
        }
    }
}

impl From<nlp::Function> for api::Function {
    fn from(function: nlp::Function) -> Self {
        match function {
            nlp::Function::Sigmoid => Self::Sigmoid,
            nlp::Function::Softmax => Self::Softmax,
            nlp::Function::None => Self::None,
        }
    }
}

impl From<nlp::Layers> for api::Layers {
    fn from(layers: nlp::Layers) -> Self {
        let has = |flag: nlp::Layers| layers.bits() & flag.bits() != 0;
        Self {
            tokens: has(nlp::Layers::TOKENS),
            sents: has(nlp::Layers::SENTS),
            ents: has(nlp::Layers::ENTS),
            noun_chunks: has(nlp::Layers::NOUN_CHUNKS),
            spans: has(nlp::Layers::SPANS),
            cats: has(nlp::Layers::CATS),
            vector: has(nlp::Layers::VECTOR),
        }
    }
}

impl From<api::Task> for types::Task {
    fn from(task: api::Task) -> Self {
        match task {
            api::Task::Analyze => Self::Analyze,
            api::Task::Entities => Self::Entities,
            api::Task::Keyphrases => Self::Keyphrases,
            api::Task::Classify => Self::Classify,
            api::Task::Embed => Self::Embed,
        }
    }
}

impl From<api::Family> for types::Family {
    fn from(family: api::Family) -> Self {
        match family {
            api::Family::Fasttext => Self::Fasttext,
            api::Family::Spacy => Self::Spacy,
            api::Family::Transformer => Self::Transformer,
        }
    }
}

impl From<api::Error> for types::Error {
    fn from(error: api::Error) -> Self {
        let kind = match error.code.kind {
            ErrorKind::InvalidArgument => types::ErrorKind::InvalidArgument,
            ErrorKind::UnknownModel => types::ErrorKind::UnknownModel,
            ErrorKind::WrongTask => types::ErrorKind::WrongTask,
            ErrorKind::Unsupported => types::ErrorKind::Unsupported,
            ErrorKind::BadModel => types::ErrorKind::BadModel,
            ErrorKind::TooLarge => types::ErrorKind::TooLarge,
            ErrorKind::Conflict => types::ErrorKind::Conflict,
        };
        Self { kind, code: error.code.name.to_owned(), place: error.place, message: error.message }
    }
}

impl From<api::Description> for types::Description {
    fn from(description: api::Description) -> Self {
        Self {
            name: description.name,
            family: description.family.into(),
            tasks: description.tasks.into_iter().map(Into::into).collect(),
            default_for: description.default_for.into_iter().map(Into::into).collect(),
            labels: description.labels,
            language: description.language,
            version: description.version,
            parts_sha256: description.parts_sha256,
            memory_bytes: u32::try_from(description.memory_bytes).unwrap_or(u32::MAX),
            metadata_json: serde_json::Value::Object(description.metadata).to_string(),
        }
    }
}

impl From<http::Request> for api::Request {
    fn from(request: http::Request) -> Self {
        let field = |field: http::Field| api::Field { name: field.name, value: field.value };
        Self {
            method: request.method,
            path: request.path,
            query: request.query,
            headers: request.headers.into_iter().map(field).collect(),
            body: request.body,
        }
    }
}

impl From<api::Response> for http::Response {
    fn from(response: api::Response) -> Self {
        let field = |field: api::Field| http::Field { name: field.name, value: field.value };
        Self {
            status: response.status,
            headers: response.headers.into_iter().map(field).collect(),
            body: response.body,
            usage: response.usage.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<api::Usage> for http::Usage {
    fn from(usage: api::Usage) -> Self {
        Self {
            model: usage.model,
            task: usage.task.name().to_owned(),
            texts: usage.texts,
            code_points: usage.code_points,
            failed: usage.failed,
        }
    }
}

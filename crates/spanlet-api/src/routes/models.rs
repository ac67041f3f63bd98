//! `GET /v1/models`: what is loaded; `GET /v1/models/{name}`: one of them with all its labels.

use serde::Serialize;

use crate::api::Api;
use crate::engine::Task;
use crate::error::Error;
use crate::exchange::Response;
use crate::registry::Description;

/// A model as JSON has it, fields in this order.
#[derive(Serialize)]
struct Model<'d> {
    name: &'d str,
    family: &'static str,
    tasks: Vec<&'static str>,
    default_for: Vec<&'static str>,
    label_count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<&'d [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'d str>,
    parts_sha256: &'d str,
    memory_bytes: u64,
    metadata: &'d serde_json::Map<String, serde_json::Value>,
}

#[derive(Serialize)]
struct Models<'d> {
    models: Vec<Model<'d>>,
}

/// Every model, by name, with the number of its labels.
pub(crate) fn list(api: &Api) -> Response {
    let descriptions = api.list();
    let models = descriptions.iter().map(|description| model(description, None)).collect();
    json(&Models { models })
}

/// One model, labels included.
pub(crate) fn one(api: &Api, name: &str) -> Result<Response, Error> {
    let description = api.registry.description(name)?;
    Ok(json(&model(&description, Some(&description.labels))))
}

fn model<'d>(description: &'d Description, labels: Option<&'d [String]>) -> Model<'d> {
    let names = |tasks: &[Task]| tasks.iter().map(|task| task.name()).collect();
    Model {
        name: &description.name,
        family: description.family.name(),
        tasks: names(&description.tasks),
        default_for: names(&description.default_for),
        label_count: description.labels.len(),
        labels,
        language: description.language.as_deref(),
        version: description.version.as_deref(),
        parts_sha256: &description.parts_sha256,
        memory_bytes: description.memory_bytes,
        metadata: &description.metadata,
    }
}

fn json(value: &impl Serialize) -> Response {
    Response::json(serde_json::to_vec(value).expect("these types are always JSON"))
}

//! `GET /v1/models`: what is loaded; `GET /v1/models/{name}`: one of them with all its labels.

use serde::Serialize;

use crate::api::Api;
use crate::engine::Task;
use crate::error::Error;
use crate::exchange::Response;
use crate::receipt::Receipt;
use crate::registry::{Loaded, stated};
use crate::typed::check_answer_size;

/// A model as JSON has it, fields in this order.
#[derive(Serialize)]
struct Model<'m> {
    name: &'m str,
    family: &'static str,
    tasks: Vec<&'static str>,
    default_for: Vec<&'static str>,
    label_count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<Vec<&'m str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    parts_sha256: &'m str,
    memory_bytes: u64,
    metadata: serde_json::Map<String, serde_json::Value>,
}

#[derive(Serialize)]
struct Models<'m> {
    models: Vec<Model<'m>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<&'m Receipt>,
}

/// Every model, by name, with the number of its labels; and what the component was baked from.
pub(crate) fn list(api: &Api) -> Result<Response, Error> {
    let models = api.registry.iter().map(|(name, loaded)| model(name, loaded, None)).collect();
    json(&Models { models, receipt: api.settings.receipt.as_ref() })
}

/// One model, labels included.
pub(crate) fn one(api: &Api, name: &str) -> Result<Response, Error> {
    let (name, loaded) = api.registry.get(name)?;
    let labels = loaded.model.labels();
    check_answer_size(labels.iter().map(|label| label.len()).sum())?;
    json(&model(name, loaded, Some(labels)))
}

fn model<'m>(name: &'m str, loaded: &'m Loaded, labels: Option<Vec<&'m str>>) -> Model<'m> {
    let names = |tasks: &[Task]| tasks.iter().map(|task| task.name()).collect();
    let metadata = loaded.model.metadata();
    Model {
        name,
        family: loaded.family.name(),
        tasks: names(loaded.model.tasks()),
        default_for: names(&loaded.default_for),
        label_count: loaded.model.label_count(),
        labels,
        language: stated(&metadata, "language").map(str::to_owned),
        version: stated(&metadata, "version").map(str::to_owned),
        parts_sha256: &loaded.parts_sha256,
        memory_bytes: loaded.model.memory_bytes() as u64,
        metadata,
    }
}

fn json(value: &impl Serialize) -> Result<Response, Error> {
    let json = serde_json::to_vec(value).expect("these types are always JSON");
    check_answer_size(json.len())?;
    Ok(Response::json(json))
}

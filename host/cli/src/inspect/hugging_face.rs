//! What Hugging Face's `transformers` wrote, as a folder or an archive of one: an export is run, weights alone are not.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use spanlet_archive::{Limits, Parts, is_archive};
use spanlet_runtime::ModelFiles;

use super::{
    report::{About, Details, Report},
    text::{Page, first_labels},
};

const CONFIG: &str = "config.json";
const TOKENIZER: &str = "tokenizer.json";
const CARD: &str = "README.md";
/// How graphs end, which the engine runs.
const GRAPH: &str = ".onnx";
/// The endings of files that hold weights.
const WEIGHTS: [&str; 5] = [GRAPH, ".safetensors", ".bin", ".pt", ".h5"];

/// What a folder says in its `config.json`, and what lies beside it.
#[derive(Debug, Serialize)]
pub(crate) struct HuggingFace {
    #[serde(skip_serializing_if = "Option::is_none")]
    model_type: Option<String>,
    architectures: Vec<String>,
    /// Whether there is a `tokenizer.json`, the form of tokenizer that needs no Python.
    tokenizer: bool,
    /// The files that hold weights.
    weights: Vec<String>,
    labels: Vec<String>,
}

/// The fields of `config.json` that tell what a model is.
#[derive(Deserialize)]
struct Config {
    model_type: Option<String>,
    #[serde(default)]
    architectures: Option<Vec<String>>,
    #[serde(default)]
    id2label: BTreeMap<String, Value>,
}

/// The files of a folder that are read here, and the names of all.
struct Folder {
    names: Vec<String>,
    config: Vec<u8>,
    card: String,
}

/// The report on such a folder; `None` for anything else.
///
/// # Errors
/// When a file cannot be read.
pub(super) fn report(shown: &str, files: &ModelFiles) -> anyhow::Result<Option<Report>> {
    let Some(folder) = Folder::of(files)? else { return Ok(None) };
    if folder.names.iter().any(|name| name.ends_with("config.cfg")) {
        return Ok(None);
    }
    let Ok(config) = serde_json::from_slice::<Config>(&folder.config) else { return Ok(None) };
    if config.model_type.is_none() && config.architectures.is_none() {
        return Ok(None);
    }
    let stated = |key| front_matter(&folder.card, key).map(str::to_owned);
    let about = About { license: stated("license"), language: stated("language"), ..About::default() };
    let found = HuggingFace::of(config, &folder.names);
    let mut report = Report {
        model: shown.to_owned(),
        family: "transformer",
        about,
        size_bytes: files.size_bytes(),
        ..Report::default()
    };
    if !found.weights.iter().any(|name| name.ends_with(GRAPH)) {
        report.push_problem(found.lacks_graph(), true);
    }
    report.details = Some(Details::Transformer(found));
    Ok(Some(report))
}

impl Folder {
    /// `None` where there is no `config.json`, or an archive is damaged: of that the loader has more to say.
    fn of(files: &ModelFiles) -> anyhow::Result<Option<Self>> {
        let names: Vec<&str> = files.parts().collect();
        if let [name] = names.as_slice() {
            let Some(bytes) = files.read(name)?.filter(|bytes| is_archive(bytes)) else { return Ok(None) };
            return Ok(Self::of_archive(name, bytes));
        }
        let Some(config) = files.read(CONFIG)? else { return Ok(None) };
        let card = text(files.read(CARD)?);
        Ok(Some(Self { names: names.into_iter().map(str::to_owned).collect(), config, card }))
    }

    fn of_archive(name: &str, bytes: Vec<u8>) -> Option<Self> {
        let mut parts = Parts::from_files(vec![(name.to_owned(), bytes)], &Limits::default()).ok()?;
        // Often one folder stands around all files.
        let folder =
            parts.names().find_map(|name| name.strip_suffix(CONFIG).filter(|rest| is_folder(rest)))?.to_owned();
        let names = parts.names().map(|name| name.strip_prefix(&folder).unwrap_or(name).to_owned()).collect();
        let config = parts.take(&format!("{folder}{CONFIG}"))?;
        let card = text(parts.take(&format!("{folder}{CARD}")));
        Some(Self { names, config, card })
    }
}

/// Whether it is the path of no folder or of one in none.
fn is_folder(path: &str) -> bool {
    path.strip_suffix('/').map_or(path.is_empty(), |name| !name.contains('/'))
}

fn text(bytes: Option<Vec<u8>>) -> String {
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

impl HuggingFace {
    fn of(config: Config, names: &[String]) -> Self {
        let mut labels: Vec<(usize, String)> = config
            .id2label
            .into_iter()
            .filter_map(|(id, label)| Some((id.parse().ok()?, label.as_str()?.to_owned())))
            .collect();
        labels.sort();
        let is_weights = |name: &&String| WEIGHTS.iter().any(|ending| name.ends_with(ending));
        Self {
            model_type: config.model_type,
            architectures: config.architectures.unwrap_or_default(),
            tokenizer: names.iter().any(|name| name == TOKENIZER),
            weights: names.iter().filter(is_weights).cloned().collect(),
            labels: labels.into_iter().map(|(_, label)| label).collect(),
        }
    }

    /// What the model is and what it lacks, in one sentence.
    fn lacks_graph(&self) -> String {
        let model_type = self.model_type.as_deref().unwrap_or("unknown type");
        let architecture = self.architectures.first().map(|name| format!(" ({name})")).unwrap_or_default();
        format!(
            "a Hugging Face model of type {model_type}{architecture} without an ONNX graph, which `optimum-cli export onnx` writes"
        )
    }

    pub(super) fn label_count(&self) -> usize {
        self.labels.len()
    }

    pub(super) fn print(&self, page: &mut Page, all_labels: bool) {
        page.optional("type", self.model_type.as_ref());
        page.field("architecture", shown(&self.architectures));
        page.field("tokenizer", if self.tokenizer { TOKENIZER } else { "no tokenizer.json" });
        page.field("weights", shown(&self.weights));
        page.field("labels", first_labels(&self.labels, all_labels));
    }
}

fn shown(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// A text in the front matter of a card: lines between two lines of three hyphens.
fn front_matter<'c>(card: &'c str, key: &str) -> Option<&'c str> {
    let lines = card.strip_prefix("---")?.lines().skip(1).take_while(|line| line.trim_end() != "---");
    let value = lines.filter_map(|line| line.split_once(':')).find(|(found, _)| *found == key)?.1;
    Some(value.trim().trim_matches(['"', '\''])).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::front_matter;

    #[test]
    fn a_card_states_its_licence_between_two_lines() {
        let card = "---\nlanguage: en\nlicense: \"apache-2.0\"\ntags:\n- ner\n---\n# Card\nauthor: x\n";
        assert_eq!(front_matter(card, "license"), Some("apache-2.0"));
        assert_eq!(front_matter(card, "tags"), None, "a list is none");
        assert_eq!(front_matter(card, "author"), None, "the text of a card is none");
        assert_eq!(front_matter("license: mit\n", "license"), None);
    }
}

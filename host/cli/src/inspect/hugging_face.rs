//! A folder that Hugging Face's `transformers` wrote: recognised, and not run by this version.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use spanlet_runtime::ModelFiles;

use super::{
    report::{About, Details, Report},
    text::{Page, first_labels},
};

const CONFIG: &str = "config.json";
const TOKENIZER: &str = "tokenizer.json";
const CARD: &str = "README.md";
/// The endings of files that hold weights.
const WEIGHTS: [&str; 5] = [".onnx", ".safetensors", ".bin", ".pt", ".h5"];

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

/// The report on such a folder; `None` for anything else.
///
/// # Errors
/// When a file cannot be read.
pub(super) fn report(shown: &str, files: &ModelFiles) -> anyhow::Result<Option<Report>> {
    if files.parts().any(|name| name.ends_with("config.cfg")) {
        return Ok(None);
    }
    let Some(config) = files.read(CONFIG)?.and_then(|bytes| serde_json::from_slice::<Config>(&bytes).ok()) else {
        return Ok(None);
    };
    if config.model_type.is_none() && config.architectures.is_none() {
        return Ok(None);
    }
    let card = files.read(CARD)?.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let stated = |key| front_matter(&card, key).map(str::to_owned);
    let about = About { license: stated("license"), language: stated("language"), ..About::default() };
    let found = HuggingFace::of(config, files);
    let mut report = Report {
        model: shown.to_owned(),
        family: "transformer",
        about,
        size_bytes: files.size_bytes(),
        ..Report::default()
    };
    report.push_problem(found.reason(), true);
    report.details = Some(Details::Transformer(found));
    Ok(Some(report))
}

impl HuggingFace {
    fn of(config: Config, files: &ModelFiles) -> Self {
        let mut labels: Vec<(usize, String)> = config
            .id2label
            .into_iter()
            .filter_map(|(id, label)| Some((id.parse().ok()?, label.as_str()?.to_owned())))
            .collect();
        labels.sort();
        let is_weights = |name: &&str| WEIGHTS.iter().any(|ending| name.ends_with(ending));
        Self {
            model_type: config.model_type,
            architectures: config.architectures.unwrap_or_default(),
            tokenizer: files.parts().any(|name| name == TOKENIZER),
            weights: files.parts().filter(is_weights).map(str::to_owned).collect(),
            labels: labels.into_iter().map(|(_, label)| label).collect(),
        }
    }

    /// What the model is and what would be needed, in one sentence.
    fn reason(&self) -> String {
        let model_type = self.model_type.as_deref().unwrap_or("unknown type");
        let architecture = self.architectures.first().map(|name| format!(" ({name})")).unwrap_or_default();
        format!(
            "a Hugging Face model of type {model_type}{architecture}: this version has no engine for such models, only \
             for fastText and spaCy"
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

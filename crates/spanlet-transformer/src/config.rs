//! What the JSON files of an export say: `config.json`, `tokenizer_config.json` and `special_tokens_map.json`.
//!
//! Source: transformers 4.57, `configuration_utils.py` and `tokenization_utils_base.py`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::load_error::LoadError;
use crate::text_classification::Function;

pub(crate) const CONFIG: &str = "config.json";
pub(crate) const TOKENIZER_CONFIG: &str = "tokenizer_config.json";
pub(crate) const SPECIAL_TOKENS: &str = "special_tokens_map.json";

/// What transformers writes as `model_max_length` where there is no limit.
const NO_LIMIT: f64 = 1e30;
/// The most labels of a model, as many as any vocabulary has pieces.
const MAX_LABELS: usize = 1 << 20;
/// Model types whose positions begin behind that of the padding piece.
const PADDED_POSITIONS: [&str; 4] = ["roberta", "xlm-roberta", "camembert", "mpnet"];

/// What a model was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A label for every piece.
    TokenClassification,
    /// Labels of a whole text.
    TextClassification,
    /// No head: a row of numbers for every piece.
    Features,
}

/// What `config.json` says.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) kind: Kind,
    /// By class; none where there is no head.
    pub(crate) labels: Vec<String>,
    /// What makes scores of a text's logits unless a caller says.
    pub(crate) function: Function,
    pub(crate) model_type: String,
    /// The most pieces that the model has positions for, as far as is said.
    pub(crate) max_pieces: Option<usize>,
}

/// What `tokenizer_config.json` says, with `special_tokens_map.json` for what it leaves out.
#[derive(Clone, Debug, Default)]
pub(crate) struct TokenizerConfig {
    pub(crate) unknown_token: Option<String>,
    /// The most pieces of one window, those around it included.
    pub(crate) max_pieces: Option<usize>,
}

#[derive(Deserialize)]
struct ConfigFile {
    #[serde(default)]
    architectures: Option<Vec<String>>,
    #[serde(default)]
    model_type: Option<String>,
    #[serde(default)]
    id2label: Option<BTreeMap<String, String>>,
    #[serde(default)]
    num_labels: Option<usize>,
    #[serde(default)]
    problem_type: Option<String>,
    #[serde(default)]
    max_position_embeddings: Option<i64>,
    #[serde(default)]
    pad_token_id: Option<i64>,
}

impl Config {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, LoadError> {
        let file: ConfigFile = parse(CONFIG, bytes)?;
        let kind = kind(&file)?;
        let labels = match kind {
            Kind::Features => Vec::new(),
            Kind::TokenClassification | Kind::TextClassification => match file.id2label {
                Some(by_number) => labels(by_number)?,
                None => numbered_labels(file.num_labels)?,
            },
        };
        let function = Function::of_problem(file.problem_type.as_deref(), labels.len()).ok_or_else(|| {
            let found = file.problem_type.unwrap_or_default();
            LoadError::damaged(CONFIG, format!("problem_type: expected a kind of classification, found {found:?}"))
        })?;
        let model_type = file.model_type.unwrap_or_default();
        let before_first = match PADDED_POSITIONS.contains(&model_type.as_str()) {
            true => file.pad_token_id.unwrap_or(1).saturating_add(1),
            false => 0,
        };
        let max_pieces =
            file.max_position_embeddings.and_then(|most| usize::try_from(most.saturating_sub(before_first)).ok());
        Ok(Self { kind, labels, function, model_type, max_pieces })
    }
}

/// What the class says that the model was saved from; the first, as transformers takes it.
fn kind(file: &ConfigFile) -> Result<Kind, LoadError> {
    let name = file.architectures.as_ref().and_then(|names| names.first()).map_or("", String::as_str);
    match name.rsplit_once("For").map(|(_, task)| task) {
        Some("TokenClassification") => Ok(Kind::TokenClassification),
        Some("SequenceClassification") => Ok(Kind::TextClassification),
        // Encoders are also exported from models that were saved with the head of their pre-training.
        None | Some("MaskedLM" | "PreTraining") => Ok(Kind::Features),
        Some(task) => {
            let advice = "token classification, sequence classification and plain encoders are answered";
            Err(LoadError::unsupported(CONFIG, format!("`architectures` for {task:?}"), advice))
        }
    }
}

/// The labels in the order of their numbers, which begin at 0 and leave none out.
fn labels(by_number: BTreeMap<String, String>) -> Result<Vec<String>, LoadError> {
    let count = by_number.len();
    let mut labels = vec![None; count.min(MAX_LABELS)];
    for (number, label) in by_number {
        let slot = number.parse().ok().and_then(|number: usize| labels.get_mut(number));
        let Some(slot) = slot else {
            let problem = format!("id2label: expected numbers from 0 to {}, found {number:?}", count - 1);
            return Err(LoadError::damaged(CONFIG, problem));
        };
        *slot = Some(label);
    }
    let labels: Option<Vec<String>> = labels.into_iter().collect();
    match labels {
        Some(labels) if !labels.is_empty() => Ok(labels),
        _ => Err(LoadError::damaged(CONFIG, "id2label: expected a label for every class, found fewer")),
    }
}

/// Labels that nobody named: two, unless the file says how many. transformers leaves them out of the file.
fn numbered_labels(count: Option<usize>) -> Result<Vec<String>, LoadError> {
    match count.unwrap_or(2) {
        count @ 1..=MAX_LABELS => Ok((0..count).map(|number| format!("LABEL_{number}")).collect()),
        count => Err(LoadError::damaged(CONFIG, format!("num_labels: expected 1 to {MAX_LABELS}, found {count}"))),
    }
}

impl TokenizerConfig {
    /// Reads both files, of which either may be missing.
    pub(crate) fn parse(config: Option<&[u8]>, special: Option<&[u8]>) -> Result<Self, LoadError> {
        let config: Value = config.map_or(Ok(Value::Null), |bytes| parse(TOKENIZER_CONFIG, bytes))?;
        let special: Value = special.map_or(Ok(Value::Null), |bytes| parse(SPECIAL_TOKENS, bytes))?;
        let unknown_token = token(&config["unk_token"]).or_else(|| token(&special["unk_token"]));
        Ok(Self { unknown_token, max_pieces: max_pieces(&config["model_max_length"])? })
    }
}

/// An added token is written as its text or with its settings.
fn token(value: &Value) -> Option<String> {
    value.as_str().or_else(|| value["content"].as_str()).map(str::to_owned)
}

fn max_pieces(value: &Value) -> Result<Option<usize>, LoadError> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number from 1, clipped")]
    match (value, value.as_f64()) {
        (Value::Null, _) => Ok(None),
        (_, Some(most)) if most >= NO_LIMIT => Ok(None),
        (_, Some(most)) if most >= 1.0 && most.fract() == 0.0 => Ok(Some(most as usize)),
        _ => Err(LoadError::damaged(
            TOKENIZER_CONFIG,
            format!("model_max_length: expected a whole number above 0, found {value}"),
        )),
    }
}

/// Reads a JSON file, naming it in the error.
pub(crate) fn parse<T: for<'d> Deserialize<'d>>(part: &str, bytes: &[u8]) -> Result<T, LoadError> {
    serde_json::from_slice(bytes).map_err(|error| LoadError::damaged(part, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::{Config, Kind, TokenizerConfig};

    #[test]
    fn labels_stand_in_the_order_of_their_numbers() {
        let json = br#"{"architectures": ["BertForTokenClassification"], "id2label": {"10": "k", "0": "a", "1": "b",
            "2": "c", "3": "d", "4": "e", "5": "f", "6": "g", "7": "h", "8": "i", "9": "j"}}"#;
        let config = Config::parse(json).expect("sound");
        assert_eq!((config.kind, config.labels.concat()), (Kind::TokenClassification, "abcdefghijk".to_owned()));
    }

    #[test]
    fn labels_that_nobody_named_are_two() {
        let config = Config::parse(br#"{"architectures": ["BertForSequenceClassification"]}"#).expect("sound");
        assert_eq!(config.labels, ["LABEL_0", "LABEL_1"]);
    }

    #[test]
    fn contradictions_name_the_file_and_the_field() {
        for (json, expected) in [
            (
                r#"{"architectures": ["BertForTokenClassification"], "id2label": {}}"#,
                "config.json: id2label: expected a label for every class",
            ),
            (
                r#"{"architectures": ["BertForTokenClassification"], "id2label": {"1": "a"}}"#,
                "config.json: id2label: expected numbers from 0 to 0, found \"1\"",
            ),
            (r#"{"architectures": ["BertForQuestionAnswering"]}"#, "config.json: asks for `architectures` for"),
            (r#"{"architectures": 3}"#, "config.json: invalid type"),
        ] {
            let error = Config::parse(json.as_bytes()).expect_err(json).to_string();
            assert!(error.starts_with(expected), "{error}");
        }
        let error = TokenizerConfig::parse(Some(br#"{"model_max_length": "many"}"#), None).expect_err("a word");
        assert!(error.to_string().starts_with("tokenizer_config.json: model_max_length: expected"), "{error}");
    }

    #[test]
    fn positions_before_the_first_are_not_counted() {
        let json = br#"{"model_type": "roberta", "max_position_embeddings": 514, "pad_token_id": 1}"#;
        assert_eq!(Config::parse(json).expect("sound").max_pieces, Some(512));
        let unlimited = TokenizerConfig::parse(Some(br#"{"model_max_length": 1000000000000000019884624838656}"#), None);
        assert_eq!(unlimited.expect("sound").max_pieces, None);
    }
}

//! From the rows of a text's pieces to one vector for the text.
//!
//! Source: sentence-transformers 5.1, `models/Pooling.py`, `models/Normalize.py`, `models/Transformer.py` and
//! `SentenceTransformer.py` (`_load_auto_model`, for a directory without `modules.json`).

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::config::parse;
use crate::load_error::LoadError;

pub(crate) const MODULES: &str = "modules.json";
const TRANSFORMER_CONFIG: &str = "sentence_bert_config.json";
const PROMPTS: &str = "config_sentence_transformers.json";

/// What makes one row of many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// The first piece's row.
    Cls,
    /// The greatest of each column.
    Max,
    /// The mean of each column.
    Mean,
    /// The sum of each column over the root of the number of rows.
    MeanRootLength,
    /// A mean in which the first row counts once, the second twice, and so on.
    WeightedMean,
    /// The last piece's row.
    Last,
}

/// In the order in which the parts of a vector follow each other where a configuration asks for several.
const MODES: [(&str, Mode); 6] = [
    ("pooling_mode_cls_token", Mode::Cls),
    ("pooling_mode_max_tokens", Mode::Max),
    ("pooling_mode_mean_tokens", Mode::Mean),
    ("pooling_mode_mean_sqrt_len_tokens", Mode::MeanRootLength),
    ("pooling_mode_weightedmean_tokens", Mode::WeightedMean),
    ("pooling_mode_lasttoken", Mode::Last),
];

/// How a text becomes a vector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pooling {
    modes: Vec<Mode>,
    is_said: bool,
    normalizes: bool,
    /// Whether texts are lower-cased first.
    pub(crate) lowers: bool,
    /// The most pieces of a text, those around it included; the rest is cut off.
    pub(crate) max_pieces: Option<usize>,
}

#[derive(Deserialize)]
struct Module {
    #[serde(default)]
    path: String,
    r#type: String,
}

#[derive(Default, Deserialize)]
struct Prompts {
    #[serde(default)]
    default_prompt_name: Option<String>,
}

#[derive(Default, Deserialize)]
struct TransformerConfig {
    #[serde(default)]
    max_seq_length: Option<usize>,
    #[serde(default)]
    do_lower_case: bool,
}

impl Pooling {
    /// What the files of a directory say: the mean of all rows, unless there is a `modules.json`.
    pub(crate) fn load(files: &BTreeMap<String, Vec<u8>>) -> Result<Self, LoadError> {
        let config: TransformerConfig = match files.get(TRANSFORMER_CONFIG) {
            Some(bytes) => parse(TRANSFORMER_CONFIG, bytes)?,
            None => TransformerConfig::default(),
        };
        let mut pooling = Self {
            modes: vec![Mode::Mean],
            is_said: false,
            normalizes: false,
            lowers: config.do_lower_case,
            max_pieces: config.max_seq_length,
        };
        let prompts: Prompts = match files.get(PROMPTS) {
            Some(bytes) => parse(PROMPTS, bytes)?,
            None => Prompts::default(),
        };
        if let Some(name) = prompts.default_prompt_name {
            let advice = "set it to null and put the prompt before the texts";
            return Err(LoadError::unsupported(PROMPTS, format!("`default_prompt_name` {name:?}"), advice));
        }
        let modules: Vec<Module> = match files.get(MODULES) {
            Some(bytes) => parse(MODULES, bytes)?,
            None => Vec::new(),
        };
        for Module { path, r#type } in modules {
            match r#type.rsplit('.').next() {
                Some("Transformer") => {}
                Some("Pooling") => {
                    pooling.modes = modes(files, &path)?;
                    pooling.is_said = true;
                }
                Some("Normalize") => pooling.normalizes = true,
                _ => {
                    let advice = "Transformer, Pooling and Normalize are answered";
                    return Err(LoadError::unsupported(MODULES, format!("the module `{type}`"), advice));
                }
            }
        }
        Ok(pooling)
    }

    /// Whether the directory says how rows become a vector.
    pub(crate) fn is_said(&self) -> bool {
        self.is_said
    }

    /// The vector of a text whose rows are `[pieces, width]`. No rows give no numbers.
    pub(crate) fn vector(&self, rows: &[f32], width: usize) -> Vec<f32> {
        let mut vector: Vec<f32> = self.modes.iter().flat_map(|mode| mode.vector(rows, width)).collect();
        if self.normalizes {
            normalize(&mut vector);
        }
        vector
    }
}

/// The modes that the configuration in the module's folder switches on.
fn modes(files: &BTreeMap<String, Vec<u8>>, folder: &str) -> Result<Vec<Mode>, LoadError> {
    let part = format!("{folder}/config.json");
    let Some(bytes) = files.get(&part) else { return Err(LoadError::missing(part, format!("`{MODULES}`"))) };
    let config: serde_json::Map<String, serde_json::Value> = parse(&part, bytes)?;
    let is_on = |name: &str| config.get(name).and_then(serde_json::Value::as_bool).unwrap_or(false);
    let modes: Vec<Mode> = MODES.iter().filter(|(name, _)| is_on(name)).map(|(_, mode)| *mode).collect();
    match modes.is_empty() {
        true => Err(LoadError::damaged(part, "expected a pooling mode that is true, found none")),
        false => Ok(modes),
    }
}

impl Mode {
    #[allow(clippy::cast_precision_loss, reason = "pieces of one text")]
    fn vector(self, rows: &[f32], width: usize) -> Vec<f32> {
        let each = rows.chunks_exact(width.max(1));
        let count = each.len() as f32;
        let sum = |weight: fn(usize) -> f32| {
            let mut sums = vec![0.0; width];
            for (index, row) in each.clone().enumerate() {
                let weight = weight(index);
                sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value * weight);
            }
            sums
        };
        let over = |mut sums: Vec<f32>, divisor: f32| {
            sums.iter_mut().for_each(|sum| *sum /= divisor.max(1e-9));
            sums
        };
        match self {
            Self::Cls => each.clone().next().map(<[f32]>::to_vec).unwrap_or_default(),
            Self::Last => each.clone().next_back().map(<[f32]>::to_vec).unwrap_or_default(),
            Self::Max => {
                let mut greatest = vec![f32::NEG_INFINITY; width];
                for row in each {
                    greatest.iter_mut().zip(row).for_each(|(greatest, value)| *greatest = greatest.max(*value));
                }
                greatest
            }
            Self::Mean => over(sum(|_| 1.0), count),
            Self::MeanRootLength => over(sum(|_| 1.0), count.sqrt()),
            Self::WeightedMean => over(sum(|index| (index + 1) as f32), count * (count + 1.0) / 2.0),
        }
    }
}

/// Scales a vector to length 1; one of length 0 stays.
pub(crate) fn normalize(vector: &mut [f32]) {
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    vector.iter_mut().for_each(|value| *value /= length.max(1e-12));
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Mode, Pooling};

    const ROWS: [f32; 4] = [1.0, -4.0, 3.0, 2.0];

    fn load(files: &[(&str, &str)]) -> Result<Pooling, String> {
        let files: BTreeMap<String, Vec<u8>> =
            files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
        Pooling::load(&files).map_err(|error| error.to_string())
    }

    #[test]
    fn a_vector_by_every_mode() {
        for (mode, expected) in [
            (Mode::Cls, [1.0, -4.0]),
            (Mode::Last, [3.0, 2.0]),
            (Mode::Max, [3.0, 2.0]),
            (Mode::Mean, [2.0, -1.0]),
            (Mode::MeanRootLength, [4.0 / 2f32.sqrt(), -2.0 / 2f32.sqrt()]),
            (Mode::WeightedMean, [7.0 / 3.0, 0.0]),
        ] {
            assert_eq!(mode.vector(&ROWS, 2), expected, "{mode:?}");
        }
    }

    #[test]
    fn a_directory_without_modules_gives_the_mean() {
        let pooling = load(&[]).expect("nothing is needed");
        assert_eq!(pooling.vector(&ROWS, 2), [2.0, -1.0]);
    }

    #[test]
    fn a_prompt_before_every_text_is_refused() {
        let file = "config_sentence_transformers.json";
        assert!(load(&[(file, r#"{"prompts": {"query": "q: "}, "default_prompt_name": null}"#)]).is_ok());
        let error = load(&[(file, r#"{"default_prompt_name": "query"}"#)]).expect_err("a prompt");
        assert!(error.contains(file) && error.contains("query"), "{error}");
    }

    #[test]
    fn modules_are_honoured_in_their_order() {
        let modules = r#"[{"type": "sentence_transformers.models.Transformer", "path": ""},
            {"type": "sentence_transformers.models.Pooling", "path": "1_Pooling"},
            {"type": "sentence_transformers.models.Normalize", "path": "2_Normalize"}]"#;
        let config =
            r#"{"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": true, "word_embedding_dimension": 2}"#;
        let pooling = load(&[("modules.json", modules), ("1_Pooling/config.json", config)]).expect("sound");
        let length = (1.0f32 + 16.0 + 4.0 + 1.0).sqrt();
        assert_eq!(pooling.vector(&ROWS, 2), [1.0 / length, -4.0 / length, 2.0 / length, -1.0 / length]);
    }

    #[test]
    fn what_is_missing_or_unknown_is_named() {
        let missing = load(&[("modules.json", r#"[{"type": "a.Pooling", "path": "1_Pooling"}]"#)]);
        assert!(missing.is_err_and(|error| error.starts_with("expected part `1_Pooling/config.json`")));
        let dense = load(&[("modules.json", r#"[{"type": "sentence_transformers.models.Dense", "path": "2_Dense"}]"#)]);
        assert!(dense.is_err_and(|error| error.contains("`sentence_transformers.models.Dense`")));
    }
}

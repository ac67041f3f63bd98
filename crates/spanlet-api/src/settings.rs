//! What a deployment may change about the web door.

use serde::Deserialize;

use crate::question::Question;
use crate::receipt::Receipt;

/// The web door's settings. The typed door has no such limits: its caller holds the texts in memory already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// What a bare `text` asks for; unless set, entities where a model has them, else hashtags.
    pub(crate) bare_task: Option<Question>,
    /// The most bytes of a request's body. 6 MiB unless set, which is what Lambda carries.
    pub(crate) max_body_bytes: usize,
    /// The most texts in one request. 1,000 unless set.
    pub(crate) max_texts: usize,
    /// The most code points of one text. 100,000 unless set.
    pub(crate) max_text_chars: usize,
    /// What it was baked from; absent unless it was.
    pub(crate) receipt: Option<Receipt>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { bare_task: None, max_body_bytes: 6 << 20, max_texts: 1_000, max_text_chars: 100_000, receipt: None }
    }
}

/// The settings as a caller writes them: any of the names, no others.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changes {
    bare_task: Option<Question>,
    max_body_bytes: Option<u32>,
    max_texts: Option<u32>,
    max_text_chars: Option<u32>,
    receipt: Option<Receipt>,
}

impl Settings {
    /// These settings with the changes that a JSON object names.
    ///
    /// # Errors
    /// A sentence, when the JSON is not an object of known settings with values above zero.
    pub(crate) fn with_changes(&self, settings_json: &str) -> Result<Self, String> {
        // Through a map, since serde would read a list as the fields in order.
        let changes = serde_json::from_str::<serde_json::Map<_, _>>(settings_json)
            .and_then(|changes| Changes::deserialize(serde_json::Value::Object(changes)))
            .map_err(|error| format!("settings: {error}"))?;
        let limit = |name: &str, changed: Option<u32>, present: usize| match changed {
            Some(0) => Err(format!("settings: `{name}` must be at least 1")),
            Some(value) => Ok(value as usize),
            None => Ok(present),
        };
        Ok(Self {
            bare_task: changes.bare_task.or(self.bare_task),
            max_body_bytes: limit("max_body_bytes", changes.max_body_bytes, self.max_body_bytes)?,
            max_texts: limit("max_texts", changes.max_texts, self.max_texts)?,
            max_text_chars: limit("max_text_chars", changes.max_text_chars, self.max_text_chars)?,
            receipt: changes.receipt.map(Receipt::checked).transpose()?.or_else(|| self.receipt.clone()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Question, Settings};

    #[test]
    fn named_settings_change_and_the_rest_stay() {
        let changed = Settings::default().with_changes(r#"{"bare_task":"classify","max_texts":7}"#).expect("valid");
        let expected = Settings { bare_task: Some(Question::Classify), max_texts: 7, ..Settings::default() };
        assert_eq!(changed, expected);
        assert_eq!(expected.with_changes("{}"), Ok(expected.clone()));
    }

    #[test]
    fn wrong_settings_are_refused_with_a_sentence() {
        let cases = [
            ("{", "EOF"),
            ("[]", "invalid"),
            (r#"["hashtags",1,1,1]"#, "invalid"),
            (r#"{"bare_task":"poetry"}"#, "poetry"),
            (r#"{"bare_task":"huggingface"}"#, "huggingface"),
            (r#"{"max_texts":0}"#, "at least 1"),
            (r#"{"max_texts":-1}"#, "-1"),
            (r#"{"max_text":1}"#, "max_text"),
            (r#"{"receipt":{"component_sha256":"ab\r\nx: y","toolchain":{}}}"#, "64 hexadecimal digits"),
            (r#"{"receipt":{"toolchain":{}}}"#, "component_sha256"),
        ];
        for (settings, expected) in cases {
            let message = Settings::default().with_changes(settings).expect_err(settings);
            assert!(message.contains(expected), "{settings}: {message}");
        }
    }
}

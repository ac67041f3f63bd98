//! What spaCy answered to random questions about rule components: the cases under `tests/cases/spacy/rules`.
//!
//! `tests/reference/spacy_rules.py` makes them. `RULE_CASES` names another folder, e.g. of many more.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use spanlet_archive::config::Config;
use spanlet_archive::msgpack::Value;

use crate::doc::{Doc, Entity, Label, SentStart, Token};
use crate::language::Language;
use crate::lexeme::Lexemes;
use crate::vocab::Vocab;

/// The cases of a file, e.g. `matcher`.
pub(crate) fn load<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let folder = std::env::var_os("RULE_CASES")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/spacy/rules"), PathBuf::from);
    let bytes = std::fs::read(folder.join(format!("{name}.json"))).expect("the cases are committed");
    serde_json::from_slice(&bytes).expect("the cases are what the script writes")
}

/// The configuration of a pipeline in `language` with one component; `settings` are lines of its section.
pub(crate) fn config(language: &str, component: &str, settings: &str) -> Config {
    let text = format!(
        "[nlp]\nlang = \"{language}\"\npipeline = [\"{component}\"]\n\n[components]\n\n[components.{component}]\n\
         factory = \"{component}\"\n{settings}\n"
    );
    Config::parse("config.cfg", text.as_bytes()).expect("a configuration")
}

/// The vocabulary of an empty pipeline.
pub(crate) fn vocab(language: &str) -> Vocab {
    Vocab::of_language(Language::load(language).expect("a language"))
}

/// A value of JSON as msgpack has it.
pub(crate) fn to_msgpack(value: &Json) -> Value<'_> {
    match value {
        Json::Null => Value::Nil,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => match number.as_i64() {
            Some(number) => Value::Int(i128::from(number)),
            None => Value::Float(number.as_f64().expect("a number")),
        },
        Json::String(text) => Value::Str(text),
        Json::Array(values) => Value::Array(values.iter().map(to_msgpack).collect()),
        Json::Object(entries) => {
            Value::Map(entries.iter().map(|(key, value)| (Value::Str(key), to_msgpack(value))).collect())
        }
    }
}

/// The bytes of a value as msgpack: every length in four bytes, every number in eight.
pub(crate) fn msgpack_bytes(value: &Json) -> Vec<u8> {
    fn head(mark: u8, length: usize, bytes: &mut Vec<u8>) {
        bytes.push(mark);
        bytes.extend((length as u32).to_be_bytes());
    }
    fn write(value: &Json, bytes: &mut Vec<u8>) {
        match value {
            Json::Null => bytes.push(0xc0),
            Json::Bool(truth) => bytes.push(0xc2 + u8::from(*truth)),
            Json::Number(number) => {
                bytes.push(0xd3);
                bytes.extend(number.as_i64().expect("a whole number").to_be_bytes());
            }
            Json::String(text) => {
                head(0xdb, text.len(), bytes);
                bytes.extend(text.as_bytes());
            }
            Json::Array(values) => {
                head(0xdd, values.len(), bytes);
                values.iter().for_each(|value| write(value, bytes));
            }
            Json::Object(entries) => {
                head(0xdf, entries.len(), bytes);
                for (key, value) in entries {
                    write(&Json::from(key.as_str()), bytes);
                    write(value, bytes);
                }
            }
        }
    }
    let mut bytes = Vec::new();
    write(value, &mut bytes);
    bytes
}

/// The bytes cut off at every place, and with each byte changed in three ways.
pub(crate) fn damaged(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let cut = (0..bytes.len()).map(|end| bytes[..end].to_vec());
    let changed = (0..bytes.len() * 3).map(|change| {
        let mut bytes = bytes.to_vec();
        bytes[change / 3] ^= [0x01, 0x80, 0xff][change % 3];
        bytes
    });
    cut.chain(changed)
}

/// A document whose tokens and annotations are laid out by hand.
#[derive(Debug, Deserialize)]
pub(crate) struct Document {
    tokens: Vec<GivenToken>,
    ents: Option<Vec<(u32, u32, String, String)>>,
}

#[derive(Debug, Deserialize)]
struct GivenToken {
    text: String,
    #[serde(default)]
    space: bool,
    #[serde(default)]
    tag: String,
    #[serde(default)]
    pos: String,
    morph: Option<String>,
    #[serde(default)]
    lemma: String,
    #[serde(default)]
    dep: String,
    norm: Option<String>,
    sent_start: Option<bool>,
}

impl Document {
    /// Its text: the tokens with the spaces after them.
    pub(crate) fn text(&self) -> String {
        self.tokens.iter().flat_map(|token| [token.text.as_str(), if token.space { " " } else { "" }]).collect()
    }

    /// The document as a pipeline would have made it of its `text`.
    pub(crate) fn build<'t>(&self, text: &'t str, vocab: &Vocab, lexemes: &mut Lexemes) -> Doc<'t> {
        let mut doc = Doc { text, ents_known: self.ents.is_some(), ..Doc::default() };
        let mut start = 0;
        for (index, given) in (0..).zip(&self.tokens) {
            let end = start + given.text.len() as u32;
            doc.tokens.push(Token {
                start_byte: start,
                end_byte: end,
                space_after: given.space,
                lexeme: lexemes.intern(vocab, &given.text, given.norm.as_deref()),
                tag: label(&given.tag),
                pos: label(&given.pos),
                morph: given.morph.as_deref().map(Arc::from),
                lemma: label(&given.lemma),
                dep: label(&given.dep),
                head: index,
                left_edge: index,
                right_edge: index,
                sent_start: match given.sent_start {
                    None => SentStart::Unknown,
                    Some(true) => SentStart::Yes,
                    Some(false) => SentStart::No,
                },
            });
            start = end + u32::from(given.space);
        }
        let entity = |(start, end, kind, id): &(u32, u32, String, String)| Entity {
            tokens: *start..*end,
            label: Arc::from(kind.as_str()),
            id: label(id),
        };
        doc.ents = self.ents.iter().flatten().map(entity).collect();
        doc
    }
}

fn label(text: &str) -> Label {
    (!text.is_empty()).then(|| Arc::from(text))
}

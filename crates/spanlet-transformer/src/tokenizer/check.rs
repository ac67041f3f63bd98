//! What a `tokenizer.json` must be before the library sees it, which looks some things up without asking whether they
//! are there.
//!
//! Each check names the place in the library (tokenizers 0.23.2) that would panic or grow without end. Parts are known
//! by their fields, as the library itself takes them where they do not say of which type they are.

mod charsmap;

use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// How much longer replacing may make a text, in all.
const MAX_GROWTH: usize = 64;
/// The most bytes of what stands for one match, and of a pattern.
const MAX_PATTERN: usize = 4096;
/// The most characters of a word that is looked for in a vocabulary: that takes their square.
const MAX_WORD: usize = 4096;
/// The most steps that a text goes through.
const MAX_STEPS: usize = 256;

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    added_tokens: Vec<Added>,
    #[serde(default)]
    normalizer: Value,
    #[serde(default)]
    pre_tokenizer: Value,
    #[serde(default)]
    post_processor: Value,
    model: Model,
}

#[derive(Deserialize)]
struct Added {
    content: String,
    #[serde(default)]
    lstrip: bool,
    #[serde(default)]
    rstrip: bool,
}

#[derive(Deserialize)]
struct Model {
    #[serde(default)]
    dropout: Option<f32>,
    #[serde(default)]
    continuing_subword_prefix: Option<String>,
    #[serde(default)]
    max_input_chars_per_word: Option<usize>,
    #[serde(default)]
    vocab: Longest,
    #[serde(default)]
    merges: Vec<Merge>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Merge {
    Pair(String, String),
    Text(String),
}

/// How many bytes the longest piece of a vocabulary has, and whether there are any.
#[derive(Default)]
struct Longest {
    bytes: usize,
    pieces: usize,
}

impl<'d> Deserialize<'d> for Longest {
    fn deserialize<D: Deserializer<'d>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LongestVisitor)
    }
}

struct LongestVisitor;

impl<'d> Visitor<'d> for LongestVisitor {
    type Value = Longest;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a vocabulary")
    }

    fn visit_map<A: MapAccess<'d>>(self, mut map: A) -> Result<Longest, A::Error> {
        let mut longest = Longest::default();
        while let Some((piece, _)) = map.next_entry::<String, IgnoredAny>()? {
            longest = Longest { bytes: longest.bytes.max(piece.len()), pieces: longest.pieces + 1 };
        }
        Ok(longest)
    }

    fn visit_seq<A: SeqAccess<'d>>(self, mut seq: A) -> Result<Longest, A::Error> {
        let mut longest = Longest::default();
        while let Some((piece, _)) = seq.next_element::<(String, IgnoredAny)>()? {
            longest = Longest { bytes: longest.bytes.max(piece.len()), pieces: longest.pieces + 1 };
        }
        Ok(longest)
    }
}

/// What the library could not stand, as `field: expected …, found …`.
pub(super) fn check(bytes: &[u8]) -> Result<(), String> {
    let file: File = serde_json::from_slice(bytes).map_err(|error| format!("expected a tokenizer: {error}"))?;
    check_added(&file.added_tokens)?;
    check_model(&file.model)?;
    let mut steps = Steps { growth: 1, count: 0 };
    steps.check(&file.normalizer, "normalizer")?;
    steps.check(&file.pre_tokenizer, "pre_tokenizer")?;
    check_processors(&file.post_processor)
}

/// A token takes in the white space beside it. Where it has some itself, two may take the same (`added_vocabulary.rs`,
/// `find_matches`).
fn check_added(added: &[Added]) -> Result<(), String> {
    let strips = |token: &&Added| {
        let edges = [token.content.chars().next(), token.content.chars().next_back()];
        (token.lstrip || token.rstrip) && edges.iter().flatten().any(|edge| edge.is_whitespace())
    };
    match added.iter().find(strips) {
        Some(token) => {
            Err(format!("added_tokens: expected no white space around one that strips, found {:?}", token.content))
        }
        None => Ok(()),
    }
}

fn check_model(model: &Model) -> Result<(), String> {
    if model.vocab.pieces == 0 {
        return Err("model: vocab: expected pieces, found none".to_owned());
    }
    if let Some(dropout) = model.dropout.filter(|dropout| *dropout != 0.0) {
        return Err(format!("model: dropout: expected none, so that answers repeat, found {dropout}"));
    }
    if let Some(most) = model.max_input_chars_per_word.filter(|most| *most > MAX_WORD) {
        return Err(format!("model: max_input_chars_per_word: expected at most {MAX_WORD}, found {most}"));
    }
    // `models/bpe/model.rs`, `build`: merged pieces are put together in a buffer as long as the longest piece.
    let prefix = model.continuing_subword_prefix.as_deref().unwrap_or("");
    for merge in &model.merges {
        let (first, second) = match merge {
            Merge::Pair(first, second) => (first.as_str(), second.as_str()),
            Merge::Text(text) if text.starts_with("#version") => continue,
            Merge::Text(text) => text.split_once(' ').unwrap_or((text, prefix)),
        };
        let Some(rest) = second.strip_prefix(prefix) else {
            return Err(format!("model: merges: expected {prefix:?} before the second piece, found {second:?}"));
        };
        if first.len() + rest.len() > model.vocab.bytes {
            return Err(format!("model: merges: expected a piece in the vocabulary, found {first:?} with {rest:?}"));
        }
    }
    Ok(())
}

/// What a text goes through before it is cut.
struct Steps {
    growth: usize,
    count: usize,
}

impl Steps {
    fn check(&mut self, value: &Value, place: &str) -> Result<(), String> {
        match value {
            Value::Array(values) => values.iter().try_for_each(|value| self.check(value, place)),
            Value::Object(fields) => {
                self.step(fields).map_err(|problem| format!("{place}: {problem}"))?;
                let lists = ["normalizers", "pretokenizers"];
                lists.iter().filter_map(|list| fields.get(*list)).try_for_each(|list| self.check(list, place))
            }
            _ => Ok(()),
        }
    }

    fn step(&mut self, fields: &Map<String, Value>) -> Result<(), String> {
        self.count += 1;
        if self.count > MAX_STEPS {
            return Err(format!("expected at most {MAX_STEPS} steps, found more"));
        }
        // `pre_tokenizers/fixed_length.rs`: pieces of no characters.
        if fields.get("length").is_some_and(|length| length.as_u64() == Some(0)) {
            return Err("length: expected 1 or more, found 0".to_owned());
        }
        if let Some(charsmap) = fields.get("precompiled_charsmap") {
            charsmap::check(charsmap.as_str().unwrap_or_default())?;
        }
        let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
        let pattern = fields.get("pattern").and_then(Value::as_object);
        let literal = pattern.and_then(|pattern| pattern.get("String")).and_then(Value::as_str);
        let regex = pattern.and_then(|pattern| pattern.get("Regex")).and_then(Value::as_str);
        let written = [literal.unwrap_or(""), regex.unwrap_or(""), text("content"), text("prepend")];
        if let Some(long) = written.iter().find(|text| text.len() > MAX_PATTERN) {
            return Err(format!("expected a pattern of at most {MAX_PATTERN} bytes, found {}", long.len()));
        }
        let factor = match text("type") {
            // Each byte becomes a character.
            "ByteLevel" => 2,
            // What replaces one byte, or, for an empty pattern, stands beside each.
            _ if pattern.is_some() && fields.contains_key("content") => match literal.map_or(0, str::len) {
                0 => text("content").len() + usize::from(literal.is_some()),
                length => text("content").len().div_ceil(length),
            },
            _ => 1,
        };
        self.growth = self.growth.saturating_mul(factor.max(1));
        match self.growth > MAX_GROWTH {
            true => {
                Err(format!("expected texts to grow to {MAX_GROWTH} times their length at most, found {}", self.growth))
            }
            false => Ok(()),
        }
    }
}

/// `processors/template.rs`, `apply_template`: what is put around a text is looked up by name, the text by number.
fn check_processors(value: &Value) -> Result<(), String> {
    let Value::Object(fields) = value else {
        return match value {
            Value::Array(values) => values.iter().try_for_each(check_processors),
            _ => Ok(()),
        };
    };
    if let Some(processors) = fields.get("processors") {
        check_processors(processors)?;
    }
    let Some(special) = fields.get("special_tokens") else { return Ok(()) };
    let mut known = HashSet::new();
    for (name, token) in special.as_object().into_iter().flatten() {
        let count = |list: &str| token.get(list).and_then(Value::as_array).map(Vec::len);
        if count("ids") != count("tokens") {
            return Err(format!("post_processor: special_tokens: {name:?}: expected as many tokens as ids"));
        }
        known.insert(name.as_str());
    }
    let mut texts = 0;
    for piece in fields.get("single").and_then(Value::as_array).into_iter().flatten() {
        if let Some(token) = piece.get("SpecialToken") {
            let name = token.get("id").and_then(Value::as_str).unwrap_or_default();
            if !known.contains(name) {
                return Err(format!("post_processor: single: expected a special token, found {name:?}"));
            }
        }
        match piece.get("Sequence").and_then(|sequence| sequence.get("id")) {
            Some(Value::String(id)) if id == "A" => texts += 1,
            Some(id) => return Err(format!("post_processor: single: expected the text \"A\", found {id}")),
            None => {}
        }
    }
    match texts {
        1 => Ok(()),
        found => Err(format!("post_processor: single: expected the text once, found it {found} times")),
    }
}

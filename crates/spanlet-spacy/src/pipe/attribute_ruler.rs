//! The attribute ruler: sets attributes of tokens that patterns find, e.g. a part of speech for each tag.

use std::sync::Arc;

use spanlet_archive::msgpack::Value;

use super::{Context, Layers};
use crate::annotate_error::AnnotateError;
use crate::doc::{Doc, Label, SentStart, Token};
use crate::load_error::LoadError;
use crate::matcher::{Attribute, MAX_MATCHES, Matcher, Tokens};
use crate::morphology;
use crate::source::Source;
use crate::strings::Strings;

/// An `attribute_ruler` component.
///
/// Source: spaCy 3.8, `pipeline/attributeruler.py`, `AttributeRuler`.
#[derive(Clone, Debug)]
pub(crate) struct AttributeRuler {
    component: String,
    matcher: Matcher,
    /// By the number under which the matcher has their patterns.
    rules: Vec<Rule>,
}

/// What happens to one token of each match.
#[derive(Clone, Debug)]
struct Rule {
    changes: Vec<Change>,
    /// Which token of the match: from its end when negative.
    index: i64,
}

/// A new value of an attribute. An empty string unsets it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Change {
    Tag(Label),
    Pos(Label),
    Morph(Label),
    Lemma(Label),
    Dep(Label),
    Norm(Label),
    SentStart(SentStart),
}

impl AttributeRuler {
    /// Reads the component's `patterns`.
    ///
    /// # Errors
    /// When a pattern or a change is not supported, or spaCy would refuse it too; the message names the rule.
    pub(crate) fn load(source: &Source<'_>) -> Result<Self, LoadError> {
        Self::from_rules(&source.msgpack("patterns")?, source)
    }

    fn from_rules(rules: &Value<'_>, source: &Source<'_>) -> Result<Self, LoadError> {
        let part = source.part_name("patterns");
        let Value::Array(entries) = rules else {
            return Err(LoadError::damaged(part, "expected a list of rules, found something else"));
        };
        let mut ruler = Self { component: source.component.to_owned(), matcher: Matcher::default(), rules: Vec::new() };
        for (number, entry) in entries.iter().enumerate() {
            ruler.add(number, entry, source, &part)?;
        }
        Ok(ruler)
    }

    fn add(&mut self, number: usize, entry: &Value<'_>, source: &Source<'_>, part: &str) -> Result<(), LoadError> {
        let damaged = |problem: &str| LoadError::damaged(part, format!("rule {number}: {problem}"));
        let Value::Map(fields) = entry else { return Err(damaged("expected a map, found something else")) };
        let known = |key: &Value<'_>| matches!(key, Value::Str("patterns" | "attrs" | "index"));
        if !fields.iter().all(|(key, _)| known(key)) {
            return Err(damaged("expected `patterns`, `attrs` and `index`, found another key"));
        }
        let Some(Value::Array(patterns)) = entry.get("patterns") else {
            return Err(damaged("expected a list under `patterns`"));
        };
        let Some(Value::Map(attrs)) = entry.get("attrs") else { return Err(damaged("expected a map under `attrs`")) };
        let index = match entry.get("index") {
            None => 0,
            Some(Value::Int(index)) => {
                i64::try_from(*index).map_err(|_| damaged("expected an `index` of 64 bits, found a larger one"))?
            }
            Some(_) => return Err(damaged("expected a whole number under `index`, found something else")),
        };
        for (place, pattern) in patterns.iter().enumerate() {
            let added = self.matcher.add(self.rules.len() as u32, pattern, source.vocab.language.code());
            let place = format!("rule {number}, pattern {place}");
            added.map_err(|error| error.into_load_error(&self.component, part, &place))?;
        }
        let mut changes = Vec::new();
        for (key, value) in attrs {
            changes.extend(parse_change(key, value, &source.vocab.strings).map_err(|problem| match problem {
                Problem::Unsupported(advice) => {
                    LoadError::unsupported(source.component, name(key), format!("rule {number}: {advice}"))
                }
                Problem::Invalid(problem) => damaged(&format!("{}: {problem}", name(key))),
            })?);
        }
        self.rules.push(Rule { changes, index });
        Ok(())
    }

    /// Finds all matches first, then applies them rule by rule, so that later rules have the last word.
    ///
    /// # Errors
    /// [`AnnotateError::TokenOutsideMatch`], as spaCy has it; [`AnnotateError::TooManyMatches`].
    ///
    /// Source: spaCy 3.8, `pipeline/attributeruler.py`, `match` and `set_annotations`.
    pub(crate) fn annotate(&self, doc: &mut Doc<'_>, context: &mut Context<'_>) -> Result<(), AnnotateError> {
        let tokens = Tokens { doc, vocab: context.vocab, lexemes: &context.scratch.lexemes };
        let mut matches = self.matcher.find(&tokens).map_err(|_| AnnotateError::TooManyMatches {
            component: self.component.clone(),
            max_matches: MAX_MATCHES,
        })?;
        matches.sort_unstable();
        for found in matches {
            let rule = &self.rules[found.rule as usize];
            let (start, end) = (i64::from(found.start), i64::from(found.end));
            let token = rule.index.saturating_add(if rule.index < 0 { end } else { start });
            if token < start || token >= end {
                return Err(AnnotateError::TokenOutsideMatch {
                    component: self.component.clone(),
                    rule: found.rule as usize,
                    index: rule.index,
                    tokens: (end - start) as usize,
                });
            }
            for change in &rule.changes {
                change.apply(token as usize, doc, context);
            }
        }
        Ok(())
    }

    /// What the component can set.
    pub(crate) fn layers(&self) -> Layers {
        let mut layers = Layers::default();
        for change in self.rules.iter().flat_map(|rule| &rule.changes) {
            match change {
                Change::Tag(_) => layers.tag = true,
                Change::Pos(_) => layers.pos = true,
                Change::Morph(_) => layers.morph = true,
                Change::Lemma(_) => layers.lemma = true,
                Change::Dep(_) => layers.dep = true,
                Change::Norm(_) => {}
                Change::SentStart(_) => layers.sents = true,
            }
        }
        layers
    }

    /// Whether it changes the norms of tokens, which others may look at.
    pub(crate) fn changes_norms(&self) -> bool {
        self.rules.iter().flat_map(|rule| &rule.changes).any(|change| matches!(change, Change::Norm(_)))
    }
}

impl Change {
    fn apply(&self, index: usize, doc: &mut Doc<'_>, context: &mut Context<'_>) {
        let text = doc.token_text(index);
        let token: &mut Token = &mut doc.tokens[index];
        match self {
            Self::Tag(label) => token.tag.clone_from(label),
            Self::Pos(label) => token.pos.clone_from(label),
            Self::Morph(label) => token.morph.clone_from(label),
            Self::Lemma(label) => token.lemma.clone_from(label),
            Self::Dep(label) => token.dep.clone_from(label),
            Self::Norm(norm) => token.lexeme = context.scratch.lexemes.intern(context.vocab, text, norm.as_deref()),
            Self::SentStart(start) => token.sent_start = *start,
        }
    }
}

/// Why a change cannot be made.
enum Problem {
    Unsupported(&'static str),
    Invalid(String),
}

/// A key for messages.
fn name(key: &Value<'_>) -> String {
    match key {
        Value::Str(name) => (*name).to_owned(),
        Value::Int(number) => number.to_string(),
        _ => "a key that is neither a name nor a number".to_owned(),
    }
}

/// Reads one of `attrs`; `None` when spaCy leaves the token as it is.
///
/// Source: spaCy 3.8, `attrs.pyx`, `intify_attrs`; `tokens/_retokenize.pyx`, `normalize_token_attrs` and
/// `set_token_attrs`.
fn parse_change(key: &Value<'_>, value: &Value<'_>, strings: &Strings) -> Result<Option<Change>, Problem> {
    let attribute = match key {
        Value::Str("_") => return Err(Problem::Unsupported("extension attributes live in Python code")),
        Value::Str(name) => match name.to_uppercase().as_str() {
            "ID" | "HEAD" | "LANG" | "" | "IS_OOV_DEPRECATED" => return Err(NOT_SET_HERE),
            name if name.starts_with("FLAG") => return Err(NOT_SET_HERE),
            // A pattern may say so; as the name of an attribute to set, spaCy does not know it.
            "IS_SENT_START" => None,
            name => Attribute::named(name),
        },
        Value::Int(0..=63 | 64 | 79 | 83) => return Err(NOT_SET_HERE),
        Value::Int(number) => Attribute::numbered(*number),
        _ => return Err(Problem::Invalid("expected the name of an attribute".to_owned())),
    };
    Ok(Some(match attribute {
        // Names that spaCy does not know, and what it never sets, it passes over.
        None | Some(Attribute::Orth | Attribute::Length) => return Ok(None),
        Some(Attribute::Tag) => Change::Tag(parse_label(value, strings)?),
        Some(Attribute::Pos) => Change::Pos(parse_pos(value, strings)?),
        Some(Attribute::Morph) => {
            let features = parse_label(value, strings)?.unwrap_or_else(|| "".into());
            Change::Morph(Some(morphology::normal_form(&features).map_err(Problem::Invalid)?.into()))
        }
        Some(Attribute::Lemma) => Change::Lemma(parse_label(value, strings)?),
        Some(Attribute::Dep) => Change::Dep(parse_label(value, strings)?),
        Some(Attribute::Norm) => Change::Norm(parse_label(value, strings)?),
        Some(Attribute::SentStart) => Change::SentStart(parse_sent_start(value)?),
        Some(_) => return Err(NOT_SET_HERE),
    }))
}

const NOT_SET_HERE: Problem =
    Problem::Unsupported("a rule can set TAG, POS, MORPH, LEMMA, DEP, NORM and SENT_START; leave the others out");

fn parse_label(value: &Value<'_>, strings: &Strings) -> Result<Label, Problem> {
    let text = match value {
        Value::Str(text) => Some(*text),
        Value::Int(id) => u64::try_from(*id).ok().and_then(|id| strings.get(id)),
        _ => None,
    };
    let text = text.ok_or_else(|| Problem::Invalid("expected a string, or the id of one that is known".to_owned()))?;
    Ok((!text.is_empty()).then(|| Arc::from(text)))
}

/// spaCy's parts of speech.
///
/// Source: spaCy 3.8, `parts_of_speech.pyx`.
const PARTS_OF_SPEECH: [&str; 20] = [
    "ADJ", "ADP", "ADV", "AUX", "CONJ", "CCONJ", "DET", "INTJ", "NOUN", "NUM", "PART", "PRON", "PROPN", "PUNCT",
    "SCONJ", "SYM", "VERB", "X", "EOL", "SPACE",
];

fn parse_pos(value: &Value<'_>, strings: &Strings) -> Result<Label, Problem> {
    let pos = parse_label(value, strings)?;
    match pos.as_deref() {
        Some(name) if !PARTS_OF_SPEECH.contains(&name) => {
            Err(Problem::Invalid(format!("expected a part of speech like NOUN, found `{name}`")))
        }
        _ => Ok(pos),
    }
}

fn parse_sent_start(value: &Value<'_>) -> Result<SentStart, Problem> {
    match value {
        Value::Int(1) | Value::Bool(true) => Ok(SentStart::Yes),
        Value::Int(0) | Value::Bool(false) => Ok(SentStart::Unknown),
        // -1 as spaCy stores it.
        Value::Int(number) if *number == i128::from(u64::MAX) => Ok(SentStart::No),
        _ => Err(Problem::Invalid("expected true, false, 1 or 0".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::{Value as Json, json};
    use spanlet_archive::{Limits, Parts};

    use super::*;
    use crate::pipe::Scratch;
    use crate::rule_cases::{self, Document};
    use crate::vocab::Vocab;

    #[derive(Debug, Deserialize)]
    struct Case {
        document: Document,
        rules: Json,
        #[serde(default)]
        error: bool,
        tokens: Option<Vec<BTreeMap<String, Json>>>,
    }

    fn ruler(rules: &Json, vocab: &Vocab) -> Result<AttributeRuler, LoadError> {
        let config = rule_cases::config("en", "attribute_ruler", "validate = false");
        let (component, factory) = ("attribute_ruler", "attribute_ruler");
        let source = Source { component, factory, config: &config, parts: &Parts::default(), vocab };
        AttributeRuler::from_rules(&rule_cases::to_msgpack(rules), &source)
    }

    /// What is set of a token, in the form of the cases.
    fn annotations(token: &Token, norm: &str) -> BTreeMap<String, Json> {
        let morph = token.morph.as_deref().map(|morph| if morph.is_empty() { "_" } else { morph });
        let texts = [
            ("tag", token.tag.as_deref()),
            ("pos", token.pos.as_deref()),
            ("morph", morph),
            ("lemma", token.lemma.as_deref()),
            ("dep", token.dep.as_deref()),
            ("norm", Some(norm)),
        ];
        let mut set: BTreeMap<String, Json> =
            texts.into_iter().filter_map(|(key, text)| Some((key.to_owned(), text?.into()))).collect();
        if token.sent_start != SentStart::Unknown {
            set.insert("sent_start".to_owned(), (token.sent_start == SentStart::Yes).into());
        }
        set
    }

    #[test]
    fn tokens_are_changed_as_spacy_changes_them() {
        let vocab = rule_cases::vocab("en");
        let cases: Vec<Case> = rule_cases::load("attribute_ruler");
        for case in &cases {
            let ruler = ruler(&case.rules, &vocab).unwrap_or_else(|error| panic!("{error}: {}", case.rules));
            let mut scratch = Scratch::default();
            let text = case.document.text();
            let mut doc = case.document.build(&text, &vocab, &mut scratch.lexemes);
            let outcome = ruler.annotate(&mut doc, &mut Context { vocab: &vocab, scratch: &mut scratch });
            let norm = |token: &Token| scratch.lexemes.norm_text(&vocab, token.lexeme);
            let tokens = doc.tokens.iter().map(|token| annotations(token, &norm(token))).collect::<Vec<_>>();
            assert!(
                outcome.is_err() == case.error && case.tokens.as_ref().is_none_or(|expected| *expected == tokens),
                "{case:?}\nfound {outcome:?} {tokens:?}"
            );
        }
    }

    #[test]
    fn changes_that_are_not_made_here_are_named() {
        let vocab = rule_cases::vocab("en");
        for (attrs, message) in [
            (json!({"_": {"is_x": true}}), "attribute_ruler: asks for `_`, which is not supported: rule 1"),
            (json!({"ENT_TYPE": "ORG"}), "asks for `ENT_TYPE`"),
            (json!({"IS_STOP": true}), "asks for `IS_STOP`"),
            (json!({"HEAD": 1}), "asks for `HEAD`"),
            (json!({"FLAG20": 1}), "asks for `FLAG20`"),
            (json!({"POS": "Noun"}), "attribute_ruler/patterns: rule 1: POS: expected a part of speech like NOUN"),
            (json!({"MORPH": "Noun"}), "rule 1: MORPH: expected features"),
            (json!({"TAG": 12_345_678}), "rule 1: TAG: expected a string"),
            (json!({"SENT_START": -1}), "rule 1: SENT_START: expected true"),
        ] {
            let rules = json!([{"patterns": [], "attrs": {}}, {"patterns": [], "attrs": attrs}]);
            let error = ruler(&rules, &vocab).expect_err("the change is refused").to_string();
            assert!(error.contains(message), "{error}");
        }
    }

    #[test]
    fn rules_that_are_none_are_damaged() {
        let vocab = rule_cases::vocab("en");
        for (rules, message) in [
            (json!({}), "expected a list of rules"),
            (json!([3]), "rule 0: expected a map"),
            (json!([{"attrs": {}}]), "rule 0: expected a list under `patterns`"),
            (json!([{"patterns": []}]), "rule 0: expected a map under `attrs`"),
            (json!([{"patterns": [], "attrs": {}, "index": "0"}]), "under `index`"),
            (json!([{"patterns": [], "attrs": {}, "priority": 1}]), "found another key"),
            (json!([{"patterns": [[{"LOWER": {"REGEX": 1}}]], "attrs": {}}]), "rule 0, pattern 0, token 0"),
        ] {
            let error = ruler(&rules, &vocab).expect_err("the rules are refused").to_string();
            assert!(error.starts_with("attribute_ruler/patterns: ") && error.contains(message), "{error}");
        }
    }

    #[test]
    fn layers_are_those_that_rules_set() {
        let vocab = rule_cases::vocab("en");
        let rules =
            json!([{"patterns": [], "attrs": {"POS": 92, "MORPH": ""}}, {"patterns": [], "attrs": {"tag": "x"}}]);
        let layers = ruler(&rules, &vocab).expect("rules").layers();
        assert_eq!(layers, Layers { tag: true, pos: true, morph: true, ..Layers::default() });
    }

    #[test]
    fn damaged_patterns_are_an_error_or_other_rules() {
        let vocab = rule_cases::vocab("en");
        let config = rule_cases::config("en", "attribute_ruler", "");
        for case in rule_cases::load::<Case>("attribute_ruler").iter().take(6) {
            let text = case.document.text();
            for bytes in rule_cases::damaged(&rule_cases::msgpack_bytes(&case.rules)) {
                let files = vec![("attribute_ruler/patterns".to_owned(), bytes)];
                let parts = Parts::from_files(files, &Limits::default()).expect("parts");
                let (component, factory) = ("attribute_ruler", "attribute_ruler");
                let source = Source { component, factory, config: &config, parts: &parts, vocab: &vocab };
                if let Ok(ruler) = AttributeRuler::load(&source) {
                    let mut scratch = Scratch::default();
                    let mut doc = case.document.build(&text, &vocab, &mut scratch.lexemes);
                    let _ = ruler.annotate(&mut doc, &mut Context { vocab: &vocab, scratch: &mut scratch });
                }
            }
        }
    }
}

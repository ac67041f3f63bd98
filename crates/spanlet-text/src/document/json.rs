//! A document as JSON: spaCy's shape, written and read.
//!
//! Source: spaCy 3.8, `tokens/doc.pyx` `Doc.to_json` and `Doc.from_json`, `schemas.py` `DocJSONSchema`.

use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};

use super::{Category, Document, Span, SpanGroup, Token};
use crate::offset::OffsetUnit;

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("text", &self.text)?;
        map.serialize_entry("offsets", &self.offsets)?;
        if let Some(ents) = &self.ents {
            map.serialize_entry("ents", &List(ents, entity))?;
        }
        if let Some(sents) = &self.sents {
            map.serialize_entry("sents", &List(sents, bounds))?;
        }
        if !self.cats.is_empty() {
            map.serialize_entry("cats", &Map(&self.cats, |category| (&category.label, category.score)))?;
        }
        if let Some(tokens) = &self.tokens {
            map.serialize_entry("tokens", &Tokens(tokens))?;
        }
        if !self.spans.is_empty() {
            map.serialize_entry("spans", &Map(&self.spans, |group| (&group.key, List(&group.spans, grouped))))?;
        }
        if let Some(noun_chunks) = &self.noun_chunks {
            map.serialize_entry("noun_chunks", &List(noun_chunks, bounds))?;
        }
        if let Some(vector) = &self.vector {
            map.serialize_entry("vector", vector)?;
        }
        let scores = Scores::of(self);
        if !scores.is_empty() {
            map.serialize_entry("scores", &scores)?;
        }
        map.end()
    }
}

/// A list whose items are written as what a function makes of them.
struct List<'d, T, W>(&'d [T], fn(&'d T) -> W);

impl<T, W: Serialize> Serialize for List<'_, T, W> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(self.1))
    }
}

/// A list that is written as an object.
struct Map<'d, T, W>(&'d [T], fn(&'d T) -> (&'d String, W));

impl<T, W: Serialize> Serialize for Map<'_, T, W> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(self.1))
    }
}

#[derive(serde::Serialize)]
struct SpanOut<'d> {
    start: u32,
    end: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kb_id: Option<&'d str>,
}

fn bounds(span: &Span) -> SpanOut<'_> {
    SpanOut { start: span.start, end: span.end, label: None, id: None, kb_id: None }
}

fn entity(span: &Span) -> SpanOut<'_> {
    SpanOut { label: Some(&span.label), id: span.id.as_deref(), ..bounds(span) }
}

/// `from_json` wants a `kb_id` in every span of a group.
fn grouped(span: &Span) -> SpanOut<'_> {
    SpanOut { label: Some(&span.label), kb_id: Some(span.id.as_deref().unwrap_or_default()), ..bounds(span) }
}

struct Tokens<'d>(&'d [Token]);

impl Serialize for Tokens<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for (id, token) in self.0.iter().enumerate() {
            list.serialize_element(&TokenOut {
                id,
                start: token.start,
                end: token.end,
                tag: token.tag.as_deref(),
                pos: token.pos.as_deref(),
                morph: token.morph.as_deref(),
                lemma: token.lemma.as_deref(),
                dep: token.dep.as_deref(),
                head: token.head,
            })?;
        }
        list.end()
    }
}

#[derive(serde::Serialize)]
struct TokenOut<'d> {
    id: usize,
    start: u32,
    end: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pos: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    morph: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lemma: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dep: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    head: Option<u32>,
}

/// The scores of entities and of each group's spans, in the order of those; a layer without any is left out.
#[derive(Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
struct Scores {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ents: Vec<Option<f32>>,
    #[serde(skip_serializing_if = "Entries::is_empty")]
    spans: Entries<Vec<Option<f32>>>,
}

impl Scores {
    fn of(document: &Document) -> Self {
        let of_spans = |spans: &[Span]| match spans.iter().any(|span| span.score.is_some()) {
            true => spans.iter().map(|span| span.score).collect(),
            false => Vec::new(),
        };
        let of_groups = document.spans.iter().map(|group| (group.key.clone(), of_spans(&group.spans)));
        Self {
            ents: of_spans(document.ents.as_deref().unwrap_or_default()),
            spans: Entries(of_groups.filter(|(_, scores)| !scores.is_empty()).collect()),
        }
    }

    fn is_empty(&self) -> bool {
        self.ents.is_empty() && self.spans.is_empty()
    }
}

/// An object's fields, in their order.
struct Entries<T>(Vec<(String, T)>);

impl<T> Entries<T> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Serialize> Serialize for Entries<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor(Self::default()))
    }
}

struct EntriesVisitor<T>(Entries<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for EntriesVisitor<T> {
    type Value = Entries<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Entries<T>, A::Error> {
        while let Some(entry) = map.next_entry()? {
            self.0.0.push(entry);
        }
        Ok(self.0)
    }
}

/// A document as it is read; fields that it does not know are passed over, spaCy's `_` among them.
#[derive(serde::Deserialize)]
struct DocumentIn {
    text: String,
    /// spaCy's own JSON does not say, and counts code points.
    #[serde(default)]
    offsets: OffsetUnit,
    ents: Option<Vec<SpanIn>>,
    sents: Option<Vec<SpanIn>>,
    #[serde(default)]
    cats: Entries<f32>,
    tokens: Option<Vec<TokenIn>>,
    #[serde(default)]
    spans: Entries<Vec<SpanIn>>,
    noun_chunks: Option<Vec<SpanIn>>,
    vector: Option<Vec<f32>>,
    #[serde(default)]
    scores: Scores,
}

#[derive(serde::Deserialize)]
struct SpanIn {
    start: u32,
    end: u32,
    #[serde(default)]
    label: String,
    id: Option<String>,
    kb_id: Option<String>,
}

#[derive(serde::Deserialize)]
struct TokenIn {
    start: u32,
    end: u32,
    tag: Option<String>,
    pos: Option<String>,
    morph: Option<String>,
    lemma: Option<String>,
    dep: Option<String>,
    head: Option<u32>,
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = DocumentIn::deserialize(deserializer)?;
        let mut scores = read.scores;
        let spans = read.spans.0.into_iter().map(|(key, spans)| {
            let of_group = scores.spans.0.iter().position(|(name, _)| *name == key);
            let scores = of_group.map(|index| scores.spans.0.swap_remove(index).1).unwrap_or_default();
            SpanGroup { key, spans: with_scores(spans, &scores) }
        });
        let spans = spans.collect();
        let mut document = Self {
            offsets: read.offsets,
            ents: read.ents.map(|ents| with_scores(ents, &scores.ents)),
            sents: read.sents.map(|sents| with_scores(sents, &[])),
            cats: read.cats.0.into_iter().map(|(label, score)| Category { label, score }).collect(),
            spans,
            noun_chunks: read.noun_chunks.map(|chunks| with_scores(chunks, &[])),
            vector: read.vector,
            tokens: read.tokens.map(|tokens| tokens.into_iter().map(Token::from).collect()),
            text: read.text,
        };
        document.restore_spaces();
        document.restore_sent_starts();
        Ok(document)
    }
}

impl Document {
    /// One space follows a token where the next one, or the end of the text, is further on than its own end.
    fn restore_spaces(&mut self) {
        let mut next_start = self.offsets.length(&self.text) as u32;
        for token in self.tokens.iter_mut().flatten().rev() {
            token.space_after = token.end < next_start;
            next_start = token.start;
        }
    }

    fn restore_sent_starts(&mut self) {
        let Some(sents) = &self.sents else { return };
        let mut starts = sents.iter().map(|sent| sent.start).peekable();
        for token in self.tokens.iter_mut().flatten() {
            let begins = starts.peek() == Some(&token.start);
            token.sent_start = Some(begins);
            if begins {
                starts.next();
            }
        }
    }
}

fn with_scores(spans: Vec<SpanIn>, scores: &[Option<f32>]) -> Vec<Span> {
    let span = |(index, span): (usize, SpanIn)| Span {
        start: span.start,
        end: span.end,
        label: span.label.into(),
        id: span.id.or(span.kb_id).filter(|id| !id.is_empty()).map(Into::into),
        score: scores.get(index).copied().flatten(),
    };
    spans.into_iter().enumerate().map(span).collect()
}

impl From<TokenIn> for Token {
    fn from(token: TokenIn) -> Self {
        let shared = |value: Option<String>| value.map(Arc::from);
        Self {
            start: token.start,
            end: token.end,
            tag: shared(token.tag),
            pos: shared(token.pos),
            morph: shared(token.morph),
            lemma: shared(token.lemma),
            dep: shared(token.dep),
            head: token.head,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Category, Document, OffsetUnit, Span, SpanGroup, Token};

    fn span(start: u32, end: u32, label: &str, score: Option<f32>) -> Span {
        Span { start, end, label: label.into(), id: None, score }
    }

    fn whole() -> Document {
        let token = |start, end, tag: &str, space_after, head| Token {
            start,
            end,
            space_after,
            tag: Some(tag.into()),
            dep: Some("dep".into()),
            head: Some(head),
            sent_start: Some(start == 0),
            ..Token::default()
        };
        Document {
            text: "é FeGe  ".to_owned(),
            offsets: OffsetUnit::Utf16,
            tokens: Some(vec![token(0, 1, "DT", true, 1), token(2, 6, "", true, 1), token(7, 8, "_SP", false, 1)]),
            sents: Some(vec![span(0, 8, "", None)]),
            ents: Some(vec![span(2, 6, "MATERIAL", Some(0.5))]),
            noun_chunks: Some(vec![span(0, 6, "", None)]),
            spans: vec![
                SpanGroup { key: "z".to_owned(), spans: vec![Span { id: Some("Q1".into()), ..span(0, 1, "X", None) }] },
                SpanGroup {
                    key: "a".to_owned(),
                    spans: vec![span(2, 6, "Y", None), span(0, 6, "Y", Some(1.0)), span(0, 1, "Y", None)],
                },
            ],
            cats: [("z", 1.0), ("a", 0.25)].map(|(label, score)| Category { label: label.to_owned(), score }).into(),
            vector: Some(vec![0.5, -1.0]),
        }
    }

    #[test]
    fn a_document_has_spacy_s_shape() {
        let expected = concat!(
            r#"{"text":"é FeGe  ","offsets":"utf16","ents":[{"start":2,"end":6,"label":"MATERIAL"}],"#,
            r#""sents":[{"start":0,"end":8}],"cats":{"z":1.0,"a":0.25},"#,
            r#""tokens":[{"id":0,"start":0,"end":1,"tag":"DT","dep":"dep","head":1},"#,
            r#"{"id":1,"start":2,"end":6,"tag":"","dep":"dep","head":1},"#,
            r#"{"id":2,"start":7,"end":8,"tag":"_SP","dep":"dep","head":1}],"#,
            r#""spans":{"z":[{"start":0,"end":1,"label":"X","kb_id":"Q1"}],"#,
            r#""a":[{"start":2,"end":6,"label":"Y","kb_id":""},{"start":0,"end":6,"label":"Y","kb_id":""},"#,
            r#"{"start":0,"end":1,"label":"Y","kb_id":""}]},"#,
            r#""noun_chunks":[{"start":0,"end":6}],"vector":[0.5,-1.0],"#,
            r#""scores":{"ents":[0.5],"spans":{"a":[null,1.0,null]}}}"#,
        );
        assert_eq!(serde_json::to_string(&whole()).expect("JSON"), expected);
    }

    #[test]
    fn what_is_written_is_read_again() {
        let json = serde_json::to_string(&whole()).expect("JSON");
        assert_eq!(serde_json::from_str::<Document>(&json).expect("valid"), whole());
    }

    #[test]
    fn absent_layers_stay_absent_and_empty_ones_empty() {
        let bare = Document { text: "a".to_owned(), ..Document::default() };
        let json = r#"{"text":"a","offsets":"code-point"}"#;
        assert_eq!(serde_json::to_string(&bare).expect("JSON"), json);
        assert_eq!(serde_json::from_str::<Document>(json).expect("valid"), bare);
        let empty = Document { tokens: Some(vec![]), ents: Some(vec![]), ..Document::default() };
        let json = r#"{"text":"","offsets":"code-point","ents":[],"tokens":[]}"#;
        assert_eq!(serde_json::to_string(&empty).expect("JSON"), json);
        assert_eq!(serde_json::from_str::<Document>(json).expect("valid"), empty);
    }

    #[test]
    fn spacy_s_own_json_is_read() {
        // python3 -c "import spacy, json; print(json.dumps(spacy.blank('en')('No way!').to_json()))"
        let json = r#"{"text": "No way!", "tokens": [{"id": 0, "start": 0, "end": 2}, {"id": 1, "start": 3, "end": 6}, {"id": 2, "start": 6, "end": 7}], "_": {"x": [1.5]}}"#;
        let document = serde_json::from_str::<Document>(json).expect("valid");
        let spaces: Vec<bool> = document.tokens.iter().flatten().map(|token| token.space_after).collect();
        assert_eq!((spaces, document.offsets, document.ents), (vec![true, false, false], OffsetUnit::CodePoint, None));
    }

    #[test]
    fn what_is_no_document_is_refused() {
        for json in [
            "[]",
            "{}",
            r#"{"text":1}"#,
            r#"{"text":"","ents":[{"start":-1,"end":0}]}"#,
            r#"{"text":"","offsets":"bytes"}"#,
        ] {
            assert!(serde_json::from_str::<Document>(json).is_err(), "{json}");
        }
    }
}

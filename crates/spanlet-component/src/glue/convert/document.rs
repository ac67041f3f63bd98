//! Documents and key phrases as the contract has them.

use std::sync::Arc;

use spanlet_api::{Keyphrase, Keyphrases};
use spanlet_text::{Category, Document, Span, SpanGroup, Token};

use super::types;

impl From<Document> for types::Document {
    fn from(document: Document) -> Self {
        let optional = |layer: Option<Vec<Span>>| layer.map(spans);
        Self {
            text: document.text,
            offsets: document.offsets.into(),
            tokens: document.tokens.map(|tokens| tokens.into_iter().map(Into::into).collect()),
            sents: optional(document.sents),
            ents: optional(document.ents),
            noun_chunks: optional(document.noun_chunks),
            spans: document.spans.into_iter().map(Into::into).collect(),
            cats: document.cats.into_iter().map(Into::into).collect(),
            vector: document.vector,
        }
    }
}

impl From<Token> for types::Token {
    fn from(token: Token) -> Self {
        Self {
            start: token.start,
            end: token.end,
            space_after: token.space_after,
            is_stop: token.is_stop,
            tag: token.tag.map(string),
            pos: token.pos.map(string),
            morph: token.morph.map(string),
            lemma: token.lemma.map(string),
            dep: token.dep.map(string),
            head: token.head,
            sent_start: token.sent_start,
        }
    }
}

impl From<Span> for types::Span {
    fn from(span: Span) -> Self {
        let Span { start, end, label, id, score } = span;
        Self { start, end, label: string(label), id: id.map(string), score }
    }
}

impl From<SpanGroup> for types::SpanGroup {
    fn from(group: SpanGroup) -> Self {
        Self { key: group.key, spans: spans(group.spans) }
    }
}

impl From<Category> for types::Scored {
    fn from(category: Category) -> Self {
        Self { label: category.label, score: category.score }
    }
}

impl From<Keyphrases> for types::RankedPhrases {
    fn from(keyphrases: Keyphrases) -> Self {
        let list = |phrases: Vec<Keyphrase>| phrases.into_iter().map(Into::into).collect();
        Self { offsets: keyphrases.offsets.into(), phrases: list(keyphrases.phrases), words: list(keyphrases.words) }
    }
}

impl From<Keyphrase> for types::Keyphrase {
    fn from(phrase: Keyphrase) -> Self {
        let Keyphrase { text, lemma, count, score, spans } = phrase;
        let place = |(start, end)| types::Span { start, end, label: String::new(), id: None, score: None };
        Self { text, lemma, count, score, spans: spans.into_iter().map(place).collect() }
    }
}

fn spans(spans: Vec<Span>) -> Vec<types::Span> {
    spans.into_iter().map(Into::into).collect()
}

#[allow(clippy::needless_pass_by_value, reason = "the contract owns its strings, and this maps over options")]
fn string(shared: Arc<str>) -> String {
    shared.as_ref().to_owned()
}

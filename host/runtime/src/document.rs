//! Documents and key phrases out of the contract's records.

use spanlet_text::{Category, Document, Layers, OffsetUnit, Span, SpanGroup, Token};

use crate::{
    AnalyzeOptions, Keyphrase, Keyphrases,
    contract::bindings::exports::spanlet::nlp::{nlp, types},
};

impl From<&AnalyzeOptions> for nlp::AnalyzeOptions {
    fn from(options: &AnalyzeOptions) -> Self {
        let AnalyzeOptions { model, offsets, layers, aggregation, ignore_labels, stride } = options;
        let offsets = match offsets {
            OffsetUnit::CodePoint => types::OffsetUnit::CodePoint,
            OffsetUnit::Utf16 => types::OffsetUnit::Utf16,
            OffsetUnit::Utf8 => types::OffsetUnit::Utf8,
        };
        Self {
            model: model.clone(),
            offsets,
            layers: flags(*layers),
            aggregation: *aggregation,
            ignore_labels: ignore_labels.clone(),
            stride: *stride,
        }
    }
}

fn flags(layers: Layers) -> nlp::Layers {
    let pairs = [
        (layers.tokens, nlp::Layers::TOKENS),
        (layers.sents, nlp::Layers::SENTS),
        (layers.ents, nlp::Layers::ENTS),
        (layers.noun_chunks, nlp::Layers::NOUN_CHUNKS),
        (layers.spans, nlp::Layers::SPANS),
        (layers.cats, nlp::Layers::CATS),
        (layers.vector, nlp::Layers::VECTOR),
    ];
    let wanted = pairs.into_iter().filter(|(is_wanted, _)| *is_wanted);
    wanted.fold(nlp::Layers::empty(), |flags, (_, flag)| flags | flag)
}

pub(crate) fn document(document: types::Document) -> Document {
    let types::Document { text, offsets, tokens, sents, ents, noun_chunks, spans: groups, cats, vector } = document;
    let group = |group: types::SpanGroup| SpanGroup { key: group.key, spans: spans(group.spans) };
    let category = |scored: types::Scored| Category { label: scored.label, score: scored.score };
    Document {
        text,
        offsets: unit(offsets),
        tokens: tokens.map(|tokens| tokens.into_iter().map(token).collect()),
        sents: sents.map(spans),
        ents: ents.map(spans),
        noun_chunks: noun_chunks.map(spans),
        spans: groups.into_iter().map(group).collect(),
        cats: cats.into_iter().map(category).collect(),
        vector,
    }
}

pub(crate) fn keyphrases(ranked: types::RankedPhrases) -> Keyphrases {
    let types::RankedPhrases { offsets, phrases, words } = ranked;
    let list = |phrases: Vec<types::Keyphrase>| phrases.into_iter().map(keyphrase).collect();
    Keyphrases { offsets: unit(offsets), phrases: list(phrases), words: list(words) }
}

fn unit(unit: types::OffsetUnit) -> OffsetUnit {
    match unit {
        types::OffsetUnit::CodePoint => OffsetUnit::CodePoint,
        types::OffsetUnit::Utf16 => OffsetUnit::Utf16,
        types::OffsetUnit::Utf8 => OffsetUnit::Utf8,
    }
}

fn token(token: types::Token) -> Token {
    let types::Token { start, end, space_after, is_stop, tag, pos, morph, lemma, dep, head, sent_start } = token;
    let [tag, pos, morph, lemma, dep] = [tag, pos, morph, lemma, dep].map(|value| value.map(Into::into));
    Token { start, end, space_after, is_stop, tag, pos, morph, lemma, dep, head, sent_start }
}

fn spans(spans: Vec<types::Span>) -> Vec<Span> {
    spans.into_iter().map(span).collect()
}

fn span(span: types::Span) -> Span {
    let types::Span { start, end, label, id, score } = span;
    Span { start, end, label: label.into(), id: id.map(Into::into), score }
}

fn keyphrase(phrase: types::Keyphrase) -> Keyphrase {
    let types::Keyphrase { text, lemma, count, score, spans } = phrase;
    Keyphrase { text, lemma, count, score, spans: spans.into_iter().map(|span| (span.start, span.end)).collect() }
}

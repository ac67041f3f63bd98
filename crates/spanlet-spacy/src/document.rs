//! From a pipeline's [`Doc`] to the document that callers see.

use std::ops::Range;
use std::sync::Arc;

use spanlet_text::{Document, OffsetUnit, Span, Token as DocumentToken};

use crate::doc::{Doc, Entity, Label, SentStart};
use crate::noun_chunks::{Rule, noun_chunks};
use crate::pipe::{Context, Layers};
use crate::vectors::document_vector;

impl Doc<'_> {
    /// The document with those of the wanted layers that the pipeline's components set. Offsets count UTF-8 bytes.
    pub(crate) fn to_document(
        &self,
        layers: Layers,
        wanted: spanlet_text::Layers,
        chunk_rule: Option<Rule>,
        context: &Context<'_>,
    ) -> Document {
        let sentences = || self.sentences().into_iter().map(|tokens| self.span(tokens, "")).collect();
        Document {
            text: self.text.to_owned(),
            offsets: OffsetUnit::Utf8,
            tokens: wanted.tokens.then(|| self.document_tokens(layers, context)),
            sents: (wanted.sents && layers.sents).then(sentences),
            ents: (wanted.ents && layers.ents).then(|| self.entity_spans()),
            noun_chunks: chunk_rule
                .map(|rule| noun_chunks(rule, self).into_iter().map(|tokens| self.span(tokens, NOUN_CHUNK)).collect()),
            vector: wanted.vector.then(|| document_vector(self, context.vocab, &context.scratch.lexemes)).flatten(),
            ..Document::default()
        }
    }

    /// The tokens of each sentence; a text without tokens has none.
    ///
    /// Source: spaCy 3.8, `tokens/doc.pyx` `Doc.sents`.
    pub(crate) fn sentences(&self) -> Vec<Range<u32>> {
        let count = self.tokens.len() as u32;
        let begins = (1..count).filter(|index| self.tokens[*index as usize].sent_start == SentStart::Yes);
        let mut bounds: Vec<u32> = std::iter::once(0).chain(begins).chain(std::iter::once(count)).collect();
        bounds.dedup();
        bounds.windows(2).map(|pair| pair[0]..pair[1]).collect()
    }

    fn entity_spans(&self) -> Vec<Span> {
        let span = |entity: &Entity| Span { id: entity.id.clone(), ..self.span(entity.tokens.clone(), &entity.label) };
        self.ents.iter().map(span).collect()
    }

    fn document_tokens(&self, layers: Layers, context: &Context<'_>) -> Vec<DocumentToken> {
        let unset: Arc<str> = "".into();
        (0..self.tokens.len()).map(|index| self.document_token(index, layers, &unset, context)).collect()
    }

    fn document_token(&self, index: usize, layers: Layers, unset: &Arc<str>, context: &Context<'_>) -> DocumentToken {
        let token = &self.tokens[index];
        let text = |has: bool, label: &Label| has.then(|| label.as_ref().unwrap_or(unset).clone());
        DocumentToken {
            start: token.start_byte,
            end: token.end_byte,
            space_after: token.space_after,
            is_stop: context.scratch.lexemes.get(token.lexeme).is_stop,
            tag: text(layers.tag, &token.tag),
            pos: text(layers.pos, &token.pos),
            morph: text(layers.morph, &token.morph),
            lemma: text(layers.lemma, &token.lemma),
            dep: text(layers.dep, &token.dep),
            head: layers.dep.then_some(token.head),
            sent_start: layers.sents.then_some(token.sent_start == SentStart::Yes),
        }
    }

    fn span(&self, tokens: Range<u32>, label: &str) -> Span {
        let (first, last) = (&self.tokens[tokens.start as usize], &self.tokens[tokens.end as usize - 1]);
        Span { start: first.start_byte, end: last.end_byte, label: label.into(), id: None, score: None }
    }
}

/// The label that spaCy gives noun chunks.
const NOUN_CHUNK: &str = "NP";

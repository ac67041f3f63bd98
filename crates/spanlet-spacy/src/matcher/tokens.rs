//! The tokens of a text as a matcher sees them: attributes by number and by text.

use std::borrow::Cow;

use super::attribute::Attribute;
use crate::doc::{Doc, Entity, Label, SentStart, Token};
use crate::lexeme::{Lexeme, Lexemes, prefix, shape, suffix};
use crate::morphology;
use crate::strings::string_id;
use crate::unicode;
use crate::vocab::Vocab;

/// A text that is searched.
#[derive(Clone, Copy)]
pub(crate) struct Tokens<'d> {
    pub(crate) doc: &'d Doc<'d>,
    pub(crate) vocab: &'d Vocab,
    pub(crate) lexemes: &'d Lexemes,
}

/// spaCy's numbers for `ENT_IOB`.
const OUTSIDE: u64 = 2;
const BEGIN: u64 = 3;
const INSIDE: u64 = 1;
const MISSING: u64 = 0;

impl<'d> Tokens<'d> {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.doc.tokens.len()
    }

    /// The value of an attribute: the id of a string, or a number. What is not set is 0.
    ///
    /// Source: spaCy 3.8, `tokens/doc.pyx`, `get_token_attr_for_matcher`.
    pub(crate) fn id(&self, index: usize, attribute: Attribute) -> u64 {
        let token = self.token(index);
        match attribute {
            Attribute::Orth => self.lexeme(index).orth,
            Attribute::Lower => self.lexeme(index).lower,
            Attribute::Norm => self.lexeme(index).norm,
            Attribute::Shape => self.lexeme(index).shape,
            Attribute::Prefix => self.lexeme(index).prefix,
            Attribute::Suffix => self.lexeme(index).suffix,
            Attribute::Length => u64::from(self.lexeme(index).length),
            Attribute::Lemma => label_id(&token.lemma),
            Attribute::Pos => label_id(&token.pos),
            Attribute::Tag => label_id(&token.tag),
            Attribute::Dep => label_id(&token.dep),
            Attribute::Morph => string_id(stored_morph(token)),
            Attribute::EntIob => self.iob(index),
            Attribute::EntType => self.entity(index).map_or(0, |entity| string_id(&entity.label)),
            Attribute::EntId => self.entity(index).map_or(0, |entity| label_id(&entity.id)),
            // Only an entity linker sets it, and there is none.
            Attribute::EntKbId => 0,
            Attribute::SentStart => u64::from(token.sent_start == SentStart::Yes),
            Attribute::Spacy => u64::from(token.space_after),
            Attribute::Flag(flag) => u64::from(flag.of(self.doc.token_text(index), &self.vocab.language)),
        }
    }

    /// The value of an attribute whose values are strings; what is not set is empty.
    pub(crate) fn text(&self, index: usize, attribute: Attribute) -> Cow<'d, str> {
        let token = self.token(index);
        let text = self.doc.token_text(index);
        match attribute {
            Attribute::Orth => text.into(),
            Attribute::Lower => unicode::lower(text),
            Attribute::Norm => self.lexemes.norm_text(self.vocab, token.lexeme),
            Attribute::Shape => shape(text),
            Attribute::Prefix => prefix(text).into(),
            Attribute::Suffix => suffix(text).into(),
            Attribute::Lemma => label_text(&token.lemma).into(),
            Attribute::Pos => label_text(&token.pos).into(),
            Attribute::Tag => label_text(&token.tag).into(),
            Attribute::Dep => label_text(&token.dep).into(),
            Attribute::Morph => stored_morph(token).into(),
            Attribute::EntType => self.entity(index).map_or("", |entity| &entity.label).into(),
            Attribute::EntId => self.entity(index).map_or("", |entity| label_text(&entity.id)).into(),
            Attribute::EntKbId => "".into(),
            // A pattern that asks for the text of a number is refused when it is read.
            Attribute::Length | Attribute::EntIob | Attribute::SentStart | Attribute::Spacy | Attribute::Flag(_) => {
                "".into()
            }
        }
    }

    /// The features of a token in their normal form; empty when there are none or nothing has said so.
    pub(crate) fn morph(&self, index: usize) -> &'d str {
        label_text(&self.token(index).morph)
    }

    fn token(&self, index: usize) -> &'d Token {
        &self.doc.tokens[index]
    }

    fn lexeme(&self, index: usize) -> &'d Lexeme {
        self.lexemes.get(self.token(index).lexeme)
    }

    fn entity(&self, index: usize) -> Option<&'d Entity> {
        let after = self.doc.ents.partition_point(|entity| entity.tokens.end as usize <= index);
        self.doc.ents.get(after).filter(|entity| entity.tokens.start as usize <= index)
    }

    fn iob(&self, index: usize) -> u64 {
        match self.entity(index) {
            Some(entity) if entity.tokens.start as usize == index => BEGIN,
            Some(_) => INSIDE,
            None if self.doc.ents_known => OUTSIDE,
            None => MISSING,
        }
    }
}

fn label_text(label: &Label) -> &str {
    label.as_deref().unwrap_or("")
}

fn label_id(label: &Label) -> u64 {
    string_id(label_text(label))
}

/// What spaCy stores for a token's features, which tells "none" from "unknown".
fn stored_morph(token: &Token) -> &str {
    match token.morph.as_deref() {
        None => "",
        Some("") => morphology::EMPTY,
        Some(features) => features,
    }
}

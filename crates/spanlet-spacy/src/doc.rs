//! A text while a pipeline works on it: its tokens, and what components have said of them so far.

use std::ops::Range;
use std::sync::Arc;

use crate::lexeme::LexemeId;
use crate::transformer::Encoded;

/// A value that a component gave a token; `None` is spaCy's unset, which it prints as an empty string.
pub(crate) type Label = Option<Arc<str>>;

/// One text and its tokens.
#[derive(Clone, Debug, Default)]
pub(crate) struct Doc<'t> {
    /// The text, unchanged; the tokens and the spaces after them make it up without gap.
    pub(crate) text: &'t str,
    /// In text order.
    pub(crate) tokens: Vec<Token>,
    /// What the last `tok2vec` component made of the tokens: `[tokens, width]`, spaCy's `Doc.tensor`. Empty before one ran.
    pub(crate) tensor: Vec<f32>,
    /// What the last transformer component made of the text, spaCy's `Doc._.trf_data`. `None` before one ran.
    pub(crate) encoded: Option<Encoded>,
    /// Entities, in text order, without overlap.
    pub(crate) ents: Vec<Entity>,
    /// Whether a component has decided on entities: tokens outside of them are then `O` (2) for spaCy, and before that
    /// missing (0).
    pub(crate) ents_known: bool,
}

/// One token, spaCy's `TokenC`.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    /// Where it lies in the text.
    pub(crate) start_byte: u32,
    pub(crate) end_byte: u32,
    /// Whether one space follows it.
    pub(crate) space_after: bool,
    /// What depends on its text (and on an exception's norm) alone.
    pub(crate) lexeme: LexemeId,
    pub(crate) tag: Label,
    pub(crate) pos: Label,
    /// Features as spaCy prints them: `A=b|C=d`, sorted. `None` when nothing has said so; empty when a component said
    /// that there are none, which spaCy stores as `_`.
    pub(crate) morph: Label,
    pub(crate) lemma: Label,
    pub(crate) dep: Label,
    /// The index of its head; its own for a root, and before a parser ran.
    pub(crate) head: u32,
    /// The first and the last token of its subtree; its own index before a parser ran.
    pub(crate) left_edge: u32,
    pub(crate) right_edge: u32,
    pub(crate) sent_start: SentStart,
}

/// Whether a sentence begins at a token; spaCy's `sent_start` of 1, -1 and 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SentStart {
    /// Nothing has said so.
    #[default]
    Unknown,
    /// One begins.
    Yes,
    /// None begins.
    No,
}

/// An entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entity {
    /// The tokens that it covers.
    pub(crate) tokens: Range<u32>,
    pub(crate) label: Arc<str>,
    /// The identifier that a rule gave it.
    pub(crate) id: Label,
}

impl Token {
    /// A token that nothing is known of: its own head, without a space after it.
    pub(crate) fn new(bytes: Range<u32>, lexeme: LexemeId, index: u32) -> Self {
        Self {
            start_byte: bytes.start,
            end_byte: bytes.end,
            space_after: false,
            lexeme,
            tag: None,
            pos: None,
            morph: None,
            lemma: None,
            dep: None,
            head: index,
            left_edge: index,
            right_edge: index,
            sent_start: SentStart::Unknown,
        }
    }
}

impl<'t> Doc<'t> {
    /// The text of the token at `index`.
    pub(crate) fn token_text(&self, index: usize) -> &'t str {
        let token = &self.tokens[index];
        &self.text[token.start_byte as usize..token.end_byte as usize]
    }
}

//! The BILUO system: every token begins an entity, is in one, is its last, is one by itself, or is outside.
//!
//! Entities that the text has before are kept: the moves on their tokens are forced.
//!
//! Source: spaCy 3.8, `pipeline/_parser_internals/ner.pyx` and `_state.pxd`.

use std::ops::Range;

use super::State;
use super::moves::{Allowed, LabelIndex, NO_LABEL};

#[cfg(test)]
mod tests;

/// How many actions there are: [`MISSING`] to [`OUT`], numbered as in the `moves` file.
pub(crate) const ACTIONS: usize = 6;
/// Never chosen; training has it for tokens of which nothing is known.
pub(crate) const MISSING: usize = 0;
/// Opens an entity of two tokens or more.
pub(crate) const BEGIN: usize = 1;
/// Goes on with it.
pub(crate) const IN: usize = 2;
/// Closes it behind this token.
pub(crate) const LAST: usize = 3;
/// Makes an entity of this token alone.
pub(crate) const UNIT: usize = 4;
/// Passes a token.
pub(crate) const OUT: usize = 5;

/// The state of the search for entities.
#[derive(Clone, Debug, Default)]
pub(crate) struct Biluo {
    tokens: Vec<Token>,
    /// The token that the next move is about.
    next: u32,
    open: Option<Open>,
    entities: Vec<Entity>,
}

/// What the rules look at, of one token.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Token {
    pub(crate) preset: Preset,
    pub(crate) is_space: bool,
    pub(crate) starts_sentence: bool,
}

/// What a token is in an entity that the text has before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Preset {
    /// In none.
    #[default]
    Outside,
    /// Its first token.
    Begin(LabelIndex),
    /// Another one of its tokens.
    Inside(LabelIndex),
}

/// An entity that was begun.
#[derive(Clone, Copy, Debug)]
struct Open {
    start: u32,
    label: LabelIndex,
}

/// An entity that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entity {
    pub(crate) tokens: Range<u32>,
    pub(crate) label: LabelIndex,
}

impl Biluo {
    /// Begins a text.
    pub(crate) fn begin(&mut self, tokens: impl Iterator<Item = Token>) {
        self.tokens.clear();
        self.tokens.extend(tokens);
        self.next = 0;
        self.open = None;
        self.entities.clear();
    }

    /// Whether every token had its move.
    pub(crate) fn is_final(&self) -> bool {
        self.next as usize >= self.tokens.len()
    }

    /// The entities that were closed, in text order.
    pub(crate) fn entities(&self) -> &[Entity] {
        &self.entities
    }

    /// Which actions are allowed.
    pub(crate) fn allowed(&self) -> [Allowed; ACTIONS] {
        let here = self.token(self.next as usize);
        let after = self.token(self.next as usize + 1);
        let is_last_token = self.next as usize + 1 >= self.tokens.len();
        match self.open {
            Some(open) => [
                Allowed::No,
                Allowed::No,
                go_on(open.label, here, after, is_last_token),
                close(open.label, here, after),
                Allowed::No,
                Allowed::No,
            ],
            None => [
                Allowed::No,
                begin(here, after, is_last_token),
                Allowed::No,
                Allowed::No,
                unit(here, after),
                Allowed::any_if(here.preset == Preset::Outside),
            ],
        }
    }

    /// Makes a move that is allowed.
    pub(crate) fn apply(&mut self, action: usize, label: LabelIndex) {
        match (action, self.open) {
            (BEGIN, _) => self.open = Some(Open { start: self.next, label }),
            (LAST, Some(open)) => {
                self.entities.push(Entity { tokens: open.start..self.next + 1, label: open.label });
                self.open = None;
            }
            (UNIT, _) => self.entities.push(Entity { tokens: self.next..self.next + 1, label }),
            _ => debug_assert!(matches!(action, IN | OUT), "action {action} is not allowed here"),
        }
        self.next += 1;
    }

    /// Gives up, when no move is allowed: an open entity is dropped, and the rest of the text is not read.
    pub(crate) fn give_up(&mut self) {
        self.next = self.tokens.len() as u32;
    }

    fn this(&self) -> Option<u32> {
        (!self.is_final()).then_some(self.next)
    }

    /// The token at `index`; behind the text there are empty ones.
    fn token(&self, index: usize) -> Token {
        self.tokens.get(index).copied().unwrap_or_default()
    }
}

impl State for Biluo {
    type Features = [Option<u32>; 3];
    type ExtraFeatures = [Option<u32>; 6];

    /// The tokens that the network looks at: this one, the open entity's first, and its latest.
    fn features(&self) -> Self::Features {
        let this = self.this();
        let start = self.open.map(|open| open.start);
        [this, start, this.and(start).and_then(|_| self.next.checked_sub(1))]
    }

    /// The tokens that the network looks at with `extra_state_tokens`: this one, and the open entity's first five.
    fn extra_features(&self) -> Self::ExtraFeatures {
        let mut features = [self.this(), None, None, None, None, None];
        if let Some(open) = self.open {
            for (feature, token) in features[1..].iter_mut().zip(open.start..self.next) {
                *feature = Some(token);
            }
        }
        features
    }
}

/// Where an entity may begin. A preset one does whatever a sentence's bounds and white space say.
fn begin(here: Token, after: Token, is_last_token: bool) -> Allowed {
    match here.preset {
        _ if is_last_token => Allowed::No,
        Preset::Inside(_) => Allowed::No,
        Preset::Begin(label) => Allowed::only_if(matches!(after.preset, Preset::Inside(_)), label),
        Preset::Outside if matches!(after.preset, Preset::Begin(_)) => Allowed::No,
        Preset::Outside if after.starts_sentence || here.is_space => Allowed::No,
        Preset::Outside => Allowed::AnyBut(NO_LABEL),
    }
}

/// Whether the open entity may go on behind this token.
fn go_on(open: LabelIndex, here: Token, after: Token, is_last_token: bool) -> Allowed {
    let fits = match (here.preset, after.preset) {
        _ if is_last_token => false,
        (Preset::Begin(_), _) | (_, Preset::Begin(_)) => false,
        (Preset::Inside(label), Preset::Inside(_)) => label == open,
        (Preset::Inside(_), Preset::Outside) => false,
        (Preset::Outside, _) => !after.starts_sentence,
    };
    Allowed::only_if(fits, open)
}

/// Whether the open entity may end with this token. Where a preset one ends, its label counts and not the open one's.
fn close(open: LabelIndex, here: Token, after: Token) -> Allowed {
    match (here.preset, after.preset) {
        (_, Preset::Inside(_)) => Allowed::No,
        (Preset::Inside(label), _) => Allowed::Only(label),
        _ => Allowed::Only(open),
    }
}

/// Where a token may be an entity by itself.
fn unit(here: Token, after: Token) -> Allowed {
    match here.preset {
        _ if matches!(after.preset, Preset::Inside(_)) => Allowed::No,
        Preset::Begin(label) => Allowed::Only(label),
        _ if here.is_space => Allowed::No,
        _ => Allowed::AnyBut(NO_LABEL),
    }
}

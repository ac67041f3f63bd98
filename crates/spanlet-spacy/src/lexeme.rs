//! What depends on a word's text alone: the ids of its attributes, and its flags.

mod flags;

use std::borrow::Cow;

pub(crate) use flags::Flag;

use crate::strings::{IdMap, string_id};
use crate::unicode::{self, Property};
use crate::vocab::Vocab;

/// A word type: an index into [`Lexemes`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct LexemeId(pub(crate) u32);

/// The attributes of a word type, as ids of strings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lexeme {
    /// The text itself.
    pub(crate) orth: u64,
    pub(crate) lower: u64,
    pub(crate) norm: u64,
    /// The first character.
    pub(crate) prefix: u64,
    /// The last three characters.
    pub(crate) suffix: u64,
    pub(crate) shape: u64,
    /// In code points.
    pub(crate) length: u32,
    pub(crate) is_space: bool,
    pub(crate) is_punct: bool,
    pub(crate) is_stop: bool,
    /// Where the text lies in [`Lexemes::texts`].
    start_byte: u32,
    end_byte: u32,
}

/// The word types that were met so far. It lives with the caller and is filled while answering.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lexemes {
    list: Vec<Lexeme>,
    texts: String,
    /// By id of the text, and id of the norm that a tokenizer exception gave it (0 for none).
    by_key: IdMap<(u64, u64), LexemeId>,
    /// Norms that came from exceptions, which the text does not tell.
    given_norms: IdMap<u32, Box<str>>,
    generation: u64,
}

impl Lexemes {
    /// So many word types are kept from one document to the next: those of a few books.
    const MAX_KEPT: usize = 1 << 16;
    /// And so many bytes of their texts.
    const MAX_KEPT_BYTES: usize = 1 << 22;

    /// Forgets all word types when there are too many. Called before a document, never within one.
    pub(crate) fn trim(&mut self) {
        if self.list.len() > Self::MAX_KEPT || self.texts.len() > Self::MAX_KEPT_BYTES {
            *self = Self { generation: self.generation + 1, ..Self::default() };
        }
    }

    /// Reserves memory for more word types, of usual length.
    pub(crate) fn reserve(&mut self, more: usize) {
        self.list.reserve(more);
        self.texts.reserve(more * 8);
        self.by_key.reserve(more);
    }

    /// Changes whenever ids that were given out lose their meaning; what is cached by [`LexemeId`] must go with it.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// The number of word types; ids are below it.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// The word type of a text, made if it is new. `norm` is what a tokenizer exception says; an empty one says nothing.
    ///
    /// Source: spaCy 3.8, `vocab.pyx`, `Vocab.get` and `make_fused_token`.
    pub(crate) fn intern(&mut self, vocab: &Vocab, text: &str, norm: Option<&str>) -> LexemeId {
        let orth = string_id(text);
        let given = norm.map_or(0, string_id);
        if let Some(id) = self.by_key.get(&(orth, given)) {
            return *id;
        }
        let id = LexemeId(u32::try_from(self.list.len()).expect("a text is shorter than 4 GiB"));
        let start_byte = self.texts.len();
        self.texts.push_str(text);
        self.list.push(Lexeme {
            orth,
            lower: string_id(&unicode::lower(text)),
            norm: if given == 0 { string_id(&vocab.norm(text)) } else { given },
            prefix: string_id(prefix(text)),
            suffix: string_id(suffix(text)),
            shape: string_id(&shape(text)),
            length: text.chars().count() as u32,
            is_space: Property::SPACE.of_all(text),
            is_punct: Property::PUNCTUATION.of_all(text),
            is_stop: vocab.language.is_stop(text),
            start_byte: start_byte as u32,
            end_byte: self.texts.len() as u32,
        });
        if let Some(norm) = norm.filter(|_| given != 0) {
            self.given_norms.insert(id.0, norm.into());
        }
        self.by_key.insert((orth, given), id);
        id
    }

    /// The attributes of a word type.
    #[inline]
    pub(crate) fn get(&self, id: LexemeId) -> &Lexeme {
        &self.list[id.0 as usize]
    }

    /// Its text.
    pub(crate) fn text(&self, id: LexemeId) -> &str {
        let lexeme = self.get(id);
        &self.texts[lexeme.start_byte as usize..lexeme.end_byte as usize]
    }

    /// Whether a flag holds of it.
    pub(crate) fn has(&self, vocab: &Vocab, id: LexemeId, flag: Flag) -> bool {
        match flag {
            Flag::IsSpace => self.get(id).is_space,
            Flag::IsPunct => self.get(id).is_punct,
            Flag::IsStop => self.get(id).is_stop,
            flag => flag.of(self.text(id), &vocab.language),
        }
    }

    /// Its norm as text.
    pub(crate) fn norm_text<'s>(&'s self, vocab: &'s Vocab, id: LexemeId) -> Cow<'s, str> {
        match self.given_norms.get(&id.0) {
            Some(norm) => Cow::Borrowed(norm),
            None => vocab.norm(self.text(id)),
        }
    }
}

/// The first character of a text.
pub(crate) fn prefix(text: &str) -> &str {
    text.chars().next().map_or("", |char| &text[..char.len_utf8()])
}

/// The last three characters of a text, or all of a shorter one.
pub(crate) fn suffix(text: &str) -> &str {
    text.char_indices().rev().take(3).last().map_or("", |(start, _)| &text[start..])
}

/// The shape of a text: letters as `X` and `x`, digits as `d`, at most four of the same in a row.
///
/// Source: spaCy 3.8, `lang/lex_attrs.py`, `word_shape`.
pub(crate) fn shape(text: &str) -> Cow<'static, str> {
    const LONG: usize = 100;
    if text.chars().nth(LONG - 1).is_some() {
        return Cow::Borrowed("LONG");
    }
    let mut shape = String::with_capacity(text.len());
    let (mut last, mut run) = (None, 0);
    for char in text.chars() {
        let drawn = shape_char(char);
        run = if last == Some(drawn) { run + 1 } else { 0 };
        last = Some(drawn);
        if run < 4 {
            shape.push(drawn);
        }
    }
    Cow::Owned(shape)
}

fn shape_char(char: char) -> char {
    if Property::ALPHA.of(char) {
        if Property::UPPER.of(char) { 'X' } else { 'x' }
    } else if Property::DIGIT.of(char) {
        'd'
    } else {
        char
    }
}

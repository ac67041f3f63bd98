//! Text to tokens, by the rules of the pipeline's `tokenizer` file.
//!
//! White space divides a text into chunks; a chunk is an exception with tokens of its own, or loses prefixes and suffixes
//! and is divided at infixes; and at last exceptions are looked for across tokens. Source: spaCy 3.8, `tokenizer.pyx`.

mod affixes;
mod chunks;
mod file;
mod phrases;
#[cfg(test)]
mod tests;

use std::ops::Range;

use spanlet_archive::Parts;
use spanlet_archive::config::Config;

pub(crate) use chunks::Chunks;

use crate::annotate_error::AnnotateError;
use crate::doc::{Doc, SentStart, Token};
use crate::language::Language;
use crate::lexeme::Lexemes;
use crate::load_error::LoadError;
use crate::pipe::Scratch;
use crate::unicode::is_space;
use crate::vocab::Vocab;

use affixes::Rules;
use chunks::Piece;
use phrases::Phrases;

const PART: &str = "tokenizer";
/// The tokenizer that works by rules; all others are code of one language.
const BY_RULES: &str = "spacy.Tokenizer.v1";

/// The rules of one pipeline.
#[derive(Clone, Debug)]
pub(crate) struct Tokenizer {
    rules: Rules,
    phrases: Phrases,
}

impl Tokenizer {
    /// Longer texts are refused: offsets are kept in 32 bits, and a token for each byte must fit into memory.
    const MAX_BYTES: usize = 1 << 28;

    /// Reads the part `tokenizer` of a pipeline whose configuration asks for a tokenizer by rules.
    pub(crate) fn load(parts: &Parts, config: &Config) -> Result<Self, LoadError> {
        let kind = Self::kind(config);
        if kind != BY_RULES {
            let advice = format!(
                "tokenizers of language `{}` other than `{BY_RULES}` are code; train the pipeline with that one",
                Language::code_of(config)
            );
            return Err(LoadError::unsupported(PART, kind, advice));
        }
        let bytes = parts
            .get(PART)
            .ok_or_else(|| LoadError::PartMissing { part: PART.to_owned(), needed_by: "the pipeline".to_owned() })?;
        Self::parse(PART, bytes)
    }

    /// Which tokenizer the configuration asks for.
    pub(crate) fn kind(config: &Config) -> &str {
        config.get("nlp.tokenizer.@tokenizers").and_then(serde_json::Value::as_str).unwrap_or(BY_RULES)
    }

    /// Reads a `tokenizer` file; `part` names it in errors.
    pub(crate) fn parse(part: &str, bytes: &[u8]) -> Result<Self, LoadError> {
        Ok(Self::new(file::parse(part, bytes)?))
    }

    fn new(rules: Rules) -> Self {
        let phrases = Phrases::new(&rules);
        Self { rules, phrases }
    }

    /// Divides a text into tokens. An empty text has none.
    pub(crate) fn tokenize<'t>(
        &self,
        text: &'t str,
        vocab: &Vocab,
        scratch: &mut Scratch,
    ) -> Result<Doc<'t>, AnnotateError> {
        if text.len() > Self::MAX_BYTES {
            return Err(AnnotateError::TooLong { max_bytes: Self::MAX_BYTES });
        }
        scratch.lexemes.trim();
        scratch.chunks.trim(&scratch.lexemes);
        let mut doc = Doc { text, ..Doc::default() };
        doc.tokens.reserve(text.len() / 6 + 1);
        let mut starts = Vec::new();
        for chunk in Spaces::new(text) {
            self.push_chunk(&mut doc, &chunk, vocab, scratch, &mut starts);
        }
        if let Some(first) = doc.tokens.first_mut() {
            first.sent_start = SentStart::Yes;
        }
        if !starts.is_empty() {
            phrases::apply((&self.phrases, &self.rules), &starts, &mut doc, vocab, &mut scratch.lexemes);
        }
        Ok(doc)
    }

    /// Adds the tokens of a chunk, and to `starts` those that can begin an exception that spans tokens.
    fn push_chunk(
        &self,
        doc: &mut Doc<'_>,
        chunk: &Chunk<'_>,
        vocab: &Vocab,
        scratch: &mut Scratch,
        starts: &mut Vec<u32>,
    ) {
        let Scratch { lexemes, chunks, .. } = scratch;
        let kept = chunks.find(chunk.text);
        let pieces = kept.unwrap_or_else(|| self.cut_chunk(chunk.text, vocab, lexemes, chunks));
        let mut at = chunk.start_byte;
        for piece in chunks.pieces(pieces) {
            let index = doc.tokens.len() as u32;
            doc.tokens.push(Token::new(at..at + piece.bytes, piece.lexeme, index));
            at += piece.bytes;
            if piece.begins_phrase {
                starts.push(index);
            }
        }
        if let Some(last) = doc.tokens.last_mut() {
            last.space_after = chunk.space_after;
        }
    }

    /// Applies the rules to a chunk that was not met before.
    fn cut_chunk(&self, chunk: &str, vocab: &Vocab, lexemes: &mut Lexemes, chunks: &mut Chunks) -> Range<usize> {
        chunks.begin();
        let mut rest = chunk;
        for cut in self.rules.cut(chunk, true, chunks.work()) {
            let (text, after) = rest.split_at(cut.bytes as usize);
            let lexeme = lexemes.intern(vocab, text, cut.norm);
            let begins_phrase = self.phrases.can_begin(lexemes.get(lexeme).orth);
            chunks.push(Piece { lexeme, bytes: cut.bytes, begins_phrase });
            rest = after;
        }
        chunks.end(chunk)
    }
}

/// A stretch of a text that is all white space, or has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Chunk<'t> {
    start_byte: u32,
    text: &'t str,
    /// Whether a single space follows that belongs to no chunk.
    space_after: bool,
}

/// The chunks of a text. One space after a chunk without white space goes with it; what more there is, is a chunk.
#[derive(Clone, Debug)]
struct Spaces<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Spaces<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// Where the run of characters that are white space, or are not, ends.
    #[inline]
    fn run_end(&self, start: usize, white: bool) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = start;
        while let Some(byte) = bytes.get(at) {
            if byte.is_ascii() {
                if is_space(char::from(*byte)) != white {
                    break;
                }
                at += 1;
            } else {
                match self.text[at..].chars().next() {
                    Some(char) if is_space(char) == white => at += char.len_utf8(),
                    _ => break,
                }
            }
        }
        at
    }
}

impl<'t> Iterator for Spaces<'t> {
    type Item = Chunk<'t>;

    fn next(&mut self) -> Option<Chunk<'t>> {
        let start = self.at;
        let white = is_space(self.text[start..].chars().next()?);
        let end = self.run_end(start, white);
        let space_after = !white && self.text.as_bytes().get(end) == Some(&b' ');
        self.at = end + usize::from(space_after);
        Some(Chunk { start_byte: start as u32, text: &self.text[start..end], space_after })
    }
}

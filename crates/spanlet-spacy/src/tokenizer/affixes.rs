//! A chunk to the pieces that its rules cut it into.

use crate::regex::{Regex, Work};
use crate::strings::TextMap;

/// What a `tokenizer` file says.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    pub(super) prefix: Option<Regex>,
    pub(super) suffix: Option<Regex>,
    pub(super) infix: Option<Regex>,
    /// What is one token as it stands, whatever affixes it seems to have.
    pub(super) token_match: Option<Regex>,
    /// What is one token once its affixes are off.
    pub(super) url_match: Option<Regex>,
    /// The tokens of words that have their own, by word.
    pub(super) exceptions: TextMap<Box<str>, Vec<ExceptionToken>>,
    /// No exception has more bytes.
    pub(super) longest_exception: usize,
    /// Whether exceptions without affixes within are looked for across tokens too.
    pub(super) all_phrases: bool,
}

/// A token of an exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ExceptionToken {
    pub(super) bytes: u32,
    pub(super) norm: Option<Box<str>>,
}

/// A piece of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut<'r> {
    pub(super) bytes: u32,
    /// The norm that an exception gives it.
    pub(super) norm: Option<&'r str>,
}

impl Rules {
    /// The tokens of an exception.
    pub(super) fn exception(&self, text: &str) -> Option<&[ExceptionToken]> {
        if text.len() > self.longest_exception {
            return None;
        }
        self.exceptions.get(text).map(Vec::as_slice)
    }

    /// Cuts a chunk into pieces, which make it up from its start to its end.
    ///
    /// Source: spaCy 3.8, `tokenizer.pyx`, `_tokenize`, `_split_affixes` and `_attach_tokens`.
    pub(super) fn cut(&self, chunk: &str, exceptions: bool, work: &mut Work) -> Vec<Cut<'_>> {
        let mut cuts = Vec::new();
        if exceptions && self.push_exception(chunk, &mut cuts) {
            return cuts;
        }
        let mut suffixes = Vec::new();
        let core = self.strip(chunk, exceptions, work, &mut cuts, &mut suffixes);
        let done = core.is_empty() || exceptions && self.push_exception(core, &mut cuts);
        if !done {
            let is_match = |regex: &Option<Regex>, work: &mut Work| {
                regex.as_ref().is_some_and(|regex| regex.match_start_with(core, work).is_some())
            };
            if is_match(&self.token_match, work) || is_match(&self.url_match, work) {
                cuts.push(Cut::new(core.len()));
            } else {
                self.cut_infixes(core, work, &mut cuts);
            }
        }
        cuts.extend(suffixes.into_iter().rev());
        cuts
    }

    fn push_exception<'r>(&'r self, text: &str, cuts: &mut Vec<Cut<'r>>) -> bool {
        let Some(tokens) = self.exception(text) else { return false };
        cuts.extend(tokens.iter().map(|token| Cut { bytes: token.bytes, norm: token.norm.as_deref() }));
        true
    }

    /// Takes prefixes and suffixes off until there are none, or an exception or a token that stands as it is remains.
    fn strip<'c>(
        &self,
        chunk: &'c str,
        exceptions: bool,
        work: &mut Work,
        prefixes: &mut Vec<Cut<'_>>,
        suffixes: &mut Vec<Cut<'_>>,
    ) -> &'c str {
        let is_exception = |text: &str| exceptions && self.exception(text).is_some();
        let mut core = chunk;
        let mut last = 0;
        while core.len() != last {
            if self.token_match.as_ref().is_some_and(|regex| regex.match_start_with(core, work).is_some())
                || is_exception(core)
            {
                break;
            }
            last = core.len();
            let prefix = self.prefix_bytes(core, work);
            let without_prefix = &core[prefix..];
            if prefix > 0 && is_exception(without_prefix) {
                prefixes.push(Cut::new(prefix));
                return without_prefix;
            }
            let suffix = self.suffix_bytes(without_prefix, work);
            let without_suffix = &core[..core.len() - suffix];
            if suffix > 0 && is_exception(without_suffix) {
                suffixes.push(Cut::new(suffix));
                return without_suffix;
            }
            if prefix > 0 {
                prefixes.push(Cut::new(prefix));
            }
            if suffix > 0 {
                suffixes.push(Cut::new(suffix));
            }
            core = &without_prefix[..without_prefix.len() - suffix];
        }
        core
    }

    /// As many bytes at the start as the match of the prefix rules has characters, wherever in the text it is.
    pub(super) fn prefix_bytes(&self, text: &str, work: &mut Work) -> usize {
        match self.prefix.as_ref().and_then(|regex| regex.search_with(text, work)) {
            Some(found) if found.start == 0 => found.end,
            Some(found) => text.char_indices().nth(text[found].chars().count()).map_or(text.len(), |(at, _)| at),
            None => 0,
        }
    }

    /// As many bytes at the end as the match of the suffix rules has characters, wherever in the text it is.
    pub(super) fn suffix_bytes(&self, text: &str, work: &mut Work) -> usize {
        match self.suffix.as_ref().and_then(|regex| regex.search_with(text, work)) {
            Some(found) if found.end == text.len() => found.len(),
            Some(found) => {
                let chars = text[found].chars().count();
                text.chars().rev().take(chars).map(char::len_utf8).sum()
            }
            None => 0,
        }
    }

    /// Cuts at infixes. One at the very start is none, and what is before the first real one goes from there.
    fn cut_infixes(&self, core: &str, work: &mut Work, cuts: &mut Vec<Cut<'_>>) {
        let mut cursor = 0;
        if let Some(infix) = &self.infix {
            for found in infix.find_iter(core, work).filter(|found| found.start != 0) {
                if found.start != cursor {
                    cuts.push(Cut::new(found.start - cursor));
                }
                if !found.is_empty() {
                    cuts.push(Cut::new(found.len()));
                }
                cursor = found.end;
            }
        }
        if cursor < core.len() {
            cuts.push(Cut::new(core.len() - cursor));
        }
    }
}

impl Cut<'_> {
    fn new(bytes: usize) -> Self {
        Self { bytes: bytes as u32, norm: None }
    }
}

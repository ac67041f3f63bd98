//! A document's noun chunks, as tokens.

use spanlet_text::{Document, Token, is_punctuation, is_space};

/// One noun chunk.
pub(super) struct Chunk<'d> {
    text: &'d str,
    /// Those of the whole document.
    pub(super) tokens: &'d [Token],
    first: usize,
    /// One past the last.
    end: usize,
}

/// The chunks of a document with offsets in bytes; none where it has no tokens or no noun chunks.
pub(super) fn all(document: &Document) -> impl Iterator<Item = Chunk<'_>> {
    let tokens = document.tokens.as_deref().unwrap_or_default();
    let chunk = |span: &spanlet_text::Span| Chunk {
        text: &document.text,
        tokens,
        first: tokens.partition_point(|token| token.start < span.start),
        end: tokens.partition_point(|token| token.end <= span.end),
    };
    let chunks = document.noun_chunks.iter().flatten().map(chunk);
    chunks.filter(|chunk| chunk.first < chunk.end)
}

impl Chunk<'_> {
    /// The tokens that are neither stop words nor of the part of speech `PUNCT`.
    pub(super) fn content(&self) -> impl Iterator<Item = usize> {
        let counts = |token: &Token| !token.is_stop && token.pos.as_deref() != Some("PUNCT");
        (self.first..self.end).filter(move |&index| counts(&self.tokens[index]))
    }

    /// A token's own text.
    pub(super) fn text(&self, index: usize) -> &str {
        let token = &self.tokens[index];
        self.text.get(token.start as usize..token.end as usize).unwrap_or_default()
    }

    /// A token's lemma, or its text where it has none; lower-cased.
    pub(super) fn lemma(&self, index: usize) -> String {
        let lemma = self.tokens[index].lemma.as_deref().filter(|lemma| !lemma.is_empty());
        lemma.unwrap_or_else(|| self.text(index)).to_lowercase()
    }

    /// The token nearest to the sentence's root; the first of several.
    ///
    /// Source: spaCy 3.8, `tokens/span.pyx` `Span.root`.
    pub(super) fn root(&self) -> usize {
        let inside = self.first..self.end;
        if let Some(root) = inside.clone().find(|&index| self.head(index) == index) {
            return root;
        }
        let leaves = inside.clone().filter(|&index| !inside.contains(&self.head(index)));
        // Mostly there is one, and then how far it is from the root does not matter.
        let mut others = leaves.clone().skip(1);
        if others.next().is_none() {
            return leaves.clone().next().unwrap_or(self.first);
        }
        // `min_by_key` gives the first of equals, as the original does. One that is no nearer than the whole text is
        // long is never taken there.
        let nearest = leaves.map(|index| (self.steps_to_root(index), index)).min_by_key(|&(steps, _)| steps);
        nearest.filter(|&(steps, _)| steps < self.tokens.len()).map_or(self.first, |(_, index)| index)
    }

    fn head(&self, index: usize) -> usize {
        self.tokens[index].head.map_or(index, |head| head as usize)
    }

    /// How many arcs lead to the root. White space and punctuation without children are as far as can be.
    fn steps_to_root(&self, index: usize) -> usize {
        let text = self.text(index);
        let is_loose = (text.chars().all(is_space) || text.chars().all(is_punctuation))
            && !(0..self.tokens.len()).any(|child| child != index && self.head(child) == index);
        if is_loose {
            return self.tokens.len().saturating_sub(1);
        }
        let (mut at, mut steps) = (index, 0);
        while steps < self.tokens.len() {
            let head = self.head(at);
            // A head outside the text, or a ring, ends the walk; no engine gives either.
            if head == at || head >= self.tokens.len() {
                return steps;
            }
            (at, steps) = (head, steps + 1);
        }
        steps
    }
}

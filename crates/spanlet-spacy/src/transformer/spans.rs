//! Which stretches of a text are encoded, each by itself.
//!
//! Source: spacy-transformers 1.4, `span_getters.py`.

use std::ops::Range;

use crate::doc::Doc;

/// A span getter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SpanGetter {
    /// `doc_spans`: the whole text.
    Whole,
    /// `sent_spans`: each sentence.
    Sentences,
    /// `strided_spans`: so many tokens from every so manyth on, so that each token has others around it. The window is
    /// no shorter than the stride, and the stride is at least 1.
    Strided { window: usize, stride: usize },
}

impl SpanGetter {
    /// The tokens of each stretch of a document that has tokens. Every token is in one at least, and no stretch is empty.
    pub(super) fn of(self, doc: &Doc<'_>) -> Vec<Range<usize>> {
        match self {
            Self::Whole => std::iter::once(0..doc.tokens.len()).collect(),
            Self::Sentences => {
                doc.sentences().into_iter().map(|tokens| tokens.start as usize..tokens.end as usize).collect()
            }
            Self::Strided { window, stride } => strided(doc.tokens.len(), window, stride),
        }
    }
}

/// A text of less than two strides is cut at most once, even where the second stretch is longer than a window.
fn strided(tokens: usize, window: usize, stride: usize) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let mut start = 0;
    for _ in 0..tokens / stride {
        spans.push(start..tokens.min(start + window));
        if start + window >= tokens {
            return spans;
        }
        start += stride;
    }
    if start < tokens {
        spans.push(start..tokens);
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::strided;

    #[test]
    fn strides_are_those_of_spacy_transformers() {
        let starts_ends = |tokens, window, stride| -> Vec<_> {
            strided(tokens, window, stride).into_iter().map(|span| (span.start, span.end)).collect()
        };
        assert_eq!(starts_ends(1, 128, 96), [(0, 1)]);
        assert_eq!(starts_ends(96, 128, 96), [(0, 96)]);
        assert_eq!(starts_ends(128, 128, 96), [(0, 128)]);
        assert_eq!(starts_ends(129, 128, 96), [(0, 128), (96, 129)]);
        assert_eq!(starts_ends(300, 128, 96), [(0, 128), (96, 224), (192, 300)]);
        assert_eq!(starts_ends(300, 128, 128), [(0, 128), (128, 256), (256, 300)]);
        assert_eq!(starts_ends(256, 128, 128), [(0, 128), (128, 256)]);
        assert_eq!(starts_ends(5, 3, 2), [(0, 3), (2, 5)]);
    }
}

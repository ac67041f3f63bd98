//! A document's offsets in another unit.

use super::{Document, Span};
use crate::offset::OffsetUnit;

/// For every offset in one unit, the offset in another; one more entry than the text has units.
struct Table(Vec<u32>);

impl Table {
    /// Walks the text once. Offsets inside a character stand for its start.
    fn new(text: &str, from: OffsetUnit, to: OffsetUnit) -> Self {
        let mut table = Vec::with_capacity(from.length(text) + 1);
        let mut passed = 0;
        for character in text.chars() {
            table.extend(std::iter::repeat_n(passed, from.width(character)));
            passed += to.width(character) as u32;
        }
        table.push(passed);
        Self(table)
    }

    /// An offset past the end stands for the end.
    fn convert(&self, offset: &mut u32) {
        *offset = self.0[(*offset as usize).min(self.0.len() - 1)];
    }

    fn convert_all(&self, spans: &mut [Span]) {
        for span in spans {
            self.convert(&mut span.start);
            self.convert(&mut span.end);
        }
    }
}

impl Document {
    /// The same document with every offset counted in `unit`, in time linear in text and layers.
    ///
    /// Never fails: an offset inside a character, which no engine gives, becomes that character's start, and one past
    /// the end the end.
    #[must_use]
    pub fn into_unit(mut self, unit: OffsetUnit) -> Self {
        let from = std::mem::replace(&mut self.offsets, unit);
        // In ASCII all three count the same.
        if from == unit || self.text.is_ascii() {
            return self;
        }
        let table = Table::new(&self.text, from, unit);
        for token in self.tokens.iter_mut().flatten() {
            table.convert(&mut token.start);
            table.convert(&mut token.end);
        }
        for layer in [&mut self.sents, &mut self.ents, &mut self.noun_chunks].into_iter().flatten() {
            table.convert_all(layer);
        }
        for group in &mut self.spans {
            table.convert_all(&mut group.spans);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use crate::{Document, OffsetUnit, Span, SpanGroup, Token};

    fn span(start: u32, end: u32) -> Span {
        Span { start, end, ..Span::default() }
    }

    fn document(unit: OffsetUnit, bounds: [(u32, u32); 3]) -> Document {
        let spans = bounds.map(|(start, end)| span(start, end)).to_vec();
        let token = |span: &Span| Token { start: span.start, end: span.end, ..Token::default() };
        Document {
            text: "é 🍞🍞 a".to_owned(),
            offsets: unit,
            tokens: Some(spans.iter().map(token).collect()),
            sents: Some(spans.clone()),
            ents: Some(spans.clone()),
            noun_chunks: Some(spans.clone()),
            // A group may hold its spans in any order.
            spans: vec![SpanGroup { key: "sc".to_owned(), spans: spans.into_iter().rev().collect() }],
            ..Document::default()
        }
    }

    #[test]
    fn every_layer_converts_between_all_units() {
        let all = [
            document(OffsetUnit::Utf8, [(0, 2), (3, 11), (12, 13)]),
            document(OffsetUnit::Utf16, [(0, 1), (2, 6), (7, 8)]),
            document(OffsetUnit::CodePoint, [(0, 1), (2, 4), (5, 6)]),
        ];
        for from in &all {
            for to in &all {
                assert_eq!(&from.clone().into_unit(to.offsets), to, "{:?}", from.offsets);
            }
        }
    }

    #[test]
    fn ascii_counts_the_same_in_every_unit() {
        let document = Document { text: "a b".to_owned(), ents: Some(vec![span(2, 3)]), ..Document::default() };
        let expected = Document { offsets: OffsetUnit::Utf8, ..document.clone() };
        assert_eq!(document.into_unit(OffsetUnit::Utf8), expected);
    }

    #[test]
    fn offsets_that_fit_no_character_are_moved_to_one() {
        let mut odd = document(OffsetUnit::Utf8, [(1, 5), (8, 11), (12, 99)]);
        odd.tokens = None;
        let ents = odd.into_unit(OffsetUnit::CodePoint).ents.expect("given");
        assert_eq!(ents, [span(0, 2), span(3, 4), span(5, 6)]);
    }
}

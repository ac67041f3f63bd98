//! From a label's probability for every token to entities, with the meanings that Hugging Face gives its strategies.
//!
//! Source: transformers 4.57, `pipelines/token_classification.py`, `TokenClassificationPipeline`: `gather_pre_entities`,
//! `aggregate`, `group_entities` and `aggregate_overlapping_entities`.

use std::ops::Range;

/// How the labels of word pieces become those of entities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// Every token by itself, with its whole label.
    None,
    /// Neighbouring tokens of one kind together, whatever words they are in.
    #[default]
    Simple,
    /// A word has the label of its first token.
    First,
    /// A word has the label that is likeliest on average over its tokens.
    Average,
    /// A word has the label of the token that is surest.
    Max,
}

/// A token as the tokenizer gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where it is in the text, in bytes.
    pub bytes: Range<usize>,
    /// How many code points its piece has in the vocabulary, the mark of a continuation included.
    pub piece_chars: usize,
    /// Whether it stands for a text that the vocabulary lacks.
    pub is_unknown: bool,
    /// Whether the tokenizer put it there and the text has none of it.
    pub is_special: bool,
}

/// An entity, or with [`Strategy::None`] a token.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity<'l> {
    /// Where it is in the text, in bytes.
    pub bytes: Range<usize>,
    /// Without `B-` or `I-`, but for [`Strategy::None`].
    pub label: &'l str,
    /// From 0 to 1.
    pub score: f32,
}

/// Turns tokens and their probabilities into entities.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decoder<'l> {
    /// By class.
    pub(crate) labels: &'l [String],
    /// Of these nothing is said. An entity's label is compared as it is answered.
    pub(crate) ignored: &'l [String],
    /// How tokens are put together.
    pub(crate) strategy: Strategy,
    /// Whether pieces that go on with a word bear a mark, as WordPiece's do; else a word begins behind a space.
    pub(crate) marks_continuations: bool,
}

/// A label's place among the classes, and its score.
#[derive(Clone, Copy)]
struct Best {
    class: usize,
    score: f32,
}

/// What is put together with its neighbours: a token or a word.
struct Unit {
    bytes: Range<usize>,
    best: Best,
}

impl<'l> Decoder<'l> {
    /// The entities of one window over `text`. `probabilities` is `[tokens, labels]`.
    pub(crate) fn entities(&self, text: &str, tokens: &[Token], probabilities: &[f32]) -> Vec<Entity<'l>> {
        let rows = probabilities.chunks_exact(self.labels.len().max(1));
        let own: Vec<(&Token, &[f32])> = tokens.iter().zip(rows).filter(|(token, _)| !token.is_special).collect();
        let found: Vec<Entity<'l>> = match self.strategy {
            Strategy::None => units_of_tokens(&own).map(|unit| self.entity(&[unit], false)).collect(),
            Strategy::Simple => self.grouped(units_of_tokens(&own)),
            Strategy::First | Strategy::Average | Strategy::Max => {
                let words = own.chunk_by(|_, (token, _)| self.continues_word(text, token));
                self.grouped(words.map(|word| self.word(word)))
            }
        };
        found.into_iter().filter(|entity| self.ignored.iter().all(|label| label != entity.label)).collect()
    }

    /// Whether a token belongs to the word of the one before it.
    fn continues_word(&self, text: &str, token: &Token) -> bool {
        let Range { start, end } = token.bytes;
        if token.is_unknown {
            false
        } else if self.marks_continuations {
            token.piece_chars != text[start..end].chars().count()
        } else {
            // The character before the token and its first one: no space is either.
            start > 0 && !text[..start].ends_with(' ') && !text[start..].starts_with(' ')
        }
    }

    /// A word with one label for all its tokens, of which there is at least one.
    fn word(&self, tokens: &[(&Token, &[f32])]) -> Unit {
        let (first, last) = (tokens[0], tokens[tokens.len() - 1]);
        let best = match self.strategy {
            Strategy::Average => {
                #[allow(clippy::cast_precision_loss, reason = "tokens of one word")]
                let count = tokens.len() as f32;
                let mean = |class: usize| tokens.iter().map(|(_, row)| row[class]).sum::<f32>() / count;
                best_of((0..self.labels.len()).map(mean))
            }
            Strategy::Max => tokens
                .iter()
                .map(|(_, row)| best_of(row.iter().copied()))
                .reduce(|surest, best| if best.score > surest.score { best } else { surest })
                .unwrap_or(Best { class: 0, score: 0.0 }),
            _ => best_of(first.1.iter().copied()),
        };
        Unit { bytes: span(&first.0.bytes, &last.0.bytes), best }
    }

    /// Puts neighbours of one kind together: one that begins with `B-` begins an entity.
    fn grouped(&self, units: impl Iterator<Item = Unit>) -> Vec<Entity<'l>> {
        let mut entities = Vec::new();
        let mut group: Vec<Unit> = Vec::new();
        for unit in units {
            let (begins, kind) = split_label(&self.labels[unit.best.class]);
            let goes_on =
                group.last().is_some_and(|last| !begins && split_label(&self.labels[last.best.class]).1 == kind);
            if !goes_on && !group.is_empty() {
                entities.push(self.entity(&group, true));
                group.clear();
            }
            group.push(unit);
        }
        if !group.is_empty() {
            entities.push(self.entity(&group, true));
        }
        entities
    }

    fn entity(&self, units: &[Unit], is_group: bool) -> Entity<'l> {
        let label = self.labels[units[0].best.class].as_str();
        #[allow(clippy::cast_precision_loss, reason = "tokens of one text")]
        let score = units.iter().map(|unit| unit.best.score).sum::<f32>() / units.len() as f32;
        Entity {
            bytes: span(&units[0].bytes, &units[units.len() - 1].bytes),
            label: if is_group { label.split_once('-').map_or(label, |(_, kind)| kind) } else { label },
            score,
        }
    }
}

/// Of entities from overlapping windows, in the order of their starts: where some overlap, the one of most characters is
/// kept, of equally long ones the surest.
pub(crate) fn without_overlaps<'l>(text: &str, mut entities: Vec<Entity<'l>>) -> Vec<Entity<'l>> {
    let length_chars = |entity: &Entity<'_>| text.get(entity.bytes.clone()).map_or(0, |text| text.chars().count());
    entities.sort_by_key(|entity| entity.bytes.start);
    let mut kept: Vec<Entity<'l>> = Vec::with_capacity(entities.len());
    for entity in entities {
        match kept.last_mut() {
            Some(last) if last.bytes.contains(&entity.bytes.start) => {
                let (length, last_length) = (length_chars(&entity), length_chars(last));
                if length > last_length || length == last_length && entity.score > last.score {
                    *last = entity;
                }
            }
            _ => kept.push(entity),
        }
    }
    kept
}

fn units_of_tokens<'t>(tokens: &'t [(&Token, &[f32])]) -> impl Iterator<Item = Unit> + 't {
    tokens.iter().map(|(token, row)| Unit { bytes: token.bytes.clone(), best: best_of(row.iter().copied()) })
}

/// From one place to another, of which a tokenizer may have given the later one first.
fn span(first: &Range<usize>, last: &Range<usize>) -> Range<usize> {
    first.start..last.end.max(first.start)
}

/// The greatest, the first of equals.
fn best_of(scores: impl Iterator<Item = f32>) -> Best {
    let mut best = Best { class: 0, score: f32::NEG_INFINITY };
    for (class, score) in scores.enumerate() {
        if score > best.score {
            best = Best { class, score };
        }
    }
    best
}

/// Whether a label begins an entity, and of which kind. Labels without `B-` and `I-` go on.
fn split_label(label: &str) -> (bool, &str) {
    match label.split_at_checked(2) {
        Some(("B-", kind)) => (true, kind),
        Some(("I-", kind)) => (false, kind),
        _ => (false, label),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_overlapping_entities_the_one_of_most_characters_is_kept() {
        let text = "São Zoë Łódź";
        let entity = |bytes, label| Entity { bytes, label, score: 0.5 };
        // Seven characters in nine bytes, six in ten.
        let (more_characters, more_bytes) = (entity(0..9, "PER"), entity(5..15, "LOC"));
        assert_eq!((&text[..9], &text[5..15]), ("São Zoë", "Zoë Łód"));
        let kept = without_overlaps(text, vec![more_characters.clone(), more_bytes.clone()]);
        assert_eq!(kept, [more_characters]);
    }
}

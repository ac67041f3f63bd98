//! One text's answer as columns, and what is different in another.

use serde::Deserialize;
use spanlet_text::{Document, OffsetUnit, Span, Token};

/// What spaCy says of one text, or Spanlet brought into the same form. Offsets count code points.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Where each token begins.
    pub start: Vec<u32>,
    /// How long it is.
    pub length: Vec<u32>,
    /// `1` where one space follows the token.
    pub space: String,
    /// `1` where the token is a stop word.
    pub stop: String,
    /// Absent where no token has one, and so for the other columns of strings.
    pub tag: Option<Vec<String>>,
    /// Universal parts of speech.
    pub pos: Option<Vec<String>>,
    /// Morphological features.
    pub morph: Option<Vec<String>>,
    /// Base forms.
    pub lemma: Option<Vec<String>>,
    /// Dependency labels.
    pub dep: Option<Vec<String>>,
    /// How far each token's head lies from it; absent where each is its own.
    pub head: Option<Vec<i64>>,
    /// `+` where a sentence begins, `-` where none does, `0` where nothing has said so.
    pub sent_start: String,
    /// Bounds of sentences; absent where nothing sets any.
    pub sents: Option<Vec<(u32, u32)>>,
    /// Bounds, label and identifier of entities.
    pub ents: Vec<(u32, u32, String, String)>,
    /// Bounds of noun chunks; absent where there is no rule or no parse for it.
    pub chunks: Option<Vec<(u32, u32)>>,
    /// The text's vector; empty where it has none.
    pub vector: Vec<f32>,
}

/// How many answers had what, so that a layer which silently vanished shows in the totals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Tokens.
    pub tokens: usize,
    /// Tokens with a head other than themselves.
    pub arcs: usize,
    /// Lemmas.
    pub lemmas: usize,
    /// Entities.
    pub ents: usize,
    /// Sentences.
    pub sents: usize,
    /// Noun chunks.
    pub chunks: usize,
}

impl Numbers {
    /// Counts another answer in.
    pub fn add(&mut self, other: Self) {
        self.tokens += other.tokens;
        self.arcs += other.arcs;
        self.lemmas += other.lemmas;
        self.ents += other.ents;
        self.sents += other.sents;
        self.chunks += other.chunks;
    }
}

impl Answer {
    /// Spanlet's document in spaCy's columns.
    ///
    /// # Panics
    /// When its offsets do not fit its text.
    #[must_use]
    pub fn of(document: Document) -> Self {
        let document = document.into_unit(OffsetUnit::CodePoint);
        let tokens = document.tokens.unwrap_or_default();
        let flags = |flag: fn(&Token) -> bool| tokens.iter().map(|token| if flag(token) { '1' } else { '0' }).collect();
        let heads =
            tokens.iter().zip(0..).map(|(token, index)| token.head.map_or(0, i64::from) - token_index(token, index));
        let bounds = |spans: Vec<Span>| spans.into_iter().map(|span| (span.start, span.end)).collect();
        let entity = |span: Span| (span.start, span.end, span.label.to_string(), text_of(span.id.as_deref()));
        Self {
            start: tokens.iter().map(|token| token.start).collect(),
            length: tokens.iter().map(|token| token.end - token.start).collect(),
            space: flags(|token| token.space_after),
            stop: flags(|token| token.is_stop),
            tag: column(&tokens, |token| token.tag.as_deref()),
            pos: column(&tokens, |token| token.pos.as_deref()),
            morph: column(&tokens, |token| token.morph.as_deref()),
            lemma: column(&tokens, |token| token.lemma.as_deref()),
            dep: column(&tokens, |token| token.dep.as_deref()),
            head: Some(heads.collect::<Vec<i64>>()).filter(|heads| heads.iter().any(|head| *head != 0)),
            sent_start: tokens.iter().map(sent_start).collect(),
            sents: document.sents.map(bounds),
            ents: document.ents.unwrap_or_default().into_iter().map(entity).collect(),
            chunks: document.noun_chunks.map(bounds),
            vector: document.vector.unwrap_or_default(),
        }
    }

    /// The first field in which another answer is different, in one line; nothing where the two agree, numbers within
    /// the tolerance.
    #[must_use]
    pub fn difference(&self, found: &Self, tolerance: f32) -> Option<String> {
        let Self { start, length, space, stop, tag, pos, morph, lemma, dep, head, ents, .. } = self;
        differs("start", start, &found.start)
            .or_else(|| differs("length", length, &found.length))
            .or_else(|| differs("space", space, &found.space))
            .or_else(|| differs("stop", stop, &found.stop))
            .or_else(|| differs_in("tag", tag.as_deref(), found.tag.as_deref()))
            .or_else(|| differs_in("pos", pos.as_deref(), found.pos.as_deref()))
            .or_else(|| differs_in("morph", morph.as_deref(), found.morph.as_deref()))
            .or_else(|| differs_in("lemma", lemma.as_deref(), found.lemma.as_deref()))
            .or_else(|| differs_in("head", head.as_deref(), found.head.as_deref()))
            .or_else(|| differs_in("dep", dep.as_deref(), found.dep.as_deref()))
            .or_else(|| self.sentences_differ(found))
            .or_else(|| differs("ents", ents, &found.ents))
            .or_else(|| self.chunks_differ(found))
            .or_else(|| self.vectors_differ(found, tolerance))
    }

    /// What the answer holds.
    #[must_use]
    pub fn numbers(&self) -> Numbers {
        Numbers {
            tokens: self.start.len(),
            arcs: self.head.iter().flatten().filter(|head| **head != 0).count(),
            lemmas: self.lemma.iter().flatten().filter(|lemma| !lemma.is_empty()).count(),
            ents: self.ents.len(),
            sents: self.sents.iter().map(Vec::len).sum(),
            chunks: self.chunks.iter().map(Vec::len).sum(),
        }
    }

    /// spaCy calls a text of at most one token parted into sentences even where nothing parts any, and marks the first
    /// token of most texts as a start; a pipeline without sentences has neither here.
    fn sentences_differ(&self, found: &Self) -> Option<String> {
        if found.sents.is_none() && (self.sents.is_none() || self.start.len() < 2) {
            return None;
        }
        let starts = |answer: &Self| answer.sent_start.replace('0', "-");
        differs("sents", &self.sents, &found.sents).or_else(|| differs("sent_start", &starts(self), &starts(found)))
    }

    /// Every English pipeline of spaCy's has noun chunks, none, in an empty text, and one with a parser has none where
    /// nothing sets the parts of speech that the rule asks for; such a pipeline lacks the layer here.
    fn chunks_differ(&self, found: &Self) -> Option<String> {
        let none = |chunks: &Option<Vec<_>>| chunks.as_ref().is_none_or(Vec::is_empty);
        if (self.start.is_empty() || self.pos.is_none()) && none(&self.chunks) && none(&found.chunks) {
            return None;
        }
        differs("noun chunks", &self.chunks, &found.chunks)
    }

    fn vectors_differ(&self, found: &Self, tolerance: f32) -> Option<String> {
        if self.vector.len() != found.vector.len() {
            return Some(format!("expected a vector of {} numbers, found {}", self.vector.len(), found.vector.len()));
        }
        // Written so that NaN is a difference.
        let close = |(expected, found): &(&f32, &f32)| (*expected - *found).abs() <= tolerance;
        let pair = self.vector.iter().zip(&found.vector).find(|pair| !close(pair))?;
        Some(format!("vector: expected {}, found {}", pair.0, pair.1))
    }
}

fn differs<T: PartialEq + std::fmt::Debug>(field: &str, expected: &T, found: &T) -> Option<String> {
    (expected != found).then(|| format!("{field}: expected {expected:?}, found {found:?}"))
}

/// The first token whose value differs, since a whole column is long.
fn differs_in<T: PartialEq + std::fmt::Debug>(
    field: &str,
    expected: Option<&[T]>,
    found: Option<&[T]>,
) -> Option<String> {
    let (Some(expected_values), Some(found_values)) = (expected, found) else {
        return (expected != found).then(|| format!("{field}: expected {}, found {}", shown(expected), shown(found)));
    };
    let index = expected_values.iter().zip(found_values).position(|(expected, found)| expected != found)?;
    Some(format!("{field} of token {index}: expected {:?}, found {:?}", expected_values[index], found_values[index]))
}

fn shown<T: std::fmt::Debug>(values: Option<&[T]>) -> String {
    values.map_or_else(|| "none".to_owned(), |values| format!("{:?}…", &values[..values.len().min(8)]))
}

/// A column, or nothing where every value is empty or absent.
fn column(tokens: &[Token], value: fn(&Token) -> Option<&str>) -> Option<Vec<String>> {
    let values: Vec<String> = tokens.iter().map(|token| text_of(value(token))).collect();
    values.iter().any(|value| !value.is_empty()).then_some(values)
}

fn text_of(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}

/// The token's own index where it has a head, so that a token without one gets a distance of 0.
fn token_index(token: &Token, index: i64) -> i64 {
    if token.head.is_some() { index } else { 0 }
}

fn sent_start(token: &Token) -> char {
    match token.sent_start {
        None => '0',
        Some(false) => '-',
        Some(true) => '+',
    }
}

#[cfg(test)]
mod tests {
    use super::Answer;

    fn answer(json: &str) -> Answer {
        serde_json::from_str(json).expect("an answer")
    }

    const ANSWER: &str = r#"{"start": [0, 3], "length": [2, 1], "space": "10", "stop": "00", "tag": ["A", "B"],
        "pos": null, "morph": null, "lemma": null, "dep": null, "head": [1, 0], "sent_start": "+-",
        "sents": [[0, 4]], "ents": [[0, 2, "LOC", ""]], "chunks": null, "vector": [0.5]}"#;

    #[test]
    fn every_field_counts() {
        let expected = answer(ANSWER);
        assert_eq!(expected.difference(&answer(ANSWER), 0.0), None);
        for (one, other) in [
            ("[0, 3]", "[0, 4]"),
            ("[2, 1]", "[2, 2]"),
            ("\"10\"", "\"11\""),
            ("\"00\"", "\"01\""),
            ("\"B\"", "\"C\""),
            ("\"pos\": null", "\"pos\": [\"X\", \"\"]"),
            ("[1, 0]", "[0, 1]"),
            ("\"+-\"", "\"++\""),
            ("[[0, 4]]", "[[0, 2], [3, 4]]"),
            ("LOC", "PER"),
            ("\"chunks\": null", "\"chunks\": [[0, 2]]"),
            ("0.5", "0.6"),
        ] {
            let found = answer(&ANSWER.replacen(one, other, 1));
            assert!(expected.difference(&found, 1e-4).is_some(), "{one} and {other}");
        }
    }
}

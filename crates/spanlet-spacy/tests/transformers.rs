//! Pipelines with a transformer answer as spaCy does, given what the transformer says: its pieces and rows are recorded.
//!
//! The cases are `tests/cases/spacy-transformers`. `SPANLET_TRANSFORMER_CASES` may name another folder of them.

use std::collections::HashMap;
use std::rc::Rc;

use spanlet_spacy::{AnnotateError, EncodeError, Encoder, EncoderFiles, LoadError, Piece, Pipeline, Scratch};
use spanlet_tests::spacy::{Answer, Recorded, TransformerCase, transformer_cases};

/// Says what was recorded.
#[derive(Clone, Debug)]
struct Replay {
    width: usize,
    record: Rc<Record>,
}

#[derive(Debug, Default)]
struct Record {
    pieces: HashMap<String, Vec<Piece>>,
    rows: HashMap<Vec<u32>, Vec<f32>>,
}

impl Record {
    fn of(case: &TransformerCase, width: usize) -> Self {
        let mut record = Self::default();
        let mut rows = case.rows.as_slice();
        for recorded in &case.recorded {
            match recorded {
                Recorded::Tokenized { text, pieces } => {
                    let piece = |&(id, start, end)| Piece { id, type_id: 0, bytes: start..end };
                    record.pieces.insert(text.clone(), pieces.iter().map(piece).collect());
                }
                Recorded::Encoded { ids } => {
                    let (own, rest) = rows.split_at(ids.len() * width);
                    record.rows.insert(ids.clone(), own.to_vec());
                    rows = rest;
                }
            }
        }
        assert!(rows.is_empty(), "{}: {} numbers too many", case.case.name, rows.len());
        record
    }
}

impl Encoder for Replay {
    fn width(&self) -> usize {
        self.width
    }

    fn tokenize(&self, text: &str) -> Result<Vec<Piece>, EncodeError> {
        self.record.pieces.get(text).cloned().ok_or_else(|| not_asked(text))
    }

    fn encode(&self, pieces: &[Piece]) -> Result<Vec<f32>, EncodeError> {
        let ids: Vec<u32> = pieces.iter().map(|piece| piece.id).collect();
        self.record.rows.get(&ids).cloned().ok_or_else(|| not_asked(&format!("{ids:?}")))
    }

    fn copied(&self) -> Box<dyn Encoder> {
        Box::new(self.clone())
    }

    fn memory_bytes(&self) -> usize {
        1
    }
}

fn not_asked(what: &str) -> EncodeError {
    EncodeError::Failed { problem: format!("spaCy's transformer was not asked about {what:?}") }
}

/// The width of the recipe's encoders.
const WIDTH: usize = 16;

/// Makes encoders that say what was recorded of a case.
fn replay(case: &TransformerCase) -> impl Fn(EncoderFiles) -> Result<Box<dyn Encoder>, LoadError> + use<> {
    let record = Rc::new(Record::of(case, WIDTH));
    move |files| {
        assert!(files.model.len() > 1_000 && files.tokenizer.starts_with(b"{"), "{}", files.component);
        Ok(Box::new(Replay { width: WIDTH, record: Rc::clone(&record) }))
    }
}

/// Whether a text is white space alone, as Python sees it.
fn is_blank(text: &str) -> bool {
    text.chars().all(|char| char.is_whitespace() || ('\x1c'..='\x1f').contains(&char))
}

#[test]
fn answers_are_those_of_spacy() {
    let mut failures = Vec::new();
    let (mut equal, mut entities, mut refused, mut blank) = (0, 0, 0, 0);
    for case in transformer_cases() {
        let make = replay(&case);
        let name = &case.case.name;
        let pipeline =
            Pipeline::load_with_encoders(case.case.files(), &make).unwrap_or_else(|error| panic!("{name}: {error}"));
        let copy = pipeline.clone();
        let mut scratch = Scratch::default();
        for (number, (text, expected)) in case.texts.iter().zip(&case.case.answers).enumerate() {
            if number % case.stride > 0 && expected.is_some() {
                continue;
            }
            let found = pipeline.annotate(&mut scratch, text).map(Answer::of);
            let (Some(expected), Ok(found)) = (expected, &found) else {
                match (expected, found) {
                    (None, Err(AnnotateError::NoPiece { .. })) => refused += 1,
                    // A curated transformer without any piece ends in an error of matrix sizes there, and in zeros here.
                    (None, Ok(_)) if name.starts_with("curated") && is_blank(text) => blank += 1,
                    (_, found) => failures.push(format!("{name}, text {number}: {found:?}")),
                }
                continue;
            };
            let again = copy.annotate(&mut scratch, text).map(Answer::of).expect("the same");
            assert_eq!(found.difference(&again, 0.0), None, "{name}, text {number}");
            match expected.difference(found, case.case.tolerance) {
                Some(difference) => failures.push(format!("{name}, text {number}: {difference}")),
                None => equal += 1,
            }
            entities += expected.ents.len();
        }
    }
    let shown = failures.iter().take(20).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(failures.is_empty(), "{} differences and {equal} equal:\n{shown}", failures.len());
    let numbers = format!("{equal} texts with {entities} entities, {refused} refused, {blank} blank");
    assert!(equal >= 30 && entities >= 10 && refused > 0 && blank > 0, "{numbers}");
}

//! Entities in the form of Hugging Face's hosted inference.
//!
//! Aggregated ones have an `entity_group`, single word pieces an `entity`. `word` is the text from `start` to `end`; there
//! it is what the pieces decode to, which an uncased model has lower-cased.
//!
//! Source: transformers 4.57, `pipelines/token_classification.py` `TokenClassificationPipeline.aggregate` and
//! `group_sub_entities`; for spaCy models huggingface/api-inference-community,
//! `docker_images/spacy/app/pipelines/token_classification.py`.

use serde::Serialize;

use super::{Covered, List, write_json};
use crate::engine::Aggregation;
use crate::error::Error;
use crate::typed::Analyzer;

/// An entity of several word pieces, or of a spaCy model, which gives no score; it says 1 there too.
#[derive(Serialize)]
struct Group<'d> {
    entity_group: &'d str,
    word: &'d str,
    start: u32,
    end: u32,
    score: f32,
}

/// One word piece.
#[derive(Serialize)]
struct Piece<'d> {
    entity: &'d str,
    word: &'d str,
    start: u32,
    end: u32,
    score: f32,
}

/// Appends the entities of one text.
pub(super) fn write_entities(out: &mut Vec<u8>, analyzer: &Analyzer<'_>, text: &str) -> Result<(), Error> {
    let entities = analyzer.entities(text)?;
    match analyzer.entities.aggregation {
        Some(Aggregation::None) => write_json(out, &List(&entities, piece)),
        _ => write_json(out, &List(&entities, group)),
    }
    Ok(())
}

fn group<'d>((word, span): &'d Covered<'_>) -> Group<'d> {
    let score = span.score.unwrap_or(1.0);
    Group { entity_group: &span.label, word, start: span.start, end: span.end, score }
}

fn piece<'d>((word, span): &'d Covered<'_>) -> Piece<'d> {
    let score = span.score.unwrap_or(1.0);
    Piece { entity: &span.label, word, start: span.start, end: span.end, score }
}

//! Transformers inside spaCy pipelines: what the one crate asks for, answered by the other.

use spanlet_spacy::{EncodeError, Encoder, EncoderFiles, LoadError, Piece};
use spanlet_transformer::{AnswerError, Features};

/// The encoder of a converted component.
pub(super) fn encoder(files: EncoderFiles) -> Result<Box<dyn Encoder>, LoadError> {
    let EncoderFiles { component, model, tokenizer } = files;
    match Features::load(model, &tokenizer) {
        Ok(features) => Ok(Box::new(Joined { features })),
        Err(spanlet_transformer::LoadError::Unsupported { asks_for, advice, .. }) => {
            Err(LoadError::Unsupported { component, asks_for, advice })
        }
        Err(error) => {
            Err(LoadError::Damaged { part: format!("{component}/{}", error.part()), problem: error.problem() })
        }
    }
}

#[derive(Clone)]
struct Joined {
    features: Features,
}

impl std::fmt::Debug for Joined {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Joined").field("width", &self.features.width()).finish_non_exhaustive()
    }
}

impl Encoder for Joined {
    fn width(&self) -> usize {
        self.features.width()
    }

    fn tokenize(&self, text: &str) -> Result<Vec<Piece>, EncodeError> {
        let window = self.features.tokenize(text).map_err(|error| failed(&error))?;
        let pieces = window.ids.iter().zip(&window.types).zip(window.tokens);
        Ok(pieces.map(|((id, type_id), token)| Piece { id: *id, type_id: *type_id, bytes: token.bytes }).collect())
    }

    fn encode(&self, pieces: &[Piece]) -> Result<Vec<f32>, EncodeError> {
        if let Some(max_pieces) = self.features.max_pieces().filter(|most| pieces.len() > *most) {
            return Err(EncodeError::TooLong { pieces: pieces.len(), max_pieces });
        }
        if pieces.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<u32> = pieces.iter().map(|piece| piece.id).collect();
        let types: Vec<u32> = pieces.iter().map(|piece| piece.type_id).collect();
        self.features.rows(&ids, &types).map_err(|error| failed(&error))
    }

    fn copied(&self) -> Box<dyn Encoder> {
        Box::new(self.clone())
    }

    fn memory_bytes(&self) -> usize {
        self.features.memory_bytes()
    }
}

fn failed(error: &AnswerError) -> EncodeError {
    EncodeError::Failed { problem: error.to_string() }
}

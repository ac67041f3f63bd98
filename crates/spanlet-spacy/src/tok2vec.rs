//! Token vectors: embeddings of hashed attributes, static vectors, and window encoders.

use std::borrow::Cow;

use crate::doc::Doc;
use crate::load_error::LoadError;
use crate::model_file::ModelFile;
use crate::pipe::Context;
use crate::source::Source;

/// What feeds a component: a `tok2vec` of its own, or a listener that reads what the pipeline's made.
#[derive(Debug)]
pub(crate) struct TokenVectors {
    width: usize,
}

impl TokenVectors {
    /// Loads what the settings under `section` (`model.tok2vec` for most components) and the component's `model` file
    /// say.
    ///
    /// # Errors
    /// When they disagree, a weight is not finite, or the architecture is not supported.
    pub(crate) fn load(source: &Source<'_>, model: &ModelFile<'_>, section: &str) -> Result<Self, LoadError> {
        let _ = (model, section);
        Err(LoadError::unsupported(source.component, "spacy.Tok2Vec.v2", "it is not there yet"))
    }

    /// How many numbers each token has.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// One row per token: `[tokens, width]`. A document without tokens gives none.
    pub(crate) fn rows<'d>(&self, doc: &'d Doc<'_>, context: &mut Context<'_>) -> Cow<'d, [f32]> {
        let _ = context;
        Cow::Borrowed(&doc.tensor)
    }
}

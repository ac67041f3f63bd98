//! The component that makes token vectors for others, which listen to it.
//!
//! Source: spaCy 3.8, `pipeline/tok2vec.py`.

use crate::annotate_error::AnnotateError;
use crate::doc::Doc;
use crate::load_error::LoadError;
use crate::model_file::ModelFile;
use crate::pipe::{Context, Layers};
use crate::source::Source;
use crate::tok2vec::TokenVectors;

/// A component `tok2vec`.
#[derive(Clone, Debug)]
pub(crate) struct Tok2Vec {
    vectors: TokenVectors,
}

impl Tok2Vec {
    /// Loads the component's model.
    ///
    /// # Errors
    /// When it is missing, damaged or of an architecture that is not supported.
    pub(crate) fn load(source: &Source<'_>) -> Result<Self, LoadError> {
        let part = source.part_name("model");
        let model = ModelFile::parse(&part, source.part("model")?)?;
        Ok(Self { vectors: TokenVectors::load(source, &model, "model")? })
    }

    /// What it sets.
    pub(crate) fn layers(&self) -> Layers {
        Layers { tensor: true, ..Layers::default() }
    }

    /// What its token vectors are made of.
    pub(crate) fn vectors(&self) -> &TokenVectors {
        &self.vectors
    }

    /// What its token vectors are made of.
    pub(crate) fn vectors_mut(&mut self) -> &mut TokenVectors {
        &mut self.vectors
    }

    /// Sets the document's tensor.
    pub(crate) fn annotate(&self, doc: &mut Doc<'_>, context: &mut Context<'_>) -> Result<(), AnnotateError> {
        doc.tensor = self.vectors.rows(doc, context)?.into_owned();
        Ok(())
    }
}

//! The component that has a text encoded for others, which listen to it.
//!
//! Source: spacy-transformers 1.4, `pipeline_component.py`; spacy-curated-transformers 0.3, `pipeline/transformer.py`.

use crate::annotate_error::AnnotateError;
use crate::doc::Doc;
use crate::load_error::LoadError;
use crate::pipe::{Context, Layers};
use crate::source::Source;
use crate::transformer::{Transformer, expect_null_setter};

/// A component `transformer` or `curated_transformer`.
#[derive(Clone, Debug)]
pub(crate) struct TransformerPipe {
    transformer: Transformer,
}

impl TransformerPipe {
    /// Loads the component's settings.
    ///
    /// # Errors
    /// When it was not converted, or asks for something that is not here.
    pub(crate) fn load(source: &Source<'_>) -> Result<Self, LoadError> {
        expect_null_setter(source)?;
        Ok(Self { transformer: Transformer::load(source, "model")? })
    }

    /// Its transformer.
    pub(crate) fn transformer_mut(&mut self) -> &mut Transformer {
        &mut self.transformer
    }

    /// What it sets.
    pub(crate) fn layers(&self) -> Layers {
        Layers { pieces: true, ..Layers::default() }
    }

    /// What it looks at, apart from the text.
    pub(crate) fn reads(&self) -> Layers {
        self.transformer.reads()
    }

    /// Encodes the text; one without tokens has nothing to encode.
    pub(crate) fn annotate(&self, doc: &mut Doc<'_>, context: &Context<'_>) -> Result<(), AnnotateError> {
        let encode = || self.transformer.encode(doc, &context.scratch.lexemes);
        doc.encoded = if doc.tokens.is_empty() { None } else { Some(encode()?) };
        Ok(())
    }
}

//! The tagger: fine-grained parts of speech.
//!
//! Source: spaCy 3.8, `pipeline/tagger.pyx`.

use std::sync::Arc;

use super::classifier::{Classifier, Labels, overwrites};
use crate::annotate_error::AnnotateError;
use crate::doc::Doc;
use crate::load_error::LoadError;
use crate::pipe::{Context, Layers};
use crate::source::Source;
use crate::tok2vec::TokenVectors;

/// A component `tagger`.
#[derive(Clone, Debug)]
pub(crate) struct Tagger {
    classifier: Classifier,
    labels: Vec<Arc<str>>,
    overwrites: bool,
}

impl Tagger {
    /// Loads the component's labels and model.
    ///
    /// # Errors
    /// When a part is missing or damaged, or the model is of an architecture that is not supported.
    pub(crate) fn load(source: &Source<'_>) -> Result<Self, LoadError> {
        let Labels { labels, overwrite } = source.json::<Labels<String>>("cfg")?;
        Ok(Self {
            classifier: Classifier::load(source, labels.len())?,
            labels: labels.into_iter().map(Arc::from).collect(),
            overwrites: overwrites(source, overwrite, false),
        })
    }

    /// What its token vectors are made of.
    pub(crate) fn vectors(&self) -> &TokenVectors {
        self.classifier.vectors()
    }

    /// What its token vectors are made of.
    pub(crate) fn vectors_mut(&mut self) -> &mut TokenVectors {
        self.classifier.vectors_mut()
    }

    /// What it sets.
    pub(crate) fn layers(&self) -> Layers {
        Layers { tag: true, ..Layers::default() }
    }

    /// Tags every token that has no tag, or all if the component overwrites.
    pub(crate) fn annotate(&self, doc: &mut Doc<'_>, context: &mut Context<'_>) -> Result<(), AnnotateError> {
        let best = self.classifier.best(doc, context)?;
        for (token, label) in doc.tokens.iter_mut().zip(best) {
            if self.overwrites || token.tag.is_none() {
                // The empty string is spaCy's way to say that there is no tag.
                token.tag = Some(&self.labels[label]).filter(|label| !label.is_empty()).cloned();
            }
        }
        Ok(())
    }
}

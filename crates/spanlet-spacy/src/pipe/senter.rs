//! The sentence recognizer: a token classifier with two labels.
//!
//! Source: spaCy 3.8, `pipeline/senter.pyx`.

use super::classifier::{Classifier, Labels, overwrites};
use crate::annotate_error::AnnotateError;
use crate::doc::{Doc, SentStart};
use crate::load_error::LoadError;
use crate::pipe::{Context, Layers};
use crate::source::Source;
use crate::tok2vec::TokenVectors;

/// Inside of a sentence, and its start. spaCy does not save them.
const LABELS: usize = 2;

/// A component `senter`.
#[derive(Clone, Debug)]
pub(crate) struct Senter {
    classifier: Classifier,
    overwrites: bool,
}

impl Senter {
    /// Loads the component's model.
    ///
    /// # Errors
    /// When a part is missing or damaged, or the model is of an architecture that is not supported.
    pub(crate) fn load(source: &Source<'_>) -> Result<Self, LoadError> {
        let saved = source.json::<Labels<String>>("cfg")?;
        let overwrites = overwrites(source, saved.overwrite, false);
        Ok(Self { classifier: Classifier::load(source, LABELS)?, overwrites })
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
        Layers { sents: true, ..Layers::default() }
    }

    /// Tells of every token of which nothing is known yet, or of all if the component overwrites, whether a sentence
    /// begins there.
    pub(crate) fn annotate(&self, doc: &mut Doc<'_>, context: &mut Context<'_>) -> Result<(), AnnotateError> {
        let best = self.classifier.best(doc, context)?;
        for (token, label) in doc.tokens.iter_mut().zip(best) {
            if self.overwrites || token.sent_start == SentStart::Unknown {
                token.sent_start = if label == 1 { SentStart::Yes } else { SentStart::No };
            }
        }
        Ok(())
    }
}

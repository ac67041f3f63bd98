//! What tagger, morphologizer, senter and edit-tree lemmatizer share: token vectors, and one score per label.

use serde::Deserialize;
use serde_json::Value as Json;

use crate::annotate_error::AnnotateError;
use crate::dense::best_output::BestOutput;
use crate::dense::{Dense, Rows};
use crate::doc::Doc;
use crate::load_error::LoadError;
use crate::model_file::{Kind, ModelFile};
use crate::pipe::Context;
use crate::source::Source;
use crate::tok2vec::TokenVectors;

/// `spacy.Tagger.v2`: a score for every token and label.
#[derive(Clone, Debug)]
pub(super) struct Classifier {
    component: String,
    vectors: TokenVectors,
    output: BestOutput,
}

impl Classifier {
    /// Reads the component's `model` part, which must have a score for each of `labels` labels.
    ///
    /// Whether the scores are normalised does not matter: the greatest stays the greatest.
    ///
    /// Source: spaCy 3.8, `ml/models/tagger.py`, `build_tagger_model`.
    pub(super) fn load(source: &Source<'_>, labels: usize) -> Result<Self, LoadError> {
        let architecture = source.setting("model.@architectures").and_then(Json::as_str).unwrap_or_default();
        if architecture != "spacy.Tagger.v2" {
            let advice = "train the component again with spacy.Tagger.v2";
            return Err(LoadError::unsupported(source.component, architecture, advice));
        }
        let part = source.part_name("model");
        let model = ModelFile::parse(&part, source.part("model")?)?;
        if labels == 0 {
            return Err(LoadError::damaged(source.part_name("cfg"), "expected labels, found none: was it trained?"));
        }
        let vectors = TokenVectors::load(source, &model, "model.tok2vec")?;
        let [_, output] = model.children(model.root(), Kind::Chain)?;
        let softmax = model.wrapped(output, "with_array")?;
        model.expect_name(softmax, "softmax")?;
        let output = BestOutput::new(Dense::linear(&model, softmax, labels, vectors.width())?);
        Ok(Self { component: source.component.to_owned(), vectors, output })
    }

    /// The index of each token's best label, the first of equals, in order.
    pub(super) fn best(&self, doc: &Doc<'_>, context: &mut Context<'_>) -> Result<Vec<usize>, AnnotateError> {
        let mut labels = Vec::with_capacity(doc.tokens.len());
        let rows = self.vectors.rows(doc, context)?;
        let rows = Rows::of_width(&rows, self.vectors.width());
        self.output.for_each(rows, &mut context.scratch.classifier, |_, best| labels.extend(best));
        if labels.len() == doc.tokens.len() { Ok(labels) } else { Err(self.not_a_number()) }
    }

    /// Gives `each` the index and the scores of every token. It may change the scores.
    ///
    /// # Errors
    /// When there are no token vectors.
    pub(super) fn for_each_token(
        &self,
        doc: &Doc<'_>,
        context: &mut Context<'_>,
        each: impl FnMut(usize, &mut [f32]),
    ) -> Result<(), AnnotateError> {
        let rows = self.vectors.rows(doc, context)?;
        let rows = Rows::of_width(&rows, self.vectors.width());
        self.output.for_each_scored(rows, &mut context.scratch.classifier, each);
        Ok(())
    }

    /// What its token vectors are made of.
    pub(super) fn vectors(&self) -> &TokenVectors {
        &self.vectors
    }

    /// What its token vectors are made of.
    pub(super) fn vectors_mut(&mut self) -> &mut TokenVectors {
        &mut self.vectors
    }

    pub(super) fn not_a_number(&self) -> AnnotateError {
        AnnotateError::NotANumber { component: self.component.clone() }
    }
}

/// The part `cfg` of components with a list of labels. Settings that only training reads are passed over.
#[derive(Debug, Deserialize)]
pub(super) struct Labels<T> {
    #[serde(default = "Vec::new")]
    pub(super) labels: Vec<T>,
    /// Whether labels replace those that tokens have.
    pub(super) overwrite: Option<bool>,
}

/// Whether a component replaces annotations that are there: what its part `cfg` says, then the configuration.
pub(super) fn overwrites(source: &Source<'_>, saved: Option<bool>, default: bool) -> bool {
    saved.or_else(|| source.setting("overwrite")?.as_bool()).unwrap_or(default)
}

//! The trainable lemmatizer: it chooses among trees of edits.
//!
//! Source: spaCy 3.8, `pipeline/edit_tree_lemmatizer.py`.

use std::sync::Arc;

use serde_json::Value as Json;

use self::trees::EditTrees;
use super::classifier::{Classifier, Labels};
use crate::annotate_error::AnnotateError;
use crate::dense::best_output::first_greatest;
use crate::doc::Doc;
use crate::lexeme::LexemeId;
use crate::load_error::LoadError;
use crate::pipe::{Context, Layers};
use crate::source::Source;
use crate::tok2vec::TokenVectors;
use crate::unicode;

mod trees;

/// A component `trainable_lemmatizer`.
#[derive(Clone, Debug)]
pub(crate) struct EditTreeLemmatizer {
    classifier: Classifier,
    /// The tree of each label.
    labels: Vec<u32>,
    trees: EditTrees,
    backoff: Backoff,
    /// So many of the best trees are tried.
    tries: usize,
    overwrites: bool,
}

/// What a token's lemma is when no tree can be applied.
#[derive(Clone, Copy, Debug)]
enum Backoff {
    /// None.
    Unset,
    Orth,
    Lower,
    Norm,
}

impl EditTreeLemmatizer {
    /// Loads the component's trees and model.
    ///
    /// # Errors
    /// When a part is missing or damaged, the model is of an architecture that is not supported, or the component falls
    /// back to an attribute that is not the text, its lower case or its norm.
    pub(crate) fn load(source: &Source<'_>) -> Result<Self, LoadError> {
        let Labels { labels, .. } = source.json::<Labels<u32>>("cfg")?;
        let trees = EditTrees::load(&source.part_name("trees"), &source.msgpack("trees")?, &source.vocab.strings)?;
        if let Some(label) = labels.iter().find(|&&label| label as usize >= trees.len()) {
            let problem = format!("expected labels to be trees, which there are {} of, found {label}", trees.len());
            return Err(LoadError::damaged(source.part_name("cfg"), problem));
        }
        let setting = |name: &str| source.setting(name).unwrap_or(&Json::Null);
        let tries = match setting("top_k") {
            Json::Null => 1,
            value => value.as_u64().filter(|&tries| tries > 0).ok_or_else(|| {
                let section = format!("[components.{}]", source.component);
                LoadError::damaged("config.cfg", format!("{section}: expected `top_k` from 1, found {value}"))
            })?,
        };
        let tries = usize::try_from(tries).unwrap_or(usize::MAX).min(labels.len());
        Ok(Self {
            classifier: Classifier::load(source, labels.len())?,
            labels,
            trees,
            backoff: Backoff::load(source)?,
            tries,
            overwrites: setting("overwrite").as_bool().unwrap_or(false),
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
        Layers { lemma: true, ..Layers::default() }
    }

    /// Gives every token that has no lemma one, or all if the component overwrites.
    pub(crate) fn annotate(&self, doc: &mut Doc<'_>, context: &mut Context<'_>) -> Result<(), AnnotateError> {
        for (index, lemma) in self.lemmas(doc, context)?.into_iter().enumerate() {
            if !self.overwrites && doc.tokens[index].lemma.is_some() {
                continue;
            }
            let lemma = match lemma {
                Lemma::Of(lemma) => lemma,
                Lemma::NoTreeFits => match self.backoff.lemma(doc.tokens[index].lexeme, context) {
                    Some(lemma) => lemma,
                    None => continue,
                },
            };
            // The empty string is spaCy's way to say that there is no lemma.
            doc.tokens[index].lemma = (!lemma.is_empty()).then_some(lemma);
        }
        Ok(())
    }

    /// What the trees say of each token.
    fn lemmas(&self, doc: &Doc<'_>, context: &mut Context<'_>) -> Result<Vec<Lemma>, AnnotateError> {
        if self.tries == 1 {
            let best = self.classifier.best(doc, context)?.into_iter().enumerate();
            let apply = |(token, label): (usize, usize)| self.trees.apply(self.labels[label], doc.token_text(token));
            return Ok(best
                .map(|best| apply(best).map_or(Lemma::NoTreeFits, |lemma| Lemma::Of(lemma.into())))
                .collect());
        }
        let mut lemmas = Vec::with_capacity(doc.tokens.len());
        self.classifier.for_each_token(doc, context, |token, scores| {
            lemmas.extend(self.best(doc.token_text(token), scores));
        })?;
        if lemmas.len() == doc.tokens.len() { Ok(lemmas) } else { Err(self.classifier.not_a_number()) }
    }

    /// What the best of the trees that fit makes of `text`; `None` when the scores are not numbers. Changes `scores`.
    fn best(&self, text: &str, scores: &mut [f32]) -> Option<Lemma> {
        for _ in 0..self.tries {
            let label = first_greatest(scores)?;
            if let Some(lemma) = self.trees.apply(self.labels[label], text) {
                return Some(Lemma::Of(lemma.into()));
            }
            scores[label] = f32::MIN;
        }
        Some(Lemma::NoTreeFits)
    }
}

/// What the trees say of a token.
enum Lemma {
    Of(Arc<str>),
    NoTreeFits,
}

impl Backoff {
    fn load(source: &Source<'_>) -> Result<Self, LoadError> {
        match source.setting("backoff") {
            None => Ok(Self::Orth),
            Some(Json::Null) => Ok(Self::Unset),
            Some(value) => match value.as_str().unwrap_or_default() {
                "orth" => Ok(Self::Orth),
                "lower" => Ok(Self::Lower),
                "norm" => Ok(Self::Norm),
                _ => Err(LoadError::unsupported(
                    source.component,
                    format!("backoff = {value}"),
                    "use orth, lower, norm or null",
                )),
            },
        }
    }

    fn lemma(self, lexeme: LexemeId, context: &Context<'_>) -> Option<Arc<str>> {
        let lexemes = &context.scratch.lexemes;
        match self {
            Self::Unset => None,
            Self::Orth => Some(lexemes.text(lexeme).into()),
            Self::Lower => Some(unicode::lower(lexemes.text(lexeme)).into()),
            Self::Norm => Some(lexemes.norm_text(context.vocab, lexeme).into()),
        }
    }
}

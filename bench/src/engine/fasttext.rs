//! fastText models: labels with their scores.

use std::path::Path;

use anyhow::Context as _;
use spanlet_fasttext::{LABEL_PREFIX, Model};
use spanlet_runtime::{ClassifyOptions, Pool};

use super::{Engine, Pass};
use crate::worker::Answer;

/// How many labels a prediction asks for.
const K: u32 = 5;

/// `spanlet-fasttext` itself.
pub(super) struct Native {
    model: Model,
}

/// The component.
pub(super) struct Inside {
    pool: Pool,
}

impl Native {
    pub(super) fn load(path: &Path) -> anyhow::Result<Self> {
        Ok(Self { model: Model::load(std::fs::read(path)?)? })
    }

    fn answer(&self, text: &str) -> anyhow::Result<Answer> {
        let predictions = self.model.predict(text, K as usize, 0.0)?;
        let without_prefix = |label: &str| label.strip_prefix(LABEL_PREFIX).unwrap_or(label).to_owned();
        Ok(predictions.iter().map(|one| (without_prefix(one.label), one.probability)).collect())
    }
}

impl Engine for Native {
    fn batch(&mut self, texts: &[String]) -> anyhow::Result<Pass> {
        let answers = texts.iter().map(|text| self.answer(text)).collect::<anyhow::Result<Vec<_>>>()?;
        Ok(Box::new(move || Ok(answers)))
    }

    fn single(&mut self, texts: &[String]) -> anyhow::Result<Pass> {
        self.batch(texts)
    }
}

impl Inside {
    pub(super) fn new(pool: Pool) -> Self {
        Self { pool }
    }
}

impl Engine for Inside {
    fn batch(&mut self, texts: &[String]) -> anyhow::Result<Pass> {
        let options = ClassifyOptions { k: Some(K), ..ClassifyOptions::default() };
        let answers = self.pool.classify(texts, &options)?;
        let readable = |answer: Result<Vec<spanlet_runtime::Scored>, _>| {
            Ok(answer?.into_iter().map(|one| (one.label, one.score)).collect())
        };
        Ok(Box::new(move || answers.into_iter().map(readable).collect()))
    }

    fn single(&mut self, texts: &[String]) -> anyhow::Result<Pass> {
        let mut passes =
            texts.iter().map(|text| self.batch(std::slice::from_ref(text))).collect::<Result<Vec<_>, _>>()?;
        Ok(Box::new(move || {
            let one = |pass: Pass| pass()?.pop().context("one answer for one text");
            passes.drain(..).map(one).collect()
        }))
    }
}

//! spaCy pipelines: tokens with everything that the pipeline says of them, sentences and entities.

use std::path::Path;

use anyhow::Context as _;
use spanlet_runtime::{AnalyzeOptions, Layers, Pool};
use spanlet_spacy::{Pipeline, Scratch};
use spanlet_text::{Document, OffsetUnit};

use super::{Engine, Pass};
use crate::worker::Answer;

/// `spanlet-spacy` itself.
pub(super) struct Native {
    pipeline: Pipeline,
    scratch: Scratch,
}

/// The component.
pub(crate) struct Inside {
    pool: Pool,
    options: AnalyzeOptions,
}

impl Native {
    pub(super) fn load(path: &Path) -> anyhow::Result<Self> {
        let mut files = Vec::new();
        collect(path, "", &mut files)?;
        Ok(Self { pipeline: Pipeline::load(files)?, scratch: Scratch::default() })
    }
}

impl Engine for Native {
    fn batch(&mut self, texts: &[String]) -> anyhow::Result<Pass> {
        let mut annotate = |text: &String| self.pipeline.annotate(&mut self.scratch, text);
        let documents = texts.iter().map(&mut annotate).collect::<Result<Vec<_>, _>>()?;
        Ok(Box::new(move || Ok(documents.into_iter().map(described).collect())))
    }

    fn single(&mut self, texts: &[String]) -> anyhow::Result<Pass> {
        self.batch(texts)
    }
}

impl Inside {
    pub(crate) fn new(pool: Pool) -> Self {
        // What spaCy's pipeline itself computes: noun chunks and vectors are made there when somebody asks.
        let layers = Layers { tokens: true, sents: true, ents: true, ..Layers::default() };
        Self { pool, options: AnalyzeOptions { layers, ..AnalyzeOptions::default() } }
    }

    fn documents(&self, texts: &[String]) -> anyhow::Result<Vec<Document>> {
        self.pool.analyze(texts, &self.options)?.into_iter().map(|document| Ok(document?)).collect()
    }
}

impl Engine for Inside {
    fn batch(&mut self, texts: &[String]) -> anyhow::Result<Pass> {
        let documents = self.documents(texts)?;
        Ok(Box::new(move || Ok(documents.into_iter().map(described).collect())))
    }

    fn single(&mut self, texts: &[String]) -> anyhow::Result<Pass> {
        let one = |text: &String| self.documents(std::slice::from_ref(text))?.pop().context("one answer for one text");
        let documents = texts.iter().map(one).collect::<anyhow::Result<Vec<_>>>()?;
        Ok(Box::new(move || Ok(documents.into_iter().map(described).collect())))
    }
}

/// The document as lines without scores, as `official/spacy_worker.py` writes spaCy's.
fn described(document: Document) -> Answer {
    let document = document.into_unit(OffsetUnit::CodePoint);
    let mut answer = Answer::new();
    for token in document.tokens.unwrap_or_default() {
        let columns = [&token.tag, &token.pos, &token.morph, &token.lemma, &token.dep];
        let columns = columns.map(|column| column.as_deref().unwrap_or_default()).join(" ");
        answer.push((format!("{} {} {columns} {}", token.start, token.end, token.head.unwrap_or_default()), 0.0));
    }
    for (what, spans) in [("sentence", document.sents), ("entity", document.ents)] {
        let spans = spans.unwrap_or_default();
        answer.extend(spans.iter().map(|span| (format!("{what} {} {} {}", span.start, span.end, span.label), 0.0)));
    }
    answer
}

/// A file under its name, or every file of a folder under its path in it.
fn collect(path: &Path, prefix: &str, files: &mut Vec<(String, Vec<u8>)>) -> anyhow::Result<()> {
    let name =
        |path: &Path| path.file_name().and_then(|name| name.to_str()).map(str::to_owned).context("a name in UTF-8");
    if path.is_file() {
        files.push((format!("{prefix}{}", name(path)?), std::fs::read(path)?));
        return Ok(());
    }
    for entry in std::fs::read_dir(path)? {
        let path = entry?.path();
        let prefix = if path.is_dir() { format!("{prefix}{}/", name(&path)?) } else { prefix.to_owned() };
        collect(&path, &prefix, files)?;
    }
    Ok(())
}

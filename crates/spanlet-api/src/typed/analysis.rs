//! Documents and key phrases, for each text by itself.

use spanlet_text::{Document, Layers, OffsetUnit, Span, Token};

use super::{AnalyzeOptions, check_answer_size};
use crate::api::Api;
use crate::engine::{EntityOptions, Model, Task};
use crate::error::Error;
use crate::keyphrases::{Keyphrase, Keyphrases};

/// What a token takes in a typed answer beside its strings: two offsets, two truth values, five optional strings, an
/// optional head and an optional truth value.
const TOKEN_BYTES: usize = 84;
/// What a span takes beside its strings: two offsets, a string, an optional string and an optional score.
const SPAN_BYTES: usize = 36;

/// A model with the options of one call, checked: what remains can only fail text by text.
#[derive(Clone, Copy)]
pub(crate) struct Analyzer<'a> {
    pub(crate) name: &'a str,
    model: &'a dyn Model,
    pub(crate) offsets: OffsetUnit,
    layers: Layers,
    pub(crate) entities: EntityOptions<'a>,
}

impl Analyzer<'_> {
    /// The layers that were asked for, offsets in the unit that was asked for.
    pub(crate) fn document(&self, text: &str) -> Result<Document, Error> {
        Ok(self.model.analyze(text, self.layers, &self.entities)?.into_unit(self.offsets))
    }

    /// The entities, each with its text.
    pub(crate) fn entities<'t>(&self, text: &'t str) -> Result<Vec<(&'t str, Span)>, Error> {
        let document = self.model.analyze(text, Layers::ENTS, &self.entities)?;
        let bytes = document.ents.clone().unwrap_or_default();
        let ents = document.into_unit(self.offsets).ents.unwrap_or_default();
        let covered = |span: &Span| text.get(span.start as usize..span.end as usize).unwrap_or_default();
        Ok(bytes.iter().map(covered).zip(ents).collect())
    }

    /// The key phrases and words.
    pub(crate) fn keyphrases(&self, text: &str) -> Result<Keyphrases, Error> {
        Ok(Keyphrases::of(self.chunked(text)?, self.offsets))
    }

    /// Tokens and noun chunks, offsets in bytes.
    pub(crate) fn chunked(&self, text: &str) -> Result<Document, Error> {
        let layers = Layers { tokens: true, noun_chunks: true, ..Layers::default() };
        self.model.analyze(text, layers, &self.entities)
    }
}

impl Api {
    /// The layers that are asked for, for each text by itself.
    ///
    /// A layer that the model lacks is absent. Where entities alone are asked for, a model with entities answers, though
    /// it may know no other layer. An empty list of texts gives an empty answer.
    ///
    /// # Errors
    /// As for [`classify`](Self::classify).
    pub fn analyze<T: AsRef<str>>(
        &self,
        texts: &[T],
        options: &AnalyzeOptions<'_>,
    ) -> Result<Vec<Result<Document, Error>>, Error> {
        let analyzer = self.analyzer(self.analysis(options), options)?;
        each(texts, |text| analyzer.document(text), document_bytes)
    }

    /// Key phrases and words, best first, for each text by itself. An empty list of texts gives an empty answer.
    ///
    /// # Errors
    /// As for [`classify`](Self::classify).
    pub fn keyphrases<T: AsRef<str>>(
        &self,
        texts: &[T],
        options: &AnalyzeOptions<'_>,
    ) -> Result<Vec<Result<Keyphrases, Error>>, Error> {
        let analyzer = self.analyzer(Task::Keyphrases, options)?;
        each(texts, |text| analyzer.keyphrases(text), keyphrases_bytes)
    }

    /// The task of a call for documents: entities, where no other layer is wanted and there is a model for them.
    pub(crate) fn analysis(&self, options: &AnalyzeOptions<'_>) -> Task {
        let has_entities = match options.model {
            Some(name) => self.registry.get(name).is_ok_and(|(_, loaded)| loaded.has(Task::Entities)),
            None => self.registry.has_task(Task::Entities),
        };
        if options.layers == Layers::ENTS && has_entities { Task::Entities } else { Task::Analyze }
    }

    /// The model and options of a call that analyses, checked.
    pub(crate) fn analyzer<'a>(&'a self, task: Task, options: &AnalyzeOptions<'a>) -> Result<Analyzer<'a>, Error> {
        let (name, model) = self.registry.resolve(task, options.model)?;
        model.check_entities(&options.entities)?;
        let AnalyzeOptions { offsets, layers, entities, .. } = *options;
        Ok(Analyzer { name, model, offsets, layers, entities })
    }
}

/// Answers texts until they are done, or grow too large together.
fn each<T: AsRef<str>, A>(
    texts: &[T],
    answer: impl Fn(&str) -> Result<A, Error>,
    bytes: fn(&A) -> usize,
) -> Result<Vec<Result<A, Error>>, Error> {
    let mut answers = Vec::with_capacity(texts.len());
    let mut answer_bytes = 0;
    for text in texts {
        let answer = answer(text.as_ref());
        answer_bytes += answer.as_ref().map_or(0, bytes);
        check_answer_size(answer_bytes)?;
        answers.push(answer);
    }
    Ok(answers)
}

fn document_bytes(document: &Document) -> usize {
    let string = |string: &Option<std::sync::Arc<str>>| string.as_ref().map_or(0, |string| string.len());
    let token = |token: &Token| {
        TOKEN_BYTES + [&token.tag, &token.pos, &token.morph, &token.lemma, &token.dep].map(string).iter().sum::<usize>()
    };
    let span = |span: &Span| SPAN_BYTES + span.label.len() + string(&span.id);
    let layers = [&document.sents, &document.ents, &document.noun_chunks].into_iter().flatten().flatten();
    document.text.len()
        + document.tokens.iter().flatten().map(token).sum::<usize>()
        + layers.chain(document.spans.iter().flat_map(|group| &group.spans)).map(span).sum::<usize>()
        + document.vector.as_ref().map_or(0, |vector| size_of_val(vector.as_slice()))
}

fn keyphrases_bytes(keyphrases: &Keyphrases) -> usize {
    let keyphrase = |phrase: &Keyphrase| phrase.text.len() + phrase.lemma.len() + (1 + phrase.spans.len()) * SPAN_BYTES;
    keyphrases.phrases.iter().chain(&keyphrases.words).map(keyphrase).sum()
}

//! The entity recognizer.
//!
//! Source: spaCy 3.8, `pipeline/ner.pyx`, `pipeline/transition_parser.pyx` and `tokens/doc.pyx` `Doc.set_ents`.

use std::sync::Arc;

use crate::annotate_error::AnnotateError;
use crate::doc::{Doc, Entity, Label, SentStart};
use crate::load_error::LoadError;
use crate::model_file::ModelFile;
use crate::pipe::{Context, Layers};
use crate::source::Source;
use crate::tok2vec::TokenVectors;
use crate::transition::biluo::{self, Preset};
use crate::transition::{
    Allowed, Buffers, Moves, Network,
    moves::{LabelIndex, Move},
};

/// A trained entity recognizer.
#[derive(Clone, Debug)]
pub(crate) struct Ner {
    component: String,
    vectors: TokenVectors,
    network: Network,
    moves: Moves,
}

impl Ner {
    /// Loads what a component `ner` needs.
    ///
    /// # Errors
    /// When a part is missing or damaged, or the component asks for a beam, or for an architecture other than
    /// `spacy.TransitionBasedParser.v2`.
    pub(crate) fn load(source: &Source<'_>) -> Result<Self, LoadError> {
        super::transition_settings::check(source, "ner")?;
        let part = source.part_name("moves");
        let moves = Moves::parse(&part, source.part("moves")?, biluo::ACTIONS, |action, label| {
            action != biluo::MISSING && (action != biluo::OUT || label.is_empty())
        })?;
        let part = source.part_name("model");
        let file = ModelFile::parse(&part, source.part("model")?)?;
        let vectors = TokenVectors::load(source, &file, "model.tok2vec")?;
        let network = Network::load(source, &file, vectors.width(), moves.len(), [3, 6])?;
        Ok(Self { component: source.component.to_owned(), vectors, network, moves })
    }

    /// What it sets.
    pub(crate) fn layers(&self) -> Layers {
        Layers { ents: true, ..Layers::default() }
    }

    /// What its token vectors are made of.
    pub(crate) fn vectors(&self) -> &TokenVectors {
        &self.vectors
    }

    /// What its token vectors are made of.
    pub(crate) fn vectors_mut(&mut self) -> &mut TokenVectors {
        &mut self.vectors
    }

    /// The labels that it can give, sorted.
    pub(crate) fn labels(&self) -> Vec<&str> {
        let mut labels: Vec<&str> =
            self.moves.labels().iter().map(|label| &**label).filter(|label| !label.is_empty()).collect();
        labels.sort_unstable();
        labels
    }

    /// Finds the entities among the tokens that are in none yet; those that there are stay.
    pub(crate) fn annotate(&self, doc: &mut Doc<'_>, context: &mut Context<'_>) -> Result<(), AnnotateError> {
        if doc.tokens.is_empty() {
            return Ok(());
        }
        let vectors = self.vectors.rows(doc, context)?;
        let presets = Presets::of(doc, &self.moves);
        let mut tokens = Vec::with_capacity(doc.tokens.len());
        for (index, token) in doc.tokens.iter().enumerate() {
            tokens.push(biluo::Token {
                preset: presets.tokens.get(index).copied().unwrap_or_default(),
                is_space: context.scratch.lexemes.get(token.lexeme).is_space,
                starts_sentence: token.sent_start == SentStart::Yes,
            });
        }
        let buffers = &mut context.scratch.transition;
        buffers.biluo.begin(tokens.into_iter());
        self.recognize(doc.tokens.len(), &presets, &vectors, buffers)?;
        drop(vectors);
        let found = buffers.biluo.entities();
        doc.ents = if doc.ents.is_empty() {
            let entity = |entity: &biluo::Entity| Entity {
                tokens: entity.tokens.clone(),
                label: self.label(entity.label, &presets),
                id: None,
            };
            found.iter().map(entity).collect()
        } else {
            self.merged(doc, found, &presets)
        };
        doc.ents_known = true;
        Ok(())
    }

    /// Runs the state machine to its end.
    fn recognize(
        &self,
        tokens: usize,
        presets: &Presets,
        vectors: &[f32],
        buffers: &mut Buffers,
    ) -> Result<(), AnnotateError> {
        let Buffers { biluo: state, activations, .. } = buffers;
        self.network.begin(tokens, activations);
        while !state.is_final() {
            let allowed = state.allowed();
            let found = self.network.next_move(state, (&self.moves, &allowed), vectors, activations);
            let found = found.map_err(|_| AnnotateError::NotANumber { component: self.component.clone() })?;
            match found.or_else(|| presets.forced(&allowed)) {
                Some(found) => state.apply(found.action, found.label),
                None => state.give_up(),
            }
        }
        Ok(())
    }

    fn label(&self, label: LabelIndex, presets: &Presets) -> Arc<str> {
        let label = label as usize;
        let own = self.moves.labels();
        Arc::clone(own.get(label).unwrap_or_else(|| &presets.foreign[label - own.len()]))
    }

    /// The entities of `doc` with those that were `found` written over them, token by token as spaCy keeps them: what
    /// was found counts, and where it cuts an older entity, the rest of that one stays.
    fn merged(&self, doc: &Doc<'_>, found: &[biluo::Entity], presets: &Presets) -> Vec<Entity> {
        let mut marks: Vec<Option<Mark>> = vec![None; doc.tokens.len()];
        for entity in &doc.ents {
            mark(&mut marks, &entity.tokens, &entity.label, &entity.id);
        }
        for entity in found {
            let id = marks[entity.tokens.start as usize].as_ref().and_then(|mark| mark.id.clone());
            mark(&mut marks, &entity.tokens, &self.label(entity.label, presets), &id);
        }
        let mut entities: Vec<Entity> = Vec::new();
        let mut before: Option<&Mark> = None;
        for (index, mark) in marks.iter().enumerate() {
            let index = index as u32;
            match (mark, entities.last_mut()) {
                (Some(mark), Some(entity))
                    if !mark.begins && before.is_some_and(|before| before.label == mark.label) =>
                {
                    entity.tokens.end = index + 1;
                }
                (Some(mark), _) => entities.push(Entity {
                    tokens: index..index + 1,
                    label: Arc::clone(&mark.label),
                    id: mark.id.clone(),
                }),
                (None, _) => {}
            }
            before = mark.as_ref();
        }
        entities
    }
}

/// What is said of a token in an entity.
#[derive(Clone, Debug)]
struct Mark {
    begins: bool,
    label: Arc<str>,
    id: Label,
}

fn mark(marks: &mut [Option<Mark>], tokens: &std::ops::Range<u32>, label: &Arc<str>, id: &Label) {
    for index in tokens.clone() {
        marks[index as usize] = Some(Mark { begins: index == tokens.start, label: Arc::clone(label), id: id.clone() });
    }
}

/// The entities that a text has before.
struct Presets {
    /// By token; empty when there is none.
    tokens: Vec<Preset>,
    /// Which labels they have.
    labels: Vec<LabelIndex>,
    /// Those labels that no move has, numbered on from the moves' labels.
    foreign: Vec<Arc<str>>,
}

impl Presets {
    fn of(doc: &Doc<'_>, moves: &Moves) -> Self {
        let mut presets = Self { tokens: Vec::new(), labels: Vec::new(), foreign: Vec::new() };
        if !doc.ents.is_empty() {
            presets.tokens.resize(doc.tokens.len(), Preset::Outside);
        }
        for entity in &doc.ents {
            let label = moves.find_label(&entity.label).unwrap_or_else(|| presets.foreign_label(moves, &entity.label));
            presets.labels.push(label);
            for index in entity.tokens.clone() {
                presets.tokens[index as usize] =
                    if index == entity.tokens.start { Preset::Begin(label) } else { Preset::Inside(label) };
            }
        }
        presets
    }

    fn foreign_label(&mut self, moves: &Moves, label: &Arc<str>) -> LabelIndex {
        let known = self.foreign.iter().position(|found| found == label);
        let place = known.unwrap_or_else(|| {
            self.foreign.push(Arc::clone(label));
            self.foreign.len() - 1
        });
        (moves.label_count() + place) as LabelIndex
    }

    /// The move that a preset entity forces where the network has no class for it.
    ///
    /// spaCy gives the network such classes when it first meets their label, and scores them below all others. So they
    /// are chosen where nothing else is allowed, and only there.
    fn forced(&self, allowed: &[Allowed]) -> Option<Move> {
        allowed.iter().enumerate().find_map(|(action, allowed)| match allowed {
            Allowed::Only(label) if self.labels.contains(label) => Some(Move { action, label: *label }),
            _ => None,
        })
    }
}

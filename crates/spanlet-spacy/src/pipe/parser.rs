//! The dependency parser: heads, labels, sentence starts.
//!
//! Source: spaCy 3.8, `pipeline/dep_parser.pyx` and `pipeline/transition_parser.pyx`.

mod edges;
mod pseudo_projective;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::annotate_error::AnnotateError;
use crate::doc::{Doc, Label};
use crate::load_error::LoadError;
use crate::model_file::ModelFile;
use crate::pipe::{Context, Layers};
use crate::source::Source;
use crate::tok2vec::TokenVectors;
use crate::transition::{Buffers, Moves, Network, arc_eager, moves::LabelIndex};

pub(crate) use edges::set_edges;
use pseudo_projective::Decoration;

/// A trained parser.
#[derive(Clone, Debug)]
pub(crate) struct Parser {
    component: String,
    vectors: TokenVectors,
    network: Network,
    moves: Moves,
    /// By label: what it says when it holds two.
    decorations: Vec<Option<Decoration>>,
    /// The label of a word without a head.
    root: Arc<str>,
    /// The label that joins the pieces of a token, if there is one.
    subtok: Option<LabelIndex>,
}

impl Parser {
    /// Loads what a component `parser` needs.
    ///
    /// # Errors
    /// When a part is missing or damaged, or the component asks for a beam, for merging tokens, or for an architecture
    /// other than `spacy.TransitionBasedParser.v2`.
    pub(crate) fn load(source: &Source<'_>) -> Result<Self, LoadError> {
        super::transition_settings::check(source, "parser")?;
        let part = source.part_name("moves");
        let moves = Moves::parse(&part, source.part("moves")?, arc_eager::ACTIONS, |_, _| true)?;
        let part = source.part_name("model");
        let file = ModelFile::parse(&part, source.part("model")?)?;
        let vectors = TokenVectors::load(source, &file, "model.tok2vec")?;
        let network = Network::load(source, &file, vectors.width(), moves.len(), [8, 13])?;
        Ok(Self {
            component: source.component.to_owned(),
            vectors,
            network,
            decorations: pseudo_projective::decorations(&source.part_name("moves"), &moves)?,
            root: "ROOT".into(),
            subtok: moves.find_label("subtok"),
            moves,
        })
    }

    /// What it sets.
    pub(crate) fn layers(&self) -> Layers {
        Layers { dep: true, sents: true, ..Layers::default() }
    }

    /// What its token vectors are made of.
    pub(crate) fn vectors(&self) -> &TokenVectors {
        &self.vectors
    }

    /// What its token vectors are made of.
    pub(crate) fn vectors_mut(&mut self) -> &mut TokenVectors {
        &mut self.vectors
    }

    /// Gives every token a head, a label and the edges of its subtree, and says where sentences start.
    ///
    /// Sentence starts that were set before are kept to while parsing, and then set anew from the tree. A token that
    /// gets no arc keeps the head that it had.
    pub(crate) fn annotate(&self, doc: &mut Doc<'_>, context: &mut Context<'_>) -> Result<(), AnnotateError> {
        if doc.tokens.is_empty() {
            return Ok(());
        }
        let vectors = self.vectors.rows(doc, context)?;
        let buffers = &mut context.scratch.transition;
        self.parse(doc, &vectors, buffers)?;
        drop(vectors);
        let state = &buffers.arc_eager;
        let mut decorated = Vec::new();
        for (index, token) in doc.tokens.iter_mut().enumerate() {
            if let Some(arc) = state.arc(index) {
                token.head = arc.head;
                token.dep = self.label(arc.label);
                if let Some(decoration) = &self.decorations[arc.label as usize] {
                    decorated.push((index, decoration));
                }
            } else if token.head as usize == index {
                token.dep = Some(Arc::clone(&self.root));
            }
        }
        set_edges(doc);
        if !decorated.is_empty() {
            pseudo_projective::deprojectivize(doc, context, &decorated);
            set_edges(doc);
        }
        Ok(())
    }

    /// Runs the state machine to its end.
    fn parse(&self, doc: &Doc<'_>, vectors: &[f32], buffers: &mut Buffers) -> Result<(), AnnotateError> {
        let Buffers { arc_eager: state, activations, .. } = buffers;
        state.begin(doc.tokens.iter().map(|token| token.sent_start));
        self.network.begin(doc.tokens.len(), activations);
        while !state.is_final() {
            let allowed = state.allowed(self.subtok);
            let found = self.network.next_move(state, (&self.moves, &allowed), vectors, activations);
            match found.map_err(|_| AnnotateError::NotANumber { component: self.component.clone() })? {
                Some(found) => state.apply(found.action, found.label),
                None => state.give_up(),
            }
        }
        Ok(())
    }

    fn label(&self, label: LabelIndex) -> Label {
        let label = &self.moves.labels()[label as usize];
        (!label.is_empty()).then(|| Arc::clone(label))
    }
}

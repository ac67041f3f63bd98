//! What computes: ids of pieces go in, rows of numbers come out.

mod graph;

use crate::answer_error::AnswerError;
use crate::config::{Config, Kind};
use crate::export::GraphFiles;
use crate::load_error::LoadError;
use graph::Graph;

/// What a network makes of one window.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// `[rows, width]`: a row for every piece, or one for the whole window.
    pub values: Vec<f32>,
    /// How many numbers a row has.
    pub width: usize,
}

/// A graph, and what runs it.
#[derive(Clone)]
pub(crate) enum Network {
    /// tract.
    Graph(Graph),
}

impl Network {
    pub(crate) fn load(files: GraphFiles, config: &Config) -> Result<Self, LoadError> {
        Ok(Self::Graph(Graph::load(files, config.kind)?))
    }

    /// What runs it.
    pub(crate) fn path(&self) -> &'static str {
        match self {
            Self::Graph(_) => "graph",
        }
    }

    /// The most pieces that it has positions for, where it is known.
    pub(crate) fn max_pieces(&self) -> Option<usize> {
        match self {
            Self::Graph(_) => None,
        }
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        match self {
            Self::Graph(graph) => graph.memory_bytes(),
        }
    }

    /// What the graph answers.
    pub(crate) fn run(&self, ids: &[u32], types: &[u32]) -> Result<Output, AnswerError> {
        match self {
            Self::Graph(graph) => graph.run(ids, types),
        }
    }

    /// Whether it has the rows from before its head.
    pub(crate) fn has_features(&self) -> bool {
        match self {
            Self::Graph(graph) => graph.kind() == Kind::Features,
        }
    }

    /// A row for every piece, from before the head.
    pub(crate) fn features(&self, ids: &[u32], types: &[u32]) -> Result<Output, AnswerError> {
        match self {
            Self::Graph(graph) => graph.run(ids, types),
        }
    }

    /// Whether what it answers is a text's vector already.
    pub(crate) fn answers_vectors(&self) -> bool {
        match self {
            Self::Graph(graph) => graph.answers_vectors(),
        }
    }
}

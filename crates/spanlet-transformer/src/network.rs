//! What computes: ids of pieces go in, rows of numbers come out.

mod check;
mod graph;
mod operators;

use crate::answer_error::AnswerError;
use crate::config::{CONFIG, Kind};
use crate::encoder::Encoder;
use crate::export::GraphFiles;
use crate::load_error::LoadError;
use crate::onnx;
use graph::Graph;

/// Outputs in the order in which they are looked for; where there is none of them, the first is taken.
const LOGITS: [&str; 1] = ["logits"];
const FEATURES: [&str; 3] = [VECTOR, "last_hidden_state", "token_embeddings"];
const ROWS: [&str; 3] = ["last_hidden_state", "token_embeddings", VECTOR];
/// The output that is a text's vector already.
const VECTOR: &str = "sentence_embedding";

/// The most pieces of one window: attention takes the square of them.
pub(crate) const MAX_WINDOW: usize = 8192;

/// Refuses a window that no memory would do for, or that has nothing.
fn check_window(ids: &[u32]) -> Result<(), AnswerError> {
    match ids.len() {
        0 => Err(AnswerError::Network("expected a window with a piece, found none".to_owned())),
        1..=MAX_WINDOW => Ok(()),
        pieces => Err(AnswerError::TooLong { pieces, room: MAX_WINDOW }),
    }
}

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
    /// Our own kernels.
    Encoder(Box<Encoder>),
    /// The same, whose head makes a text's vector.
    Vectors(Box<Encoder>),
    /// tract.
    Graph(Graph),
}

impl Network {
    /// Reads a graph that answers so many labels, or none where it has no head.
    ///
    /// `is_pooled` says whether it is known how rows become a text's vector; then the rows are what is wanted.
    pub(crate) fn load(mut files: GraphFiles, kind: Kind, labels: usize, is_pooled: bool) -> Result<Self, LoadError> {
        let graph = onnx::Graph::parse(&files.bytes)
            .map_err(|onnx::OnnxError(problem)| LoadError::damaged(&files.part, problem))?;
        files.beside.retain(|name, _| graph.is_weights_file(name));
        let wanted: &[&str] = match (kind, is_pooled) {
            (Kind::Features, true) => &ROWS,
            (Kind::Features, false) => &FEATURES,
            _ => &LOGITS,
        };
        let named = |name: &&str| graph.outputs.iter().find(|output| output == name);
        let Some(output) = wanted.iter().find_map(named).or(graph.outputs.first()) else {
            return Err(LoadError::damaged(&files.part, "expected a graph with an output, found none"));
        };
        if kind == Kind::Features && LOGITS.contains(&output.as_str()) {
            let advice = "export with `--task feature-extraction`";
            return Err(LoadError::unsupported(&files.part, format!("the output {output:?} alone"), advice));
        }
        let is_vector = output == VECTOR;
        let files = match Encoder::load(files, &graph, output) {
            Ok(encoder) if is_vector => return Ok(Self::Vectors(Box::new(encoder))),
            Ok(encoder) => return Self::checked(encoder, kind, labels),
            Err(files) => files,
        };
        let output = output.clone();
        // Its names and places are not needed any more, and tract makes its own.
        drop(graph);
        Ok(Self::Graph(Graph::load(files, &output)?))
    }

    /// An encoder whose head fits the configuration.
    fn checked(encoder: Encoder, kind: Kind, labels: usize) -> Result<Self, LoadError> {
        let outputs = encoder.head_width();
        if kind == Kind::Features || outputs == Some(labels) {
            return Ok(Self::Encoder(Box::new(encoder)));
        }
        let outputs = outputs.unwrap_or(0);
        let problem = format!("id2label: expected a label for each of the graph's {outputs} outputs, found {labels}");
        Err(LoadError::damaged(CONFIG, problem))
    }

    /// What runs it.
    pub(crate) fn path(&self) -> &'static str {
        match self {
            Self::Encoder(_) | Self::Vectors(_) => "encoder",
            Self::Graph(_) => "graph",
        }
    }

    /// The most pieces that it has positions for, where it is known.
    pub(crate) fn max_pieces(&self) -> Option<usize> {
        match self {
            Self::Encoder(encoder) | Self::Vectors(encoder) => encoder.max_pieces(),
            Self::Graph(_) => None,
        }
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        match self {
            Self::Encoder(encoder) | Self::Vectors(encoder) => encoder.memory_bytes(),
            Self::Graph(graph) => graph.memory_bytes(),
        }
    }

    /// What the graph answers.
    pub(crate) fn run(&self, ids: &[u32], types: &[u32]) -> Result<Output, AnswerError> {
        check_window(ids)?;
        match self {
            Self::Encoder(encoder) | Self::Vectors(encoder) => encoder.run(ids, types),
            Self::Graph(graph) => graph.run(ids, types),
        }
    }

    /// Whether it has the rows from before its head.
    pub(crate) fn has_features(&self) -> bool {
        matches!(self, Self::Encoder(_) | Self::Vectors(_))
    }

    /// A row for every piece, from before the head where there is one.
    pub(crate) fn features(&self, ids: &[u32], types: &[u32]) -> Result<Output, AnswerError> {
        check_window(ids)?;
        match self {
            Self::Encoder(encoder) => encoder.features(ids, types),
            Self::Vectors(encoder) => encoder.run(ids, types),
            Self::Graph(graph) => graph.run(ids, types),
        }
    }

    /// Whether what it answers is a text's vector already.
    pub(crate) fn answers_vectors(&self) -> bool {
        match self {
            Self::Encoder(_) => false,
            Self::Vectors(_) => true,
            Self::Graph(graph) => graph.output() == VECTOR,
        }
    }

    /// Frees memory that the next text would take again.
    pub(crate) fn release_buffers(&self) {
        if let Self::Encoder(encoder) | Self::Vectors(encoder) = self {
            encoder.release_buffers();
        }
    }
}

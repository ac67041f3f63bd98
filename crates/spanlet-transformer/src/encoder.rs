//! Encoders of the BERT family, run by our own kernels over weights that stay in the file's own buffer.

mod description;
mod forward;
mod recognize;
mod weights;

use std::cell::RefCell;

use crate::answer_error::AnswerError;
use crate::export::GraphFiles;
use crate::network::Output;
use crate::onnx::Graph;
use description::Positions;
use forward::Scratch;
use weights::{Head, Network};

/// An encoder with its head.
#[derive(Clone)]
pub(crate) struct Encoder {
    network: Network,
    /// Kept from one text to the next.
    scratch: RefCell<Scratch>,
}

impl Encoder {
    /// The encoder that makes one of the graph's outputs, or the files as they were, if it is none that is known here.
    ///
    /// # Errors
    /// None; a graph that is damaged is not recognised either.
    pub(crate) fn load(files: GraphFiles, graph: &Graph, output: &str) -> Result<Self, GraphFiles> {
        let Some(description) = recognize::recognize(graph, &files.bytes, output) else { return Err(files) };
        let network = Network::load(files, graph, &description)?;
        Ok(Self { network, scratch: RefCell::default() })
    }

    /// The most pieces that there are positions for.
    pub(crate) fn max_pieces(&self) -> Option<usize> {
        let (table, positions) = self.network.embeddings.positions.as_ref()?;
        let before_first = match positions {
            Positions::Index => 0,
            Positions::BehindPadding(padding) => *padding as usize + 1,
        };
        Some(table.rows.saturating_sub(before_first))
    }

    /// What the graph answers: a row for every piece, or one.
    pub(crate) fn run(&self, ids: &[u32], types: &[u32]) -> Result<Output, AnswerError> {
        let scratch = &mut self.scratch.borrow_mut();
        forward::encode(&self.network, scratch, ids, types)?;
        Ok(forward::head(&self.network, scratch))
    }

    /// The last layer's row for every piece.
    pub(crate) fn features(&self, ids: &[u32], types: &[u32]) -> Result<Output, AnswerError> {
        let scratch = &mut self.scratch.borrow_mut();
        forward::encode(&self.network, scratch, ids, types)?;
        Ok(Output { values: scratch.rows().to_vec(), width: self.network.width })
    }

    /// How many numbers the head answers for a row; `None` where it answers the rows themselves.
    pub(crate) fn head_width(&self) -> Option<usize> {
        match &self.network.head {
            Head { steps, .. } if steps.is_empty() => None,
            Head { steps, .. } => steps.iter().rev().find_map(weights::Step::width),
        }
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.network.memory_bytes()
    }

    pub(crate) fn release_buffers(&self) {
        self.scratch.take();
    }
}

//! An encoder by itself: a row of numbers for every piece.

use crate::answer_error::AnswerError;
use crate::config::{Kind, TokenizerConfig};
use crate::export::GraphFiles;
use crate::load_error::LoadError;
use crate::network::{Network, Output};
use crate::tokenizer::{Tokenizer, Window};

/// The part that an encoder's graph is read from.
const GRAPH: &str = "model.onnx";

/// An encoder with its tokenizer and without any configuration.
#[derive(Clone)]
pub struct Features {
    tokenizer: Tokenizer,
    network: Network,
    width: usize,
}

impl Features {
    /// Reads a graph whose output is `last_hidden_state` and a `tokenizer.json`.
    ///
    /// # Errors
    /// When either is damaged or asks for what there is not here.
    pub fn load(graph: Vec<u8>, tokenizer: &[u8]) -> Result<Self, LoadError> {
        let tokenizer = Tokenizer::load(tokenizer, &TokenizerConfig::default())?;
        let files = GraphFiles { part: GRAPH.to_owned(), bytes: graph, beside: Default::default() };
        let network = Network::load(files, Kind::Features, 0, true)?;
        // What a graph answers is seen when it is asked.
        let Output { width, .. } = network
            .features(&[0], &[0])
            .map_err(|error| LoadError::damaged(GRAPH, format!("expected an answer for one piece: {error}")))?;
        Ok(Self { tokenizer, network, width })
    }

    /// How many numbers a row has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// The most pieces that there are positions for, where it is known.
    #[must_use]
    pub fn max_pieces(&self) -> Option<usize> {
        self.network.max_pieces()
    }

    /// The memory that it holds, but for small change.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.network.memory_bytes()
    }

    /// All pieces of a text, those around it included.
    ///
    /// # Errors
    /// When the tokenizer cannot cut it.
    pub fn tokenize(&self, text: &str) -> Result<Window, AnswerError> {
        Ok(self.tokenizer.whole(text)?)
    }

    /// `[pieces, width]`: the last layer's rows for one sequence by itself. `types` may be shorter; what is missing is 0.
    ///
    /// # Errors
    /// When there are more pieces than positions, or one that the vocabulary lacks.
    pub fn rows(&self, ids: &[u32], types: &[u32]) -> Result<Vec<f32>, AnswerError> {
        Ok(self.network.features(ids, types)?.values)
    }
}

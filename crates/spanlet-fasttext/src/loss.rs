//! How a hidden vector becomes scored labels: the output matrix and what each loss makes of it.

pub(crate) mod sigmoid;
pub(crate) mod softmax;
pub(crate) mod tree;

use spanlet_kernels::{LANES, Lanes};

use crate::PredictError;
use crate::matrix::Blocks;
use crate::ranking::Ranking;
use sigmoid::Sigmoid;
use tree::Tree;

/// What follows the hidden layer of a supervised model.
#[derive(Clone)]
pub(crate) enum Output {
    /// One row per label, exponentials that sum to 1.
    Softmax(Blocks),
    /// One row per label, each label for itself (negative sampling and one-vs-all).
    Sigmoid(Blocks, Box<Sigmoid>),
    /// One row per inner node of a binary tree, whose leaves are the labels.
    Tree(Blocks, Tree),
}

/// Buffers that are kept from one text to the next.
#[derive(Default)]
pub(crate) struct Buffers {
    /// A number for each row of the output.
    dots: Vec<Lanes>,
    walk: tree::Walk,
    pub(crate) ranking: Ranking,
}

impl Output {
    /// Ranks the best labels; `labels` is how many there are, `k` at least 1.
    pub(crate) fn rank(
        &self,
        bytes: &[u8],
        hidden: &[f32],
        labels: usize,
        threshold: f32,
        buffers: &mut Buffers,
    ) -> Result<(), PredictError> {
        let Buffers { dots, walk, ranking } = buffers;
        match self {
            Self::Softmax(blocks) => softmax::rank(dot_all(blocks, bytes, hidden, labels, dots), threshold, ranking),
            Self::Sigmoid(blocks, sigmoid) => {
                sigmoid.rank(dot_all(blocks, bytes, hidden, labels, dots), threshold, ranking)
            }
            Self::Tree(blocks, tree) => {
                tree.rank(&mut |block| blocks.dot(bytes, block, hidden), threshold, walk, ranking)
            }
        }
    }

    pub(crate) fn blocks(&self) -> &Blocks {
        match self {
            Self::Softmax(blocks) | Self::Sigmoid(blocks, _) | Self::Tree(blocks, _) => blocks,
        }
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.blocks().memory_bytes()
            + match self {
                Self::Softmax(_) => 0,
                Self::Sigmoid(..) => size_of::<Sigmoid>(),
                Self::Tree(_, tree) => tree.memory_bytes(),
            }
    }
}

/// The dot products of every label's row with `hidden`.
fn dot_all<'d>(
    blocks: &Blocks,
    bytes: &[u8],
    hidden: &[f32],
    labels: usize,
    dots: &'d mut Vec<Lanes>,
) -> &'d mut [f32] {
    dots.resize(labels.div_ceil(LANES), [0.0; LANES]);
    blocks.dot_all(bytes, hidden, dots);
    &mut dots.as_flattened_mut()[..labels]
}

/// What is added to a probability before its logarithm is taken, so that there is no pole at 0.
const LOG_ADDEND: f64 = 1e-5;

/// The logarithm that labels are ranked by (`std_log`).
pub(crate) fn log(probability: f32) -> f32 {
    libm::log(f64::from(probability) + LOG_ADDEND) as f32
}

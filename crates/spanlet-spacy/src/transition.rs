//! Greedy transition-based analysis: a state reads a text from left to right, and a small network picks each next move.
//!
//! [`Network`] scores, [`Moves`] are the classes that it scores, and a state machine
//! says which of them are allowed now and what they do: [`arc_eager`] for parses, [`biluo`] for entities.
//!
//! Source: spaCy 3.8, `pipeline/transition_parser.pyx` and `pipeline/_parser_internals/`.

pub(crate) mod arc_eager;
pub(crate) mod biluo;
pub(crate) mod moves;
pub(crate) mod network;

pub(crate) use moves::{Allowed, Moves};
pub(crate) use network::Network;

use arc_eager::ArcEager;
use biluo::Biluo;
use network::Activations;

/// A state machine, as the network sees it.
pub(crate) trait State {
    type Features: AsRef<[Option<u32>]>;
    type ExtraFeatures: AsRef<[Option<u32>]>;

    /// The tokens that the network looks at.
    fn features(&self) -> Self::Features;

    /// The tokens that the network looks at with `extra_state_tokens`.
    fn extra_features(&self) -> Self::ExtraFeatures;
}

/// What the two state machines and the network need while they work; kept from text to text for its allocations alone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buffers {
    pub(crate) arc_eager: ArcEager,
    pub(crate) biluo: Biluo,
    pub(crate) activations: Activations,
}

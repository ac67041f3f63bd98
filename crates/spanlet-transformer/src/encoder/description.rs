//! What an encoder of the BERT family is made of, by the names that its graph gives to weights.

/// An encoder, and the head over it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Description {
    pub(crate) embeddings: Embeddings,
    /// From the first to the last.
    pub(crate) layers: Vec<Layer>,
    /// What attention adds for how far apart two pieces are.
    pub(crate) distances: Option<Distances>,
    pub(crate) head: Head,
}

/// From ids to the first rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Embeddings {
    pub(crate) words: Table,
    pub(crate) positions: Option<(Table, Positions)>,
    pub(crate) types: Option<Types>,
    pub(crate) norm: Norm,
    /// To the width of the layers, where that is another.
    pub(crate) projection: Option<Linear>,
}

/// Rows of numbers by id.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Table {
    /// `[ids, width]`.
    pub(crate) rows: String,
    /// `[ids]`: what rows of 8 bits are multiplied by.
    pub(crate) scales: Option<String>,
}

/// Which row of the table of positions a piece gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Positions {
    /// That of its index in the window.
    Index,
    /// Pieces that are not the padding piece are counted from its id on; a padding piece has its own id.
    BehindPadding(u32),
}

/// What the number of a piece's text adds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Types {
    /// The row of the number that the tokenizer gives.
    Given(Table),
    /// The row of 0.
    Zero(Table),
}

/// One layer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Layer {
    pub(crate) query: Linear,
    pub(crate) key: Linear,
    pub(crate) value: Linear,
    /// How many parts attention has.
    pub(crate) heads: usize,
    /// What dot products of queries and keys are multiplied by.
    pub(crate) scale: f32,
    pub(crate) output: Linear,
    pub(crate) attention_norm: Norm,
    pub(crate) up: Linear,
    pub(crate) activation: Activation,
    pub(crate) down: Linear,
    pub(crate) norm: Norm,
}

/// A product with a matrix, and a vector added.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Linear {
    pub(crate) weights: Weights,
    /// `[outputs]`.
    pub(crate) bias: Option<String>,
}

/// A matrix.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Weights {
    pub(crate) name: String,
    /// Whether it is `[outputs, inputs]`; else `[inputs, outputs]`.
    pub(crate) is_transposed: bool,
    /// What weights of 8 bits are multiplied by: `[outputs]`, or one number.
    pub(crate) scales: Option<String>,
}

/// Layer normalisation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Norm {
    pub(crate) gain: String,
    pub(crate) bias: String,
    pub(crate) epsilon: f32,
}

/// What a linear layer's outputs go through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activation {
    /// With the error function.
    Gelu,
    /// With the hyperbolic tangent in its place.
    GeluTanh,
    Relu,
    Tanh,
}

/// `[buckets, heads]`: numbers by how far apart two pieces are, as MPNet counts it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Distances {
    pub(crate) table: String,
}

/// What is done with the last layer's rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Head {
    /// Whether only the first piece's row goes on.
    pub(crate) is_of_first: bool,
    /// One after the other; none answers the rows as they are.
    pub(crate) steps: Vec<Step>,
}

/// A part of a head.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    Linear(Linear),
    Activation(Activation),
}

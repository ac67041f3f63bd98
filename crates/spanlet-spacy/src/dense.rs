//! Dense layers: weights put in the order in which the kernels read them, once, when a pipeline is loaded.

pub(crate) mod best_output;
pub(crate) mod pairs;

use spanlet_kernels::{Dozen, OUTPUTS, Quad, ROWS, gemm, interleave, layer_norm, maxout};

use crate::load_error::LoadError;
use crate::model_file::{ModelFile, Node};

/// So many rows are multiplied at a time: their products stay in the nearest caches.
const BLOCK_ROWS: usize = 8 * ROWS;

/// A matrix of weights with a bias: `units` outputs, each the greatest of its `pieces`.
#[derive(Clone, Debug)]
pub(crate) struct Dense {
    pub(crate) outputs: Outputs,
    columns: usize,
    /// `[groups of twelve outputs][columns]`.
    panels: Vec<Dozen>,
}

/// What is done with the products of a layer, whichever way they come about.
#[derive(Clone, Debug)]
pub(crate) struct Outputs {
    units: usize,
    pieces: usize,
    /// In the order of the products, zero where they only fill up the last twelve.
    bias: Vec<f32>,
}

impl Outputs {
    /// The outputs whose biases are `bias`, `[units, pieces]`.
    pub(crate) fn new(bias: &[f32], units: usize, pieces: usize) -> Self {
        let mut packed = vec![0.0; (units.div_ceil(4) * 4 * pieces).next_multiple_of(OUTPUTS)];
        for unit in 0..units {
            for piece in 0..pieces {
                packed[place(unit, piece, pieces)] = bias[unit * pieces + piece];
            }
        }
        Self { units, pieces, bias: packed }
    }

    /// How many numbers a row of outputs has.
    pub(crate) fn units(&self) -> usize {
        self.units
    }

    /// How many products a row has before [`Outputs::finish`].
    pub(crate) fn width(&self) -> usize {
        self.bias.len()
    }

    /// The outputs of one row of products: the bias is added and the greatest piece taken. `units` is `[units]`.
    pub(crate) fn finish(&self, products: &[f32], units: &mut [f32]) {
        maxout(products, &self.bias, self.pieces, units);
    }

    /// Weights in the order of the products, `[groups of twelve outputs][columns]`, from `[units, pieces, columns]`.
    pub(crate) fn pack(&self, weights: &[f32], columns: usize) -> Vec<Dozen> {
        debug_assert_eq!(weights.len(), self.units * self.pieces * columns, "checked when read");
        let mut panels = vec![[0.0; OUTPUTS]; self.width() / OUTPUTS * columns];
        for unit in 0..self.units {
            for piece in 0..self.pieces {
                let output = place(unit, piece, self.pieces);
                let row = &weights[(unit * self.pieces + piece) * columns..][..columns];
                let panel = &mut panels[output / OUTPUTS * columns..][..columns];
                panel.iter_mut().zip(row).for_each(|(dozen, &weight)| dozen[output % OUTPUTS] = weight);
            }
        }
        panels
    }
}

/// Where a piece of a unit is among the products, as [`maxout`] takes them.
fn place(unit: usize, piece: usize, pieces: usize) -> usize {
    (unit / 4 * pieces + piece) * 4 + unit % 4
}

/// Space for products, kept from one use to the next.
#[derive(Clone, Debug, Default)]
pub(crate) struct Products {
    quads: Vec<Quad>,
    values: Vec<f32>,
}

/// Rows to multiply: row `i` begins at `i * stride` of `values`. Rows overlap when they are longer than `stride`.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'r> {
    pub(crate) values: &'r [f32],
    pub(crate) stride: usize,
    pub(crate) count: usize,
}

impl Products {
    /// The products of `rows`, which are at most [`BLOCK_ROWS`], with `panels`, one row after the other.
    fn of_block(&mut self, panels: &[Dozen], columns: usize, rows: Rows<'_>) -> &[f32] {
        let width = panels.len() / columns * OUTPUTS;
        let groups = rows.count.div_ceil(ROWS);
        self.quads.resize(groups * columns, [0.0; ROWS]);
        self.values.resize(groups * ROWS * width, 0.0);
        interleave(rows.values, rows.stride, columns, &mut self.quads);
        gemm(&self.quads, panels, columns, &mut self.values);
        &self.values[..rows.count * width]
    }
}

impl<'r> Rows<'r> {
    /// Rows of `width` numbers, one after the other.
    pub(crate) fn of_width(values: &'r [f32], width: usize) -> Self {
        Self { values, stride: width, count: values.len().checked_div(width).unwrap_or(0) }
    }

    /// At most `count` rows from `first` on, which is one of them.
    fn part(self, first: usize, count: usize) -> Self {
        let values = self.values.get(first * self.stride..).unwrap_or_default();
        Self { values, count: count.min(self.count - first), ..self }
    }
}

impl Dense {
    /// Packs `weights`, `[units, pieces, columns]`, and `bias`, `[units, pieces]`.
    pub(crate) fn new(weights: &[f32], bias: &[f32], units: usize, pieces: usize, columns: usize) -> Self {
        let outputs = Outputs::new(bias, units, pieces);
        let panels = outputs.pack(weights, columns);
        Self { outputs, columns, panels }
    }

    /// Reads the parameters `W`, `[units, columns]`, and `b`, `[units]`, of a `linear`, `softmax` or `mish` layer.
    pub(crate) fn linear(
        model: &ModelFile<'_>,
        node: &Node<'_>,
        units: usize,
        columns: usize,
    ) -> Result<Self, LoadError> {
        let weights = node.param(model.part(), "W", &[units, columns])?;
        let bias = node.param(model.part(), "b", &[units])?;
        Ok(Self::new(&weights, &bias, units, 1, columns))
    }

    /// What is done with the products, and the weights as the kernels take them.
    pub(crate) fn into_parts(self) -> (Outputs, Vec<Dozen>) {
        (self.outputs, self.panels)
    }

    /// Gives `each` the index and the products of every row, in order; [`Outputs::finish`] makes outputs of them.
    pub(crate) fn for_each(&self, rows: Rows<'_>, space: &mut Products, each: impl FnMut(usize, &[f32])) {
        for_each_product(&self.panels, self.columns, rows, space, each);
    }
}

/// Gives `each` the index of every row and its products with `panels`, `[groups of twelve outputs][columns]`.
pub(crate) fn for_each_product(
    panels: &[Dozen],
    columns: usize,
    rows: Rows<'_>,
    space: &mut Products,
    mut each: impl FnMut(usize, &[f32]),
) {
    let Some(panel_count) = panels.len().checked_div(columns).filter(|&count| count > 0) else { return };
    for first in (0..rows.count).step_by(BLOCK_ROWS) {
        let products = space.of_block(panels, columns, rows.part(first, BLOCK_ROWS));
        for (index, products) in products.chunks_exact(panel_count * OUTPUTS).enumerate() {
            each(first + index, products);
        }
    }
}

/// Gain and bias of a `layernorm` layer.
#[derive(Clone, Debug)]
pub(crate) struct LayerNorm {
    gain: Vec<f32>,
    bias: Vec<f32>,
}

impl LayerNorm {
    /// Reads the parameters `G` and `b`, `[width]` each.
    pub(crate) fn load(model: &ModelFile<'_>, node: &Node<'_>, width: usize) -> Result<Self, LoadError> {
        model.expect_name(node, "layernorm")?;
        let gain = node.param(model.part(), "G", &[width])?;
        let bias = node.param(model.part(), "b", &[width])?;
        Ok(Self { gain, bias })
    }

    /// Normalises a row, `[width]`, in place.
    pub(crate) fn apply(&self, row: &mut [f32]) {
        layer_norm(row, &self.gain, &self.bias);
    }
}

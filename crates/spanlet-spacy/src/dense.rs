//! Dense layers: weights put in the order in which the kernels read them, once, when a pipeline is loaded.

use spanlet_kernels::{Dozen, OUTPUTS, Quad, ROWS, gemm, interleave, layer_norm, maxout};

use crate::load_error::LoadError;
use crate::model_file::{ModelFile, Node};

/// So many rows are multiplied at a time: their products stay in the nearest caches.
const BLOCK_ROWS: usize = 8 * ROWS;

/// A matrix of weights with a bias: `units` outputs, each the greatest of its `pieces`.
#[derive(Debug)]
pub(crate) struct Dense {
    columns: usize,
    units: usize,
    pieces: usize,
    /// `[groups of twelve outputs][columns]`.
    panels: Vec<Dozen>,
    /// In the order of the products, zero where they only fill up the last twelve.
    bias: Vec<f32>,
}

/// Space for products, kept from one use to the next.
#[derive(Debug, Default)]
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

impl<'r> Rows<'r> {
    /// Rows of `width` numbers, one after the other.
    pub(crate) fn of_width(values: &'r [f32], width: usize) -> Self {
        Self { values, stride: width, count: values.len().checked_div(width).unwrap_or(0) }
    }
}

impl Dense {
    /// Packs `weights`, `[units, pieces, columns]`, and `bias`, `[units, pieces]`.
    pub(crate) fn new(weights: &[f32], bias: &[f32], units: usize, pieces: usize, columns: usize) -> Self {
        debug_assert_eq!((weights.len(), bias.len()), (units * pieces * columns, units * pieces), "checked when read");
        let width = (units.div_ceil(4) * 4 * pieces).next_multiple_of(OUTPUTS);
        let mut panels = vec![[0.0; OUTPUTS]; width / OUTPUTS * columns];
        let mut packed_bias = vec![0.0; width];
        for unit in 0..units {
            for piece in 0..pieces {
                let output = (unit / 4 * pieces + piece) * 4 + unit % 4;
                let row = &weights[(unit * pieces + piece) * columns..][..columns];
                let panel = &mut panels[output / OUTPUTS * columns..][..columns];
                panel.iter_mut().zip(row).for_each(|(dozen, &weight)| dozen[output % OUTPUTS] = weight);
                packed_bias[output] = bias[unit * pieces + piece];
            }
        }
        Self { columns, units, pieces, panels, bias: packed_bias }
    }

    /// Reads the parameters `W`, `[units, pieces, columns]`, and `b`, `[units, pieces]`, of a `maxout` layer.
    pub(crate) fn maxout(
        model: &ModelFile<'_>,
        node: &Node<'_>,
        units: usize,
        pieces: usize,
        columns: usize,
    ) -> Result<Self, LoadError> {
        model.expect_name(node, "maxout")?;
        let weights = node.param(model.part(), "W", &[units, pieces, columns])?;
        let bias = node.param(model.part(), "b", &[units, pieces])?;
        Ok(Self::new(&weights, &bias, units, pieces, columns))
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

    /// How many numbers a row of inputs has.
    pub(crate) fn columns(&self) -> usize {
        self.columns
    }

    /// How many numbers a row of outputs has.
    pub(crate) fn units(&self) -> usize {
        self.units
    }

    /// How many products a row has before [`Dense::finish`].
    pub(crate) fn width(&self) -> usize {
        self.bias.len()
    }

    /// The weights as the kernels take them.
    pub(crate) fn panels(&self) -> &[Dozen] {
        &self.panels
    }

    /// The outputs of one row of products: the bias is added and the greatest piece taken. `units` is `[units]`.
    pub(crate) fn finish(&self, products: &[f32], units: &mut [f32]) {
        maxout(products, &self.bias, self.pieces, units);
    }

    /// Gives `each` the index and the products of every row, in order; [`Dense::finish`] makes outputs of them.
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
    let Some(panel_count) = panels.len().checked_div(columns) else { return };
    let width = panel_count * OUTPUTS;
    for first in (0..rows.count).step_by(BLOCK_ROWS) {
        let count = BLOCK_ROWS.min(rows.count - first);
        let groups = count.div_ceil(ROWS);
        space.quads.resize(groups * columns, [0.0; ROWS]);
        space.values.resize(groups * ROWS * width, 0.0);
        interleave(rows.values.get(first * rows.stride..).unwrap_or_default(), rows.stride, columns, &mut space.quads);
        gemm(&space.quads, panels, columns, &mut space.values);
        for (index, products) in space.values.chunks_exact(width.max(1)).take(count).enumerate() {
            each(first + index, products);
        }
    }
}

/// Gain and bias of a `layernorm` layer.
#[derive(Debug)]
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

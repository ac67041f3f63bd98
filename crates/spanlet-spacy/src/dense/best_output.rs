//! Which of a layer's outputs is the greatest, with most of the work done in whole numbers.
//!
//! Products of 16-bit whole numbers take less than half the time of those of `f32` in WebAssembly, and how far they can
//! lie from these is known. So all outputs of a row are estimated, and those that could be the greatest are computed.
//! Mostly there is one, and then nothing is left to compute. What is found is always what the outputs themselves give.
//!
//! # How far an estimate can be off
//! A row `x` and the weights `w` of an output, of `n` numbers each, are scaled to a length of at most `L`, but for the
//! rounding of lengths, and rounded. Each number is off by little more than a half, so that by Cauchy and Schwarz the
//! product of the whole numbers lies within about `√n·L + n/4` of what it stands for. Summing `n` products of `f32` is off
//! by `n·2⁻²⁴·L²` at most in the same unit, converting the product to an estimate by `2⁻²²·L²`, adding a bias `b` by
//! `2⁻²³·(L² + b)`. [`Rounded::slack`] has them with some room to spare.

use spanlet_kernels::{
    DozenPair, LANES, OUTPUTS, QuadPair, ROWS, WHOLE_IS_QUICKER, any_at_least, gemm_whole, greatest,
};

use super::{BLOCK_ROWS, Dense, Products, Rows};

/// The length of rows and of the longest weights before they are rounded: a product of two stays well within an `i32`, a
/// number within an `i16`.
const LENGTH: f32 = 32_000.0;

/// The greatest length of rows and of weights, and the square root of the greatest bias, for which estimates are made:
/// nothing overflows.
const LENGTH_MAX: f32 = 1e8;

/// What is shorter is scaled as if it had this length, so that nothing loses its digits at the other end.
const LENGTH_MIN: f32 = 1e-8;

/// Wider rows than usual models have are not estimated: their rounding would be too coarse.
const WIDTH_MAX: usize = 4096;

/// With more candidates than one in so many outputs it takes less time to compute all outputs side by side.
const OUTPUTS_PER_CANDIDATE: usize = 4;

/// A layer that is asked for its greatest output.
#[derive(Clone, Debug)]
pub(crate) struct BestOutput {
    layer: Dense,
    /// Absent where it would not pay, or where weights cannot be scaled.
    rounded: Option<Rounded>,
}

/// A layer's weights as whole numbers.
#[derive(Clone, Debug)]
struct Rounded {
    /// `[groups of twelve outputs][pairs of columns]`.
    panels: Vec<DozenPair>,
    pairs: usize,
    /// What the weights were multiplied by.
    factor: f32,
    greatest_bias: f32,
    /// How far the product of whole numbers can be from what it stands for, where it is not for a bias.
    product_slack: f32,
}

/// Space for numbers that are only needed until the best is known, kept from one use to the next.
#[derive(Clone, Debug, Default)]
pub(crate) struct BestSpace {
    products: Products,
    scores: Vec<f32>,
    row: Vec<i16>,
    quads: Vec<QuadPair>,
    /// For each row of a block, what it was multiplied by; absent where it cannot be scaled.
    factors: Vec<Option<f32>>,
    whole_products: Vec<i32>,
    candidates: Vec<usize>,
}

impl BestOutput {
    /// Prepares a layer of single pieces.
    pub(crate) fn new(layer: Dense) -> Self {
        if WHOLE_IS_QUICKER { Self::with_estimates(layer) } else { Self { layer, rounded: None } }
    }

    fn with_estimates(layer: Dense) -> Self {
        debug_assert_eq!(layer.outputs.pieces, 1);
        Self { rounded: Rounded::of(&layer), layer }
    }

    /// Gives `each` the index of every row and that of its greatest output, the first of equals; `None` where there is
    /// no greatest number.
    pub(crate) fn for_each(&self, rows: Rows<'_>, space: &mut BestSpace, mut each: impl FnMut(usize, Option<usize>)) {
        debug_assert_eq!(rows.stride, self.layer.columns);
        let Some(rounded) = &self.rounded else {
            return self.for_each_scored(rows, space, |row, scores| each(row, first_greatest(scores)));
        };
        for first in (0..rows.count).step_by(BLOCK_ROWS) {
            let block = rows.part(first, BLOCK_ROWS);
            rounded.multiply(block, space);
            for row in 0..block.count {
                let values = &block.values[row * block.stride..][..self.layer.columns];
                let best = match space.factors[row] {
                    Some(factor) => self.estimated(rounded, (values, row, factor), space),
                    None => self.computed(values, space),
                };
                each(first + row, best);
            }
        }
    }

    /// Gives `each` the index and all outputs of every row. It may change the outputs.
    pub(crate) fn for_each_scored(
        &self,
        rows: Rows<'_>,
        space: &mut BestSpace,
        mut each: impl FnMut(usize, &mut [f32]),
    ) {
        let BestSpace { products, scores, .. } = space;
        scores.resize(self.layer.outputs.units(), 0.0);
        self.layer.for_each(rows, products, |row, products| {
            self.layer.outputs.finish(products, scores);
            each(row, scores);
        });
    }

    /// The greatest output of one row, of all outputs.
    fn computed(&self, values: &[f32], space: &mut BestSpace) -> Option<usize> {
        let mut best = None;
        self.for_each_scored(Rows::of_width(values, values.len()), space, |_, scores| best = first_greatest(scores));
        best
    }

    /// The greatest output of a row of the block, of those that by their estimates can be it.
    fn estimated(
        &self,
        rounded: &Rounded,
        (values, row, factor): (&[f32], usize, f32),
        space: &mut BestSpace,
    ) -> Option<usize> {
        let outputs = &self.layer.outputs;
        let products = &space.whole_products[row * outputs.width()..][..outputs.units()];
        let unit = 1.0 / (factor * rounded.factor);
        space.scores.clear();
        space.scores.extend(products.iter().zip(&outputs.bias).map(|(&product, bias)| product as f32 * unit + bias));
        let bound = greatest(&space.scores) - 2.0 * rounded.slack(unit);
        let few = outputs.units() / OUTPUTS_PER_CANDIDATE;
        space.candidates.clear();
        space.candidates.extend(at_least(&space.scores, bound).take(few + 1));
        match space.candidates[..] {
            [] => None,
            [only] => Some(only),
            [first, ref others @ ..] if others.len() < few => {
                let score = |output: usize| (output, self.layer.output(output, values));
                let others = others.iter().map(|&output| score(output));
                Some(others.fold(score(first), |best, other| if other.1 > best.1 { other } else { best }).0)
            }
            _ => self.computed(values, space),
        }
    }
}

impl Rounded {
    fn of(layer: &Dense) -> Option<Self> {
        let Dense { outputs, columns, panels } = layer;
        let bias = &outputs.bias[..outputs.units()];
        let greatest_bias = bias.iter().fold(0.0, |most: f32, bias| most.max(bias.abs()));
        let is_small = bias.iter().all(|bias| bias.abs() <= LENGTH_MAX * LENGTH_MAX);
        if outputs.units() <= OUTPUTS || !(1..=WIDTH_MAX).contains(columns) || !is_small {
            return None;
        }
        let mut squares = vec![[0.0; OUTPUTS]; panels.len() / columns];
        for (squares, panel) in squares.iter_mut().zip(panels.chunks_exact(*columns)) {
            for weights in panel {
                squares.iter_mut().zip(weights).for_each(|(square, weight)| *square += weight * weight);
            }
        }
        let factors = squares.as_flattened().iter().map(|square| factor(square.sqrt()));
        // Absent if one is, else the smallest, which is that of the longest weights.
        let factor = factors.reduce(|least, other| Some(least?.min(other?))).flatten()?;
        let mut rounded = Vec::with_capacity(squares.len() * columns.div_ceil(2));
        for panel in panels.chunks_exact(*columns) {
            for pair in panel.chunks(2) {
                let weight = |column: usize, output: usize| {
                    pair.get(column).map_or(0, |weights| nearest(weights[output] * factor))
                };
                rounded.push(std::array::from_fn(|output| [weight(0, output), weight(1, output)]));
            }
        }
        let width = *columns as f32;
        let product_slack = 1.05 * width.sqrt() * LENGTH + 70.0 * width + 2_048.0;
        Some(Self { panels: rounded, pairs: columns.div_ceil(2), factor, greatest_bias, product_slack })
    }

    /// Rounds a block of rows, which do not overlap, and multiplies it.
    fn multiply(&self, rows: Rows<'_>, space: &mut BestSpace) {
        let groups = rows.count.div_ceil(ROWS);
        // What fills up the last four rows is multiplied too, whatever it is.
        space.quads.resize(groups * self.pairs, [[0; 2]; ROWS]);
        space.factors.clear();
        for (row, values) in rows.values.chunks_exact(rows.stride).take(rows.count).enumerate() {
            let factor = factor(length(values));
            space.factors.push(factor);
            let factor = factor.unwrap_or(0.0);
            space.row.clear();
            space.row.extend(values.iter().map(|value| nearest(value * factor)));
            // Makes an odd count even.
            space.row.push(0);
            let quads = &mut space.quads[row / ROWS * self.pairs..];
            for (quad, &pair) in quads.iter_mut().zip(space.row.as_chunks().0) {
                quad[row % ROWS] = pair;
            }
        }
        space.whole_products.resize(groups * ROWS * (self.panels.len() / self.pairs) * OUTPUTS, 0);
        gemm_whole(&space.quads, &self.panels, self.pairs, &mut space.whole_products);
    }

    /// How far an estimate, where one product is `unit`, can lie from the output itself.
    fn slack(&self, unit: f32) -> f32 {
        self.product_slack * unit + self.greatest_bias * 5e-7
    }
}

impl Dense {
    /// One output of one row, by the same sums as [`Dense::for_each`]. The layer's pieces are single.
    fn output(&self, output: usize, row: &[f32]) -> f32 {
        let panel = &self.panels[output / OUTPUTS * self.columns..][..self.columns];
        let product = row.iter().zip(panel).fold(0.0, |sum, (value, weights)| sum + value * weights[output % OUTPUTS]);
        product + self.outputs.bias[output]
    }
}

/// What numbers of this length are multiplied by before they are rounded; `None` where it is too long or no length.
fn factor(length: f32) -> Option<f32> {
    (length <= LENGTH_MAX).then(|| LENGTH / length.max(LENGTH_MIN))
}

/// The nearest whole number, of two the even one; any number where `value` is not within an `i16`.
fn nearest(value: f32) -> i16 {
    /// Numbers of this size have no fraction, and end in the bits of the whole number that was added.
    const ROUNDER: f32 = 12_582_912.0;
    (value + ROUNDER).to_bits() as i16
}

/// The square root of the sum of squares.
fn length(values: &[f32]) -> f32 {
    let (chunks, rest) = values.as_chunks::<LANES>();
    let mut squares = [0.0; LANES];
    for chunk in chunks {
        squares.iter_mut().zip(chunk).for_each(|(square, value)| *square += value * value);
    }
    squares.iter().copied().chain(rest.iter().map(|value| value * value)).sum::<f32>().sqrt()
}

/// Where `scores` are at least `bound`, in order.
fn at_least(scores: &[f32], bound: f32) -> impl Iterator<Item = usize> {
    let (blocks, rest) = scores.as_chunks::<LANES>();
    let blocks = blocks.iter().enumerate().filter(move |(_, block)| any_at_least(block, bound));
    let places = blocks.flat_map(|(index, _)| index * LANES..(index + 1) * LANES);
    places.chain(scores.len() - rest.len()..scores.len()).filter(move |&place| scores[place] >= bound)
}

/// The index of the greatest score, the first of equals; `None` when there is no greatest number.
pub(crate) fn first_greatest(scores: &[f32]) -> Option<usize> {
    let most = greatest(scores);
    let place = at_least(scores, most).next()?;
    most.is_finite().then_some(place)
}

#[cfg(test)]
mod tests;

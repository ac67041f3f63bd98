//! Products of 8-bit weights with 16-bit inputs.

use std::marker::PhantomData;

use crate::tile::{self, BLOCK_BYTES, BLOCK_OUTPUTS, Operand, Step, four_of, rows_in};
use crate::vector::{Vector, Whole};

/// Rows of inputs as whole numbers, made by [`crate::quantize`].
#[derive(Clone, Copy, Debug)]
pub struct WholeRows<'a> {
    /// `[rows][columns]`.
    pub numbers: &'a [i16],
    /// What one means in each row.
    pub units: &'a [f32],
}

/// The 8-bit weights of a layer, as a file has them.
#[derive(Clone, Copy, Debug)]
pub struct WholeWeights<'a> {
    /// `[outputs][columns]`, each byte an `i8`.
    pub numbers: &'a [u8],
    /// How many columns there are.
    pub columns: usize,
    /// What one means for each output; one where it is missing.
    pub units: &'a [f32],
    /// What is added to each output; zero where it is missing.
    pub bias: &'a [f32],
}

/// See [`crate::whole_limit`].
pub(crate) fn limit(weights: &[u8], columns: usize) -> i16 {
    let sum = |row: &[u8]| row.iter().map(|byte| u64::from(byte.cast_signed().unsigned_abs())).sum();
    let greatest: u64 = weights.chunks_exact(columns.max(1)).map(sum).max().unwrap_or(0);
    i16::try_from(i32::MAX as u64 / greatest.max(1)).unwrap_or(i16::MAX)
}

/// 1.5 · 2²³: adding it rounds to a whole number, which then lies in the lowest bits.
const ROUNDER: f32 = 12_582_912.0;

/// Rows whose numbers are all this small count as zeros, so that nothing below divides by almost nothing.
const LEAST: f32 = 1e-30;

/// See [`crate::quantize`].
#[inline(always)]
pub(crate) fn quantize<V: Vector>(values: &[f32], limit: i16, numbers: &mut [i16]) -> f32 {
    let length = values.len().min(numbers.len());
    let (values, numbers) = (&values[..length], &mut numbers[..length]);
    let (greatest, odd) = survey::<V>(values);
    if odd || greatest < LEAST || limit <= 0 {
        numbers.fill(0);
        return if odd { f32::NAN } else { 0.0 };
    }
    let factor = f32::from(limit) / greatest;
    let round = |quad: V| quad.mul(V::splat(factor)).add(V::splat(ROUNDER));
    let (values, rest) = values.as_chunks::<8>();
    let (numbers, rest_numbers) = numbers.as_chunks_mut::<8>();
    for (values, numbers) in values.iter().zip(numbers) {
        let [low, high] = halves(values);
        *numbers = V::lowest_bits(round(V::load(low)), round(V::load(high)));
    }
    let mut last = [0.0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let [low, high] = halves(&last);
    let last = V::lowest_bits(round(V::load(low)), round(V::load(high)));
    rest_numbers.copy_from_slice(&last[..rest.len()]);
    greatest / f32::from(limit)
}

fn halves(values: &[f32; 8]) -> [&[f32; 4]; 2] {
    let (quads, _) = values.as_chunks();
    [&quads[0], &quads[1]]
}

/// The greatest size of the values, and whether any of them is infinite or not a number.
#[inline(always)]
fn survey<V: Vector>(values: &[f32]) -> (f32, bool) {
    let (mut greatest, mut odd) = (V::splat(0.0), V::splat(0.0));
    let mut look = |quad: V| {
        let size = quad.abs();
        greatest = size.where_or(greatest.less(size), greatest);
        // Nothing, but for those that have no difference from themselves.
        odd = odd.add(quad.sub(quad));
    };
    let (quads, rest) = values.as_chunks::<4>();
    quads.iter().for_each(|quad| look(V::load(quad)));
    let mut last = [0.0; 4];
    last[..rest.len()].copy_from_slice(rest);
    look(V::load(&last));
    let greatest =
        greatest.lanes().into_iter().fold(0.0, |greatest, size| if greatest < size { size } else { greatest });
    (greatest, odd.lanes().iter().any(|lane| lane.is_nan()))
}

/// Eight columns a step. Weights are widened at each use: once into a buffer, for all rows of a call, would take a
/// twentieth less time for 128 rows and more for 16.
struct Mixed<W>(PhantomData<W>);

impl<W: Whole> Step for Mixed<W> {
    type Numbers = W::Numbers;
    type Weights = [u8; 8];
    type Sums = W;
    type Totals = W::Floats;

    #[inline(always)]
    fn nothing() -> W {
        W::zeros()
    }

    #[inline(always)]
    fn inputs(bytes: &[u8; 16]) -> W::Numbers {
        W::of_sixteen_bits(bytes)
    }

    #[inline(always)]
    fn weights(bytes: &[u8; 8]) -> W::Numbers {
        W::of_eight_bits(bytes)
    }

    #[inline(always)]
    fn add(sums: W, inputs: W::Numbers, weights: W::Numbers) -> W {
        sums.add_products(inputs, weights)
    }

    #[inline(always)]
    fn totals(sums: [W; 4]) -> W::Floats {
        W::sums(sums)
    }
}

/// See [`crate::multiply_whole`].
#[inline(always)]
pub(crate) fn multiply<W: Whole>(
    inputs: WholeRows<'_>,
    weights: WholeWeights<'_>,
    products: &mut [f32],
    stride: usize,
) {
    let columns = weights.columns;
    let outputs = weights.numbers.len().checked_div(columns).unwrap_or(0);
    let rows = inputs.units.len().min(inputs.numbers.len().checked_div(columns).unwrap_or(0));
    let rows = rows.min(rows_in(products.len(), outputs, stride));
    if rows == 0 {
        return;
    }
    let units = inputs.units;
    let inputs = Operand { bytes: bytes(inputs.numbers), stride: columns * 2, width: columns * 2, count: rows };
    let layer = Operand { bytes: weights.numbers, stride: columns, width: columns, count: outputs };
    let block = (BLOCK_BYTES / columns).max(1).next_multiple_of(BLOCK_OUTPUTS);
    for first in (0..outputs).step_by(block) {
        let finish = |row: usize, output: usize, totals: W::Floats| {
            let unit = W::Floats::splat(units[row]).mul(four_of(weights.units, first + output, 1.0));
            totals.mul(unit).add(four_of(weights.bias, first + output, 0.0))
        };
        let layer = layer.part(first..outputs.min(first + block));
        tile::multiply::<Mixed<W>>(inputs, layer, &mut products[first..], stride, finish);
    }
}

/// What lies in a slice of `i16`s.
fn bytes(numbers: &[i16]) -> &[u8] {
    const { assert!(cfg!(target_endian = "little")) };
    // SAFETY: twice as many elements of half the size, for which any bytes and any alignment will do.
    unsafe { std::slice::from_raw_parts(numbers.as_ptr().cast(), numbers.len() * 2) }
}

/// See [`crate::transpose_whole`].
pub(crate) fn transpose(source: &[u8], columns: usize, target: &mut [u8]) {
    let rows = source.len().checked_div(columns).unwrap_or(0);
    if rows == 0 {
        return;
    }
    // Sixty-four rows at a time, so that what is written to lies close until it is full.
    for (block, source) in source[..rows * columns].chunks(columns * 64).enumerate() {
        for (column, target) in target.chunks_exact_mut(rows).take(columns).enumerate() {
            for (target, row) in target[block * 64..].iter_mut().zip(source.chunks_exact(columns)) {
                *target = row[column];
            }
        }
    }
}

#[cfg(test)]
mod tests;

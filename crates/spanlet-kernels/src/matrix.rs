//! Products of matrices whose rows lie as they are, and turning a matrix over.

use std::marker::PhantomData;

use crate::tile::{self, BLOCK_BYTES, BLOCK_OUTPUTS, Operand, Step, four_of, rows_in};
use crate::vector::Vector;

/// Rows of numbers as they lie in memory: `f32`s, or a model file's little-endian bytes at any alignment.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    numbers: &'a [[u8; 4]],
    width: usize,
    stride: usize,
    count: usize,
}

impl<'a> Rows<'a> {
    /// Rows of `width` numbers, of which each begins `stride` numbers after the one before it.
    ///
    /// A `stride` above the width reads some columns of a wider matrix, one below it makes rows overlap. There are as
    /// many rows as are all there, one if the stride is zero, and none of no numbers.
    #[must_use]
    pub fn new(values: &'a [f32], width: usize, stride: usize) -> Self {
        Self::of_numbers(numbers(values), width, stride)
    }

    /// Rows of `width` little-endian `f32`s that follow each other.
    #[must_use]
    pub fn of_bytes(bytes: &'a [u8], width: usize) -> Self {
        Self::of_numbers(bytes.as_chunks().0, width, width)
    }

    fn of_numbers(numbers: &'a [[u8; 4]], width: usize, stride: usize) -> Self {
        Self { numbers, width, stride, count: rows_in(numbers.len(), width, stride) }
    }

    /// How many rows there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// How many numbers a row has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// The first `width` columns, as bytes.
    fn operand(self, width: usize) -> Operand<'a> {
        Operand {
            bytes: self.numbers.as_flattened(),
            stride: self.stride.saturating_mul(4),
            width: width * 4,
            count: self.count,
        }
    }

    #[inline(always)]
    fn row(&self, row: usize) -> &'a [[u8; 4]] {
        &self.numbers[row * self.stride..][..self.width]
    }
}

/// What lies in a slice of `f32`s. Files are little-endian; so must the machine be for the two to be read alike.
fn numbers(values: &[f32]) -> &[[u8; 4]] {
    const { assert!(cfg!(target_endian = "little")) };
    // SAFETY: as many elements of the same size, for which any bytes and any alignment will do.
    unsafe { std::slice::from_raw_parts(values.as_ptr().cast(), values.len()) }
}

/// See [`numbers`].
fn numbers_mut(values: &mut [f32]) -> &mut [[u8; 4]] {
    const { assert!(cfg!(target_endian = "little")) };
    // SAFETY: as in `numbers`; any bytes are an `f32`.
    unsafe { std::slice::from_raw_parts_mut(values.as_mut_ptr().cast(), values.len()) }
}

/// Four columns of `f32`s a step.
struct Floats<V>(PhantomData<V>);

impl<V: Vector> Step for Floats<V> {
    type Numbers = V;
    type Weights = [u8; 16];
    type Sums = V;
    type Totals = V;

    #[inline(always)]
    fn nothing() -> V {
        V::splat(0.0)
    }

    #[inline(always)]
    fn inputs(bytes: &[u8; 16]) -> V {
        V::of_bytes(bytes)
    }

    #[inline(always)]
    fn weights(bytes: &[u8; 16]) -> V {
        V::of_bytes(bytes)
    }

    #[inline(always)]
    fn add(sums: V, inputs: V, weights: V) -> V {
        sums.add(inputs.mul(weights))
    }

    #[inline(always)]
    fn totals(sums: [V; 4]) -> V {
        V::sums(sums)
    }
}

/// See [`crate::multiply`].
#[inline(always)]
pub(crate) fn multiply<V: Vector>(
    inputs: Rows<'_>,
    weights: Rows<'_>,
    bias: &[f32],
    products: &mut [f32],
    stride: usize,
) {
    let outputs = weights.count;
    let rows = inputs.count.min(rows_in(products.len(), outputs, stride));
    if rows == 0 {
        return;
    }
    let width = inputs.width.min(weights.width);
    let (inputs, weights) = (inputs.operand(width).part(0..rows), weights.operand(width));
    let block = (BLOCK_BYTES / weights.width).max(1).next_multiple_of(BLOCK_OUTPUTS);
    for first in (0..outputs).step_by(block) {
        let weights = weights.part(first..outputs.min(first + block));
        let finish = |_, output, totals: V| totals.add(four_of(bias, first + output, 0.0));
        tile::multiply::<Floats<V>>(inputs, weights, &mut products[first..], stride, finish);
    }
}

/// See [`crate::transpose`].
#[inline(always)]
pub(crate) fn transpose<V: Vector>(source: Rows<'_>, target: &mut [f32], stride: usize) {
    turn_over::<V>(source, numbers_mut(target), stride);
}

/// See [`crate::transpose_bytes`].
#[inline(always)]
pub(crate) fn transpose_bytes<V: Vector>(source: Rows<'_>, target: &mut [u8]) {
    turn_over::<V>(source, target.as_chunks_mut().0, source.count);
}

/// Four rows and four columns at a time.
#[inline(always)]
fn turn_over<V: Vector>(source: Rows<'_>, target: &mut [[u8; 4]], stride: usize) {
    let columns = source.width.min(rows_in(target.len(), source.count, stride));
    let (whole_rows, whole_columns) = (source.count / 4 * 4, columns / 4 * 4);
    for row in (0..whole_rows).step_by(4) {
        let rows = [0, 1, 2, 3].map(|place| source.row(row + place).as_flattened().as_chunks::<16>().0);
        for column in (0..whole_columns).step_by(4) {
            for (place, quad) in V::turned(rows.map(|row| V::of_bytes(&row[column / 4]))).into_iter().enumerate() {
                target[(column + place) * stride + row..][..4].copy_from_slice(&quad.lanes().map(f32::to_le_bytes));
            }
        }
    }
    for column in 0..columns {
        let turned = if column < whole_columns { whole_rows } else { 0 };
        for row in turned..source.count {
            target[column * stride + row] = source.row(row)[column];
        }
    }
}

#[cfg(test)]
mod tests;

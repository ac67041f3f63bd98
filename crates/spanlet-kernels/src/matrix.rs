//! Products of matrices whose rows lie as they are, and turning a matrix over.

use std::hint::black_box;

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

    /// The same rows without what lies beyond the first `width` numbers of each.
    fn narrowed(self, width: usize) -> Self {
        Self { width: self.width.min(width), ..self }
    }

    #[inline(always)]
    fn row(&self, row: usize) -> &'a [[u8; 4]] {
        &self.numbers[row * self.stride..][..self.width]
    }

    #[inline(always)]
    fn rows<const COUNT: usize>(&self, first: usize) -> [&'a [[u8; 4]]; COUNT] {
        std::array::from_fn(|row| self.row(first + row))
    }
}

/// How many rows of `width` numbers, `stride` after each other, `length` numbers have room for.
fn rows_in(length: usize, width: usize, stride: usize) -> usize {
    match length.checked_sub(width) {
        Some(room) if width > 0 => room.checked_div(stride).unwrap_or(0) + 1,
        _ => 0,
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

/// About how many bytes of weights every row meets before the next ones are turned to: what stays close to the processor.
const BLOCK_BYTES: usize = 1 << 18;

/// See [`crate::multiply`].
#[inline(always)]
pub(crate) fn multiply<V: Vector>(
    inputs: Rows<'_>,
    weights: Rows<'_>,
    bias: &[f32],
    products: &mut [f32],
    stride: usize,
) {
    let (inputs, weights) = (inputs.narrowed(weights.width), weights.narrowed(inputs.width));
    let outputs = weights.count;
    let rows = inputs.count.min(rows_in(products.len(), outputs, stride));
    // Divisible by every tile's number of outputs, so that only the last block has a rest.
    let block = (BLOCK_BYTES / 4 / inputs.width.max(1)).next_multiple_of(24);
    for first in (0..outputs).step_by(block) {
        let mut place = Place { row: 0, outputs: first..outputs.min(first + block), stride };
        while place.row < rows {
            // Three rows at a time; four are two and two, because one alone waits for its weights.
            match rows - place.row {
                1 => tiles::<V, 1, 8>(inputs, weights, bias, products, &mut place),
                2 | 4 => tiles::<V, 2, 4>(inputs, weights, bias, products, &mut place),
                _ => tiles::<V, 3, 3>(inputs, weights, bias, products, &mut place),
            }
        }
    }
}

/// The rows and outputs that are next.
struct Place {
    row: usize,
    outputs: std::ops::Range<usize>,
    stride: usize,
}

/// The products of `ROWS` rows, for `OUTPUTS` outputs at a time and then for one at a time.
#[inline(always)]
fn tiles<V: Vector, const ROWS: usize, const OUTPUTS: usize>(
    inputs: Rows<'_>,
    weights: Rows<'_>,
    bias: &[f32],
    products: &mut [f32],
    place: &mut Place,
) {
    let rows = inputs.rows::<ROWS>(place.row);
    let mut output = place.outputs.start;
    while output + OUTPUTS <= place.outputs.end {
        let sums = tile::<V, ROWS, OUTPUTS>(rows, weights.rows(output));
        put::<V, ROWS, OUTPUTS>(sums, bias, products, place, output);
        output += OUTPUTS;
    }
    for output in output..place.outputs.end {
        let sums = tile::<V, ROWS, 1>(rows, weights.rows(output));
        put::<V, ROWS, 1>(sums, bias, products, place, output);
    }
    place.row += ROWS;
}

/// The sums of `ROWS` times `OUTPUTS` products, each over every fourth column; they stay in registers.
///
/// No more of them at a time: beside nine sums, three inputs, a weight and a product, sixteen registers have little room.
#[inline(always)]
#[allow(clippy::needless_range_loop, reason = "see the comment on loops")]
fn tile<V: Vector, const ROWS: usize, const OUTPUTS: usize>(
    inputs: [&[[u8; 4]]; ROWS],
    weights: [&[[u8; 4]]; OUTPUTS],
) -> [[V; OUTPUTS]; ROWS] {
    let mut sums = [[V::splat(0.0); OUTPUTS]; ROWS];
    let columns = inputs.iter().chain(&weights).map(|row| row.len()).min().unwrap_or(0);
    let mut left = columns / 4;
    let mut next_inputs = inputs.map(|row| row.as_ptr().cast::<u8>());
    let mut next_weights = weights.map(|row| row.as_ptr().cast::<u8>());
    // Sixteen steps a turn with a way out after each, for the reasons that `in_sixteens` gives. Loops, where `map` would
    // be shorter, because after that the compiler adds each step's distance instead of leaving it to the load.
    macro_rules! steps {
        ($($step:literal)*) => { $(
            if left == $step {
                break;
            }
            let mut input = [V::splat(0.0); ROWS];
            for row in 0..ROWS {
                // SAFETY: every row has `left` vectors more, which is above this step.
                input[row] = V::of_bytes(unsafe { &*next_inputs[row].add($step * 16).cast() });
            }
            for output in 0..OUTPUTS {
                // SAFETY: as above.
                let weight = V::of_bytes(unsafe { &*next_weights[output].add($step * 16).cast() });
                for row in 0..ROWS {
                    sums[row][output] = sums[row][output].add(input[row].mul(weight));
                }
            }
        )* };
    }
    loop {
        steps!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
        left -= 16;
        // Boxed, because otherwise the compiler keeps one distance for all of them and adds it at every load.
        // SAFETY: as above, each row had sixteen vectors more.
        next_inputs = next_inputs.map(|row| black_box(unsafe { row.add(256) }));
        // SAFETY: as above.
        next_weights = next_weights.map(|row| black_box(unsafe { row.add(256) }));
    }
    if columns % 4 > 0 {
        let rest = |row: &[[u8; 4]]| V::of_bytes(&padded(&row[columns / 4 * 4..columns]));
        let (inputs, weights) = (inputs.map(rest), weights.map(rest));
        for (sums, input) in sums.iter_mut().zip(inputs) {
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum = sum.add(input.mul(weight));
            }
        }
    }
    sums
}

/// Up to four numbers, and zeros for those that are missing.
fn padded(numbers: &[[u8; 4]]) -> [u8; 16] {
    let mut bytes = [0; 16];
    for (target, number) in bytes.as_chunks_mut().0.iter_mut().zip(numbers) {
        *target = *number;
    }
    bytes
}

/// Puts the products of a tile in place, each with its bias.
#[inline(always)]
fn put<V: Vector, const ROWS: usize, const OUTPUTS: usize>(
    sums: [[V; OUTPUTS]; ROWS],
    bias: &[f32],
    products: &mut [f32],
    place: &Place,
    output: usize,
) {
    let bias: [f32; OUTPUTS] = match bias.get(output..output + OUTPUTS) {
        Some(bias) => std::array::from_fn(|output| bias[output]),
        None => std::array::from_fn(|place| bias.get(output + place).copied().unwrap_or(0.0)),
    };
    for (row, sums) in sums.iter().enumerate() {
        let products = &mut products[(place.row + row) * place.stride + output..][..OUTPUTS];
        for ((sums, bias), products) in sums.chunks(4).zip(bias.chunks(4)).zip(products.chunks_mut(4)) {
            let sum = V::sums(std::array::from_fn(|place| *sums.get(place).unwrap_or(&sums[0])));
            let bias = V::load(&std::array::from_fn(|place| *bias.get(place).unwrap_or(&bias[0])));
            products.copy_from_slice(&sum.add(bias).lanes()[..products.len()]);
        }
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
        let rows = source.rows::<4>(row).map(|row| row.as_flattened().as_chunks::<16>().0);
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

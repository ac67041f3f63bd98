//! The loops of a product of matrices, for every kind of number.

use std::hint::black_box;
use std::ops::Range;

use crate::vector::Vector;

/// What a product is made of: vectors of inputs and of weights, each pair of which adds to a vector of sums.
pub(crate) trait Step {
    /// Inputs, or weights made ready.
    type Numbers: Copy;
    /// The bytes of a vector of weights.
    type Weights: AsMut<[u8]> + Default;
    type Sums: Copy;
    type Totals: Vector;

    fn nothing() -> Self::Sums;

    fn inputs(bytes: &[u8; 16]) -> Self::Numbers;

    fn weights(bytes: &Self::Weights) -> Self::Numbers;

    fn add(sums: Self::Sums, inputs: Self::Numbers, weights: Self::Numbers) -> Self::Sums;

    /// The total of each.
    fn totals(sums: [Self::Sums; 4]) -> Self::Totals;
}

/// Rows as bytes: each begins `stride` bytes after the one before it.
#[derive(Clone, Copy)]
pub(crate) struct Operand<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) stride: usize,
    pub(crate) width: usize,
    pub(crate) count: usize,
}

impl<'a> Operand<'a> {
    #[inline(always)]
    fn rows<const COUNT: usize>(&self, first: usize) -> [&'a [u8]; COUNT] {
        std::array::from_fn(|row| &self.bytes[(first + row) * self.stride..][..self.width])
    }

    /// Some of the rows.
    pub(crate) fn part(self, rows: Range<usize>) -> Self {
        Self { bytes: self.bytes.get(rows.start * self.stride..).unwrap_or_default(), count: rows.len(), ..self }
    }
}

/// About how many bytes of weights every row meets before the next ones are turned to: what stays close to the processor.
pub(crate) const BLOCK_BYTES: usize = 1 << 18;

/// Every tile's number of outputs divides this, so that only the last block of outputs has a rest.
pub(crate) const BLOCK_OUTPUTS: usize = 24;

/// How many rows of `width` numbers, `stride` after each other, `length` numbers have room for.
pub(crate) fn rows_in(length: usize, width: usize, stride: usize) -> usize {
    match length.checked_sub(width) {
        Some(room) if width > 0 => room.checked_div(stride).unwrap_or(0) + 1,
        _ => 0,
    }
}

/// Puts the product of every row of inputs with every row of weights into `products`, whose rows are `stride` apart.
///
/// `finish` gets a row, an output and the totals of that output and of the next three, of which some may not be.
#[inline(always)]
pub(crate) fn multiply<S: Step>(
    inputs: Operand<'_>,
    weights: Operand<'_>,
    products: &mut [f32],
    stride: usize,
    finish: impl Fn(usize, usize, S::Totals) -> S::Totals,
) {
    let mut row = 0;
    while row < inputs.count {
        // Three rows at a time; four are two and two, because one alone waits for its weights.
        row += match inputs.count - row {
            1 => tiles::<S, 1, 8>(inputs, weights, row, products, stride, &finish),
            2 | 4 => tiles::<S, 2, 4>(inputs, weights, row, products, stride, &finish),
            _ => tiles::<S, 3, 3>(inputs, weights, row, products, stride, &finish),
        }
    }
}

/// The products of `ROWS` rows, for `OUTPUTS` outputs at a time and then for one at a time. Returns `ROWS`.
#[inline(always)]
fn tiles<S: Step, const ROWS: usize, const OUTPUTS: usize>(
    inputs: Operand<'_>,
    weights: Operand<'_>,
    row: usize,
    products: &mut [f32],
    stride: usize,
    finish: &impl Fn(usize, usize, S::Totals) -> S::Totals,
) -> usize {
    let rows = inputs.rows::<ROWS>(row);
    let mut output = 0;
    while output + OUTPUTS <= weights.count {
        let sums = tile::<S, ROWS, OUTPUTS>(rows, weights.rows(output));
        put::<S, ROWS, OUTPUTS>(sums, row, output, products, stride, finish);
        output += OUTPUTS;
    }
    for output in output..weights.count {
        let sums = tile::<S, ROWS, 1>(rows, weights.rows(output));
        put::<S, ROWS, 1>(sums, row, output, products, stride, finish);
    }
    ROWS
}

/// The sums of `ROWS` times `OUTPUTS` products; they stay in registers.
///
/// No more of them at a time: beside nine sums, three inputs, a weight and a product, sixteen registers have little room.
#[inline(always)]
#[allow(clippy::needless_range_loop, reason = "see the comment on loops")]
fn tile<S: Step, const ROWS: usize, const OUTPUTS: usize>(
    inputs: [&[u8]; ROWS],
    weights: [&[u8]; OUTPUTS],
) -> [[S::Sums; OUTPUTS]; ROWS] {
    let mut sums = [[S::nothing(); OUTPUTS]; ROWS];
    let size = size_of::<S::Weights>();
    let whole = inputs.iter().map(|row| row.len() / 16).chain(weights.iter().map(|row| row.len() / size)).min();
    let mut left = whole.unwrap_or(0);
    let (input_rests, weight_rests) = (inputs.map(|row| &row[left * 16..]), weights.map(|row| &row[left * size..]));
    let mut inputs = inputs.map(<[u8]>::as_ptr);
    let mut weights = weights.map(<[u8]>::as_ptr);
    // Sixteen steps a turn with a way out after each, for the reasons that `in_sixteens` gives. Loops, where `map` would
    // be shorter, because after that the compiler adds each step's distance instead of leaving it to the load.
    macro_rules! steps {
        ($($step:literal)*) => { $(
            if left == $step {
                break;
            }
            let mut numbers = [S::inputs(&[0; 16]); ROWS];
            for row in 0..ROWS {
                // SAFETY: every row has `left` vectors more, which is above this step.
                numbers[row] = S::inputs(unsafe { &*inputs[row].add($step * 16).cast() });
            }
            for output in 0..OUTPUTS {
                // SAFETY: as above.
                let weight = S::weights(unsafe { &*weights[output].add($step * size).cast() });
                for row in 0..ROWS {
                    sums[row][output] = S::add(sums[row][output], numbers[row], weight);
                }
            }
        )* };
    }
    loop {
        steps!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
        left -= 16;
        // Boxed, because otherwise the compiler keeps one distance for all of them and adds it at every load.
        // SAFETY: as above, each row had sixteen vectors more.
        inputs = inputs.map(|row| black_box(unsafe { row.add(16 * 16) }));
        // SAFETY: as above.
        weights = weights.map(|row| black_box(unsafe { row.add(16 * size) }));
    }
    if !input_rests[0].is_empty() {
        let inputs = input_rests.map(|rest| S::inputs(&padded(rest)));
        let weights = weight_rests.map(|rest| S::weights(&padded(rest)));
        for (sums, input) in sums.iter_mut().zip(inputs) {
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum = S::add(*sum, input, weight);
            }
        }
    }
    sums
}

/// The end of a row, and zeros for what is missing to a vector.
fn padded<Bytes: AsMut<[u8]> + Default>(rest: &[u8]) -> Bytes {
    let mut bytes = Bytes::default();
    for (target, byte) in bytes.as_mut().iter_mut().zip(rest) {
        *target = *byte;
    }
    bytes
}

/// Puts the products of a tile in place.
#[inline(always)]
fn put<S: Step, const ROWS: usize, const OUTPUTS: usize>(
    sums: [[S::Sums; OUTPUTS]; ROWS],
    row: usize,
    output: usize,
    products: &mut [f32],
    stride: usize,
    finish: &impl Fn(usize, usize, S::Totals) -> S::Totals,
) {
    for (place, sums) in sums.iter().enumerate() {
        let products = &mut products[(row + place) * stride + output..][..OUTPUTS];
        for (quarter, (sums, products)) in sums.chunks(4).zip(products.chunks_mut(4)).enumerate() {
            let totals = S::totals(std::array::from_fn(|place| *sums.get(place).unwrap_or(&sums[0])));
            let finished = finish(row + place, output + quarter * 4, totals);
            products.copy_from_slice(&finished.lanes()[..products.len()]);
        }
    }
}

/// Four of `values`, from `first` on; `missing` for those that are not there.
#[inline(always)]
pub(crate) fn four_of<V: Vector>(values: &[f32], first: usize, missing: f32) -> V {
    let values = values.get(first..).unwrap_or_default();
    if let Some(four) = values.first_chunk() {
        return V::load(four);
    }
    if values.is_empty() {
        return V::splat(missing);
    }
    V::load(&std::array::from_fn(|place| values.get(place).copied().unwrap_or(missing)))
}

//! Compares both paths of every kernel inside WebAssembly, over numbers made from a seed.
//!
//! A module without imports; any WebAssembly engine can call it:
//!
//! ```text
//! RUSTFLAGS='-C target-feature=+simd128' \
//!     cargo build --release -p spanlet-kernels --example agreement --target wasm32-unknown-unknown
//! ```
//!
//! Its export `differences` must return 0 for every seed. `cargo test -p spanlet-kernels` calls the same natively.

use spanlet_kernels::{
    Dozen, DozenPair, LANES, Lanes, OUTPUTS, Quad, QuadPair, ROWS, Rows, WholeRows, WholeWeights, scalar,
};

/// The widths and counts to run: multiples of the vector sizes and others.
const LENGTHS: [usize; 9] = [0, 1, 3, 4, 8, 15, 16, 37, 100];

/// [`digest`] of seed 1, on every target and path.
const DIGEST_OF_SEED_1: u64 = 13_091_975_604_382_111_580;

/// How many results of the kernels at the root differ from those of the scalar path, and one more if the scalar path's
/// own differ from those on other targets.
#[unsafe(no_mangle)]
pub extern "C" fn differences(seed: u64) -> u32 {
    let (root, scalar) = (Kernels::ROOT.run(seed), Kernels::SCALAR.run(seed));
    let different = root.iter().zip(&scalar).filter(|(left, right)| left != right).count() as u32;
    different + u32::from(root.len() != scalar.len()) + u32::from(digest(1) != DIGEST_OF_SEED_1)
}

/// The scalar path's results, folded into one number.
fn digest(seed: u64) -> u64 {
    Kernels::SCALAR.run(seed).iter().fold(0, |digest, &bits| (digest ^ bits).wrapping_mul(0x0000_0100_0000_01b3))
}

/// Each kernel of one path.
struct Kernels {
    dot_lanes: fn(&[Lanes], &[f32]) -> Lanes,
    dot_blocks: fn(&[Lanes], &[f32], &mut [Lanes]),
    add_row: fn(&mut [f32], &[u8]),
    greatest: fn(&[f32]) -> f32,
    exp_differences: fn(&mut [f32], f32),
    ln_sums: fn(&mut [f32], f64),
    any_at_least: fn(&Lanes, f32) -> bool,
    interleave: fn(&[f32], usize, usize, &mut [Quad]),
    gemm: fn(&[Quad], &[Dozen], usize, &mut [f32]),
    gemm_whole: fn(&[QuadPair], &[DozenPair], usize, &mut [i32]),
    add: fn(&mut [f32], &[f32]),
    add_all: fn(&mut [f32], &[&[f32]]),
    maxout: fn(&[f32], &[f32], usize, &mut [f32]),
    layer_norm: fn(&mut [f32], &[f32], &[f32]),
    mish: fn(&mut [f32]),
    normalize: fn(&mut [f32], f32, &[f32], &[f32]),
    multiply: fn(Rows<'_>, Rows<'_>, &[f32], &mut [f32], usize),
    transpose: fn(Rows<'_>, &mut [f32], usize),
    transpose_bytes: fn(Rows<'_>, &mut [u8]),
    softmax: fn(&mut [f32], f32),
    replacing: [fn(&mut [f32]); 4],
    quantize: fn(&[f32], i16, &mut [i16]) -> f32,
    multiply_whole: fn(WholeRows<'_>, WholeWeights<'_>, &mut [f32], usize),
}

impl Kernels {
    const ROOT: Self = Self {
        dot_lanes: spanlet_kernels::dot_lanes,
        dot_blocks: spanlet_kernels::dot_blocks,
        add_row: spanlet_kernels::add_row,
        greatest: spanlet_kernels::greatest,
        exp_differences: spanlet_kernels::exp_differences,
        ln_sums: spanlet_kernels::ln_sums,
        any_at_least: spanlet_kernels::any_at_least,
        interleave: spanlet_kernels::interleave,
        gemm: spanlet_kernels::gemm,
        gemm_whole: spanlet_kernels::gemm_whole,
        add: spanlet_kernels::add,
        add_all: spanlet_kernels::add_all,
        maxout: spanlet_kernels::maxout,
        layer_norm: spanlet_kernels::layer_norm,
        mish: spanlet_kernels::mish,
        normalize: spanlet_kernels::normalize,
        multiply: spanlet_kernels::multiply,
        transpose: spanlet_kernels::transpose,
        transpose_bytes: spanlet_kernels::transpose_bytes,
        softmax: spanlet_kernels::softmax,
        replacing: [spanlet_kernels::gelu, spanlet_kernels::gelu_tanh, spanlet_kernels::tanh, spanlet_kernels::sigmoid],
        quantize: spanlet_kernels::quantize,
        multiply_whole: spanlet_kernels::multiply_whole,
    };
    const SCALAR: Self = Self {
        dot_lanes: scalar::dot_lanes,
        dot_blocks: scalar::dot_blocks,
        add_row: scalar::add_row,
        greatest: scalar::greatest,
        exp_differences: scalar::exp_differences,
        ln_sums: scalar::ln_sums,
        any_at_least: scalar::any_at_least,
        interleave: scalar::interleave,
        gemm: scalar::gemm,
        gemm_whole: scalar::gemm_whole,
        add: scalar::add,
        add_all: scalar::add_all,
        maxout: scalar::maxout,
        layer_norm: scalar::layer_norm,
        mish: scalar::mish,
        normalize: scalar::normalize,
        multiply: scalar::multiply,
        transpose: scalar::transpose,
        transpose_bytes: scalar::transpose_bytes,
        softmax: scalar::softmax,
        replacing: [scalar::gelu, scalar::gelu_tanh, scalar::tanh, scalar::sigmoid],
        quantize: scalar::quantize,
        multiply_whole: scalar::multiply_whole,
    };

    /// The bits of every result, in order.
    fn run(&self, seed: u64) -> Vec<u64> {
        let mut numbers = Numbers(seed);
        let mut results = Vec::new();
        for length in LENGTHS {
            self.run_dots(&mut numbers, length, &mut results);
            self.run_slices(&mut numbers, length, &mut results);
            self.run_lanes(&mut numbers, &mut results);
            self.run_dense(&mut numbers, length, &mut results);
            self.run_rows(&mut numbers, length, &mut results);
            self.run_whole(&mut numbers, length, &mut results);
        }
        results
    }

    fn run_dots(&self, numbers: &mut Numbers, width: usize, results: &mut Vec<u64>) {
        let vector = numbers.take(width, 1.0);
        for count in [1, 2, 5] {
            let weights = numbers.take(count * width * LANES, 2.0);
            let blocks = weights.as_chunks().0;
            let mut dots = vec![[0.0; LANES]; count];
            (self.dot_blocks)(blocks, &vector, &mut dots);
            results.extend(bits(dots.as_flattened()));
            results.extend(bits(&(self.dot_lanes)(&blocks[..width], &vector)));
        }
    }

    fn run_slices(&self, numbers: &mut Numbers, length: usize, results: &mut Vec<u64>) {
        let mut values = numbers.take(length, 120.0);
        let row = bytes(&numbers.take(length, 8.0));
        (self.add_row)(&mut values, &row[1..]);
        let greatest = (self.greatest)(&values);
        results.extend(bits(&[greatest]));
        (self.exp_differences)(&mut values, greatest);
        results.extend(bits(&values));
    }

    /// Rows that overlap, their products, and what layers make of those.
    fn run_dense(&self, numbers: &mut Numbers, columns: usize, results: &mut Vec<u64>) {
        for (groups, panels) in [(1, 1), (3, 2)] {
            let rows = numbers.take(groups * ROWS + columns, 1.0);
            let weights = numbers.take(panels * columns * OUTPUTS, 2.0);
            let mut quads = vec![[0.0; ROWS]; groups * columns];
            (self.interleave)(&rows, 1, columns, &mut quads);
            let mut products = vec![0.0; groups * ROWS * panels * OUTPUTS];
            (self.gemm)(&quads, weights.as_chunks().0, columns, &mut products);
            results.extend(bits(&products));
            let quads: Vec<QuadPair> = (0..groups * columns).map(|_| numbers.whole()).collect();
            let weights: Vec<DozenPair> = (0..panels * columns).map(|_| numbers.whole()).collect();
            let mut sums = vec![0; products.len()];
            (self.gemm_whole)(&quads, &weights, columns, &mut sums);
            results.extend(sums.iter().map(|&sum| u64::from(sum.cast_unsigned())));
            for pieces in 1..5 {
                let mut units = vec![0.0; products.len() / pieces];
                let bias = numbers.take(products.len(), 1.0);
                (self.maxout)(&products, &bias, pieces, &mut units);
                (self.mish)(&mut units);
                let (gain, shift) = (numbers.take(units.len(), 1.0), numbers.take(units.len(), 1.0));
                (self.layer_norm)(&mut units, &gain, &shift);
                (self.add)(&mut units, &gain);
                (self.add_all)(&mut units, &[&gain, &bias, &shift, &gain[..gain.len() / 2], &shift]);
                results.extend(bits(&units));
            }
        }
    }

    /// Rows beside others times rows of a file, and what layers make of those products.
    fn run_rows(&self, numbers: &mut Numbers, columns: usize, results: &mut Vec<u64>) {
        for (count, outputs) in [(1, 9), (2, 5), (3, 4), (4, 8), (5, 7), (10, 26)] {
            let rows = numbers.take(count * (columns + 2), 1.0);
            let rows = Rows::new(&rows, columns, columns + 2);
            let weights = bytes(&numbers.take(outputs * columns, 2.0));
            let (bias, gain) = (numbers.take(outputs - 1, 1.0), numbers.take(outputs + 3, 1.0));
            let mut products = vec![0.5; count * (outputs + 3)];
            (self.multiply)(rows, Rows::of_bytes(&weights[1..], columns), &bias, &mut products, outputs + 3);
            results.extend(bits(&products));
            let mut turned = vec![0.5; columns * (count + 1)];
            (self.transpose)(rows, &mut turned, count + 1);
            results.extend(bits(&turned));
            let mut turned = vec![0; outputs * columns * 4 + 1];
            (self.transpose_bytes)(Rows::of_bytes(&weights[1..], columns), &mut turned[1..]);
            results.extend(turned.iter().copied().map(u64::from));
            for row in products.chunks_mut(outputs + 3) {
                for replace in self.replacing {
                    replace(row);
                    results.extend(bits(row));
                    row.iter_mut().zip(&gain).for_each(|(value, gain)| *value = *value * 9.0 + gain);
                }
                (self.normalize)(row, 1e-12, &gain, &gain);
                results.extend(bits(row));
                (self.softmax)(row, 7.5);
                results.extend(bits(row));
            }
        }
        let mut odd = [0.0, -0.0, 1e-45, f32::MAX, f32::MIN, f32::INFINITY, f32::NEG_INFINITY, 88.8, -87.4, 1e20];
        odd.rotate_left(columns % 10);
        for replace in self.replacing {
            let mut odd = odd;
            replace(&mut odd);
            results.extend(bits(&odd));
        }
    }

    fn run_whole(&self, numbers: &mut Numbers, columns: usize, results: &mut Vec<u64>) {
        for (rows, outputs) in [(1, 9), (2, 5), (3, 4), (5, 7)] {
            let mut whole = vec![0; rows * columns];
            let units: Vec<f32> = whole
                .chunks_mut(columns.max(1))
                .map(|whole| (self.quantize)(&numbers.take(columns, 3.0), 32_767 - columns as i16, whole))
                .collect();
            results.extend(whole.iter().map(|&number| u64::from(number.cast_unsigned())));
            let layer = WholeWeights {
                numbers: &bytes(&numbers.take(outputs * columns / 4 + 1, 1.0))[1..][..outputs * columns],
                columns,
                units: &numbers.take(outputs - 1, 1.0),
                bias: &numbers.take(outputs - 2, 100.0),
            };
            let mut products = vec![0.5; rows * (outputs + 3)];
            (self.multiply_whole)(WholeRows { numbers: &whole, units: &units }, layer, &mut products, outputs + 3);
            results.extend(bits(&products));
        }
    }

    fn run_lanes(&self, numbers: &mut Numbers, results: &mut Vec<u64>) {
        for _ in 0..1_000 {
            let mut lanes: Lanes = std::array::from_fn(|_| numbers.next(0.5) + 0.5);
            (self.ln_sums)(&mut lanes, 1e-5);
            results.extend(bits(&lanes));
            let lanes: Lanes = std::array::from_fn(|_| numbers.next(1.0));
            results.push(u64::from((self.any_at_least)(&lanes, 0.8)));
        }
    }
}

/// A small generator (splitmix64).
struct Numbers(u64);

impl Numbers {
    /// A number from `-size` up to `size`.
    fn next(&mut self, size: f32) -> f32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        ((bits >> 40) as f32 / (1_u64 << 23) as f32 - 1.0) * size
    }

    /// Pairs of numbers of all sizes, some of them the least that there is.
    fn whole<const COUNT: usize>(&mut self) -> [[i16; 2]; COUNT] {
        std::array::from_fn(|_| std::array::from_fn(|_| self.next(40_000.0) as i16))
    }

    fn take(&mut self, count: usize, size: f32) -> Vec<f32> {
        (0..count).map(|_| self.next(size)).collect()
    }
}

/// A row as a file has it, one byte off, so that none is aligned.
fn bytes(values: &[f32]) -> Vec<u8> {
    [0].into_iter().chain(values.iter().flat_map(|value| value.to_le_bytes())).collect()
}

fn bits(values: &[f32]) -> impl Iterator<Item = u64> {
    values.iter().map(|value| u64::from(value.to_bits()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_result_differs_between_paths_and_targets() {
        assert_eq!(digest(1), DIGEST_OF_SEED_1);
        for seed in 1..4 {
            assert_eq!(differences(seed), 0);
        }
    }
}

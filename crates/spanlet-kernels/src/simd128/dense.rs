//! Dense layers with WebAssembly's 128-bit vectors.

use core::arch::wasm32::*;

use super::{load, store};
use crate::scalar::dense::for_each_tile;
use crate::{Dozen, OUTPUTS, Quad, ROWS};

pub(crate) fn gemm(quads: &[Quad], panels: &[Dozen], columns: usize, products: &mut [f32]) {
    for_each_tile(quads, panels, columns, products, tile);
}

/// Twelve sums at a time stay in registers: four rows by three vectors of weights.
#[inline(always)]
fn tile(quads: &[Quad], panel: &[Dozen], rows: [&mut Dozen; ROWS]) {
    let mut sums = [[f32x4_splat(0.0); OUTPUTS / 4]; ROWS];
    for (quad, weights) in quads.iter().zip(panel) {
        let quad = load(quad);
        let inputs = [
            i32x4_shuffle::<0, 0, 0, 0>(quad, quad),
            i32x4_shuffle::<1, 1, 1, 1>(quad, quad),
            i32x4_shuffle::<2, 2, 2, 2>(quad, quad),
            i32x4_shuffle::<3, 3, 3, 3>(quad, quad),
        ];
        for (place, weights) in weights.as_chunks::<4>().0.iter().enumerate() {
            let weights = load(weights);
            for (sums, input) in sums.iter_mut().zip(inputs) {
                sums[place] = f32x4_add(sums[place], f32x4_mul(input, weights));
            }
        }
    }
    for (row, sums) in rows.into_iter().zip(sums) {
        for (quad, sum) in row.as_chunks_mut::<4>().0.iter_mut().zip(sums) {
            store(quad, sum);
        }
    }
}

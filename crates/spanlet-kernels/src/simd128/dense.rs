//! Dense layers with WebAssembly's 128-bit vectors.

use core::arch::wasm32::*;

use super::{Plain, in_sixteens, load, store};
use crate::scalar;
use crate::scalar::dense::for_each_tile;
use crate::{Dozen, DozenPair, LANES, OUTPUTS, Quad, QuadPair, ROWS};

pub(crate) fn gemm(quads: &[Quad], panels: &[Dozen], columns: usize, products: &mut [f32]) {
    let add_product = |sum, input, weights| f32x4_add(sum, f32x4_mul(input, weights));
    for_each_tile(quads, panels, columns, products, |quads, panel, rows| tile(quads, panel, rows, add_product));
}

pub(crate) fn gemm_whole(quads: &[QuadPair], panels: &[DozenPair], pairs: usize, products: &mut [i32]) {
    let add_products = |sum, inputs, weights| i32x4_add(sum, i32x4_dot_i16x8(inputs, weights));
    for_each_tile(quads, panels, pairs, products, |quads, panel, rows| tile(quads, panel, rows, add_products));
}

/// Four columns of four rows at a time are turned over in registers.
pub(crate) fn interleave(rows: &[f32], stride: usize, columns: usize, quads: &mut [Quad]) {
    for (group, quads) in quads.chunks_exact_mut(columns.max(1)).enumerate() {
        let row = |lane: usize| rows.get((group * ROWS + lane) * stride..)?.get(..columns);
        let (Some(first), Some(second), Some(third), Some(fourth)) = (row(0), row(1), row(2), row(3)) else {
            let rest = rows.get(group * ROWS * stride..).unwrap_or_default();
            scalar::interleave(rest, stride, columns, quads);
            continue;
        };
        let whole = columns / 4 * 4;
        let (rows, rest) = ([first, second, third, fourth], columns - whole);
        let quarters = rows.map(|row| row.as_chunks::<4>().0);
        for (index, quads) in quads.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let [a, b, c, d] = quarters.map(|quarters| load(&quarters[index]));
            let (ab, cd) = (i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<0, 4, 1, 5>(c, d));
            store(&mut quads[0], i64x2_shuffle::<0, 2>(ab, cd));
            store(&mut quads[1], i64x2_shuffle::<1, 3>(ab, cd));
            let (ab, cd) = (i32x4_shuffle::<2, 6, 3, 7>(a, b), i32x4_shuffle::<2, 6, 3, 7>(c, d));
            store(&mut quads[2], i64x2_shuffle::<0, 2>(ab, cd));
            store(&mut quads[3], i64x2_shuffle::<1, 3>(ab, cd));
        }
        for (column, quad) in quads[whole..].iter_mut().take(rest).enumerate() {
            *quad = rows.map(|row| row[whole + column]);
        }
    }
}

pub(crate) fn add(sums: &mut [f32], values: &[f32]) {
    add_rows(sums, [values]);
}

/// Four rows at a time, so that their sums go to memory once.
pub(crate) fn add_all(sums: &mut [f32], rows: &[&[f32]]) {
    let (fours, rest) = rows.as_chunks::<4>();
    fours.iter().for_each(|&rows| add_rows(sums, rows));
    rest.iter().for_each(|row| add(sums, row));
}

#[inline(always)]
fn add_rows<const COUNT: usize>(sums: &mut [f32], rows: [&[f32]; COUNT]) {
    if rows.iter().any(|row| row.len() != sums.len()) {
        return scalar::add_all(sums, &rows);
    }
    let (lanes, rest) = sums.as_chunks_mut::<LANES>();
    let rows = rows.map(|row| row.as_chunks::<LANES>());
    for (index, sums) in lanes.iter_mut().enumerate() {
        let lanes = rows.map(|(lanes, _)| lanes[index].as_chunks::<4>().0);
        for (place, sum) in sums.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            store(sum, lanes.iter().fold(load(sum), |sum, lanes| f32x4_add(sum, load(&lanes[place]))));
        }
    }
    scalar::add_all(rest, &rows.map(|(_, rest)| rest));
}

pub(crate) fn maxout(products: &[f32], bias: &[f32], pieces: usize, units: &mut [f32]) {
    match pieces {
        1 => maxout_of::<1>(products, bias, units),
        2 => maxout_of::<2>(products, bias, units),
        3 => maxout_of::<3>(products, bias, units),
        _ => scalar::maxout(products, bias, pieces, units),
    }
}

#[inline(always)]
fn maxout_of<const PIECES: usize>(products: &[f32], bias: &[f32], units: &mut [f32]) {
    let products = products.as_chunks::<4>().0.as_chunks::<PIECES>().0;
    let bias = bias.as_chunks::<4>().0.as_chunks::<PIECES>().0;
    let (whole, rest) = units.as_chunks_mut::<4>();
    for ((units, products), bias) in whole.iter_mut().zip(products).zip(bias) {
        store(units, greatest_pieces(products, bias));
    }
    if let (Some(products), Some(bias)) = (products.get(whole.len()), bias.get(whole.len())) {
        let mut units = [0.0; 4];
        store(&mut units, greatest_pieces(products, bias));
        rest.iter_mut().zip(units).for_each(|(unit, value)| *unit = value);
    }
}

#[inline(always)]
fn greatest_pieces(products: &[Quad], bias: &[Quad]) -> v128 {
    let mut greatest = f32x4_splat(f32::NEG_INFINITY);
    for (product, bias) in products.iter().zip(bias) {
        greatest = f32x4_pmax(greatest, f32x4_add(load(product), load(bias)));
    }
    greatest
}

/// Twelve sums at a time stay in registers: four rows by three vectors of weights. A vector holds a column of four rows
/// or outputs, or two columns where the numbers are half as wide.
#[inline(always)]
fn tile<Input: Plain, Weight: Plain, Product: Plain>(
    quads: &[[Input; ROWS]],
    panel: &[[Weight; OUTPUTS]],
    rows: [&mut [Product; OUTPUTS]; ROWS],
    add_product: impl Fn(v128, v128, v128) -> v128,
) {
    let mut sums = [[i32x4_splat(0); OUTPUTS / 4]; ROWS];
    in_sixteens!(quads.iter().zip(panel), |(quad, weights): (&[Input; ROWS], &[Weight; OUTPUTS])| {
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
                sums[place] = add_product(sums[place], input, weights);
            }
        }
    });
    for (row, sums) in rows.into_iter().zip(sums) {
        for (quad, sum) in row.as_chunks_mut::<4>().0.iter_mut().zip(sums) {
            store(quad, sum);
        }
    }
}

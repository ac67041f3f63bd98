//! Dense layers in plain Rust.

use crate::{Dozen, DozenPair, LANES, OUTPUTS, Quad, QuadPair, ROWS, scalar};

/// See [`crate::interleave`].
pub fn interleave(rows: &[f32], stride: usize, columns: usize, quads: &mut [Quad]) {
    if columns == 0 {
        return;
    }
    for (group, quads) in quads.chunks_exact_mut(columns).enumerate() {
        for lane in 0..ROWS {
            let start = (group * ROWS + lane) * stride;
            match rows.get(start..start + columns) {
                Some(row) => quads.iter_mut().zip(row).for_each(|(quad, &value)| quad[lane] = value),
                None => quads.iter_mut().for_each(|quad| quad[lane] = 0.0),
            }
        }
    }
}

/// See [`crate::gemm`].
pub fn gemm(quads: &[Quad], panels: &[Dozen], columns: usize, products: &mut [f32]) {
    for_each_tile(quads, panels, columns, products, tile);
}

/// See [`crate::gemm_whole`].
pub fn gemm_whole(quads: &[QuadPair], panels: &[DozenPair], pairs: usize, products: &mut [i32]) {
    for_each_tile(quads, panels, pairs, products, tile_whole);
}

/// Calls `tile` for every four rows and every panel, all rows of one panel after each other so that its weights stay
/// close, and puts what it gives into place.
#[inline(always)]
pub(crate) fn for_each_tile<Inputs, Weights, Product: Clone + Default>(
    quads: &[Inputs],
    panels: &[Weights],
    columns: usize,
    products: &mut [Product],
    tile: impl Fn(&[Inputs], &[Weights], [&mut [Product; OUTPUTS]; ROWS]),
) {
    if columns == 0 {
        products.fill(Product::default());
        return;
    }
    let width = panels.len() / columns * OUTPUTS;
    if width == 0 {
        return;
    }
    for (place, panel) in panels.chunks_exact(columns).enumerate() {
        for (quads, products) in quads.chunks_exact(columns).zip(products.chunks_exact_mut(width * ROWS)) {
            let (first, rest) = products.split_at_mut(width);
            let (second, rest) = rest.split_at_mut(width);
            let (third, fourth) = rest.split_at_mut(width);
            let rows = [first, second, third, fourth].map(|row| &mut row.as_chunks_mut().0[place]);
            tile(quads, panel, rows);
        }
    }
}

/// Every sum is one chain of additions, from the first column to the last.
#[inline(always)]
fn tile(quads: &[Quad], panel: &[Dozen], rows: [&mut Dozen; ROWS]) {
    for (lane, row) in rows.into_iter().enumerate() {
        let mut sums = [0.0; OUTPUTS];
        for (quad, weights) in quads.iter().zip(panel) {
            for (sum, &weight) in sums.iter_mut().zip(weights) {
                *sum += quad[lane] * weight;
            }
        }
        *row = sums;
    }
}

#[inline(always)]
fn tile_whole(quads: &[QuadPair], panel: &[DozenPair], rows: [&mut [i32; OUTPUTS]; ROWS]) {
    for (lane, row) in rows.into_iter().enumerate() {
        let mut sums = [0_i32; OUTPUTS];
        for (quad, weights) in quads.iter().zip(panel) {
            let [first, second] = quad[lane].map(i32::from);
            for (sum, weights) in sums.iter_mut().zip(weights) {
                let [one, other] = weights.map(i32::from);
                *sum = sum.wrapping_add((first * one).wrapping_add(second * other));
            }
        }
        *row = sums;
    }
}

/// See [`crate::add`].
pub fn add(sums: &mut [f32], values: &[f32]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += value;
    }
}

/// See [`crate::add_all`].
pub fn add_all(sums: &mut [f32], rows: &[&[f32]]) {
    for row in rows {
        add(sums, row);
    }
}

/// See [`crate::maxout`].
pub fn maxout(products: &[f32], bias: &[f32], pieces: usize, units: &mut [f32]) {
    match pieces {
        1 => maxout_of::<1>(products, bias, units),
        2 => maxout_of::<2>(products, bias, units),
        3 => maxout_of::<3>(products, bias, units),
        _ => maxout_of_any(products, bias, pieces, units),
    }
}

#[inline(always)]
fn maxout_of<const PIECES: usize>(products: &[f32], bias: &[f32], units: &mut [f32]) {
    let products = products.as_chunks::<4>().0.as_chunks::<PIECES>().0;
    let bias = bias.as_chunks::<4>().0.as_chunks::<PIECES>().0;
    let (whole, rest) = units.as_chunks_mut::<4>();
    for ((units, products), bias) in whole.iter_mut().zip(products).zip(bias) {
        *units = greatest_pieces(products, bias);
    }
    if let (Some(products), Some(bias)) = (products.get(whole.len()), bias.get(whole.len())) {
        let units = greatest_pieces(products, bias);
        rest.iter_mut().zip(units).for_each(|(unit, value)| *unit = value);
    }
}

#[inline(always)]
fn greatest_pieces(products: &[Quad], bias: &[Quad]) -> Quad {
    let mut greatest = [f32::NEG_INFINITY; 4];
    for (product, bias) in products.iter().zip(bias) {
        for lane in 0..4 {
            let value = product[lane] + bias[lane];
            greatest[lane] = if greatest[lane] < value { value } else { greatest[lane] };
        }
    }
    greatest
}

fn maxout_of_any(products: &[f32], bias: &[f32], pieces: usize, units: &mut [f32]) {
    if pieces == 0 {
        return;
    }
    let products = products.as_chunks::<4>().0.chunks_exact(pieces);
    let bias = bias.as_chunks::<4>().0.chunks_exact(pieces);
    for ((units, products), bias) in units.chunks_mut(4).zip(products).zip(bias) {
        units.copy_from_slice(&greatest_pieces(products, bias)[..units.len()]);
    }
}

/// See [`crate::layer_norm`].
pub fn layer_norm(values: &mut [f32], gain: &[f32], bias: &[f32]) {
    normalize(values, 1e-8, gain, bias);
}

/// See [`crate::normalize`].
pub fn normalize(values: &mut [f32], epsilon: f32, gain: &[f32], bias: &[f32]) {
    let count = values.len() as f32;
    let mean = sum_of(values, |value| value) / count;
    let variance = sum_of(values, |value| (value - mean) * (value - mean)) / count + epsilon;
    let factor = 1.0 / variance.sqrt();
    for ((value, gain), bias) in values.iter_mut().zip(gain).zip(bias) {
        *value = (*value - mean) * factor * gain + bias;
    }
}

/// Sixteen sums side by side, then those from left to right, then what did not fill a sixteen.
#[inline(always)]
fn sum_of(values: &[f32], term: impl Fn(f32) -> f32) -> f32 {
    let (chunks, rest) = values.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane += term(value);
        }
    }
    lanes.into_iter().chain(rest.iter().map(|&value| term(value))).fold(0.0, |sum, value| sum + value)
}

/// See [`crate::mish`].
pub fn mish(values: &mut [f32]) {
    for value in values {
        *value = if *value < MISH_LIMIT { mish_of(*value) } else { *value };
    }
}

/// From here up, what thinc takes Mish to be the same as its argument.
const MISH_LIMIT: f32 = 20.0;

/// tanh(ln(1 + e)) is ((1 + e)² - 1) / ((1 + e)² + 1), which needs one exponential.
#[inline(always)]
fn mish_of(value: f32) -> f32 {
    let power = f64::from(scalar::exp(f64::from(value)) as f32);
    let twice = power * (power + 2.0);
    (f64::from(value) * (twice / (twice + 2.0))) as f32
}

#[cfg(test)]
mod tests;

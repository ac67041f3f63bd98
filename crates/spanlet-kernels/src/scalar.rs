//! The kernels in plain Rust: what every target can run, and the definition of the bits that all paths give.

use crate::{LANES, Lanes};

pub(crate) mod dense;
mod rows;

pub use dense::{add, add_all, gemm, gemm_whole, interleave, layer_norm, maxout, mish, normalize};
pub use rows::{
    gelu, gelu_tanh, multiply, multiply_whole, quantize, sigmoid, softmax, tanh, transpose, transpose_bytes,
};

/// Four numbers at a time.
pub(crate) type Four = [f32; 4];

/// Four sums of whole numbers at a time.
pub(crate) type FourWhole = [i32; 4];

/// See [`crate::dot_lanes`].
#[must_use]
pub fn dot_lanes(block: &[Lanes], vector: &[f32]) -> Lanes {
    let mut dots = [0.0; LANES];
    for (column, &factor) in block.iter().zip(vector) {
        for (dot, &weight) in dots.iter_mut().zip(column) {
            *dot += weight * factor;
        }
    }
    dots
}

/// See [`crate::dot_blocks`].
pub fn dot_blocks(blocks: &[Lanes], vector: &[f32], dots: &mut [Lanes]) {
    if vector.is_empty() {
        dots.fill([0.0; LANES]);
        return;
    }
    for (block, dots) in blocks.chunks_exact(vector.len()).zip(dots) {
        *dots = dot_lanes(block, vector);
    }
}

/// See [`crate::add_row`].
pub fn add_row(sum: &mut [f32], row: &[u8]) {
    let (weights, _) = row.as_chunks::<4>();
    for (sum, &weight) in sum.iter_mut().zip(weights) {
        *sum += f32::from_le_bytes(weight);
    }
}

/// See [`crate::scale`].
pub fn scale(values: &mut [f32], factor: f32) {
    for value in values {
        *value *= factor;
    }
}

/// See [`crate::greatest`].
#[must_use]
pub fn greatest(values: &[f32]) -> f32 {
    let (chunks, rest) = values.as_chunks::<LANES>();
    let (quads, rest) = rest.as_chunks::<4>();
    let mut lanes = [f32::NEG_INFINITY; LANES];
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane = if *lane < value { value } else { *lane };
        }
    }
    for quad in quads {
        for (lane, &value) in lanes.iter_mut().zip(quad) {
            *lane = if *lane < value { value } else { *lane };
        }
    }
    lanes.iter().chain(rest).fold(f32::NEG_INFINITY, |greatest, &value| if greatest < value { value } else { greatest })
}

/// See [`crate::exp_differences`].
pub fn exp_differences(values: &mut [f32], shift: f32) {
    for value in values {
        *value = exp(f64::from(*value - shift)) as f32;
    }
}

/// See [`crate::ln_sums`].
pub fn ln_sums(values: &mut [f32], addend: f64) {
    for value in values {
        *value = ln(f64::from(*value) + addend) as f32;
    }
}

/// See [`crate::any_at_least`].
#[must_use]
pub fn any_at_least(values: &Lanes, bound: f32) -> bool {
    values.iter().fold(false, |any, &value| any | (value >= bound) | value.is_nan())
}

/// Arguments of [`exp`] are held within ±this, so that neither it nor its reciprocal leaves the normal `f64`s.
pub(crate) const EXP_LIMIT: f64 = 700.0;
pub(crate) const LOG2_E: f64 = std::f64::consts::LOG2_E;
/// The natural logarithm of 2 in two parts; products of the first with whole numbers below 2²⁰ are exact.
pub(crate) const LN_2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
pub(crate) const LN_2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
/// 1.5 · 2⁵²: adding it rounds to a whole number, which then lies in the lowest bits.
pub(crate) const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// 1/n! for even n, from the highest: the even half of the Taylor series of exp to degree 13.
pub(crate) const EXP_EVEN: [f64; 7] =
    [1.0 / 479_001_600.0, 1.0 / 3_628_800.0, 1.0 / 40_320.0, 1.0 / 720.0, 1.0 / 24.0, 0.5, 1.0];
/// 1/n! for odd n, from the highest.
pub(crate) const EXP_ODD: [f64; 7] =
    [1.0 / 6_227_020_800.0, 1.0 / 39_916_800.0, 1.0 / 362_880.0, 1.0 / 5_040.0, 1.0 / 120.0, 1.0 / 6.0, 1.0];

/// e to the power of `x`, for `x` within ±700; beyond, the value at that end. NaN gives NaN.
///
/// Cody and Waite's reduction to half of ln 2 about zero, then the Taylor series to degree 13 (its remainder is below
/// 2⁻⁵⁷), odd and even powers apart so that the two chains run side by side.
#[must_use]
pub fn exp(x: f64) -> f64 {
    let x = if x < -EXP_LIMIT { -EXP_LIMIT } else { x };
    let x = if EXP_LIMIT < x { EXP_LIMIT } else { x };
    let rounded = x * LOG2_E + ROUNDER;
    let power = rounded - ROUNDER;
    let rest = (x - power * LN_2_HIGH) - power * LN_2_LOW;
    let square = rest * rest;
    let even = polynomial(&EXP_EVEN, square);
    let odd = polynomial(&EXP_ODD, square);
    let fraction = even + rest * odd;
    f64::from_bits(fraction.to_bits().wrapping_add(rounded.to_bits() << 52))
}

/// The bits of √½: mantissas are taken from here up to √2.
pub(crate) const SQRT_HALF_BITS: u64 = 0x3fe6_a09e_667f_3bcd;
pub(crate) const EXPONENT_BITS: u64 = 0xfff0_0000_0000_0000;
/// Makes an exponent non-negative for the logical shift that brings it down.
pub(crate) const EXPONENT_BIAS: u64 = 2048 << 52;
/// The bits of 2⁵²: a whole number below it, put into its lowest bits, reads as 2⁵² plus that number.
pub(crate) const WHOLE_BITS: u64 = 0x4330_0000_0000_0000;
/// What [`WHOLE_BITS`] and [`EXPONENT_BIAS`] add to an exponent.
pub(crate) const WHOLE_OFFSET: f64 = 4_503_599_627_370_496.0 + 2048.0;
/// 2/n for odd n from 21 down to 3: the series of ln((1+s)/(1-s)) without its first term.
pub(crate) const LN_SERIES: [f64; 10] = [
    2.0 / 21.0,
    2.0 / 19.0,
    2.0 / 17.0,
    2.0 / 15.0,
    2.0 / 13.0,
    2.0 / 11.0,
    2.0 / 9.0,
    2.0 / 7.0,
    2.0 / 5.0,
    2.0 / 3.0,
];

/// The natural logarithm of a positive, normal, finite `x`. NaN and infinity give NaN, anything else an unspecified
/// number.
///
/// `x` is split into a power of two and a mantissa `m` between √½ and √2; ln m is the series of `s = (m-1)/(m+1)`,
/// whose remainder is below 2⁻⁵⁵.
#[must_use]
pub fn ln(x: f64) -> f64 {
    let offset = x.to_bits().wrapping_sub(SQRT_HALF_BITS);
    let mantissa = f64::from_bits(x.to_bits().wrapping_sub(offset & EXPONENT_BITS));
    let power = f64::from_bits((offset.wrapping_add(EXPONENT_BIAS) >> 52) | WHOLE_BITS) - WHOLE_OFFSET;
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let square = s * s;
    let tail = s * (square * polynomial(&LN_SERIES, square));
    // Times zero: nothing is added, or NaN.
    power * LN_2_HIGH + ((s + s) + (tail + power * LN_2_LOW)) + x * 0.0
}

/// Horner's rule, highest coefficient first.
fn polynomial<const N: usize>(coefficients: &[f64; N], x: f64) -> f64 {
    let mut value = coefficients[0];
    for &coefficient in &coefficients[1..] {
        value = value * x + coefficient;
    }
    value
}

#[cfg(test)]
mod tests;

//! The kernels with WebAssembly's 128-bit vectors. Each does what its namesake in `scalar` does, in the same order.

use core::arch::wasm32::*;

use crate::scalar::{
    EXP_EVEN, EXP_LIMIT, EXP_ODD, EXPONENT_BIAS, EXPONENT_BITS, LN_2_HIGH, LN_2_LOW, LN_SERIES, LOG2_E, ROUNDER,
    SQRT_HALF_BITS, WHOLE_BITS, WHOLE_OFFSET,
};
use crate::{LANES, Lanes};

mod dense;
mod vector;

pub(crate) use dense::{add, add_all, gemm, gemm_whole, interleave, maxout};

/// Four numbers at a time.
pub(crate) type Four = v128;

/// Four sums of whole numbers at a time.
pub(crate) type FourWhole = v128;

/// Sixteen rows' sums, four to a vector.
type Sums = [v128; LANES / 4];

/// Calls `$step` with one item of an iterator after the other, sixteen in each turn of a loop.
///
/// A host that can interrupt the code asks at every turn whether it should, and around that question compiled code keeps
/// no vector in a register: with an item a turn, `gemm` took 1.4 times as long in wasmtime 48 (a benchmark of it alone).
/// The way out after every item is not only for the last ones. Without it the compiler mixes the items up, adds to one
/// sum after the other, and has too few registers for the inputs.
macro_rules! in_sixteens {
    ($items:expr, $step:expr) => {
        let mut items = $items;
        let mut step = $step;
        loop {
            in_sixteens!(@ items step 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16);
        }
    };
    (@ $items:ident $step:ident $($count:literal)*) => {
        $(
            let _ = $count;
            let Some(item) = $items.next() else { break };
            $step(item);
        )*
    };
}
pub(crate) use in_sixteens;

pub(crate) fn dot_lanes(block: &[Lanes], vector: &[f32]) -> Lanes {
    let mut sums = [f32x4_splat(0.0); LANES / 4];
    in_sixteens!(block.iter().zip(vector), |(column, &factor): (&Lanes, &f32)| {
        add_products(&mut sums, column, f32x4_splat(factor));
    });
    lanes(&sums)
}

/// Two blocks at a time: eight chains of additions keep the adders busy where four would wait for each other.
pub(crate) fn dot_blocks(blocks: &[Lanes], vector: &[f32], dots: &mut [Lanes]) {
    if vector.is_empty() {
        dots.fill([0.0; LANES]);
        return;
    }
    let (pairs, last) = dots.as_chunks_mut::<2>();
    let mut rest = blocks;
    for [left_dots, right_dots] in pairs {
        let Some((left, after)) = rest.split_at_checked(vector.len()) else { return };
        let Some((right, after)) = after.split_at_checked(vector.len()) else {
            *left_dots = dot_lanes(left, vector);
            return;
        };
        rest = after;
        let mut left_sums = [f32x4_splat(0.0); LANES / 4];
        let mut right_sums = left_sums;
        in_sixteens!(left.iter().zip(right).zip(vector), |((left, right), &factor): ((&Lanes, &Lanes), &f32)| {
            let factor = f32x4_splat(factor);
            add_products(&mut left_sums, left, factor);
            add_products(&mut right_sums, right, factor);
        });
        *left_dots = lanes(&left_sums);
        *right_dots = lanes(&right_sums);
    }
    if let ([dots], Some(block)) = (last, rest.get(..vector.len())) {
        *dots = dot_lanes(block, vector);
    }
}

pub(crate) fn add_row(sum: &mut [f32], row: &[u8]) {
    let (row_quads, row_rest) = row.as_chunks::<16>();
    let (sum_quads, sum_rest) = sum.as_chunks_mut::<4>();
    for (sum, row) in sum_quads.iter_mut().zip(row_quads) {
        store(sum, f32x4_add(load(sum), load_bytes(row)));
    }
    crate::scalar::add_row(sum_rest, row_rest);
}

pub(crate) fn greatest(values: &[f32]) -> f32 {
    let (chunks, rest) = values.as_chunks::<LANES>();
    let (quads, rest) = rest.as_chunks::<4>();
    let mut greatest = [f32x4_splat(f32::NEG_INFINITY); LANES / 4];
    for chunk in chunks {
        for (greatest, quad) in greatest.iter_mut().zip(chunk.as_chunks::<4>().0) {
            *greatest = f32x4_pmax(*greatest, load(quad));
        }
    }
    for quad in quads {
        greatest[0] = f32x4_pmax(greatest[0], load(quad));
    }
    lanes(&greatest)
        .iter()
        .chain(rest)
        .fold(f32::NEG_INFINITY, |greatest, &value| if greatest < value { value } else { greatest })
}

/// Eight at a time: four vectors of two `f64`s, whose chains of operations run side by side.
pub(crate) fn exp_differences(values: &mut [f32], shift: f32) {
    let (chunks, rest) = values.as_chunks_mut::<8>();
    for chunk in chunks {
        replace_as_f64(chunk, |quad| f32x4_sub(quad, f32x4_splat(shift)), exp_pairs);
    }
    crate::scalar::exp_differences(rest, shift);
}

/// Eight at a time, as in [`exp_differences`].
pub(crate) fn ln_sums(values: &mut [f32], addend: f64) {
    let (chunks, rest) = values.as_chunks_mut::<8>();
    for chunk in chunks {
        replace_as_f64(chunk, |quad| quad, |pairs| ln_pairs(pairs.map(|pair| f64x2_add(pair, f64x2_splat(addend)))));
    }
    crate::scalar::ln_sums(rest, addend);
}

pub(crate) fn any_at_least(values: &Lanes, bound: f32) -> bool {
    let bounds = f32x4_splat(bound);
    let below = values
        .as_chunks::<4>()
        .0
        .iter()
        .fold(u32x4_splat(u32::MAX), |below, quad| v128_and(below, f32x4_lt(load(quad), bounds)));
    !u32x4_all_true(below)
}

/// Replaces eight numbers by what `prepare` makes of them as `f32` and then `compute` as `f64`.
fn replace_as_f64(values: &mut [f32; 8], prepare: impl Fn(v128) -> v128, compute: impl FnOnce([v128; 4]) -> [v128; 4]) {
    let (quads, _) = values.as_chunks_mut::<4>();
    let [low, high] = [prepare(load(&quads[0])), prepare(load(&quads[1]))];
    let pairs = compute([
        f64x2_promote_low_f32x4(low),
        f64x2_promote_low_f32x4(i64x2_shuffle::<1, 1>(low, low)),
        f64x2_promote_low_f32x4(high),
        f64x2_promote_low_f32x4(i64x2_shuffle::<1, 1>(high, high)),
    ])
    .map(|pair| f32x4_demote_f64x2_zero(pair));
    store(&mut quads[0], i64x2_shuffle::<0, 2>(pairs[0], pairs[1]));
    store(&mut quads[1], i64x2_shuffle::<0, 2>(pairs[2], pairs[3]));
}

fn exp_pairs<const N: usize>(x: [v128; N]) -> [v128; N] {
    let limit = f64x2_splat(EXP_LIMIT);
    let x = x.map(|x| f64x2_pmin(f64x2_pmax(x, f64x2_neg(limit)), limit));
    let rounded = x.map(|x| f64x2_add(f64x2_mul(x, f64x2_splat(LOG2_E)), f64x2_splat(ROUNDER)));
    let rest: [v128; N] = core::array::from_fn(|i| {
        let power = f64x2_sub(rounded[i], f64x2_splat(ROUNDER));
        let high = f64x2_sub(x[i], f64x2_mul(power, f64x2_splat(LN_2_HIGH)));
        f64x2_sub(high, f64x2_mul(power, f64x2_splat(LN_2_LOW)))
    });
    let squares = rest.map(|rest| f64x2_mul(rest, rest));
    let even = polynomials(&EXP_EVEN, squares);
    let odd = polynomials(&EXP_ODD, squares);
    core::array::from_fn(|i| {
        let fraction = f64x2_add(even[i], f64x2_mul(rest[i], odd[i]));
        u64x2_add(fraction, u64x2_shl(rounded[i], 52))
    })
}

fn ln_pairs<const N: usize>(x: [v128; N]) -> [v128; N] {
    let one = f64x2_splat(1.0);
    let offset = x.map(|x| u64x2_sub(x, u64x2_splat(SQRT_HALF_BITS)));
    let s: [v128; N] = core::array::from_fn(|i| {
        let mantissa = u64x2_sub(x[i], v128_and(offset[i], u64x2_splat(EXPONENT_BITS)));
        f64x2_div(f64x2_sub(mantissa, one), f64x2_add(mantissa, one))
    });
    let squares = s.map(|s| f64x2_mul(s, s));
    let series = polynomials(&LN_SERIES, squares);
    core::array::from_fn(|i| {
        let exponent = u64x2_shr(u64x2_add(offset[i], u64x2_splat(EXPONENT_BIAS)), 52);
        let power = f64x2_sub(v128_or(exponent, u64x2_splat(WHOLE_BITS)), f64x2_splat(WHOLE_OFFSET));
        let tail = f64x2_mul(s[i], f64x2_mul(squares[i], series[i]));
        let low = f64x2_add(tail, f64x2_mul(power, f64x2_splat(LN_2_LOW)));
        let ln = f64x2_add(f64x2_mul(power, f64x2_splat(LN_2_HIGH)), f64x2_add(f64x2_add(s[i], s[i]), low));
        f64x2_add(ln, f64x2_mul(x[i], f64x2_splat(0.0)))
    })
}

/// Horner's rule, highest coefficient first.
fn polynomials<const N: usize, const TERMS: usize>(coefficients: &[f64; TERMS], x: [v128; N]) -> [v128; N] {
    let mut values = [f64x2_splat(coefficients[0]); N];
    for &coefficient in &coefficients[1..] {
        for (value, &x) in values.iter_mut().zip(&x) {
            *value = f64x2_add(f64x2_mul(*value, x), f64x2_splat(coefficient));
        }
    }
    values
}

#[inline(always)]
fn add_products(sums: &mut Sums, column: &Lanes, factor: v128) {
    for (sum, quad) in sums.iter_mut().zip(column.as_chunks::<4>().0) {
        *sum = f32x4_add(*sum, f32x4_mul(load(quad), factor));
    }
}

fn lanes(sums: &Sums) -> Lanes {
    let mut lanes = [0.0; LANES];
    for (quad, &sum) in lanes.as_chunks_mut::<4>().0.iter_mut().zip(sums) {
        store(quad, sum);
    }
    lanes
}

/// What lies four to a vector: four bytes that may be anything.
trait Plain: Copy {}

impl Plain for f32 {}
impl Plain for i32 {}
impl Plain for [i16; 2] {}

fn load<Number: Plain>(quad: &[Number; 4]) -> v128 {
    const { assert!(size_of::<Number>() == 4) };
    // SAFETY: sixteen readable bytes; v128.load takes any alignment.
    unsafe { v128_load(quad.as_ptr().cast()) }
}

fn load_bytes(bytes: &[u8; 16]) -> v128 {
    // SAFETY: as in `load`. WebAssembly is little-endian, as the files are.
    unsafe { v128_load(bytes.as_ptr().cast()) }
}

fn store<Number: Plain>(quad: &mut [Number; 4], vector: v128) {
    const { assert!(size_of::<Number>() == 4) };
    // SAFETY: sixteen writable bytes; v128.store takes any alignment.
    unsafe { v128_store(quad.as_mut_ptr().cast(), vector) }
}

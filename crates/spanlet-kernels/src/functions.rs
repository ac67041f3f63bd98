//! What layers do to the numbers of a row.

use crate::vector::Vector;

/// 1.5 · 2²³: adding it rounds to a whole number, which then lies in the lowest bits.
const ROUNDER: f32 = 12_582_912.0;
/// The natural logarithm of 2 in two parts; products of the first with whole numbers up to 2¹⁶ are exact.
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;
/// The logarithm of the least normal `f32`. What is smaller becomes zero.
const EXP_LEAST: f32 = -87.336_54;
/// The logarithm of the greatest `f32`. What is larger becomes infinite.
const EXP_GREATEST: f32 = 88.722_84;
/// From the lowest: (eʳ - 1 - r)/r² for r within half of ln 2 about zero; what that leaves of eʳ is below 4·10⁻⁹.
const EXP_SERIES: [f32; 5] = [0.499_999_93, 0.166_665_2, 0.041_668_396, 0.008_368_781, 0.001_381_446_6];

/// e to the power of each lane, within two units in the last place. NaN gives NaN.
#[inline(always)]
fn exp<V: Vector>(x: V) -> V {
    V::splat(f32::INFINITY).where_or(V::splat(EXP_GREATEST).less(x), exp_of_small(x))
}

/// [`exp`] of what is not above [`EXP_GREATEST`]; of others, nothing is said.
///
/// Cody and Waite's reduction to half of ln 2 about zero. Even and odd terms are summed apart: what takes long here is
/// that each step waits for the one before it.
#[inline(always)]
fn exp_of_small<V: Vector>(x: V) -> V {
    let rounded = x.mul(V::splat(std::f32::consts::LOG2_E)).add(V::splat(ROUNDER));
    let power = rounded.sub(V::splat(ROUNDER));
    let rest = x.sub(power.mul(V::splat(LN_2_HIGH))).sub(power.mul(V::splat(LN_2_LOW)));
    let square = rest.mul(rest);
    let [zeroth, first, second, third, fourth] = EXP_SERIES.map(V::splat);
    let low = rest.mul(first).add(zeroth);
    let high = rest.mul(third).add(second).add(square.mul(fourth));
    let fraction = rest.add(V::splat(1.0)).add(square.mul(square.mul(high).add(low)));
    fraction.times_power(rounded).zero_where(x.less(V::splat(EXP_LEAST))).nan_where_nan(x)
}

/// Horner's rule, highest coefficient first.
#[inline(always)]
fn polynomial<V: Vector, const TERMS: usize>(coefficients: &[f32; TERMS], x: V) -> V {
    let mut value = V::splat(coefficients[0]);
    for &coefficient in &coefficients[1..] {
        value = value.mul(x).add(V::splat(coefficient));
    }
    value
}

/// Below this, [`tanh`] is a series.
const TANH_SMALL: f32 = 0.625;
/// From the highest: (tanh(x)/x - 1)/x² by x²; what that leaves of tanh(x)/x is below 5·10⁻⁹.
const TANH_SERIES: [f32; 5] = [-0.005_679_308, 0.020_618_127, -0.053_734, 0.133_313_84, -0.333_332_8];

/// Small arguments have a series of their own, since the difference from one would lose their digits.
#[inline(always)]
fn tanh<V: Vector>(x: V) -> V {
    let square = x.mul(x);
    let small = polynomial(&TANH_SERIES, square).mul(square).mul(x).add(x);
    let size = x.abs();
    let rest = V::splat(2.0).div(exp(size.add(size)).add(V::splat(1.0)));
    let large = V::splat(1.0).sub(rest);
    let large = V::splat(0.0).sub(large).where_or(x.less(V::splat(0.0)), large);
    small.where_or(size.less(V::splat(TANH_SMALL)), large)
}

#[inline(always)]
fn sigmoid<V: Vector>(x: V) -> V {
    V::splat(1.0).div(exp(V::splat(0.0).sub(x)).add(V::splat(1.0)))
}

/// What [`GELU_SERIES`] takes is 1/(1 + this·|x|).
const GELU_SLOPE: f32 = 0.29;
/// From the highest: how much of the normal distribution lies beyond |x|, without its factor of exp(-x²/2).
const GELU_SERIES: [f32; 6] = [-0.090_992_58, 0.292_694_2, -0.104_017_21, 0.186_675, 0.098_534_24, 0.117_106_34];

/// From here on, [`gelu`] of a number is the number itself or nothing.
const GELU_LIMIT: f32 = 20.0;

/// x times the part of the normal distribution below x. Its smaller side is computed, so that neither loses digits.
///
/// The form of the tail is that of Abramowitz and Stegun 7.1.26; the coefficients are ours.
#[inline(always)]
fn gelu<V: Vector>(x: V) -> V {
    let size = x.abs();
    let size = V::splat(GELU_LIMIT).where_or(V::splat(GELU_LIMIT).less(size), size);
    let t = V::splat(1.0).div(size.mul(V::splat(GELU_SLOPE)).add(V::splat(1.0)));
    let density = exp_of_small(size.mul(size).mul(V::splat(-0.5)));
    let beyond = polynomial(&GELU_SERIES, t).mul(t).mul(density).mul(size);
    V::splat(0.0).sub(beyond).where_or(x.less(V::splat(0.0)), x.sub(beyond))
}

/// √(2/π), twice.
const GELU_TANH_SCALE: f32 = 1.595_769;

/// x·½(1 + tanh(y)) is x/(1 + exp(-2y)).
#[inline(always)]
fn gelu_tanh<V: Vector>(x: V) -> V {
    let x = V::splat(-GELU_LIMIT).where_or(x.less(V::splat(-GELU_LIMIT)), x);
    let cube = x.mul(x).mul(x).mul(V::splat(0.044_715));
    let twice = x.add(cube).mul(V::splat(GELU_TANH_SCALE));
    x.div(exp(V::splat(0.0).sub(twice)).add(V::splat(1.0)))
}

/// Replaces every number by what `function` makes of it.
#[inline(always)]
fn replace<V: Vector>(values: &mut [f32], function: impl Fn(V) -> V) {
    let (quads, rest) = values.as_chunks_mut::<4>();
    for quad in quads {
        *quad = function(V::load(quad)).lanes();
    }
    let mut quad = [0.0; 4];
    quad[..rest.len()].copy_from_slice(rest);
    rest.copy_from_slice(&function(V::load(&quad)).lanes()[..rest.len()]);
}

/// See [`crate::gelu`].
#[inline(always)]
pub(crate) fn replace_gelu<V: Vector>(values: &mut [f32]) {
    replace::<V>(values, gelu);
}

/// See [`crate::gelu_tanh`].
#[inline(always)]
pub(crate) fn replace_gelu_tanh<V: Vector>(values: &mut [f32]) {
    replace::<V>(values, gelu_tanh);
}

/// See [`crate::tanh`].
#[inline(always)]
pub(crate) fn replace_tanh<V: Vector>(values: &mut [f32]) {
    replace::<V>(values, tanh);
}

/// See [`crate::sigmoid`].
#[inline(always)]
pub(crate) fn replace_sigmoid<V: Vector>(values: &mut [f32]) {
    replace::<V>(values, sigmoid);
}

/// See [`crate::softmax`].
#[inline(always)]
pub(crate) fn softmax<V: Vector>(values: &mut [f32], scale: f32, greatest: f32) {
    let power = |quad: &[f32; 4]| exp_of_small(V::load(quad).sub(V::splat(greatest)).mul(V::splat(scale)));
    let (quads, rest) = values.as_chunks_mut::<4>();
    let mut sums = V::splat(0.0);
    for quad in quads {
        let powers = power(quad);
        sums = sums.add(powers);
        *quad = powers.lanes();
    }
    let mut quad = [0.0; 4];
    quad[..rest.len()].copy_from_slice(rest);
    let mut powers = power(&quad).lanes();
    powers[rest.len()..].fill(0.0);
    rest.copy_from_slice(&powers[..rest.len()]);
    let [first, second, third, fourth] = sums.add(V::load(&powers)).lanes();
    crate::scalar::scale(values, 1.0 / ((first + third) + (second + fourth)));
}

#[cfg(test)]
mod tests;

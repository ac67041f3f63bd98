//! What is written once for both paths, in plain Rust.

use super::{Four, FourWhole, greatest};
use crate::{Rows, WholeRows, WholeWeights, functions, matrix, whole};

/// See [`crate::multiply`].
pub fn multiply(inputs: Rows<'_>, weights: Rows<'_>, bias: &[f32], products: &mut [f32], stride: usize) {
    matrix::multiply::<Four>(inputs, weights, bias, products, stride);
}

/// See [`crate::transpose`].
pub fn transpose(source: Rows<'_>, target: &mut [f32], stride: usize) {
    matrix::transpose::<Four>(source, target, stride);
}

/// See [`crate::transpose_bytes`].
pub fn transpose_bytes(source: Rows<'_>, target: &mut [u8]) {
    matrix::transpose_bytes::<Four>(source, target);
}

/// See [`crate::quantize`].
#[must_use]
pub fn quantize(values: &[f32], limit: i16, numbers: &mut [i16]) -> f32 {
    whole::quantize::<Four>(values, limit, numbers)
}

/// See [`crate::multiply_whole`].
pub fn multiply_whole(inputs: WholeRows<'_>, weights: WholeWeights<'_>, products: &mut [f32], stride: usize) {
    whole::multiply::<FourWhole>(inputs, weights, products, stride);
}

/// See [`crate::softmax`].
pub fn softmax(values: &mut [f32], scale: f32) {
    functions::softmax::<Four>(values, scale, greatest(values));
}

/// See [`crate::gelu`].
pub fn gelu(values: &mut [f32]) {
    functions::replace_gelu::<Four>(values);
}

/// See [`crate::gelu_tanh`].
pub fn gelu_tanh(values: &mut [f32]) {
    functions::replace_gelu_tanh::<Four>(values);
}

/// See [`crate::tanh`].
pub fn tanh(values: &mut [f32]) {
    functions::replace_tanh::<Four>(values);
}

/// See [`crate::sigmoid`].
pub fn sigmoid(values: &mut [f32]) {
    functions::replace_sigmoid::<Four>(values);
}

//! The few dense loops of Spanlet, scalar beside simd128, with the same bits on both.
//!
//! Slices of `f32` (or of a model file's little-endian bytes) go in; sums, dot products and exponentials come out.
//! Nothing here can fail, allocate or panic; where two lengths could differ, the shorter one counts.
//!
//! ```
//! use spanlet_kernels::{Lanes, dot_lanes};
//!
//! // Sixteen rows of two columns each, stored column by column: row `l` is (1, l).
//! let block: [Lanes; 2] = [[1.0; 16], std::array::from_fn(|lane| lane as f32)];
//! let dots = dot_lanes(&block, &[10.0, 0.5]);
//! assert_eq!(dots[0], 10.0);
//! assert_eq!(dots[15], 17.5);
//! ```
//!
//! # One row per lane
//!
//! A dot product that must give the same bits as a plain loop is one chain of additions, which no compiler may
//! vectorise. Here sixteen rows are stored side by side ([`Lanes`]), so that each lane adds its own row from left to
//! right: exact, and sixteen at a time. A product is always rounded before it is added (no fused multiply-add).
//!
//! # Four columns a lane
//!
//! Where no reference prescribes an order ([`multiply`]), each lane adds every fourth column instead: a row of inputs and
//! a row of weights are read as they lie, and neither is laid out anew, spread over lanes or shuffled.
//!
//! # Paths
//!
//! [`scalar`] is plain Rust and always there; natively the compiler vectorises it. On `wasm32` with `simd128` the
//! functions at the root are the hand-vectorised ones, otherwise they are those of [`scalar`]. What no reference gives the
//! order of is written once, over a trait that stands for four numbers on either path. `examples/agreement.rs` compares
//! the two inside WebAssembly.
//!
//! [`exp`] and [`ln`] are ours because `std`'s differ from one target to the next. Their error is below three units in
//! the last place of `f64`, so that after rounding to `f32` they are correctly rounded but for about one argument in
//! 10⁸.

#![deny(unsafe_op_in_unsafe_fn)]

mod functions;
mod matrix;
pub mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd128;
mod tile;
mod vector;
mod whole;

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use scalar as path;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use simd128 as path;

use path::{Four, FourWhole};

pub use matrix::Rows;
pub use scalar::{exp, ln};
pub use whole::{WholeRows, WholeWeights};

/// One number for each of sixteen rows.
pub type Lanes = [f32; LANES];

/// How many rows lie side by side in a block.
pub const LANES: usize = 16;

/// One column of four rows of inputs.
pub type Quad = [f32; ROWS];

/// One column of the weights of twelve outputs.
pub type Dozen = [f32; OUTPUTS];

/// Two columns of four rows of inputs, as whole numbers.
pub type QuadPair = [[i16; 2]; ROWS];

/// Two columns of the weights of twelve outputs, as whole numbers.
pub type DozenPair = [[i16; 2]; OUTPUTS];

/// How many rows of inputs [`gemm`] takes at a time.
pub const ROWS: usize = 4;

/// How many outputs a panel of weights has.
pub const OUTPUTS: usize = 12;

/// Whether [`gemm_whole`] takes less time than [`gemm`]: where it has an instruction of its own for pairs of products.
pub const WHOLE_IS_QUICKER: bool = cfg!(all(target_arch = "wasm32", target_feature = "simd128"));

/// The dot product of `vector` with each of the sixteen rows of `block`.
///
/// `block` is `[columns]`, each element one column of the sixteen rows; `vector` is `[columns]`. Lane `l` of the result
/// is `0 + block[0][l]·vector[0] + block[1][l]·vector[1] + …`, added in that order. No columns give zeros.
#[must_use]
pub fn dot_lanes(block: &[Lanes], vector: &[f32]) -> Lanes {
    path::dot_lanes(block, vector)
}

/// [`dot_lanes`] for blocks that follow each other: one element of `dots` per block.
///
/// `blocks` is `[dots.len() * vector.len()]`, block after block. An empty `vector` gives zeros.
pub fn dot_blocks(blocks: &[Lanes], vector: &[f32], dots: &mut [Lanes]) {
    path::dot_blocks(blocks, vector, dots);
}

/// Adds a row of a matrix, as it lies in a file, to `sum`.
///
/// `sum` is `[columns]`; `row` is `[columns]` little-endian `f32`, at any alignment.
pub fn add_row(sum: &mut [f32], row: &[u8]) {
    path::add_row(sum, row);
}

/// Multiplies every element of `values` by `factor`.
pub fn scale(values: &mut [f32], factor: f32) {
    scalar::scale(values, factor);
}

/// The greatest of `values`, negative infinity for none. NaNs are passed over.
#[must_use]
pub fn greatest(values: &[f32]) -> f32 {
    path::greatest(values)
}

/// Replaces every element `x` of `values` by `exp(x - shift)`.
///
/// The difference is rounded to `f32`, its exponential is [`exp`], rounded to `f32` again.
pub fn exp_differences(values: &mut [f32], shift: f32) {
    path::exp_differences(values, shift);
}

/// Replaces every element `x` of `values` by the natural logarithm of `x + addend`.
///
/// The sum is an `f64`; its logarithm is [`ln`], rounded to `f32`. It must be positive, normal and finite, or NaN,
/// which gives NaN.
pub fn ln_sums(values: &mut [f32], addend: f64) {
    path::ln_sums(values, addend);
}

/// Whether any of `values` is at least `bound` or not a number.
#[must_use]
pub fn any_at_least(values: &Lanes, bound: f32) -> bool {
    path::any_at_least(values, bound)
}

/// Puts rows side by side, four at a time, as [`gemm`] takes them.
///
/// Row `i` is `rows[i * stride..][..columns]`; a `stride` below `columns` makes rows overlap, which is how a window over
/// neighbouring rows is read. `quads` is `[groups of four rows][columns]`. A row that is not all there counts as zeros.
pub fn interleave(rows: &[f32], stride: usize, columns: usize, quads: &mut [Quad]) {
    path::interleave(rows, stride, columns, quads);
}

/// The dot product of every row of inputs with the weights of every output.
///
/// `quads` is `[groups of four rows][columns]`, made by [`interleave`]; `panels` is `[groups of twelve
/// outputs][columns]`; `products` is `[rows][outputs]`, with as many rows as `quads` has. Each product is a sum that
/// starts at zero and takes the columns in order, so that it does not depend on which rows lie beside it. No columns give
/// zeros.
///
/// Source: thinc 8.3, `backends/ops.py`, `Ops.gemm`.
pub fn gemm(quads: &[Quad], panels: &[Dozen], columns: usize, products: &mut [f32]) {
    path::gemm(quads, panels, columns, products);
}

/// [`gemm`] of whole numbers, two columns at a time.
///
/// `quads` is `[groups of four rows][pairs]`, `panels` is `[groups of twelve outputs][pairs]` and `products` is
/// `[rows][outputs]`. No pairs give zeros. A sum beyond an `i32` wraps.
pub fn gemm_whole(quads: &[QuadPair], panels: &[DozenPair], pairs: usize, products: &mut [i32]) {
    path::gemm_whole(quads, panels, pairs, products);
}

/// Adds `values` to `sums`, element by element.
pub fn add(sums: &mut [f32], values: &[f32]) {
    path::add(sums, values);
}

/// Adds every one of `rows` to `sums`, in their order: what [`add`] does to each, with fewer ways to memory.
pub fn add_all(sums: &mut [f32], rows: &[&[f32]]) {
    path::add_all(sums, rows);
}

/// The greatest of every unit's pieces, each with its bias.
///
/// `products` and `bias` hold four units at a time: the first piece of each of the four, then the second, and so on.
/// `units` gets one number for each unit; the last four need not be whole. Of NaNs nothing is said.
///
/// Source: thinc 8.3, `backends/cpu_kernels.hh`, `cpu_maxout`.
pub fn maxout(products: &[f32], bias: &[f32], pieces: usize, units: &mut [f32]) {
    path::maxout(products, bias, pieces, units);
}

/// Shifts and scales `values` to mean 0 and variance 1, then multiplies by `gain` and adds `bias`.
///
/// Source: thinc 8.3, `layers/layernorm.py`, `forward`.
pub fn layer_norm(values: &mut [f32], gain: &[f32], bias: &[f32]) {
    scalar::layer_norm(values, gain, bias);
}

/// Replaces every element `x` of `values` by `x·tanh(ln(1 + exp(x)))`; from 20 up it stays as it is.
///
/// Source: thinc 8.3, `backends/cpu_kernels.hh`, `cpu_mish`.
pub fn mish(values: &mut [f32]) {
    scalar::mish(values);
}

/// Shifts and scales `values` to mean 0 and variance 1, then multiplies by `gain` and adds `bias`.
///
/// The variance is that of the values themselves, not an estimate from them; `epsilon` is added to it before its root is
/// taken. None gives none.
///
/// Source: PyTorch 2.6, `torch.nn.functional.layer_norm`.
pub fn normalize(values: &mut [f32], epsilon: f32, gain: &[f32], bias: &[f32]) {
    scalar::normalize(values, epsilon, gain, bias);
}

/// The dot product of every row of inputs with every row of weights, each with the bias of its output.
///
/// `inputs` is `[rows][columns]`, `weights` is `[outputs][columns]`; of two widths the smaller counts. The products of row
/// `r` are the `outputs` numbers of `products` from `r * stride` on: others stay as they are, so that several calls can
/// write side by side. A `bias` that is missing is zero. Each product is four sums that start at zero and take every
/// fourth column in order; the first and third are added, the second and fourth, those two, and the bias. It does not
/// depend on which rows lie beside it.
///
/// Source: ONNX 1.17, `Gemm` with `transB=1`.
pub fn multiply(inputs: Rows<'_>, weights: Rows<'_>, bias: &[f32], products: &mut [f32], stride: usize) {
    matrix::multiply::<Four>(inputs, weights, bias, products, stride);
}

/// Puts rows as columns: number `c` of row `r` becomes number `r` of the row of `target` that begins at `c * stride`.
///
/// Rows for which `target` has no room are left out.
pub fn transpose(source: Rows<'_>, target: &mut [f32], stride: usize) {
    matrix::transpose::<Four>(source, target, stride);
}

/// [`transpose`] into a model file's own buffer: `target` is `[columns][rows]` little-endian `f32`, at any alignment.
///
/// This is how the weights of an ONNX `MatMul`, `[inputs][outputs]`, become what [`multiply`] takes.
pub fn transpose_bytes(source: Rows<'_>, target: &mut [u8]) {
    matrix::transpose_bytes::<Four>(source, target);
}

/// The greatest size that an input may have, so that no sum of its products with these weights passes an `i32`.
///
/// `weights` is `[outputs][columns]`, each byte an `i8`. At least 1 for fewer than 2²⁴ columns, at most 32,767.
#[must_use]
pub fn whole_limit(weights: &[u8], columns: usize) -> i16 {
    whole::limit(weights, columns)
}

/// Replaces a row of inputs by whole numbers of a unit, which is returned: the greatest size of `values`, over `limit`.
///
/// `numbers` gets one for each of `values`, the nearest, of two the even one; none is above `limit`, at most 32,767, in
/// size. Values that are all below 10⁻³⁰ in size give zeros and a unit of zero. If one is infinite or NaN, they give zeros
/// and a unit of NaN.
#[must_use]
pub fn quantize(values: &[f32], limit: i16, numbers: &mut [i16]) -> f32 {
    whole::quantize::<Four>(values, limit, numbers)
}

/// [`multiply`] of whole numbers: 8-bit weights and 16-bit inputs.
///
/// The dot products are exact, if no input passes [`whole_limit`]; beyond it they wrap. Each becomes an `f32`, is
/// multiplied by the row's unit times the output's, and gets the output's bias. The products of row `r` are the numbers of
/// `products` from `r * stride` on: others stay as they are.
pub fn multiply_whole(inputs: WholeRows<'_>, weights: WholeWeights<'_>, products: &mut [f32], stride: usize) {
    whole::multiply::<FourWhole>(inputs, weights, products, stride);
}

/// Puts rows of bytes as columns: `source` is `[rows][columns]` and `target` `[columns][rows]`.
///
/// Columns for which `target` has no room are left out.
pub fn transpose_whole(source: &[u8], columns: usize, target: &mut [u8]) {
    whole::transpose(source, columns, target);
}

/// Replaces `values` by the exponentials of `values * scale`, divided by their sum.
///
/// `scale` must be positive. The greatest value is subtracted first, so that no exponential is above one. One that is
/// below 10⁻³⁸ is zero. If any value is NaN or infinity, or all are negative infinity, they all become NaN.
pub fn softmax(values: &mut [f32], scale: f32) {
    functions::softmax::<Four>(values, scale, greatest(values));
}

/// Replaces every element `x` of `values` by `x` times the part of the normal distribution below `x`.
///
/// The error is below 3·10⁻⁷ times the greater of 1 and |x|.
///
/// Source: PyTorch 2.6, `torch.nn.functional.gelu` with `approximate='none'`.
pub fn gelu(values: &mut [f32]) {
    functions::replace_gelu::<Four>(values);
}

/// Replaces every element `x` of `values` by `x·½(1 + tanh(√(2/π)·(x + 0.044715x³)))`.
///
/// Source: PyTorch 2.6, `torch.nn.functional.gelu` with `approximate='tanh'`; transformers 4.57, `gelu_new`.
pub fn gelu_tanh(values: &mut [f32]) {
    functions::replace_gelu_tanh::<Four>(values);
}

/// Replaces every element of `values` by its hyperbolic tangent.
pub fn tanh(values: &mut [f32]) {
    functions::replace_tanh::<Four>(values);
}

/// Replaces every element `x` of `values` by `1/(1 + exp(-x))`.
pub fn sigmoid(values: &mut [f32]) {
    functions::replace_sigmoid::<Four>(values);
}

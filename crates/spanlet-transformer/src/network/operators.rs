//! The operators that exporters write for text encoders, and nothing else: what is not in this table is not linked.
//!
//! tract's own table has every operator of the standard, and whoever asks for it carries convolutions, recurrent nets
//! and tree ensembles along. Here each is put together from tract's parts, inside a [`Guard`] that looks at ranks, axes
//! and sizes first, because those parts index without looking.
//!
//! Source: onnx 1.23, `docs/Operators.md`, operator sets 9 to 21; compared with tract-onnx 0.23.9.

mod axes;
mod constants;
mod eight_bits;
mod guard;
mod looked_up;
mod mapped;
mod products;
mod simple;

use std::ops::RangeInclusive;

use tract_onnx::model::{Onnx, OnnxOpRegister, ParsingContext};
use tract_onnx::ops::logic;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::{InferenceOp, TractResult, expand, format_err};

use guard::Guard;

pub(super) use guard::{MAX_BYTES, NOMINAL_PIECES, PIECES, bytes, concrete};

/// An operator of the table.
pub(super) struct Operator {
    name: &'static str,
    /// How many inputs it takes, those at the end that may be left out included.
    pub(super) inputs: RangeInclusive<usize>,
    /// The most outputs.
    pub(super) outputs: usize,
    build: Build,
}

/// What makes an operator of a node.
#[derive(Clone, Copy)]
enum Build {
    Guarded(fn(&ParsingContext<'_>, &NodeProto) -> TractResult<Guard>),
    /// Its graphs hold guarded operators.
    If,
}

impl Operator {
    /// Whether it takes any number of inputs.
    pub(super) fn is_of_many(&self) -> bool {
        *self.inputs.end() == MANY
    }
}

/// An operator by the name that the standard gives it.
pub(super) fn operator(name: &str) -> Option<&'static Operator> {
    TABLE.iter().find(|operator| operator.name == name)
}

/// What reads a graph of these operators.
pub(super) fn framework() -> Onnx {
    let mut register = OnnxOpRegister::default();
    for operator in &TABLE {
        register.insert(operator.name, build);
    }
    Onnx { op_register: register, ignore_value_info: true, ..Onnx::default() }
}

fn build(context: &ParsingContext<'_>, node: &NodeProto) -> TractResult<(Box<dyn InferenceOp>, Vec<String>)> {
    let operator = operator(&node.op_type).ok_or_else(|| format_err!("expected an operator of the table"))?;
    match operator.build {
        Build::Guarded(build) => Ok((expand(build(context, node)?), Vec::new())),
        Build::If => logic::_if(context, node),
    }
}

const fn guarded(
    name: &'static str,
    inputs: RangeInclusive<usize>,
    outputs: usize,
    build: fn(&ParsingContext<'_>, &NodeProto) -> TractResult<Guard>,
) -> Operator {
    Operator { name, inputs, outputs, build: Build::Guarded(build) }
}

/// The most inputs of an operator that takes any number.
const MANY: usize = 1 << 12;

static TABLE: [Operator; 83] = [
    guarded("Abs", 1..=1, 1, simple::abs),
    guarded("Add", 2..=2, 1, simple::add),
    guarded("And", 2..=2, 1, simple::and),
    guarded("Cast", 1..=1, 1, mapped::cast),
    guarded("CastLike", 2..=2, 1, mapped::cast_like),
    guarded("Ceil", 1..=1, 1, simple::ceil),
    guarded("Clip", 1..=3, 1, mapped::clip),
    guarded("Concat", 1..=MANY, 1, axes::concat),
    guarded("Constant", 0..=0, 1, constants::constant),
    guarded("ConstantOfShape", 1..=1, 1, constants::constant_of_shape),
    guarded("Cos", 1..=1, 1, simple::cos),
    guarded("CumSum", 2..=2, 1, axes::cum_sum),
    guarded("DequantizeLinear", 2..=3, 1, eight_bits::dequantize_linear),
    guarded("Div", 2..=2, 1, simple::div),
    guarded("Dropout", 1..=3, 2, mapped::dropout),
    guarded("DynamicQuantizeLinear", 1..=1, 3, eight_bits::dynamic_quantize_linear),
    guarded("Einsum", 1..=8, 1, products::einsum),
    guarded("Equal", 2..=2, 1, simple::equal),
    guarded("Erf", 1..=1, 1, simple::erf),
    guarded("Exp", 1..=1, 1, simple::exp),
    guarded("Expand", 2..=2, 1, simple::expand),
    guarded("Flatten", 1..=1, 1, axes::flatten),
    guarded("Floor", 1..=1, 1, simple::floor),
    guarded("Gather", 2..=2, 1, axes::gather),
    guarded("GatherElements", 2..=2, 1, axes::gather_elements),
    guarded("Gelu", 1..=1, 1, mapped::gelu),
    guarded("Gemm", 2..=3, 1, products::gemm),
    guarded("Greater", 2..=2, 1, simple::greater),
    guarded("GreaterOrEqual", 2..=2, 1, simple::greater_or_equal),
    guarded("Identity", 1..=1, 1, mapped::identity),
    Operator { name: "If", inputs: 1..=1, outputs: MANY, build: Build::If },
    guarded("IsNaN", 1..=1, 1, simple::is_nan),
    guarded("LayerNormalization", 2..=3, 1, mapped::layer_normalization),
    guarded("Less", 2..=2, 1, simple::less),
    guarded("LessOrEqual", 2..=2, 1, simple::less_or_equal),
    guarded("Log", 1..=1, 1, simple::log),
    guarded("LogSoftmax", 1..=1, 1, axes::log_softmax),
    guarded("LpNormalization", 1..=1, 1, mapped::lp_normalization),
    guarded("MatMul", 2..=2, 1, products::mat_mul),
    guarded("MatMulInteger", 2..=4, 1, products::mat_mul_integer),
    guarded("Max", 1..=MANY, 1, mapped::max),
    guarded("Mean", 1..=MANY, 1, mapped::mean),
    guarded("Min", 1..=MANY, 1, mapped::min),
    guarded("Mod", 2..=2, 1, mapped::modulo),
    guarded("Mul", 2..=2, 1, simple::mul),
    guarded("Neg", 1..=1, 1, simple::neg),
    guarded("Not", 1..=1, 1, simple::not),
    guarded("Or", 2..=2, 1, simple::or),
    guarded("Pow", 2..=2, 1, mapped::pow),
    guarded("QuantizeLinear", 2..=3, 1, eight_bits::quantize_linear),
    guarded("Range", 3..=3, 1, simple::range),
    guarded("Reciprocal", 1..=1, 1, simple::reciprocal),
    guarded("ReduceL1", 1..=2, 1, axes::reduce),
    guarded("ReduceL2", 1..=2, 1, axes::reduce),
    guarded("ReduceMax", 1..=2, 1, axes::reduce),
    guarded("ReduceMean", 1..=2, 1, axes::reduce),
    guarded("ReduceMin", 1..=2, 1, axes::reduce),
    guarded("ReduceProd", 1..=2, 1, axes::reduce),
    guarded("ReduceSum", 1..=2, 1, axes::reduce),
    guarded("ReduceSumSquare", 1..=2, 1, axes::reduce),
    guarded("Relu", 1..=1, 1, simple::relu),
    guarded("Reshape", 2..=2, 1, simple::reshape),
    guarded("Round", 1..=1, 1, simple::round),
    guarded("Shape", 1..=1, 1, axes::shape),
    guarded("Sigmoid", 1..=1, 1, simple::sigmoid),
    guarded("Sign", 1..=1, 1, simple::sign),
    guarded("Sin", 1..=1, 1, simple::sin),
    guarded("Size", 1..=1, 1, simple::size),
    guarded("Slice", 1..=5, 1, axes::slice),
    guarded("Softmax", 1..=1, 1, axes::softmax),
    guarded("Softplus", 1..=1, 1, simple::softplus),
    guarded("Split", 1..=2, MANY, axes::split),
    guarded("Sqrt", 1..=1, 1, simple::sqrt),
    guarded("Squeeze", 1..=2, 1, axes::squeeze),
    guarded("Sub", 2..=2, 1, simple::sub),
    guarded("Sum", 1..=MANY, 1, mapped::sum),
    guarded("Tanh", 1..=1, 1, simple::tanh),
    guarded("Tile", 2..=2, 1, simple::tile),
    guarded("Transpose", 1..=1, 1, axes::transpose),
    guarded("Trilu", 1..=2, 1, mapped::trilu),
    guarded("Unsqueeze", 1..=2, 1, axes::unsqueeze),
    guarded("Where", 3..=3, 1, simple::r#where),
    guarded("Xor", 2..=2, 1, simple::xor),
];

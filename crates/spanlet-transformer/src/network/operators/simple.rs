//! Operators that are tract's as they are.

use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_core::ops::element_wise::ElementWiseOp;
use tract_onnx::tract_hir::infer::InferenceRulesOp;
use tract_onnx::tract_hir::internal::{
    DatumType, Expansion, InferenceResult, OutletId, Solver, SpecialOps, StaticName, TVec, TensorProxy, TractResult,
    TypedModel, TypedOp,
};
use tract_onnx::tract_hir::ops::binary::InferenceBinOp;
use tract_onnx::tract_hir::ops::{activations, array, element_wise, logic, math, nn};

use super::guard::Guard;

type Built = TractResult<Guard>;

fn element_wise(operator: ElementWiseOp) -> Built {
    Ok(Guard::new(element_wise::ElementWiseOp(operator.0)))
}

macro_rules! element_wise {
    ($($name:ident = $operator:expr;)*) => {
        $(pub(super) fn $name(_: &ParsingContext<'_>, _: &NodeProto) -> Built {
            element_wise($operator)
        })*
    };
}

macro_rules! binary {
    ($($name:ident = $operator:expr;)*) => {
        $(pub(super) fn $name(_: &ParsingContext<'_>, _: &NodeProto) -> Built {
            Ok(Guard::new(InferenceBinOp(Box::new($operator))))
        })*
    };
}

macro_rules! expansion {
    ($($name:ident = $operator:expr;)*) => {
        $(pub(super) fn $name(_: &ParsingContext<'_>, _: &NodeProto) -> Built {
            Ok(Guard::new($operator))
        })*
    };
}

element_wise! {
    abs = math::abs();
    ceil = math::ceil();
    cos = math::cos();
    erf = math::erf();
    exp = math::exp();
    floor = math::floor();
    is_nan = math::is_nan();
    log = math::ln();
    neg = math::neg();
    not = logic::not();
    reciprocal = math::recip();
    round = math::round_half_to_even();
    sigmoid = nn::sigmoid();
    sign = math::sign();
    sin = math::sin();
    sqrt = math::sqrt();
    tanh = math::tanh();
}

binary! {
    add = math::Add;
    and = logic::And;
    equal = logic::CompEq;
    greater = logic::CompGT;
    greater_or_equal = logic::CompGTE;
    less = logic::CompLT;
    less_or_equal = logic::CompLTE;
    mul = math::Mul;
    or = logic::Or;
    sub = math::Sub;
    xor = logic::Xor;
}

expansion! {
    expand = array::MultiBroadcastTo;
    relu = activations::Clip::new(Some(0.0), None);
    size = array::Size::new(DatumType::TDim);
    softplus = activations::Softplus;
    tile = array::Tile;
    r#where = logic::Iff;
}

pub(super) fn div(_: &ParsingContext<'_>, _: &NodeProto) -> Built {
    Ok(Guard::new(InferenceBinOp(Box::new(math::Div))).divides_by(1))
}

pub(super) fn range(_: &ParsingContext<'_>, _: &NodeProto) -> Built {
    Ok(Guard::new(array::Range).divides_by(2))
}

pub(super) fn reshape(_: &ParsingContext<'_>, node: &NodeProto) -> Built {
    let keeps_zeros = node.get_attr_opt::<i64>("allowzero")?.unwrap_or(0) != 0;
    Ok(Guard::new(array::Reshape::new(keeps_zeros)))
}

/// An operator that has rules and is itself what runs.
#[derive(Clone, Debug)]
pub(super) struct Ruled<O>(pub(super) O);

impl<O: TypedOp + InferenceRulesOp + Clone> Expansion for Ruled<O> {
    fn name(&self) -> StaticName {
        self.0.name()
    }

    fn wire(&self, prefix: &str, model: &mut TypedModel, inputs: &[OutletId]) -> TractResult<TVec<OutletId>> {
        model.wire_node(prefix, self.0.clone(), inputs)
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        self.0.rules(solver, inputs, outputs)
    }
}

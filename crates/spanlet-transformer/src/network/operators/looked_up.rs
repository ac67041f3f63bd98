//! Looking values up by number: tract reads where a number points without asking whether that is inside.

use tract_onnx::tract_core::ops::cast;
use tract_onnx::tract_core::{as_op, op_as_typed_op};
use tract_onnx::tract_hir::internal::{
    DatumType, DatumTypeExt, EvalContext, EvalOp, Expansion, InferenceResult, Op, OutletId, Solver, SpecialOps,
    StaticName, TDim, TValue, TVec, Tensor, TensorProxy, TractResult, TypedFact, TypedModel, TypedOp, ensure,
};

use super::axes::resolved;

/// An operator whose second input are places along an axis of its first.
#[derive(Clone, Debug)]
pub(super) struct LookedUp {
    pub(super) inner: Box<dyn Expansion>,
    pub(super) axis: i64,
}

impl Expansion for LookedUp {
    fn name(&self) -> StaticName {
        self.inner.name()
    }

    fn wire(&self, prefix: &str, model: &mut TypedModel, inputs: &[OutletId]) -> TractResult<TVec<OutletId>> {
        let shape = model.outlet_fact(inputs[0])?.shape.to_tvec();
        let length = shape[resolved(self.axis, shape.len())].clone();
        let name = format!("{prefix}.places");
        let places = model.wire_node(format!("{name}.cast"), cast::cast(DatumType::I64), &inputs[1..2])?[0];
        let known = model.outlet_fact(places)?.konst.clone();
        let places = match (known, length.as_i64()) {
            (Some(known), Some(length)) => {
                check(&known, length)?;
                places
            }
            _ => model.wire_node(name, Inside { length }, &[places])?[0],
        };
        self.inner.wire(prefix, model, &[inputs[0], places])
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        self.inner.rules(solver, inputs, outputs)
    }
}

fn check(places: &Tensor, length: i64) -> TractResult<()> {
    for place in places.to_plain_array_view::<i64>()? {
        ensure!((-length..length).contains(place), "expected a place among {length}, found {place}");
    }
    Ok(())
}

/// Places as they are, each of which must be inside a length.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Inside {
    length: TDim,
}

impl Op for Inside {
    fn name(&self) -> StaticName {
        "Inside".into()
    }

    op_as_typed_op!();
}

impl EvalOp for Inside {
    fn eval(&self, context: &EvalContext<'_>, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        check(&inputs[0], self.length.eval_to_i64(context.symbols)?)?;
        Ok(inputs)
    }

    fn eval_out_of_plan(&self, inputs: TVec<TValue>) -> TractResult<Option<TVec<TValue>>> {
        let Some(length) = self.length.as_i64() else { return Ok(None) };
        check(&inputs[0], length)?;
        Ok(Some(inputs))
    }
}

impl TypedOp for Inside {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        Ok([DatumType::I64.fact(inputs[0].shape.clone())].into_iter().collect())
    }

    as_op!();
}

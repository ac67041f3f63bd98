//! Values that a graph gives, and such that a node asks for while it is made.

use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::{
    Expansion, InferenceResult, IntoArcTensor, OutletId, Solver, SpecialOps, StaticName, TVec, Tensor, TensorProxy,
    TractResult, TypedModel, bail, ensure, format_err, tensor0, tensor1, tvec,
};
use tract_onnx::tract_hir::ops::array;

use super::guard::Guard;

/// How many mere names a constant may have.
const MAX_NAMES: usize = 16;

pub(super) fn constant(context: &ParsingContext<'_>, node: &NodeProto) -> TractResult<Guard> {
    Ok(Guard::new(Constant(std::sync::Arc::new(value(context, node)?))))
}

fn value(context: &ParsingContext<'_>, node: &NodeProto) -> TractResult<Tensor> {
    if let Some(tensor) = node.get_attr_opt("value")? {
        context.load_tensor(tensor)
    } else if let Some(number) = node.get_attr_opt::<i64>("value_int")? {
        Ok(tensor0(number))
    } else if let Some(number) = node.get_attr_opt::<f32>("value_float")? {
        Ok(tensor0(number))
    } else if let Some(numbers) = node.get_attr_opt_slice::<i64>("value_ints")? {
        Ok(tensor1(numbers))
    } else if let Some(numbers) = node.get_attr_opt_slice::<f32>("value_floats")? {
        Ok(tensor1(numbers))
    } else {
        bail!("expected numbers as its value, found none")
    }
}

/// A value without inputs.
#[derive(Clone, Debug)]
struct Constant(std::sync::Arc<Tensor>);

impl Expansion for Constant {
    fn name(&self) -> StaticName {
        "Constant".into()
    }

    fn wire(&self, prefix: &str, model: &mut TypedModel, _: &[OutletId]) -> TractResult<TVec<OutletId>> {
        Ok(tvec![model.add_const(prefix, self.0.clone())?])
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        _: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        solver.equals(&outputs[0].value, self.0.clone())
    }
}

pub(super) fn constant_of_shape(context: &ParsingContext<'_>, node: &NodeProto) -> TractResult<Guard> {
    let value = match node.get_attr_opt("value")? {
        Some(tensor) => context.load_tensor(tensor)?,
        None => tensor0(0f32),
    };
    ensure!(value.len() == 1, "value: expected one number, found {}", value.len());
    Ok(Guard::new(array::ConstantOfShape::new(value.nth(0)?.into_arc_tensor())))
}

/// The whole numbers of an input that must be constant; `None` where it is left out.
pub(super) fn whole_numbers(
    context: &ParsingContext<'_>,
    node: &NodeProto,
    input: usize,
) -> TractResult<Option<Vec<i64>>> {
    match tensor(context, node, input)? {
        None => Ok(None),
        Some(tensor) => {
            let numbers = tensor.cast_to::<i64>()?;
            Ok(Some(numbers.to_plain_array_view::<i64>()?.iter().copied().collect()))
        }
    }
}

/// An input that must be constant; `None` where it is left out.
pub(super) fn tensor(context: &ParsingContext<'_>, node: &NodeProto, input: usize) -> TractResult<Option<Tensor>> {
    let Some(name) = node.input.get(input).filter(|name| !name.is_empty()) else { return Ok(None) };
    let found = find(context, name)?;
    found.map(Some).ok_or_else(|| format_err!("input {input}: expected a constant, found the computed value {name:?}"))
}

fn find(context: &ParsingContext<'_>, name: &str) -> TractResult<Option<Tensor>> {
    let mut name = name;
    for _ in 0..MAX_NAMES {
        // A name is of the innermost graph that has it.
        let graphs = || context.parent_graphs.iter().rev();
        if let Some(tensor) = graphs().find_map(|graph| graph.initializer.iter().find(|tensor| tensor.name == name)) {
            return Ok(Some(context.load_tensor(tensor)?));
        }
        let maker =
            graphs().find_map(|graph| graph.node.iter().find(|node| node.output.iter().any(|made| made == name)));
        match maker.map(|maker| (maker.op_type.as_str(), maker)) {
            Some(("Constant", maker)) => return Ok(Some(value(context, maker)?)),
            Some(("Identity" | "Cast", maker)) => match maker.input.first() {
                Some(input) => name = input,
                None => return Ok(None),
            },
            _ => return Ok(None),
        }
    }
    Ok(None)
}

//! Operators that name axes.

use tract_onnx::model::{ParsingContext, optional_inputs};
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_core;
use tract_onnx::tract_hir::internal::{
    DatumType, DatumTypeExt, Expansion, InferenceResult, OutletId, Solver, SpecialOps, StaticName, TVec, Tensor,
    TensorProxy, TractResult, TypedModel, bail, ensure, rctensor1, tensor1, tvec,
};
use tract_onnx::tract_hir::ops::{array, nn};

use super::constants::whole_numbers;
use super::guard::Guard;
use super::looked_up::LookedUp;
use super::simple::Ruled;

type Built = TractResult<Guard>;

/// The whole number of an attribute.
fn int(node: &NodeProto, name: &str, default: i64) -> TractResult<i64> {
    Ok(node.get_attr_opt(name)?.unwrap_or(default))
}

/// Axes as an attribute in older operator sets and as a constant input in newer ones; `None` where there are none.
fn axes(context: &ParsingContext<'_>, node: &NodeProto) -> TractResult<Option<Vec<i64>>> {
    match whole_numbers(context, node, 1)? {
        Some(axes) => Ok(Some(axes)),
        None => node.get_attr_opt_vec("axes"),
    }
}

#[allow(clippy::cast_possible_truncation, reason = "an axis is looked at before it is used")]
fn signed(axis: i64) -> isize {
    axis as isize
}

pub(super) fn concat(_: &ParsingContext<'_>, node: &NodeProto) -> Built {
    let axis = node.get_attr("axis")?;
    Ok(Guard::new(array::Concat::new(axis)).axes(&[axis]))
}

pub(super) fn flatten(_: &ParsingContext<'_>, node: &NodeProto) -> Built {
    let axis = int(node, "axis", 1)?;
    // It may stand behind the last dimension.
    let guard = Guard::new(array::Flatten::new(axis));
    Ok(if axis < 0 { guard.axes(&[axis]) } else { guard.axes(&[axis]).axes_of_more(1) })
}

pub(super) fn gather(_: &ParsingContext<'_>, node: &NodeProto) -> Built {
    let axis = int(node, "axis", 0)?;
    Ok(Guard::new(LookedUp { inner: Box::new(array::Gather::new(axis)), axis }).axes(&[axis]))
}

pub(super) fn gather_elements(_: &ParsingContext<'_>, node: &NodeProto) -> Built {
    let axis = int(node, "axis", 0)?;
    Ok(Guard::new(LookedUp { inner: Box::new(array::GatherElements::new(axis)), axis }).axes(&[axis]))
}

pub(super) fn transpose(_: &ParsingContext<'_>, node: &NodeProto) -> Built {
    let Some(order) = node.get_attr_opt_vec::<i64>("perm")? else {
        return Ok(Guard::new(array::PermuteAxes::new(None)));
    };
    let places: Result<TVec<usize>, _> = order.iter().map(|axis| usize::try_from(*axis)).collect();
    Ok(Guard::new(array::PermuteAxes::new(Some(places?))).all_axes(&order))
}

pub(super) fn squeeze(context: &ParsingContext<'_>, node: &NodeProto) -> Built {
    let axes = axes(context, node)?;
    let named = axes.clone().unwrap_or_default();
    // tract takes the last first, so that they must be in order.
    let mut sorted = named.clone();
    sorted.sort_unstable();
    let is_mixed = sorted.first().is_some_and(|first| *first < 0) && sorted.last().is_some_and(|last| *last >= 0);
    ensure!(!is_mixed, "axes: expected all counted from one end, found {named:?}");
    let squeezed = axes.map(|_| sorted.iter().map(|axis| signed(*axis)).collect());
    Ok(Guard::new(array::Squeeze::new(squeezed)).axes(&named).shown(1))
}

pub(super) fn unsqueeze(context: &ParsingContext<'_>, node: &NodeProto) -> Built {
    let Some(named) = axes(context, node)? else { bail!("axes: expected some, found none") };
    let added = named.iter().map(|axis| signed(*axis)).collect();
    Ok(Guard::new(array::AddDims::new(added)).axes(&named).axes_of_more(named.len()).shown(1))
}

pub(super) fn reduce(context: &ParsingContext<'_>, node: &NodeProto) -> Built {
    let reducer = match node.op_type.as_str() {
        "ReduceL1" => nn::Reducer::L1,
        "ReduceL2" => nn::Reducer::L2,
        "ReduceMax" => nn::Reducer::Max,
        "ReduceMean" => nn::Reducer::Mean,
        "ReduceMin" => nn::Reducer::Min,
        "ReduceProd" => nn::Reducer::Prod,
        "ReduceSumSquare" => nn::Reducer::SumSquare,
        _ => nn::Reducer::Sum,
    };
    let keeps = int(node, "keepdims", 1)? == 1;
    let does_nothing = int(node, "noop_with_empty_axes", 0)? == 1;
    let named = axes(context, node)?.unwrap_or_default();
    let axes = (!named.is_empty() || does_nothing).then(|| named.clone());
    Ok(Guard::new(nn::Reduce::new(axes, keeps, reducer)).axes(&named).shown(1))
}

pub(super) fn softmax(context: &ParsingContext<'_>, node: &NodeProto) -> Built {
    if context.onnx_operator_set_version >= 13 {
        let axis = int(node, "axis", -1)?;
        return Ok(Guard::new(nn::Softmax::new(signed(axis))).axes(&[axis]));
    }
    // Over all dimensions from this one on.
    let axis = int(node, "axis", 1)?;
    Ok(Guard::new(nn::LayerSoftmax::new(signed(axis), true)).axes(&[axis]))
}

pub(super) fn log_softmax(context: &ParsingContext<'_>, node: &NodeProto) -> Built {
    let is_old = context.onnx_operator_set_version < 13;
    let axis = int(node, "axis", if is_old { 1 } else { -1 })?;
    Ok(Guard::new(nn::LayerLogSoftmax::new(signed(axis), is_old)).axes(&[axis]))
}

pub(super) fn split(context: &ParsingContext<'_>, node: &NodeProto) -> Built {
    let axis = int(node, "axis", 0)?;
    let sizes = match whole_numbers(context, node, 1)? {
        Some(sizes) => Some(sizes),
        None => node.get_attr_opt_vec("split")?,
    };
    let outputs = node.output.len();
    let sizes = sizes.map(|sizes| sizes.iter().map(|size| usize::try_from(*size)).collect::<Result<Vec<_>, _>>());
    let sizes = sizes.transpose()?;
    ensure!(outputs > 0 && node.output.iter().all(|name| !name.is_empty()), "expected a name for every output");
    ensure!(sizes.as_ref().is_none_or(|sizes| sizes.len() == outputs), "split: expected a size for every output");
    Ok(Guard::new(array::Split::new(signed(axis), outputs, sizes)).axes(&[axis]).shown(1))
}

pub(super) fn cum_sum(context: &ParsingContext<'_>, node: &NodeProto) -> Built {
    let Some(named) = whole_numbers(context, node, 1)? else { bail!("axis: expected one, found none") };
    let [axis] = named.as_slice() else { bail!("axis: expected one, found {named:?}") };
    let is_reverse = int(node, "reverse", 0)? == 1;
    let is_exclusive = int(node, "exclusive", 0)? == 1;
    Ok(Guard::new(CumSum { axis: *axis, is_reverse, is_exclusive }).axes(&named).shown(1))
}

/// Sums of all numbers up to each along an axis, in 64 bits where shapes are computed.
#[derive(Clone, Debug)]
struct CumSum {
    axis: i64,
    is_reverse: bool,
    is_exclusive: bool,
}

impl Expansion for CumSum {
    fn name(&self) -> StaticName {
        "CumSum".into()
    }

    fn wire(&self, prefix: &str, model: &mut TypedModel, inputs: &[OutletId]) -> TractResult<TVec<OutletId>> {
        let axis = resolved(self.axis, model.outlet_fact(inputs[0])?.rank());
        let sums = tract_core::ops::array::CumSum { axis, exclusive: self.is_exclusive, reverse: self.is_reverse };
        model.wire_node(prefix, sums, inputs)
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        solver.equals(&inputs[0].datum_type, &outputs[0].datum_type)?;
        solver.equals(&inputs[0].shape, &outputs[0].shape)
    }
}

/// The axis counted from the first; it was looked at before.
pub(super) fn resolved(axis: i64, rank: usize) -> usize {
    match usize::try_from(axis) {
        Ok(axis) => axis,
        Err(_) => rank.saturating_sub(usize::try_from(axis.unsigned_abs()).unwrap_or(usize::MAX)),
    }
}

pub(super) fn slice(context: &ParsingContext<'_>, node: &NodeProto) -> Built {
    if context.onnx_operator_set_version < 10 && node.input.len() == 1 {
        return slice_of_attributes(node);
    }
    ensure!(
        node.input.iter().take(3).all(|name| !name.is_empty()) && node.input.len() >= 3,
        "expected starts and ends"
    );
    let mut optional = optional_inputs(node).skip(3);
    let (axes, steps) = (optional.next().flatten(), optional.next().flatten());
    let operator = tract_core::ops::array::StridedSlice {
        begin_mask: 0,
        end_mask: 0,
        shrink_axis_mask: 0,
        optional_axes_input: axes,
        optional_steps_input: steps,
    };
    Ok(Guard::new(Ruled(operator)).axes_and_steps(axes, steps))
}

/// As it was before operator set 10.
fn slice_of_attributes(node: &NodeProto) -> Built {
    let (starts, ends) = (node.get_attr_vec::<i64>("starts")?, node.get_attr_vec::<i64>("ends")?);
    let axes = match node.get_attr_opt_vec::<i64>("axes")? {
        Some(axes) => axes,
        None => (0..).take(starts.len()).collect(),
    };
    ensure!(starts.len() == ends.len() && starts.len() == axes.len(), "expected as many starts as ends and axes");
    let [starts, ends, numbers] = [&starts, &ends, &axes].map(|numbers| tensor1(numbers));
    Ok(Guard::new(ConstantSlice { starts, ends, axes: numbers }).axes(&axes))
}

#[derive(Clone, Debug)]
struct ConstantSlice {
    starts: Tensor,
    ends: Tensor,
    axes: Tensor,
}

impl ConstantSlice {
    fn cut(&self, prefix: &str, model: &mut TypedModel, input: OutletId) -> TractResult<TVec<OutletId>> {
        let mut inputs = tvec![input];
        for (name, tensor) in [("starts", &self.starts), ("ends", &self.ends), ("axes", &self.axes)] {
            inputs.push(model.add_const(format!("{prefix}.{name}"), tensor.clone())?);
        }
        let operator = tract_core::ops::array::StridedSlice {
            begin_mask: 0,
            end_mask: 0,
            shrink_axis_mask: 0,
            optional_axes_input: Some(3),
            optional_steps_input: None,
        };
        model.wire_node(prefix, operator, &inputs)
    }
}

impl Expansion for ConstantSlice {
    fn name(&self) -> StaticName {
        "Slice".into()
    }

    fn wire(&self, prefix: &str, model: &mut TypedModel, inputs: &[OutletId]) -> TractResult<TVec<OutletId>> {
        self.cut(prefix, model, inputs[0])
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        solver.equals(&inputs[0].datum_type, &outputs[0].datum_type)?;
        solver.equals(&inputs[0].rank, &outputs[0].rank)?;
        solver.given_2(&inputs[0].shape, &inputs[0].datum_type, move |solver, shape, element| {
            // What the operator itself says of such an input.
            let mut model = TypedModel::default();
            let input = model.add_source("input", element.fact(&shape[..]))?;
            let wires = self.cut("slice", &mut model, input)?;
            let shape = model.outlet_fact(wires[0])?.shape.to_tvec();
            solver.equals(&outputs[0].shape, shape)
        })
    }
}

pub(super) fn shape(_: &ParsingContext<'_>, node: &NodeProto) -> Built {
    Ok(Guard::new(Shape { start: int(node, "start", 0)?, end: node.get_attr_opt("end")? }))
}

/// Dimensions, from one to another.
#[derive(Clone, Debug)]
struct Shape {
    start: i64,
    end: Option<i64>,
}

impl Shape {
    fn of<D: Clone>(&self, shape: &[D]) -> Vec<D> {
        let clipped =
            |axis: i64| if axis < 0 { resolved(axis, shape.len()) } else { resolved(axis, 0).min(shape.len()) };
        let (start, end) = (clipped(self.start), self.end.map_or(shape.len(), clipped));
        shape.get(start..end).unwrap_or_default().to_vec()
    }
}

impl Expansion for Shape {
    fn name(&self) -> StaticName {
        "Shape".into()
    }

    fn wire(&self, prefix: &str, model: &mut TypedModel, inputs: &[OutletId]) -> TractResult<TVec<OutletId>> {
        let shape = self.of(&model.outlet_fact(inputs[0])?.shape.to_tvec());
        Ok(tvec![model.add_const(prefix, tensor1(&shape))?])
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        solver.equals(&outputs[0].rank, 1)?;
        solver.equals(&outputs[0].datum_type, DatumType::TDim)?;
        solver
            .given(&inputs[0].shape, move |solver, shape| solver.equals(&outputs[0].value, rctensor1(&self.of(&shape))))
    }
}

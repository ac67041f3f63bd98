//! Operators whose answer has the shape of what they are given, put together from tract's parts.

use std::fmt;
use std::sync::Arc;

use tract_onnx::model::{ParsingContext, optional_inputs};
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_core::broadcast::multi_broadcast;
use tract_onnx::tract_core::ops::binary::TypedBinOp;
use tract_onnx::tract_core::ops::cast;
use tract_onnx::tract_core::ops::nn::{Reduce, Reducer, gelu_approximate};
use tract_onnx::tract_hir::internal::{
    DatumType, Expansion, InferenceResult, IntoExp, OutletId, Solver, SpecialOps, StaticName, TDim, TVec, Tensor,
    TensorProxy, TractResult, TypedModel, TypedOp, bail, ensure, format_err, tensor0, tvec,
};
use tract_onnx::tract_hir::ops::{activations, element_wise, logic, math};

use super::axes::resolved;
use super::constants::tensor;
use super::guard::Guard;

type Built = TractResult<Guard>;

/// What the numbers of an answer are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Of {
    /// Those of an input.
    Input(usize),
    /// Of a type.
    Type(DatumType),
    /// Of the type that holds those of all inputs.
    All,
}

/// An answer of the first input's shape, of all inputs' together, or one number.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    First(Of),
    Together(Of),
    One(Of),
}

/// An operator that is put together.
#[derive(Clone)]
pub(super) struct Mapped {
    name: &'static str,
    answers: &'static [Answer],
    make: Arc<Make>,
}

type Make = dyn Fn(&mut Parts<'_>) -> TractResult<TVec<OutletId>> + Send + Sync;

impl fmt::Debug for Mapped {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

impl Mapped {
    pub(super) fn guarded(
        name: &'static str,
        answers: &'static [Answer],
        make: impl Fn(&mut Parts<'_>) -> TractResult<TVec<OutletId>> + Send + Sync + 'static,
    ) -> Guard {
        Guard::new(Self { name, answers, make: Arc::new(make) })
    }
}

/// What an operator is put together in.
pub(super) struct Parts<'m> {
    prefix: &'m str,
    model: &'m mut TypedModel,
    pub(super) inputs: &'m [OutletId],
}

impl Parts<'_> {
    /// Adds a part whose inputs have one rank.
    pub(super) fn add(
        &mut self,
        name: &str,
        operator: impl Into<Box<dyn TypedOp>>,
        inputs: &[OutletId],
    ) -> TractResult<OutletId> {
        Ok(self.model.wire_node(format!("{}.{name}", self.prefix), operator, inputs)?[0])
    }

    /// Adds a part whose inputs may lack dimensions at the front.
    pub(super) fn join(&mut self, name: &str, operator: TypedBinOp, inputs: [OutletId; 2]) -> TractResult<OutletId> {
        let name = format!("{}.{name}", self.prefix);
        Ok(logic::wire_with_rank_broadcast(name, self.model, operator, &inputs)?[0])
    }

    pub(super) fn constant(&mut self, name: &str, value: impl Into<Tensor>) -> TractResult<OutletId> {
        self.model.add_const(format!("{}.{name}", self.prefix), value.into())
    }

    /// A number of the type that another value has.
    pub(super) fn number(&mut self, name: &str, number: f32, like: OutletId) -> TractResult<OutletId> {
        let number = tensor0(number).cast_to_dt(self.element(like)?)?.into_owned();
        self.constant(name, number)
    }

    pub(super) fn cast(&mut self, name: &str, value: OutletId, element: DatumType) -> TractResult<OutletId> {
        if self.element(value)? == element { Ok(value) } else { self.add(name, cast::cast(element), &[value]) }
    }

    pub(super) fn element(&self, value: OutletId) -> TractResult<DatumType> {
        Ok(self.model.outlet_fact(value)?.datum_type)
    }

    pub(super) fn shape(&self, value: OutletId) -> TractResult<TVec<TDim>> {
        Ok(self.model.outlet_fact(value)?.shape.to_tvec())
    }

    pub(super) fn rank(&self, value: OutletId) -> TractResult<usize> {
        Ok(self.model.outlet_fact(value)?.rank())
    }

    pub(super) fn expand(
        &mut self,
        name: &str,
        operator: &dyn Expansion,
        inputs: &[OutletId],
    ) -> TractResult<OutletId> {
        Ok(operator.wire(&format!("{}.{name}", self.prefix), self.model, inputs)?[0])
    }
}

impl Expansion for Mapped {
    fn name(&self) -> StaticName {
        self.name.into()
    }

    fn nboutputs(&self) -> TractResult<usize> {
        Ok(self.answers.len())
    }

    fn wire(&self, prefix: &str, model: &mut TypedModel, inputs: &[OutletId]) -> TractResult<TVec<OutletId>> {
        (self.make)(&mut Parts { prefix, model, inputs })
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        ensure!(
            outputs.len() == self.answers.len(),
            "expected {} outputs, found {}",
            self.answers.len(),
            outputs.len()
        );
        for (answer, output) in self.answers.iter().zip(outputs) {
            let (Answer::First(of) | Answer::Together(of) | Answer::One(of)) = answer;
            match answer {
                Answer::First(_) => solver.equals(&inputs[0].shape, &output.shape)?,
                Answer::One(_) => solver.equals(&output.rank, 0)?,
                Answer::Together(_) => {
                    solver.given_all(
                        inputs.iter().map(|input| &input.shape),
                        move |solver, shapes: Vec<TVec<TDim>>| solver.equals(&output.shape, multi_broadcast(&shapes)?),
                    )?;
                }
            }
            match of {
                Of::Input(index) => solver.equals(&inputs[*index].datum_type, &output.datum_type)?,
                Of::Type(element) => solver.equals(&output.datum_type, element.bex())?,
                Of::All => {
                    let elements = inputs.iter().map(|input| &input.datum_type);
                    solver.given_all(elements, move |solver, elements: Vec<DatumType>| {
                        solver.equals(&output.datum_type, widest(&elements)?)
                    })?;
                }
            }
        }
        Ok(())
    }
}

/// The type that holds the numbers of all.
fn widest(elements: &[DatumType]) -> TractResult<DatumType> {
    DatumType::super_type_for(elements)
        .ok_or_else(|| format_err!("expected numbers that go together, found {elements:?}"))
}

pub(super) fn identity(_: &ParsingContext<'_>, _: &NodeProto) -> Built {
    Ok(Mapped::guarded("Identity", &[Answer::First(Of::Input(0))], |parts| Ok(parts.inputs.into())))
}

/// Numbers of another type. Whole ones of 64 bits may count pieces, which tract has a type for.
pub(super) fn cast(_: &ParsingContext<'_>, node: &NodeProto) -> Built {
    let to = match node.get_attr::<DatumType>("to")? {
        DatumType::I64 => DatumType::TDim,
        DatumType::String => bail!("to: expected a type of numbers, found strings"),
        to => to,
    };
    const fn answer(element: DatumType) -> [Answer; 1] {
        [Answer::First(Of::Type(element))]
    }
    static ANSWERS: [(DatumType, [Answer; 1]); 12] = [
        (DatumType::TDim, answer(DatumType::TDim)),
        (DatumType::Bool, answer(DatumType::Bool)),
        (DatumType::F16, answer(DatumType::F16)),
        (DatumType::F32, answer(DatumType::F32)),
        (DatumType::F64, answer(DatumType::F64)),
        (DatumType::I8, answer(DatumType::I8)),
        (DatumType::I16, answer(DatumType::I16)),
        (DatumType::I32, answer(DatumType::I32)),
        (DatumType::U8, answer(DatumType::U8)),
        (DatumType::U16, answer(DatumType::U16)),
        (DatumType::U32, answer(DatumType::U32)),
        (DatumType::U64, answer(DatumType::U64)),
    ];
    let answers = ANSWERS.iter().find(|(element, _)| *element == to);
    let Some((_, answers)) = answers else { bail!("to: expected a type of numbers, found {to:?}") };
    // A node even where nothing changes: its name is the value's.
    Ok(Mapped::guarded("Cast", answers, move |parts| {
        Ok(tvec![parts.add("cast", cast::cast(to), &parts.inputs[..1])?])
    }))
}

pub(super) fn cast_like(_: &ParsingContext<'_>, _: &NodeProto) -> Built {
    Ok(Mapped::guarded("CastLike", &[Answer::First(Of::Input(1))], |parts| {
        let element = parts.element(parts.inputs[1])?;
        Ok(tvec![parts.cast("cast", parts.inputs[0], element)?])
    }))
}

/// In use nothing is dropped.
pub(super) fn dropout(context: &ParsingContext<'_>, node: &NodeProto) -> Built {
    if let Some(trains) = tensor(context, node, 2)? {
        ensure!(!trains.cast_to_scalar::<bool>()?, "training_mode: expected false, found true");
    }
    const ANSWERS: &[Answer] = &[Answer::First(Of::Input(0)), Answer::First(Of::Type(DatumType::Bool))];
    let has_mask = node.output.get(1).is_some_and(|name| !name.is_empty());
    let answers = if has_mask { ANSWERS } else { &ANSWERS[..1] };
    let guard = Mapped::guarded("Dropout", answers, move |parts| {
        let input = parts.inputs[0];
        let mut made = tvec![input];
        if has_mask {
            let keeps = parts.constant("keeps", tensor0(true))?;
            let shape = parts.shape(input)?;
            made.push(parts.add(
                "mask",
                tract_onnx::tract_core::ops::array::MultiBroadcastTo::new(shape.into()),
                &[keeps],
            )?);
        }
        Ok(made)
    });
    Ok(guard.shown(1))
}

pub(super) fn clip(context: &ParsingContext<'_>, node: &NodeProto) -> Built {
    if context.onnx_operator_set_version < 11 {
        return Ok(Guard::new(activations::Clip::new(node.get_attr_opt("min")?, node.get_attr_opt("max")?)));
    }
    let mut bounds = optional_inputs(node).skip(1);
    let bounds = [("least", bounds.next().flatten()), ("most", bounds.next().flatten())];
    Ok(Mapped::guarded("Clip", &[Answer::First(Of::Input(0))], move |parts| {
        let mut value = parts.inputs[0];
        for (name, bound) in bounds {
            let Some(bound) = bound else { continue };
            let bound = parts.cast(&format!("{name}.cast"), parts.inputs[bound], parts.element(value)?)?;
            let operator = if name == "least" { math::max() } else { math::min() };
            value = parts.join(name, operator, [value, bound])?;
        }
        Ok(tvec![value])
    }))
}

/// One after the other, in the type that holds all.
fn folded(name: &'static str, operator: fn() -> TypedBinOp, is_mean: bool) -> Guard {
    Mapped::guarded(name, &[Answer::Together(Of::All)], move |parts| {
        let elements: TractResult<Vec<DatumType>> = parts.inputs.iter().map(|input| parts.element(*input)).collect();
        let element = widest(&elements?)?;
        let mut sum = parts.cast("cast.0", parts.inputs[0], element)?;
        for (index, input) in parts.inputs.iter().enumerate().skip(1) {
            let input = parts.cast(&format!("cast.{index}"), *input, element)?;
            sum = parts.join(&format!("with.{index}"), operator(), [sum, input])?;
        }
        if is_mean {
            #[allow(clippy::cast_precision_loss, reason = "a number of inputs")]
            let count = parts.number("count", parts.inputs.len() as f32, sum)?;
            sum = parts.join("mean", math::div(), [sum, count])?;
        }
        Ok(tvec![sum])
    })
}

pub(super) fn max(_: &ParsingContext<'_>, _: &NodeProto) -> Built {
    Ok(folded("Max", math::max, false))
}

pub(super) fn min(_: &ParsingContext<'_>, _: &NodeProto) -> Built {
    Ok(folded("Min", math::min, false))
}

pub(super) fn sum(_: &ParsingContext<'_>, _: &NodeProto) -> Built {
    Ok(folded("Sum", math::add, false))
}

pub(super) fn mean(_: &ParsingContext<'_>, _: &NodeProto) -> Built {
    Ok(folded("Mean", math::add, true))
}

/// Numbers with a fraction if either has one.
pub(super) fn pow(_: &ParsingContext<'_>, _: &NodeProto) -> Built {
    Ok(Mapped::guarded("Pow", &[Answer::Together(Of::Input(0))], |parts| {
        let [base, exponent] = [parts.inputs[0], parts.inputs[1]];
        let (of_base, of_exponent) = (parts.element(base)?, parts.element(exponent)?);
        let element = if of_base.is_float() == of_exponent.is_float() {
            widest(&[of_base, of_exponent])?
        } else {
            DatumType::F64
        };
        let base = parts.cast("base", base, element)?;
        let exponent = parts.cast("exponent", exponent, element)?;
        let power = parts.join("pow", math::pow(), [base, exponent])?;
        Ok(tvec![parts.cast("cast", power, of_base)?])
    }))
}

/// The remainder with the divisor's sign, or with `fmod` the dividend's.
pub(super) fn modulo(_: &ParsingContext<'_>, node: &NodeProto) -> Built {
    let is_of_dividend = node.get_attr_opt::<i64>("fmod")?.unwrap_or(0) == 1;
    let guard = Mapped::guarded("Mod", &[Answer::Together(Of::All)], move |parts| {
        let element = widest(&[parts.element(parts.inputs[0])?, parts.element(parts.inputs[1])?])?;
        let dividend = parts.cast("dividend", parts.inputs[0], element)?;
        let divisor = parts.cast("divisor", parts.inputs[1], element)?;
        let rest = parts.join("rest", math::rem(), [dividend, divisor])?;
        if is_of_dividend || element.is_unsigned() || element == DatumType::TDim {
            return Ok(tvec![rest]);
        }
        // Of two numbers with the same sign, the second remainder changes nothing.
        let moved = parts.join("moved", math::add(), [rest, divisor])?;
        Ok(tvec![parts.join("rest.of.moved", math::rem(), [moved, divisor])?])
    });
    Ok(guard.divides_by(1))
}

pub(super) fn gelu(_: &ParsingContext<'_>, node: &NodeProto) -> Built {
    if node.get_attr_opt::<&str>("approximate")? == Some("tanh") {
        return Ok(Guard::new(element_wise::ElementWiseOp(gelu_approximate::gelu_approximate(false).0)));
    }
    Ok(Mapped::guarded("Gelu", &[Answer::First(Of::Input(0))], |parts| {
        let input = parts.inputs[0];
        let root = parts.number("root", std::f32::consts::FRAC_1_SQRT_2, input)?;
        let (half, one) = (parts.number("half", 0.5, input)?, parts.number("one", 1.0, input)?);
        let scaled = parts.join("scaled", math::mul(), [input, root])?;
        let error = parts.add("erf", math::erf(), &[scaled])?;
        let share = parts.join("share", math::add(), [error, one])?;
        let halved = parts.join("halved", math::mul(), [input, half])?;
        Ok(tvec![parts.join("gelu", math::mul(), [halved, share])?])
    }))
}

/// In 32 bits whatever the numbers have.
pub(super) fn layer_normalization(_: &ParsingContext<'_>, node: &NodeProto) -> Built {
    let axis: i64 = node.get_attr_opt("axis")?.unwrap_or(-1);
    let epsilon: f32 = node.get_attr_opt("epsilon")?.unwrap_or(1e-5);
    let guard = Mapped::guarded("LayerNormalization", &[Answer::First(Of::Input(0))], move |parts| {
        let element = parts.element(parts.inputs[0])?;
        let shape = parts.shape(parts.inputs[0])?;
        let axes: TVec<usize> = (resolved(axis, shape.len())..shape.len()).collect();
        let count = axes.iter().map(|axis| shape[*axis].clone()).product::<TDim>();
        let value = parts.cast("value", parts.inputs[0], DatumType::F32)?;
        let count = parts.constant("count", tensor0(count))?;
        let count = parts.cast("count.cast", count, DatumType::F32)?;
        let mean = |parts: &mut Parts<'_>, name: &str, value: OutletId| {
            let sum = Reduce { axes: axes.clone(), reducer: Reducer::Sum };
            let sum = parts.add(&format!("{name}.sum"), sum, &[value])?;
            parts.join(name, math::div(), [sum, count])
        };
        let center = mean(parts, "center", value)?;
        let distance = parts.join("distance", math::sub(), [value, center])?;
        let squared = parts.add("squared", math::square(), &[distance])?;
        let variance = mean(parts, "variance", squared)?;
        let epsilon = parts.number("epsilon", epsilon, variance)?;
        let variance = parts.join("above.zero", math::add(), [variance, epsilon])?;
        let scale = parts.add("scale", math::rsqrt(), &[variance])?;
        let mut normal = parts.join("normal", math::mul(), [distance, scale])?;
        for (index, name) in [(1, "gain"), (2, "bias")] {
            let Some(weights) = parts.inputs.get(index) else { continue };
            let weights = parts.cast(&format!("{name}.cast"), *weights, DatumType::F32)?;
            normal = parts.join(name, if index == 1 { math::mul() } else { math::add() }, [normal, weights])?;
        }
        Ok(tvec![parts.cast("cast", normal, element)?])
    });
    Ok(guard.axes(&[axis]))
}

/// Zeros stay zeros.
pub(super) fn lp_normalization(_: &ParsingContext<'_>, node: &NodeProto) -> Built {
    let axis: i64 = node.get_attr_opt("axis")?.unwrap_or(-1);
    let power: i64 = node.get_attr_opt("p")?.unwrap_or(2);
    ensure!(power == 1 || power == 2, "p: expected 1 or 2, found {power}");
    let guard = Mapped::guarded("LpNormalization", &[Answer::First(Of::Input(0))], move |parts| {
        use tract_onnx::tract_hir::ops::nn;
        let input = parts.inputs[0];
        let reducer = if power == 1 { nn::Reducer::L1 } else { nn::Reducer::L2 };
        let length = parts.expand("length", &nn::Reduce::new(Some(vec![axis]), true, reducer), &[input])?;
        // Less than any other length, and a length of 0 has only zeros over it.
        let least = parts.number("least", f32::MIN_POSITIVE, input)?;
        let length = parts.join("above.zero", math::max(), [length, least])?;
        Ok(tvec![parts.join("normal", math::div(), [input, length])?])
    });
    Ok(guard.axes(&[axis]))
}

/// One of the two triangles of each matrix.
pub(super) fn trilu(context: &ParsingContext<'_>, node: &NodeProto) -> Built {
    let is_upper = node.get_attr_opt::<i64>("upper")?.unwrap_or(1) == 1;
    let offset = super::constants::whole_numbers(context, node, 1)?.unwrap_or_else(|| vec![0]);
    let [offset] = offset.as_slice() else { bail!("k: expected one number, found {}", offset.len()) };
    // Farther is the same: no matrix has so many rows.
    let offset = (*offset).clamp(-(1 << 40), 1 << 40);
    let guard = Mapped::guarded("Trilu", &[Answer::First(Of::Input(0))], move |parts| {
        let offset = parts.constant("k", tensor0(offset))?;
        let operator = tract_onnx::tract_core::ops::array::Trilu { upper: is_upper };
        Ok(tvec![parts.add("trilu", operator, &[parts.inputs[0], offset])?])
    });
    Ok(guard.shown(1).least_rank(2))
}

/// Numbers in a shape that goes along one axis of others.
pub(super) fn along(numbers: &Tensor, axis: i64, rank: usize) -> TractResult<Tensor> {
    if numbers.len() == 1 {
        return numbers.clone().into_shape(&vec![1; rank]);
    }
    let axis = resolved(axis, rank);
    ensure!(axis < rank && numbers.rank() == 1, "expected one number, or one for each along axis {axis}");
    let mut shape = vec![1; rank];
    shape[axis] = numbers.len();
    numbers.clone().into_shape(&shape)
}

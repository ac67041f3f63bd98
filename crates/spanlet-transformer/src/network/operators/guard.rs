//! What stands before each of tract's operators: it refuses what they would index out of bounds, or take memory for
//! without end.

use tract_onnx::prelude::{TDim, TVec, TractResult};
use tract_onnx::tract_hir::internal::{
    DatumType, Expansion, InferenceModel, InferenceNode, InferenceResult, OutletId, Solver, StaticName, SymbolValues,
    Tensor, TensorProxy, TypedFact, TypedModel, bail, ensure,
};

/// The most bytes of one value.
pub(in crate::network) const MAX_BYTES: usize = 1 << 30;
/// What stands for the number of pieces in shapes.
pub(in crate::network) const PIECES: &str = "pieces";
/// The most dimensions of a value. Encoders have up to five.
const MAX_RANK: usize = 8;
/// The greatest dimension.
const MAX_DIMENSION: i64 = 1 << 30;
/// The most characters of a formula of the number of pieces.
const MAX_FORMULA: usize = 256;
/// How many pieces a text is thought to have while nothing is computed yet.
pub(in crate::network) const NOMINAL_PIECES: usize = 512;

/// Axes that a node names: they must be of the first input's rank, and no two the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Axes {
    pub(super) named: Vec<i64>,
    /// How many more dimensions than the input's there are to name.
    pub(super) more: usize,
    /// Whether the input must have as many dimensions as are named.
    pub(super) is_all: bool,
}

/// An operator, and what is looked at before it.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    inner: Box<dyn Expansion>,
    axes: Axes,
    /// How many of the inputs it is shown; others were read when it was made.
    shown: usize,
    /// The least rank of every input that it is shown.
    least_rank: usize,
    /// Which input others are divided by.
    divisor: Option<usize>,
    /// Which inputs are axes, and by how much to step along each.
    axes_and_steps: [Option<usize>; 2],
}

impl Guard {
    pub(super) fn new(inner: impl Expansion) -> Self {
        Self {
            inner: Box::new(inner),
            axes: Axes::default(),
            shown: usize::MAX,
            least_rank: 0,
            divisor: None,
            axes_and_steps: [None; 2],
        }
    }

    /// One that names axes of its first input.
    pub(super) fn axes(self, named: &[i64]) -> Self {
        Self { axes: Axes { named: named.to_vec(), ..self.axes }, ..self }
    }

    /// One whose axes count in so many more dimensions than the input has.
    pub(super) fn axes_of_more(self, more: usize) -> Self {
        Self { axes: Axes { more, ..self.axes }, ..self }
    }

    /// One that names all axes.
    pub(super) fn all_axes(self, named: &[i64]) -> Self {
        Self { axes: Axes { named: named.to_vec(), more: 0, is_all: true }, ..self }
    }

    pub(super) fn shown(self, shown: usize) -> Self {
        Self { shown, ..self }
    }

    pub(super) fn least_rank(self, least_rank: usize) -> Self {
        Self { least_rank, ..self }
    }

    /// One that divides by an input.
    pub(super) fn divides_by(self, input: usize) -> Self {
        Self { divisor: Some(input), ..self }
    }

    /// One that is given axes and steps, which must be constant.
    pub(super) fn axes_and_steps(self, axes: Option<usize>, steps: Option<usize>) -> Self {
        Self { axes_and_steps: [axes, steps], ..self }
    }

    fn count_shown(&self, inputs: usize) -> usize {
        inputs.min(self.shown)
    }

    fn check_typed(&self, model: &TypedModel, inputs: &[OutletId]) -> TractResult<()> {
        for (index, input) in inputs.iter().enumerate() {
            let rank = model.outlet_fact(*input)?.rank();
            ensure!(rank >= self.least_rank, "expected inputs of rank {} at least, found {rank}", self.least_rank);
            if index == 0 {
                self.axes.check(rank)?;
            }
            check_formulas(model.outlet_fact(*input)?)?;
        }
        let [axes, steps] = self.axes_and_steps;
        if let Some(axes) = axes.and_then(|axes| inputs.get(axes)) {
            let named = whole_numbers(model.outlet_fact(*axes)?.konst.as_deref())?;
            Axes { named, ..Axes::default() }.check(model.outlet_fact(inputs[0])?.rank())?;
        }
        if let Some(steps) = steps.and_then(|steps| inputs.get(steps)) {
            let steps = whole_numbers(model.outlet_fact(*steps)?.konst.as_deref())?;
            let is_small = |step: &i64| *step != 0 && i32::try_from(*step).is_ok_and(|step| step != i32::MIN);
            ensure!(steps.iter().all(is_small), "expected steps other than 0, found {steps:?}");
        }
        match self.divisor.and_then(|divisor| inputs.get(divisor)) {
            Some(divisor) => check_divisor(model.outlet_fact(*divisor)?),
            None => Ok(()),
        }
    }
}

/// Numbers that are formulas of the number of pieces must be short ones: they are worked on without a bound.
fn check_formulas(fact: &TypedFact) -> TractResult<()> {
    let Some(numbers) = fact.konst.as_ref().filter(|numbers| numbers.datum_type() == DatumType::TDim) else {
        return Ok(());
    };
    for number in numbers.to_plain_array_view::<TDim>()? {
        ensure!(is_short(number), "expected a short formula of the number of pieces, found {number}");
    }
    Ok(())
}

fn is_short(number: &TDim) -> bool {
    number.as_i64().is_some() || number.to_string().len() <= MAX_FORMULA
}

/// The numbers of a constant.
fn whole_numbers(constant: Option<&Tensor>) -> TractResult<Vec<i64>> {
    let Some(constant) = constant else { bail!("expected a constant, found a computed value") };
    let numbers = constant.cast_to::<i64>()?;
    Ok(numbers.to_plain_array_view::<i64>()?.iter().copied().collect())
}

/// Whole numbers cannot be divided by 0, nor each by -1: so the divisor is one that is known.
fn check_divisor(divisor: &TypedFact) -> TractResult<()> {
    if divisor.datum_type.is_float() {
        return Ok(());
    }
    let Some(numbers) = &divisor.konst else { bail!("expected whole numbers to be divided by a constant") };
    let numbers = numbers.cast_to::<TDim>()?;
    for number in numbers.to_plain_array_view::<TDim>()? {
        // A formula of how many pieces there are is not a constant, and is divided by as one.
        ensure!(number.as_i64().is_none_or(|number| number > 0), "expected a divisor above 0, found {number}");
    }
    Ok(())
}

impl Axes {
    fn check(&self, rank: usize) -> TractResult<()> {
        let rank = rank + self.more;
        ensure!(rank <= MAX_RANK, "expected at most {MAX_RANK} dimensions, found {rank}");
        if self.is_all && self.named.len() != rank {
            bail!("expected {} dimensions, found {rank}", self.named.len());
        }
        let mut is_named = [false; MAX_RANK];
        for axis in &self.named {
            #[allow(clippy::cast_possible_wrap, reason = "at most 8")]
            let signed = rank as i64;
            let index = if *axis < 0 { axis.saturating_add(signed) } else { *axis };
            let slot =
                usize::try_from(index).ok().filter(|index| *index < rank).and_then(|index| is_named.get_mut(index));
            let Some(slot) = slot else { bail!("expected axes of {rank} dimensions, found {axis}") };
            ensure!(!*slot, "expected each axis once, found {axis} twice");
            *slot = true;
        }
        Ok(())
    }
}

impl Expansion for Guard {
    fn name(&self) -> StaticName {
        self.inner.name()
    }

    fn nboutputs(&self) -> TractResult<usize> {
        self.inner.nboutputs()
    }

    fn wire(&self, prefix: &str, model: &mut TypedModel, inputs: &[OutletId]) -> TractResult<TVec<OutletId>> {
        let inputs = &inputs[..self.count_shown(inputs.len())];
        self.check_typed(model, inputs)?;
        let first = model.nodes.len();
        let wires = self.inner.wire(prefix, model, inputs)?;
        check_made(model, first)?;
        Ok(wires)
    }

    fn wire_with_inference_model_and_node(
        &self,
        prefix: &str,
        source: &InferenceModel,
        node: &InferenceNode,
        model: &mut TypedModel,
        inputs: &[OutletId],
    ) -> TractResult<TVec<OutletId>> {
        let inputs = &inputs[..self.count_shown(inputs.len())];
        self.check_typed(model, inputs)?;
        let first = model.nodes.len();
        let wires = self.inner.wire_with_inference_model_and_node(prefix, source, node, model, inputs)?;
        check_made(model, first)?;
        Ok(wires)
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        let inputs = &inputs[..self.count_shown(inputs.len())];
        for (index, input) in inputs.iter().enumerate() {
            solver.given(&input.rank, move |_, rank| {
                let rank = usize::try_from(rank)?;
                ensure!(rank >= self.least_rank, "expected inputs of rank {} at least, found {rank}", self.least_rank);
                if index == 0 { self.axes.check(rank) } else { Ok(()) }
            })?;
        }
        self.inner.rules(solver, inputs, outputs)?;
        for output in outputs {
            solver.given(&output.shape, move |_, shape| check_size(&shape, 1))?;
        }
        Ok(())
    }
}

/// What an operator has added to a model, of which nothing may be too large.
fn check_made(model: &TypedModel, first: usize) -> TractResult<()> {
    for node in model.nodes.get(first..).unwrap_or_default() {
        for output in &node.outputs {
            check_size(&output.fact.shape.to_tvec(), bytes(output.fact.datum_type))?;
        }
    }
    Ok(())
}

fn check_size(shape: &[TDim], bytes: usize) -> TractResult<()> {
    match concrete(shape, NOMINAL_PIECES).and_then(|count| count.checked_mul(bytes)) {
        Some(size) if size <= MAX_BYTES => Ok(()),
        _ => bail!("expected values of at most {MAX_BYTES} bytes, found one of shape {}", shown(shape)),
    }
}

fn shown(shape: &[TDim]) -> String {
    let dims: Vec<String> = shape.iter().map(ToString::to_string).collect();
    format!("[{}]", dims.join(", "))
}

/// How many numbers a shape has for a text of so many pieces; `None` if that fits no memory.
pub(in crate::network) fn concrete(shape: &[TDim], pieces: usize) -> Option<usize> {
    let pieces = i64::try_from(pieces).ok()?;
    let mut count = 1usize;
    for dim in shape {
        let dim = match dim.as_i64() {
            Some(dim) => dim,
            None if !is_short(dim) => return None,
            None => {
                let mut values = SymbolValues::default();
                for symbol in dim.symbols() {
                    // Others stand for what is seen only when a text is answered.
                    if symbol.to_string() != PIECES {
                        return None;
                    }
                    values.set(&symbol, pieces);
                }
                dim.eval_to_i64(&values).ok()?
            }
        };
        let dim = usize::try_from(dim).ok().filter(|_| dim <= MAX_DIMENSION)?;
        count = count.checked_mul(dim)?;
    }
    (shape.len() <= MAX_RANK).then_some(count)
}

/// How many bytes a number takes; shapes are computed with numbers that are formulas.
pub(in crate::network) fn bytes(element: DatumType) -> usize {
    element.size_of()
}

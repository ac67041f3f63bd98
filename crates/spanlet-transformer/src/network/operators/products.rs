//! Products of matrices.

use tract_onnx::model::{ParsingContext, optional_inputs};
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_core::ops::einsum::EinSum;
use tract_onnx::tract_hir::internal::{
    AxesMapping, DatumType, Expansion, InferenceResult, IntoExp, OutletId, Solver, SpecialOps, StaticName, TVec,
    TensorProxy, TractResult, TypedModel, bail, ensure, tensor0, tvec,
};
use tract_onnx::tract_hir::ops::matmul::{MatMulInference, compute_shapes};
use tract_onnx::tract_hir::ops::{binary, logic, math};

use super::guard::Guard;

type Built = TractResult<Guard>;

pub(super) fn mat_mul(_: &ParsingContext<'_>, _: &NodeProto) -> Built {
    Ok(Guard::new(MatMulInference::default()).least_rank(1))
}

pub(super) fn gemm(_: &ParsingContext<'_>, node: &NodeProto) -> Built {
    let flag = |name: &str| -> TractResult<bool> { Ok(node.get_attr_opt::<i64>(name)?.unwrap_or(0) != 0) };
    Ok(Guard::new(Gemm {
        alpha: node.get_attr_opt("alpha")?.unwrap_or(1.0),
        beta: node.get_attr_opt("beta")?.unwrap_or(1.0),
        is_turned: [flag("transA")?, flag("transB")?],
    }))
}

/// `alpha * A * B + beta * C`, of two matrices.
#[derive(Clone, Debug)]
struct Gemm {
    alpha: f32,
    beta: f32,
    is_turned: [bool; 2],
}

impl Expansion for Gemm {
    fn name(&self) -> StaticName {
        "Gemm".into()
    }

    fn wire(&self, prefix: &str, model: &mut TypedModel, inputs: &[OutletId]) -> TractResult<TVec<OutletId>> {
        for input in &inputs[..2] {
            let rank = model.outlet_fact(*input)?.rank();
            ensure!(rank == 2, "expected matrices, found {rank} dimensions");
        }
        let [first, second] = [["mk", "km"], ["kn", "nk"]];
        let axes = format!("{},{}->mn", first[usize::from(self.is_turned[0])], second[usize::from(self.is_turned[1])]);
        let element = model.outlet_fact(inputs[0])?.datum_type;
        let product = EinSum { axes: axes.parse()?, operating_dt: element, q_params: None };
        let mut sum = model.wire_node(format!("{prefix}.product"), product, &inputs[..2])?[0];
        let scaled = |model: &mut TypedModel, name: &str, factor: f32, value: OutletId| -> TractResult<OutletId> {
            #[allow(clippy::float_cmp, reason = "exactly 1 changes nothing")]
            if factor == 1.0 {
                return Ok(value);
            }
            let factor = tensor0(factor).cast_to_dt(element)?.into_owned();
            let factor = model.add_const(format!("{prefix}.{name}"), factor)?;
            let name = format!("{prefix}.{name}.scaled");
            Ok(logic::wire_with_rank_broadcast(name, model, math::mul(), &[value, factor])?[0])
        };
        sum = scaled(model, "alpha", self.alpha, sum)?;
        if let Some(added) = inputs.get(2) {
            let added = scaled(model, "beta", self.beta, *added)?;
            sum = logic::wire_with_rank_broadcast(format!("{prefix}.sum"), model, math::add(), &[sum, added])?[0];
        }
        Ok(tvec![sum])
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        for input in inputs {
            solver.equals(&input.datum_type, &outputs[0].datum_type)?;
        }
        for (side, input) in inputs[..2].iter().enumerate() {
            let kept = side ^ usize::from(self.is_turned[side]);
            solver.equals(&input.rank, 2)?;
            solver.equals(&input.shape[kept], &outputs[0].shape[side])?;
        }
        let [inner_of_first, inner_of_second] = [usize::from(!self.is_turned[0]), usize::from(self.is_turned[1])];
        solver.equals(&outputs[0].rank, 2)?;
        solver.equals(&inputs[0].shape[inner_of_first], &inputs[1].shape[inner_of_second])
    }
}

pub(super) fn mat_mul_integer(_: &ParsingContext<'_>, node: &NodeProto) -> Built {
    let mut zeros = optional_inputs(node).skip(2);
    let zeros = [zeros.next().flatten(), zeros.next().flatten()];
    Ok(Guard::new(MatMulInteger { zeros }).least_rank(0))
}

/// A product of whole numbers of 8 bits, each less its zero.
#[derive(Clone, Debug)]
struct MatMulInteger {
    /// Which inputs are the zeros of the two factors.
    zeros: [Option<usize>; 2],
}

impl Expansion for MatMulInteger {
    fn name(&self) -> StaticName {
        "MatMulInteger".into()
    }

    fn wire(&self, prefix: &str, model: &mut TypedModel, inputs: &[OutletId]) -> TractResult<TVec<OutletId>> {
        let mut taken = binary::wire_rank_broadcast(prefix, model, &inputs[..2])?;
        let rank = model.outlet_fact(taken[0])?.rank();
        ensure!(rank >= 2, "expected matrices, found {rank} dimensions");
        for input in &taken {
            let element = model.outlet_fact(*input)?.datum_type;
            ensure!(matches!(element, DatumType::I8 | DatumType::U8), "expected numbers of 8 bits, found {element:?}");
        }
        taken.push(model.add_const(format!("{prefix}.bias"), tensor0(0i32))?);
        // A zero and a scale for either factor and the product; a zero may be one for all, or one a row or column.
        let mut letters = [""; 2];
        for (side, zero) in self.zeros.iter().enumerate() {
            taken.push(match zero.and_then(|zero| inputs.get(zero)) {
                None => model.add_const(format!("{prefix}.zero.{side}"), tensor0(0i32))?,
                Some(zero) => {
                    letters[side] = match model.outlet_fact(*zero)?.rank() {
                        0 => "",
                        1 => ["m", "n"][side],
                        rank => bail!("expected zeros of one dimension, found {rank}"),
                    };
                    *zero
                }
            });
            taken.push(model.add_const(format!("{prefix}.scale.{side}"), tensor0(1f32))?);
        }
        taken.push(model.add_const(format!("{prefix}.zero"), tensor0(0i32))?);
        taken.push(model.add_const(format!("{prefix}.scale"), tensor0(1f32))?);
        let outer: String = ('a'..).take(rank - 2).collect();
        let [first, second] = letters;
        let axes: AxesMapping = format!("{outer}mk,{outer}kn,,{first},,{second},,,->{outer}mn").parse()?;
        let product = EinSum { axes, operating_dt: DatumType::I32, q_params: Some(DatumType::I32) };
        model.wire_node(prefix, product, &taken)
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        solver.equals(&outputs[0].datum_type, DatumType::I32.bex())?;
        for (side, zero) in self.zeros.iter().enumerate() {
            if let Some(zero) = zero.and_then(|zero| inputs.get(zero)) {
                solver.equals(&zero.datum_type, &inputs[side].datum_type)?;
            }
        }
        solver.given_2(&inputs[0].shape, &inputs[1].shape, move |solver, first, second| {
            ensure!(!first.is_empty() && !second.is_empty(), "expected matrices, found a number");
            let (_, _, product, _) = compute_shapes(first, second, false, false, false)?;
            solver.equals(&outputs[0].shape, product)
        })
    }
}

/// The most letters of an equation.
const MAX_LETTERS: usize = 64;

pub(super) fn einsum(_: &ParsingContext<'_>, node: &NodeProto) -> Built {
    let equation: String = node.get_attr::<&str>("equation")?.chars().filter(|letter| *letter != ' ').collect();
    ensure!(
        equation.len() <= MAX_LETTERS,
        "equation: expected at most {MAX_LETTERS} letters, found {}",
        equation.len()
    );
    let Some((taken, made)) = equation.split_once("->") else {
        bail!("equation: expected what is made behind `->`, found {equation:?}")
    };
    let terms: Vec<&str> = taken.split(',').collect();
    ensure!(terms.len() == node.input.len(), "equation: expected a term for every input, found {equation:?}");
    let is_plain = |term: &&str| {
        let is_once = |letter: char| term.matches(letter).count() == 1;
        term.chars().all(|letter| letter.is_ascii_lowercase() && is_once(letter))
    };
    let is_sound = terms.iter().chain([&made]).all(is_plain) && made.chars().all(|letter| taken.contains(letter));
    ensure!(is_sound, "equation: expected lower-case letters, each once in a term, found {equation:?}");
    let ranks = terms.iter().map(|term| term.len()).collect();
    Ok(Guard::new(Einsum { axes: equation.parse()?, ranks }))
}

/// A sum of products over the letters that only the inputs have.
#[derive(Clone, Debug)]
struct Einsum {
    axes: AxesMapping,
    /// How many dimensions each input has.
    ranks: Vec<usize>,
}

impl Expansion for Einsum {
    fn name(&self) -> StaticName {
        "Einsum".into()
    }

    fn wire(&self, prefix: &str, model: &mut TypedModel, inputs: &[OutletId]) -> TractResult<TVec<OutletId>> {
        for (input, expected) in inputs.iter().zip(&self.ranks) {
            let rank = model.outlet_fact(*input)?.rank();
            ensure!(rank == *expected, "expected {expected} dimensions, found {rank}");
        }
        let element = model.outlet_fact(inputs[0])?.datum_type;
        model.wire_node(prefix, EinSum { axes: self.axes.clone(), operating_dt: element, q_params: None }, inputs)
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        for (input, rank) in inputs.iter().zip(&self.ranks) {
            solver.equals(&input.datum_type, &outputs[0].datum_type)?;
            #[allow(clippy::cast_possible_wrap, reason = "as many as letters")]
            solver.equals(&input.rank, *rank as i64)?;
        }
        let made = self.axes.iter_all_axes().filter(|axis| !axis.outputs[0].is_empty()).count();
        #[allow(clippy::cast_possible_wrap, reason = "as many as letters")]
        solver.equals(&outputs[0].rank, made as i64)?;
        for axis in self.axes.iter_all_axes() {
            let taken = axis.inputs.iter().enumerate();
            let taken =
                taken.flat_map(|(input, places)| places.iter().map(move |place| inputs[input].shape[*place].bex()));
            let made = axis.outputs[0].iter().map(|place| outputs[0].shape[*place].bex());
            solver.equals_all(taken.chain(made).collect())?;
        }
        Ok(())
    }
}

//! Any graph, run by tract.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use tract_onnx::pb::{GraphProto, ModelProto, TensorProto, tensor_proto::DataLocation, type_proto};
use tract_onnx::prelude::{
    DatumType, Framework, InferenceFact, InferenceModel, InferenceModelExt, IntoRunnable, IntoTValue, TDim, TValue,
    TVec, Tensor, TractResult, TypedRunnableModel, tract_ndarray::Array2, tvec,
};
use tract_onnx::tract_hir::infer::Factoid;
use tract_onnx::tract_hir::internal::bail;

use super::Output;
use super::check::check;
use super::operators::{MAX_BYTES, NOMINAL_PIECES, PIECES, bytes, concrete, framework};
use crate::answer_error::AnswerError;
use crate::export::GraphFiles;
use crate::load_error::LoadError;

/// How many plans for texts of one length are kept, where a graph has none for texts of every length.
const MAX_PLANS: usize = 16;

/// A graph that tract has read.
#[derive(Clone)]
pub(crate) struct Graph {
    plans: Plans,
    inputs: Vec<Input>,
    output: String,
    weight_bytes: usize,
}

/// What runs, and how large its values are.
#[derive(Clone)]
struct Plan {
    runs: Arc<TypedRunnableModel>,
    /// Each shape once, with the bytes of a number.
    shapes: Arc<[(TVec<TDim>, usize)]>,
}

#[derive(Clone)]
enum Plans {
    /// One for texts of every length.
    Every(Plan),
    /// Those made so far, by length, and what more are made from.
    Each { model: Box<InferenceModel>, element: DatumType, made: RefCell<Vec<(usize, Plan)>> },
}

/// What a graph's input is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Input {
    Ids,
    Mask,
    Types,
}

impl Graph {
    /// Reads a graph of which one output is asked for.
    pub(crate) fn load(files: GraphFiles, output: &str) -> Result<Self, LoadError> {
        let GraphFiles { part, bytes, beside } = files;
        let damaged = |error: tract_onnx::prelude::TractError| LoadError::damaged(&part, format!("{error:#}"));
        let onnx = framework();
        let mut proto = onnx.proto_model_for_read(&mut bytes.as_slice()).map_err(damaged)?;
        drop(bytes);
        let Some(graph) = proto.graph.as_mut() else {
            return Err(LoadError::damaged(part, "expected a graph, found none"));
        };
        let weight_bytes = take_external(graph, &part, &beside)?;
        drop(beside);
        let inputs = prepare_inputs(graph, &part)?;
        check(graph, &part)?;
        // What else the file says of itself is not asked for.
        let proto = ModelProto { graph: proto.graph, opset_import: proto.opset_import, ..ModelProto::default() };
        let mut model = onnx.model_for_proto_model(&proto).map_err(damaged)?;
        drop(proto);
        select_output(&mut model, output).map_err(damaged)?;
        let element = element(&model);
        let plans = match plan(&model, element, &model.symbols.sym(PIECES).into()) {
            Ok(plan) => Plans::Every(plan),
            Err(_) => {
                let first = plan(&model, element, &TDim::from(8)).map_err(damaged)?;
                Plans::Each { model: Box::new(model), element, made: RefCell::new(vec![(8, first)]) }
            }
        };
        Ok(Self { plans, inputs, output: output.to_owned(), weight_bytes })
    }

    /// The name of the output that it answers.
    pub(crate) fn output(&self) -> &str {
        &self.output
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.weight_bytes
    }

    pub(crate) fn run(&self, ids: &[u32], types: &[u32]) -> Result<Output, AnswerError> {
        self.answer(ids, types).map_err(|error| AnswerError::Network(format!("{error:#}")))
    }

    fn answer(&self, ids: &[u32], types: &[u32]) -> TractResult<Output> {
        let plan = self.plans.of_length(ids.len())?;
        let values = self.inputs.iter().map(|input| -> TractResult<TValue> {
            let number = |index: usize| match input {
                Input::Ids => i64::from(ids[index]),
                Input::Mask => 1,
                Input::Types => types.get(index).map_or(0, |r#type| i64::from(*r#type)),
            };
            let tensor: Tensor = Array2::from_shape_fn((1, ids.len()), |(_, index)| number(index)).into();
            Ok(tensor.cast_to_dt(self.plans.element())?.into_owned().into_tvalue())
        });
        plan.check(ids.len())?;
        let answers = plan.runs.run(values.collect::<TractResult<_>>()?)?;
        let Some(answer) = answers.first() else { bail!("expected an answer, found none") };
        let answer = answer.cast_to::<f32>()?;
        let values: Vec<f32> = answer.to_plain_array_view::<f32>()?.iter().copied().collect();
        let width = answer.shape().last().copied().unwrap_or(values.len());
        Ok(Output { values, width })
    }
}

impl Plans {
    fn of_length(&self, length: usize) -> TractResult<Plan> {
        match self {
            Self::Every(plan) => Ok(plan.clone()),
            Self::Each { model, element, made } => {
                let mut made = made.borrow_mut();
                let found = made.iter().position(|(of, _)| *of == length);
                let newest = match found {
                    Some(place) => made.remove(place),
                    None => (length, plan(model, *element, &length.into())?),
                };
                let plan = newest.1.clone();
                made.insert(0, newest);
                made.truncate(MAX_PLANS);
                Ok(plan)
            }
        }
    }

    /// What the inputs' numbers are.
    fn element(&self) -> DatumType {
        match self {
            Self::Every(plan) => plan.runs.model().input_fact(0).map_or(DatumType::I64, |fact| fact.datum_type),
            Self::Each { element, .. } => *element,
        }
    }
}

/// What the inputs' numbers are: of 64 bits, unless the graph says of 32.
fn element(model: &InferenceModel) -> DatumType {
    model.input_fact(0).ok().and_then(|fact| fact.datum_type.concretize()).unwrap_or(DatumType::I64)
}

/// A plan for one text of so many pieces.
fn plan(model: &InferenceModel, element: DatumType, pieces: &TDim) -> TractResult<Plan> {
    let mut model = model.clone();
    for slot in 0..model.inputs.len() {
        model.set_input_fact(slot, InferenceFact::dt_shape(element, tvec![TDim::from(1), pieces.clone()]))?;
    }
    let runs = model.into_optimized()?.into_runnable()?;
    let outlets = runs.model().nodes.iter().flat_map(|node| &node.outputs);
    let shapes: HashSet<_> =
        outlets.map(|outlet| (outlet.fact.shape.to_tvec(), bytes(outlet.fact.datum_type))).collect();
    let plan = Plan { runs, shapes: shapes.into_iter().collect() };
    plan.check(NOMINAL_PIECES)?;
    Ok(plan)
}

impl Plan {
    /// Whether every value fits for a text of so many pieces.
    fn check(&self, pieces: usize) -> TractResult<()> {
        for (shape, bytes) in self.shapes.iter() {
            match concrete(shape, pieces).and_then(|count| count.checked_mul(*bytes)) {
                Some(size) if size <= MAX_BYTES => {}
                _ => bail!(
                    "expected values of at most {MAX_BYTES} bytes for {pieces} pieces, found one of shape {shape:?}"
                ),
            }
        }
        Ok(())
    }
}

/// What each input of the graph is given. What the file says of their shapes is dropped: they are texts of any length.
fn prepare_inputs(graph: &mut GraphProto, part: &str) -> Result<Vec<Input>, LoadError> {
    const WHOLE_NUMBERS: [i32; 2] = [6, 7];
    let weights: HashSet<&str> = graph.initializer.iter().map(|tensor| tensor.name.as_str()).collect();
    let mut inputs = Vec::new();
    for input in graph.input.iter_mut().filter(|input| !weights.contains(input.name.as_str())) {
        let name = &input.name;
        inputs.push(match name.as_str() {
            "input_ids" => Input::Ids,
            "attention_mask" => Input::Mask,
            "token_type_ids" => Input::Types,
            _ => {
                let advice = "a graph takes input_ids, attention_mask and token_type_ids";
                return Err(LoadError::unsupported(part, format!("the input `{name}`"), advice));
            }
        });
        match input.r#type.as_mut().and_then(|of| of.value.as_mut()) {
            Some(type_proto::Value::TensorType(tensor)) if WHOLE_NUMBERS.contains(&tensor.elem_type) => {
                tensor.shape = None;
            }
            _ => {
                return Err(LoadError::damaged(
                    part,
                    format!("input {name:?}: expected whole numbers of 32 or 64 bits"),
                ));
            }
        }
    }
    match inputs.contains(&Input::Ids) {
        true => Ok(inputs),
        false => Err(LoadError::damaged(part, "expected an input `input_ids`, found none")),
    }
}

/// Keeps the one output that is asked for.
fn select_output(model: &mut InferenceModel, output: &str) -> TractResult<()> {
    let outlets = model.outputs.clone();
    let named = outlets.into_iter().find(|outlet| model.outlet_label(*outlet) == Some(output));
    model.select_output_outlets(named.as_slice())
}

/// Moves weights that lie beside the graph into it; answers how many bytes all weights have.
fn take_external(graph: &mut GraphProto, part: &str, beside: &BTreeMap<String, Vec<u8>>) -> Result<usize, LoadError> {
    let mut weight_bytes = 0_usize;
    // What lies beside is there once, and so are the weights made of it.
    let mut left = beside.values().map(Vec::len).sum::<usize>();
    for tensor in &mut graph.initializer {
        if tensor.data_location == Some(DataLocation::External as i32) {
            let found = external(tensor, beside).and_then(|found| {
                left =
                    left.checked_sub(found.len()).ok_or("expected bytes of its own, found those of other tensors")?;
                Ok(found.to_vec())
            });
            tensor.raw_data = found.map_err(|problem| {
                LoadError::damaged(part, format!("tensor {:?}: external_data: {problem}", tensor.name))
            })?;
            tensor.data_location = None;
            tensor.external_data.clear();
        }
        weight_bytes += tensor.raw_data.len();
    }
    Ok(weight_bytes)
}

fn external<'b>(tensor: &TensorProto, beside: &'b BTreeMap<String, Vec<u8>>) -> Result<&'b [u8], String> {
    let entry = |name: &str| tensor.external_data.iter().find(|entry| entry.key == name).map(|entry| &entry.value);
    let number = |name: &str| {
        entry(name)
            .map(|value| value.parse::<usize>().map_err(|_| format!("{name}: expected a number, found {value:?}")))
    };
    let location = entry("location").ok_or("expected a location, found none")?;
    let file =
        beside.get(location).ok_or_else(|| format!("expected the file {location:?} beside the graph, found none"))?;
    let offset = number("offset").transpose()?.unwrap_or(0);
    let rest = file.get(offset..).unwrap_or_default();
    let length = number("length").transpose()?.unwrap_or(rest.len());
    let found =
        rest.get(..length).ok_or_else(|| format!("expected {length} bytes at byte {offset}, found the file's end"))?;
    Ok(found)
}

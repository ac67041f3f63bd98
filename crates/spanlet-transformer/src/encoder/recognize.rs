//! Finds in a graph an encoder of the BERT family, whoever exported it.
//!
//! The search goes from the graph's output back to its inputs. Every operator on the way of the rows has to be one that
//! is known here, with the weights, axes and constants that it must have; of the attention mask only that it says nothing
//! where no piece is masked, since here none is. A graph with anything else is not recognised, and tract runs it.
//!
//! Source: transformers 4.57, `models/{bert,roberta,xlm_roberta,distilbert,electra,albert,mpnet}/modeling_*.py`, as
//! torch's exporters write them.

mod attention;
mod embeddings;
mod values;

use super::description::{Activation, Description, Head, Layer, Linear, Norm, Step, Weights};
use crate::onnx::{Element, Graph, Node};
use values::Values;

/// The most layers of an encoder; the deepest have 48.
const MAX_LAYERS: usize = 256;
/// The most steps of a head; the longest have three.
const MAX_STEPS: usize = 8;

/// The encoder that makes the graph's output of that name, if there is one.
///
/// `file` is what the graph was read from.
pub(crate) fn recognize<'g>(graph: &'g Graph, file: &'g [u8], output: &'g str) -> Option<Description> {
    let values = Values::new(graph, file);
    let (head, mut rows) = head(&values, output)?;
    let (mut layers, mut distances) = (Vec::new(), None);
    while layers.len() < MAX_LAYERS {
        let Some(found) = layer(&values, rows) else { break };
        // All layers add the same, or none does.
        if !layers.is_empty() && found.distances != distances {
            return None;
        }
        distances = found.distances;
        layers.push(found.layer);
        rows = found.rows;
    }
    layers.reverse();
    let embeddings = embeddings::embeddings(&values, rows)?;
    let is_encoder = !layers.is_empty();
    is_encoder.then_some(Description { embeddings, layers, distances, head })
}

/// The steps behind the last layer, and that layer's rows.
fn head<'g>(values: &Values<'g>, output: &'g str) -> Option<(Head, &'g str)> {
    let (mut steps, mut is_of_first, mut rows) = (Vec::new(), false, output);
    // A layer ends in a normalisation, which no step of a head does.
    while layer_norm(values, rows).is_none() {
        if let Some((input, linear)) = linear(values, rows) {
            steps.push(Step::Linear(linear));
            rows = input;
        } else if let Some((input, activation)) = activation(values, rows) {
            steps.push(Step::Activation(activation));
            rows = input;
        } else if let Some(input) = first_row(values, rows).filter(|_| !is_of_first) {
            is_of_first = true;
            rows = input;
        } else {
            return None;
        }
        if steps.len() > MAX_STEPS {
            return None;
        }
    }
    steps.reverse();
    // What stands before the first row is taken would be the same behind it, if a head had it.
    Some((Head { is_of_first, steps }, rows))
}

/// `rows[:, 0]`.
fn first_row<'g>(values: &Values<'g>, value: &'g str) -> Option<&'g str> {
    let node = values.made_by(value, "Gather")?;
    let index = values.whole_numbers(node.inputs.get(1)?)?;
    let is_first = index == [0] && node.int("axis", 0) == Some(1) && values.rank(node.inputs.get(1)?) == Some(0);
    is_first.then(|| node.inputs[0].as_str())
}

struct FoundLayer<'g> {
    layer: Layer,
    distances: Option<super::description::Distances>,
    /// The rows that go in.
    rows: &'g str,
}

/// The layer that makes a value.
fn layer<'g>(values: &Values<'g>, value: &'g str) -> Option<FoundLayer<'g>> {
    let (sum, norm) = layer_norm(values, value)?;
    let (attended, (widened, down)) = residual(
        values,
        sum,
        |branch| linear(values, branch),
        |(widened, _)| {
            let (input, _) = activation(values, widened)?;
            Some(linear(values, input)?.0)
        },
    )?;
    let (input, activation) = activation(values, widened)?;
    let (_, up) = linear(values, input)?;
    let (sum, attention_norm) = layer_norm(values, attended)?;
    let find = |branch: &'g str| {
        let (context, output) = linear(values, branch)?;
        Some((attention::attention(values, context)?, output))
    };
    let (rows, (attention, output)) = residual(values, sum, find, |(attention, _)| Some(attention.rows))?;
    let attention::Attention { query, key, value, heads, scale, distances, .. } = attention;
    let layer = Layer { query, key, value, heads, scale, output, attention_norm, up, activation, down, norm };
    Some(FoundLayer { layer, distances, rows })
}

/// The two summands of a sum of which one is made from the other: that other, and what `find` finds in the one.
///
/// `input` says what the branch that was found is made from.
fn residual<'g, T>(
    values: &Values<'g>,
    sum: &'g str,
    find: impl Fn(&'g str) -> Option<T>,
    input: impl Fn(&T) -> Option<&'g str>,
) -> Option<(&'g str, T)> {
    let node = values.made_by(sum, "Add")?;
    let [one, other] = node.inputs.as_slice() else { return None };
    for (branch, rows) in [(one, other), (other, one)] {
        if let Some(found) = find(branch)
            && let Some(from) = input(&found)
            && values.same(from, rows)
        {
            return Some((rows, found));
        }
    }
    None
}

/// `input · weights + bias`.
fn linear<'g>(values: &Values<'g>, value: &'g str) -> Option<(&'g str, Linear)> {
    let node = values.made(value)?;
    match node.operator.as_str() {
        "MatMul" => {
            let (input, weights) = product(values, node)?;
            Some((input, Linear { weights, bias: None }))
        }
        "Add" => {
            let [one, other] = node.inputs.as_slice() else { return None };
            [(one, other), (other, one)].into_iter().find_map(|(bias, rows)| {
                let bias = values.vector(bias)?;
                let (input, weights) = product(values, values.made_by(rows, "MatMul")?)?;
                Some((input, Linear { weights, bias: Some(bias.to_owned()) }))
            })
        }
        "Gemm" => {
            let is_plain = node.attribute("alpha").is_none_or(is_one) && node.attribute("beta").is_none_or(is_one);
            let (input, weights) = (node.inputs.first()?, node.inputs.get(1)?);
            let mut weights = values.matrix(weights)?;
            weights.is_transposed ^= node.int("transB", 0)? == 1;
            let bias = match node.inputs.get(2) {
                Some(bias) => Some(values.vector(bias)?.to_owned()),
                None => None,
            };
            let is_plain = is_plain && node.int("transA", 0) == Some(0);
            is_plain.then_some((input.as_str(), Linear { weights, bias }))
        }
        _ => None,
    }
}

fn is_one(attribute: &crate::onnx::Attribute) -> bool {
    matches!(attribute, crate::onnx::Attribute::Float(value) if *value == 1.0)
}

fn product<'g>(values: &Values<'g>, node: &'g Node) -> Option<(&'g str, Weights)> {
    let [input, weights] = node.inputs.as_slice() else { return None };
    Some((input, values.matrix(weights)?))
}

/// Layer normalisation over the last axis, as one operator or as nine.
fn layer_norm<'g>(values: &Values<'g>, value: &'g str) -> Option<(&'g str, Norm)> {
    let node = values.made(value)?;
    if node.operator == "LayerNormalization" {
        let [input, gain, bias] = node.inputs.as_slice() else { return None };
        let epsilon = match node.attribute("epsilon") {
            None => 1e-5,
            Some(crate::onnx::Attribute::Float(epsilon)) => *epsilon,
            Some(_) => return None,
        };
        let norm = Norm { gain: values.vector(gain)?.to_owned(), bias: values.vector(bias)?.to_owned(), epsilon };
        return (node.int("axis", -1)? == -1).then_some((input, norm));
    }
    let (scaled, bias) = with_vector(values, value, "Add")?;
    let (quotient, gain) = with_vector(values, scaled, "Mul")?;
    let [centered, root] = values.made_by(quotient, "Div")?.inputs.as_slice() else { return None };
    let variance = values.made_by(root, "Sqrt")?.inputs.first()?;
    let (variance, epsilon) = values.with_scalar(variance, "Add")?;
    let power = values.last_mean(variance)?;
    let is_square = match values.made(power)? {
        node if node.operator == "Pow" => {
            values.same(&node.inputs[0], centered) && values.scalar(node.inputs.get(1)?) == Some(2.0)
        }
        node if node.operator == "Mul" => {
            values.same(&node.inputs[0], centered) && values.same(node.inputs.get(1)?, centered)
        }
        _ => false,
    };
    let [input, mean] = values.made_by(centered, "Sub")?.inputs.as_slice() else { return None };
    let is_centered = values.same(values.last_mean(mean)?, input);
    let norm = Norm { gain: gain.to_owned(), bias: bias.to_owned(), epsilon };
    (is_square && is_centered).then_some((input, norm))
}

/// A sum or product with a vector of weights, whichever comes first.
fn with_vector<'g>(values: &Values<'g>, value: &'g str, operator: &str) -> Option<(&'g str, &'g str)> {
    let [one, other] = values.made_by(value, operator)?.inputs.as_slice() else { return None };
    [(one, other), (other, one)].into_iter().find_map(|(vector, rows)| Some((rows.as_str(), values.vector(vector)?)))
}

/// How close a constant must be to what it stands for; some are rounded to 16 bits.
const CLOSE: f32 = 1e-3;

fn is_close(value: f32, expected: f32) -> bool {
    (value - expected).abs() <= CLOSE * expected.abs()
}

/// An activation's input.
fn activation<'g>(values: &Values<'g>, value: &'g str) -> Option<(&'g str, Activation)> {
    let node = values.made(value)?;
    match node.operator.as_str() {
        "Relu" => Some((node.inputs.first()?, Activation::Relu)),
        "Tanh" => Some((node.inputs.first()?, Activation::Tanh)),
        "Gelu" => match node.attribute("approximate") {
            None => Some((node.inputs.first()?, Activation::Gelu)),
            Some(_) => None,
        },
        "Mul" | "Div" => gelu(values, value),
        _ => None,
    }
}

/// `x · 0.5 · (1 + f(x))`, its factors in any order.
fn gelu<'g>(values: &Values<'g>, value: &'g str) -> Option<(&'g str, Activation)> {
    let product = values.product(value);
    let [one, other] = product.factors.as_slice() else { return None };
    if !is_close(product.scale, 0.5) {
        return None;
    }
    [(one, other), (other, one)].into_iter().find_map(|(input, curve)| {
        let (inner, addend) = values.with_scalar(curve, "Add")?;
        let node = values.made(inner).filter(|_| addend == 1.0)?;
        match node.operator.as_str() {
            "Erf" => {
                let scaled = values.product(node.inputs.first()?);
                let is_gelu = is_close(scaled.scale, std::f32::consts::FRAC_1_SQRT_2);
                let is_input = matches!(scaled.factors.as_slice(), [found] if values.same(found, input));
                (is_gelu && is_input).then_some((*input, Activation::Gelu))
            }
            "Tanh" => is_gelu_tanh(values, node.inputs.first()?, input).then_some((*input, Activation::GeluTanh)),
            _ => None,
        }
    })
}

/// Whether a value is `√(2/π) · (x + 0.044715 · x³)`.
fn is_gelu_tanh(values: &Values<'_>, value: &str, input: &str) -> bool {
    let find = || {
        let scaled = values.product(value);
        let [sum] = scaled.factors.as_slice() else { return None };
        let [one, other] = values.made_by(sum, "Add")?.inputs.as_slice() else { return None };
        let cube = if values.same(one, input) { other } else { one };
        let has_input = values.same(one, input) || values.same(other, input);
        let cube = values.product(cube);
        let is_cube = match cube.factors.as_slice() {
            [power] => {
                let node = values.made_by(power, "Pow")?;
                values.same(&node.inputs[0], input) && values.scalar(node.inputs.get(1)?) == Some(3.0)
            }
            factors => factors.len() == 3 && factors.iter().all(|factor| values.same(factor, input)),
        };
        let is_scaled = is_close(scaled.scale, (2.0 / std::f32::consts::PI).sqrt());
        Some(has_input && is_cube && is_scaled && is_close(cube.scale, 0.044_715))
    };
    find().unwrap_or(false)
}

/// Whether numbers of that kind can be weights.
fn is_weight(element: Element) -> bool {
    matches!(element, Element::F32 | Element::F16 | Element::I8)
}

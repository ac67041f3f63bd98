//! Attention: from a layer's rows to what its output matrix is multiplied with.

use super::linear;
use super::values::Values;
use crate::encoder::description::{Distances, Linear};
use crate::onnx::{Attribute, Node};

/// The most summands of scores: dot products, distances and masks.
const MAX_SUMMANDS: usize = 6;

/// `softmax(scale · query · keyᵀ + distances) · value`, by heads.
pub(super) struct Attention<'g> {
    /// What all three are made from.
    pub(super) rows: &'g str,
    pub(super) query: Linear,
    pub(super) key: Linear,
    pub(super) value: Linear,
    pub(super) heads: usize,
    pub(super) scale: f32,
    pub(super) distances: Option<Distances>,
}

/// Rows by heads.
struct Heads<'g> {
    rows: &'g str,
    linear: Linear,
    scale: f32,
    heads: i64,
    width: i64,
}

/// The attention that makes a value.
pub(super) fn attention<'g>(values: &Values<'g>, context: &'g str) -> Option<Attention<'g>> {
    let joined = values.made_by(context, "Reshape")?;
    let swapped = transposed(values, joined.inputs.first()?, &[0, 2, 1, 3])?;
    let [shares, value] = values.made_by(swapped, "MatMul")?.inputs.as_slice() else { return None };
    let value = heads(values, value, &[&[0, 2, 1, 3]])?;
    let softmax = values.made_by(without_masked_rows(values, shares), "Softmax")?;
    let is_over_last = matches!(softmax.int("axis", -1), Some(-1 | 3));
    let scores = scores(values, softmax.inputs.first()?)?;
    let Scores { query, key, scale, distances } = scores;
    let (count, width) = (value.heads, value.width);
    // What is left to be computed is so many too, because a matrix of so many inputs follows.
    let last = values.dimensions(joined.inputs.get(1)?)?.last().copied().flatten();
    let is_joined = last == Some(-1) || last.is_some() && last == count.checked_mul(width);
    let agrees =
        |other: &Heads<'_>| other.heads == count && other.width == width && values.same(other.rows, value.rows);
    let is_one = agrees(&query) && agrees(&key) && value.scale == 1.0;
    (is_over_last && is_joined && is_one).then_some(Attention {
        rows: value.rows,
        query: query.linear,
        key: key.linear,
        value: value.linear,
        heads: usize::try_from(count).ok()?,
        scale: scale * query.scale * key.scale,
        distances,
    })
}

/// torch puts zeros where a row is masked as a whole; here none is.
fn without_masked_rows<'g>(values: &Values<'g>, value: &'g str) -> &'g str {
    let find = || {
        let [is_masked, _, shares] = values.made_by(value, "Where")?.inputs.as_slice() else { return None };
        values.made_by(is_masked, "IsNaN")?;
        Some(shares.as_str())
    };
    find().unwrap_or(value)
}

struct Scores<'g> {
    query: Heads<'g>,
    key: Heads<'g>,
    scale: f32,
    distances: Option<Distances>,
}

/// Dot products of queries and keys, with what is added to them.
fn scores<'g>(values: &Values<'g>, value: &'g str) -> Option<Scores<'g>> {
    let (mut found, mut distances) = (None, None);
    for summand in summands(values, value)? {
        let product = values.product(summand);
        if let [factor] = product.factors.as_slice()
            && let Some(node) = values.made_by(factor, "MatMul")
            && found.is_none()
        {
            let [query, key] = node.inputs.as_slice() else { return None };
            let query = heads(values, query, &[&[0, 2, 1, 3]])?;
            let key =
                heads(values, key, &[&[0, 2, 3, 1]]).or_else(|| heads(values, key, &[&[0, 1, 3, 2], &[0, 2, 1, 3]]))?;
            found = Some((query, key, product.scale));
        } else if is_mask(values, summand) {
            // Nothing is masked here, so that nothing is added.
        } else if distances.is_none() {
            distances = Some(distances_of(values, summand)?);
        } else {
            return None;
        }
    }
    let (query, key, scale) = found?;
    Some(Scores { query, key, scale, distances })
}

/// The summands of a sum of sums; a choice by the mask is what it chooses where nothing is masked.
fn summands<'g>(values: &Values<'g>, value: &'g str) -> Option<Vec<&'g str>> {
    let (mut open, mut found) = (vec![value], Vec::new());
    while let Some(value) = open.pop() {
        match values.made(value) {
            Some(Node { operator, inputs, .. }) if operator == "Add" => {
                open.extend(inputs.iter().map(String::as_str));
            }
            Some(Node { operator, inputs, .. }) if operator == "Where" && !is_mask(values, value) => {
                let [is_masked, _, unmasked] = inputs.as_slice() else { return None };
                // `attention_mask == 0` chooses the constant.
                let is_equal =
                    values.sources(is_masked).is_some_and(|sources| sources.has("Equal") && !sources.has("Not"));
                if !is_equal || !is_mask(values, is_masked) {
                    return None;
                }
                open.push(unmasked);
            }
            _ => found.push(value),
        }
        if found.len() + open.len() > MAX_SUMMANDS {
            return None;
        }
    }
    Some(found)
}

/// What masks are made with. Nothing in it tells one place from another, as what adds distances would have to.
const MASK_OPERATORS: [&str; 22] = [
    "And",
    "Cast",
    "Concat",
    "Constant",
    "ConstantOfShape",
    "Equal",
    "Expand",
    "Gather",
    "Greater",
    "Identity",
    "Less",
    "Max",
    "Min",
    "Mul",
    "Not",
    "Or",
    "Reshape",
    "Shape",
    "Slice",
    "Sub",
    "Unsqueeze",
    "Where",
];

/// Whether a value is made from the attention mask alone.
fn is_mask(values: &Values<'_>, value: &str) -> bool {
    let Some(sources) = values.sources(value) else { return false };
    let is_of_mask = !sources.inputs.is_empty() && sources.inputs.iter().all(|input| *input == "attention_mask");
    let is_plain = sources.operators.iter().all(|node| MASK_OPERATORS.contains(&node.operator.as_str()));
    is_of_mask && is_plain && sources.weights.is_empty()
}

/// What MPNet adds: a row of a table by the bucket of how far apart two pieces are.
fn distances_of(values: &Values<'_>, value: &str) -> Option<Distances> {
    let sources = values.sources(value)?;
    let [table] = sources.weights.as_slice() else { return None };
    let (name, tensor) = values.weight(table)?;
    // The buckets are those of 32 of which half count up to a distance of 128: constants 8 and ln(128 / 8).
    let is_bucketed =
        ["Range", "Abs", "Log", "Min", "Less", "Gather", "Transpose"].iter().all(|name| sources.has(name));
    let constants: Vec<f32> =
        sources.operators.iter().filter_map(|node| values.scalar(node.outputs.first()?)).collect();
    let has = |expected: f32| constants.iter().any(|constant| super::is_close(*constant, expected));
    let is_known = has(8.0) && has(16.0) && has((128.0f32 / 8.0).ln());
    let is_table = tensor.shape.len() == 2 && tensor.shape[0] == 32 && sources.inputs.is_empty();
    (is_bucketed && is_known && is_table).then(|| Distances { table: name.to_owned() })
}

/// Rows cut into heads, with axes swapped as one or more transpositions say, the outer one first.
fn heads<'g>(values: &Values<'g>, value: &'g str, swaps: &[&[i64]]) -> Option<Heads<'g>> {
    let mut scale = 1.0;
    let mut value = without_scale(values, value, &mut scale)?;
    for swap in swaps {
        value = transposed(values, value, swap)?;
        value = without_scale(values, value, &mut scale)?;
    }
    let node = values.made_by(value, "Reshape")?;
    let dimensions = values.dimensions(node.inputs.get(1)?)?;
    let [_, _, Some(heads @ 1..), Some(width @ 1..)] = dimensions.as_slice() else { return None };
    let value = without_scale(values, node.inputs.first()?, &mut scale)?;
    let (rows, linear) = linear(values, value)?;
    Some(Heads { rows, linear, scale, heads: *heads, width: *width })
}

/// A value without its constant factors, which go into `scale`.
fn without_scale<'g>(values: &Values<'g>, value: &'g str, scale: &mut f32) -> Option<&'g str> {
    let product = values.product(value);
    *scale *= product.scale;
    match product.factors.as_slice() {
        [factor] => Some(factor),
        _ => None,
    }
}

/// What a value is the transposition of, with its axes in that order.
fn transposed<'g>(values: &Values<'g>, value: &'g str, axes: &[i64]) -> Option<&'g str> {
    let node = values.made_by(value, "Transpose")?;
    let is_so = matches!(node.attribute("perm"), Some(Attribute::Ints(perm)) if perm == axes);
    is_so.then_some(node.inputs.first()?)
}

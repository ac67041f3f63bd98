//! The rows that the first layer is given.

use super::values::Values;
use super::{layer_norm, linear};
use crate::encoder::description::{Embeddings, Positions, Table, Types};
use crate::onnx::Node;

/// The most summands: words, positions and types.
const MAX_SUMMANDS: usize = 3;

/// The embeddings that make a value.
pub(super) fn embeddings<'g>(values: &Values<'g>, value: &'g str) -> Option<Embeddings> {
    let (value, projection) = match linear(values, value) {
        Some((value, projection)) => (value, Some(projection)),
        None => (value, None),
    };
    let (sum, norm) = layer_norm(values, value)?;
    let (mut words, mut positions, mut types) = (None, None, None);
    for summand in summands(values, sum)? {
        let (table, index) = row(values, summand)?;
        match values.input(index) {
            Some("input_ids") if words.is_none() => words = Some(table),
            Some("token_type_ids") if types.is_none() => types = Some(Types::Given(table)),
            Some(_) => return None,
            None => match computed(values, index)? {
                Index::Zero if types.is_none() => types = Some(Types::Zero(table)),
                Index::Positions(kind) if positions.is_none() => positions = Some((table, kind)),
                _ => return None,
            },
        }
    }
    Some(Embeddings { words: words?, positions, types, norm, projection })
}

fn summands<'g>(values: &Values<'g>, value: &'g str) -> Option<Vec<&'g str>> {
    let (mut open, mut found) = (vec![value], Vec::new());
    while let Some(value) = open.pop() {
        match values.made(value) {
            Some(Node { operator, inputs, .. }) if operator == "Add" => {
                open.extend(inputs.iter().map(String::as_str));
            }
            _ => found.push(value),
        }
        if found.len() + open.len() > MAX_SUMMANDS {
            return None;
        }
    }
    Some(found)
}

/// A row of a table, and the value that says which.
fn row<'g>(values: &Values<'g>, value: &'g str) -> Option<(Table, &'g str)> {
    if let Some(found) = plain_row(values, value) {
        return Some(found);
    }
    // Rows of 8 bits, each with its scale: both are looked up under one index.
    let node = values.made(value)?;
    let [one, other] = node.inputs.as_slice() else { return None };
    let (one, other) = (plain_row(values, one)?, plain_row(values, other)?);
    let is_scale = |table: &Table| values.weight_shape(&table.rows).is_some_and(|shape| shape[1] == 1);
    let ((rows, index), (scales, its_index)) = if is_scale(&one.0) { (other, one) } else { (one, other) };
    let is_one = node.operator == "Mul" && is_scale(&scales) && values.same(index, its_index);
    is_one.then_some((Table { rows: rows.rows, scales: Some(scales.rows) }, index))
}

/// A row as the table has it, and the value that says which.
fn plain_row<'g>(values: &Values<'g>, value: &'g str) -> Option<(Table, &'g str)> {
    let node = values.made_by(value, "Gather")?;
    let (name, tensor) = values.weight(node.inputs.first()?)?;
    let is_table = tensor.shape.len() == 2 && node.int("axis", 0)? == 0;
    let table = Table { rows: name.to_owned(), scales: None };
    is_table.then_some((table, node.inputs.get(1)?))
}

/// What an index that is no input of the graph says.
enum Index {
    Zero,
    Positions(Positions),
}

fn computed<'g>(values: &Values<'g>, index: &'g str) -> Option<Index> {
    let sources = values.sources(index)?;
    if sources.has("CumSum") {
        return behind_padding(values, index).map(|padding| Index::Positions(Positions::BehindPadding(padding)));
    }
    // A stretch, from its start, of a row of numbers that was written into the model.
    let is_stretch = sources.inputs.is_empty()
        && sources.operators.iter().all(|node| {
            let name = node.operator.as_str();
            matches!(
                name,
                "Cast"
                    | "Concat"
                    | "Constant"
                    | "ConstantOfShape"
                    | "Equal"
                    | "Expand"
                    | "Gather"
                    | "Mul"
                    | "Reshape"
                    | "Shape"
                    | "Slice"
                    | "Unsqueeze"
                    | "Where"
            )
        });
    let written = |name: &'g str| values.whole_numbers(name).filter(|numbers| numbers.len() > 1);
    let constants = sources.operators.iter().filter_map(|node| node.outputs.first()).map(String::as_str);
    let mut rows = constants.chain(sources.weights.iter().copied()).filter_map(written).filter(|row| row.len() > 8);
    let row = rows.next().filter(|_| is_stretch)?;
    let is_counted = row.iter().enumerate().all(|(index, number)| usize::try_from(*number) == Ok(index));
    match (is_counted, row.iter().all(|number| *number == 0), rows.next()) {
        (true, _, None) => Some(Index::Positions(Positions::Index)),
        (_, true, None) => Some(Index::Zero),
        _ => None,
    }
}

/// The padding piece of `cumsum(ids != padding) · (ids != padding) + padding`.
fn behind_padding<'g>(values: &Values<'g>, index: &'g str) -> Option<u32> {
    let (product, padding) = values.with_scalar(index, "Add")?;
    let product = values.product(product);
    let sum = product.factors.iter().find_map(|factor| {
        let (sum, before) = values.with_scalar(factor, "Add").unwrap_or((factor, 0.0));
        values.made_by(sum, "CumSum").filter(|_| before == 0.0)
    })?;
    let is_counted = product.factors.iter().any(|factor| values.same(factor, &sum.inputs[0]));
    let unequal = values.made_by(&sum.inputs[0], "Not")?;
    let (ids, compared) = values.with_scalar(unequal.inputs.first()?, "Equal")?;
    let is_of_ids = values.input(ids) == Some("input_ids") && compared == padding && product.scale == 1.0;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number from 0 up")]
    let padding = (padding >= 0.0 && padding.fract() == 0.0).then_some(padding as u32);
    padding.filter(|_| is_counted && is_of_ids && product.factors.len() == 2)
}

//! numpy arrays and numbers inside msgpack: maps with the keys `nd`, `type`, `kind`, `shape` and `data`.

use super::Value;
use crate::npy::{Element, NdArray};

/// A map as the array or the number that it spells; any other map as it is.
///
/// srsly writes the keys as bytes. Text keys count too where the whole of an array is there.
///
/// Source: srsly 2.5, `msgpack/_msgpack_numpy.py`, `decode_numpy`.
pub(super) fn decode<'b>(entries: Vec<(Value<'b>, Value<'b>)>) -> Result<Value<'b>, String> {
    let map = Value::Map(entries);
    let Some(Value::Bool(is_array)) = map.get("nd") else { return Ok(map) };
    let (Some(descr), Some(Value::Bin(bytes))) = (map.get("type"), map.get("data")) else { return Ok(map) };
    let element = element(descr)?;
    if !is_array {
        return number(element, bytes);
    }
    let Some(Value::Array(axes)) = map.get("shape") else { return Ok(map) };
    let shape = axes.iter().map(axis).collect::<Option<Vec<_>>>();
    let shape = shape.ok_or_else(|| "expected the lengths of an array's axes, found something else".to_owned())?;
    NdArray::new(element, shape, bytes).map(|array| Value::NdArray(Box::new(array)))
}

fn element(descr: &Value<'_>) -> Result<Element, String> {
    let text = match descr {
        Value::Str(text) => *text,
        Value::Bin(bytes) => str::from_utf8(bytes).unwrap_or_default(),
        _ => "a record",
    };
    Element::from_descr(text)
        .ok_or_else(|| format!("expected an array of little-endian numbers, found elements of kind `{text}`"))
}

fn axis(value: &Value<'_>) -> Option<usize> {
    value.as_u64().and_then(|length| length.try_into().ok())
}

/// A numpy number, e.g. `numpy.float32(0.5)`.
fn number<'b>(element: Element, bytes: &'b [u8]) -> Result<Value<'b>, String> {
    let array = NdArray::new(element, Vec::new(), bytes)?;
    let whole = || array.to_i64().map(|values| Value::Int(values[0].into()));
    let value = match element {
        Element::Bool => Some(Value::Bool(bytes != [0])),
        Element::F32 => array.to_f32().map(|values| Value::Float(values[0].into())),
        Element::F64 => bytes.try_into().ok().map(|bytes| Value::Float(f64::from_le_bytes(bytes))),
        Element::U64 => array.to_u64().map(|values| Value::Int(values[0].into())),
        _ => whole(),
    };
    value.ok_or_else(|| "expected a number, found none".to_owned())
}

//! The graph that an ONNX file holds: nodes by the names of their values, weights by where they lie in the file.
//!
//! Nothing is copied but names and small tensors, so that a file's bytes are held once.
//!
//! Source: onnx 1.23, `onnx.proto`.

mod wire;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use wire::{Fields, Value, WireError};

/// The most nodes and the most tensors of a graph; the largest encoders have some thousands.
const MAX_ITEMS: usize = 1 << 17;
/// The most dimensions of a tensor.
const MAX_RANK: usize = 8;
/// The most numbers that are decoded one by one; raw ones stay where they are.
const MAX_DECODED: usize = 1 << 24;

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OnnxError(pub(crate) String);

impl From<WireError> for OnnxError {
    fn from(error: WireError) -> Self {
        Self(format!("byte {}: {}", error.byte, error.problem))
    }
}

/// A graph.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    /// In the file's order, in which every value is made before it is used.
    pub(crate) nodes: Vec<Node>,
    /// Weights by name.
    pub(crate) tensors: HashMap<String, Tensor>,
    /// What the graph is given, without those of `tensors` that older files list too.
    pub(crate) inputs: Vec<String>,
    /// What it answers.
    pub(crate) outputs: Vec<String>,
}

/// An operator with its values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Node {
    /// The operator, e.g. `MatMul`.
    pub(crate) operator: String,
    /// Empty for the standard operators.
    pub(crate) domain: String,
    /// Names of values; one that is left out is empty.
    pub(crate) inputs: Vec<String>,
    /// Names of values.
    pub(crate) outputs: Vec<String>,
    attributes: Vec<(String, Attribute)>,
}

/// What an operator is told beside its values.
#[derive(Clone, Debug)]
pub(crate) enum Attribute {
    /// A number.
    Float(f32),
    /// A whole number, a truth value or a type.
    Int(i64),
    /// Whole numbers.
    Ints(Vec<i64>),
    /// Numbers in a shape.
    Tensor(Tensor),
    /// Something else: text, graphs, lists of those.
    Other,
}

/// What the numbers of a tensor are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Element {
    F32,
    F16,
    F64,
    I8,
    U8,
    I32,
    I64,
    /// One that no encoder has.
    Other(i64),
}

impl Element {
    fn of_number(number: i64) -> Self {
        match number {
            1 => Self::F32,
            2 => Self::U8,
            3 => Self::I8,
            6 => Self::I32,
            7 => Self::I64,
            10 => Self::F16,
            11 => Self::F64,
            other => Self::Other(other),
        }
    }

    /// How many bytes one takes.
    pub(crate) fn bytes(self) -> Option<usize> {
        match self {
            Self::I8 | Self::U8 => Some(1),
            Self::F16 => Some(2),
            Self::F32 | Self::I32 => Some(4),
            Self::I64 | Self::F64 => Some(8),
            Self::Other(_) => None,
        }
    }
}

/// Numbers in a shape.
#[derive(Clone, Debug)]
pub(crate) struct Tensor {
    pub(crate) element: Element,
    pub(crate) shape: Vec<usize>,
    pub(crate) data: Data,
}

/// Where the numbers of a tensor are.
#[derive(Clone, Debug)]
pub(crate) enum Data {
    /// In the graph's own file, little-endian.
    File(Range<usize>),
    /// Decoded, little-endian.
    Decoded(Vec<u8>),
    /// In another file beside it.
    External {
        /// The file's name relative to the graph's.
        location: String,
        /// From its start to its end unless said.
        offset: u64,
        /// In bytes.
        length: Option<u64>,
    },
}

impl Tensor {
    /// How many numbers there are.
    pub(crate) fn len(&self) -> usize {
        self.shape.iter().product()
    }
}

impl Node {
    /// An attribute by name.
    pub(crate) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|(found, _)| found == name).map(|(_, attribute)| attribute)
    }

    /// A whole number by name, or what stands for one that is not there.
    pub(crate) fn int(&self, name: &str, default: i64) -> Option<i64> {
        match self.attribute(name) {
            None => Some(default),
            Some(Attribute::Int(value)) => Some(*value),
            Some(_) => None,
        }
    }
}

impl Graph {
    /// Reads the graph of a file.
    ///
    /// # Errors
    /// When the file is damaged, has no graph, or passes a limit.
    pub(crate) fn parse(file: &[u8]) -> Result<Self, OnnxError> {
        let mut fields = Fields::new(file, 0..file.len());
        let mut graph = None;
        while let Some(field) = fields.next()? {
            if let (7, Value::Bytes(range)) = field {
                graph = Some(parse_graph(file, range)?);
            }
        }
        graph.ok_or_else(|| OnnxError("expected a graph, found none".to_owned()))
    }
}

impl Graph {
    /// Whether a file of that name, relative to the graph's folder, holds some of the weights.
    pub(crate) fn is_weights_file(&self, name: &str) -> bool {
        self.tensors.values().any(|tensor| matches!(&tensor.data, Data::External { location, .. } if location == name))
    }
}

/// Whether a domain is that of the standard operators.
fn is_standard_domain(domain: &str) -> bool {
    domain.is_empty() || domain == "ai.onnx"
}

fn parse_graph(file: &[u8], range: Range<usize>) -> Result<Graph, OnnxError> {
    let mut fields = Fields::new(file, range);
    let mut graph = Graph::default();
    while let Some(field) = fields.next()? {
        match field {
            (1, Value::Bytes(range)) => graph.nodes.push(parse_node(file, range)?),
            (5, Value::Bytes(range)) => {
                let (name, tensor) = parse_tensor(file, range)?;
                if graph.tensors.insert(name.clone(), tensor).is_some() {
                    return Err(OnnxError(format!("initializer {name:?}: expected one, found two")));
                }
            }
            (11, Value::Bytes(range)) => graph.inputs.push(parse_value_name(file, range)?),
            (12, Value::Bytes(range)) => graph.outputs.push(parse_value_name(file, range)?),
            _ => {}
        }
        if graph.nodes.len() + graph.tensors.len() + graph.inputs.len() + graph.outputs.len() > MAX_ITEMS {
            return Err(OnnxError(format!("expected at most {MAX_ITEMS} nodes and tensors, found more")));
        }
    }
    let tensors = &graph.tensors;
    graph.inputs.retain(|input| !tensors.contains_key(input));
    check_order(&graph)?;
    Ok(graph)
}

/// Refuses a graph in which a value is used before it is made, so that nothing is ever made from itself, or made twice.
fn check_order(graph: &Graph) -> Result<(), OnnxError> {
    let inputs = graph.inputs.iter().chain(graph.tensors.keys());
    let mut made: HashSet<&str> = inputs.map(String::as_str).collect();
    for (number, node) in graph.nodes.iter().enumerate() {
        let problem = |problem: String| Err(OnnxError(format!("node {number} ({}): {problem}", node.operator)));
        // An input that is left out is empty.
        let later = node.inputs.iter().find(|input| !input.is_empty() && !made.contains(input.as_str()));
        if let Some(input) = later {
            return problem(format!("expected an input that was made before, found {input:?}"));
        }
        for output in node.outputs.iter().filter(|output| !output.is_empty()) {
            if !made.insert(output) {
                return problem(format!("expected an output of a name of its own, found {output:?}"));
            }
        }
    }
    Ok(())
}

fn parse_value_name(file: &[u8], range: Range<usize>) -> Result<String, OnnxError> {
    let mut fields = Fields::new(file, range);
    while let Some(field) = fields.next()? {
        if let (1, Value::Bytes(range)) = field {
            return text(file, range);
        }
    }
    Ok(String::new())
}

fn parse_node(file: &[u8], range: Range<usize>) -> Result<Node, OnnxError> {
    let mut fields = Fields::new(file, range);
    let mut node = Node::default();
    while let Some(field) = fields.next()? {
        match field {
            (1, Value::Bytes(range)) => node.inputs.push(text(file, range)?),
            (2, Value::Bytes(range)) => node.outputs.push(text(file, range)?),
            (4, Value::Bytes(range)) => node.operator = text(file, range)?,
            (5, Value::Bytes(range)) => node.attributes.push(parse_attribute(file, range)?),
            (7, Value::Bytes(range)) => node.domain = text(file, range)?,
            _ => {}
        }
    }
    if is_standard_domain(&node.domain) {
        node.domain.clear();
    }
    Ok(node)
}

fn parse_attribute(file: &[u8], range: Range<usize>) -> Result<(String, Attribute), OnnxError> {
    let mut fields = Fields::new(file, range);
    let (mut name, mut attribute, mut ints) = (String::new(), Attribute::Other, Vec::new());
    while let Some(field) = fields.next()? {
        match field {
            (1, Value::Bytes(range)) => name = text(file, range)?,
            (2, Value::Fixed32(bits)) => attribute = Attribute::Float(f32::from_bits(bits)),
            (3, Value::Varint(number)) => attribute = Attribute::Int(number.cast_signed()),
            (5, Value::Bytes(range)) => attribute = Attribute::Tensor(parse_tensor(file, range)?.1),
            (8, Value::Varint(number)) => ints.push(number.cast_signed()),
            (8, Value::Bytes(range)) => extend_ints(&mut ints, file, range)?,
            _ => {}
        }
        if ints.len() > MAX_ITEMS {
            return Err(OnnxError(format!("attribute {name:?}: expected at most {MAX_ITEMS} numbers, found more")));
        }
    }
    if !ints.is_empty() {
        attribute = Attribute::Ints(ints);
    }
    Ok((name, attribute))
}

fn extend_ints(ints: &mut Vec<i64>, file: &[u8], range: Range<usize>) -> Result<(), OnnxError> {
    let mut packed = Fields::new(file, range);
    while !packed.is_empty() {
        ints.push(packed.varint()?.cast_signed());
        if ints.len() > MAX_DECODED {
            return Err(OnnxError(format!("expected at most {MAX_DECODED} packed numbers, found more")));
        }
    }
    Ok(())
}

/// The fields of a tensor as they are found.
#[derive(Default)]
struct TensorFields {
    name: String,
    dims: Vec<i64>,
    element: i64,
    /// Bytes as they are meant: raw, or packed floats, which are the same.
    raw: Option<Range<usize>>,
    /// One by one: floats as bits, whole numbers.
    floats: Vec<f32>,
    ints: Vec<i64>,
    external: Vec<(String, String)>,
    is_external: bool,
}

fn parse_tensor(file: &[u8], range: Range<usize>) -> Result<(String, Tensor), OnnxError> {
    let mut fields = Fields::new(file, range);
    let mut found = TensorFields::default();
    while let Some(field) = fields.next()? {
        match field {
            (1, Value::Varint(number)) => found.dims.push(number.cast_signed()),
            (1, Value::Bytes(range)) => extend_ints(&mut found.dims, file, range)?,
            (2, Value::Varint(number)) => found.element = number.cast_signed(),
            (4 | 9, Value::Bytes(range)) => found.raw = Some(range),
            (4, Value::Fixed32(bits)) => found.floats.push(f32::from_bits(bits)),
            (5 | 7, Value::Varint(number)) => found.ints.push(number.cast_signed()),
            (5 | 7, Value::Bytes(range)) => extend_ints(&mut found.ints, file, range)?,
            (8, Value::Bytes(range)) => found.name = text(file, range)?,
            (13, Value::Bytes(range)) => found.external.push(parse_entry(file, range)?),
            (14, Value::Varint(number)) => found.is_external = number == 1,
            _ => {}
        }
        if found.floats.len() + found.ints.len() > MAX_DECODED || found.external.len() > MAX_RANK {
            return Err(OnnxError(format!("tensor {:?}: expected fewer numbers, found more", found.name)));
        }
    }
    let name = std::mem::take(&mut found.name);
    match tensor(found) {
        Ok(tensor) => Ok((name, tensor)),
        Err(problem) => Err(OnnxError(format!("tensor {name:?}: {problem}"))),
    }
}

/// A tensor of what was found, if shape, type and bytes agree.
fn tensor(found: TensorFields) -> Result<Tensor, String> {
    if found.dims.len() > MAX_RANK {
        return Err(format!("expected at most {MAX_RANK} dimensions, found {}", found.dims.len()));
    }
    let shape: Option<Vec<usize>> = found.dims.iter().map(|dim| usize::try_from(*dim).ok()).collect();
    let Some(shape) = shape else { return Err(format!("expected dimensions from 0 up, found {:?}", found.dims)) };
    let element = Element::of_number(found.element);
    let Some(bytes) = element.bytes() else {
        // Not one that an encoder has, so that nobody asks for its numbers here.
        return Ok(Tensor { element, shape: vec![0], data: Data::Decoded(Vec::new()) });
    };
    let size = shape.iter().try_fold(bytes, |size, dim| size.checked_mul(*dim));
    let Some(size) = size else { return Err(format!("expected a size that fits memory, found {shape:?}")) };
    let data = match found.raw {
        _ if found.is_external => external(&found.external)?,
        Some(range) => Data::File(range),
        None => Data::Decoded(decoded(element, &found.floats, &found.ints)?),
    };
    let held = match &data {
        Data::File(range) => range.len(),
        Data::Decoded(bytes) => bytes.len(),
        Data::External { length, .. } => length.map_or(size, |length| usize::try_from(length).unwrap_or(usize::MAX)),
    };
    match held == size {
        true => Ok(Tensor { element, shape, data }),
        false => Err(format!("expected {size} bytes for the shape {shape:?}, found {held}")),
    }
}

/// Numbers that stand one by one in the file, as bytes.
fn decoded(element: Element, floats: &[f32], ints: &[i64]) -> Result<Vec<u8>, String> {
    let out_of_range = |value: &i64| format!("expected numbers that fit their type, found {value}");
    match element {
        Element::F32 => Ok(floats.iter().flat_map(|value| value.to_le_bytes()).collect()),
        Element::I64 => Ok(ints.iter().flat_map(|value| value.to_le_bytes()).collect()),
        Element::I32 => {
            let each = ints.iter().map(|value| i32::try_from(*value).map_err(|_| out_of_range(value)));
            Ok(each.collect::<Result<Vec<_>, _>>()?.into_iter().flat_map(i32::to_le_bytes).collect())
        }
        // The bits of each.
        Element::F16 => {
            let each = ints.iter().map(|value| u16::try_from(*value).map_err(|_| out_of_range(value)));
            Ok(each.collect::<Result<Vec<_>, _>>()?.into_iter().flat_map(u16::to_le_bytes).collect())
        }
        Element::I8 => {
            let each = ints.iter().map(|value| i8::try_from(*value).map_err(|_| out_of_range(value)));
            Ok(each.collect::<Result<Vec<_>, _>>()?.into_iter().map(i8::cast_unsigned).collect())
        }
        Element::U8 => ints.iter().map(|value| u8::try_from(*value).map_err(|_| out_of_range(value))).collect(),
        // Numbers of 64 bits are written raw.
        Element::F64 | Element::Other(_) => Ok(Vec::new()),
    }
}

fn external(entries: &[(String, String)]) -> Result<Data, String> {
    let entry = |name: &str| entries.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let number = |name: &str| {
        let parsed = entry(name).map(|value| (value, value.parse::<u64>()));
        match parsed {
            None => Ok(None),
            Some((_, Ok(number))) => Ok(Some(number)),
            Some((value, Err(_))) => Err(format!("external_data: {name}: expected a whole number, found {value:?}")),
        }
    };
    let Some(location) = entry("location") else {
        return Err("external_data: expected a location, found none".to_owned());
    };
    Ok(Data::External {
        location: location.to_owned(),
        offset: number("offset")?.unwrap_or(0),
        length: number("length")?,
    })
}

fn parse_entry(file: &[u8], range: Range<usize>) -> Result<(String, String), OnnxError> {
    let mut fields = Fields::new(file, range);
    let (mut key, mut value) = (String::new(), String::new());
    while let Some(field) = fields.next()? {
        match field {
            (1, Value::Bytes(range)) => key = text(file, range)?,
            (2, Value::Bytes(range)) => value = text(file, range)?,
            _ => {}
        }
    }
    Ok((key, value))
}

fn text(file: &[u8], range: Range<usize>) -> Result<String, OnnxError> {
    let start = range.start;
    match std::str::from_utf8(&file[range]) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Err(OnnxError(format!("byte {start}: expected text in UTF-8, found other bytes"))),
    }
}

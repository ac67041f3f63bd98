//! An encoder's weights: where each lies, checked against all others.
//!
//! Matrices are turned over where they lie, so that nothing is held twice: `[inputs, outputs]`, as graphs mostly have
//! them, becomes `[outputs, inputs]`, as the kernels read them.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use spanlet_kernels::{Rows, WholeRows, WholeWeights};

use super::description::{self, Activation, Description, Positions};
use crate::export::GraphFiles;
use crate::half;
use crate::network::MAX_WINDOW;
use crate::onnx::{Data, Element, Graph, Tensor};

/// The most numbers that a row may have, and the most rows of a table: far above any encoder's.
const MAX_SIDE: usize = 1 << 24;
/// The most numbers in a row of which every piece of a window has one: all of them fit a GiB.
const MAX_ROW: usize = (1 << 30) / (4 * MAX_WINDOW);

/// A network whose parts fit each other.
#[derive(Clone)]
pub(super) struct Network {
    storage: Storage,
    /// How many numbers a row has in the layers.
    pub(super) width: usize,
    pub(super) embeddings: Embeddings,
    pub(super) layers: Vec<Layer>,
    /// `[buckets, heads]`.
    pub(super) distances: Option<Vec<f32>>,
    pub(super) head: Head,
}

#[derive(Clone)]
pub(super) struct Embeddings {
    pub(super) words: Table,
    pub(super) positions: Option<(Table, Positions)>,
    pub(super) types: Option<(Table, Types)>,
    pub(super) norm: Norm,
    pub(super) projection: Option<Linear>,
}

/// Which row of the types is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Types {
    Given,
    Zero,
}

/// `[rows, width]`.
#[derive(Clone)]
pub(super) struct Table {
    bytes: Place,
    element: Element,
    /// What a row of 8 bits is multiplied by.
    scales: Vec<f32>,
    pub(super) rows: usize,
    pub(super) width: usize,
}

#[derive(Clone)]
pub(super) struct Layer {
    pub(super) query: Linear,
    pub(super) key: Linear,
    pub(super) value: Linear,
    pub(super) heads: usize,
    pub(super) scale: f32,
    pub(super) output: Linear,
    pub(super) attention_norm: Norm,
    pub(super) up: Linear,
    pub(super) activation: Activation,
    pub(super) down: Linear,
    pub(super) norm: Norm,
}

#[derive(Clone)]
pub(super) struct Linear {
    /// `[outputs, inputs]`.
    weights: Place,
    /// There where the weights are of 8 bits.
    whole: Option<Whole>,
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    /// `[outputs]`, or none.
    pub(super) bias: Vec<f32>,
}

/// What products with weights of 8 bits need to know.
#[derive(Clone)]
struct Whole {
    /// `[outputs]`: what a weight of 1 means.
    units: Vec<f32>,
    /// How large an input may be as a whole number.
    limit: i16,
}

/// Inputs as whole numbers.
#[derive(Clone, Default)]
pub(super) struct WholeInputs {
    /// `[rows, inputs]`.
    numbers: Vec<i16>,
    /// `[rows]`.
    units: Vec<f32>,
}

#[derive(Clone)]
pub(super) struct Norm {
    pub(super) gain: Vec<f32>,
    pub(super) bias: Vec<f32>,
    pub(super) epsilon: f32,
}

#[derive(Clone)]
pub(super) struct Head {
    pub(super) is_of_first: bool,
    pub(super) steps: Vec<Step>,
}

#[derive(Clone)]
pub(super) enum Step {
    Linear(Linear),
    Activation(Activation),
}

impl Step {
    /// How many numbers it answers, where that is not as many as it is given.
    pub(super) fn width(&self) -> Option<usize> {
        match self {
            Self::Linear(linear) => Some(linear.outputs),
            Self::Activation(_) => None,
        }
    }
}

/// Bytes of the storage.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Place {
    buffer: usize,
    range: Range<usize>,
}

/// The graph's file, those beside it, and what had to be written anew.
#[derive(Clone, Default)]
struct Storage {
    buffers: Vec<Vec<u8>>,
}

impl Storage {
    fn bytes(&self, place: &Place) -> &[u8] {
        &self.buffers[place.buffer][place.range.clone()]
    }
}

impl Network {
    /// The network of a description; the files as they were, if its parts do not fit each other.
    pub(super) fn load(files: GraphFiles, graph: &Graph, description: &Description) -> Result<Self, GraphFiles> {
        let mut loader = Loader::new(files, graph);
        match loader.network(description) {
            Some(network) => Ok(loader.turned_over(network)),
            None => Err(loader.into_files()),
        }
    }

    /// The row of a table, added to `sum`; `None` where the table has no such row.
    pub(super) fn add_row(&self, table: &Table, row: usize, sum: &mut [f32]) -> Option<()> {
        if row >= table.rows {
            return None;
        }
        let bytes = self.storage.bytes(&table.bytes);
        match table.element {
            Element::I8 => {
                let scale = table.scales[row];
                let row = &bytes[row * table.width..][..table.width];
                sum.iter_mut().zip(row).for_each(|(sum, byte)| *sum += f32::from(byte.cast_signed()) * scale);
            }
            Element::F16 => {
                let row = bytes[2 * row * table.width..][..2 * table.width].as_chunks().0;
                sum.iter_mut().zip(row).for_each(|(sum, bits)| *sum += half::to_f32(u16::from_le_bytes(*bits)));
            }
            _ => spanlet_kernels::add_row(sum, &bytes[4 * row * table.width..][..4 * table.width]),
        }
        Some(())
    }

    /// `rows · weights + bias` for every row: `[rows, inputs]` to rows of `outputs` that begin `stride` apart.
    ///
    /// Where the weights are of 8 bits, each row is rounded to 16 first; `inputs` is a buffer for that.
    pub(super) fn multiply(
        &self,
        linear: &Linear,
        rows: &[f32],
        inputs: &mut WholeInputs,
        products: &mut [f32],
        stride: usize,
    ) {
        let bytes = self.storage.bytes(&linear.weights);
        let Some(whole) = &linear.whole else {
            let (rows, weights) = (Rows::new(rows, linear.inputs, linear.inputs), Rows::of_bytes(bytes, linear.inputs));
            return spanlet_kernels::multiply(rows, weights, &linear.bias, products, stride);
        };
        inputs.units.clear();
        // It keeps the length of the longest rows, because filling it up with zeros takes time.
        if inputs.numbers.len() < rows.len() {
            inputs.numbers.resize(rows.len(), 0);
        }
        for (row, numbers) in rows.chunks_exact(linear.inputs).zip(inputs.numbers.chunks_exact_mut(linear.inputs)) {
            inputs.units.push(spanlet_kernels::quantize(row, whole.limit, numbers));
        }
        let rows = WholeRows { numbers: &inputs.numbers[..rows.len()], units: &inputs.units };
        let weights = WholeWeights { numbers: bytes, columns: linear.inputs, units: &whole.units, bias: &linear.bias };
        spanlet_kernels::multiply_whole(rows, weights, products, stride);
    }

    /// Every linear layer.
    fn linears_mut(&mut self) -> impl Iterator<Item = &mut Linear> {
        let projection = self.embeddings.projection.iter_mut();
        let layers = self.layers.iter_mut().flat_map(|layer| {
            let Layer { query, key, value, output, up, down, .. } = layer;
            [query, key, value, output, up, down]
        });
        let head = self.head.steps.iter_mut().filter_map(|step| match step {
            Step::Linear(linear) => Some(linear),
            Step::Activation(_) => None,
        });
        projection.chain(layers).chain(head)
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.storage.buffers.iter().map(Vec::len).sum()
    }
}

/// Finds the parts of a network in its files.
struct Loader<'g> {
    graph: &'g Graph,
    part: String,
    storage: Storage,
    /// Names of the buffers from the second on, up to those that are written anew.
    names: Vec<String>,
    /// How many buffers are files.
    files: usize,
    /// Matrices that lie `[inputs, outputs]`, with their outputs and whether they are of 8 bits. Layers may share one.
    to_turn: HashMap<Place, (usize, bool)>,
    /// Matrices that were written anew, by name.
    written: BTreeMap<String, Place>,
}

impl<'g> Loader<'g> {
    fn new(files: GraphFiles, graph: &'g Graph) -> Self {
        let GraphFiles { part, bytes, beside } = files;
        let (names, others): (Vec<String>, Vec<Vec<u8>>) = beside.into_iter().unzip();
        let buffers: Vec<Vec<u8>> = [bytes].into_iter().chain(others).collect();
        let files = buffers.len();
        let storage = Storage { buffers };
        Self { graph, part, storage, names, files, to_turn: HashMap::new(), written: BTreeMap::new() }
    }

    fn into_files(mut self) -> GraphFiles {
        self.storage.buffers.truncate(self.files);
        let mut buffers = self.storage.buffers.into_iter();
        let bytes = buffers.next().unwrap_or_default();
        GraphFiles { part: self.part, bytes, beside: self.names.into_iter().zip(buffers).collect() }
    }

    /// Turns matrices over where they lie, and hands the storage to the network.
    fn turned_over(mut self, mut network: Network) -> Network {
        let mut copy = Vec::new();
        for (place, (outputs, is_whole)) in &self.to_turn {
            let bytes = &mut self.storage.buffers[place.buffer][place.range.clone()];
            copy.clear();
            copy.extend_from_slice(bytes);
            match is_whole {
                true => spanlet_kernels::transpose_whole(&copy, *outputs, bytes),
                false => spanlet_kernels::transpose_bytes(Rows::of_bytes(&copy, *outputs), bytes),
            }
        }
        for linear in network.linears_mut() {
            if let Some(whole) = &mut linear.whole {
                whole.limit = spanlet_kernels::whole_limit(self.storage.bytes(&linear.weights), linear.inputs);
            }
        }
        network.storage = self.storage;
        network
    }

    fn network(&mut self, description: &Description) -> Option<Network> {
        let embeddings = self.embeddings(&description.embeddings)?;
        let width = embeddings.projection.as_ref().map_or(embeddings.words.width, |projection| projection.outputs);
        let layers: Option<Vec<Layer>> = description.layers.iter().map(|layer| self.layer(layer, width)).collect();
        let layers = layers?;
        let distances = match &description.distances {
            None => None,
            Some(distances) => {
                let heads = self.graph.tensors.get(&distances.table)?.shape.get(1)?;
                let fits = layers.iter().all(|layer| layer.heads == *heads);
                Some(self.numbers(&distances.table).filter(|_| fits)?)
            }
        };
        let head = self.head(&description.head, width)?;
        let rows = [embeddings.words.width, width.checked_mul(3)?]
            .into_iter()
            .chain(layers.iter().map(|layer| layer.up.outputs));
        let head_rows = head.steps.iter().filter(|_| !head.is_of_first).filter_map(Step::width);
        if rows.chain(head_rows).any(|width| width > MAX_ROW) {
            return None;
        }
        Some(Network { storage: Storage::default(), width, embeddings, layers, distances, head })
    }

    fn embeddings(&mut self, description: &description::Embeddings) -> Option<Embeddings> {
        let words = self.table(&description.words)?;
        let of_words = |table: &Table| table.width == words.width;
        let positions = match &description.positions {
            None => None,
            Some((table, positions)) => Some((self.table(table).filter(of_words)?, *positions)),
        };
        let types = match &description.types {
            None => None,
            Some(description::Types::Given(table)) => Some((self.table(table).filter(of_words)?, Types::Given)),
            Some(description::Types::Zero(table)) => Some((self.table(table).filter(of_words)?, Types::Zero)),
        };
        let norm = self.norm(&description.norm, words.width)?;
        let projection = match &description.projection {
            None => None,
            Some(linear) => Some(self.linear(linear, words.width)?),
        };
        Some(Embeddings { words, positions, types, norm, projection })
    }

    fn layer(&mut self, layer: &description::Layer, width: usize) -> Option<Layer> {
        let square = |linear: &Linear| linear.outputs == width;
        let up = self.linear(&layer.up, width)?;
        let down = self.linear(&layer.down, up.outputs).filter(square)?;
        let is_divided = layer.heads > 0 && width.is_multiple_of(layer.heads) && layer.scale.is_finite();
        Some(Layer {
            query: self.linear(&layer.query, width).filter(square)?,
            key: self.linear(&layer.key, width).filter(square)?,
            value: self.linear(&layer.value, width).filter(square)?,
            heads: is_divided.then_some(layer.heads)?,
            scale: layer.scale,
            output: self.linear(&layer.output, width).filter(square)?,
            attention_norm: self.norm(&layer.attention_norm, width)?,
            up,
            activation: layer.activation,
            down,
            norm: self.norm(&layer.norm, width)?,
        })
    }

    fn head(&mut self, head: &description::Head, width: usize) -> Option<Head> {
        let mut width = width;
        let mut steps = Vec::new();
        for step in &head.steps {
            steps.push(match step {
                description::Step::Activation(activation) => Step::Activation(*activation),
                description::Step::Linear(linear) => {
                    let linear = self.linear(linear, width)?;
                    width = linear.outputs;
                    Step::Linear(linear)
                }
            });
        }
        Some(Head { is_of_first: head.is_of_first, steps })
    }

    fn table(&self, table: &description::Table) -> Option<Table> {
        let tensor = self.graph.tensors.get(&table.rows)?;
        let [rows @ 1..=MAX_SIDE, width @ 1..=MAX_SIDE] = *tensor.shape.as_slice() else { return None };
        let scales = match &table.scales {
            None => Vec::new(),
            Some(scales) => self.numbers(scales)?,
        };
        let is_scaled = match tensor.element {
            Element::I8 => scales.len() == rows,
            Element::F32 | Element::F16 => scales.is_empty(),
            _ => false,
        };
        let bytes = self.place(tensor)?;
        is_scaled.then_some(Table { bytes, element: tensor.element, scales, rows, width })
    }

    fn norm(&self, norm: &description::Norm, width: usize) -> Option<Norm> {
        let of_width = |values: &Vec<f32>| values.len() == width;
        let gain = self.numbers(&norm.gain).filter(of_width)?;
        let bias = self.numbers(&norm.bias).filter(of_width)?;
        Some(Norm { gain, bias, epsilon: norm.epsilon })
    }

    /// A linear layer for so many inputs.
    fn linear(&mut self, linear: &description::Linear, inputs: usize) -> Option<Linear> {
        let tensor = self.graph.tensors.get(&linear.weights.name)?;
        let [one @ 1..=MAX_SIDE, other @ 1..=MAX_SIDE] = *tensor.shape.as_slice() else { return None };
        let (rows, outputs) = if linear.weights.is_transposed { (other, one) } else { (one, other) };
        let bias = match &linear.bias {
            None => Vec::new(),
            Some(bias) => self.numbers(bias).filter(|bias| bias.len() == outputs)?,
        };
        if rows != inputs {
            return None;
        }
        let whole = match &linear.weights.scales {
            None => None,
            Some(scales) => Some(self.whole(scales, outputs)?),
        };
        let weights = self.matrix(&linear.weights.name, tensor, whole.is_some())?;
        if !linear.weights.is_transposed {
            self.to_turn.insert(weights.clone(), (outputs, whole.is_some()));
        }
        Some(Linear { weights, whole, inputs, outputs, bias })
    }

    /// The scales of so many outputs; one may stand for all.
    fn whole(&self, scales: &str, outputs: usize) -> Option<Whole> {
        let units = match self.numbers(scales)?.as_slice() {
            [one] => vec![*one; outputs],
            each => each.to_vec(),
        };
        // The limit is known when the weights have been turned over.
        (units.len() == outputs).then_some(Whole { units, limit: 1 })
    }

    /// Where a matrix lies as it is used; weights of 16 bits are written anew.
    fn matrix(&mut self, name: &str, tensor: &Tensor, is_whole: bool) -> Option<Place> {
        let place = self.place(tensor)?;
        match (tensor.element, is_whole) {
            (Element::F32, false) | (Element::I8, true) => Some(place),
            (Element::F16, false) => {
                if let Some(place) = self.written.get(name) {
                    return Some(place.clone());
                }
                let number = |bits: &[u8; 2]| half::to_f32(u16::from_le_bytes(*bits));
                let bits = self.storage.bytes(&place).as_chunks().0;
                let widened: Vec<u8> = bits.iter().flat_map(|bits| number(bits).to_le_bytes()).collect();
                let place = Place { buffer: self.storage.buffers.len(), range: 0..widened.len() };
                self.storage.buffers.push(widened);
                self.written.insert(name.to_owned(), place.clone());
                Some(place)
            }
            _ => None,
        }
    }

    /// The numbers of a small tensor.
    fn numbers(&self, name: &str) -> Option<Vec<f32>> {
        let tensor = self.graph.tensors.get(name)?;
        let bytes = match &tensor.data {
            Data::Decoded(bytes) => bytes,
            Data::File(_) | Data::External { .. } => self.storage.bytes(&self.place(tensor)?),
        };
        match tensor.element {
            Element::F32 => Some(bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()),
            Element::F16 => {
                let number = |bits: &[u8; 2]| half::to_f32(u16::from_le_bytes(*bits));
                Some(bytes.as_chunks().0.iter().map(number).collect())
            }
            _ => None,
        }
    }

    /// Where a tensor's bytes lie, if they do: in the graph's file or beside it.
    fn place(&self, tensor: &Tensor) -> Option<Place> {
        let size = tensor.len().checked_mul(tensor.element.bytes()?)?;
        let (buffer, range) = match &tensor.data {
            Data::File(range) => (0, range.clone()),
            Data::Decoded(_) => return None,
            Data::External { location, offset, .. } => {
                let buffer = self.names.iter().position(|name| name == location)? + 1;
                let start = usize::try_from(*offset).ok()?;
                (buffer, start..start.checked_add(size)?)
            }
        };
        let is_there = range.len() == size && range.end <= self.storage.buffers[buffer].len();
        is_there.then_some(Place { buffer, range })
    }
}

//! The values of a graph by name: what makes them, and which are constant.

use std::cell::Cell;
use std::collections::HashMap;

use super::is_weight;
use crate::encoder::description::Weights;
use crate::onnx::{Attribute, Data, Element, Graph, Node, Tensor};

/// How far values are followed: through mere names, factors, and what constants are computed from.
const MAX_DEPTH: usize = 32;
/// The most values that one number is computed from.
const MAX_STEPS: usize = 256;
/// The most numbers of a constant that is looked into: one a position.
const MAX_NUMBERS: usize = 1 << 20;

/// A graph's values.
pub(super) struct Values<'g> {
    graph: &'g Graph,
    file: &'g [u8],
    makers: HashMap<&'g str, &'g Node>,
}

/// A product, its constant factors multiplied.
pub(super) struct Product<'g> {
    pub(super) scale: f32,
    pub(super) factors: Vec<&'g str>,
}

impl<'g> Values<'g> {
    /// The values of a graph whose small constants lie in `file`.
    pub(super) fn new(graph: &'g Graph, file: &'g [u8]) -> Self {
        let outputs = |node: &'g Node| node.outputs.iter().map(move |output| (output.as_str(), node));
        let makers = graph.nodes.iter().flat_map(outputs).collect();
        Self { graph, file, makers }
    }

    /// The value that this one is a mere name for: itself, or what it is made from by operators that change nothing.
    pub(super) fn base(&self, value: &'g str) -> &'g str {
        let mut value = value;
        for _ in 0..MAX_DEPTH {
            match self.makers.get(value) {
                Some(node) if changes_nothing(node) && !node.inputs.is_empty() => value = &node.inputs[0],
                _ => break,
            }
        }
        value
    }

    /// Whether two names are of one value.
    pub(super) fn same(&self, one: &'g str, other: &'g str) -> bool {
        self.base(one) == self.base(other)
    }

    /// What makes a value; nothing makes inputs and weights.
    pub(super) fn made(&self, value: &'g str) -> Option<&'g Node> {
        let node = self.makers.get(self.base(value)).copied()?;
        // All that is recognised but constants is made of something, which is not looked for again.
        let has_inputs = !node.inputs.is_empty() || node.operator == "Constant";
        (node.domain.is_empty() && has_inputs).then_some(node)
    }

    /// What makes a value, if it is that operator.
    pub(super) fn made_by(&self, value: &'g str, operator: &str) -> Option<&'g Node> {
        self.made(value).filter(|node| node.operator == operator)
    }

    /// The name of the graph's input that a value is, through casts.
    pub(super) fn input(&self, value: &'g str) -> Option<&'g str> {
        let base = self.base(value);
        self.graph.inputs.iter().any(|input| input == base).then_some(base)
    }

    /// A weight by name.
    pub(super) fn weight(&self, value: &'g str) -> Option<(&'g str, &'g Tensor)> {
        let base = self.base(value);
        let tensor = self.graph.tensors.get(base)?;
        is_weight(tensor.element).then_some((base, tensor))
    }

    /// The shape of a weight.
    pub(super) fn weight_shape(&self, name: &str) -> Option<&'g [usize]> {
        self.graph.tensors.get(name).map(|tensor| tensor.shape.as_slice())
    }

    /// The name of a vector of weights.
    pub(super) fn vector(&self, value: &'g str) -> Option<&'g str> {
        let (name, tensor) = self.weight(value)?;
        (tensor.shape.len() == 1 && tensor.element != Element::I8).then_some(name)
    }

    /// A matrix of weights: as it is, rounded to 8 bits, or transposed before use.
    pub(super) fn matrix(&self, value: &'g str) -> Option<Weights> {
        self.matrix_within(value, MAX_DEPTH)
    }

    fn matrix_within(&self, value: &'g str, depth: usize) -> Option<Weights> {
        if let Some(node) = self.made_by(value, "Transpose") {
            let mut weights = self.matrix_within(node.inputs.first()?, depth.checked_sub(1)?)?;
            let is_swap = matches!(node.attribute("perm"), Some(Attribute::Ints(perm)) if perm == &[1, 0]);
            weights.is_transposed ^= true;
            return is_swap.then_some(weights);
        }
        if let Some(node) = self.made_by(value, "DequantizeLinear") {
            return self.rounded_matrix(node);
        }
        let (name, tensor) = self.weight(value)?;
        let is_matrix = tensor.shape.len() == 2 && tensor.element != Element::I8;
        is_matrix.then(|| Weights { name: name.to_owned(), is_transposed: false, scales: None })
    }

    /// Weights of 8 bits with a scale for each output, or one for all, and no zero but 0.
    fn rounded_matrix(&self, node: &'g Node) -> Option<Weights> {
        let (name, tensor) = self.weight(node.inputs.first()?)?;
        let (scales, scale_tensor) = self.weight(node.inputs.get(1)?)?;
        let is_one = scale_tensor.len() == 1;
        let is_by_output = scale_tensor.shape == tensor.shape.get(1..)? && node.int("axis", 1)? == 1;
        let is_centered = match node.inputs.get(2).filter(|zero| !zero.is_empty()) {
            None => true,
            Some(zero) => self.whole_numbers(zero)?.iter().all(|zero| *zero == 0),
        };
        let is_rounded = tensor.element == Element::I8 && tensor.shape.len() == 2;
        let is_scaled = scale_tensor.element == Element::F32 && (is_one || is_by_output);
        let weights = Weights { name: name.to_owned(), is_transposed: false, scales: Some(scales.to_owned()) };
        (is_rounded && is_scaled && is_centered).then_some(weights)
    }

    /// A constant.
    pub(super) fn constant(&self, value: &'g str) -> Option<&'g Tensor> {
        let base = self.base(value);
        if let Some(tensor) = self.graph.tensors.get(base) {
            return Some(tensor);
        }
        match self.made_by(base, "Constant")?.attribute("value")? {
            Attribute::Tensor(tensor) => Some(tensor),
            _ => None,
        }
    }

    /// How many dimensions a constant has.
    pub(super) fn rank(&self, value: &'g str) -> Option<usize> {
        self.constant(value).map(|tensor| tensor.shape.len())
    }

    /// The numbers of a constant of whole numbers.
    pub(super) fn whole_numbers(&self, value: &'g str) -> Option<Vec<i64>> {
        let tensor = self.constant(value)?;
        let bytes = self.bytes(tensor)?;
        match tensor.element {
            Element::I64 => Some(bytes.as_chunks().0.iter().map(|bytes| i64::from_le_bytes(*bytes)).collect()),
            Element::I32 => Some(bytes.as_chunks().0.iter().map(|bytes| i32::from_le_bytes(*bytes).into()).collect()),
            Element::I8 => Some(bytes.iter().map(|byte| byte.cast_signed().into()).collect()),
            Element::U8 => Some(bytes.iter().map(|byte| i64::from(*byte)).collect()),
            Element::F32 | Element::F16 | Element::F64 | Element::Other(_) => None,
        }
    }

    fn bytes(&self, tensor: &'g Tensor) -> Option<&'g [u8]> {
        if tensor.len() > MAX_NUMBERS {
            return None;
        }
        match &tensor.data {
            Data::File(range) => self.file.get(range.clone()),
            Data::Decoded(bytes) => Some(bytes),
            Data::External { .. } => None,
        }
    }

    /// One constant number, given or computed from the width of a head.
    pub(super) fn scalar(&self, value: &'g str) -> Option<f32> {
        let steps = Cell::new(MAX_STEPS);
        self.computed(value, MAX_DEPTH, &steps)
    }

    /// `steps` is how many more values may be looked at: a value that goes into a product twice is computed twice.
    #[allow(clippy::cast_precision_loss, reason = "a constant of a formula, or a width")]
    fn computed(&self, value: &'g str, depth: usize, steps: &Cell<usize>) -> Option<f32> {
        steps.set(steps.get().checked_sub(1)?);
        if let Some(tensor) = self.constant(value) {
            return (tensor.len() == 1).then(|| self.number(tensor))?;
        }
        let node = self.made(value).filter(|_| depth > 0)?;
        let input = |index: usize| self.computed(node.inputs.get(index)?, depth - 1, steps);
        match node.operator.as_str() {
            "Sqrt" => Some(input(0)?.sqrt()),
            "Div" => Some(input(0)? / input(1)?),
            "Mul" => Some(input(0)? * input(1)?),
            "Squeeze" | "Unsqueeze" | "Reshape" => input(0),
            "Gather" | "Slice" => {
                let shape = self.made_by(node.inputs.first()?, "Shape")?;
                let index = self.whole_numbers(node.inputs.get(1)?)?;
                let is_last = matches!(index.as_slice(), [-1]);
                is_last
                    .then(|| self.last_dimension(shape.inputs.first()?, depth - 1))
                    .flatten()
                    .map(|width| width as f32)
            }
            _ => None,
        }
    }

    #[allow(clippy::cast_precision_loss, reason = "a constant of a formula")]
    fn number(&self, tensor: &'g Tensor) -> Option<f32> {
        let bytes = self.bytes(tensor)?;
        match tensor.element {
            Element::F32 => Some(f32::from_le_bytes(bytes.try_into().ok()?)),
            Element::F16 => Some(crate::half::to_f32(u16::from_le_bytes(bytes.try_into().ok()?))),
            #[allow(clippy::cast_possible_truncation, reason = "what is computed in 64 bits there is in 32 here")]
            Element::F64 => Some(f64::from_le_bytes(bytes.try_into().ok()?) as f32),
            Element::I64 => Some(i64::from_le_bytes(bytes.try_into().ok()?) as f32),
            Element::I32 => Some(i32::from_le_bytes(bytes.try_into().ok()?) as f32),
            Element::I8 | Element::U8 | Element::Other(_) => None,
        }
    }

    /// The last dimension of a value that was cut into heads.
    fn last_dimension(&self, value: &'g str, depth: usize) -> Option<i64> {
        let node = self.made(value).filter(|_| depth > 0)?;
        let input = || node.inputs.first().map(String::as_str);
        match node.operator.as_str() {
            "Reshape" => self.dimensions(node.inputs.get(1)?)?.last().copied()?,
            "Transpose" => match node.attribute("perm")? {
                Attribute::Ints(perm) if perm == &[0, 2, 1, 3] => self.last_dimension(input()?, depth - 1),
                _ => None,
            },
            "Mul" | "Div" => self.last_dimension(input()?, depth - 1),
            _ => None,
        }
    }

    /// What is known of a shape that a value is given: its constant dimensions, `None` for the others.
    pub(super) fn dimensions(&self, value: &'g str) -> Option<Vec<Option<i64>>> {
        if let Some(numbers) = self.whole_numbers(value) {
            return Some(numbers.into_iter().map(Some).collect());
        }
        let parts = &self.made_by(value, "Concat")?.inputs;
        // A part that is not constant is one dimension of another value.
        let part = |part: &'g String| {
            self.whole_numbers(part).map_or(vec![None], |known| known.into_iter().map(Some).collect())
        };
        Some(parts.iter().flat_map(part).collect())
    }

    /// A sum, product or quotient with a constant number, and that number.
    pub(super) fn with_scalar(&self, value: &'g str, operator: &str) -> Option<(&'g str, f32)> {
        let [one, other] = self.made_by(value, operator)?.inputs.as_slice() else { return None };
        match (self.scalar(other), self.scalar(one)) {
            (Some(number), _) => Some((one, number)),
            (None, Some(number)) if operator != "Div" => Some((other, number)),
            _ => None,
        }
    }

    /// The factors of a product of products, quotients by constants among them.
    pub(super) fn product(&self, value: &'g str) -> Product<'g> {
        let mut product = Product { scale: 1.0, factors: Vec::new() };
        self.multiply(value, MAX_DEPTH, &mut product);
        product
    }

    fn multiply(&self, value: &'g str, depth: usize, product: &mut Product<'g>) {
        let node = self.made(value).filter(|_| depth > 0 && product.factors.len() < MAX_DEPTH);
        match node.map(|node| (node.operator.as_str(), node.inputs.as_slice())) {
            Some(("Mul", [one, other])) => {
                for factor in [one, other] {
                    match self.scalar(factor) {
                        Some(number) => product.scale *= number,
                        None => self.multiply(factor, depth - 1, product),
                    }
                }
            }
            Some(("Div", [dividend, divisor])) if self.scalar(divisor).is_some() => {
                product.scale /= self.scalar(divisor).unwrap_or(1.0);
                self.multiply(dividend, depth - 1, product);
            }
            _ => product.factors.push(value),
        }
    }

    /// What a value is the mean of over the last axis, the axis kept.
    pub(super) fn last_mean(&self, value: &'g str) -> Option<&'g str> {
        let node = self.made_by(value, "ReduceMean")?;
        let is_last = match (node.attribute("axes"), node.inputs.get(1)) {
            (Some(Attribute::Ints(axes)), None) => axes == &[-1],
            (None, Some(axes)) => self.whole_numbers(axes)? == [-1],
            _ => false,
        };
        (is_last && node.int("keepdims", 1)? == 1).then_some(node.inputs[0].as_str())
    }

    /// Everything that a value is made from, by operators and the names of what nothing makes; `None` where that is
    /// more than a mask or an index ever takes. A shape is not followed further.
    pub(super) fn sources(&self, value: &'g str) -> Option<Sources<'g>> {
        /// As many operators as the longest of them has, twice over.
        const MAX_OPERATORS: usize = 256;
        let mut sources = Sources::default();
        let mut open = vec![value];
        let mut seen = std::collections::HashSet::new();
        while let Some(value) = open.pop() {
            if value.is_empty() || !seen.insert(value) {
                continue;
            }
            match self.makers.get(value) {
                None if self.graph.tensors.contains_key(value) => sources.weights.push(value),
                None => sources.inputs.push(value),
                Some(node) => {
                    sources.operators.push(node);
                    if node.operator != "Shape" {
                        open.extend(node.inputs.iter().map(String::as_str));
                    }
                }
            }
            if sources.operators.len() > MAX_OPERATORS {
                return None;
            }
        }
        Some(sources)
    }
}

/// What a value is made from.
#[derive(Default)]
pub(super) struct Sources<'g> {
    pub(super) operators: Vec<&'g Node>,
    /// Inputs of the graph.
    pub(super) inputs: Vec<&'g str>,
    pub(super) weights: Vec<&'g str>,
}

impl Sources<'_> {
    pub(super) fn has(&self, operator: &str) -> bool {
        self.operators.iter().any(|node| node.operator == operator)
    }
}

/// Whether an operator's answer is what it is given: a name, or another type for numbers of the same value.
fn changes_nothing(node: &Node) -> bool {
    match node.operator.as_str() {
        "Identity" | "Dropout" => true,
        // To numbers with a fraction, or to whole numbers of 32 or 64 bits. All is computed in 32 bits here.
        "Cast" => matches!(node.int("to", 0), Some(1 | 6 | 7 | 10 | 11)),
        _ => false,
    }
}

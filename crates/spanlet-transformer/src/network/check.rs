//! What a graph must be before tract sees it, since tract looks names up without asking whether they are there.
//!
//! It is looked at as tract's own reader has decoded it, so that both see the same.

use std::collections::HashSet;

use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto, TensorProto};

use super::operators::{MAX_BYTES, operator};
use crate::load_error::LoadError;

/// The most nodes and weights of a graph, those of inner ones included; the largest encoders have some thousands.
const MAX_ITEMS: usize = 1 << 15;
/// How deep graphs may lie in graphs.
const MAX_DEPTH: usize = 4;
/// The most dimensions of a weight.
const MAX_RANK: usize = 8;
/// The most attributes of a node.
const MAX_ATTRIBUTES: usize = 64;

/// Refuses a graph whose values do not follow from one another, or that asks for an operator that is not here.
pub(super) fn check(graph: &GraphProto, part: &str) -> Result<(), LoadError> {
    let mut checked = Checked { part, left: MAX_ITEMS };
    checked.graph(graph, &HashSet::new(), 0)
}

struct Checked<'p> {
    part: &'p str,
    /// How many more nodes and weights there may be.
    left: usize,
}

impl Checked<'_> {
    fn graph(&mut self, graph: &GraphProto, outer: &HashSet<&str>, depth: usize) -> Result<(), LoadError> {
        if depth > MAX_DEPTH {
            return Err(self.damaged(format!("expected graphs inside graphs at most {MAX_DEPTH} deep, found more")));
        }
        let items = graph.node.len() + graph.initializer.len() + graph.input.len() + graph.output.len();
        self.left = match self.left.checked_sub(items) {
            Some(left) => left,
            None => return Err(self.damaged(format!("expected at most {MAX_ITEMS} nodes and tensors, found more"))),
        };
        let mut known = outer.clone();
        for tensor in &graph.initializer {
            let name = &tensor.name;
            self.tensor(tensor).map_err(|problem| self.damaged(format!("tensor {name:?}: {problem}")))?;
            self.make(&mut known, name)?;
        }
        let weights: HashSet<&str> = graph.initializer.iter().map(|tensor| tensor.name.as_str()).collect();
        for input in graph.input.iter().filter(|input| !weights.contains(input.name.as_str())) {
            if depth > 0 {
                return Err(self.damaged(format!("input {:?}: expected none of an inner graph", input.name)));
            }
            self.make(&mut known, &input.name)?;
        }
        for node in &graph.node {
            self.node(node, &known, depth)?;
            for output in node.output.iter().filter(|output| !output.is_empty()) {
                self.make(&mut known, output)?;
            }
        }
        match graph.output.iter().find(|output| !known.contains(output.name.as_str())) {
            Some(output) => {
                Err(self.damaged(format!("output {:?}: expected a node that makes it, found none", output.name)))
            }
            None if graph.output.is_empty() => {
                Err(self.damaged("expected a graph with an output, found none".to_owned()))
            }
            None => Ok(()),
        }
    }

    /// A name is given once.
    fn make<'g>(&self, known: &mut HashSet<&'g str>, name: &'g str) -> Result<(), LoadError> {
        match known.insert(name) {
            true => Ok(()),
            false => Err(self.damaged(format!("{name:?}: expected one value of that name, found two"))),
        }
    }

    fn node(&mut self, node: &NodeProto, known: &HashSet<&str>, depth: usize) -> Result<(), LoadError> {
        let found = matches!(node.domain.as_str(), "" | "ai.onnx").then(|| operator(&node.op_type)).flatten();
        let Some(operator) = found else {
            let advice = "only operators of text encoders are; export it without fusing operators";
            return Err(LoadError::unsupported(self.part, format!("the operator {}", shown(node)), advice));
        };
        let damaged = |problem: String| self.damaged(format!("operator {}: {problem}", shown(node)));
        let given =
            |names: &[String], least: usize| names.iter().take(least).filter(|name| !name.is_empty()).count() == least;
        let (least, most) = (*operator.inputs.start(), *operator.inputs.end());
        if node.input.len() > most || !given(&node.input, least) {
            return Err(damaged(format!("expected {least} to {most} inputs, found {}", node.input.len())));
        }
        // All of many are of one kind, so that none can be left out.
        if operator.is_of_many() && !given(&node.input, node.input.len()) {
            return Err(damaged("expected a name for every input, found an empty one".to_owned()));
        }
        if node.output.len() > operator.outputs || !given(&node.output, 1) {
            return Err(damaged(format!("expected 1 to {} outputs, found {}", operator.outputs, node.output.len())));
        }
        let unknown = node.input.iter().find(|input| !input.is_empty() && !known.contains(input.as_str()));
        if let Some(input) = unknown {
            return Err(damaged(format!("input {input:?}: expected a value that is made before it, found none")));
        }
        if node.attribute.len() > MAX_ATTRIBUTES {
            return Err(damaged(format!(
                "expected at most {MAX_ATTRIBUTES} attributes, found {}",
                node.attribute.len()
            )));
        }
        for attribute in &node.attribute {
            self.attribute(node, attribute, known, depth)?;
        }
        Ok(())
    }

    fn attribute(
        &mut self,
        node: &NodeProto,
        attribute: &AttributeProto,
        known: &HashSet<&str>,
        depth: usize,
    ) -> Result<(), LoadError> {
        let place = || format!("operator {}: {}", shown(node), attribute.name);
        if let Some(tensor) = &attribute.t {
            self.tensor(tensor).map_err(|problem| self.damaged(format!("{}: {problem}", place())))?;
        }
        if let Some(graph) = &attribute.g {
            if graph.output.len() != node.output.len() {
                let problem = format!("expected {} outputs, found {}", node.output.len(), graph.output.len());
                return Err(self.damaged(format!("{}: {problem}", place())));
            }
            self.graph(graph, known, depth + 1)?;
        }
        if !attribute.graphs.is_empty() || !attribute.tensors.is_empty() {
            return Err(self.damaged(format!("{}: expected no list of graphs or tensors", place())));
        }
        Ok(())
    }

    /// What a tensor's numbers are and how many: strings would be a panic there.
    fn tensor(&self, tensor: &TensorProto) -> Result<(), String> {
        let bytes = match tensor.data_type {
            2 | 3 | 9 => 1,
            4 | 5 | 10 => 2,
            1 | 6 | 12 => 4,
            7 | 11 | 13 => 8,
            other => return Err(format!("expected a type of numbers, found type {other}")),
        };
        if tensor.dims.len() > MAX_RANK {
            return Err(format!("expected at most {MAX_RANK} dimensions, found {}", tensor.dims.len()));
        }
        let size = tensor.dims.iter().try_fold(bytes, |size: usize, dim| size.checked_mul(usize::try_from(*dim).ok()?));
        let Some(size) = size.filter(|size| *size <= MAX_BYTES) else {
            return Err(format!("expected at most {MAX_BYTES} bytes, found the shape {:?}", tensor.dims));
        };
        let numbers = [
            tensor.float_data.len(),
            tensor.int32_data.len(),
            tensor.int64_data.len(),
            tensor.double_data.len(),
            tensor.uint64_data.len(),
        ];
        let held =
            if tensor.raw_data.is_empty() { numbers.iter().sum::<usize>() * bytes } else { tensor.raw_data.len() };
        match held == size {
            true => Ok(()),
            false => Err(format!("expected {size} bytes for the shape {:?}, found {held}", tensor.dims)),
        }
    }

    fn damaged(&self, problem: String) -> LoadError {
        LoadError::damaged(self.part, problem)
    }
}

/// A node by its operator and its name, or what it makes.
fn shown(node: &NodeProto) -> String {
    let domain = if node.domain.is_empty() { String::new() } else { format!("{}.", node.domain) };
    let name = if node.name.is_empty() { node.output.first() } else { Some(&node.name) };
    format!("`{domain}{}` of node {:?}", node.op_type, name.map_or("", String::as_str))
}

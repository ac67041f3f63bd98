//! Weight files: the layers of a thinc model with their attributes and parameters.
//!
//! A file lists its layers in breadth-first order and says of each its name, which is made from the names of the layers
//! inside it: `a>>b` is a chain, `a|b` a concatenation, `residual(a)` and the like wrap one layer. [`ModelFile::parse`]
//! finds the layers inside each one from that, so that a component can walk from the root and check what it meets.

use std::fmt;

use spanlet_archive::msgpack::{self, Value};
use spanlet_archive::npy::NdArray;

use crate::load_error::LoadError;
use crate::transformer::{CURATED, HUGGING_FACE};

/// The most layers that a model may have. The largest of spaCy's own have about a hundred.
const MAX_NODES: usize = 4_096;
/// The longest name that a layer may have. A model's root repeats the names of all its layers.
const MAX_NAME_BYTES: usize = 1 << 16;

/// The layers of one model.
///
/// Source: thinc 8.3, `model.py` `Model.from_dict` and `Model.walk`.
#[derive(Clone, Debug)]
pub(crate) struct ModelFile<'b> {
    part: String,
    nodes: Vec<Node<'b>>,
}

/// One layer.
#[derive(Clone, Debug)]
pub(crate) struct Node<'b> {
    /// Its place in the file, from 0, the root.
    pub(crate) index: usize,
    /// E.g. `maxout` or `expand_window>>maxout`.
    pub(crate) name: &'b str,
    /// How it holds the layers inside it.
    pub(crate) kind: Kind,
    /// The layers inside it, in order. Empty for a layer without any, and for one whose name does not tell them.
    pub(crate) children: Vec<usize>,
    dims: Vec<(&'b str, Option<usize>)>,
    refs: Vec<(&'b str, Option<usize>)>,
    attrs: Vec<(&'b str, Value<'b>)>,
    params: Vec<(&'b str, Option<NdArray<'b>>)>,
}

/// How a layer holds those inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It computes something itself; its children, if any, are those that its references name.
    Leaf,
    /// `a>>b`: each layer's output is the next one's input.
    Chain,
    /// `a|b`: the outputs lie side by side.
    Concatenation,
    /// `with_array(a)`, `residual(a)`: one layer with something done before or after it.
    Wrapper,
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Leaf => "a single layer",
            Self::Chain => "a chain",
            Self::Concatenation => "a concatenation",
            Self::Wrapper => "a wrapped layer",
        })
    }
}

impl<'b> ModelFile<'b> {
    /// Reads a component's `model` file; `part` names it in errors.
    ///
    /// # Errors
    /// When the bytes are not a model's, its four lists disagree in length, it has no layer or too many, a reference
    /// leads nowhere, or it holds weights of another library.
    pub(crate) fn parse(part: &str, bytes: &'b [u8]) -> Result<Self, LoadError> {
        let value = msgpack::parse(part, bytes)?;
        let mut lists = Lists::take(part, value)?;
        let mut nodes = Vec::with_capacity(lists.nodes.len());
        for index in 0..lists.nodes.len() {
            nodes.push(lists.node(part, index)?);
        }
        let mut file = Self { part: part.to_owned(), nodes };
        file.find_children();
        Ok(file)
    }

    /// The file's name, for errors.
    pub(crate) fn part(&self) -> &str {
        &self.part
    }

    /// All layers in the order of the file.
    pub(crate) fn nodes(&self) -> &[Node<'b>] {
        &self.nodes
    }

    /// The layer that holds all others.
    pub(crate) fn root(&self) -> &Node<'b> {
        &self.nodes[0]
    }

    /// The layer that `node` refers to as `name`.
    pub(crate) fn reference(&self, node: &Node<'b>, name: &str) -> Result<&Node<'b>, LoadError> {
        self.optional_reference(node, name).ok_or_else(|| {
            self.damaged(
                node,
                &format!("expected a reference `{name}`, found {}", listed(node.refs.iter().map(|(name, _)| *name))),
            )
        })
    }

    /// The layer that `node` refers to as `name`, if it refers to any.
    pub(crate) fn optional_reference(&self, node: &Node<'b>, name: &str) -> Option<&Node<'b>> {
        let index = find(&node.refs, name).copied().flatten()?;
        self.nodes.get(index)
    }

    /// The layers inside `node`, which must be of this kind and hold that many.
    pub(crate) fn children<const N: usize>(&self, node: &Node<'b>, kind: Kind) -> Result<[&Node<'b>; N], LoadError> {
        let found = self.all_children(node, kind)?;
        let count = found.len();
        found.try_into().map_err(|_| self.damaged(node, &format!("expected {N} layers inside, found {count}")))
    }

    /// The layers inside `node`, which must be of this kind.
    pub(crate) fn all_children(&self, node: &Node<'b>, kind: Kind) -> Result<Vec<&Node<'b>>, LoadError> {
        if node.kind != kind {
            return Err(self.damaged(node, &format!("expected {kind}, found {}", node.kind)));
        }
        Ok(node.children.iter().map(|&index| &self.nodes[index]).collect())
    }

    /// The one layer inside `node`, which must be `WRAPPER(…)`.
    pub(crate) fn wrapped(&self, node: &Node<'b>, wrapper: &str) -> Result<&Node<'b>, LoadError> {
        let is_wrapper = node.name.strip_prefix(wrapper).is_some_and(|rest| rest.starts_with('('));
        match (is_wrapper, node.kind, node.children.as_slice()) {
            (true, Kind::Wrapper, &[child]) => Ok(&self.nodes[child]),
            _ => Err(self.damaged(node, &format!("expected `{wrapper}(…)`, found `{}`", shortened(node.name)))),
        }
    }

    /// Checks a layer's name.
    pub(crate) fn expect_name(&self, node: &Node<'b>, name: &str) -> Result<(), LoadError> {
        if node.name == name {
            return Ok(());
        }
        Err(self.damaged(node, &format!("expected layer `{name}`, found `{}`", shortened(node.name))))
    }

    /// A complaint about a layer.
    pub(crate) fn damaged(&self, node: &Node<'b>, problem: &str) -> LoadError {
        damaged(&self.part, node, problem)
    }

    /// Finds every layer's children: breadth-first order means that they are the next layers not yet taken.
    fn find_children(&mut self) {
        let mut next = 1;
        for index in 0..self.nodes.len() {
            // A layer that comes before its own parent is not reached; what is inside is then unknown.
            let rest = self.nodes.get(next.max(index + 1)..).unwrap_or_default();
            let (kind, count) = inside(&self.nodes[index], next, rest);
            let node = &mut self.nodes[index];
            node.kind = kind;
            node.children = (next..next + count).collect();
            next += count;
        }
    }
}

/// What kind a layer is and how many of the layers in `rest`, the first of which has the index `first`, are inside it.
fn inside(node: &Node<'_>, first: usize, rest: &[Node<'_>]) -> (Kind, usize) {
    if rest.first().is_some_and(|next| next.index != first) {
        return (Kind::Leaf, 0);
    }
    let next_name = rest.first().map(|next| next.name);
    let wrapped = node.name.strip_suffix(')').and_then(|name| name.split_once('(')).map(|(_, inner)| inner);
    if wrapped.is_some() && wrapped == next_name {
        return (Kind::Wrapper, 1);
    }
    for (kind, separator) in [(Kind::Chain, ">>"), (Kind::Concatenation, "|")] {
        if let Some(count) = joined(node.name, separator, rest) {
            return (kind, count);
        }
    }
    if HOLDERS.contains(&node.name) {
        return (Kind::Leaf, rest.len().min(1));
    }
    let referred = node.refs.iter().filter_map(|(_, index)| *index);
    let highest = referred.clone().max().unwrap_or(0);
    let count = (highest + 1).saturating_sub(first).min(rest.len());
    let all_are_next = referred.clone().count() == count && referred.clone().all(|index| index >= first);
    (Kind::Leaf, if all_are_next { count } else { 0 })
}

/// Layers with one inside that their names do not tell: what listens to a curated transformer, and what pools rows.
const HOLDERS: [&str; 3] = [CURATED.layer, "with_ragged_last_layer", "trfs2arrays"];

/// What a layer that listens is called, also in the names of layers around it after another took its place.
pub(crate) const LISTENER: &str = "tok2vec-listener";

/// How many of the names of `rest`, joined by `separator`, make up `name`; `None` when they do not, or it is only one.
///
/// `nlp.replace_listeners` puts a whole tok2vec in a listener's place and leaves the names around it as they were.
fn joined(name: &str, separator: &str, rest: &[Node<'_>]) -> Option<usize> {
    let mut left = name;
    for (index, node) in rest.iter().enumerate() {
        let listener = || left.strip_prefix(LISTENER).or_else(|| left.strip_prefix(HUGGING_FACE.layer));
        let replaced = || listener().filter(|_| index == 0);
        left = left.strip_prefix(node.name).or_else(replaced)?;
        if left.is_empty() {
            return (index > 0).then_some(index + 1);
        }
        left = left.strip_prefix(separator)?;
    }
    None
}

impl<'b> Node<'b> {
    /// The size of a dimension, e.g. `nO`.
    pub(crate) fn dim(&self, part: &str, name: &str) -> Result<usize, LoadError> {
        find(&self.dims, name)
            .copied()
            .flatten()
            .ok_or_else(|| damaged(part, self, &format!("expected a dimension `{name}`, found none")))
    }

    /// An attribute, unpacked, if the layer has it.
    pub(crate) fn attr(&self, part: &str, name: &str) -> Result<Option<Value<'b>>, LoadError> {
        match find(&self.attrs, name) {
            // Each attribute is msgpack inside the msgpack.
            Some(Value::Bin(bytes)) => Ok(Some(msgpack::parse(part, bytes)?)),
            other => Ok(other.cloned()),
        }
    }

    /// An attribute that is a whole number.
    pub(crate) fn int_attr(&self, part: &str, name: &str) -> Result<usize, LoadError> {
        let value = self.attr(part, name)?;
        match value {
            Some(Value::Int(number)) => usize::try_from(number).ok(),
            _ => None,
        }
        .ok_or_else(|| damaged(part, self, &format!("expected attribute `{name}` to be a whole number from 0")))
    }

    /// A parameter's array, as it lies in the file; its shape is not checked.
    pub(crate) fn array(&self, part: &str, name: &str) -> Result<&NdArray<'b>, LoadError> {
        find(&self.params, name).and_then(Option::as_ref).ok_or_else(|| {
            damaged(part, self, &format!("expected a parameter `{name}`, found none: was the pipeline trained?"))
        })
    }

    /// A parameter of this shape, row-major.
    ///
    /// # Errors
    /// When there is none, its shape is another, it is not `f32`, or a weight is infinite or not a number.
    pub(crate) fn param(&self, part: &str, name: &str, shape: &[usize]) -> Result<Vec<f32>, LoadError> {
        let array = self.array(part, name)?;
        if array.shape != shape {
            let problem = format!("expected parameter `{name}` of shape {shape:?}, found {:?}", array.shape);
            return Err(damaged(part, self, &problem));
        }
        let values = array.to_f32().ok_or_else(|| {
            damaged(part, self, &format!("expected parameter `{name}` of 32-bit floats, found {:?}", array.element))
        })?;
        match values.iter().position(|value| !value.is_finite()) {
            None => Ok(values),
            Some(place) => {
                let problem = format!("expected parameter `{name}` to be finite, found {} at {place}", values[place]);
                Err(damaged(part, self, &problem))
            }
        }
    }
}

fn damaged(part: &str, node: &Node<'_>, problem: &str) -> LoadError {
    LoadError::damaged(part, format!("layer {} `{}`: {problem}", node.index, shortened(node.name)))
}

/// A name that fits into a message.
fn shortened(name: &str) -> String {
    const MOST: usize = 60;
    match name.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<_> = names.collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn find<'e, T>(entries: &'e [(&str, T)], name: &str) -> Option<&'e T> {
    entries.iter().find(|(found, _)| *found == name).map(|(_, value)| value)
}

/// The file's lists, of one length.
struct Lists<'b> {
    nodes: Vec<Value<'b>>,
    attrs: Vec<Value<'b>>,
    params: Vec<Value<'b>>,
}

impl<'b> Lists<'b> {
    fn take(part: &str, value: Value<'b>) -> Result<Self, LoadError> {
        let Value::Map(mut entries) = value else {
            return Err(LoadError::damaged(
                part,
                "expected a map with `nodes`, `attrs` and `params`, found another value",
            ));
        };
        let mut list = |name: &str| {
            let place = entries.iter().position(|(key, _)| text(key) == Some(name));
            match place.map(|place| entries.swap_remove(place).1) {
                Some(Value::Array(items)) => Ok(items),
                _ => Err(LoadError::damaged(part, format!("expected a list `{name}`, found none"))),
            }
        };
        let lists = Self { nodes: list("nodes")?, attrs: list("attrs")?, params: list("params")? };
        let shims = list("shims")?;
        let count = lists.nodes.len();
        if lists.attrs.len() != count || lists.params.len() != count || shims.len() != count {
            return Err(LoadError::damaged(part, "expected `nodes`, `attrs`, `params` and `shims` of one length"));
        }
        if !(1..=MAX_NODES).contains(&count) {
            return Err(LoadError::damaged(part, format!("expected 1 to {MAX_NODES} layers, found {count}")));
        }
        if shims.iter().any(|shim| !matches!(shim, Value::Array(items) if items.is_empty())) {
            let component = part.split('/').next().unwrap_or(part);
            let advice = "train the component with spaCy's own layers instead";
            return Err(LoadError::unsupported(component, "a layer of PyTorch or another library", advice));
        }
        Ok(lists)
    }

    /// Takes the node at `index` out.
    fn node(&mut self, part: &str, index: usize) -> Result<Node<'b>, LoadError> {
        let complaint = |problem: &str| LoadError::damaged(part, format!("layer {index}: {problem}"));
        let node = std::mem::replace(&mut self.nodes[index], Value::Nil);
        let name = match node.get("name") {
            Some(Value::Str(name)) if name.len() <= MAX_NAME_BYTES => *name,
            _ => return Err(complaint("expected a name")),
        };
        let count = self.nodes.len();
        let sizes = |field: &str| {
            let Some(Value::Map(entries)) = node.get(field) else {
                return Err(complaint("expected `dims` and `refs`"));
            };
            entries
                .iter()
                .map(|(key, value)| match (text(key), value) {
                    (Some(key), Value::Nil) => Ok((key, None)),
                    (Some(key), Value::Int(number)) => {
                        usize::try_from(*number).ok().map(|number| (key, Some(number))).ok_or(())
                    }
                    _ => Err(()),
                })
                .collect::<Result<Vec<_>, ()>>()
                .map_err(|()| complaint("expected `dims` and `refs` of whole numbers from 0"))
        };
        let (dims, refs) = (sizes("dims")?, sizes("refs")?);
        if refs.iter().any(|(_, target)| target.is_some_and(|target| target >= count)) {
            return Err(complaint("expected a reference to one of the layers, found a number beyond them"));
        }
        let attrs = named_entries(std::mem::replace(&mut self.attrs[index], Value::Nil))
            .ok_or_else(|| complaint("expected a map of attributes"))?;
        let params = named_entries(std::mem::replace(&mut self.params[index], Value::Nil))
            .ok_or_else(|| complaint("expected a map of parameters"))?
            .into_iter()
            .map(|(name, value)| match value {
                Value::Nil => Ok((name, None)),
                Value::NdArray(array) => Ok((name, Some(*array))),
                _ => Err(complaint("expected parameters to be arrays")),
            })
            .collect::<Result<_, _>>()?;
        Ok(Node { index, name, kind: Kind::Leaf, children: Vec::new(), dims, refs, attrs, params })
    }
}

/// The entries of a map whose keys are text.
fn named_entries(value: Value<'_>) -> Option<Vec<(&str, Value<'_>)>> {
    let Value::Map(entries) = value else { return None };
    entries.into_iter().map(|(key, value)| Some((text(&key)?, value))).collect()
}

/// The text of a key, which may be written as bytes.
fn text<'b>(value: &Value<'b>) -> Option<&'b str> {
    match value {
        Value::Str(text) => Some(text),
        Value::Bin(bytes) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

//! Hierarchical softmax: a Huffman tree of the labels, each inner node a yes or no.
//!
//! The original multiplies one node's row at a time when it comes to the node. Here nodes that are likely to be visited
//! together share a block of sixteen, one per lane, and all are multiplied when the first of them is visited: a
//! block costs about what one row alone costs.
//!
//! Source: fastText 0.9.2, `loss.cc` `HierarchicalSoftmaxLoss::buildTree`, `predict`, `dfs`.

use std::collections::BinaryHeap;

use spanlet_kernels::{LANES, Lanes, exp_differences, ln_sums};

use super::{LOG_ADDEND, log};
use crate::PredictError;
use crate::ranking::{Entry, Ranking};

/// Counts of labels lie below this; the original takes it for nodes that do not have a count yet.
pub(crate) const COUNT_LIMIT: i64 = 1_000_000_000_000_000;

/// The tree over the labels. Inner nodes are numbered by their lane: block times sixteen plus the lane in it.
#[derive(Clone)]
pub(crate) struct Tree {
    /// Left and right of each inner node.
    branches: Vec<[Branch; 2]>,
    /// `None` without labels.
    root: Option<Branch>,
}

/// What hangs on a node: another node, or (with the highest bit) a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Branch(u32);

impl Branch {
    const LABEL: u32 = 1 << 31;

    fn label(self) -> Option<u32> {
        (self.0 & Self::LABEL != 0).then_some(self.0 & !Self::LABEL)
    }
}

/// Buffers of a walk through the tree, kept from one text to the next.
#[derive(Default)]
pub(crate) struct Walk {
    /// Branches still to be taken and the score with which they are reached, the next one last.
    waiting: Vec<(Branch, f32)>,
    /// Of each block's nodes, those of going left and those of going right.
    logs: Vec<[Lanes; 2]>,
    /// Whether a block of `logs` was computed for this text.
    is_ready: Vec<bool>,
}

impl Tree {
    /// Builds the tree from the labels' counts, all from 0 up to [`COUNT_LIMIT`], and says which row of the output
    /// matrix each lane multiplies.
    pub(crate) fn new(counts: &[i64]) -> (Self, Vec<u32>) {
        let nodes = huffman(counts);
        let order = order(&nodes, counts.len());
        let mut lanes = vec![0; nodes.len()];
        for (lane, &node) in order.iter().enumerate() {
            lanes[node as usize] = lane as u32;
        }
        let branch = |node: u32| match node as usize {
            label if label < counts.len() => Branch(node | Branch::LABEL),
            inner => Branch(lanes[inner - counts.len()]),
        };
        let branches = order.iter().map(|&node| nodes[node as usize].children.map(branch)).collect();
        let root = (counts.len() + nodes.len()).checked_sub(1).map(|root| branch(root as u32));
        (Self { branches, root }, order)
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.branches.capacity() * size_of::<[Branch; 2]>()
    }

    /// Ranks labels by walking the tree, left before right, past branches that cannot be ranked.
    ///
    /// `dot_block` multiplies the rows of a block.
    pub(crate) fn rank(
        &self,
        dot_block: &mut impl FnMut(usize) -> Lanes,
        threshold: f32,
        walk: &mut Walk,
        ranking: &mut Ranking,
    ) -> Result<(), PredictError> {
        let lowest = log(threshold);
        walk.restart(self.branches.len().div_ceil(LANES));
        walk.waiting.extend(self.root.map(|root| (root, 0.0)));
        while let Some((branch, score)) = walk.waiting.pop() {
            if score < lowest || ranking.bar().is_some_and(|bar| score < bar) {
                continue;
            }
            if let Some(label) = branch.label() {
                ranking.push(Entry { score, label });
                continue;
            }
            let [left, right] = walk.logs(branch.0 as usize, dot_block);
            if left.is_nan() {
                return Err(PredictError::NotANumber);
            }
            let [left_branch, right_branch] = self.branches[branch.0 as usize];
            walk.waiting.push((right_branch, score + right));
            walk.waiting.push((left_branch, score + left));
        }
        Ok(())
    }
}

impl Walk {
    fn restart(&mut self, blocks: usize) {
        self.waiting.clear();
        self.logs.resize(blocks, [[0.0; LANES]; 2]);
        self.is_ready.clear();
        self.is_ready.resize(blocks, false);
    }

    /// The logarithms of the probabilities of going left and right at a node.
    fn logs(&mut self, node: usize, dot_block: &mut impl FnMut(usize) -> Lanes) -> [f32; 2] {
        let (block, lane) = (node / LANES, node % LANES);
        if !self.is_ready[block] {
            self.is_ready[block] = true;
            self.logs[block] = logs(&dot_block(block));
        }
        self.logs[block].map(|sides| sides[lane])
    }
}

/// The logarithms of the probabilities of going left and right at each node of a block; NaN where the dot product is.
fn logs(dots: &Lanes) -> [Lanes; 2] {
    let mut exps = dots.map(|dot| -dot);
    exp_differences(&mut exps, 0.0);
    let right = exps.map(|exp| (1.0 / f64::from(1.0 + exp)) as f32);
    let left = right.map(|right| (1.0 - f64::from(right)) as f32);
    [left, right].map(|mut sides| {
        ln_sums(&mut sides, LOG_ADDEND);
        sides
    })
}

/// An inner node: its children are labels, or inner nodes counted on from the last label.
struct Node {
    children: [u32; 2],
    count: i64,
}

/// Joins the two rarest until one is left. Labels are taken from the last, which is the rarest, backwards; where a
/// label and a node are as rare, the node comes first.
fn huffman(counts: &[i64]) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::with_capacity(counts.len().saturating_sub(1));
    let mut labels = counts.len();
    let mut next_node = 0;
    for _ in 1..counts.len() {
        let mut count = 0_i64;
        let children = [(); 2].map(|()| {
            let node_count = nodes.get(next_node).map_or(COUNT_LIMIT, |node| node.count);
            if labels > 0 && counts[labels - 1] < node_count {
                labels -= 1;
                count = count.saturating_add(counts[labels]);
                return labels as u32;
            }
            count = count.saturating_add(node_count);
            next_node += 1;
            (counts.len() + next_node - 1) as u32
        });
        nodes.push(Node { children, count });
    }
    nodes
}

/// Inner nodes in the order of their lanes: from the root, sixteen at a time, those seen most often in training first;
/// what hangs below them follows in the same way. Small neighbouring subtrees fill a block together; those that are
/// too few to fill one come last.
fn order(nodes: &[Node], labels: usize) -> Vec<u32> {
    let shape = Shape::new(nodes, labels);
    let mut order = Vec::with_capacity(nodes.len());
    let mut small = Vec::new();
    let mut groups: Vec<Vec<u32>> = Vec::from_iter(nodes.len().checked_sub(1).map(|root| vec![root as u32]));
    while let Some(group) = groups.pop() {
        let mut frontier: BinaryHeap<(i64, u32)> =
            group.iter().map(|&node| (nodes[node as usize].count, node)).collect();
        let is_small = shape.total(&group) < LANES;
        let taken = if is_small { &mut small } else { &mut order };
        for _ in 0..LANES {
            let Some((_, node)) = frontier.pop() else { break };
            taken.push(node);
            frontier.extend(shape.inner_children(node).map(|child| (nodes[child as usize].count, child)));
        }
        groups.extend(shape.groups(frontier.into_iter().map(|(_, node)| node).collect()));
    }
    order.append(&mut small);
    order
}

/// How large the subtrees are and how they follow each other.
struct Shape<'n> {
    nodes: &'n [Node],
    labels: usize,
    /// Inner nodes of the subtree of each node, itself included.
    sizes: Vec<u32>,
    /// The place of each node in a walk from left to right.
    places: Vec<u32>,
}

impl<'n> Shape<'n> {
    fn new(nodes: &'n [Node], labels: usize) -> Self {
        let mut shape = Self { nodes, labels, sizes: vec![1; nodes.len()], places: vec![0; nodes.len()] };
        // Children are made before the nodes that join them.
        for node in 0..nodes.len() {
            shape.sizes[node] +=
                shape.inner_children(node as u32).map(|child| shape.sizes[child as usize]).sum::<u32>();
        }
        for node in (0..nodes.len()).rev() {
            let mut place = shape.places[node] + 1;
            for child in shape.inner_children(node as u32) {
                shape.places[child as usize] = place;
                place += shape.sizes[child as usize];
            }
        }
        shape
    }

    fn inner_children(&self, node: u32) -> impl Iterator<Item = u32> + use<'n> {
        let labels = self.labels as u32;
        self.nodes[node as usize].children.into_iter().filter_map(move |child| child.checked_sub(labels))
    }

    fn total(&self, group: &[u32]) -> usize {
        group.iter().map(|&node| self.sizes[node as usize] as usize).sum()
    }

    /// Parts subtrees into groups that fill a block each, but for the last.
    fn groups(&self, mut roots: Vec<u32>) -> Vec<Vec<u32>> {
        roots.sort_unstable_by_key(|&node| self.places[node as usize]);
        let (large, small): (Vec<u32>, Vec<u32>) =
            roots.into_iter().partition(|&node| self.sizes[node as usize] as usize >= LANES);
        let mut groups: Vec<Vec<u32>> = large.into_iter().map(|node| vec![node]).collect();
        let mut group = Vec::new();
        for node in small {
            group.push(node);
            if self.total(&group) >= LANES {
                groups.push(std::mem::take(&mut group));
            }
        }
        groups.extend((!group.is_empty()).then_some(group));
        groups
    }
}

#[cfg(test)]
mod tests;

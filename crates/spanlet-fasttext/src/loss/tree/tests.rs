use super::*;

/// Counts as fastText writes them, falling: alike, spread as words are, and doubling (which gives a chain).
fn counts() -> Vec<Vec<i64>> {
    let alike = vec![7; 100];
    let spread = (1..=1_000).map(|rank| 100_000 / rank).collect();
    let chain = (0..49).rev().map(|power| 1 << power).collect();
    vec![vec![], vec![3], vec![3, 2], vec![3, 2, 1], alike, spread, chain]
}

#[test]
fn every_inner_node_has_one_lane() {
    for counts in counts() {
        let (tree, mut order) = Tree::new(&counts);
        assert_eq!(tree.branches.len(), counts.len().saturating_sub(1));
        order.sort_unstable();
        assert_eq!(order, Vec::from_iter(0..counts.len().saturating_sub(1) as u32));
    }
}

#[test]
fn every_label_is_reached_once() {
    for counts in counts() {
        let (tree, _) = Tree::new(&counts);
        let mut labels = Vec::new();
        let mut waiting = Vec::from_iter(tree.root);
        while let Some(branch) = waiting.pop() {
            match branch.label() {
                Some(label) => labels.push(label),
                None => waiting.extend(tree.branches[branch.0 as usize]),
            }
        }
        labels.sort_unstable();
        assert_eq!(labels, Vec::from_iter(0..counts.len() as u32));
    }
}

/// A node and a label as rare as it: the node is taken first, as `buildTree` compares with `<`.
#[test]
fn of_a_label_and_a_node_as_rare_the_node_comes_first() {
    let nodes = huffman(&[2, 1, 1]);
    assert_eq!(nodes[0].children, [2, 1]);
    assert_eq!(nodes[1].children, [3, 0]);
}

#[test]
fn blocks_hold_neighbours() {
    let counts: Vec<i64> = (1..=5_000).map(|rank| 1_000_000 / rank).collect();
    let nodes = huffman(&counts);
    let order = order(&nodes, counts.len());
    let root = nodes.len() as u32 - 1;
    assert_eq!(order[0], root);
    let mut is_placed = vec![false; nodes.len()];
    let shape = Shape::new(&nodes, counts.len());
    for block in order.chunks(LANES) {
        let inside = block.iter().flat_map(|&node| shape.inner_children(node)).filter(|child| block.contains(child));
        // Sixteen nodes of one subtree are tied by fifteen branches; blocks of several small subtrees have fewer.
        is_placed[block[0] as usize] = inside.count() + 8 > block.len();
    }
    let tight = is_placed.iter().filter(|&&tight| tight).count();
    assert!(tight * 2 > order.len() / LANES, "only {tight} blocks hold mostly neighbours");
}

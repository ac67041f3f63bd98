//! A small network, computed by hand.

use super::*;

/// Weights that are all different, and exact in sums.
fn weights(count: usize, seed: usize) -> Vec<f32> {
    (0..count).map(|index| ((index * 7 + seed * 5) % 23) as f32 / 8.0 - 1.25).collect()
}

const WIDTH: usize = 3;
const INPUTS: usize = 2;

/// Three features of `units` units with `pieces` each, and scores for `moves` moves above them, or none.
fn network(units: usize, pieces: usize, moves: Option<usize>) -> Network {
    let layer = |outputs: usize, inputs: usize, seed: usize| Layer {
        blocks: by_piece(&weights(outputs * inputs, seed), (outputs, 1), inputs),
        bias: by_piece(&weights(outputs, seed + 1), (outputs, 1), 1),
        inputs,
    };
    let feature = |seed| Layer {
        blocks: by_piece(&weights(units * pieces * INPUTS, seed), (units, pieces), INPUTS),
        bias: Vec::new(),
        inputs: INPUTS,
    };
    Network {
        projection: layer(INPUTS, WIDTH, 1),
        features: (2..5).map(feature).collect(),
        padding: (5..8).flat_map(|seed| by_piece(&weights(units * pieces, seed), (units, pieces), 1)).collect(),
        bias: by_piece(&weights(units * pieces, 8), (units, pieces), 1),
        pieces,
        upper: moves.map(|moves| layer(moves, units, 9)),
    }
}

/// The scores by the formula, one number at a time.
fn scores(units: usize, pieces: usize, moves: Option<usize>, features: [Option<u32>; 3], vectors: &[f32]) -> Vec<f32> {
    let dot = |weights: &[f32], row: usize, input: &[f32]| {
        input.iter().enumerate().map(|(column, value)| weights[row * input.len() + column] * value).sum::<f32>()
    };
    let mut sums = vec![0.0; units * pieces];
    for (feature, token) in features.iter().enumerate() {
        for (row, sum) in sums.iter_mut().enumerate() {
            *sum += match token {
                None => weights(units * pieces, 5 + feature)[row],
                Some(token) => {
                    let vector = &vectors[*token as usize * WIDTH..][..WIDTH];
                    let projected: Vec<_> = (0..INPUTS)
                        .map(|row| dot(&weights(INPUTS * WIDTH, 1), row, vector) + weights(INPUTS, 2)[row])
                        .collect();
                    dot(&weights(units * pieces * INPUTS, 2 + feature), row, &projected)
                }
            };
        }
    }
    for (sum, bias) in sums.iter_mut().zip(weights(units * pieces, 8)) {
        *sum += bias;
    }
    let hidden: Vec<_> = sums.chunks(pieces).map(|pieces| pieces.iter().copied().fold(f32::MIN, f32::max)).collect();
    let Some(moves) = moves else { return hidden };
    (0..moves).map(|row| dot(&weights(moves * units, 9), row, &hidden) + weights(moves, 10)[row]).collect()
}

/// Moves of as many actions as there are counts, each with so many labels.
fn moves(counts: &[usize]) -> Moves {
    let labels =
        |count: usize| -> Vec<_> { (0..count).map(|label| format!(r#""{label:04}":{}"#, count - label)).collect() };
    let actions =
        counts.iter().enumerate().map(|(action, &count)| format!(r#""{action}":{{{}}}"#, labels(count).join(",")));
    let json = format!("{{{}}}", actions.collect::<Vec<_>>().join(","));
    let mut bytes = vec![0x81, 0xa5];
    bytes.extend(b"moves");
    bytes.push(0xda);
    bytes.extend((json.len() as u16).to_be_bytes());
    bytes.extend(json.as_bytes());
    Moves::parse("moves", &bytes, counts.len(), |_, _| true).expect("sound")
}

#[test]
fn scores_are_those_of_the_formula() {
    let vectors = weights(5 * WIDTH, 20);
    for (units, pieces, upper) in
        [(4, 1, Some(3)), (4, 2, Some(20)), (17, 3, Some(33)), (5, 1, None), (18, 2, None), (16, 1, Some(16))]
    {
        let network = network(units, pieces, upper);
        let moves = moves(&[upper.unwrap_or(units)]);
        let mut activations = Activations::default();
        network.begin(5, &mut activations);
        for features in [[Some(0), None, None], [Some(4), Some(0), Some(2)], [None, Some(4), None], [None; 3]] {
            let expected = scores(units, pieces, upper, features, &vectors);
            let best = network.best_move(&moves, &[Allowed::Any], &features, &vectors, &mut activations);
            let (class, score) = best.expect("all are allowed");
            assert_eq!(score, expected.iter().copied().fold(f32::MIN, f32::max), "{units} {pieces} {features:?}");
            assert_eq!(Some(class), expected.iter().position(|value| *value == score), "{units} {pieces} {features:?}");
        }
    }
}

#[test]
fn what_is_kept_does_not_change_a_score() {
    let tokens = 3 * KEPT_TOKENS;
    let vectors = weights(tokens * WIDTH, 30);
    let (network, moves) = (network(6, 2, Some(9)), moves(&[9]));
    let mut activations = Activations::default();
    network.begin(tokens, &mut activations);
    for (one, other) in (0..tokens as u32).zip((0..tokens as u32).rev()).step_by(97) {
        let features = [Some(one), Some(other), Some(one)];
        let expected = scores(6, 2, Some(9), features, &vectors).into_iter().fold(f32::MIN, f32::max);
        let best = network.best_move(&moves, &[Allowed::Any], &features, &vectors, &mut activations);
        assert_eq!(best.map(|(_, score)| score), Some(expected), "{one} {other}");
    }
    // Another network's rows are not mistaken for this one's.
    let other = self::network(40, 1, Some(9));
    other.begin(2, &mut activations);
    let features = [Some(1), Some(0), Some(1)];
    let expected = scores(40, 1, Some(9), features, &vectors).into_iter().fold(f32::MIN, f32::max);
    let best = other.best_move(&moves, &[Allowed::Any], &features, &vectors, &mut activations);
    assert_eq!(best.map(|(_, score)| score), Some(expected));
}

#[test]
fn only_allowed_moves_are_scored() {
    let vectors = weights(WIDTH, 20);
    let (network, moves) = (network(4, 2, Some(20)), moves(&[20]));
    let mut activations = Activations::default();
    network.begin(1, &mut activations);
    let features = [Some(0), None, None];
    let expected = scores(4, 2, Some(20), features, &vectors);
    let label = moves.find_label("0018").expect("there");
    let best = network.best_move(&moves, &[Allowed::Only(label)], &features, &vectors, &mut activations);
    assert_eq!(best, Some((18, expected[18])));
    assert_eq!(network.best_move(&moves, &[Allowed::No], &features, &vectors, &mut activations), None);
}

/// Stretches that share a group of sixteen, that adjoin, and that leave groups out between them; one network after the
/// other with other features, so that a score from before would be mistaken for one of now.
#[test]
fn stretches_are_scored_whichever_groups_they_fall_into() {
    let counts = [3, 20, 40, 1, 40];
    let all = counts.iter().sum();
    let vectors = weights(2 * WIDTH, 20);
    let (network, moves) = (network(4, 2, Some(all)), moves(&counts));
    let mut activations = Activations::default();
    network.begin(2, &mut activations);
    for subset in 1_u32..1 << counts.len() {
        let is_allowed = |action: usize| subset >> action & 1 == 1;
        let allowed: Vec<_> = (0..counts.len()).map(|action| Allowed::any_if(is_allowed(action))).collect();
        for features in [[Some(0), None, None], [Some(1), Some(0), None]] {
            let expected = scores(4, 2, Some(all), features, &vectors);
            let classes = (0..all).filter(|&class| is_allowed(moves.get(class).action));
            let first = classes.fold(None, |best: Option<usize>, class| {
                best.filter(|&best| expected[best] >= expected[class]).or(Some(class))
            });
            let best = network.best_move(&moves, &allowed, &features, &vectors, &mut activations);
            assert_eq!(best, first.map(|class| (class, expected[class])), "{subset:b} {features:?}");
        }
    }
}

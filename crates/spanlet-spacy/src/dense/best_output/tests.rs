use super::*;

/// A small generator (splitmix64) of numbers from -1 to 1.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        (bits >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    }

    fn take(&mut self, count: usize, size: f32) -> Vec<f32> {
        (0..count).map(|_| self.next() * size).collect()
    }
}

fn layer(weights: &[f32], bias: &[f32], columns: usize) -> BestOutput {
    BestOutput::with_estimates(Dense::new(weights, bias, bias.len(), 1, columns))
}

fn best(layer: &BestOutput, rows: &[f32]) -> Vec<Option<usize>> {
    best_with(layer, rows, &mut BestSpace::default())
}

fn best_with(layer: &BestOutput, rows: &[f32], space: &mut BestSpace) -> Vec<Option<usize>> {
    let mut found = Vec::new();
    layer.for_each(Rows::of_width(rows, layer.layer.columns), space, |row, best| {
        assert_eq!(row, found.len());
        found.push(best);
    });
    found
}

/// What is found without estimates.
fn computed(layer: &BestOutput, rows: &[f32]) -> Vec<Option<usize>> {
    rows.chunks_exact(layer.layer.columns).map(|row| layer.computed(row, &mut BestSpace::default())).collect()
}

#[test]
fn estimates_change_no_answer() {
    let mut numbers = Numbers(1);
    let mut space = BestSpace::default();
    for (columns, outputs, count) in [(1, 13, 5), (7, 40, 33), (96, 321, 70), (97, 24, 1), (300, 100, 9)] {
        for size in [1e-6, 0.1, 3.0, 1e5] {
            let mut weights = numbers.take(columns * outputs, size);
            let mut bias = numbers.take(outputs, size * (columns as f32).sqrt());
            // Outputs that are the same, or nearly.
            for pair in 0..outputs / 4 {
                weights.copy_within(pair * columns..(pair + 1) * columns, (outputs - 1 - pair) * columns);
                bias[outputs - 1 - pair] = bias[pair];
                if pair % 2 == 1 {
                    weights[pair * columns] *= 1.000_001;
                }
            }
            let layer = layer(&weights, &bias, columns);
            assert!(layer.rounded.is_some());
            let rows = numbers.take(columns * count, 20.0);
            assert_eq!(
                best_with(&layer, &rows, &mut space),
                computed(&layer, &rows),
                "{columns} columns, {outputs} outputs, {size}"
            );
        }
    }
}

#[test]
fn estimates_stay_within_their_slack() {
    let mut numbers = Numbers(2);
    for (columns, size) in [(2, 1.0), (64, 1e-4), (96, 3.0), (1_000, 1e4)] {
        let outputs = 30;
        let layer = layer(&numbers.take(columns * outputs, size), &numbers.take(outputs, 1.0), columns);
        let rounded = layer.rounded.as_ref().expect("weights of one size");
        let rows = numbers.take(columns * 4, 5.0);
        let mut space = BestSpace::default();
        rounded.multiply(Rows::of_width(&rows, columns), &mut space);
        for (row, values) in rows.chunks_exact(columns).enumerate() {
            let unit = 1.0 / (space.factors[row].expect("a row of some length") * rounded.factor);
            for output in 0..outputs {
                let product = space.whole_products[row * layer.layer.outputs.width() + output];
                let estimate = product as f32 * unit + layer.layer.outputs.bias[output];
                let distance = (estimate - layer.layer.output(output, values)).abs();
                assert!(distance <= rounded.slack(unit), "{columns} columns: {distance}");
                // Far below what a score differs by, or there would be no use in it.
                assert!(rounded.slack(unit) < 0.01 * length(values) * size * (columns as f32).sqrt());
            }
        }
    }
}

/// Numbers that all lie half-way between two whole ones once they are scaled, and make up the whole length.
fn worst(columns: usize, length: f32, numbers: &mut Numbers) -> Vec<f32> {
    let most = LENGTH / (columns as f32).sqrt();
    let mut values: Vec<f32> =
        (1..columns).map(|_| (most * (0.975 + 0.025 * numbers.next())).floor() + 0.495).collect();
    let rest = f64::from(LENGTH).powi(2) - values.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>();
    values.push(rest.sqrt() as f32);
    values.iter().map(|value| value * (length / LENGTH)).collect()
}

#[test]
fn the_worst_rounding_stays_within_the_slack() {
    let mut numbers = Numbers(3);
    let (columns, outputs) = (96, 26);
    let mut furthest: f32 = 0.0;
    for (row_length, weights_length) in [(1.0, 1.0), (9e7, 9e7), (2e-8, 2e-8), (3e-4, 5e6)] {
        let row = worst(columns, row_length, &mut numbers);
        let alike: Vec<f32> = worst(columns, weights_length, &mut numbers);
        // Every other output is the opposite, so that one is estimated too low and the other too high.
        let weights: Vec<f32> = (0..outputs)
            .flat_map(|output| alike.iter().map(move |value| if output % 2 == 0 { *value } else { -value }))
            .collect();
        let unbiased = layer(&weights, &vec![0.0; outputs], columns);
        let product = unbiased.layer.output(0, &row);
        for steps in -2..=2_i32 {
            // Scores are zero but for a step or two of the last digit.
            let bias = |output: usize| {
                let (opposite, steps) = if output.is_multiple_of(2) { (-product, steps) } else { (product, 0) };
                f32::from_bits(opposite.to_bits().wrapping_add_signed(steps))
            };
            let layer = layer(&weights, &(0..outputs).map(bias).collect::<Vec<_>>(), columns);
            let rounded = layer.rounded.as_ref().expect("weights of a usual length");
            assert_eq!(best(&layer, &row), computed(&layer, &row), "lengths {row_length}, {weights_length}, {steps}");
            let mut space = BestSpace::default();
            rounded.multiply(Rows::of_width(&row, columns), &mut space);
            let unit = 1.0 / (space.factors[0].expect("a row of a usual length") * rounded.factor);
            for output in 0..outputs {
                let estimate = space.whole_products[output] as f32 * unit + layer.layer.outputs.bias[output];
                furthest = furthest.max((estimate - layer.layer.output(output, &row)).abs() / rounded.slack(unit));
            }
        }
    }
    assert!((0.8..=1.0).contains(&furthest), "{furthest} of the slack");
}

#[test]
fn a_great_bias_rounds_more() {
    // Adding to a bias of this size rounds to multiples of 2²⁷; products half-way between two of them go up or down.
    let (bias, half) = (2e15, 67_108_864.0);
    let layer = layer(&[1.0; 2 * 13], &[bias; 13], 2);
    let rounded = layer.rounded.as_ref().expect("a bias that is not too great");
    let mut numbers = Numbers(4);
    let mut furthest: f32 = 0.0;
    for _ in 0..1_000 {
        let first = half * (0.5 + 0.4 * numbers.next());
        let row = [first, half + 8.0 - first];
        let mut space = BestSpace::default();
        rounded.multiply(Rows::of_width(&row, 2), &mut space);
        let unit = 1.0 / (space.factors[0].expect("a row that is not too long") * rounded.factor);
        let estimate = space.whole_products[0] as f32 * unit + bias;
        let distance = (estimate - layer.layer.output(0, &row)).abs();
        assert!(distance <= rounded.slack(unit), "{row:?}");
        furthest = furthest.max(distance / (rounded.product_slack * unit));
    }
    assert!(furthest > 1.0, "the bias counts");
}

#[test]
fn the_longest_row_and_weights_fit() {
    let columns = WIDTH_MAX;
    let mut weights = vec![0.0; 13 * columns];
    weights[12 * columns..].fill(1.0);
    let layer = layer(&weights, &[0.0; 13], columns);
    assert!(layer.rounded.is_some());
    assert_eq!(best(&layer, &vec![3.0; columns]), [Some(12)]);
    assert_eq!(best(&layer, &vec![-3.0; columns]), [Some(0)]);
    let mut one = vec![0.0; columns];
    one[7] = -5.0;
    assert_eq!(best(&layer, &one), [Some(0)]);
}

#[test]
fn what_cannot_be_scaled_is_computed() {
    let columns = 4;
    let mut weights = vec![0.5; 13 * columns];
    weights[3 * columns] = 1.0;
    let usual = layer(&weights, &[0.0; 13], columns);
    let rows = [[0.0; 4], [1e30; 4], [1e-30; 4], [f32::NAN; 4], [f32::INFINITY; 4], [1.0, 0.0, 0.0, 0.0]];
    assert_eq!(best(&usual, rows.as_flattened()), [Some(0), Some(3), Some(3), None, None, Some(3)]);

    for odd in [f32::NAN, f32::INFINITY, 1e30] {
        weights[0] = odd;
        let layer = layer(&weights, &[0.0; 13], columns);
        assert!(layer.rounded.is_none(), "{odd}");
    }
    let zeros = layer(&[0.0; 52], &[f32::MIN; 13], columns);
    assert!(zeros.rounded.is_none());
    assert_eq!(best(&zeros, &[1.0; 4]), [Some(0)]);
    let zeros = layer(&[0.0; 52], &[0.0; 13], columns);
    assert_eq!(best(&zeros, &[1.0; 4]), [Some(0)]);
}

#[test]
fn few_outputs_are_not_estimated() {
    let layer = layer(&[1.0, 2.0, 3.0], &[0.0; 3], 1);
    assert!(layer.rounded.is_none());
    assert_eq!(best(&layer, &[1.0, -1.0]), [Some(2), Some(0)]);
}

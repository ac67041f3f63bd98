use super::*;

/// Rows with numbers that no rounding makes equal by chance.
fn numbers(count: usize, seed: f32) -> Vec<f32> {
    (0..count).map(|index| ((index as f32 + seed) * 0.73).sin()).collect()
}

#[test]
fn products_are_sums_from_the_first_column_to_the_last() {
    let (columns, panels) = (7, 2);
    let rows = numbers(5 * columns, 1.0);
    let weights = numbers(panels * columns * OUTPUTS, 2.0);
    let mut quads = vec![[9.0; ROWS]; 2 * columns];
    interleave(&rows, columns, columns, &mut quads);
    let mut products = vec![9.0; 2 * ROWS * panels * OUTPUTS];
    gemm(&quads, weights.as_chunks().0, columns, &mut products);
    for row in 0..8 {
        for output in 0..panels * OUTPUTS {
            let mut expected = 0.0;
            for column in 0..columns {
                let input = rows.get(row * columns + column).copied().unwrap_or(0.0);
                expected += input * weights[(output / OUTPUTS * columns + column) * OUTPUTS + output % OUTPUTS];
            }
            assert_eq!(products[row * panels * OUTPUTS + output], expected, "row {row}, output {output}");
        }
    }
}

#[test]
fn rows_may_overlap() {
    let mut quads = [[0.0; ROWS]; 3];
    interleave(&[1.0, 2.0, 3.0, 4.0, 5.0], 1, 3, &mut quads);
    assert_eq!(quads, [[1.0, 2.0, 3.0, 0.0], [2.0, 3.0, 4.0, 0.0], [3.0, 4.0, 5.0, 0.0]]);
}

#[test]
fn nothing_times_anything_is_zero() {
    let mut products = [9.0; ROWS * OUTPUTS];
    gemm(&[], &[], 0, &mut products);
    assert_eq!(products, [0.0; ROWS * OUTPUTS]);
    interleave(&[], 0, 0, &mut []);
    gemm(&[[1.0; ROWS]], &[], 1, &mut []);
}

#[test]
fn the_greatest_piece_of_a_unit_is_found_with_its_bias() {
    for pieces in 1..6 {
        let products = numbers(8 * pieces, 1.0);
        let bias = numbers(8 * pieces, 5.0);
        let mut units = [9.0; 7];
        maxout(&products, &bias, pieces, &mut units);
        for (unit, &found) in units.iter().enumerate() {
            let place = |piece: usize| (unit / 4 * pieces + piece) * 4 + unit % 4;
            let expected =
                (0..pieces).map(|piece| products[place(piece)] + bias[place(piece)]).fold(f32::MIN, f32::max);
            assert_eq!(found, expected, "{pieces} pieces, unit {unit}");
        }
    }
}

#[test]
fn layer_norm_is_that_of_thinc() {
    // thinc 8.3.14: `layer = LayerNorm(5)` with `G = [1, 2, 1, 1, -1]` and `b = [0, 0.5, 0, 0, 0]`.
    let mut values = [1.0, 2.0, 4.0, -3.0, 0.25];
    layer_norm(&mut values, &[1.0, 2.0, 1.0, 1.0, -1.0], &[0.0, 0.5, 0.0, 0.0, 0.0]);
    let expected = [0.065_217_38, 1.5, 1.369_565_2, -1.673_913_1, 0.260_869_6];
    for (found, expected) in values.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-6, "{found} and {expected}");
    }
}

#[test]
fn mish_is_that_of_thinc() {
    // thinc 8.3.14: `get_current_ops().mish(numpy.array([...], dtype="float32"))`.
    let mut values = [-50.0, -3.0, -0.5, 0.0, 0.1, 1.0, 19.999, 20.0, 1e30];
    mish(&mut values);
    let expected = [-0.0, -0.145_647_45, -0.220_743_78, 0.0, 0.063_179_42, 0.865_098_36, 19.999, 20.0, 1e30];
    for (found, expected) in values.iter().zip(expected) {
        assert!((found - expected).abs() <= expected.abs() * 2e-7 + 1e-20, "{found} and {expected}");
    }
}

use crate::{WholeRows, WholeWeights, multiply_whole, quantize, transpose_whole, whole_limit};

/// Bytes that no rounding makes equal by chance.
fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|index| (index * index * 31 + index * 7 + 3) as u8).collect()
}

fn sixteen_bits(count: usize) -> Vec<i16> {
    (0..count).map(|index| (index * index * 11_003 + index * 7_001) as i16).collect()
}

#[test]
fn products_are_exact_sums_times_units() {
    for columns in [1, 7, 8, 9, 64, 130] {
        for rows in 1..9 {
            for outputs in [1, 3, 8, 26] {
                let (numbers, weights) = (sixteen_bits(rows * columns), bytes(outputs * columns));
                let units: Vec<f32> = (0..rows.max(outputs)).map(|index| 0.1 + index as f32).collect();
                let (units, output_units, bias) = (&units[..rows], &units[..outputs], &units[..outputs - 1]);
                let layer = WholeWeights { numbers: &weights, columns, units: output_units, bias };
                let mut products = vec![9.0; rows * (outputs + 1)];
                multiply_whole(WholeRows { numbers: &numbers, units }, layer, &mut products, outputs + 1);
                for (row, products) in products.chunks(outputs + 1).enumerate() {
                    for (output, &product) in products[..outputs].iter().enumerate() {
                        let sum = (0..columns).fold(0, |sum, column| {
                            let weight = weights[output * columns + column].cast_signed();
                            sum + i32::from(numbers[row * columns + column]) * i32::from(weight)
                        });
                        let expected = sum as f32 * (units[row] * output_units[output]);
                        let expected = expected + bias.get(output).unwrap_or(&0.0);
                        assert_eq!(product, expected, "{rows}x{columns}x{outputs}: row {row}, output {output}");
                    }
                    assert_eq!(products[outputs], 9.0, "what lies between rows stays");
                }
            }
        }
    }
}

#[test]
fn many_outputs_are_all_there() {
    // More than one block of weights.
    let (columns, rows, outputs) = (8_192, 2, 90);
    let (numbers, weights) = (sixteen_bits(rows * columns), bytes(outputs * columns));
    let inputs = WholeRows { numbers: &numbers, units: &[1.0; 2] };
    let layer = |weights| WholeWeights { numbers: weights, columns, units: &[], bias: &[] };
    let (mut products, mut alone) = (vec![9.0; rows * outputs], [9.0; 2]);
    multiply_whole(inputs, layer(&weights), &mut products, outputs);
    for (output, weights) in weights.chunks(columns).enumerate() {
        multiply_whole(inputs, layer(weights), &mut alone, 1);
        assert_eq!([products[output], products[outputs + output]], alone, "output {output}");
    }
}

#[test]
fn the_limit_keeps_every_sum_within_32_bits() {
    for (weights, columns, expected) in [
        (vec![0_u8; 8], 4, i16::MAX),
        (vec![127; 100], 100, i16::MAX),
        (vec![128; 4_096], 4_096, 4_095),
        ([vec![1; 4_096], vec![128; 4_096]].concat(), 4_096, 4_095),
        (vec![], 0, i16::MAX),
    ] {
        let limit = whole_limit(&weights, columns);
        assert_eq!(limit, expected);
        let Some(row) = weights.chunks_exact(columns.max(1)).last() else { continue };
        let sum: i64 = row.iter().map(|weight| i64::from(weight.cast_signed()) * i64::from(limit)).sum();
        assert!(i32::try_from(sum).is_ok());
    }
}

#[test]
fn quantized_values_are_the_nearest() {
    for length in [1, 4, 7, 8, 9, 30] {
        for limit in [1, 100, 17_476, i16::MAX] {
            let values: Vec<f32> = (0..length).map(|index| (index as f32 * 0.73 + 1.0).sin() * 5.0).collect();
            let mut numbers = vec![9; length + 1];
            let unit = quantize(&values, limit, &mut numbers);
            let greatest = values.iter().fold(0.0, |greatest: f32, value| greatest.max(value.abs()));
            assert_eq!(unit, greatest / f32::from(limit));
            for (&value, &number) in values.iter().zip(&numbers) {
                let distance = f64::from(value) / f64::from(unit) - f64::from(number);
                assert!(distance.abs() < 0.505, "{value} is {number} times {unit}");
            }
            assert_eq!(numbers.iter().map(|number| number.abs()).take(length).max(), Some(limit));
            assert_eq!(numbers[length], 9);
        }
    }
}

#[test]
fn odd_values_have_odd_units() {
    for (values, zero) in [
        (&[0.0, -0.0][..], true),
        (&[1e-31, -1e-45], true),
        (&[], true),
        (&[1.0, f32::NAN, 2.0], false),
        (&[f32::INFINITY; 9], false),
        (&[1.0, 2.0, 3.0, 4.0, f32::NEG_INFINITY], false),
    ] {
        let mut numbers = [9; 9];
        let unit = quantize(values, 1_000, &mut numbers);
        assert!(if zero { unit == 0.0 } else { unit.is_nan() }, "{values:?}");
        assert!(numbers[..values.len()].iter().all(|&number| number == 0));
        let mut products = [9.0; 2];
        let layer = WholeWeights { numbers: &[1; 18], columns: 9, units: &[], bias: &[0.5] };
        multiply_whole(WholeRows { numbers: &numbers, units: &[f32::NAN] }, layer, &mut products, 2);
        assert!(products.iter().all(|product| product.is_nan()));
    }
    let mut numbers = [0; 3];
    let unit = quantize(&[f32::MAX, f32::MIN, 1.0, 2.0], i16::MAX, &mut numbers);
    assert_eq!((numbers, unit), ([i16::MAX, -i16::MAX, 0], f32::MAX / 32_767.0));
}

#[test]
fn what_is_missing_is_left_out() {
    let mut products = [9.0; 4];
    let inputs = WholeRows { numbers: &[1, 2, 3], units: &[1.0, 1.0] };
    let layer = WholeWeights { numbers: &[1, 2, 3], columns: 2, units: &[], bias: &[] };
    multiply_whole(inputs, layer, &mut products, 1);
    assert_eq!(products, [5.0, 9.0, 9.0, 9.0]);
    multiply_whole(inputs, WholeWeights { columns: 0, ..layer }, &mut products, 1);
    multiply_whole(inputs, WholeWeights { numbers: &[], ..layer }, &mut products, 1);
    multiply_whole(inputs, layer, &mut [], 1);
    assert_eq!(products, [5.0, 9.0, 9.0, 9.0]);
}

#[test]
fn bytes_are_turned_over() {
    for (rows, columns) in [(1, 1), (3, 5), (64, 2), (130, 67)] {
        let source = bytes(rows * columns);
        let mut target = vec![0; rows * columns];
        transpose_whole(&source, columns, &mut target);
        for row in 0..rows {
            for column in 0..columns {
                assert_eq!(target[column * rows + row], source[row * columns + column]);
            }
        }
    }
    transpose_whole(&[], 0, &mut []);
    transpose_whole(&[1, 2, 3], 3, &mut []);
}

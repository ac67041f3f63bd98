use crate::{Rows, multiply, transpose, transpose_bytes};

/// Numbers that no rounding makes equal by chance.
fn numbers(count: usize, seed: f32) -> Vec<f32> {
    (0..count).map(|index| ((index as f32 + seed) * 0.73).sin()).collect()
}

/// The same numbers as a file has them, one byte off.
fn bytes(values: &[f32]) -> Vec<u8> {
    [7].into_iter().chain(values.iter().flat_map(|value| value.to_le_bytes())).collect()
}

#[test]
fn a_product_is_four_sums_over_every_fourth_column_and_the_bias() {
    for columns in [1, 3, 4, 5, 64, 67, 130] {
        for rows in 1..9 {
            for outputs in [1, 2, 3, 4, 8, 11, 25] {
                let (inputs, weights) = (numbers(rows * columns, 1.0), numbers(outputs * columns, 2.0));
                let (bias, mut products) = (numbers(outputs - 1, 3.0), vec![9.0; rows * (outputs + 1)]);
                multiply(
                    Rows::new(&inputs, columns, columns),
                    Rows::of_bytes(&bytes(&weights)[1..], columns),
                    &bias,
                    &mut products,
                    outputs + 1,
                );
                for (row, products) in products.chunks(outputs + 1).enumerate() {
                    for (output, &product) in products[..outputs].iter().enumerate() {
                        let mut sums = [0.0; 4];
                        for column in 0..columns {
                            sums[column % 4] += inputs[row * columns + column] * weights[output * columns + column];
                        }
                        let sum = (sums[0] + sums[2]) + (sums[1] + sums[3]);
                        let expected = sum + bias.get(output).unwrap_or(&0.0);
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
    let (columns, outputs) = (1024, 200);
    let (inputs, weights) = (numbers(4 * columns, 1.0), numbers(outputs * columns, 2.0));
    let (mut products, mut alone) = (vec![9.0; 4 * outputs], [9.0; 4]);
    let inputs = Rows::new(&inputs, columns, columns);
    multiply(inputs, Rows::new(&weights, columns, columns), &[], &mut products, outputs);
    for output in 0..outputs {
        multiply(inputs, Rows::new(&weights[output * columns..], columns, 0), &[], &mut alone, 1);
        for (row, &product) in alone.iter().enumerate() {
            assert_eq!(products[row * outputs + output], product, "row {row}, output {output}");
        }
    }
}

#[test]
fn rows_are_read_and_written_beside_others() {
    // Two heads of two columns each: the second one of each row.
    let inputs = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
    let head = Rows::new(&inputs[2..], 2, 4);
    assert_eq!((head.count(), head.width()), (2, 2));
    let mut products = [0.0; 6];
    multiply(head, Rows::new(&[1.0, 10.0, 0.5, 0.0], 2, 2), &[100.0], &mut products[1..], 3);
    assert_eq!(products, [0.0, 143.0, 1.5, 0.0, 187.0, 3.5]);
}

#[test]
fn what_is_missing_is_left_out() {
    let mut products = [9.0; 4];
    let (some, none) = (Rows::new(&[1.0, 2.0, 3.0], 2, 2), Rows::new(&[], 2, 2));
    assert_eq!((some.count(), none.count(), Rows::new(&[1.0], 0, 0).count()), (1, 0, 0));
    multiply(none, some, &[], &mut products, 1);
    multiply(some, none, &[], &mut products, 1);
    multiply(some, Rows::new(&[], 0, 0), &[], &mut products, 1);
    multiply(some, some, &[], &mut [], 1);
    assert_eq!(products, [9.0; 4]);
    // The smaller width counts, and the rows for which there is room.
    multiply(Rows::new(&[1.0, 2.0, 3.0], 1, 1), some, &[], &mut products[..2], 1);
    assert_eq!(products, [1.0, 2.0, 9.0, 9.0]);
}

#[test]
fn rows_become_columns() {
    for (rows, columns) in [(1, 1), (3, 5), (4, 4), (9, 6), (4, 12), (17, 8)] {
        let values = numbers(rows * (columns + 1), 1.0);
        let mut turned = vec![9.0; columns * (rows + 1)];
        transpose(Rows::new(&values, columns, columns + 1), &mut turned, rows + 1);
        for (column, turned) in turned.chunks(rows + 1).enumerate() {
            for (row, &value) in turned[..rows].iter().enumerate() {
                assert_eq!(value, values[row * (columns + 1) + column], "{rows}x{columns}");
            }
            assert_eq!(turned[rows], 9.0);
        }
        let values = &values[..rows * columns];
        let mut back = vec![0; rows * columns * 4 + 1];
        transpose_bytes(Rows::of_bytes(&bytes(values)[1..], columns), &mut back[1..]);
        let mut again = back.clone();
        transpose_bytes(Rows::of_bytes(&back[1..], rows), &mut again[1..]);
        assert_eq!(again[1..], bytes(values)[1..], "{rows}x{columns}");
    }
    // Room for one column.
    let mut turned = [9.0; 3];
    transpose(Rows::new(&[1.0, 2.0, 3.0, 4.0], 2, 2), &mut turned, 2);
    assert_eq!(turned, [1.0, 3.0, 9.0]);
    transpose(Rows::new(&[], 2, 2), &mut turned, 0);
}

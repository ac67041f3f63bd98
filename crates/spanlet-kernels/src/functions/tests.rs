use crate::{gelu, gelu_tanh, normalize, sigmoid, softmax, tanh};

const SPECIAL: [f32; 14] = [
    0.0,
    -0.0,
    1e-45,
    -1e-45,
    1e-38,
    -1e-38,
    88.7,
    -88.7,
    1e30,
    -1e30,
    f32::MAX,
    f32::MIN,
    f32::INFINITY,
    f32::NEG_INFINITY,
];

/// Every 9973rd `f32` of those from -`limit` to `limit`, and numbers evenly apart.
fn grid(limit: f32) -> Vec<f32> {
    let sizes = (0..=limit.to_bits()).step_by(9973).map(f32::from_bits);
    let even = (0..100_000).map(|step| step as f32 * (limit / 1e5));
    sizes.chain(even).flat_map(|size| [size, -size]).collect()
}

/// Calls `check` with each number of the grid, what `function` makes of it and what `reference` does.
fn compare(limit: f32, function: fn(&mut [f32]), reference: fn(f64) -> f64, check: impl Fn(f64, f64) -> bool) {
    let grid = grid(limit);
    let mut values = grid.clone();
    function(&mut values);
    for (&x, &found) in grid.iter().zip(&values) {
        let expected = reference(f64::from(x));
        assert!(check(f64::from(found), expected), "{x}: {found} and {expected}");
    }
}

/// Whether they are within `units` of an `f32`'s last place, of a normal one.
fn close(found: f64, expected: f64, units: f64) -> bool {
    let spacing = f64::from(f32::EPSILON) * 2_f64.powi((expected.abs().max(1e-300).log2().floor() as i32).max(-126));
    (found - expected).abs() <= units * spacing
}

fn gelu_of(x: f64) -> f64 {
    x * 0.5 * libm::erfc(-x / std::f64::consts::SQRT_2)
}

fn gelu_tanh_of(x: f64) -> f64 {
    x / (1.0 + libm::exp(-2.0 * (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x * x * x)))
}

#[test]
fn gelu_is_that_of_erf() {
    compare(60.0, gelu, gelu_of, |found, expected| (found - expected).abs() <= 3e-7 * expected.abs().max(1.0));
}

#[test]
fn gelu_tanh_is_that_of_tanh() {
    let near = |found: f64, expected: f64| (found - expected).abs() <= 3e-7 * expected.abs().max(1.0);
    compare(60.0, gelu_tanh, gelu_tanh_of, near);
}

#[test]
fn tanh_is_within_two_units() {
    compare(100.0, tanh, libm::tanh, |found, expected| close(found, expected, 2.0));
}

#[test]
fn sigmoid_is_within_three_units() {
    // An exponential of its own lies in it, and what is below the least normal number is zero.
    let reference = |x: f64| 1.0 / (1.0 + libm::exp(-x));
    compare(86.0, sigmoid, reference, |found, expected| close(found, expected, 3.0));
}

#[test]
fn softmax_is_that_of_exp() {
    for length in [1, 2, 3, 4, 5, 63, 64, 200] {
        let values: Vec<f32> = (0..length).map(|index| (index as f32 * 0.73).sin() * 300.0).collect();
        let mut found = values.clone();
        softmax(&mut found, 0.125);
        let greatest = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let power = |value: f32| libm::exp(f64::from(value - greatest) * 0.125);
        let sum: f64 = values.iter().map(|&value| power(value)).sum();
        for (&value, &found) in values.iter().zip(&found) {
            assert!(close(f64::from(found), power(value) / sum, 5.0), "{value} of {length}");
        }
    }
}

#[test]
fn exp_is_within_two_units() {
    // Beside the greatest value, whose power is one and makes the sum 1 + e.
    for step in 0..200_000_u32 {
        let x = f64::from(step) * -4.35e-4;
        let mut values = [0.0, x as f32];
        softmax(&mut values, 1.0);
        let power = libm::exp(f64::from(x as f32));
        assert!(close(f64::from(values[1]), power / (1.0 + power), 4.0), "{x}");
    }
}

#[test]
fn softmax_of_odd_values() {
    let mut none: [f32; 0] = [];
    softmax(&mut none, 1.0);
    let mut masked = [1.0, f32::NEG_INFINITY, 1.0, f32::MIN, f32::NEG_INFINITY];
    softmax(&mut masked, 0.5);
    assert_eq!(masked, [0.5, 0.0, 0.5, 0.0, 0.0]);
    for odd in [f32::NAN, f32::INFINITY] {
        let mut values = [1.0, odd, 2.0, 3.0, 4.0, 5.0];
        softmax(&mut values, 1.0);
        assert!(values[1].is_nan());
    }
    let mut values = [f32::NEG_INFINITY; 3];
    softmax(&mut values, 1.0);
    assert!(values.iter().all(|value| value.is_nan()));
}

#[test]
fn odd_values_go_through() {
    type Case = (fn(&mut [f32]), fn(f64) -> f64);
    let functions: [Case; 4] = [
        (gelu, |x| if x.is_infinite() { x.max(0.0) } else { gelu_of(x) }),
        (gelu_tanh, |x| if x.abs() > 1e10 { x.max(0.0) } else { gelu_tanh_of(x) }),
        (tanh, libm::tanh),
        (sigmoid, |x| 1.0 / (1.0 + libm::exp(-x))),
    ];
    for (function, reference) in functions {
        let mut values = SPECIAL;
        function(&mut values);
        for (x, found) in SPECIAL.into_iter().zip(values) {
            let expected = reference(f64::from(x)) as f32;
            let same = found == expected || (found - expected).abs() <= expected.abs() * 3e-7 + 1e-37;
            assert!(same, "{x}: {found} and {expected}");
        }
        for bits in [0x7fc0_0000, 0x7fc0_0001, 0xffc0_01ff, 0x7f80_0001, 0xffff_ffff] {
            let mut values = [f32::from_bits(bits); 7];
            function(&mut values);
            assert!(values.iter().all(|value| value.is_nan()), "{bits:x}");
        }
    }
}

#[test]
fn normalize_is_that_of_f64() {
    for length in [1, 5, 16, 384, 390] {
        let values: Vec<f32> = (0..length).map(|index| (index as f32 * 0.73).sin() * 3.0 + 1.0).collect();
        let (gain, bias) = (vec![2.0; length], vec![0.25; length]);
        let mut found = values.clone();
        normalize(&mut found, 1e-5, &gain, &bias);
        let mean = values.iter().map(|&value| f64::from(value)).sum::<f64>() / length as f64;
        let variance = values.iter().map(|&value| (f64::from(value) - mean).powi(2)).sum::<f64>() / length as f64;
        for (&value, &found) in values.iter().zip(&found) {
            let expected = (f64::from(value) - mean) / (variance + 1e-5).sqrt() * 2.0 + 0.25;
            assert!((f64::from(found) - expected).abs() < 3e-6, "{found} and {expected}");
        }
    }
    normalize(&mut [], 1e-5, &[], &[]);
}

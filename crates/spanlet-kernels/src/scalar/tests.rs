use super::*;

/// A small generator of 64-bit numbers (splitmix64), so that the tests see the same numbers each time.
fn numbers(seed: u64) -> impl Iterator<Item = u64> {
    (1_u64..).map(move |step| {
        let mut bits = seed.wrapping_add(step.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    })
}

fn fractions(seed: u64) -> impl Iterator<Item = f64> {
    numbers(seed).map(|bits| (bits >> 11) as f64 / (1_u64 << 53) as f64)
}

/// How far `found` lies from `expected`, in units of the last place of `expected`.
fn ulps(found: f64, expected: f64) -> f64 {
    let spacing = f64::from_bits(expected.abs().to_bits() + 1) - expected.abs();
    (found - expected).abs() / spacing
}

#[test]
fn exp_is_within_two_units_of_libm() {
    for fraction in fractions(1).take(1_000_000) {
        let x = (fraction - 0.5) * 1_400.0;
        assert!(ulps(exp(x), libm::exp(x)) <= 2.0, "exp({x})");
    }
}

#[test]
fn exp_rounds_to_the_f32_of_libm() {
    for fraction in fractions(2).take(3_000_000) {
        let x = f64::from((fraction * -120.0 + 5.0) as f32);
        assert_eq!((exp(x) as f32).to_bits(), (libm::exp(x) as f32).to_bits(), "exp({x})");
    }
}

#[test]
fn exp_at_the_edges() {
    let cases = [
        (0.0, 1.0),
        (-0.0, 1.0),
        (1.0, std::f64::consts::E),
        (-104.0, libm::exp(-104.0)),
        (-1e300, libm::exp(-700.0)),
        (f64::NEG_INFINITY, libm::exp(-700.0)),
        (f64::INFINITY, libm::exp(700.0)),
    ];
    for (x, expected) in cases {
        assert!(ulps(exp(x), expected) <= 2.0, "exp({x}) is {}, not {expected}", exp(x));
    }
    assert!(exp(f64::NAN).is_nan());
}

#[test]
fn ln_is_within_three_units_of_libm() {
    for fraction in fractions(3).take(1_000_000) {
        for x in [fraction + 1e-5, libm::exp((fraction - 0.5) * 1_400.0)] {
            assert!((ln(x) - libm::log(x)).abs() <= 5e-16 * libm::log(x).abs().max(1e-3), "ln({x})");
        }
    }
}

#[test]
fn ln_rounds_to_the_f32_of_libm() {
    for fraction in fractions(4).take(3_000_000) {
        let x = f64::from(fraction as f32) + 1e-5;
        assert_eq!((ln(x) as f32).to_bits(), (libm::log(x) as f32).to_bits(), "ln({x})");
    }
}

#[test]
fn dots_add_from_left_to_right_in_every_lane() {
    let values: Vec<f32> = fractions(5).map(|fraction| (fraction - 0.5) as f32).take(37 * LANES + 37).collect();
    let (vector, weights) = values.split_at(37);
    let (block, _) = weights.as_chunks::<LANES>();
    let dots = dot_lanes(block, vector);
    for (lane, dot) in dots.iter().enumerate() {
        let mut expected = 0.0_f32;
        for (column, factor) in block.iter().zip(vector) {
            expected += column[lane] * factor;
        }
        assert_eq!(dot.to_bits(), expected.to_bits());
    }
    let mut blocks = [[0.0; LANES]];
    dot_blocks(block, vector, &mut blocks);
    assert_eq!(blocks[0], dots);
}

#[test]
fn rows_are_read_at_any_alignment() {
    let bytes: Vec<u8> =
        [0_u8].into_iter().chain([1.5_f32, -2.0, 0.25].into_iter().flat_map(f32::to_le_bytes)).collect();
    let mut sum = [1.0, 1.0, 1.0];
    add_row(&mut sum, &bytes[1..]);
    assert_eq!(sum, [2.5, -1.0, 1.25]);
}

#[test]
fn greatest_looks_at_whole_chunks_and_at_the_rest() {
    let mut values = vec![-3.0_f32; 43];
    for place in [0, 15, 16, 31, 32, 35, 36, 39, 40, 42] {
        values[place] = 2.0;
        assert_eq!(greatest(&values), 2.0);
        values[place] = -3.0;
    }
    assert_eq!(greatest(&[]), f32::NEG_INFINITY);
}

#[test]
fn a_number_below_the_bound_is_passed_over_and_nan_is_not() {
    let mut values = [1.0; LANES];
    assert!(!any_at_least(&values, 1.5));
    assert!(any_at_least(&values, 1.0));
    values[7] = f32::NAN;
    assert!(any_at_least(&values, 1.5));
}

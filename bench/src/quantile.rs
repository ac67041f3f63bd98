//! Medians and quartiles.

/// The value below which `part` of the values lie, between neighbours in proportion. Not a number for no values.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small counts")]
pub(crate) fn quantile(values: &[f64], part: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = part * last as f64;
    let (low, high) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    low + (high - low) * place.fract()
}

/// The middle value.
pub(crate) fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

#[cfg(test)]
mod tests {
    use super::quantile;

    #[test]
    fn quantile_lies_between_neighbours() {
        assert_eq!(quantile(&[3.0, 1.0, 2.0], 0.5).to_bits(), 2.0_f64.to_bits());
        assert_eq!(quantile(&[1.0, 2.0], 0.25).to_bits(), 1.25_f64.to_bits());
        assert!(quantile(&[], 0.5).is_nan());
    }
}

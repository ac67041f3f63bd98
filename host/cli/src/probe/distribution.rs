//! Durations in order, and what may be said of them.

use std::time::Duration;

use serde::{Serialize, Serializer, ser::SerializeStruct as _};

/// The percentiles that are reported: their names and how many of a thousand durations they cover.
pub(super) const PERCENTILES: [(&str, u64); 4] = [("p50", 500), ("p90", 900), ("p99", 990), ("p99.9", 999)];

/// How likely it may be at most that even the longest of all durations is below the true percentile.
const DOUBT: f64 = 0.05;

/// Durations, sorted; all of them are kept, so that nothing is estimated.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Distribution(Vec<Duration>);

/// How many durations a percentile takes: as many as it takes until one of them is above the true percentile with a
/// certainty of 95%, if each is independent of the others.
pub(super) fn needed(per_mille: u64) -> usize {
    (DOUBT.ln() / (per_mille as f64 / 1e3).ln()).ceil() as usize
}

impl FromIterator<Duration> for Distribution {
    fn from_iter<I: IntoIterator<Item = Duration>>(durations: I) -> Self {
        let mut durations: Vec<Duration> = durations.into_iter().collect();
        durations.sort_unstable();
        Self(durations)
    }
}

impl Distribution {
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    pub(super) fn min(&self) -> Option<Duration> {
        self.0.first().copied()
    }

    pub(super) fn max(&self) -> Option<Duration> {
        self.0.last().copied()
    }

    /// The least duration that so many of a thousand do not exceed; `None` where there are too few to say.
    pub(super) fn percentile(&self, per_mille: u64) -> Option<Duration> {
        (self.0.len() >= needed(per_mille)).then(|| self.rank(per_mille)).flatten()
    }

    /// The duration in the middle, the shorter of two, of any number but none.
    pub(super) fn median(&self) -> Option<Duration> {
        self.rank(500)
    }

    /// How many are longer than that.
    pub(super) fn above(&self, duration: Duration) -> usize {
        self.0.len() - self.0.partition_point(|sample| *sample <= duration)
    }

    pub(super) fn as_slice(&self) -> &[Duration] {
        &self.0
    }

    /// The nearest rank, counted from 1: a part of a duration is a whole one.
    fn rank(&self, per_mille: u64) -> Option<Duration> {
        let rank = (self.0.len() as u64 * per_mille).div_ceil(1000);
        self.0.get(usize::try_from(rank).ok()?.checked_sub(1)?).copied()
    }
}

impl Serialize for Distribution {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Distribution", 7)?;
        object.serialize_field("count", &self.count())?;
        object.serialize_field("min_ms", &self.min().map(ms))?;
        for (name, (_, per_mille)) in ["p50_ms", "p90_ms", "p99_ms", "p99_9_ms"].into_iter().zip(PERCENTILES) {
            object.serialize_field(name, &self.percentile(per_mille).map(ms))?;
        }
        object.serialize_field("max_ms", &self.max().map(ms))?;
        object.end()
    }
}

/// Milliseconds, to the microsecond.
pub(super) fn ms(duration: Duration) -> f64 {
    (duration.as_nanos() as f64 / 1e3).round() / 1e3
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Distribution, PERCENTILES, ms, needed};

    /// Those numbers of milliseconds, in no order.
    fn to(count: u64) -> Distribution {
        (1..=count).map(|number| Duration::from_millis(number * 7919 % (count + 1))).collect()
    }

    #[test]
    fn percentiles_are_nearest_ranks() {
        let thousands = to(3000);
        assert_eq!(thousands.count(), 3000);
        let of = |per_mille| thousands.percentile(per_mille).map(|duration| duration.as_millis());
        assert_eq!([500, 900, 990, 999].map(of), [Some(1500), Some(2700), Some(2970), Some(2997)]);
        assert_eq!((thousands.min(), thousands.max()), (Some(Duration::from_millis(1)), Some(Duration::from_secs(3))));
        assert_eq!(to(5).percentile(500), Some(Duration::from_millis(3)));
        assert_eq!(to(6).percentile(500), Some(Duration::from_millis(3)));
        assert_eq!((to(2).median(), to(1).median()), (Some(Duration::from_millis(1)), Some(Duration::from_millis(1))));
    }

    #[test]
    fn a_percentile_of_too_few_is_not_said() {
        assert_eq!(PERCENTILES.map(|(_, per_mille)| needed(per_mille)), [5, 29, 299, 2995]);
        for (_, per_mille) in PERCENTILES {
            let count = needed(per_mille) as u64;
            assert_eq!(to(count - 1).percentile(per_mille), None, "{per_mille}");
            let percentile = to(count).percentile(per_mille);
            assert!(
                percentile.is_some_and(|percentile| percentile < to(count).max().unwrap_or_default()),
                "{per_mille}"
            );
        }
        let none = Distribution::default();
        assert_eq!((none.min(), none.median(), none.max(), none.above(Duration::ZERO)), (None, None, None, 0));
    }

    #[test]
    fn those_above_are_longer_and_not_as_long() {
        assert_eq!(to(10).above(Duration::from_millis(7)), 3);
        assert_eq!((to(10).above(Duration::ZERO), to(10).above(Duration::from_secs(1))), (10, 0));
    }

    #[test]
    fn json_has_milliseconds_and_null_for_what_cannot_be_said() {
        let json = serde_json::to_string(&to(6)).expect("plain");
        let expected =
            r#"{"count":6,"min_ms":1.0,"p50_ms":3.0,"p90_ms":null,"p99_ms":null,"p99_9_ms":null,"max_ms":6.0}"#;
        assert_eq!(json, expected);
        assert!(serde_json::to_string(&Distribution::default()).expect("plain").contains(r#""min_ms":null"#));
        assert_eq!(ms(Duration::from_nanos(1_234_567)), 1.235);
    }
}

//! A small histogram: steps that grow with the durations, a bar for each.

use std::{fmt::Write as _, time::Duration};

use serde::Serialize;

use super::distribution::ms;

/// The most rows.
const ROWS_MAX: usize = 16;
/// How many characters the longest bar has.
const BAR_WIDTH: usize = 44;
/// Steps within a power of ten, in tenths of it, from fine to coarse. The finest with few enough rows is taken.
const STEPS: [&[u64]; 4] = [&[10, 12, 15, 20, 25, 30, 40, 50, 60, 80], &[10, 15, 20, 30, 50, 70], &[10, 20, 50], &[10]];

/// Durations from `from` up to but without `to`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Bucket {
    #[serde(rename = "from_ms", serialize_with = "as_ms")]
    pub(super) from: Duration,
    #[serde(rename = "to_ms", serialize_with = "as_ms")]
    pub(super) to: Duration,
    pub(super) count: usize,
}

fn as_ms<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(ms(*duration))
}

/// Buckets from the shortest duration's to the longest's, with the empty ones between; none where there are none.
/// `sorted` is in order. What is shorter than a microsecond counts as one.
pub(super) fn buckets(sorted: &[Duration]) -> Vec<Bucket> {
    let (Some(min), Some(max)) = (sorted.first(), sorted.last()) else { return Vec::new() };
    let edges = STEPS.map(|steps| edges(steps, nanos(*min), nanos(*max)));
    let fitting = edges.iter().find(|edges| edges.len() <= ROWS_MAX + 1).unwrap_or(&edges[STEPS.len() - 1]);
    let mut rest = sorted;
    let mut buckets = Vec::with_capacity(fitting.len());
    for edge in fitting.windows(2) {
        let (from, to) = (Duration::from_nanos(edge[0]), Duration::from_nanos(edge[1]));
        let (within, beyond) = rest.split_at(rest.partition_point(|duration| *duration < to));
        buckets.push(Bucket { from, to, count: within.len() });
        rest = beyond;
    }
    buckets
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX).clamp(1_000, 1_000_000_000_000_000)
}

/// From the last edge that is not above `min` to the first that is above `max`.
fn edges(steps: &[u64], min: u64, max: u64) -> Vec<u64> {
    let all = (2..16).flat_map(|power| steps.iter().map(move |step| step * 10_u64.pow(power)));
    let mut edges: Vec<u64> = Vec::new();
    for edge in all {
        if edge <= min {
            edges.clear();
        }
        edges.push(edge);
        if edge > max {
            break;
        }
    }
    edges
}

/// What bars are drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    /// Number signs.
    Ascii,
    /// Block characters, to an eighth of one.
    Blocks,
}

impl Ink {
    /// A bar of so many parts of `whole`; whatever there is at all can be seen.
    fn bar(self, part: usize, whole: usize) -> String {
        let fine = match self {
            Self::Ascii => 1,
            Self::Blocks => 8,
        };
        let length = (part * BAR_WIDTH * fine).div_ceil(whole.max(1));
        match self {
            Self::Ascii => "#".repeat(length),
            Self::Blocks => {
                let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][length % fine];
                format!("{}{rest}", "█".repeat(length / fine))
            }
        }
    }
}

/// One line for each bucket, at most 80 columns wide: its edges, a bar and the count.
pub(super) fn draw(buckets: &[Bucket], ink: Ink) -> String {
    let most = buckets.iter().map(|bucket| bucket.count).max().unwrap_or(0);
    let mut text = String::new();
    for Bucket { from, to, count } in buckets {
        let bar = ink.bar(*count, most);
        let line = format!("{:>8} to {:>7}  {bar:<BAR_WIDTH$}  {count}", edge(*from), edge(*to));
        // Writing to a string does not fail.
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// An edge in the unit that keeps it short.
fn edge(at: Duration) -> String {
    let nanos = at.as_nanos() as f64;
    // Edges have two digits, so that dividing shows no more.
    match nanos {
        nanos if nanos < 1e6 => format!("{} us", nanos / 1e3),
        nanos if nanos < 1e9 => format!("{} ms", nanos / 1e6),
        nanos => format!("{} s", nanos / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Bucket, Ink, ROWS_MAX, buckets, draw};

    fn us(micros: &[u64]) -> Vec<Duration> {
        micros.iter().map(|micros| Duration::from_micros(*micros)).collect()
    }

    fn counted(sorted: &[Duration]) -> Vec<(u128, u128, usize)> {
        buckets(sorted).iter().map(|Bucket { from, to, count }| (from.as_micros(), to.as_micros(), *count)).collect()
    }

    #[test]
    fn an_edge_belongs_to_the_bucket_above_it() {
        assert_eq!(
            counted(&us(&[1000, 1199, 1200, 1499, 2500])),
            [(1000, 1200, 2), (1200, 1500, 2), (1500, 2000, 0), (2000, 2500, 0), (2500, 3000, 1)]
        );
        assert_eq!(counted(&us(&[999])), [(800, 1000, 1)]);
        assert_eq!(counted(&us(&[1000])), [(1000, 1200, 1)]);
        assert_eq!(counted(&[]), []);
    }

    #[test]
    fn a_wider_range_has_coarser_steps() {
        assert_eq!(counted(&us(&[100, 100_000])).len(), 10, "1, 2, 5");
        assert_eq!(counted(&us(&[1_000, 100_000])).len(), 13, "1, 1.5, 2, 3, 5, 7");
        assert_eq!(counted(&us(&[10, 600_000_000])).len(), 8, "powers of ten");
        for (min, max) in [(1, 3_600_000_000), (7, 8), (15, 140), (999, 1001), (150, 15_000), (60_000, 61_000_000)] {
            let buckets = counted(&us(&[min, max]));
            assert!((1..=ROWS_MAX).contains(&buckets.len()), "{min} to {max}: {buckets:?}");
            assert_eq!(buckets.iter().map(|bucket| bucket.2).sum::<usize>(), 2, "{min} to {max}: {buckets:?}");
            assert!(buckets.windows(2).all(|pair| pair[0].1 == pair[1].0), "{buckets:?}");
        }
    }

    #[test]
    fn extremes_have_a_bucket_too() {
        let sorted = [Duration::ZERO, Duration::from_nanos(999), Duration::from_secs(3600)];
        assert_eq!(counted(&sorted).iter().map(|bucket| bucket.2).sum::<usize>(), 3);
    }

    #[test]
    fn bars_are_as_long_as_their_part() {
        let bucket = |from: u64, to: u64, count| Bucket {
            from: Duration::from_micros(from),
            to: Duration::from_micros(to),
            count,
        };
        let buckets = [bucket(800, 1000, 88), bucket(1000, 1200, 44), bucket(1200, 1500, 0), bucket(1500, 2000, 1)];
        let expected = [
            format!("  800 us to    1 ms  {}  88\n", "#".repeat(44)),
            format!("    1 ms to  1.2 ms  {}{}  44\n", "#".repeat(22), " ".repeat(22)),
            format!("  1.2 ms to  1.5 ms  {}  0\n", " ".repeat(44)),
            format!("  1.5 ms to    2 ms  #{}  1\n", " ".repeat(43)),
        ];
        assert_eq!(draw(&buckets, Ink::Ascii), expected.concat());
        let blocks = draw(&buckets, Ink::Blocks);
        let bars: Vec<&str> = blocks.lines().filter_map(|line| line.split_whitespace().nth(5)).collect();
        assert_eq!(bars, ["█".repeat(44).as_str(), "█".repeat(22).as_str(), "0", "▌"]);
        let full = [Bucket { from: Duration::from_micros(800), to: Duration::from_millis(1), count: 10_000 }];
        assert!(draw(&full, Ink::Blocks).trim_end().chars().count() <= 80);
    }
}

//! Whose turn it is.

/// The places of `count` contestants in another order each round, so that none always follows the same other.
pub(crate) fn in_turn(round: usize, count: usize) -> impl Iterator<Item = usize> {
    (0..count).map(move |place| (place + round) % count)
}

//! When requests are due.

use std::time::Duration;

/// All times are since the load's start.
pub(super) enum Pace {
    /// Request `i` is due after `i / per_second` seconds, whatever becomes of the ones before it.
    Schedule { per_second: f64 },
    /// A request is due as soon as a connection is free for it, and no sooner than this after the one before.
    Answers { apart: Duration },
}

/// One request's turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket {
    pub(super) due: Duration,
    /// When it was given out, which is later where this machine is busy.
    pub(super) given: Duration,
}

/// Time since a start.
pub(super) trait Clock {
    fn now(&self) -> Duration;
    /// Waits until `moment`, unless everything is to stop, which is `false`.
    fn sleep_until(&self, moment: Duration) -> bool;
}

impl Pace {
    /// Gives out up to `count` tickets when they are due, and none that is due at `end` or after it. `give` blocks where
    /// nobody takes a ticket yet, and says with `false` that nobody ever will.
    pub(super) fn give_out(&self, count: u32, end: Duration, clock: &impl Clock, mut give: impl FnMut(Ticket) -> bool) {
        let mut taken = None;
        for index in 0..count {
            let due = self.due(index, taken);
            if due >= end || !clock.sleep_until(due) || !give(Ticket { due, given: clock.now() }) {
                return;
            }
            taken = Some(clock.now());
        }
    }

    /// When request `index` is due, where the one before was taken at `taken`.
    fn due(&self, index: u32, taken: Option<Duration>) -> Duration {
        match self {
            // Not a sum of intervals, whose rounding would add up.
            Self::Schedule { per_second } => Duration::from_secs_f64(f64::from(index) / per_second),
            Self::Answers { apart } => taken.map_or(Duration::ZERO, |taken| taken + *apart),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, time::Duration};

    use super::{Clock, Pace};

    const MS: Duration = Duration::from_millis(1);

    /// Stands still but for sleeping and for what a test says passes.
    struct FakeClock {
        now: Cell<Duration>,
        stop_at: Duration,
    }

    impl FakeClock {
        fn new() -> Self {
            Self { now: Cell::new(Duration::ZERO), stop_at: Duration::MAX }
        }

        fn pass(&self, time: Duration) {
            self.now.set(self.now.get() + time);
        }
    }

    impl Clock for FakeClock {
        fn now(&self) -> Duration {
            self.now.get()
        }

        fn sleep_until(&self, moment: Duration) -> bool {
            self.now.set(self.now.get().max(moment));
            self.now.get() < self.stop_at
        }
    }

    /// When tickets are due and when they are given, in milliseconds; `hold` is how long the taker of each keeps it.
    fn given(
        pace: &Pace,
        count: u32,
        end: Duration,
        clock: &FakeClock,
        hold: impl Fn(usize) -> u32,
    ) -> Vec<(u128, u128)> {
        let mut given = Vec::new();
        pace.give_out(count, end, clock, |ticket| {
            given.push((ticket.due.as_millis(), ticket.given.as_millis()));
            clock.pass(MS * hold(given.len() - 1));
            true
        });
        given
    }

    #[test]
    fn a_schedule_does_not_wait_for_answers() {
        let pace = Pace::Schedule { per_second: 100.0 };
        // The second is taken 35 ms late: those after it are due when they always were, and are given at once.
        let given = given(&pace, 6, MS * 1000, &FakeClock::new(), |index| if index == 1 { 35 } else { 0 });
        assert_eq!(given, [(0, 0), (10, 10), (20, 45), (30, 45), (40, 45), (50, 50)]);
    }

    #[test]
    fn a_schedule_does_not_drift() {
        let pace = Pace::Schedule { per_second: 3.0 };
        assert_eq!(pace.due(9_999, None), Duration::from_secs(3333));
        assert_eq!(pace.due(1, None), Duration::from_nanos(333_333_333));
    }

    #[test]
    fn without_a_schedule_time_lost_is_not_made_up_for() {
        let pace = Pace::Answers { apart: MS * 5 };
        let given = given(&pace, 5, MS * 1000, &FakeClock::new(), |index| if index == 1 { 35 } else { 2 });
        assert_eq!(given, [(0, 0), (7, 7), (47, 47), (54, 54), (61, 61)]);
    }

    #[test]
    fn nothing_is_due_at_the_end() {
        let pace = Pace::Schedule { per_second: 10.0 };
        assert_eq!(given(&pace, 100, MS * 300, &FakeClock::new(), |_| 0).len(), 3);
        let pace = Pace::Answers { apart: MS * 5 };
        assert_eq!(given(&pace, 100, MS * 50, &FakeClock::new(), |_| 20).len(), 2);
        assert_eq!(given(&pace, 2, MS * 50, &FakeClock::new(), |_| 0).len(), 2);
    }

    #[test]
    fn it_ends_when_told_to() {
        let pace = Pace::Schedule { per_second: 10.0 };
        let clock = FakeClock { stop_at: MS * 250, ..FakeClock::new() };
        assert_eq!(given(&pace, 100, MS * 5000, &clock, |_| 0).len(), 3);
        let mut takers = 4;
        pace.give_out(100, MS * 5000, &FakeClock::new(), |_| {
            takers -= 1;
            takers > 0
        });
        assert_eq!(takers, 0);
    }
}

//! Where instances wait for callers, and callers for instances: first come, first served, and none waits for ever.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    time::Duration,
};

/// How long the keeper rests after it could not make an item, so that a lasting fault does not burn a core.
const REST: Duration = Duration::from_secs(1);

/// A bounded number of items that callers take and put back, and one keeper makes.
///
/// `E` is why an item could not be made; callers get it while there is no item at all.
pub(crate) struct Shelf<T, E> {
    state: Mutex<State<T, E>>,
    /// Wakes the keeper: an item was lost, or the shelf was closed.
    gap: Condvar,
    wanted: usize,
    waiting_max: usize,
}

struct State<T, E> {
    idle: Vec<T>,
    /// Idle and lent items together.
    alive: usize,
    waiters: VecDeque<Waiter<T, E>>,
    next_ticket: u64,
    fault: Option<Arc<E>>,
    is_closed: bool,
}

struct Waiter<T, E> {
    ticket: u64,
    hand_over: SyncSender<Result<T, Arc<E>>>,
}

/// Why a caller got no item.
#[derive(Debug)]
pub(crate) enum TakeError<E> {
    /// Too many wait already, or the wait was too long.
    Busy,
    /// There is no item, and this is why.
    Fault(Arc<E>),
}

impl<T, E> Shelf<T, E> {
    /// An empty shelf for `wanted` items, at which `waiting_max` callers may wait.
    pub(crate) fn new(wanted: usize, waiting_max: usize) -> Self {
        let state = State {
            idle: Vec::with_capacity(wanted),
            alive: 0,
            waiters: VecDeque::new(),
            next_ticket: 0,
            fault: None,
            is_closed: false,
        };
        Self { state: Mutex::new(state), gap: Condvar::new(), wanted, waiting_max }
    }

    /// An item, at once or after waiting at most that long.
    pub(crate) fn take(&self, wait: Duration) -> Result<T, TakeError<E>> {
        let (ticket, handed) = {
            let mut state = self.lock();
            if let Some(item) = state.idle.pop() {
                return Ok(item);
            }
            if let (0, Some(fault)) = (state.alive, &state.fault) {
                return Err(TakeError::Fault(Arc::clone(fault)));
            }
            if state.waiters.len() >= self.waiting_max || wait.is_zero() {
                return Err(TakeError::Busy);
            }
            state.queue()
        };
        match handed.recv_timeout(wait) {
            Ok(item) => item.map_err(TakeError::Fault),
            Err(_) => self.give_up(ticket, &handed),
        }
    }

    /// Leaves the queue, unless an item was handed over at the last moment.
    fn give_up(&self, ticket: u64, handed: &Receiver<Result<T, Arc<E>>>) -> Result<T, TakeError<E>> {
        let mut state = self.lock();
        state.waiters.retain(|waiter| waiter.ticket != ticket);
        handed.try_recv().map_or(Err(TakeError::Busy), |item| item.map_err(TakeError::Fault))
    }

    /// Puts a taken item back.
    pub(crate) fn put_back(&self, item: T) {
        self.lock().offer(item);
    }

    /// Says that a taken item is gone, and asks the keeper for another.
    pub(crate) fn lose(&self) {
        self.lock().alive -= 1;
        self.gap.notify_one();
    }

    /// Adds a new item.
    pub(crate) fn add(&self, item: T) {
        let mut state = self.lock();
        state.alive += 1;
        state.fault = None;
        state.offer(item);
    }

    /// Says why no new item could be made, to all who wait if there is none left, and rests.
    pub(crate) fn fail(&self, fault: E) {
        let fault = Arc::new(fault);
        let mut state = self.lock();
        if state.alive == 0 {
            for waiter in state.waiters.drain(..) {
                // A waiter that has just given up needs no answer.
                let _ = waiter.hand_over.send(Err(Arc::clone(&fault)));
            }
        }
        state.fault = Some(fault);
        let rested = self.gap.wait_timeout_while(state, REST, |state| !state.is_closed);
        drop(rested.unwrap_or_else(PoisonError::into_inner));
    }

    /// Waits until an item is missing: true then, false once the shelf is closed. For the keeper.
    pub(crate) fn wait_for_gap(&self) -> bool {
        let full = |state: &mut State<T, E>| state.alive >= self.wanted && !state.is_closed;
        let state = self.gap.wait_while(self.lock(), full).unwrap_or_else(PoisonError::into_inner);
        !state.is_closed
    }

    /// Sends the keeper home.
    pub(crate) fn close(&self) {
        self.lock().is_closed = true;
        self.gap.notify_all();
    }

    /// The state is whole between any two statements that hold the lock, so a panic elsewhere does not spoil it.
    fn lock(&self) -> MutexGuard<'_, State<T, E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T, E> State<T, E> {
    fn queue(&mut self) -> (u64, Receiver<Result<T, Arc<E>>>) {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        // Room for one: handing over never blocks.
        let (hand_over, handed) = sync_channel(1);
        self.waiters.push_back(Waiter { ticket, hand_over });
        (ticket, handed)
    }

    /// Hands an item to who has waited longest, or keeps it.
    fn offer(&mut self, item: T) {
        let mut item = item;
        while let Some(waiter) = self.waiters.pop_front() {
            match waiter.hand_over.send(Ok(item)) {
                Ok(()) => return,
                Err(returned) => match returned.0 {
                    Ok(unclaimed) => item = unclaimed,
                    Err(_) => return,
                },
            }
        }
        self.idle.push(item);
    }
}

#[cfg(test)]
mod tests {
    use super::{Shelf, TakeError};
    use std::{
        sync::Arc,
        thread,
        time::{Duration, Instant},
    };

    const LONG: Duration = Duration::from_secs(20);

    fn shelf(items: &[u32], waiting_max: usize) -> Arc<Shelf<u32, &'static str>> {
        let shelf = Arc::new(Shelf::new(items.len(), waiting_max));
        for item in items {
            shelf.add(*item);
        }
        shelf
    }

    fn wait_for_waiters(shelf: &Shelf<u32, &'static str>, count: usize) {
        let patience = Instant::now() + LONG;
        while shelf.lock().waiters.len() < count {
            assert!(Instant::now() < patience, "nobody came");
            thread::yield_now();
        }
    }

    #[test]
    fn callers_are_served_in_the_order_in_which_they_came() {
        let shelf = shelf(&[7], 2);
        let item = shelf.take(LONG).expect("one is idle");
        let order = Arc::new(std::sync::Mutex::new(Vec::new()));
        let callers: Vec<_> = ["first", "second"]
            .into_iter()
            .enumerate()
            .map(|(before, name)| {
                wait_for_waiters(&shelf, before);
                let (shelf, order) = (Arc::clone(&shelf), Arc::clone(&order));
                thread::spawn(move || {
                    let item = shelf.take(LONG).expect("it is put back");
                    order.lock().expect("no panic").push(name);
                    shelf.put_back(item);
                })
            })
            .collect();
        wait_for_waiters(&shelf, 2);
        assert!(matches!(shelf.take(LONG), Err(TakeError::Busy)), "a third is one too many");
        shelf.put_back(item);
        for caller in callers {
            caller.join().expect("no panic");
        }
        assert_eq!(*order.lock().expect("no panic"), ["first", "second"]);
    }

    #[test]
    fn a_wait_ends_and_leaves_no_trace() {
        let shelf = shelf(&[7], 1);
        let item = shelf.take(LONG).expect("one is idle");
        assert!(matches!(shelf.take(Duration::from_millis(5)), Err(TakeError::Busy)));
        assert!(shelf.lock().waiters.is_empty());
        shelf.put_back(item);
        assert_eq!(shelf.take(Duration::ZERO).ok(), Some(7));
    }

    #[test]
    fn a_lost_item_is_asked_for_and_its_replacement_goes_to_who_waits() {
        let shelf = shelf(&[7], 1);
        shelf.take(LONG).expect("one is idle");
        shelf.lose();
        assert!(shelf.wait_for_gap());
        let caller = thread::spawn({
            let shelf = Arc::clone(&shelf);
            move || shelf.take(LONG).ok()
        });
        wait_for_waiters(&shelf, 1);
        shelf.add(8);
        assert_eq!(caller.join().expect("no panic"), Some(8));
    }

    #[test]
    fn a_fault_is_told_only_while_nothing_is_left() {
        let shelf = shelf(&[7, 8], 1);
        shelf.take(LONG).expect("two are idle");
        shelf.lose();
        shelf.close();
        shelf.fail("no disk");
        assert!(shelf.take(LONG).is_ok(), "another item is there");
        shelf.lose();
        assert!(matches!(shelf.take(LONG), Err(TakeError::Fault(fault)) if *fault == "no disk"));
        shelf.add(9);
        assert_eq!(shelf.take(LONG).ok(), Some(9));
    }

    #[test]
    fn closing_sends_the_keeper_home() {
        let shelf = shelf(&[7], 1);
        let keeper = thread::spawn({
            let shelf = Arc::clone(&shelf);
            move || shelf.wait_for_gap()
        });
        shelf.close();
        assert!(!keeper.join().expect("no panic"));
    }
}

//! The best few labels, kept in the order of the heap that the original keeps them in.
//!
//! Labels of the same score come in the order in which the C++ library's heap leaves them, which is neither that of
//! the labels nor that of their arrival; so its steps are repeated here.
//!
//! Source: GCC's libstdc++, `bits/stl_heap.h` `push_heap`, `pop_heap`, `sort_heap`, with fastText 0.9.2's
//! `comparePairs`, which makes the lowest score the front.

/// A label and the logarithm of its probability. Never NaN.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) score: f32,
    pub(crate) label: u32,
}

/// At most `k` labels. The buffer is kept from one text to the next.
#[derive(Default)]
pub(crate) struct Ranking {
    entries: Vec<Entry>,
    k: usize,
}

impl Ranking {
    /// Forgets all labels and makes ready for the best `k`, at least 1.
    pub(crate) fn restart(&mut self, k: usize) {
        self.entries.clear();
        self.k = k;
    }

    /// The lowest score, once there are `k`: only a label that scores as much still comes in.
    pub(crate) fn bar(&self) -> Option<f32> {
        self.entries.first().filter(|_| self.entries.len() == self.k).map(|entry| entry.score)
    }

    /// Adds a label, and drops the lowest if that makes more than `k`.
    pub(crate) fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
        let hole = self.entries.len() - 1;
        rise(&mut self.entries, hole, entry);
        if self.entries.len() > self.k {
            pop(&mut self.entries);
            self.entries.pop();
        }
    }

    /// Best first.
    pub(crate) fn sort(&mut self) -> &[Entry] {
        for end in (2..=self.entries.len()).rev() {
            pop(&mut self.entries[..end]);
        }
        &self.entries
    }
}

/// Puts `entry` into the hole, or above it after moving down whatever scores more (`__push_heap`).
fn rise(heap: &mut [Entry], mut hole: usize, entry: Entry) {
    while hole > 0 && heap[(hole - 1) / 2].score > entry.score {
        heap[hole] = heap[(hole - 1) / 2];
        hole = (hole - 1) / 2;
    }
    heap[hole] = entry;
}

/// Moves the front to the end and makes a heap of the others (`__pop_heap`, `__adjust_heap`).
fn pop(heap: &mut [Entry]) {
    let Some((&front, &last)) = heap.first().zip(heap.last()) else { return };
    let rest = heap.len() - 1;
    heap[rest] = front;
    let heap = &mut heap[..rest];
    if heap.is_empty() {
        return;
    }
    let mut hole = 0;
    let mut child = 0;
    while child < (rest - 1) / 2 {
        child = 2 * (child + 1);
        if heap[child].score > heap[child - 1].score {
            child -= 1;
        }
        heap[hole] = heap[child];
        hole = child;
    }
    if rest.is_multiple_of(2) && child == (rest - 2) / 2 {
        child = 2 * (child + 1);
        heap[hole] = heap[child - 1];
        hole = child - 1;
    }
    rise(heap, hole, last);
}

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

#[cfg(test)]
mod tests {
    use super::*;

    /// What `std::push_heap`, `pop_heap` and `sort_heap` of GCC 12 leave, with fastText's comparison and its test
    /// before each push: the places of the scores that remain.
    #[test]
    fn ties_come_in_the_order_of_the_c_plus_plus_heap() {
        let cases: [(&[f32], usize, &[u32]); 8] = [
            (&[1.0; 7], 3, &[6, 1, 5]),
            (&[1.0; 7], 7, &[3, 1, 4, 6, 5, 2, 0]),
            (&[2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0], 4, &[0, 4, 6, 2]),
            (&[5.0, 4.0, 3.0, 2.0, 1.0], 2, &[0, 1]),
            (&[1.0, 2.0, 3.0, 3.0, 2.0, 1.0, 3.0], 5, &[6, 3, 2, 4, 1]),
            (&[1.0, 2.0], 9, &[1, 0]),
            (&[0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0], 8, &[7, 1, 5, 3, 8, 4, 6, 2]),
            (&[4.0; 4], 1, &[3]),
        ];
        let mut ranking = Ranking::default();
        for (scores, k, expected) in cases {
            ranking.restart(k);
            for (label, &score) in scores.iter().enumerate() {
                if ranking.bar().is_none_or(|bar| score >= bar) {
                    ranking.push(Entry { score, label: label as u32 });
                }
            }
            let labels: Vec<u32> = ranking.sort().iter().map(|entry| entry.label).collect();
            assert_eq!(labels, expected, "{scores:?}, {k}");
        }
    }
}

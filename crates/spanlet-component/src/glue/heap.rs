//! A heap of the component: the standard library's allocator over a stretch of memory of its own.

// An allocator is unsafe by nature.
#![allow(unsafe_code)]

use std::arch::wasm32;
use std::cell::Cell;
use std::ptr;

use dlmalloc::Dlmalloc;

/// The address of nothing, behind every other.
pub(super) const NOWHERE: usize = usize::MAX;

/// WebAssembly's page.
pub(super) const PAGE_BYTES: usize = 64 << 10;

/// An allocator and what it has its memory from.
pub(super) type Heap = Dlmalloc<Memory>;

/// A heap without memory, which asks for it when it needs it.
pub(super) const fn empty() -> Heap {
    ahead(0, 0)
}

/// A heap with memory from `start` on that holds zeros only.
pub(super) const fn ahead(start: usize, bytes: usize) -> Heap {
    let (start, bytes) = (Cell::new(start), Cell::new(bytes));
    Dlmalloc::new_with_allocator(Memory { ahead_start: start, ahead_bytes: bytes, ..Memory::NONE })
}

/// The blocks of a heap that are in use.
pub(super) struct InUse {
    /// How much they take, with what the heap itself needs for each.
    pub(super) bytes: usize,
    /// The address behind the last of them.
    pub(super) end: usize,
}

/// Where a heap has its memory from.
pub(super) struct Memory {
    /// Memory that was set aside for it: where, and how much, which is 0 where there is none.
    ahead_start: Cell<usize>,
    ahead_bytes: Cell<usize>,
    /// The first address that it was given; [`NOWHERE`] before.
    start: Cell<usize>,
    /// The address behind the last that it was given.
    end: Cell<usize>,
    /// Whether all that it was given lies together.
    is_whole: Cell<bool>,
    /// Whether it is given no more.
    is_closed: Cell<bool>,
}

impl Memory {
    #[expect(clippy::declare_interior_mutable_const, reason = "a value to begin with, never borrowed")]
    const NONE: Self = Self {
        ahead_start: Cell::new(0),
        ahead_bytes: Cell::new(0),
        start: Cell::new(NOWHERE),
        end: Cell::new(NOWHERE),
        is_whole: Cell::new(true),
        is_closed: Cell::new(false),
    };

    /// Gives it no more.
    pub(super) fn close(&self) {
        self.is_closed.set(true);
    }

    /// What blocks of the heap are in use; none where it cannot be told.
    ///
    /// Ported from the layout of chunks in dlmalloc 0.2.14 (`dlmalloc.rs`, `Chunk`), on which the version is pinned: a
    /// chunk's second word holds its size and, as bits, whether the chunk before it and it itself are in use. In a
    /// chunk in use, the first word of the next one is the last of its content.
    pub(super) fn in_use(&self) -> Option<InUse> {
        const IN_USE: usize = 2;
        const FLAGS: usize = 7;
        const WORD_BYTES: usize = size_of::<usize>();
        if !self.is_whole.get() {
            return None;
        }
        let mut chunk = self.start.get();
        let mut in_use = InUse { bytes: 0, end: chunk };
        while chunk < self.end.get() {
            // SAFETY: the heap was given all memory up to `end`, and nothing changes it at the moment.
            let head = unsafe { *ptr::with_exposed_provenance::<usize>(chunk + WORD_BYTES) };
            let size = head & !FLAGS;
            if size < 2 * WORD_BYTES {
                return None;
            }
            chunk = chunk.checked_add(size)?;
            if head & IN_USE != 0 {
                in_use = InUse { bytes: in_use.bytes + size, end: chunk + WORD_BYTES };
            }
        }
        (chunk == self.end.get()).then_some(in_use)
    }

    /// Notes what it is given.
    fn given(&self, start: usize, bytes: usize) -> (*mut u8, usize, u32) {
        if self.start.get() == NOWHERE {
            self.start.set(start);
        } else if self.end.get() != start {
            self.is_whole.set(false);
        }
        self.end.set(start + bytes);
        (ptr::with_exposed_provenance_mut(start), bytes, 0)
    }
}

// SAFETY: an instance of the component has one thread.
unsafe impl Send for Memory {}

// SAFETY: what is handed out is memory that `memory.grow` just added, or that was set aside and is handed out once; all
// of it zeros.
unsafe impl dlmalloc::Allocator for Memory {
    fn alloc(&self, size: usize) -> (*mut u8, usize, u32) {
        const REFUSED: (*mut u8, usize, u32) = (ptr::null_mut(), 0, 0);
        if (1..=self.ahead_bytes.get()).contains(&size) {
            return self.given(self.ahead_start.get(), self.ahead_bytes.take());
        }
        if self.is_closed.get() {
            return REFUSED;
        }
        let bytes = size.next_multiple_of(PAGE_BYTES);
        grow(bytes).map_or(REFUSED, |start| self.given(start, bytes))
    }

    fn remap(&self, _: *mut u8, _: usize, _: usize, _: bool) -> *mut u8 {
        ptr::null_mut()
    }

    fn free_part(&self, _: *mut u8, _: usize, _: usize) -> bool {
        false
    }

    fn free(&self, _: *mut u8, _: usize) -> bool {
        false
    }

    fn can_release_part(&self, _: u32) -> bool {
        false
    }

    fn allocates_zeros(&self) -> bool {
        true
    }

    fn page_size(&self) -> usize {
        PAGE_BYTES
    }
}

/// So many bytes of new memory, zeroed; a multiple of the page.
pub(super) fn grow(bytes: usize) -> Option<usize> {
    let before = wasm32::memory_grow(0, bytes / PAGE_BYTES);
    // The last page of the address space stays unused: no address lies behind it.
    let is_usable = before != usize::MAX && before.checked_mul(PAGE_BYTES)?.checked_add(bytes).is_some();
    is_usable.then_some(before * PAGE_BYTES)
}

/// The address behind all memory.
pub(super) fn end() -> usize {
    wasm32::memory_size(0) * PAGE_BYTES
}

//! The memory of the component: what models hold and what calls need lie apart, so that an image of it is small and a
//! fresh instance of that image is quickly made and thrown away.
//!
//! While models are loaded, what is freed is zeroed: an instance that is then written down holds neither their files nor
//! what was only needed to parse them, and a page of zeros takes no room in its file. When the models are sealed, they
//! move together to the low end of their heap ([`settle`]), and all memory behind them is for calls. From then on the
//! models' heap is as it is: what calls write to lies together, and a host that gives every call a fresh instance puts
//! those pages back in a few stretches and leaves the others mapped.

// A global allocator is unsafe by nature.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout};
use std::cell::{Cell, UnsafeCell};
use std::ptr;

use super::heap::{self, Heap, NOWHERE};

/// The least that calls find when the models are sealed, so that most of them need not ask the host for more.
const CALL_BYTES: usize = 4 << 20;

/// Models are moved only if memory stays below this. Who writes an instance down reads its memory as one list, and a list
/// has fewer than 2^28 bytes.
const MOVED_BYTES_MAX: usize = 240 << 20;

/// What every block of a heap is aligned to. It resizes those that are not aligned to more in place where it can.
const HEAP_ALIGN: usize = 2 * size_of::<usize>();

/// What hosts map and put back as one.
const HOST_PAGE_BYTES: usize = 4 << 10;

struct Allocator {
    models: UnsafeCell<Heap>,
    calls: UnsafeCell<Heap>,
    /// Where `calls` begins, and `models` ends; [`NOWHERE`] before the models are sealed.
    calls_start: Cell<usize>,
    phase: Cell<Phase>,
    /// Whether to zero what is freed.
    is_clean: Cell<bool>,
}

/// Which heap blocks come from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// That of models; there is no other.
    Loading,
    /// That of calls, for a moment.
    MovingOut,
    /// That of models as far as it reaches, else that of calls.
    MovingIn,
    /// That of calls, although there are models in it.
    Mixed,
    /// That of calls; blocks of models are never freed.
    Sealed,
}

#[global_allocator]
static ALLOCATOR: Allocator = Allocator {
    models: UnsafeCell::new(heap::empty()),
    calls: UnsafeCell::new(heap::empty()),
    calls_start: Cell::new(NOWHERE),
    phase: Cell::new(Phase::Loading),
    is_clean: Cell::new(false),
};

// SAFETY: an instance of the component has one thread.
unsafe impl Sync for Allocator {}

/// Whether to zero what is freed from now on.
pub(super) fn clean(is_clean: bool) {
    ALLOCATOR.is_clean.set(is_clean);
}

/// Moves the models to the low end of their heap and leaves their pages alone from then on.
///
/// `copy` puts a copy in the place of everything that models hold: first behind the heap, so that the heap is empty but
/// for small things, then into it again. Where there is no memory for that, nothing moves, and what calls need lies behind
/// the heap as it is.
pub(super) fn settle(copy: impl FnMut()) {
    if ALLOCATOR.phase.get() != Phase::Loading {
        return;
    }
    if let Some((start, bytes)) = ALLOCATOR.room_to_move() {
        ALLOCATOR.move_models(start, bytes, copy);
    } else if let Some(start) = heap::grow(CALL_BYTES) {
        ALLOCATOR.calls_start.set(start);
    } else {
        return;
    }
    ALLOCATOR.seal();
}

impl Allocator {
    /// New memory for all that models hold, and some more for what copies reserve and where blocks begin.
    fn room_to_move(&self) -> Option<(usize, usize)> {
        // SAFETY: nothing is allocated while this reference lives.
        let in_use = unsafe { &*self.models.get() }.allocator().in_use()?;
        let bytes = (in_use.bytes + in_use.bytes / 8 + CALL_BYTES).next_multiple_of(heap::PAGE_BYTES);
        let is_small = heap::end() + bytes <= MOVED_BYTES_MAX;
        if is_small { heap::grow(bytes).map(|start| (start, bytes)) } else { None }
    }

    fn move_models(&self, start: usize, bytes: usize, mut copy: impl FnMut()) {
        // SAFETY: nothing is allocated while these references live, and the heap of calls has no blocks yet.
        unsafe {
            (*self.models.get()).allocator().close();
            *self.calls.get() = heap::ahead(start, bytes);
        }
        self.calls_start.set(start);
        clean(true);
        self.phase.set(Phase::MovingOut);
        copy();
        self.phase.set(Phase::MovingIn);
        copy();
        clean(false);
    }

    /// Leaves all memory behind the models to calls, unless models lie there too.
    fn seal(&self) {
        if self.phase.get() == Phase::Mixed {
            return;
        }
        // SAFETY: of the heap of calls no block is in use, and of that of models none behind the end of use; neither is
        // asked for memory again.
        unsafe {
            let end_of_use = (*self.models.get()).allocator().in_use().map(|in_use| in_use.end);
            let start = end_of_use.unwrap_or(self.calls_start.get()).next_multiple_of(HOST_PAGE_BYTES);
            let bytes = heap::end() - start;
            ptr::with_exposed_provenance_mut::<u8>(start).write_bytes(0, bytes);
            *self.calls.get() = heap::ahead(start, bytes);
            self.calls_start.set(start);
        }
        self.phase.set(Phase::Sealed);
    }

    fn is_of_models(&self, block: *mut u8) -> bool {
        (block as usize) < self.calls_start.get()
    }

    unsafe fn allocate(&self, layout: Layout, take: impl Fn(&mut Heap, Layout) -> *mut u8) -> *mut u8 {
        if matches!(self.phase.get(), Phase::Loading | Phase::MovingIn) {
            let block = take(unsafe { &mut *self.models.get() }, layout);
            if !block.is_null() || self.phase.get() == Phase::Loading {
                return block;
            }
            self.phase.set(Phase::Mixed);
        }
        take(unsafe { &mut *self.calls.get() }, layout)
    }

    /// Whether a block is of the heap that blocks come from now.
    fn is_present(&self, block: *mut u8) -> bool {
        self.is_of_models(block) == (self.phase.get() == Phase::Loading)
    }
}

// SAFETY: every call goes on to the heap that the block is from, with the arguments that it came with; what is freed is
// written to while it is still ours.
unsafe impl GlobalAlloc for Allocator {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { self.allocate(layout, |heap, layout| heap.malloc(layout.size(), layout.align())) }
    }

    #[inline(never)]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        unsafe { self.allocate(layout, |heap, layout| heap.calloc(layout.size(), layout.align())) }
    }

    // Out of line: there are thousands of places where something is freed.
    #[inline(never)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if self.is_clean.get() {
            unsafe { erase(block, layout.size()) };
        }
        if !self.is_of_models(block) {
            unsafe { (*self.calls.get()).free(block, layout.size(), layout.align()) };
        } else if self.phase.get() != Phase::Sealed {
            unsafe { (*self.models.get()).free(block, layout.size(), layout.align()) };
        }
    }

    #[inline(never)]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let is_smaller = size <= layout.size() && layout.align() <= HEAP_ALIGN;
        if !self.is_present(block) || (self.is_clean.get() && !is_smaller) {
            return unsafe { moved(block, layout, size) };
        }
        if self.is_clean.get() {
            unsafe { erase(block.add(size), layout.size() - size) };
        }
        let heap = if self.is_of_models(block) { &self.models } else { &self.calls };
        unsafe { (*heap.get()).realloc(block, layout.size(), layout.align(), size) }
    }
}

/// Out of line, as it is rare and every list that grows would have a copy of it.
#[cold]
#[inline(never)]
unsafe fn erase(block: *mut u8, size: usize) {
    unsafe { block.write_bytes(0, size) };
}

/// The block's content in a block of another size, from the heap that blocks come from now.
#[cold]
#[inline(never)]
unsafe fn moved(block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
    // SAFETY: whoever asks for a size has made sure that it is one for this alignment.
    let grown = unsafe { ALLOCATOR.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
    if !grown.is_null() {
        unsafe { grown.copy_from_nonoverlapping(block, size.min(layout.size())) };
        unsafe { ALLOCATOR.dealloc(block, layout) };
    }
    grown
}

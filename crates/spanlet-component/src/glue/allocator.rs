//! The memory of the component: what models hold and what calls need lie apart, so that an image of it is small and a
//! fresh instance of that image is quickly made and thrown away.
//!
//! While models are loaded, what is freed is zeroed: an instance that is then written down holds neither their files nor
//! what was only needed to parse them, and a page of zeros takes no room. Once the models are sealed, blocks come from a
//! heap of their own behind all others: of the pages that hold models, calls write to next to none, and what they do write
//! to lies together. A host that gives every call a fresh instance puts those pages back in one stretch and leaves
//! the others mapped.

// A global allocator is unsafe by nature.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout};
use std::arch::wasm32;
use std::cell::{Cell, UnsafeCell};
use std::ptr;

use dlmalloc::Dlmalloc;

/// WebAssembly's page.
const PAGE_BYTES: usize = 64 << 10;

/// What calls find when the models are sealed, so that most of them need not ask the host for more.
const CALL_BYTES: usize = 4 << 20;

struct Allocator {
    /// Everything until the models are sealed.
    models: UnsafeCell<Dlmalloc<Memory>>,
    /// Everything after that.
    calls: UnsafeCell<Dlmalloc<Memory>>,
    /// The first address of `calls`; above every address until then.
    calls_start: Cell<usize>,
    /// Whether to zero what is freed.
    is_clean: Cell<bool>,
}

#[global_allocator]
static ALLOCATOR: Allocator = Allocator {
    models: UnsafeCell::new(Dlmalloc::new_with_allocator(Memory { ahead: Cell::new(None) })),
    calls: UnsafeCell::new(Dlmalloc::new_with_allocator(Memory { ahead: Cell::new(None) })),
    calls_start: Cell::new(usize::MAX),
    is_clean: Cell::new(false),
};

// SAFETY: an instance of the component has one thread.
unsafe impl Sync for Allocator {}

/// Whether to zero what is freed from now on.
pub(super) fn clean(is_clean: bool) {
    ALLOCATOR.is_clean.set(is_clean);
}

/// Leaves the pages of the models alone from now on. Where there is no memory for that, nothing changes.
pub(super) fn seal() {
    if ALLOCATOR.calls_start.get() != usize::MAX {
        return;
    }
    if let Some(start) = grow(CALL_BYTES) {
        // SAFETY: no block is allocated while this reference lives.
        let calls = unsafe { &mut *ALLOCATOR.calls.get() };
        calls.allocator_mut().ahead.set(Some(start));
        ALLOCATOR.calls_start.set(start as usize);
    }
}

impl Allocator {
    /// Where blocks come from at present.
    #[expect(clippy::mut_from_ref, reason = "the one thread holds it for one operation")]
    unsafe fn present(&self) -> &mut Dlmalloc<Memory> {
        let heap = if self.calls_start.get() == usize::MAX { &self.models } else { &self.calls };
        unsafe { &mut *heap.get() }
    }

    /// Where a block came from.
    #[expect(clippy::mut_from_ref, reason = "the one thread holds it for one operation")]
    unsafe fn of(&self, block: *mut u8) -> &mut Dlmalloc<Memory> {
        let heap = if (block as usize) < self.calls_start.get() { &self.models } else { &self.calls };
        unsafe { &mut *heap.get() }
    }

    /// Whether a block may be resized where it is, with what lies behind it.
    fn is_resized_in_place(&self, block: *mut u8) -> bool {
        let is_present = self.calls_start.get() == usize::MAX || block as usize >= self.calls_start.get();
        is_present && !self.is_clean.get()
    }
}

// SAFETY: every call goes on to the heap that the block is from, with the arguments that it came with; what is freed is
// written to while it is still ours.
unsafe impl GlobalAlloc for Allocator {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { self.present().malloc(layout.size(), layout.align()) }
    }

    #[inline(never)]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        unsafe { self.present().calloc(layout.size(), layout.align()) }
    }

    // Out of line: there are thousands of places where something is freed.
    #[inline(never)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if self.is_clean.get() {
            unsafe { erase(block, layout.size()) };
        }
        unsafe { self.of(block).free(block, layout.size(), layout.align()) }
    }

    #[inline(never)]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if self.is_resized_in_place(block) {
            unsafe { self.of(block).realloc(block, layout.size(), layout.align(), size) }
        } else {
            unsafe { moved(block, layout, size) }
        }
    }
}

/// Out of line, as it is rare and every list that grows would have a copy of it.
#[cold]
#[inline(never)]
unsafe fn erase(block: *mut u8, size: usize) {
    unsafe { block.write_bytes(0, size) };
}

/// The block's content in a block of another size; where freed blocks are zeroed, nothing is left behind.
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

/// Where a heap has its memory from.
struct Memory {
    /// [`CALL_BYTES`] that were asked for ahead of need.
    ahead: Cell<Option<*mut u8>>,
}

// SAFETY: an instance of the component has one thread.
unsafe impl Send for Memory {}

// SAFETY: what is handed out is memory that `memory.grow` just added, or added before and handed out once.
unsafe impl dlmalloc::Allocator for Memory {
    fn alloc(&self, size: usize) -> (*mut u8, usize, u32) {
        if size <= CALL_BYTES
            && let Some(start) = self.ahead.take()
        {
            return (start, CALL_BYTES, 0);
        }
        let bytes = size.next_multiple_of(PAGE_BYTES);
        grow(bytes).map_or((ptr::null_mut(), 0, 0), |start| (start, bytes, 0))
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

/// So many bytes of new memory, zeroed.
fn grow(bytes: usize) -> Option<*mut u8> {
    let before = wasm32::memory_grow(0, bytes / PAGE_BYTES);
    // The last page of the address space stays unused: no address lies behind it.
    let is_usable = before != usize::MAX && before.checked_mul(PAGE_BYTES)?.checked_add(bytes).is_some();
    is_usable.then(|| ptr::with_exposed_provenance_mut(before * PAGE_BYTES))
}

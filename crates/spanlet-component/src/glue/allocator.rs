//! The memory of the component, which leaves no traces of model files where it can.

// A global allocator is unsafe by nature.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// The system's allocator. While models are loaded it zeroes what is freed: an instance that is then written down holds
/// neither their files nor what was only needed to parse them, and a freed page of zeros takes no room.
struct Allocator;

static IS_CLEAN: AtomicBool = AtomicBool::new(false);

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

/// Whether to zero what is freed from now on.
pub(super) fn clean(is_clean: bool) {
    IS_CLEAN.store(is_clean, Relaxed);
}

// SAFETY: every call goes on to the system's allocator with the arguments that it came with; what is freed is written to
// while it is still ours.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        unsafe { System.alloc_zeroed(layout) }
    }

    // Out of line: there are thousands of places where something is freed.
    #[inline(never)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if IS_CLEAN.load(Relaxed) {
            unsafe { erase(block, layout.size()) };
        }
        unsafe { System.dealloc(block, layout) }
    }

    #[inline(never)]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if IS_CLEAN.load(Relaxed) {
            unsafe { moved(block, layout, size) }
        } else {
            unsafe { System.realloc(block, layout, size) }
        }
    }
}

/// Out of line, as it is rare and every list that grows would have a copy of it.
#[cold]
#[inline(never)]
unsafe fn erase(block: *mut u8, size: usize) {
    unsafe { block.write_bytes(0, size) };
}

/// The block's content in a block of another size; nothing is left behind.
#[cold]
#[inline(never)]
unsafe fn moved(block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
    // SAFETY: whoever asks for a size has made sure that it is one for this alignment.
    let grown = unsafe { System.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
    if !grown.is_null() {
        unsafe { grown.copy_from_nonoverlapping(block, size.min(layout.size())) };
        unsafe { ALLOCATOR.dealloc(block, layout) };
    }
    grown
}

//! WebAssembly's vectors as four `f32`s.

use core::arch::wasm32::*;

use super::{load, load_bytes, store};
use crate::vector::Vector;

impl Vector for v128 {
    type Mask = v128;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        f32x4_splat(value)
    }

    #[inline(always)]
    fn of_bytes(bytes: &[u8; 16]) -> Self {
        load_bytes(bytes)
    }

    #[inline(always)]
    fn load(values: &[f32; 4]) -> Self {
        load(values)
    }

    #[inline(always)]
    fn lanes(self) -> [f32; 4] {
        let mut lanes = [0.0; 4];
        store(&mut lanes, self);
        lanes
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        f32x4_add(self, other)
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        f32x4_sub(self, other)
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        f32x4_mul(self, other)
    }

    #[inline(always)]
    fn div(self, other: Self) -> Self {
        f32x4_div(self, other)
    }

    #[inline(always)]
    fn less(self, other: Self) -> Self {
        f32x4_lt(self, other)
    }

    #[inline(always)]
    fn numbers(self) -> Self {
        f32x4_eq(self, self)
    }

    #[inline(always)]
    fn where_or(self, mask: Self, other: Self) -> Self {
        v128_bitselect(self, other, mask)
    }

    #[inline(always)]
    fn times_power(self, rounded: Self) -> Self {
        u32x4_add(self, u32x4_shl(rounded, 23))
    }

    #[inline(always)]
    fn turned([a, b, c, d]: [Self; 4]) -> [Self; 4] {
        let (ab, cd) = (i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<0, 4, 1, 5>(c, d));
        let (ef, gh) = (i32x4_shuffle::<2, 6, 3, 7>(a, b), i32x4_shuffle::<2, 6, 3, 7>(c, d));
        [
            i64x2_shuffle::<0, 2>(ab, cd),
            i64x2_shuffle::<1, 3>(ab, cd),
            i64x2_shuffle::<0, 2>(ef, gh),
            i64x2_shuffle::<1, 3>(ef, gh),
        ]
    }

    /// Two rows' halves are added while they lie side by side, which saves a quarter of the shuffles.
    #[inline(always)]
    fn sums([a, b, c, d]: [Self; 4]) -> Self {
        let ab = f32x4_add(i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<2, 6, 3, 7>(a, b));
        let cd = f32x4_add(i32x4_shuffle::<0, 4, 1, 5>(c, d), i32x4_shuffle::<2, 6, 3, 7>(c, d));
        f32x4_add(i64x2_shuffle::<0, 2>(ab, cd), i64x2_shuffle::<1, 3>(ab, cd))
    }
}

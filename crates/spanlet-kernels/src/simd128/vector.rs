//! WebAssembly's vectors as four `f32`s.

use core::arch::wasm32::*;

use super::{load, load_bytes, store};
use crate::vector::{Vector, Whole};

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
    fn zero_where(self, mask: Self) -> Self {
        v128_andnot(self, mask)
    }

    #[inline(always)]
    fn nan_where_nan(self, other: Self) -> Self {
        v128_or(self, f32x4_ne(other, other))
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
    fn lowest_bits(low: Self, high: Self) -> [i16; 8] {
        let lowest = i8x16_shuffle::<0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29>(low, high);
        let mut numbers = [[0_i16; 2]; 4];
        store(&mut numbers, lowest);
        std::array::from_fn(|place| numbers[place / 2][place % 2])
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

impl Whole for v128 {
    type Numbers = v128;
    type Floats = v128;

    #[inline(always)]
    fn zeros() -> Self {
        i32x4_splat(0)
    }

    #[inline(always)]
    fn of_sixteen_bits(bytes: &[u8; 16]) -> v128 {
        load_bytes(bytes)
    }

    #[inline(always)]
    fn of_eight_bits(bytes: &[u8; 8]) -> v128 {
        // SAFETY: eight readable bytes, at any alignment.
        unsafe { i16x8_load_extend_i8x8(bytes.as_ptr().cast()) }
    }

    #[inline(always)]
    fn add_products(self, one: v128, other: v128) -> Self {
        i32x4_add(self, i32x4_dot_i16x8(one, other))
    }

    #[inline(always)]
    fn sums([a, b, c, d]: [Self; 4]) -> v128 {
        let ab = i32x4_add(i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<2, 6, 3, 7>(a, b));
        let cd = i32x4_add(i32x4_shuffle::<0, 4, 1, 5>(c, d), i32x4_shuffle::<2, 6, 3, 7>(c, d));
        f32x4_convert_i32x4(i32x4_add(i64x2_shuffle::<0, 2>(ab, cd), i64x2_shuffle::<1, 3>(ab, cd)))
    }
}

//! Four numbers at a time, by one name on every path, so that what is made of them is written once.

/// Four `f32`s. Each function does to every lane what its namesake of `f32` does, rounded once.
pub(crate) trait Vector: Copy {
    /// A truth for each lane.
    type Mask: Copy;

    fn splat(value: f32) -> Self;

    /// Four little-endian numbers, at any alignment.
    fn of_bytes(bytes: &[u8; 16]) -> Self;

    fn load(values: &[f32; 4]) -> Self;

    fn lanes(self) -> [f32; 4];

    fn add(self, other: Self) -> Self;

    fn sub(self, other: Self) -> Self;

    fn mul(self, other: Self) -> Self;

    fn div(self, other: Self) -> Self;

    /// Where a lane is less than that of `other`; nowhere for NaN.
    fn less(self, other: Self) -> Self::Mask;

    /// The lanes of `self`, and zero where the mask holds.
    fn zero_where(self, mask: Self::Mask) -> Self;

    /// The lanes of `self`, and NaN where those of `other` are.
    fn nan_where_nan(self, other: Self) -> Self;

    /// The lanes of `self` where the mask holds, elsewhere those of `other`.
    fn where_or(self, mask: Self::Mask, other: Self) -> Self;

    /// Each lane times 2 to the power of the whole number that lies in the lowest bits of that of `rounded`.
    fn times_power(self, rounded: Self) -> Self;

    /// The lowest 16 bits of each lane of `low`, then those of `high`.
    fn lowest_bits(low: Self, high: Self) -> [i16; 8];

    /// Rows as columns.
    fn turned(rows: [Self; 4]) -> [Self; 4];

    /// Each one's lanes summed: the first and third, the second and fourth, then those two.
    #[inline(always)]
    fn sums(vectors: [Self; 4]) -> Self {
        let [a, b, c, d] = Self::turned(vectors);
        a.add(c).add(b.add(d))
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Self::splat(0.0).sub(self).where_or(self.less(Self::splat(0.0)), self)
    }
}

/// Four sums of whole numbers.
pub(crate) trait Whole: Copy {
    /// Eight whole numbers.
    type Numbers: Copy;
    type Floats: Vector;

    fn zeros() -> Self;

    /// Eight little-endian `i16`s.
    fn of_sixteen_bits(bytes: &[u8; 16]) -> Self::Numbers;

    /// Eight `i8`s.
    fn of_eight_bits(bytes: &[u8; 8]) -> Self::Numbers;

    /// Adds to each sum the products of two neighbours; what does not fit wraps.
    fn add_products(self, one: Self::Numbers, other: Self::Numbers) -> Self;

    /// As [`Vector::sums`], as `f32`s.
    fn sums(sums: [Self; 4]) -> Self::Floats;
}

impl Whole for [i32; 4] {
    type Numbers = [i16; 8];
    type Floats = [f32; 4];

    #[inline(always)]
    fn zeros() -> Self {
        [0; 4]
    }

    #[inline(always)]
    fn of_sixteen_bits(bytes: &[u8; 16]) -> [i16; 8] {
        let (numbers, _) = bytes.as_chunks::<2>();
        std::array::from_fn(|place| i16::from_le_bytes(numbers[place]))
    }

    #[inline(always)]
    fn of_eight_bits(bytes: &[u8; 8]) -> [i16; 8] {
        bytes.map(|byte| i16::from(byte.cast_signed()))
    }

    /// The one instruction that every x86-64 machine has for this, which the compiler does not see in the plain form.
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    fn add_products(self, one: [i16; 8], other: [i16; 8]) -> Self {
        use std::arch::x86_64::{__m128i, _mm_add_epi32, _mm_madd_epi16};
        // SAFETY: arrays of 128 bits are numbers of that many bits whatever they hold, and SSE2 is part of x86-64.
        unsafe {
            let [sums, one, other] = [
                std::mem::transmute::<Self, __m128i>(self),
                std::mem::transmute::<[i16; 8], __m128i>(one),
                std::mem::transmute::<[i16; 8], __m128i>(other),
            ];
            std::mem::transmute::<__m128i, Self>(_mm_add_epi32(sums, _mm_madd_epi16(one, other)))
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    #[inline(always)]
    fn add_products(self, one: [i16; 8], other: [i16; 8]) -> Self {
        std::array::from_fn(|lane| {
            let product = |place: usize| i32::from(one[place]) * i32::from(other[place]);
            self[lane].wrapping_add(product(lane * 2).wrapping_add(product(lane * 2 + 1)))
        })
    }

    #[inline(always)]
    fn sums(sums: [Self; 4]) -> [f32; 4] {
        sums.map(|lanes| lanes.into_iter().fold(0, i32::wrapping_add) as f32)
    }
}

impl Vector for [f32; 4] {
    type Mask = [bool; 4];

    #[inline(always)]
    fn splat(value: f32) -> Self {
        [value; 4]
    }

    #[inline(always)]
    fn of_bytes(bytes: &[u8; 16]) -> Self {
        let (numbers, _) = bytes.as_chunks::<4>();
        std::array::from_fn(|lane| f32::from_le_bytes(numbers[lane]))
    }

    #[inline(always)]
    fn load(values: &[f32; 4]) -> Self {
        *values
    }

    #[inline(always)]
    fn lanes(self) -> [f32; 4] {
        self
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        std::array::from_fn(|lane| self[lane] + other[lane])
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        std::array::from_fn(|lane| self[lane] - other[lane])
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        std::array::from_fn(|lane| self[lane] * other[lane])
    }

    #[inline(always)]
    fn div(self, other: Self) -> Self {
        std::array::from_fn(|lane| self[lane] / other[lane])
    }

    #[inline(always)]
    fn less(self, other: Self) -> [bool; 4] {
        std::array::from_fn(|lane| self[lane] < other[lane])
    }

    #[inline(always)]
    fn zero_where(self, mask: [bool; 4]) -> Self {
        std::array::from_fn(|lane| if mask[lane] { 0.0 } else { self[lane] })
    }

    #[inline(always)]
    fn nan_where_nan(self, other: Self) -> Self {
        std::array::from_fn(|lane| if other[lane].is_nan() { f32::from_bits(u32::MAX) } else { self[lane] })
    }

    #[inline(always)]
    fn where_or(self, mask: [bool; 4], other: Self) -> Self {
        std::array::from_fn(|lane| if mask[lane] { self[lane] } else { other[lane] })
    }

    #[inline(always)]
    fn times_power(self, rounded: Self) -> Self {
        std::array::from_fn(|lane| f32::from_bits(self[lane].to_bits().wrapping_add(rounded[lane].to_bits() << 23)))
    }

    #[inline(always)]
    fn lowest_bits(low: Self, high: Self) -> [i16; 8] {
        std::array::from_fn(|place| (if place < 4 { low[place] } else { high[place - 4] }).to_bits() as i16)
    }

    #[inline(always)]
    fn turned(rows: [Self; 4]) -> [Self; 4] {
        std::array::from_fn(|row| std::array::from_fn(|lane| rows[lane][row]))
    }
}

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

    /// Where a lane is a number: everywhere but for NaN.
    fn numbers(self) -> Self::Mask;

    /// The lanes of `self` where the mask holds, elsewhere those of `other`.
    fn where_or(self, mask: Self::Mask, other: Self) -> Self;

    /// Each lane times 2 to the power of the whole number that lies in the lowest bits of that of `rounded`.
    fn times_power(self, rounded: Self) -> Self;

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
    fn numbers(self) -> [bool; 4] {
        self.map(|lane| !lane.is_nan())
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
    fn turned(rows: [Self; 4]) -> [Self; 4] {
        std::array::from_fn(|row| std::array::from_fn(|lane| rows[lane][row]))
    }
}

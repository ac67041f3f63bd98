//! Embedding tables in which four hashed rows stand for one string.

use spanlet_kernels::{Dozen, OUTPUTS, add};

use super::attribute::Attribute;
use crate::dense::{Products, Rows, for_each_product};
use crate::load_error::LoadError;
use crate::model_file::{ModelFile, Node};

/// The table of one attribute.
#[derive(Clone, Debug)]
pub(crate) struct HashEmbed {
    pub(super) attribute: Attribute,
    seed: u32,
    rows: u32,
    width: usize,
    /// `[rows, width]`.
    values: Vec<f32>,
}

impl HashEmbed {
    /// Reads the parameter `E`, `[rows, width]`, and the seed.
    pub(super) fn load(
        model: &ModelFile<'_>,
        node: &Node<'_>,
        attribute: Attribute,
        rows: usize,
        width: usize,
    ) -> Result<Self, LoadError> {
        model.expect_name(node, "hashembed")?;
        let seed = u32::try_from(node.int_attr(model.part(), "seed")?)
            .map_err(|_| model.damaged(node, "expected a seed below 2^32, found a greater one"))?;
        let count = u32::try_from(rows)
            .ok()
            .filter(|&rows| rows > 0)
            .ok_or_else(|| model.damaged(node, "expected 1 to 2^32 - 1 rows, found another number"))?;
        Ok(Self { attribute, seed, rows: count, width, values: node.param(model.part(), "E", &[rows, width])? })
    }

    /// How many bytes its rows would take if each had so many numbers.
    pub(super) fn bytes_of_width(&self, width: usize) -> usize {
        (self.rows as usize).saturating_mul(width).saturating_mul(size_of::<f32>())
    }

    /// Multiplies every row by `panels`, `[groups of twelve outputs][width]`: a sum of products is the product of a sum.
    pub(super) fn multiply(&mut self, panels: &[Dozen]) {
        let mut products = Vec::new();
        let rows = Rows::of_width(&self.values, self.width);
        for_each_product(panels, self.width, rows, &mut Products::default(), |_, row| products.extend_from_slice(row));
        self.width = panels.len() / self.width * OUTPUTS;
        self.values = products;
    }

    /// Adds the four rows of `id` to `sum`, `[width]`.
    ///
    /// Source: thinc 8.3, `layers/hashembed.py`, `forward`, and `backends/numpy_ops.pyx`, `gather_add`.
    pub(super) fn add(&self, id: u64, sum: &mut [f32]) {
        for hash in hashes(id, self.seed) {
            let row = (hash % self.rows) as usize;
            add(sum, &self.values[row * self.width..][..self.width]);
        }
    }
}

/// Four hashes of an id.
///
/// Source: murmurhash 1.0, `MurmurHash3.cpp`, as `backends/numpy_ops.pyx`, `hash`, of thinc 8.3 calls it.
fn hashes(id: u64, seed: u32) -> [u32; 4] {
    const BYTES: u64 = 8;
    let mixed =
        id.wrapping_mul(0x87c3_7b91_1142_53d5).rotate_left(31).wrapping_mul(0x4cf5_ad43_2745_937f) ^ u64::from(seed);
    murmur_finished(mixed ^ BYTES, u64::from(seed) ^ BYTES)
}

/// The end of MurmurHash3 for 64-bit machines: the two halves, each with the length of the key in it, as four parts.
///
/// Source: murmurhash 1.0, `MurmurHash3.cpp`, `MurmurHash3_x64_128`.
pub(crate) fn murmur_finished(mut low: u64, mut high: u64) -> [u32; 4] {
    low = low.wrapping_add(high);
    high = high.wrapping_add(low);
    (low, high) = (avalanche(low), avalanche(high));
    low = low.wrapping_add(high);
    high = high.wrapping_add(low);
    [low as u32, (low >> 32) as u32, high as u32, (high >> 32) as u32]
}

/// Spreads every bit over all others. Source: MurmurHash3, `fmix64`.
fn avalanche(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    bits = (bits ^ (bits >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    bits ^ (bits >> 33)
}

//! What the embedding and the first layer make of each word type, kept from one document to the next.

use super::embed::{Embed, Space, Type};
use super::encode::Encoder;
use crate::lexeme::Lexemes;
use crate::vocab::Vocab;

/// So many bytes of rows are kept: the words of some ten thousand sentences with the usual widths.
const MAX_BYTES: usize = 20 << 20;
/// The rows of so many types lie together, so that a growing cache is never copied.
const BLOCK_TYPES: usize = 128;
/// So many tokens get their rows at a time.
pub(super) const BLOCK_TOKENS: usize = 256;

/// The rows of the word types that were met. Each is computed in the same way whatever else is there, so that an answer
/// does not depend on it.
#[derive(Clone, Debug, Default)]
pub(super) struct TypeCache {
    /// Of the lexemes by whose ids `places` is ordered.
    generation: u64,
    /// By key of the type: one more than the place of its rows, or zero.
    places: Vec<u32>,
    count: usize,
    /// `[BLOCK_TYPES, width + product width]` each: a type's embedding and then its products.
    blocks: Vec<Vec<f32>>,
    /// The new types' embeddings before they have their places.
    embedded: Vec<f32>,
    space: Space,
}

/// The rows of one word type.
#[derive(Clone, Copy)]
pub(super) struct TypeRows<'c> {
    /// Its embedding.
    pub(super) embedded: &'c [f32],
    /// Its part in the first layer, for each place of the window.
    pub(super) products: &'c [f32],
}

impl TypeCache {
    /// Frees what rows are computed in, and keeps the rows. Later ones begin a block of their own: a block that is copied
    /// has no room for more.
    pub(super) fn release_buffers(&mut self) {
        (self.embedded, self.space) = Default::default();
        self.count = self.count.next_multiple_of(BLOCK_TYPES);
    }

    /// Reserves memory to find the rows of so many word types.
    pub(super) fn reserve(&mut self, lexemes: usize) {
        self.places.reserve((lexemes * 2).saturating_sub(self.places.len()));
    }

    /// Makes sure that the rows of all `tokens` are there; those of other tokens may go.
    pub(super) fn fill(
        &mut self,
        tokens: impl Iterator<Item = Type> + Clone,
        (embed, encoder): (&Embed, &Encoder),
        vocab: &Vocab,
        lexemes: &Lexemes,
    ) {
        if self.generation != lexemes.generation() {
            self.forget();
            self.generation = lexemes.generation();
        }
        self.places.resize(lexemes.len() * 2, 0);
        let mut missing = self.take_places(tokens.clone());
        let row_bytes = (encoder.width() + encoder.product_width()) * size_of::<f32>();
        // Of whole blocks, as what a baked instance begins with has.
        let most = (MAX_BYTES / row_bytes.max(1)).max(2 * BLOCK_TOKENS).next_multiple_of(BLOCK_TYPES);
        if self.count > most {
            self.forget();
            self.places.resize(lexemes.len() * 2, 0);
            missing = self.take_places(tokens);
        }
        if missing.is_empty() {
            return;
        }
        self.embedded.clear();
        embed.append(&missing, vocab, lexemes, &mut self.space, &mut self.embedded);
        let (width, first) = (encoder.width(), self.count - missing.len());
        let Self { blocks, embedded, space, .. } = self;
        encoder.for_each_product(embedded, &mut space.products, |index, products| {
            let place = first + index;
            if place.is_multiple_of(BLOCK_TYPES) {
                blocks.push(Vec::with_capacity(BLOCK_TYPES * (width + products.len())));
            }
            let block = &mut blocks[place / BLOCK_TYPES];
            block.extend_from_slice(&embedded[index * width..][..width]);
            block.extend_from_slice(products);
        });
    }

    /// The rows of a type that the last [`TypeCache::fill`] was asked for.
    pub(super) fn rows(&self, found: Type, encoder: &Encoder) -> TypeRows<'_> {
        let place = self.places[key(found)] as usize - 1;
        let (width, product_width) = (encoder.width(), encoder.product_width());
        let row_width = width + product_width;
        let row = &self.blocks[place / BLOCK_TYPES][place % BLOCK_TYPES * row_width..][..row_width];
        let (embedded, products) = row.split_at(width);
        TypeRows { embedded, products }
    }

    /// Gives every type that has no rows a place, and tells which they are, in order of their places.
    fn take_places(&mut self, tokens: impl Iterator<Item = Type>) -> Vec<Type> {
        let mut missing = Vec::new();
        for found in tokens {
            let place = &mut self.places[key(found)];
            if *place == 0 {
                self.count += 1;
                *place = self.count as u32;
                missing.push(found);
            }
        }
        missing
    }

    fn forget(&mut self) {
        self.places.clear();
        self.count = 0;
        self.blocks.clear();
    }
}

/// A type's place in the order of all.
fn key(found: Type) -> usize {
    found.lexeme.0 as usize * 2 + usize::from(found.space_after)
}

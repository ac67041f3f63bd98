//! Embeds word types, each by itself: hashed attributes, bytes and static vectors, mixed by one layer.

use std::ops::Range;

use spanlet_archive::msgpack::Value;
use spanlet_kernels::Dozen;

use super::attribute::Attribute;
use super::hash_embed::HashEmbed;
use super::settings::{CharacterSettings, EmbedSettings};
use super::static_vectors::StaticVectors;
use crate::dense::{LayerNorm, Outputs, Products, Rows, for_each_product};
use crate::lexeme::{LexemeId, Lexemes};
use crate::load_error::LoadError;
use crate::model_file::{Kind, ModelFile, Node};
use crate::vocab::Vocab;

/// The mixing layer takes the greatest of three.
const PIECES: usize = 3;
/// A table that takes at most so many bytes when it is multiplied by the weights of the mixing layer is multiplied when a
/// pipeline is loaded. That makes its rows [`PIECES`] times as long: a larger table, that of whole words in most pipelines,
/// would take more time where an image is mapped, and from the caches, than the products of the few new words of a text.
const MAX_MIXED_BYTES: usize = 4 << 20;
/// So many bytes of tables are multiplied at most.
const MAX_ALL_MIXED_BYTES: usize = 24 << 20;
/// The number of byte values that have a row of their own.
const BYTE_VALUES: usize = 256;
/// What stands for a byte that a short token does not have.
const NO_BYTE: u8 = 255;

/// The embedding of a token, which its text and what follows it decide.
///
/// What a table gives is multiplied by its columns of the mixing layer's weights. A sum of four rows times a matrix is the
/// sum of the rows' products, so the rows are multiplied once, when a pipeline is loaded, unless a table has too many.
#[derive(Clone, Debug)]
pub(super) struct Embed {
    mixed_tables: Vec<HashEmbed>,
    /// What is multiplied for each type, in the order of the columns of `panels`.
    characters: Option<Characters>,
    tables: Vec<HashEmbed>,
    vectors: Option<StaticVectors>,
    /// `[groups of twelve outputs][features]`.
    panels: Vec<Dozen>,
    outputs: Outputs,
    norm: LayerNorm,
    /// How many numbers [`Embed::features`] gives.
    features: usize,
    width: usize,
}

/// A token as the embedding sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Type {
    pub(super) lexeme: LexemeId,
    pub(super) space_after: bool,
}

/// Tables for the bytes at both ends of a token.
#[derive(Clone, Debug)]
struct Characters {
    settings: CharacterSettings,
    /// `[count, 256, width]`.
    values: Vec<f32>,
}

impl Embed {
    /// Reads the layers inside `node`.
    ///
    /// Source: spaCy 3.8, `ml/models/tok2vec.py`, `MultiHashEmbed` and `CharacterEmbed`.
    pub(super) fn load(
        model: &ModelFile<'_>,
        node: &Node<'_>,
        settings: &EmbedSettings,
        vocab: &Vocab,
    ) -> Result<Self, LoadError> {
        let loader = Loader { model, settings };
        let parts = loader.parts(node)?;
        let tables = loader.tables(parts.hashed)?;
        let characters = match (settings.characters, parts.bytes) {
            (Some(settings), Some(node)) => Some(loader.characters(node, settings)?),
            _ => None,
        };
        let vectors = parts.vectors.map(|node| loader.vectors(node, vocab)).transpose()?;
        let (weights, outputs, norm) = loader.mix(parts.mix, characters.as_ref().map_or(0, Characters::width))?;
        let mut embed = Self {
            mixed_tables: Vec::new(),
            characters,
            tables,
            vectors,
            panels: Vec::new(),
            outputs,
            norm,
            features: 0,
            width: settings.width,
        };
        embed.mix(&weights);
        Ok(embed)
    }

    /// Multiplies the rows of the smaller tables by their columns of `weights`, and packs what is left of the weights.
    fn mix(&mut self, weights: &[f32]) {
        let byte_width = self.characters.as_ref().map_or(0, Characters::width);
        let columns = byte_width + self.width * (self.tables.len() + usize::from(self.vectors.is_some()));
        let pack = |ranges: &[Range<usize>]| {
            let chosen: Vec<f32> = weights
                .chunks_exact(columns)
                .flat_map(|row| ranges.iter().flat_map(|range| &row[range.clone()]))
                .copied()
                .collect();
            self.outputs.pack(&chosen, ranges.iter().map(Range::len).sum())
        };
        let (mut mixed, mut raw, mut left) = (Vec::new(), Vec::new(), Vec::new());
        left.push(0..byte_width);
        let (mut place, mut mixed_bytes) = (byte_width, 0);
        for mut table in std::mem::take(&mut self.tables) {
            let own = place..place + self.width;
            place = own.end;
            let bytes = table.bytes_of_width(self.outputs.width());
            if bytes <= MAX_MIXED_BYTES && mixed_bytes + bytes <= MAX_ALL_MIXED_BYTES {
                mixed_bytes += bytes;
                table.multiply(&pack(&[own]));
                mixed.push(table);
            } else {
                left.push(own);
                raw.push(table);
            }
        }
        left.push(place..columns);
        self.features = left.iter().map(Range::len).sum();
        self.panels = pack(&left);
        (self.mixed_tables, self.tables) = (mixed, raw);
    }

    /// Whether a space after a token changes its embedding.
    pub(super) fn looks_at_space(&self) -> bool {
        self.mixed_tables.iter().chain(&self.tables).any(|table| table.attribute == Attribute::Spacy)
    }

    /// Embeds `types`: appends `[types, width]` to `rows`.
    pub(super) fn append(
        &self,
        types: &[Type],
        vocab: &Vocab,
        lexemes: &Lexemes,
        space: &mut Space,
        rows: &mut Vec<f32>,
    ) {
        space.features.clear();
        space.features.resize(types.len() * self.features, 0.0);
        if self.features > 0 {
            for (found, features) in types.iter().zip(space.features.chunks_exact_mut(self.features)) {
                self.features(*found, vocab, lexemes, features);
            }
        }
        if let Some(vectors) = &self.vectors {
            let offset = self.features - self.width;
            vectors.write(types, vocab, lexemes, &mut space.vectors, &mut space.products, |index, row| {
                space.features[index * self.features + offset..][..self.width].copy_from_slice(row);
            });
        }
        let start = rows.len();
        rows.resize(start + types.len() * self.width, 0.0);
        let rows = &mut rows[start..];
        let sums = &mut space.sums;
        let mut finish = |index: usize, products: &[f32]| {
            let found = types[index];
            sums.clear();
            sums.extend_from_slice(products);
            sums.resize(self.outputs.width(), 0.0);
            for table in &self.mixed_tables {
                table.add(table.attribute.value(vocab, lexemes, found.lexeme, found.space_after), sums);
            }
            let row = &mut rows[index * self.width..][..self.width];
            self.outputs.finish(sums, row);
            self.norm.apply(row);
        };
        if self.features > 0 {
            let features = Rows::of_width(&space.features, self.features);
            for_each_product(&self.panels, self.features, features, &mut space.products, finish);
        } else {
            (0..types.len()).for_each(|index| finish(index, &[]));
        }
    }

    /// What of a type is multiplied by `panels`, but for its vector.
    fn features(&self, found: Type, vocab: &Vocab, lexemes: &Lexemes, mut features: &mut [f32]) {
        if let Some(characters) = &self.characters {
            let (bytes, rest) = features.split_at_mut(characters.width());
            characters.write(lexemes.text(found.lexeme), bytes);
            features = rest;
        }
        for (table, sum) in self.tables.iter().zip(features.chunks_exact_mut(self.width)) {
            table.add(table.attribute.value(vocab, lexemes, found.lexeme, found.space_after), sum);
        }
    }
}

/// Buffers for embedding.
#[derive(Clone, Debug, Default)]
pub(super) struct Space {
    features: Vec<f32>,
    vectors: Vec<f32>,
    sums: Vec<f32>,
    pub(super) products: Products,
}

impl Characters {
    fn width(&self) -> usize {
        self.settings.count * self.settings.width
    }

    /// Puts the rows of a text's bytes side by side: the first, the last, the second, the last but one, and so on.
    ///
    /// Source: spaCy 3.8, `tokens/doc.pyx`, `to_utf8_array`, and `ml/_character_embed.py`, `forward`.
    fn write(&self, text: &str, rows: &mut [f32]) {
        let width = self.settings.width;
        let mut bytes = text.bytes();
        for (place, row) in rows.chunks_exact_mut(width).enumerate() {
            let byte = if place % 2 == 0 { bytes.next() } else { bytes.next_back() };
            let index = place * BYTE_VALUES + usize::from(byte.unwrap_or(NO_BYTE));
            row.copy_from_slice(&self.values[index * width..][..width]);
        }
    }
}

/// Walks through the layers of an embedding.
struct Loader<'l, 'b> {
    model: &'l ModelFile<'b>,
    settings: &'l EmbedSettings,
}

/// The layers of an embedding by what they do.
struct Parts<'l, 'b> {
    bytes: Option<&'l Node<'b>>,
    /// `extract_features`, `list2ragged` and the tables.
    hashed: [&'l Node<'b>; 3],
    vectors: Option<&'l Node<'b>>,
    mix: &'l Node<'b>,
}

impl<'l, 'b> Loader<'l, 'b> {
    fn parts(&self, node: &'l Node<'b>) -> Result<Parts<'l, 'b>, LoadError> {
        let model = self.model;
        if self.settings.characters.is_none() && !self.settings.static_vectors {
            let [columns, ragged, tables, mix, list] = model.children(node, Kind::Chain)?;
            model.expect_name(list, "ragged2list")?;
            return Ok(Parts { bytes: None, hashed: [columns, ragged, tables], vectors: None, mix });
        }
        let [features, mix, list] = model.children(node, Kind::Chain)?;
        model.expect_name(list, "ragged2list")?;
        let features = model.all_children(features, Kind::Concatenation)?;
        let (bytes, hashed, vectors) =
            match (features.as_slice(), self.settings.characters, self.settings.static_vectors) {
                (&[bytes, hashed, vectors], Some(_), true) => (Some(bytes), hashed, Some(vectors)),
                (&[bytes, hashed], Some(_), false) => (Some(bytes), hashed, None),
                (&[hashed, vectors], None, true) => (None, hashed, Some(vectors)),
                _ => return Err(model.damaged(node, &format!("expected other layers than these {}", features.len()))),
            };
        Ok(Parts { bytes, hashed: model.children(hashed, Kind::Chain)?, vectors, mix })
    }

    fn tables(&self, [columns, ragged, tables]: [&Node<'b>; 3]) -> Result<Vec<HashEmbed>, LoadError> {
        let model = self.model;
        model.expect_name(columns, "extract_features")?;
        model.expect_name(ragged, "list2ragged")?;
        self.check_columns(columns)?;
        let inner = model.wrapped(tables, "with_array")?;
        let settings = &self.settings.tables;
        let chains = if settings.len() == 1 { vec![inner] } else { model.all_children(inner, Kind::Concatenation)? };
        if chains.len() != settings.len() {
            let problem =
                format!("expected {} tables, as the configuration has, found {}", settings.len(), chains.len());
            return Err(model.damaged(inner, &problem));
        }
        let mut loaded = Vec::with_capacity(chains.len());
        for (place, (chain, &(attribute, rows))) in chains.into_iter().zip(settings).enumerate() {
            let [column, table] = model.children(chain, Kind::Chain)?;
            model.expect_name(column, "ints-getitem")?;
            if chain.int_attr(model.part(), "column")? != place {
                return Err(model.damaged(chain, &format!("expected a table for column {place}, found another column")));
            }
            loaded.push(HashEmbed::load(model, table, attribute, rows, self.settings.width)?);
        }
        Ok(loaded)
    }

    /// The attributes of the model file must be those of the configuration.
    fn check_columns(&self, node: &Node<'b>) -> Result<(), LoadError> {
        let columns = node.attr(self.model.part(), "columns")?;
        let found: Option<Vec<_>> = columns.as_ref().and_then(Value::as_array).map(|columns| {
            columns
                .iter()
                .map(|column| match column {
                    Value::Str(name) => Attribute::from_name(name),
                    Value::Int(number) => u64::try_from(*number).ok().and_then(Attribute::from_number),
                    _ => None,
                })
                .collect()
        });
        let expected = self.settings.tables.iter().map(|&(attribute, _)| Some(attribute));
        match found {
            Some(found) if found.iter().copied().eq(expected) => Ok(()),
            _ => Err(self.model.damaged(node, "expected the attributes that the configuration has, found others")),
        }
    }

    fn characters(&self, node: &Node<'b>, settings: CharacterSettings) -> Result<Characters, LoadError> {
        let [table, ragged] = self.model.children(node, Kind::Chain)?;
        self.model.expect_name(table, "charembed")?;
        self.model.expect_name(ragged, "list2ragged")?;
        let values = table.param(self.model.part(), "E", &[settings.count, BYTE_VALUES, settings.width])?;
        Ok(Characters { settings, values })
    }

    fn vectors(&self, node: &Node<'b>, vocab: &Vocab) -> Result<StaticVectors, LoadError> {
        StaticVectors::load(self.model, node, vocab, self.settings.width)
    }

    /// The weights of the mixing layer, `[width, pieces, features]`, and what comes after them.
    fn mix(&self, node: &Node<'b>, byte_width: usize) -> Result<(Vec<f32>, Outputs, LayerNorm), LoadError> {
        let (part, width) = (self.model.part(), self.settings.width);
        let features = byte_width + width * (self.settings.tables.len() + usize::from(self.settings.static_vectors));
        let (layer, norm) = normalised(self.model, self.model.wrapped(node, "with_array")?)?;
        self.model.expect_name(layer, "maxout")?;
        let weights = layer.param(part, "W", &[width, PIECES, features])?;
        let bias = layer.param(part, "b", &[width, PIECES])?;
        Ok((weights, Outputs::new(&bias, width, PIECES), LayerNorm::load(self.model, norm, width)?))
    }
}

/// The layer and the layer norm inside of `layer>>layernorm>>dropout`; dropout does nothing once a model is trained.
pub(super) fn normalised<'l, 'b>(
    model: &'l ModelFile<'b>,
    node: &'l Node<'b>,
) -> Result<(&'l Node<'b>, &'l Node<'b>), LoadError> {
    let [normalised, dropout] = model.children(node, Kind::Chain)?;
    model.expect_name(dropout, "dropout")?;
    let [layer, norm] = model.children(normalised, Kind::Chain)?;
    Ok((layer, norm))
}

//! The window encoder: layers that each look at a token's neighbours.
//!
//! A document's rows lie one after the other with a margin before and after, so that a window over neighbouring rows is
//! a slice. What the first layer makes of one token depends on the type of that token alone until its neighbours' are
//! added, so those three products (for a window of one) come from the cache of [`super::types`].

use spanlet_kernels::{Dozen, add, mish};

use super::embed::normalised;
use super::settings::EncodeSettings;
use super::types::TypeRows;
use crate::dense::pairs::{PairSpace, Pairs};
use crate::dense::{Dense, LayerNorm, Outputs, Products, Rows, for_each_product};
use crate::load_error::LoadError;
use crate::model_file::{Kind, ModelFile, Node};

/// The rows of a document with more numbers than this are given away and not copied, so that they are not kept either.
const KEPT_NUMBERS: usize = 1 << 20;

/// `spacy.MaxoutWindowEncoder.v2` or `spacy.MishWindowEncoder.v2`.
#[derive(Clone, Debug)]
pub(super) struct Encoder {
    width: usize,
    window: usize,
    /// Rows of zeros that thinc puts before and after a document so that the layers can fill them.
    padding: usize,
    layers: Vec<Layer>,
}

/// One layer, and what it makes of padding that is too far from a document to know of it.
#[derive(Clone, Debug)]
struct Layer {
    weights: Weights,
    outputs: Outputs,
    is_mish: bool,
    norm: LayerNorm,
    far_padding: Vec<f32>,
}

/// A layer's weights in the order that its products are made in.
#[derive(Clone, Debug)]
enum Weights {
    /// Those of a first layer, for each place of the window: `[places * groups of twelve outputs][width]`.
    ByPlace(Vec<Dozen>),
    /// Those of a window of one, for two windows at a time.
    Pairs(Pairs),
    /// Those of other windows: `[groups of twelve outputs][places * width]`.
    Windows(Vec<Dozen>),
}

/// Buffers for encoding.
#[derive(Clone, Debug, Default)]
pub(super) struct Space {
    before: Vec<f32>,
    after: Vec<f32>,
    sums: Vec<f32>,
    products: Products,
    pairs: PairSpace,
}

impl Layer {
    /// The layer's output for a row of products.
    fn finish(&self, products: &[f32], row: &mut [f32]) {
        self.outputs.finish(products, row);
        if self.is_mish {
            mish(row);
        }
        self.norm.apply(row);
    }
}

impl Encoder {
    /// Reads the layers inside `node`.
    ///
    /// Source: spaCy 3.8, `ml/models/tok2vec.py`, `MaxoutWindowEncoder` and `MishWindowEncoder`.
    pub(super) fn load(model: &ModelFile<'_>, node: &Node<'_>, settings: &EncodeSettings) -> Result<Self, LoadError> {
        let expected_padding = if settings.pieces.is_some() { settings.window * settings.depth } else { 0 };
        let padding = node.int_attr(model.part(), "pad")?;
        if padding != expected_padding {
            return Err(model.damaged(node, &format!("expected a padding of {expected_padding}, found {padding}")));
        }
        let inner = model.wrapped(node, "with_array")?;
        let residuals = match settings.depth {
            0 => {
                model.expect_name(inner, "noop")?;
                Vec::new()
            }
            1 => vec![inner],
            _ => model.all_children(inner, Kind::Chain)?,
        };
        if residuals.len() != settings.depth {
            let problem =
                format!("expected {} layers, as the configuration has, found {}", settings.depth, residuals.len());
            return Err(model.damaged(inner, &problem));
        }
        let mut layers = Vec::with_capacity(residuals.len());
        let mut padding = vec![0.0; settings.width];
        for residual in residuals {
            let layer = load_layer(model, residual, settings, layers.is_empty(), &padding)?;
            padding.clone_from(&layer.far_padding);
            layers.push(layer);
        }
        Ok(Self { width: settings.width, window: settings.window, padding: expected_padding, layers })
    }

    /// How many numbers a row has.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// How many products [`Encoder::for_each_product`] gives for each type.
    pub(super) fn product_width(&self) -> usize {
        self.places() * self.layers.first().map_or(0, |layer| layer.outputs.width())
    }

    /// How many neighbours on either side a token of the first layer sees.
    pub(super) fn reach(&self) -> usize {
        if self.layers.is_empty() { 0 } else { self.window }
    }

    /// Gives `each` the index of every one of the embedded types, `[types, width]`, and the first layer's products of it
    /// for every place of the window that such a type can have, `[product width]`.
    pub(super) fn for_each_product(&self, embedded: &[f32], space: &mut Products, mut each: impl FnMut(usize, &[f32])) {
        let rows = Rows::of_width(embedded, self.width);
        match self.layers.first() {
            Some(Layer { weights: Weights::ByPlace(panels), .. }) => {
                for_each_product(panels, self.width, rows, space, each);
            }
            _ => (0..rows.count).for_each(|index| each(index, &[])),
        }
    }

    /// Begins a document of `count` tokens.
    pub(super) fn begin(&self, count: usize, space: &mut Space) {
        let length = (count + 2 * self.margin()) * self.width;
        for rows in [&mut space.before, &mut space.after] {
            rows.clear();
            rows.resize(length, 0.0);
        }
    }

    /// Runs the first layer on the tokens from `first` up to `end` of a document of `count`, and on the padding beside
    /// them if they are its first or last. `types` gives the cached rows of a token within reach of them.
    pub(super) fn start<'c>(
        &self,
        (first, end, count): (usize, usize, usize),
        types: impl Fn(usize) -> TypeRows<'c>,
        space: &mut Space,
    ) {
        let margin = self.margin();
        let Some(layer) = self.layers.first() else {
            for token in first..end {
                space.before[(margin + token) * self.width..][..self.width].copy_from_slice(types(token).embedded);
            }
            return;
        };
        let near = self.near_padding(1);
        let from = if first == 0 { margin - near } else { margin + first };
        let to = if end == count { margin + count + near } else { margin + end };
        space.sums.resize(layer.outputs.width(), 0.0);
        for place in from..to {
            space.sums.fill(0.0);
            for offset in 0..self.places() {
                // Padding is all zeros yet and adds nothing.
                let Some(token) = (place + offset).checked_sub(margin + self.window) else { continue };
                if token < count {
                    let width = layer.outputs.width();
                    add(&mut space.sums, &types(token).products[offset * width..][..width]);
                }
            }
            let row = &mut space.before[place * self.width..][..self.width];
            layer.finish(&space.sums, row);
            if (margin..margin + count).contains(&place) {
                add(row, types(place - margin).embedded);
            }
        }
    }

    /// Runs the other layers. The document's rows, `[count, width]`, replace `rows`.
    pub(super) fn finish(&self, count: usize, space: &mut Space, rows: &mut Vec<f32>) {
        let margin = self.margin();
        let Space { before, after, products, pairs, .. } = space;
        for (index, layer) in self.layers.iter().enumerate() {
            if index > 0 {
                let near = self.near_padding(index + 1);
                let first = margin - near;
                let values = &before[(first - self.window) * self.width..];
                let windows = Rows { values, stride: self.width, count: count + 2 * near };
                let finish = |index: usize, products: &[f32]| {
                    let start = (first + index) * self.width;
                    let row = &mut after[start..start + self.width];
                    layer.finish(products, row);
                    add(row, &before[start..start + self.width]);
                };
                match &layer.weights {
                    Weights::Pairs(weights) => weights.for_each(values, windows.count, pairs, finish),
                    Weights::Windows(panels) | Weights::ByPlace(panels) => {
                        for_each_product(panels, self.places() * self.width, windows, products, finish);
                    }
                }
                std::mem::swap(before, after);
            }
            self.fill_far_padding(index + 1, count, before);
        }
        let (start, length) = (margin * self.width, count * self.width);
        if length <= KEPT_NUMBERS {
            rows.clear();
            rows.extend_from_slice(&before[start..start + length]);
        } else {
            *after = Vec::new();
            *rows = std::mem::take(before);
            rows.truncate(start + length);
            rows.drain(..start);
        }
    }

    /// How many rows a window covers.
    fn places(&self) -> usize {
        2 * self.window + 1
    }

    /// How many rows there are before and after a document: as many as its own rows can depend on, once the first layer
    /// has run.
    fn margin(&self) -> usize {
        self.padding.saturating_sub(self.window).max(self.window)
    }

    /// How many rows of padding on either side the document's own rows depend on after `depth` layers.
    fn needed_padding(&self, depth: usize) -> usize {
        self.padding.saturating_sub(depth * self.window)
    }

    /// How many of them depend on the document.
    fn near_padding(&self, depth: usize) -> usize {
        self.needed_padding(depth).min(depth * self.window)
    }

    /// Fills the padding that the document has not reached after `depth` layers.
    fn fill_far_padding(&self, depth: usize, count: usize, rows: &mut [f32]) {
        let margin = self.margin();
        let layer = &self.layers[depth - 1];
        for distance in self.near_padding(depth)..self.needed_padding(depth) {
            for place in [margin - 1 - distance, margin + count + distance] {
                rows[place * self.width..][..self.width].copy_from_slice(&layer.far_padding);
            }
        }
    }
}

/// Reads one layer, `residual(expand_window>>…)`. `padding` is what the layer before makes of padding far from a document.
fn load_layer(
    model: &ModelFile<'_>,
    residual: &Node<'_>,
    settings: &EncodeSettings,
    is_first: bool,
    padding: &[f32],
) -> Result<Layer, LoadError> {
    let part = model.part();
    let [window, layer] = model.children(model.wrapped(residual, "residual")?, Kind::Chain)?;
    model.expect_name(window, "expand_window")?;
    let found = window.int_attr(part, "window_size")?;
    if found != settings.window {
        let problem = format!("expected a window of {}, as the configuration has, found {found}", settings.window);
        return Err(model.damaged(window, &problem));
    }
    let (layer, norm) = normalised(model, layer)?;
    let (width, places) = (settings.width, 2 * settings.window + 1);
    let columns = width * places;
    model.expect_name(layer, if settings.pieces.is_some() { "maxout" } else { "mish" })?;
    let pieces = settings.pieces.unwrap_or(1);
    let (weight_shape, bias_shape): (&[usize], &[usize]) = if settings.pieces.is_some() {
        (&[width, pieces, columns], &[width, pieces])
    } else {
        (&[width, columns], &[width])
    };
    let weights = layer.param(part, "W", weight_shape)?;
    let bias = layer.param(part, "b", bias_shape)?;
    let dense = Dense::new(&weights, &bias, width, pieces, columns);
    let (outputs, panels) = dense.into_parts();
    let ordered = if is_first {
        let panels_of = |place: usize| {
            let columns = weights.chunks_exact(columns).flat_map(|row| &row[place * width..][..width]).copied();
            outputs.pack(&columns.collect::<Vec<_>>(), width)
        };
        Weights::ByPlace((0..places).flat_map(panels_of).collect())
    } else if settings.window == 1 {
        Weights::Pairs(Pairs::new(&weights, &outputs, width))
    } else {
        Weights::Windows(panels.clone())
    };
    let norm = LayerNorm::load(model, norm, width)?;
    let mut layer =
        Layer { weights: ordered, outputs, is_mish: settings.pieces.is_none(), norm, far_padding: Vec::new() };
    let mut row = vec![0.0; width];
    let window = Rows { values: &padding.repeat(places), stride: columns, count: 1 };
    for_each_product(&panels, columns, window, &mut Products::default(), |_, products| {
        layer.finish(products, &mut row);
    });
    add(&mut row, padding);
    layer.far_padding = row;
    Ok(layer)
}

//! From ids to the last layer's rows, and from those to what a head answers.

use spanlet_kernels::Rows;

use super::description::{Activation, Positions};
use super::weights::{Layer, Network, Norm, Step, Types, WholeInputs};
use crate::answer_error::AnswerError;
use crate::network::Output;

/// What one window needs beside the weights.
#[derive(Clone, Default)]
pub(super) struct Scratch {
    /// `[pieces, width]`.
    rows: Vec<f32>,
    /// `[pieces, width]`: what a layer adds to its rows.
    added: Vec<f32>,
    /// `[pieces, 3, width]`: queries, keys and values.
    queried: Vec<f32>,
    /// `[pieces, width]`: what the heads have gathered.
    gathered: Vec<f32>,
    /// `[pieces, pieces]`: how much of each piece one head gives to each.
    shares: Vec<f32>,
    /// `[width of a head, pieces]`: one head's values.
    turned: Vec<f32>,
    /// `[pieces, width between]`.
    widened: Vec<f32>,
    /// What weights of 8 bits are multiplied with.
    whole: WholeInputs,
    /// `[2 * pieces - 1, heads]`: what is added for a distance.
    distances: Vec<f32>,
}

impl Scratch {
    /// The last layer's rows.
    pub(super) fn rows(&self) -> &[f32] {
        &self.rows
    }
}

/// The first numbers of a buffer, whatever they are: to be written, all of them, before they are read.
fn room(buffer: &mut Vec<f32>, count: usize) -> &mut [f32] {
    if buffer.len() < count {
        buffer.resize(count, 0.0);
    }
    &mut buffer[..count]
}

/// Computes the last layer's rows for the pieces of one window.
pub(super) fn encode(network: &Network, scratch: &mut Scratch, ids: &[u32], types: &[u32]) -> Result<(), AnswerError> {
    embed(network, scratch, ids, types)?;
    if let Some(table) = &network.distances {
        let heads = network.layers[0].heads;
        fill_distances(table, heads, ids.len(), &mut scratch.distances);
    }
    for layer in &network.layers {
        attend(network, layer, scratch, ids.len());
        widen(network, layer, scratch, ids.len());
    }
    Ok(())
}

/// The rows that the first layer is given.
fn embed(network: &Network, scratch: &mut Scratch, ids: &[u32], types: &[u32]) -> Result<(), AnswerError> {
    let embeddings = &network.embeddings;
    let width = embeddings.words.width;
    scratch.rows.clear();
    scratch.rows.resize(ids.len() * width, 0.0);
    let sums = &mut scratch.rows;
    let no_row = |what: &str, row: usize| AnswerError::Network(format!("there is no row {row} of {what}"));
    let mut counted = 0;
    for (index, (sum, id)) in sums.chunks_exact_mut(width).zip(ids).enumerate() {
        let id = *id as usize;
        network.add_row(&embeddings.words, id, sum).ok_or_else(|| no_row("words", id))?;
        if let Some((table, kind)) = &embeddings.types {
            let row = match kind {
                Types::Given => types.get(index).map_or(0, |r#type| *r#type as usize),
                Types::Zero => 0,
            };
            network.add_row(table, row, sum).ok_or_else(|| no_row("types", row))?;
        }
        if let Some((table, positions)) = &embeddings.positions {
            let row = match positions {
                Positions::Index => index,
                Positions::BehindPadding(padding) if id == *padding as usize => id,
                Positions::BehindPadding(padding) => {
                    counted += 1;
                    *padding as usize + counted
                }
            };
            network.add_row(table, row, sum).ok_or_else(|| no_row("positions", row))?;
        }
        normalize(&embeddings.norm, sum);
    }
    if let Some(projection) = &embeddings.projection {
        let rows = room(&mut scratch.added, ids.len() * network.width);
        network.multiply(projection, &scratch.rows, &mut scratch.whole, rows, network.width);
        std::mem::swap(&mut scratch.rows, &mut scratch.added);
        scratch.rows.truncate(ids.len() * network.width);
    }
    Ok(())
}

fn normalize(norm: &Norm, row: &mut [f32]) {
    spanlet_kernels::normalize(row, norm.epsilon, &norm.gain, &norm.bias);
}

/// Adds to every row what its head gathers from all rows.
fn attend(network: &Network, layer: &Layer, scratch: &mut Scratch, pieces: usize) {
    let width = network.width;
    let queried = room(&mut scratch.queried, pieces * 3 * width);
    for (linear, place) in [(&layer.query, 0), (&layer.key, width), (&layer.value, 2 * width)] {
        network.multiply(linear, &scratch.rows, &mut scratch.whole, &mut queried[place..], 3 * width);
    }
    let gathered = room(&mut scratch.gathered, pieces * width);
    let head_width = width / layer.heads;
    for head in 0..layer.heads {
        let of_head = |place: usize| Rows::new(&queried[place + head * head_width..], head_width, 3 * width);
        let shares = room(&mut scratch.shares, pieces * pieces);
        spanlet_kernels::multiply(of_head(0), of_head(width), &[], shares, pieces);
        for (piece, shares) in shares.chunks_exact_mut(pieces).enumerate() {
            match network.distances {
                None => spanlet_kernels::softmax(shares, layer.scale),
                Some(_) => {
                    let distances = scratch.distances.chunks_exact(layer.heads).skip(pieces - 1 - piece);
                    for (share, by_head) in shares.iter_mut().zip(distances) {
                        *share = *share * layer.scale + by_head[head];
                    }
                    spanlet_kernels::softmax(shares, 1.0);
                }
            }
        }
        let turned = room(&mut scratch.turned, head_width * pieces);
        spanlet_kernels::transpose(of_head(2 * width), turned, pieces);
        let (shares, turned) = (Rows::new(shares, pieces, pieces), Rows::new(turned, pieces, pieces));
        spanlet_kernels::multiply(shares, turned, &[], &mut gathered[head * head_width..], width);
    }
    let added = room(&mut scratch.added, pieces * width);
    network.multiply(&layer.output, gathered, &mut scratch.whole, added, width);
    add_and_normalize(&mut scratch.rows, added, &layer.attention_norm);
}

/// Adds to every row what two matrices with an activation between them make of it.
fn widen(network: &Network, layer: &Layer, scratch: &mut Scratch, pieces: usize) {
    let between = layer.up.outputs;
    let widened = room(&mut scratch.widened, pieces * between);
    network.multiply(&layer.up, &scratch.rows, &mut scratch.whole, widened, between);
    activate(layer.activation, widened);
    let added = room(&mut scratch.added, pieces * network.width);
    network.multiply(&layer.down, widened, &mut scratch.whole, added, network.width);
    add_and_normalize(&mut scratch.rows, added, &layer.norm);
}

fn add_and_normalize(rows: &mut [f32], added: &[f32], norm: &Norm) {
    spanlet_kernels::add(rows, added);
    rows.chunks_exact_mut(norm.gain.len()).for_each(|row| normalize(norm, row));
}

fn activate(activation: Activation, values: &mut [f32]) {
    match activation {
        Activation::Gelu => spanlet_kernels::gelu(values),
        Activation::GeluTanh => spanlet_kernels::gelu_tanh(values),
        Activation::Tanh => spanlet_kernels::tanh(values),
        Activation::Relu => values.iter_mut().for_each(|value| *value = value.max(0.0)),
    }
}

/// What the head answers for the rows that were computed last.
pub(super) fn head(network: &Network, scratch: &mut Scratch) -> Output {
    let rows = &scratch.rows;
    let mut width = network.width;
    let mut values = if network.head.is_of_first { rows[..width.min(rows.len())].to_vec() } else { rows.clone() };
    for step in &network.head.steps {
        match step {
            Step::Activation(activation) => activate(*activation, &mut values),
            Step::Linear(linear) => {
                let mut products = vec![0.0; values.len() / width * linear.outputs];
                network.multiply(linear, &values, &mut scratch.whole, &mut products, linear.outputs);
                (values, width) = (products, linear.outputs);
            }
        }
    }
    Output { values, width }
}

/// What MPNet adds for every distance from `1 - pieces` to `pieces - 1`: how far a piece is behind the one that asks.
///
/// Source: transformers 4.57, `models/mpnet/modeling_mpnet.py`, `MPNetEncoder.relative_position_bucket`.
fn fill_distances(table: &[f32], heads: usize, pieces: usize, distances: &mut Vec<f32>) {
    const BUCKETS: usize = 32;
    const MAX_DISTANCE: f32 = 128.0;
    const HALF: usize = BUCKETS / 2;
    const EXACT: usize = HALF / 2;
    distances.clear();
    for place in 0..2 * pieces - 1 {
        let (behind, distance) = match place.checked_sub(pieces - 1) {
            Some(distance @ 1..) => (HALF, distance),
            _ => (0, pieces - 1 - place),
        };
        let bucket = if distance < EXACT {
            distance
        } else {
            #[allow(clippy::cast_precision_loss, reason = "places in a window")]
            let (distance, exact, rest) = (distance as f32, EXACT as f32, (HALF - EXACT) as f32);
            let scaled = (distance / exact).ln() / (MAX_DISTANCE / exact).ln() * rest;
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 up, and clipped")]
            let bucket = EXACT + scaled as usize;
            bucket.min(HALF - 1)
        };
        distances.extend_from_slice(&table[(behind + bucket) * heads..][..heads]);
    }
}

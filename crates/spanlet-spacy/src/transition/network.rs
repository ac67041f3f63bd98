//! The network that scores moves: one hidden layer over a few tokens' vectors, and often a layer of scores above it.
//!
//! The hidden layer's weights differ from feature to feature, and its sum is taken before anything else is done to it.
//! So what one token adds as one feature does not depend on the state. It is computed when it is first needed and kept.
//!
//! Source: spaCy 3.8, `ml/tb_framework.py`, `ml/parser_model.pyx` `predict_states` and `ml/_precomputable_affine.py`.

use std::mem::replace;
use std::ops::Range;

use serde_json::Value as Json;
use spanlet_archive::msgpack::Value;
use spanlet_kernels::{LANES, Lanes, add, add_all, dot_blocks};

use super::State;
use super::moves::{Allowed, Move, Moves};
use crate::load_error::LoadError;
use crate::model_file::{Kind, ModelFile, Node};
use crate::source::Source;

#[cfg(test)]
mod tests;

/// For how many tokens, a power of two, what they add is kept. What lies further back is computed again when a state
/// still looks at it.
const KEPT_TOKENS: usize = 512;

/// The most tokens that a state names: a parser's with the extra ones.
const MAX_FEATURES: usize = 13;

/// The weights.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    /// From token vectors to the hidden layer's input.
    projection: Layer,
    /// The hidden layer, a matrix per feature. Rows go by piece and then by unit, each piece filled up to whole lanes.
    features: Vec<Layer>,
    /// What a missing token adds, per feature.
    padding: Vec<Lanes>,
    /// The hidden layer's bias.
    bias: Vec<Lanes>,
    /// How many values each hidden unit is the greatest of.
    pieces: usize,
    /// From hidden units to scores. Without it the hidden units are the scores.
    upper: Option<Layer>,
}

/// Weights or vectors gave a score that is not a number.
#[derive(Debug)]
pub(crate) struct NotANumber;

/// A matrix whose rows lie side by side in groups of sixteen, and a bias.
#[derive(Clone, Debug)]
struct Layer {
    blocks: Vec<Lanes>,
    bias: Vec<Lanes>,
    inputs: usize,
}

/// What a network computes for one text. Tokens share places: the place of one is its index in the low bits alone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Activations {
    /// The low bits.
    place_mask: usize,
    /// `[kept tokens, projection]`
    projected: Vec<Lanes>,
    /// `[rows, hidden]`, in the order in which places for them were first needed: many a token is never some feature, and
    /// memory that is not touched costs a fresh instance nothing.
    rows: Vec<Lanes>,
    /// Which of them is whose: `[kept tokens, features]`, counted from 1; 0 is none yet.
    numbers: Vec<u32>,
    /// Whose rows those are: `[kept tokens, 1 + features]`, the projection's first. Token numbers from 1; 0 is no one.
    owners: Vec<u32>,
    sums: Vec<Lanes>,
    scores: Vec<Lanes>,
}

/// Where what a token adds is kept.
fn place_of(token: u32, mask: usize) -> usize {
    token as usize & mask
}

impl Network {
    /// Takes the layers of a component's model, whose token vectors have `width` numbers and whose moves are
    /// `move_count`. The number of features must be one of `feature_counts`.
    ///
    /// # Errors
    /// When a layer is missing, sizes do not agree, or a class is marked as unseen.
    pub(crate) fn load(
        source: &Source<'_>,
        file: &ModelFile<'_>,
        width: usize,
        move_count: usize,
        feature_counts: [usize; 2],
    ) -> Result<Self, LoadError> {
        let root = file.root();
        file.expect_name(root, "parser_model")?;
        let lower = file.reference(root, "lower")?;
        file.expect_name(lower, "precomputable_affine")?;
        refuse_unseen_classes(source, file, root)?;
        check_settings(source, file, (root, lower), feature_counts)?;
        let hidden = Hidden::load(file, lower, feature_counts)?;
        let token_layers = file.all_children(file.reference(root, "tok2vec")?, Kind::Chain)?;
        let projection = token_layers.last().copied().unwrap_or(root);
        let projection = Layer::load(file, projection, width, hidden.inputs)?;
        let upper = if has_upper(file, root)? {
            Some(Layer::load(file, file.reference(root, "upper")?, hidden.units, move_count)?)
        } else if hidden.units == move_count {
            None
        } else {
            let problem = format!("expected a unit for each of {move_count} moves, found {}", hidden.units);
            return Err(file.damaged(lower, &problem));
        };
        Ok(Self {
            projection,
            features: hidden.features,
            padding: hidden.padding,
            bias: hidden.bias,
            pieces: hidden.pieces,
            upper,
        })
    }

    /// Begins a text of `tokens` tokens.
    pub(crate) fn begin(&self, tokens: usize, activations: &mut Activations) {
        let kept = tokens.next_power_of_two().min(KEPT_TOKENS);
        let hidden = self.bias.len();
        activations.place_mask = kept - 1;
        // Without an owner nothing is read, so that what another text left need not be cleared.
        grow(&mut activations.projected, kept * self.projection.bias.len());
        activations.rows.clear();
        activations.rows.reserve(kept * self.features.len() * hidden);
        activations.numbers.clear();
        activations.numbers.resize(kept * self.features.len(), 0);
        activations.owners.clear();
        activations.owners.resize(kept * (1 + self.features.len()), 0);
        activations.sums.resize(hidden, [0.0; LANES]);
        let scores = self.upper.as_ref().map_or(0, |upper| upper.bias.len());
        activations.scores.resize(scores, [0.0; LANES]);
    }

    /// The best of the allowed moves in `state`; `None` when none is allowed.
    ///
    /// # Errors
    /// When its score is not a number.
    pub(crate) fn next_move(
        &self,
        state: &impl State,
        (moves, allowed): (&Moves, &[Allowed]),
        vectors: &[f32],
        activations: &mut Activations,
    ) -> Result<Option<Move>, NotANumber> {
        let few = state.features();
        let best = if few.as_ref().len() == self.features.len() {
            self.best_move(moves, allowed, few.as_ref(), vectors, activations)
        } else {
            self.best_move(moves, allowed, state.extra_features().as_ref(), vectors, activations)
        };
        match best {
            Some((_, score)) if score.is_nan() => Err(NotANumber),
            best => Ok(best.map(|(class, _)| moves.get(class))),
        }
    }

    /// The best of the allowed moves in the state that `features` describe, and its score; `None` when none is allowed.
    ///
    /// `vectors` are the text's token vectors, `[tokens, width]`; `features` are indices of tokens.
    fn best_move(
        &self,
        moves: &Moves,
        allowed: &[Allowed],
        features: &[Option<u32>],
        vectors: &[f32],
        activations: &mut Activations,
    ) -> Option<(usize, f32)> {
        self.sum_features(features, vectors, activations);
        let hidden = self.activate(&mut activations.sums);
        let scores = match &self.upper {
            None => hidden,
            Some(upper) => {
                let mut groups = 0..0;
                moves.candidates(allowed, |classes| {
                    let (start, end) = (classes.start / LANES, classes.end.div_ceil(LANES));
                    if start > groups.end {
                        upper.apply(hidden, replace(&mut groups, start..end), &mut activations.scores);
                    }
                    groups.end = end;
                });
                upper.apply(hidden, groups, &mut activations.scores);
                activations.scores.as_flattened()
            }
        };
        moves.best(scores, allowed).map(|class| (class, scores[class]))
    }

    /// Sums what the features add, in their order, and then the bias.
    fn sum_features(&self, features: &[Option<u32>], vectors: &[f32], activations: &mut Activations) {
        let hidden = self.bias.len();
        for (feature, token) in features.iter().enumerate() {
            if let Some(token) = token {
                self.fill_row(feature, *token, vectors, activations);
            }
        }
        let Activations { place_mask, rows, numbers, sums, .. } = activations;
        let row = |feature: usize| match features[feature] {
            None => &self.padding[feature * hidden..(feature + 1) * hidden],
            Some(token) => {
                let number = numbers[place_of(token, *place_mask) * features.len() + feature] as usize;
                &rows[(number - 1) * hidden..number * hidden]
            }
        };
        sums.copy_from_slice(row(0));
        // As many as there are features: the rest, and the bias.
        let mut addends = [self.bias.as_flattened(); MAX_FEATURES];
        for (addend, feature) in addends.iter_mut().zip(1..features.len()) {
            *addend = row(feature).as_flattened();
        }
        add_all(sums.as_flattened_mut(), &addends[..features.len()]);
    }

    /// Computes what a token adds as a feature if it is not there.
    fn fill_row(&self, feature: usize, token: u32, vectors: &[f32], activations: &mut Activations) {
        let features = self.features.len();
        let slot = place_of(token, activations.place_mask);
        let owners = &mut activations.owners[slot * (1 + features)..][..1 + features];
        if owners[1 + feature] == token + 1 {
            return;
        }
        let layer = &self.features[feature];
        let inputs = self.projection.bias.len();
        let projected = &mut activations.projected[slot * inputs..(slot + 1) * inputs];
        if owners[0] != token + 1 {
            let width = self.projection.inputs;
            let vector = &vectors[token as usize * width..][..width];
            self.projection.apply(vector, 0..inputs, projected);
            owners[0] = token + 1;
        }
        let hidden = self.bias.len();
        let rows = &mut activations.rows;
        let number = &mut activations.numbers[slot * features + feature];
        if *number == 0 {
            rows.resize(rows.len() + hidden, [0.0; LANES]);
            *number = (rows.len() / hidden) as u32;
        }
        let row = &mut rows[(*number as usize - 1) * hidden..][..hidden];
        dot_blocks(&layer.blocks, &projected.as_flattened()[..layer.inputs], row);
        owners[1 + feature] = token + 1;
    }

    /// Makes each unit the greatest of its pieces, the first of equals. Gives the units, with some unused ones at the
    /// end.
    ///
    /// With one piece a unit is what it was: spaCy's decoder leaves out the rectifier that its training has there.
    fn activate<'s>(&self, sums: &'s mut [Lanes]) -> &'s [f32] {
        let (units, rest) = sums.split_at_mut(self.bias.len() / self.pieces);
        for piece in rest.chunks_exact(units.len()) {
            for (unit, &value) in units.as_flattened_mut().iter_mut().zip(piece.as_flattened()) {
                *unit = if value > *unit { value } else { *unit };
            }
        }
        units.as_flattened()
    }
}

/// The hidden layer of a model.
struct Hidden {
    inputs: usize,
    units: usize,
    pieces: usize,
    features: Vec<Layer>,
    padding: Vec<Lanes>,
    bias: Vec<Lanes>,
}

impl Hidden {
    fn load(file: &ModelFile<'_>, node: &Node<'_>, feature_counts: [usize; 2]) -> Result<Self, LoadError> {
        let part = file.part();
        let features = node.dim(part, "nF")?;
        if !feature_counts.contains(&features) {
            let [few, many] = feature_counts;
            return Err(file.damaged(node, &format!("expected {few} or {many} features, found {features}")));
        }
        let (units, pieces, inputs) = (node.dim(part, "nO")?, node.dim(part, "nP")?, node.dim(part, "nI")?);
        if units == 0 || pieces == 0 || inputs == 0 {
            return Err(file.damaged(node, "expected units, pieces and inputs, found none"));
        }
        let weights = node.param(part, "W", &[features, units, pieces, inputs])?;
        let padding = node.param(part, "pad", &[1, features, units, pieces])?;
        let bias = node.param(part, "b", &[units, pieces])?;
        let sizes = (units, pieces);
        Ok(Self {
            inputs,
            units,
            pieces,
            features: weights
                .chunks_exact(units * pieces * inputs)
                .map(|weights| Layer { blocks: by_piece(weights, sizes, inputs), bias: Vec::new(), inputs })
                .collect(),
            padding: padding.chunks_exact(units * pieces).flat_map(|padding| by_piece(padding, sizes, 1)).collect(),
            bias: by_piece(&bias, sizes, 1),
        })
    }
}

impl Layer {
    /// A layer called `linear` with that many inputs and outputs.
    fn load(file: &ModelFile<'_>, node: &Node<'_>, inputs: usize, outputs: usize) -> Result<Self, LoadError> {
        file.expect_name(node, "linear")?;
        let weights = node.param(file.part(), "W", &[outputs, inputs])?;
        let bias = node.param(file.part(), "b", &[outputs])?;
        Ok(Self { blocks: by_piece(&weights, (outputs, 1), inputs), bias: by_piece(&bias, (outputs, 1), 1), inputs })
    }

    /// Computes some of the groups of sixteen outputs. `input` may be longer than the layer's.
    fn apply(&self, input: &[f32], groups: Range<usize>, output: &mut [Lanes]) {
        if groups.is_empty() {
            return;
        }
        let blocks = &self.blocks[groups.start * self.inputs..groups.end * self.inputs];
        let output = &mut output[groups.clone()];
        dot_blocks(blocks, &input[..self.inputs], output);
        add(output.as_flattened_mut(), self.bias[groups].as_flattened());
    }
}

/// Lays out rows of `columns` numbers, which come by unit and then by piece, as blocks of sixteen rows, by piece and
/// then by unit. Where the units do not fill a block, rows of zeros do.
fn by_piece(rows: &[f32], (units, pieces): (usize, usize), columns: usize) -> Vec<Lanes> {
    let groups = units.div_ceil(LANES);
    let mut blocks = vec![[0.0; LANES]; pieces * groups * columns];
    for (row, values) in rows.chunks_exact(columns).enumerate() {
        let (unit, piece) = (row / pieces, row % pieces);
        let block = (piece * groups + unit / LANES) * columns;
        for (lanes, &value) in blocks[block..block + columns].iter_mut().zip(values) {
            lanes[unit % LANES] = value;
        }
    }
    blocks
}

fn grow(lanes: &mut Vec<Lanes>, at_least: usize) {
    if lanes.len() < at_least {
        lanes.resize(at_least, [0.0; LANES]);
    }
}

fn has_upper(file: &ModelFile<'_>, root: &Node<'_>) -> Result<bool, LoadError> {
    match root.attr(file.part(), "has_upper")? {
        Some(Value::Bool(has_upper)) => Ok(has_upper),
        _ => Err(file.damaged(root, "expected a truth value `has_upper`")),
    }
}

/// Compares what the configuration says of the layers with the layers: spaCy builds them by it and cannot put others in.
///
/// Source: spaCy 3.8, `ml/models/parser.py`, `build_tb_parser_model`.
fn check_settings(
    source: &Source<'_>,
    file: &ModelFile<'_>,
    (root, lower): (&Node<'_>, &Node<'_>),
    [few, many]: [usize; 2],
) -> Result<(), LoadError> {
    let part = file.part();
    let has_upper = has_upper(file, root)?;
    let setting = |name: &str| source.setting(&format!("model.{name}"));
    let flag = |name| setting(name).and_then(Json::as_bool);
    let number = |name| setting(name).and_then(Json::as_u64).and_then(|value| usize::try_from(value).ok());
    let width = number("hidden_width");
    let features = flag("extra_state_tokens").map(|is_extra| if is_extra { many } else { few });
    let units = width.filter(|_| has_upper);
    for (what, dim, expected) in [
        ("extra_state_tokens", "nF", features),
        ("maxout_pieces", "nP", number("maxout_pieces")),
        ("hidden_width", "nI", width),
        ("hidden_width", "nO", units),
    ] {
        let found = lower.dim(part, dim)?;
        if let Some(expected) = expected.filter(|&expected| expected != found) {
            let problem =
                format!("expected {dim} to be {expected}, as `{what}` of the configuration says, found {found}");
            return Err(file.damaged(lower, &problem));
        }
    }
    if let Some(expected) = flag("use_upper").filter(|&expected| expected != has_upper) {
        let problem = format!("expected has_upper to be {expected}, as `use_upper` of the configuration says");
        return Err(file.damaged(root, &problem));
    }
    Ok(())
}

/// spaCy gives classes that training never saw the lowest score of all texts that are answered together, so that an
/// answer depends on its neighbours. It does not write down which classes those are; a file that does is another's.
fn refuse_unseen_classes(source: &Source<'_>, file: &ModelFile<'_>, root: &Node<'_>) -> Result<(), LoadError> {
    match root.attr(file.part(), "unseen_classes")? {
        None | Some(Value::Nil) => Ok(()),
        Some(Value::Array(classes)) if classes.is_empty() => Ok(()),
        Some(_) => {
            let advice = "train the component with examples of every label, or remove the labels without any";
            Err(LoadError::unsupported(source.component, "unseen_classes", advice))
        }
    }
}

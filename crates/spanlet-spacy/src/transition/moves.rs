//! A transition system's moves, each an action with a label, in the order in which the network scores them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use spanlet_archive::msgpack::{self, Value};
use spanlet_kernels::greatest;

use crate::load_error::LoadError;

#[cfg(test)]
mod tests;

/// The most moves that a component may have: four times 5,000 labels.
const MAX_MOVES: usize = 20_000;

/// The index of a label in [`Moves`]. Labels that the moves do not have may be numbered from [`Moves::label_count`] on.
pub(crate) type LabelIndex = u32;

/// The empty label, which every list of moves has.
pub(crate) const NO_LABEL: LabelIndex = 0;

/// All moves of a component.
#[derive(Clone, Debug)]
pub(crate) struct Moves {
    moves: Vec<Move>,
    /// Stretches of moves with the same action, in order.
    runs: Vec<Run>,
    labels: Vec<Arc<str>>,
}

/// One move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Move {
    /// The state machine's number for what it does.
    pub(crate) action: usize,
    pub(crate) label: LabelIndex,
}

#[derive(Clone, Debug)]
struct Run {
    action: usize,
    classes: Range<usize>,
}

/// With which labels an action is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Allowed {
    /// Not at all.
    No,
    /// With all.
    Any,
    /// With all but this one.
    AnyBut(LabelIndex),
    /// With this one.
    Only(LabelIndex),
}

impl Allowed {
    /// With all labels if `condition` holds, else not at all.
    pub(crate) fn any_if(condition: bool) -> Self {
        if condition { Self::Any } else { Self::No }
    }

    /// With `label` alone if `condition` holds, else not at all.
    pub(crate) fn only_if(condition: bool, label: LabelIndex) -> Self {
        if condition { Self::Only(label) } else { Self::No }
    }
}

impl Moves {
    /// Reads a component's `moves` file; `part` names it in errors.
    ///
    /// The file has, for each action, how often each label was seen in training. Classes go by action and, within one,
    /// from the most frequent label to the least, equals from the last label to the first. Labels added after training
    /// have negative counts; their classes come behind all others. `has_class` tells which pairs get a class.
    ///
    /// # Errors
    /// When the file is damaged, has an action from `actions` on, no class, or too many.
    ///
    /// Source: `transition_system.pyx`, `TransitionSystem.initialize_actions`; `ner.pyx`, `BiluoPushDown.add_action`.
    pub(crate) fn parse(
        part: &str,
        bytes: &[u8],
        actions: usize,
        has_class: impl Fn(usize, &str) -> bool,
    ) -> Result<Self, LoadError> {
        let counts = label_counts(part, bytes)?;
        let mut builder = Builder::default();
        let mut added_labels = Vec::new();
        let mut added_actions: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (action, counts) in &counts {
            let action = action.parse().ok().filter(|action| *action < actions).ok_or_else(|| {
                LoadError::damaged(part, format!("expected actions from 0 to {}, found `{action}`", actions - 1))
            })?;
            let mut counts: Vec<_> = counts.iter().map(|(label, count)| (*count, label.as_str())).collect();
            counts.sort_unstable_by(|one, other| other.cmp(one));
            for (count, label) in counts {
                if count < 0 {
                    added_labels.push((count, label));
                    added_actions.entry(label).or_default().push(action);
                } else if has_class(action, label) {
                    builder.add(action, label);
                }
            }
        }
        added_labels.sort_unstable_by(|one, other| other.cmp(one));
        for (_, label) in added_labels {
            for &action in added_actions.get(label).into_iter().flatten() {
                if has_class(action, label) {
                    builder.add(action, label);
                }
            }
        }
        builder.finish(part)
    }

    /// How many moves there are: the network's classes.
    pub(crate) fn len(&self) -> usize {
        self.moves.len()
    }

    /// The move of a class.
    pub(crate) fn get(&self, class: usize) -> Move {
        self.moves[class]
    }

    /// How many labels there are, the empty one among them.
    pub(crate) fn label_count(&self) -> usize {
        self.labels.len()
    }

    /// All labels; the first is the empty one.
    pub(crate) fn labels(&self) -> &[Arc<str>] {
        &self.labels
    }

    /// The index of a label.
    pub(crate) fn find_label(&self, label: &str) -> Option<LabelIndex> {
        self.labels.iter().position(|found| &**found == label).and_then(|index| u32::try_from(index).ok())
    }

    /// Calls `visit` with the classes that are allowed, as ascending stretches, none of them empty. `allowed` has an
    /// element per action.
    pub(crate) fn candidates(&self, allowed: &[Allowed], mut visit: impl FnMut(Range<usize>)) {
        for Run { action, classes } in &self.runs {
            let class_of = |label| classes.clone().find(|&class| self.moves[class].label == label);
            let stretches = match allowed[*action] {
                Allowed::No => continue,
                Allowed::Any => [classes.clone(), 0..0],
                Allowed::AnyBut(label) => match class_of(label) {
                    None => [classes.clone(), 0..0],
                    Some(class) => [classes.start..class, class + 1..classes.end],
                },
                Allowed::Only(label) => class_of(label).map_or([0..0, 0..0], |class| [class..class + 1, 0..0]),
            };
            stretches.into_iter().filter(|stretch| !stretch.is_empty()).for_each(&mut visit);
        }
    }

    /// The allowed class with the highest score, the first of equals; `None` when none is allowed.
    ///
    /// Source: `ml/parser_model.pyx`, `arg_max_if_valid`.
    pub(crate) fn best(&self, scores: &[f32], allowed: &[Allowed]) -> Option<usize> {
        let mut best: Option<(usize, f32)> = None;
        self.candidates(allowed, |classes| {
            let (_, highest) = *best.get_or_insert((classes.start, scores[classes.start]));
            let found = &scores[classes.clone()];
            let most = greatest(found);
            if most > highest {
                best = found.iter().position(|&score| score == most).map(|place| (classes.start + place, most));
            }
        });
        best.map(|(class, _)| class)
    }
}

/// For each action's number, how often each label was seen.
fn label_counts(part: &str, bytes: &[u8]) -> Result<BTreeMap<String, BTreeMap<String, i64>>, LoadError> {
    let value = msgpack::parse(part, bytes)?;
    let Some(Value::Str(moves)) = value.get("moves") else {
        return Err(LoadError::damaged(part, "expected a text `moves`, found none"));
    };
    serde_json::from_str(moves).map_err(|error| {
        LoadError::damaged(part, format!("expected `moves` to be JSON with a count per label: {error}"))
    })
}

#[derive(Default)]
struct Builder {
    moves: Vec<Move>,
    labels: Vec<Arc<str>>,
    indices: BTreeMap<Arc<str>, LabelIndex>,
    classes: BTreeMap<(usize, LabelIndex), usize>,
}

impl Builder {
    /// Gives a pair the next class, unless it has one.
    fn add(&mut self, action: usize, label: &str) {
        let label = self.label(label);
        let class = self.moves.len();
        if *self.classes.entry((action, label)).or_insert(class) == class {
            self.moves.push(Move { action, label });
        }
    }

    fn label(&mut self, label: &str) -> LabelIndex {
        if self.labels.is_empty() && !label.is_empty() {
            self.label("");
        }
        if let Some(&index) = self.indices.get(label) {
            return index;
        }
        let index = self.labels.len() as u32;
        let label: Arc<str> = label.into();
        self.labels.push(Arc::clone(&label));
        self.indices.insert(label, index);
        index
    }

    fn finish(self, part: &str) -> Result<Moves, LoadError> {
        let count = self.moves.len();
        if !(1..=MAX_MOVES).contains(&count) {
            return Err(LoadError::damaged(part, format!("expected 1 to {MAX_MOVES} moves, found {count}")));
        }
        let mut runs: Vec<Run> = Vec::new();
        for (class, found) in self.moves.iter().enumerate() {
            match runs.last_mut() {
                Some(run) if run.action == found.action => run.classes.end = class + 1,
                _ => runs.push(Run { action: found.action, classes: class..class + 1 }),
            }
        }
        Ok(Moves { moves: self.moves, runs, labels: self.labels })
    }
}

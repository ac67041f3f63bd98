//! Each label for itself: the logistic function of its dot product, by a table as in the original.
//!
//! Source: fastText 0.9.2, `loss.cc` `Loss::sigmoid`, `BinaryLogisticLoss::computeOutput`, `Loss::findKBest`.

use spanlet_kernels::{LANES, any_at_least};

use super::log;
use crate::PredictError;
use crate::ranking::{Entry, Ranking};

/// Dot products beyond ± this have probability 0 or 1.
const LIMIT: f32 = 8.0;
/// Entries of the table per unit.
const DENSITY: f32 = 32.0;
const STEPS: usize = 513;

/// What a dot product can give: nothing, one of the table's steps, or certainty.
pub(crate) struct Sigmoid {
    /// Probability and score, both rising: for products below the table, for each of its steps, for those above it.
    levels: [(f32, f32); 1 + STEPS + 1],
}

impl Sigmoid {
    pub(crate) fn new() -> Self {
        let mut levels = [(0.0, 0.0); 1 + STEPS + 1];
        levels[1 + STEPS].0 = 1.0;
        for (step, level) in levels[1..=STEPS].iter_mut().enumerate() {
            let x = step as f32 / DENSITY - LIMIT;
            let exp = libm::exp(f64::from(-x)) as f32;
            level.0 = (1.0 / (1.0 + f64::from(exp))) as f32;
        }
        for level in &mut levels {
            level.1 = log(level.0);
        }
        Self { levels }
    }

    /// Ranks labels by the dot products of their rows.
    pub(crate) fn rank(&self, dots: &[f32], threshold: f32, ranking: &mut Ranking) -> Result<(), PredictError> {
        let mut cut = self.lowest_dot(|&(probability, _)| probability < threshold);
        for (chunk, dots) in dots.chunks(LANES).enumerate() {
            if dots.as_array().is_some_and(|dots| !any_at_least(dots, cut)) {
                continue;
            }
            for (lane, &dot) in dots.iter().enumerate() {
                if dot.is_nan() {
                    return Err(PredictError::NotANumber);
                }
                let (probability, score) = self.levels[level(dot)];
                if probability < threshold || ranking.bar().is_some_and(|bar| score < bar) {
                    continue;
                }
                ranking.push(Entry { score, label: (chunk * LANES + lane) as u32 });
                if let Some(bar) = ranking.bar() {
                    cut = cut.max(self.lowest_dot(|&(_, score)| score < bar));
                }
            }
        }
        Ok(())
    }

    /// A dot product below which every level is `too_low`, less a little for rounding.
    fn lowest_dot(&self, too_low: impl FnMut(&(f32, f32)) -> bool) -> f32 {
        match self.levels.partition_point(too_low) {
            0 => f32::NEG_INFINITY,
            level => (level - 1) as f32 / DENSITY - LIMIT - 0.5 / DENSITY,
        }
    }
}

/// Which level a dot product has.
fn level(dot: f32) -> usize {
    if dot < -LIMIT {
        0
    } else if dot > LIMIT {
        1 + STEPS
    } else {
        // A product with a power of two is exact, so that the order of the original's operations does not matter.
        1 + ((dot + LIMIT) * DENSITY) as usize
    }
}

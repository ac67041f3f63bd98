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
#[derive(Clone)]
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

    /// A dot product below which every level is `too_low`.
    fn lowest_dot(&self, too_low: impl FnMut(&(f32, f32)) -> bool) -> f32 {
        bound_below(self.levels.partition_point(too_low))
    }
}

/// A dot product that no dot product of `level` or of a higher one lies below.
///
/// It may lie a little lower than needed: [`level`] adds [`LIMIT`] first, which rounds some dot products up into the
/// next step. That rounding is below 1e-6, half a step is 0.016. No such step leads to the top level, which begins at
/// [`LIMIT`] itself.
fn bound_below(level: usize) -> f32 {
    match level {
        0 => f32::NEG_INFINITY,
        level => ((level - 1) as f32 / DENSITY - LIMIT - 0.5 / DENSITY).min(LIMIT),
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

#[cfg(test)]
mod tests {
    use super::*;
    use spanlet_kernels::Lanes;

    /// The original's `Loss::sigmoid`, its operations in its order; levels as here.
    fn original_level(x: f32) -> usize {
        if x < -8.0 {
            0
        } else if x > 8.0 {
            514
        } else {
            1 + ((x + 8.0) * 512.0 / 8.0 / 2.0) as usize
        }
    }

    /// Dot products about every boundary of a level: as it is written down, the nearest `f32` on both sides, and those
    /// that adding 8 rounds across it.
    fn dots_about_boundaries() -> impl Iterator<Item = f32> {
        let boundaries = (-1..=STEPS as i32 + 1).map(|step| step as f32 / DENSITY - LIMIT);
        boundaries.flat_map(|boundary| {
            let near = [boundary.next_down(), boundary, boundary.next_up()];
            let rounded = [1e-8, 1e-7, 2e-7, 4e-7, 5e-7, 1e-6, 1e-3, 0.0155, 0.0157, 0.03];
            near.into_iter().chain(rounded.into_iter().flat_map(move |gap| [boundary - gap, boundary + gap]))
        })
    }

    #[test]
    fn levels_are_the_original_s_at_every_boundary() {
        for dot in dots_about_boundaries().chain([f32::NEG_INFINITY, f32::INFINITY, f32::MAX, 0.0, -0.0]) {
            assert_eq!(level(dot), original_level(dot), "{dot:e}");
        }
    }

    #[test]
    fn no_dot_of_a_level_lies_below_its_bound() {
        let mut reached = [false; 1 + STEPS + 1];
        for dot in dots_about_boundaries() {
            reached[level(dot)] = true;
            for lower in 0..=level(dot) {
                assert!(dot >= bound_below(lower), "{dot:e} of level {} below {lower}'s bound", level(dot));
            }
            // Nor is a bound so low that it lets more pass than its own level and the one below.
            let far = level(dot) + 2;
            assert!(far > 1 + STEPS || dot < bound_below(far), "{dot:e} above the bound of level {far}");
        }
        assert_eq!(reached, [true; 1 + STEPS + 1], "a level without a case");
    }

    /// One dot product among sixteen, at every boundary, with its own probability as the threshold, and as an equal of
    /// what a full ranking holds: it is never passed over.
    #[test]
    fn a_dot_among_fifteen_low_ones_is_found() {
        let sigmoid = Sigmoid::new();
        for dot in dots_about_boundaries() {
            let (probability, score) = sigmoid.levels[level(dot)];
            let mut dots: Lanes = [f32::NEG_INFINITY; LANES];
            dots[11] = dot;
            let mut ranking = Ranking::default();
            ranking.restart(usize::MAX);
            sigmoid.rank(&dots, probability, &mut ranking).expect("numbers");
            let found = ranking.sort().iter().filter(|entry| entry.label == 11 && entry.score == score).count();
            assert_eq!(found, 1, "{dot:e} at threshold {probability}");

            if level(dot) == 0 {
                continue; // as low as its neighbours
            }
            // Of equals the original keeps the one that its heap keeps: asked for one, the later.
            let mut chunks = [[f32::NEG_INFINITY; LANES]; 2];
            chunks[0][0] = dot;
            chunks[1][0] = dot;
            ranking.restart(1);
            sigmoid.rank(chunks.as_flattened(), 0.0, &mut ranking).expect("numbers");
            assert_eq!(ranking.sort()[0].label, 16, "{dot:e} twice");
        }
    }
}

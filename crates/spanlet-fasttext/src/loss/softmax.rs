//! Softmax: exponentials of the dot products, divided by their sum.
//!
//! Source: fastText 0.9.2, `loss.cc` `SoftmaxLoss::computeOutput`, `Loss::findKBest`.

use spanlet_kernels::{LANES, any_at_least, exp_differences, greatest};

use super::log;
use crate::PredictError;
use crate::ranking::{Entry, Ranking};

/// Ranks labels by the dot products of their rows, which are overwritten.
pub(crate) fn rank(dots: &mut [f32], threshold: f32, ranking: &mut Ranking) -> Result<(), PredictError> {
    let shift = greatest(dots);
    exp_differences(dots, shift);
    let sum: f32 = dots.iter().sum();
    if sum.is_nan() {
        return Err(PredictError::NotANumber);
    }
    let mut cut = Cut::new(sum, threshold);
    for (chunk, exps) in dots.chunks(LANES).enumerate() {
        if exps.as_array().is_some_and(|exps| !any_at_least(exps, cut.exp)) {
            continue;
        }
        for (lane, &exp) in exps.iter().enumerate() {
            let probability = exp / sum;
            if exp < cut.exp || probability < threshold {
                continue;
            }
            let score = log(probability);
            if ranking.bar().is_some_and(|bar| score < bar) {
                continue;
            }
            ranking.push(Entry { score, label: (chunk * LANES + lane) as u32 });
            cut.raise(ranking);
        }
    }
    Ok(())
}

/// An exponential below which a label is surely not ranked, which spares the division and the logarithm.
struct Cut {
    sum: f32,
    exp: f32,
}

impl Cut {
    /// Room for rounding: dividing by the sum and multiplying by it again are off by less than this.
    const MARGIN: f64 = 1.0 - 1e-6;
    /// Room for rounding of two scores: they are at most ln 1e-5 = -11.5, so a step of an `f32` there is below 1e-6.
    const SCORE_MARGIN: f64 = 1.0 - 2e-6;

    fn new(sum: f32, threshold: f32) -> Self {
        let exp = (f64::from(threshold) * f64::from(sum) * Self::MARGIN) as f32;
        // Numbers so small that they lose digits are no cut, nor is a threshold that is not positive.
        Self { sum, exp: if exp > f32::MIN_POSITIVE { exp } else { 0.0 } }
    }

    fn raise(&mut self, ranking: &Ranking) {
        let Some(bar) = ranking.bar() else { return };
        let probability = spanlet_kernels::exp(bar.into()) * Self::SCORE_MARGIN - 1e-5;
        let exp = (probability * f64::from(self.sum) * Self::MARGIN) as f32;
        if exp > self.exp {
            self.exp = exp;
        }
    }
}

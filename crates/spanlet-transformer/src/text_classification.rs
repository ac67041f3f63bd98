//! From a text's logits to scores of its labels.
//!
//! Source: transformers 4.57, `pipelines/text_classification.py`, `TextClassificationPipeline.postprocess`.

/// What makes scores of logits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// Shares of one: for labels of which one applies.
    Softmax,
    /// Each label by itself.
    Sigmoid,
    /// The logits as they are.
    None,
}

impl Function {
    /// What transformers takes for a model's `problem_type` unless a caller says; `None` for a type that it lacks.
    pub(crate) fn of_problem(problem: Option<&str>, labels: usize) -> Option<Self> {
        match problem {
            Some("regression") => Some(Self::None),
            Some("multi_label_classification") => Some(Self::Sigmoid),
            None | Some("single_label_classification") if labels == 1 => Some(Self::Sigmoid),
            None | Some("single_label_classification") => Some(Self::Softmax),
            Some(_) => None,
        }
    }

    /// Replaces logits by scores.
    pub fn apply(self, logits: &mut [f32]) {
        match self {
            Self::Softmax => softmax(logits),
            Self::Sigmoid => logits.iter_mut().for_each(|logit| *logit = 1.0 / (1.0 + (-*logit).exp())),
            Self::None => {}
        }
    }
}

/// Replaces logits by shares of one.
pub(crate) fn softmax(logits: &mut [f32]) {
    let greatest = spanlet_kernels::greatest(logits);
    spanlet_kernels::exp_differences(logits, greatest);
    let sum: f32 = logits.iter().sum();
    logits.iter_mut().for_each(|share| *share /= sum);
}

#[cfg(test)]
mod tests {
    use super::Function;

    #[test]
    fn scores_are_those_of_the_formulas() {
        let mut shares = [0.0, 1.0f32.ln(), 2.0f32.ln()];
        Function::Softmax.apply(&mut shares);
        assert_eq!(shares, [0.25, 0.25, 0.5]);
        let mut halves = [0.0, 3.0f32.ln()];
        Function::Sigmoid.apply(&mut halves);
        assert!((halves[0] - 0.5).abs() < 1e-6 && (halves[1] - 0.75).abs() < 1e-6, "{halves:?}");
        let mut same = [7.0, -7.0];
        Function::None.apply(&mut same);
        assert_eq!(same, [7.0, -7.0]);
    }

    #[test]
    fn functions_follow_the_kind_of_problem() {
        assert_eq!(Function::of_problem(None, 3), Some(Function::Softmax));
        assert_eq!(Function::of_problem(None, 1), Some(Function::Sigmoid));
        assert_eq!(Function::of_problem(Some("multi_label_classification"), 3), Some(Function::Sigmoid));
        assert_eq!(Function::of_problem(Some("regression"), 1), Some(Function::None));
        assert_eq!(Function::of_problem(Some("ranking"), 1), None);
    }
}

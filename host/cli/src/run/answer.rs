//! The answers to a batch, as JSON Lines.

use anyhow::Context as _;
use serde::Serialize;
use spanlet_runtime::{CallError, ClassifyOptions, Pool, Refusal, Scored};

use super::batch::{Batch, LineFault};

/// The answers to a batch, written.
pub(super) struct Answers {
    /// One JSON object and a line feed for each line.
    pub(super) json_lines: Vec<u8>,
    /// How many of them are errors.
    pub(super) failed: u64,
}

/// What is printed for a line.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Line<'a> {
    Labels(Vec<Label<'a>>),
    Error(Fault<'a>),
}

#[derive(Serialize)]
struct Label<'a> {
    label: &'a str,
    score: f32,
}

#[derive(Serialize)]
struct Fault<'a> {
    code: &'a str,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<&'a str>,
}

/// What became of a text: labels, the component's refusal, or a call that failed over it.
type Answer = Result<Vec<Scored>, TextFault>;

enum TextFault {
    Refused(Refusal),
    Failed(CallError),
}

/// Answers every line of a batch.
///
/// # Errors
/// When the model or the options are wrong, or no instance is left: then no other batch has an answer either.
pub(super) fn answers(pool: &Pool, batch: &Batch, options: &ClassifyOptions) -> anyhow::Result<Answers> {
    let mut of_texts = classify(pool, &batch.texts, options)?.into_iter();
    let mut answers = Answers { json_lines: Vec::with_capacity(batch.lines.len() * 256), failed: 0 };
    for line in &batch.lines {
        match line {
            Ok(()) => answers.push_text(&of_texts.next().context("the component gave too few answers")?)?,
            Err(fault) => answers.push(&Line::from(fault))?,
        }
    }
    Ok(answers)
}

/// Classifies texts together; where that fails over one of them, each alone.
fn classify(pool: &Pool, texts: &[String], options: &ClassifyOptions) -> anyhow::Result<Vec<Answer>> {
    match pool.classify(texts, options) {
        Ok(answers) => Ok(answers.into_iter().map(|answer| answer.map_err(TextFault::Refused)).collect()),
        Err(error) if !is_of_a_text(&error) => Err(error.into()),
        Err(error) if texts.len() == 1 => Ok(vec![Err(TextFault::Failed(error))]),
        Err(_) => {
            let alone = texts.iter().map(|text| classify(pool, std::slice::from_ref(text), options));
            Ok(alone.collect::<anyhow::Result<Vec<_>>>()?.into_iter().flatten().collect())
        }
    }
}

/// Whether another text may fare better.
fn is_of_a_text(error: &CallError) -> bool {
    !matches!(error, CallError::Refused(_) | CallError::Unavailable(_) | CallError::Busy)
}

impl Answers {
    fn push_text(&mut self, answer: &Answer) -> anyhow::Result<()> {
        match answer {
            Ok(labels) => self.push(&Line::from(labels.as_slice())),
            Err(TextFault::Refused(refusal)) => self.push(&Line::from(refusal)),
            Err(TextFault::Failed(error)) => {
                let (_, code, _) = error.http();
                let detail = error.to_string();
                self.push(&Line::Error(Fault { code, detail: &detail, place: None }))
            }
        }
    }

    fn push(&mut self, line: &Line<'_>) -> anyhow::Result<()> {
        self.failed += u64::from(matches!(line, Line::Error(_)));
        serde_json::to_writer(&mut self.json_lines, line).context("writing an answer as JSON")?;
        self.json_lines.push(b'\n');
        Ok(())
    }
}

impl<'a> From<&'a [Scored]> for Line<'a> {
    fn from(labels: &'a [Scored]) -> Self {
        Self::Labels(labels.iter().map(|Scored { label, score }| Label { label, score: *score }).collect())
    }
}

impl<'a> From<&'a Refusal> for Line<'a> {
    fn from(refusal: &'a Refusal) -> Self {
        let Refusal { code, place, message, .. } = refusal;
        Self::Error(Fault { code, detail: message, place: place.as_deref() })
    }
}

impl<'a> From<&'a LineFault> for Line<'a> {
    fn from(fault: &'a LineFault) -> Self {
        Self::Error(Fault { code: fault.code, detail: &fault.detail, place: None })
    }
}

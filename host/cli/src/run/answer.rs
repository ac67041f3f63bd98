//! The answers to a batch, as JSON Lines.

use anyhow::Context as _;
use serde::Serialize;
use spanlet_runtime::{CallError, Pool, Refusal};

use super::{
    batch::{Batch, LineFault},
    question::{Answered, Question},
};

/// The answers to a batch, written.
pub(super) struct Answers {
    /// One JSON object and a line feed for each line.
    pub(super) json_lines: Vec<u8>,
    /// How many of them are errors.
    pub(super) failed: u64,
}

/// What is printed for a line without an answer.
#[derive(Serialize)]
struct Failed<'a> {
    error: Fault<'a>,
}

#[derive(Serialize)]
struct Fault<'a> {
    code: &'a str,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<&'a str>,
}

/// What became of a text: an answer, the component's refusal, or a call that failed over it.
type Answer = Result<Answered, TextFault>;

enum TextFault {
    Refused(Refusal),
    Failed(CallError),
}

/// Answers every line of a batch.
///
/// # Errors
/// When the model or the options are wrong, or no instance is left: then no other batch has an answer either.
pub(super) fn answers(pool: &Pool, batch: &Batch, question: &Question) -> anyhow::Result<Answers> {
    let mut of_texts = ask(pool, &batch.texts, question)?.into_iter();
    let mut answers = Answers { json_lines: Vec::with_capacity(batch.lines.len() * 256), failed: 0 };
    for line in &batch.lines {
        match line {
            Ok(()) => answers.push_text(&of_texts.next().context("the component gave too few answers")?)?,
            Err(fault) => answers.fail(Fault::from(fault))?,
        }
    }
    Ok(answers)
}

/// Asks about texts together; where that fails over one of them, about each alone.
fn ask(pool: &Pool, texts: &[String], question: &Question) -> anyhow::Result<Vec<Answer>> {
    match question.ask(pool, texts) {
        Ok(answers) => Ok(answers.into_iter().map(|answer| answer.map_err(TextFault::Refused)).collect()),
        Err(error) if !is_of_a_text(&error) => Err(error.into()),
        Err(error) if texts.len() == 1 => Ok(vec![Err(TextFault::Failed(error))]),
        Err(_) => {
            let alone = texts.iter().map(|text| ask(pool, std::slice::from_ref(text), question));
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
            Ok(answered) => self.push(answered),
            Err(TextFault::Refused(refusal)) => self.fail(Fault::from(refusal)),
            Err(TextFault::Failed(error)) => {
                let (_, code, _) = error.http();
                self.fail(Fault { code, detail: &error.to_string(), place: None })
            }
        }
    }

    fn fail(&mut self, error: Fault<'_>) -> anyhow::Result<()> {
        self.failed += 1;
        self.push(&Failed { error })
    }

    fn push(&mut self, line: &impl Serialize) -> anyhow::Result<()> {
        serde_json::to_writer(&mut self.json_lines, line).context("writing an answer as JSON")?;
        self.json_lines.push(b'\n');
        Ok(())
    }
}

impl<'a> From<&'a Refusal> for Fault<'a> {
    fn from(refusal: &'a Refusal) -> Self {
        let Refusal { code, place, message, .. } = refusal;
        Self { code, detail: message, place: place.as_deref() }
    }
}

impl<'a> From<&'a LineFault> for Fault<'a> {
    fn from(fault: &'a LineFault) -> Self {
        Self { code: fault.code, detail: &fault.detail, place: None }
    }
}

//! The answers to a batch.

use anyhow::Context as _;
use spanlet_runtime::{CallError, Pool, Refusal};

use super::{
    answered::Answered,
    form::{AnswerWriter, Fault, Form},
    input::Batch,
    question::Question,
    record::RecordFault,
};

/// The answers to a batch, written.
pub(super) struct Answers {
    /// One answer or error for each record, in order.
    pub(super) bytes: Vec<u8>,
    /// How many records they are for.
    pub(super) records: u64,
    /// How many of them are errors.
    pub(super) failed: u64,
    /// How many bytes of the input have been read up to the end of its last record.
    pub(super) read_bytes: u64,
}

/// What became of a text: an answer, the component's refusal, or a call that failed over it.
type Answer = Result<Answered, TextFault>;

enum TextFault {
    Refused(Refusal),
    Failed(CallError),
}

/// Answers every record of a batch.
///
/// # Errors
/// When the model or the options are wrong, or no instance is left: then no other batch has an answer either.
pub(super) fn answers(pool: &Pool, batch: &Batch, question: &Question, form: Form) -> anyhow::Result<Answers> {
    let mut of_texts = ask(pool, &batch.texts, question)?.into_iter();
    let mut writer = AnswerWriter::new(form);
    let mut failed = 0;
    for record in &batch.records {
        failed += 1;
        match record {
            Err(fault) => writer.fault(&Fault::from(fault))?,
            Ok(()) => match of_texts.next().context("the component gave too few answers")? {
                Err(fault) => fault.write(&mut writer)?,
                Ok(answered) => {
                    writer.answer(&answered)?;
                    failed -= 1;
                }
            },
        }
    }
    Ok(Answers {
        bytes: writer.into_bytes()?,
        records: batch.records.len() as u64,
        failed,
        read_bytes: batch.read_bytes,
    })
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

impl TextFault {
    fn write(&self, writer: &mut AnswerWriter) -> anyhow::Result<()> {
        match self {
            Self::Refused(Refusal { code, place, message, .. }) => {
                writer.fault(&Fault { code, detail: message, place: place.as_deref() })
            }
            Self::Failed(error) => {
                let (_, code, _) = error.http();
                writer.fault(&Fault { code, detail: &error.to_string(), place: None })
            }
        }
    }
}

impl<'a> From<&'a RecordFault> for Fault<'a> {
    fn from(fault: &'a RecordFault) -> Self {
        Self { code: fault.code, detail: &fault.detail, place: None }
    }
}

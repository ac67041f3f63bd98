//! What a model family must do to be served: recognise its parts, load them, and answer tasks.

use spanlet_text::{Document, Layers};

use crate::codes;
use crate::error::Error;

/// Where a model comes from, and so which engine answers for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// A fastText `.bin` or `.ftz` file.
    Fasttext,
    /// A spaCy pipeline directory.
    Spacy,
    /// A Hugging Face ONNX export directory.
    Transformer,
}

impl Family {
    /// The family's name in JSON, as in WIT.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fasttext => "fasttext",
            Self::Spacy => "spacy",
            Self::Transformer => "transformer",
        }
    }
}

/// What a model can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Task {
    /// Tokens and the layers over them.
    Analyze,
    /// Entities.
    Entities,
    /// Key phrases.
    Keyphrases,
    /// Labels of a whole text, hashtags among them.
    Classify,
    /// One vector for a whole text.
    Embed,
}

impl Task {
    /// Every task, in WIT's order.
    pub const ALL: [Self; 5] = [Self::Analyze, Self::Entities, Self::Keyphrases, Self::Classify, Self::Embed];

    /// The task's name in JSON, as in WIT.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Analyze => "analyze",
            Self::Entities => "entities",
            Self::Keyphrases => "keyphrases",
            Self::Classify => "classify",
            Self::Embed => "embed",
        }
    }

    /// The task of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|task| task.name() == name)
    }
}

/// One part of a model: an archive, the model's only file, or one file of its directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The path relative to the model's directory, with `/` between its pieces.
    pub name: String,
    /// Exactly as many bytes as were declared, in a buffer without spare room.
    pub bytes: Vec<u8>,
}

/// A label and how sure the model is of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored<'m> {
    /// What stands before the label in the model's own spelling, e.g. `__label__`; mostly empty.
    pub prefix: &'static str,
    /// The label without that prefix.
    pub label: &'m str,
    /// The score as the original reports it.
    pub score: f32,
}

/// One model family: recognises parts and loads them.
pub trait Engine {
    /// The family that this engine answers for.
    fn family(&self) -> Family;

    /// Whether `parts` look like a model of this family; a cheap look at names and first bytes.
    fn recognizes(&self, parts: &[Part]) -> bool;

    /// Parses the parts into a model.
    ///
    /// # Errors
    /// A code of [`codes`] that begins with `model.`, with the part or the byte offset as the place.
    fn load(&self, parts: Vec<Part>) -> Result<Box<dyn Model>, Error>;
}

/// A loaded model. It answers for the tasks that it lists; the others are refused before it is asked.
pub trait Model {
    /// What it can be asked for.
    fn tasks(&self) -> &[Task];

    /// Its labels in the model's own order, without family-specific prefix; empty where it has none.
    fn labels(&self) -> Vec<&str>;

    /// How many labels it has.
    fn label_count(&self) -> usize;

    /// What else it says of itself.
    fn metadata(&self) -> serde_json::Map<String, serde_json::Value>;

    /// The memory that it holds.
    fn memory_bytes(&self) -> usize;

    /// The `k` best labels of `text` that score at least `threshold`, best first; `usize::MAX` asks for all.
    ///
    /// `text` has no newline, `k` is at least 1 and `threshold` lies in 0 to 1.
    ///
    /// # Errors
    /// When this text has no answer.
    fn classify(&self, text: &str, k: usize, threshold: f32) -> Result<Vec<Scored<'_>>, Error> {
        let _ = (text, k, threshold);
        Err(refusal(Task::Classify))
    }

    /// The layers of `text` that are asked for, with offsets in bytes of UTF-8.
    ///
    /// A layer that is not asked for, or that the model lacks, is absent. A layer never depends on which others are
    /// asked for. Asked of models with any of the tasks [`Analyze`](Task::Analyze), [`Entities`](Task::Entities) and
    /// [`Keyphrases`](Task::Keyphrases); the last wants stop words, lemmas, parts of speech and heads in its tokens
    /// beside the noun chunks, so a model without noun chunks does not list it, nor one without entities the other.
    ///
    /// # Errors
    /// When this text has no answer.
    fn analyze(&self, text: &str, layers: Layers) -> Result<Document, Error> {
        let _ = (text, layers);
        Err(refusal(Task::Analyze))
    }

    /// One vector for `text`, which has no newline.
    ///
    /// # Errors
    /// When this text has no answer.
    fn embed(&self, text: &str) -> Result<Vec<f32>, Error> {
        let _ = text;
        Err(refusal(Task::Embed))
    }

    /// Frees memory that the next text would take again, but not what was kept because it saves work.
    fn release_buffers(&self) {}

    /// A copy of it in memory that is allocated anew, with room in its caches for a text's worth of new entries.
    fn copied(&self) -> Box<dyn Model>;
}

fn refusal(task: Task) -> Error {
    Error::new(codes::MODEL_WRONG_TASK, format!("the model cannot {}", task.name()))
}

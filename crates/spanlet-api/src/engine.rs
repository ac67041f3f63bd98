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

/// How a transformer's word pieces become entities, as Hugging Face's token classification has it.
///
/// Source: transformers 4.57, `pipelines/token_classification.py` `AggregationStrategy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Aggregation {
    /// Every word piece by itself, under its label with `B-` or `I-`.
    None,
    /// Neighbours of one label, cut where a `B-` begins another.
    Simple,
    /// Words, each with the label of its first piece; then as [`Simple`](Self::Simple).
    First,
    /// Words, each with the label whose mean score over the word's pieces is the greatest; then as
    /// [`Simple`](Self::Simple).
    Average,
    /// Words, each with the label of its surest piece; then as [`Simple`](Self::Simple).
    Max,
}

impl Aggregation {
    /// Every strategy, in WIT's order.
    pub const ALL: [Self; 5] = [Self::None, Self::Simple, Self::First, Self::Average, Self::Max];

    /// The strategy's name in JSON, as in WIT.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Simple => "simple",
            Self::First => "first",
            Self::Average => "average",
            Self::Max => "max",
        }
    }

    /// The strategy of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|aggregation| aggregation.name() == name)
    }
}

/// How a model of word pieces is asked for entities; what is absent the model decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EntityOptions<'o> {
    /// How pieces become entities.
    pub aggregation: Option<Aggregation>,
    /// Labels that are left out, as an answer would spell them: with `B-` and `I-` only where nothing is aggregated. An
    /// empty list leaves none out, so that what the model calls outside, `O`, is listed too.
    pub ignore_labels: Option<&'o [String]>,
    /// By how many word pieces the windows over a long text overlap.
    pub stride: Option<usize>,
}

impl EntityOptions<'_> {
    /// The name of an option that is there, if any is.
    #[must_use]
    pub fn given(&self) -> Option<&'static str> {
        let aggregation = self.aggregation.map(|_| "aggregation");
        aggregation.or(self.ignore_labels.map(|_| "ignore_labels")).or(self.stride.map(|_| "stride"))
    }
}

/// What makes scores of a classifier's outputs.
///
/// Source: transformers 4.57, `pipelines/text_classification.py` `ClassificationFunction`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Function {
    /// Each output by itself becomes a number from 0 to 1.
    Sigmoid,
    /// All outputs together become numbers from 0 to 1 whose sum is 1.
    Softmax,
    /// The outputs are the scores, whatever their range.
    None,
}

impl Function {
    /// Every function, in WIT's order.
    pub const ALL: [Self; 3] = [Self::Sigmoid, Self::Softmax, Self::None];

    /// The function's name in JSON, as in WIT.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sigmoid => "sigmoid",
            Self::Softmax => "softmax",
            Self::None => "none",
        }
    }

    /// The function of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|function| function.name() == name)
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

    /// Whether these options have a meaning for it, asked once a call before the first text.
    ///
    /// A family of models without word pieces leaves this as it is: it refuses each of them by name.
    ///
    /// # Errors
    /// [`codes::OPTION_OUT_OF_RANGE`] with the option as the place.
    fn check_entities(&self, options: &EntityOptions<'_>) -> Result<(), Error> {
        options.given().map_or(Ok(()), |name| Err(meaningless(name, "makes no entities out of word pieces")))
    }

    /// Whether its scores can be made by that function, asked once a call before the first text.
    ///
    /// A family of models whose scores have one meaning leaves this as it is: it refuses all of them.
    ///
    /// # Errors
    /// [`codes::OPTION_OUT_OF_RANGE`] with `function` as the place.
    fn check_function(&self, function: Function) -> Result<(), Error> {
        let _ = function;
        Err(meaningless("function", "has one function, which its training chose"))
    }

    /// The `k` best labels of `text` that score at least `threshold`, best first; `usize::MAX` asks for all.
    ///
    /// `k` is at least 1. Without a `threshold` every score will do; one lies in 0 to 1, unless the `function` is
    /// [`Function::None`]. A `function` has passed [`check_function`](Self::check_function); without one the model
    /// decides.
    ///
    /// # Errors
    /// When this text has no answer.
    fn classify(
        &self,
        text: &str,
        k: usize,
        threshold: Option<f32>,
        function: Option<Function>,
    ) -> Result<Vec<Scored<'_>>, Error> {
        let _ = (text, k, threshold, function);
        Err(refusal(Task::Classify))
    }

    /// The layers of `text` that are asked for, with offsets in bytes of UTF-8.
    ///
    /// A layer that is not asked for, or that the model lacks, is absent. A layer never depends on which others are
    /// asked for. Asked of models with any of the tasks [`Analyze`](Task::Analyze), [`Entities`](Task::Entities) and
    /// [`Keyphrases`](Task::Keyphrases); the last wants stop words, lemmas, parts of speech and heads in its tokens
    /// beside the noun chunks, so a model without noun chunks does not list it, nor one without entities the other.
    /// The options for `entities` have passed [`check_entities`](Self::check_entities).
    ///
    /// # Errors
    /// When this text has no answer.
    fn analyze(&self, text: &str, layers: Layers, entities: &EntityOptions<'_>) -> Result<Document, Error> {
        let _ = (text, layers, entities);
        Err(refusal(Task::Analyze))
    }

    /// One vector for `text`.
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

/// The error for an option that a model has no meaning for.
fn meaningless(option: &str, model: &str) -> Error {
    let message = format!("expected no `{option}`, since this model {model}, found one");
    Error::new(codes::OPTION_OUT_OF_RANGE, message).at(option)
}

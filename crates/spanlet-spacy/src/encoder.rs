//! What a pipeline with a transformer asks of whoever has an engine for transformers.
//!
//! A converted pipeline (`models/convert`) has the transformer of a component as ONNX, with its tokenizer. Neither is read
//! here: whoever loads the pipeline hands in a function that makes an [`Encoder`] of the two files.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use spanlet_archive::Parts;

use crate::load_error::LoadError;
use crate::pipe::Pipe;

/// A transformer with its tokenizer.
///
/// Answers must not depend on what was asked before.
pub trait Encoder: fmt::Debug {
    /// How many numbers each piece gets; at least 1.
    fn width(&self) -> usize;

    /// Cuts a text into pieces, those that the tokenizer puts around every text (`[CLS]`, `[SEP]`) among them. Nothing is
    /// cut off, and nothing is filled up. An empty text has those pieces alone.
    ///
    /// # Errors
    /// When the tokenizer has no piece for something, and none for what is unknown.
    fn tokenize(&self, text: &str) -> Result<Vec<Piece>, EncodeError>;

    /// The transformer's last layer for one sequence of pieces by itself: `[pieces, width]`, row by row. No pieces give
    /// no rows.
    ///
    /// # Errors
    /// When there are more pieces than the transformer has positions, or a piece has a number that it does not know.
    fn encode(&self, pieces: &[Piece]) -> Result<Vec<f32>, EncodeError>;

    /// Another that answers alike and shares no memory with this one.
    fn copied(&self) -> Box<dyn Encoder>;

    /// About as many bytes of memory as it holds.
    fn memory_bytes(&self) -> usize;
}

/// A piece of a text, as a transformer sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its number in the vocabulary.
    pub id: u32,
    /// Its number among the kinds of segments; 0 in nearly every tokenizer.
    pub type_id: u32,
    /// Where it lies in the text, in bytes, at the bounds of characters. Empty for a piece that the tokenizer added.
    pub bytes: Range<usize>,
}

/// Why an encoder has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeError {
    /// There are more pieces than the transformer has positions.
    TooLong {
        /// How many there are.
        pieces: usize,
        /// How many there may be.
        max_pieces: usize,
    },
    /// The tokenizer or the transformer cannot work on this.
    Failed {
        /// `expected …, found …`.
        problem: String,
    },
}

impl fmt::Display for EncodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { pieces, max_pieces } => {
                write!(formatter, "expected at most {max_pieces} pieces in one stretch of text, found {pieces}")
            }
            Self::Failed { problem } => formatter.write_str(problem),
        }
    }
}

impl std::error::Error for EncodeError {}

/// The files of a component's transformer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncoderFiles {
    /// The component's name in the pipeline.
    pub component: String,
    /// `model.onnx`: inputs `input_ids` and, where the model has them, `attention_mask` and `token_type_ids`, all of shape
    /// `[batch, pieces]` and whole numbers; output `last_hidden_state`, `[batch, pieces, width]`.
    pub model: Vec<u8>,
    /// `tokenizer.json` as Hugging Face's `tokenizers` writes it.
    pub tokenizer: Vec<u8>,
}

/// Makes an encoder of a component's files.
///
/// Its error is [`LoadError::Unsupported`] for what the engine does not have, [`LoadError::Damaged`] for the rest.
pub type MakeEncoder<'m> = dyn Fn(EncoderFiles) -> Result<Box<dyn Encoder>, LoadError> + 'm;

impl Clone for Box<dyn Encoder> {
    fn clone(&self) -> Self {
        self.copied()
    }
}

/// What a converted component has beside [`SETTINGS`].
const FILES: [&str; 2] = ["model.onnx", "tokenizer.json"];
/// By which a converted component is known.
pub(crate) const SETTINGS: &str = "encoder.json";

/// Gives components their encoders while a pipeline is loaded.
pub(crate) struct EncoderLoader<'m> {
    make: Option<&'m MakeEncoder<'m>>,
    /// By component; one that is missing is missing here too.
    files: BTreeMap<String, [Option<Vec<u8>>; 2]>,
}

impl<'m> EncoderLoader<'m> {
    /// Takes the files of all transformers out of the parts, so that each can be freed when its encoder is made.
    pub(crate) fn new(parts: &mut Parts, make: Option<&'m MakeEncoder<'m>>) -> Self {
        let folder = |name: &str| name.strip_suffix(SETTINGS)?.strip_suffix('/').map(str::to_owned);
        let components: Vec<String> = parts.names().filter_map(folder).collect();
        let mut files = BTreeMap::new();
        for component in components {
            let taken = FILES.map(|file| parts.take(&format!("{component}/{file}")));
            files.insert(component, taken);
        }
        Self { make, files }
    }

    /// Makes the encoder of a component that was loaded, if it needs one.
    ///
    /// # Errors
    /// When there is no engine, a file is missing, the engine refuses them, or their rows are of another width.
    pub(crate) fn attach(&mut self, component: &str, pipe: &mut Pipe) -> Result<(), LoadError> {
        let Some(transformer) = pipe.transformer_mut() else { return Ok(()) };
        let Some(make) = self.make else {
            let advice = "there is no engine for transformers in this build";
            return Err(LoadError::unsupported(component, transformer.architecture(), advice));
        };
        let part = |file: &str| format!("{component}/{file}");
        let missing = |file: &str| LoadError::PartMissing {
            part: part(file),
            needed_by: format!("component `{component}`, which was converted"),
        };
        let [model, tokenizer] = self.files.remove(component).unwrap_or_default();
        let model = model.ok_or_else(|| missing(FILES[0]))?;
        let tokenizer = tokenizer.ok_or_else(|| missing(FILES[1]))?;
        let encoder = make(EncoderFiles { component: component.to_owned(), model, tokenizer })?;
        let (width, found) = (transformer.width(), encoder.width());
        if found != width {
            let problem = format!("expected rows of {width} numbers, as {SETTINGS} says, found {found}");
            return Err(LoadError::damaged(part(FILES[0]), problem));
        }
        transformer.attach(encoder);
        Ok(())
    }
}

//! Texts as a model takes them: ids of pieces in windows of bounded length, each piece with its place in the text.
//!
//! Source: transformers 4.57, `tokenization_utils_fast.py`, over the same library as here.

mod check;

use std::ops::Range;

use tokenizers::{
    Encoding, ModelWrapper, PostProcessor, PostProcessorWrapper, Tokenizer as Inner, TruncationDirection,
};

use crate::config::TokenizerConfig;
use crate::load_error::LoadError;
use crate::token_classification::Token;

/// The part that a tokenizer is read from.
pub(crate) const PART: &str = "tokenizer.json";

/// What stands for the unknown in every model of transformers whose pieces are SentencePiece's.
const UNKNOWN_OF_UNIGRAM: &str = "<unk>";

/// The most pieces of all windows over a text together.
const MAX_WINDOW_PIECES: usize = 1 << 22;

/// Cuts texts into pieces.
#[derive(Clone)]
pub(crate) struct Tokenizer {
    /// Without truncation, padding and post-processor, which are applied to one window at a time.
    inner: Inner,
    post_processor: Option<PostProcessorWrapper>,
    /// How many pieces the post-processor puts around a window.
    added_pieces: usize,
    unknown_id: Option<u32>,
    marks_continuations: bool,
}

/// A text cut into pieces, before any are put around it.
pub(crate) struct Pieces {
    /// Places in code points, because the library itself counts one for a space whatever its bytes are.
    encoding: Encoding,
    places: Places,
}

/// Where the code points of a text begin, in bytes.
enum Places {
    /// One byte each.
    Ascii,
    /// By number, and where the text ends.
    Table(Vec<usize>),
}

impl Places {
    fn of(text: &str) -> Self {
        match text.is_ascii() {
            true => Self::Ascii,
            false => Self::Table(text.char_indices().map(|(byte, _)| byte).chain([text.len()]).collect()),
        }
    }

    fn byte(&self, code_point: usize) -> usize {
        match self {
            Self::Ascii => code_point,
            Self::Table(bytes) => bytes[code_point.min(bytes.len() - 1)],
        }
    }
}

/// A window over a text, as a model takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Ids of the pieces.
    pub ids: Vec<u32>,
    /// The number of the text that each is from: one text gives zeros.
    pub types: Vec<u32>,
    /// The number of the word that each is from, as the tokenizer counts words.
    pub words: Vec<Option<u32>>,
    /// Where the pieces are.
    pub tokens: Vec<Token>,
    /// Which of the text's own pieces it holds, counted from the text's first.
    pub pieces: Range<usize>,
}

/// A text that the tokenizer cannot cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutError(String);

impl std::fmt::Display for CutError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "the tokenizer cannot cut this text: {}", self.0)
    }
}

impl std::error::Error for CutError {}

impl Tokenizer {
    /// Reads `tokenizer.json`.
    ///
    /// # Errors
    /// When it is not what the library writes.
    pub(crate) fn load(bytes: &[u8], config: &TokenizerConfig) -> Result<Self, LoadError> {
        check::check(bytes).map_err(|problem| LoadError::damaged(PART, problem))?;
        let damaged = |error: tokenizers::Error| LoadError::damaged(PART, error.to_string());
        let mut inner = Inner::from_bytes(bytes).map_err(damaged)?;
        inner.with_padding(None);
        inner.with_truncation(None).map_err(damaged)?;
        let post_processor = inner.get_post_processor().cloned();
        inner.with_post_processor(None::<PostProcessorWrapper>);
        let marks_continuations = match inner.get_model() {
            ModelWrapper::WordPiece(model) => !model.continuing_subword_prefix.is_empty(),
            ModelWrapper::BPE(model) => model.continuing_subword_prefix.as_ref().is_some_and(|mark| !mark.is_empty()),
            _ => false,
        };
        // Without a file that says, the classes of transformers have the token that the models were made with.
        let of_model = || match inner.get_model() {
            ModelWrapper::WordPiece(model) => Some(model.unk_token.clone()),
            ModelWrapper::WordLevel(model) => Some(model.unk_token.clone()),
            ModelWrapper::BPE(model) => model.get_unk_token().clone(),
            ModelWrapper::Unigram(_) => Some(UNKNOWN_OF_UNIGRAM.to_owned()),
        };
        let unknown_id = config.unknown_token.clone().or_else(of_model).and_then(|unknown| inner.token_to_id(&unknown));
        let added_pieces = post_processor.as_ref().map_or(0, |processor| processor.added_tokens(false));
        Ok(Self { inner, post_processor, added_pieces, unknown_id, marks_continuations })
    }

    /// Whether pieces that go on with a word bear a mark, as WordPiece's `##` is.
    pub(crate) fn marks_continuations(&self) -> bool {
        self.marks_continuations
    }

    /// How many pieces are put around every window.
    pub(crate) fn added_pieces(&self) -> usize {
        self.added_pieces
    }

    /// Cuts a text.
    ///
    /// # Errors
    /// When the library cannot; an empty text has no pieces and is no error.
    pub(crate) fn cut(&self, text: &str) -> Result<Pieces, CutError> {
        let encoding = self.inner.encode_char_offsets(text, false).map_err(|error| CutError(error.to_string()))?;
        Ok(Pieces { encoding, places: Places::of(text) })
    }

    /// A text in one window, however long it is.
    ///
    /// # Errors
    /// As for [`cut`](Self::cut) and [`windows`](Self::windows).
    pub(crate) fn whole(&self, text: &str) -> Result<Window, CutError> {
        let Pieces { encoding, places } = self.cut(text)?;
        self.window(encoding, 0, &places)
    }

    /// The windows over a text: each holds at most `room` of its pieces, of which neighbouring ones share `stride`.
    ///
    /// There is always one, if only with the pieces that are put around it. `stride` is less than `room`.
    ///
    /// # Errors
    /// When the library cannot put its pieces around a window.
    pub(crate) fn windows(&self, pieces: Pieces, room: usize, stride: usize) -> Result<Vec<Window>, CutError> {
        let Pieces { mut encoding, places } = pieces;
        let step = room.saturating_sub(stride).max(1);
        let shared = encoding.len().div_ceil(step).saturating_mul(room);
        if encoding.len() > room && shared > MAX_WINDOW_PIECES {
            return Err(CutError(format!(
                "expected windows of {MAX_WINDOW_PIECES} pieces in all at most, found {shared}: share fewer of them"
            )));
        }
        encoding.truncate(room.max(1), room.max(1) - step, TruncationDirection::Right);
        let rest = encoding.take_overflowing();
        let windows = [encoding].into_iter().chain(rest).enumerate();
        windows.map(|(number, encoding)| self.window(encoding, number * step, &places)).collect()
    }

    fn window(&self, encoding: Encoding, first_piece: usize, places: &Places) -> Result<Window, CutError> {
        let pieces = first_piece..first_piece + encoding.len();
        let encoding = match &self.post_processor {
            None => encoding,
            Some(processor) => processor.process(encoding, None, true).map_err(|error| CutError(error.to_string()))?,
        };
        let token = |index: usize| {
            let ((start, end), id) = (encoding.get_offsets()[index], encoding.get_ids()[index]);
            Token {
                bytes: places.byte(start)..places.byte(end.max(start)),
                // Not the window's own string: for an added piece that takes in spaces beside it, that has them too.
                piece_chars: self.inner.id_to_token(id).map_or(0, |piece| piece.chars().count()),
                is_unknown: Some(id) == self.unknown_id,
                is_special: encoding.get_special_tokens_mask()[index] != 0,
            }
        };
        Ok(Window {
            ids: encoding.get_ids().to_vec(),
            types: encoding.get_type_ids().to_vec(),
            words: encoding.get_word_ids().to_vec(),
            tokens: (0..encoding.len()).map(token).collect(),
            pieces,
        })
    }
}

impl Pieces {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.encoding.len()
    }
}

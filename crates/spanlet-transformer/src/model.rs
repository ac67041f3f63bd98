//! A model as a user has it: text in, entities, labels or a vector out.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::answer_error::AnswerError;
use crate::config::{self, Config, Kind, TokenizerConfig};
use crate::export::Export;
use crate::load_error::LoadError;
use crate::network::{MAX_WINDOW, Network, Output};
use crate::pooling::Pooling;
use crate::text_classification::{Function, softmax};
use crate::token_classification::{Decoder, Entity, Strategy, Token, without_overlaps};
use crate::tokenizer::{self, Tokenizer, Window};

/// The window of a model that says nothing of how long texts may be.
const UNSAID_WINDOW: usize = 512;

/// What is left out unless a caller says.
static OUTSIDE: OnceLock<Vec<String>> = OnceLock::new();

/// A loaded model.
#[derive(Clone)]
pub struct Model {
    kind: Kind,
    labels: Vec<String>,
    function: Function,
    model_type: String,
    tokenizer: Tokenizer,
    network: Network,
    pooling: Pooling,
    /// The most pieces of a window, those around it included.
    window_pieces: usize,
}

/// How entities are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct EntityOptions<'o> {
    /// How pieces become entities.
    pub strategy: Strategy,
    /// Labels that are left out; `O` unless said.
    pub ignored: Option<&'o [String]>,
    /// By how many pieces the windows over a long text overlap. Then entities of neighbouring windows are put together
    /// as transformers does it; without it the windows' rows are, which loses none at an edge.
    pub stride: Option<usize>,
}

impl Model {
    /// Reads the files of an export directory, by their paths in it.
    ///
    /// # Errors
    /// When a file is missing, damaged, contradicts another or asks for what there is not here.
    pub fn load(files: BTreeMap<String, Vec<u8>>) -> Result<Self, LoadError> {
        let mut export = Export::new(files)?;
        let config = Config::parse(export.file(config::CONFIG)?)?;
        let said = TokenizerConfig::parse(
            export.optional_file(config::TOKENIZER_CONFIG),
            export.optional_file(config::SPECIAL_TOKENS),
        )?;
        let tokenizer = Tokenizer::load(export.file(tokenizer::PART)?, &said)?;
        let pooling = Pooling::load(export.files())?;
        let network = Network::load(export.take_graph(), config.kind, config.labels.len(), pooling.is_said())?;
        let limits = [said.max_pieces, config.max_pieces, network.max_pieces()];
        let window_pieces = limits.into_iter().flatten().min().unwrap_or(UNSAID_WINDOW).min(MAX_WINDOW);
        if window_pieces <= tokenizer.added_pieces() {
            let (part, field) = match said.max_pieces {
                Some(most) if most == window_pieces => (config::TOKENIZER_CONFIG, "model_max_length"),
                _ => (config::CONFIG, "max_position_embeddings"),
            };
            let problem = format!("{field}: expected more than {}, found {window_pieces}", tokenizer.added_pieces());
            return Err(LoadError::damaged(part, problem));
        }
        let Config { kind, labels, function, model_type, .. } = config;
        Ok(Self { kind, labels, function, model_type, tokenizer, network, pooling, window_pieces })
    }

    /// What it was made for.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether it has a vector for a text.
    #[must_use]
    pub fn has_vectors(&self) -> bool {
        self.kind == Kind::Features || self.network.has_features()
    }

    /// Its labels by class; none where it has no head.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The family of encoders that it is of, e.g. `bert`, as `config.json` names it.
    #[must_use]
    pub fn model_type(&self) -> &str {
        &self.model_type
    }

    /// What runs it, e.g. `encoder`.
    #[must_use]
    pub fn path(&self) -> &'static str {
        self.network.path()
    }

    /// The memory that it holds, but for small change.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.network.memory_bytes()
    }

    /// Frees memory that the next text would take again.
    pub fn release_buffers(&self) {
        self.network.release_buffers();
    }

    /// How many pieces of a text fit a window.
    #[must_use]
    pub fn room(&self) -> usize {
        self.window_pieces - self.tokenizer.added_pieces()
    }

    /// A text as the network takes it, in windows that share `stride` pieces.
    ///
    /// # Errors
    /// When the tokenizer cannot cut it.
    pub fn windows(&self, text: &str, stride: usize) -> Result<Vec<Window>, AnswerError> {
        let pieces = self.tokenizer.cut(text)?;
        Ok(self.tokenizer.windows(pieces, self.room(), stride)?)
    }

    /// A text as the tokenizer cuts it, however long it is.
    ///
    /// # Errors
    /// When the tokenizer cannot cut it.
    pub fn whole(&self, text: &str) -> Result<Window, AnswerError> {
        Ok(self.tokenizer.whole(text)?)
    }

    /// What the network answers for one window.
    ///
    /// # Errors
    /// When the network cannot.
    pub fn output(&self, window: &Window) -> Result<Output, AnswerError> {
        self.network.run(&window.ids, &window.types)
    }

    /// The entities of a text, in its order. A text without pieces has none.
    ///
    /// # Errors
    /// When the tokenizer or the network cannot answer.
    pub fn entities<'l>(&'l self, text: &str, options: &EntityOptions<'l>) -> Result<Vec<Entity<'l>>, AnswerError> {
        let decoder = Decoder {
            labels: &self.labels,
            ignored: options.ignored.unwrap_or_else(|| OUTSIDE.get_or_init(|| vec!["O".to_owned()])),
            strategy: options.strategy,
            marks_continuations: self.tokenizer.marks_continuations(),
        };
        match options.stride {
            Some(stride) => self.entities_of_windows(text, &decoder, stride),
            None => self.entities_of_rows(text, &decoder),
        }
    }

    /// Entities of each window, of which the longest is kept where some overlap.
    fn entities_of_windows<'l>(
        &'l self,
        text: &str,
        decoder: &Decoder<'l>,
        stride: usize,
    ) -> Result<Vec<Entity<'l>>, AnswerError> {
        let windows = self.windows(text, stride)?;
        let mut entities = Vec::new();
        for window in &windows {
            entities.extend(decoder.entities(text, &window.tokens, &self.shares(window)?));
        }
        Ok(if windows.len() > 1 { without_overlaps(text, entities) } else { entities })
    }

    /// Entities of the whole text, each piece with the row of the window in which it has more company.
    fn entities_of_rows<'l>(&'l self, text: &str, decoder: &Decoder<'l>) -> Result<Vec<Entity<'l>>, AnswerError> {
        let stride = self.room() / 4;
        let windows = self.windows(text, stride)?;
        let width = self.labels.len();
        let (mut tokens, mut shares): (Vec<Token>, Vec<f32>) = (Vec::new(), Vec::new());
        for (number, window) in windows.iter().enumerate() {
            let begin = if number == 0 { 0 } else { window.pieces.start + stride / 2 };
            let end = windows.get(number + 1).map_or(window.pieces.end, |next| next.pieces.start + stride / 2);
            let rows = self.shares(window)?;
            let own = window.tokens.iter().zip(rows.chunks_exact(width.max(1))).filter(|(token, _)| !token.is_special);
            for (piece, (token, row)) in window.pieces.clone().zip(own) {
                if (begin..end).contains(&piece) {
                    tokens.push(token.clone());
                    shares.extend_from_slice(row);
                }
            }
        }
        Ok(decoder.entities(text, &tokens, &shares))
    }

    /// `[pieces, labels]`: for every piece of a window, shares of one.
    fn shares(&self, window: &Window) -> Result<Vec<f32>, AnswerError> {
        // An empty text, where the tokenizer puts nothing around it.
        if window.ids.is_empty() {
            return Ok(Vec::new());
        }
        let Output { mut values, width } = self.output(window)?;
        if width != self.labels.len() || values.len() != width * window.ids.len() {
            return Err(AnswerError::Shape {
                expected: vec![window.ids.len(), self.labels.len()],
                found: values.len(),
            });
        }
        ensure_finite(&values)?;
        values.chunks_exact_mut(width).for_each(softmax);
        Ok(values)
    }

    /// A score for every label, in the labels' order; the model's own function unless one is named.
    ///
    /// # Errors
    /// When the text has more pieces than fit a window, or the tokenizer or the network cannot answer.
    pub fn scores(&self, text: &str, function: Option<Function>) -> Result<Vec<f32>, AnswerError> {
        let pieces = self.tokenizer.cut(text)?;
        if pieces.len() > self.room() {
            return Err(AnswerError::TooLong { pieces: pieces.len(), room: self.room() });
        }
        let windows = self.tokenizer.windows(pieces, self.room(), 0)?;
        let Output { mut values, .. } = self.output(&windows[0])?;
        if values.len() != self.labels.len() {
            return Err(AnswerError::Shape { expected: vec![self.labels.len()], found: values.len() });
        }
        ensure_finite(&values)?;
        function.unwrap_or(self.function).apply(&mut values);
        Ok(values)
    }

    /// A vector for the text, of which what does not fit a window is cut off, as sentence-transformers does.
    ///
    /// # Errors
    /// When the tokenizer or the network cannot answer.
    pub fn vector(&self, text: &str) -> Result<Vec<f32>, AnswerError> {
        let text = text.trim_matches(is_blank);
        let lowered;
        let text = match self.pooling.lowers {
            true => {
                lowered = text.to_lowercase();
                &lowered
            }
            false => text,
        };
        let most = self.pooling.max_pieces.map_or(self.window_pieces, |most| most.min(self.window_pieces));
        let room = most.saturating_sub(self.tokenizer.added_pieces()).max(1);
        let pieces = self.tokenizer.cut(text)?;
        let window = self.tokenizer.windows(pieces, room, 0)?.swap_remove(0);
        let Output { values, width } = self.network.features(&window.ids, &window.types)?;
        Ok(match width == values.len() && self.network.answers_vectors() {
            true => values,
            false => self.pooling.vector(&values, width),
        })
    }
}

/// Refuses what no label can be told from.
fn ensure_finite(values: &[f32]) -> Result<(), AnswerError> {
    match values.iter().find(|value| !value.is_finite()) {
        None => Ok(()),
        Some(value) => Err(AnswerError::Network(format!("expected numbers, found {value}"))),
    }
}

/// What Python's `str.strip` takes away: Unicode's white space, and four separators that only Python counts among it.
fn is_blank(char: char) -> bool {
    char.is_whitespace() || ('\x1c'..='\x1f').contains(&char)
}

//! Transformers: the stretches of a text that are encoded, which of their pieces are a token's, and token vectors of those.
//!
//! The encoder itself is not here; see [`crate::encoder`].
//!
//! Source: spacy-transformers 1.4 and spacy-curated-transformers 0.3.

mod alignment;
mod curated;
mod pooling;
mod settings;
mod spans;
mod word_pieces;

pub(crate) use pooling::Pooling;
pub(crate) use settings::{CURATED, HUGGING_FACE, Library, expect_null_setter, heard, is_own};

use alignment::Alignment;
use curated::Curated;
use settings::Settings;
use spans::SpanGetter;

use crate::annotate_error::AnnotateError;
use crate::doc::Doc;
use crate::encoder::{EncodeError, Encoder, Piece};
use crate::lexeme::Lexemes;
use crate::load_error::LoadError;
use crate::pipe::Layers;
use crate::source::Source;

/// How a component has texts encoded.
#[derive(Clone, Debug)]
pub(crate) struct Transformer {
    /// Whose it is, for errors.
    component: String,
    /// What the configuration calls it, for errors.
    architecture: String,
    method: Method,
    width: usize,
    /// There is one as soon as the pipeline is loaded.
    encoder: Option<Box<dyn Encoder>>,
}

/// How a text becomes sequences of pieces.
#[derive(Clone, Debug)]
enum Method {
    /// Each stretch of text is cut into pieces by itself, and its first so many are encoded.
    Spans {
        spans: SpanGetter,
        max_pieces: Option<usize>,
    },
    Curated(Curated),
}

/// What a transformer made of a text.
#[derive(Clone, Debug)]
pub(crate) struct Encoded {
    width: usize,
    /// `[pieces, width]`, the pieces of all stretches one after another.
    rows: Vec<f32>,
    alignment: Alignment,
}

impl Transformer {
    /// Reads the settings under `section`, and those that the pipeline's conversion wrote.
    ///
    /// # Errors
    /// When the transformer was not converted, or it asks for something that is not here.
    pub(crate) fn load(source: &Source<'_>, section: &str) -> Result<Self, LoadError> {
        let Settings { architecture, method, width } = Settings::load(source, section)?;
        let (component, architecture) = (source.component.to_owned(), architecture.to_owned());
        Ok(Self { component, architecture, method, width, encoder: None })
    }

    /// Gives it its encoder, whose rows must have its width.
    pub(crate) fn attach(&mut self, encoder: Box<dyn Encoder>) {
        self.encoder = Some(encoder);
    }

    /// What the configuration calls it.
    pub(crate) fn architecture(&self) -> &str {
        &self.architecture
    }

    /// About as many bytes of memory as its encoder holds.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.encoder.as_ref().map_or(0, |encoder| encoder.memory_bytes())
    }

    /// How many numbers each piece gets.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// What of a document it looks at, apart from its text.
    pub(crate) fn reads(&self) -> Layers {
        let sents = matches!(self.method, Method::Spans { spans: SpanGetter::Sentences, .. });
        Layers { sents, ..Layers::default() }
    }

    /// Encodes a text that has tokens.
    ///
    /// # Errors
    /// When the encoder has no answer.
    pub(crate) fn encode(&self, doc: &Doc<'_>, lexemes: &Lexemes) -> Result<Encoded, AnnotateError> {
        let encoder = self.encoder.as_deref().expect("a pipeline is loaded with its encoders");
        let encode = |pieces: &[Piece]| self.rows(encoder, pieces);
        let encoded = match &self.method {
            Method::Spans { spans, max_pieces } => encode_spans((*spans, *max_pieces), doc, encode, encoder),
            Method::Curated(curated) => curated.encode(doc, lexemes, encode, encoder),
        };
        let (rows, alignment) =
            encoded.map_err(|error| AnnotateError::Encoder { component: self.component.clone(), error })?;
        Ok(Encoded { width: self.width, rows, alignment })
    }

    /// The rows of one sequence.
    fn rows(&self, encoder: &dyn Encoder, pieces: &[Piece]) -> Result<Vec<f32>, EncodeError> {
        let rows = encoder.encode(pieces)?;
        if rows.len() == pieces.len() * self.width {
            return Ok(rows);
        }
        let (pieces, width, numbers) = (pieces.len(), self.width, rows.len());
        let problem = format!("expected {pieces} rows of {width} numbers of the encoder, found {numbers} numbers");
        Err(EncodeError::Failed { problem })
    }
}

/// The rows of the pieces of all stretches of a text, and which are a token's.
///
/// Source: spacy-transformers 1.4, `layers/transformer_model.py`, `forward`; `truncate.py`.
fn encode_spans(
    (spans, max_pieces): (SpanGetter, Option<usize>),
    doc: &Doc<'_>,
    encode: impl Fn(&[Piece]) -> Result<Vec<f32>, EncodeError>,
    encoder: &dyn Encoder,
) -> Result<(Vec<f32>, Alignment), EncodeError> {
    let mut rows = Vec::new();
    let mut aligned = alignment::Builder::new(doc.tokens.len());
    for span in spans.of(doc) {
        let (first, last) = (&doc.tokens[span.start], &doc.tokens[span.end - 1]);
        let text = &doc.text[first.start_byte as usize..last.end_byte as usize];
        let mut pieces = encoder.tokenize(text)?;
        pieces.truncate(max_pieces.unwrap_or(usize::MAX));
        rows.extend(encode(&pieces)?);
        aligned.add(doc, span, pieces.iter().map(|piece| piece.bytes.clone()));
    }
    Ok((rows, aligned.finish()))
}

impl Encoded {
    /// One row for each token: `[tokens, width]`.
    ///
    /// # Errors
    /// When a token has no piece, and the pooling needs one.
    pub(crate) fn pooled(&self, pooling: Pooling, component: &str) -> Result<Vec<f32>, AnnotateError> {
        let without = |token| AnnotateError::NoPiece { component: component.to_owned(), token };
        pooling.pool(&self.rows, self.width, &self.alignment).map_err(without)
    }
}

//! Transformers: the stretches of a text that are encoded, which of their pieces are a token's, and token vectors of those.
//!
//! The encoder itself is not here; see [`crate::encoder`].
//!
//! Source: spacy-transformers 1.4.

mod alignment;
mod pooling;
mod settings;
mod spans;

pub(crate) use pooling::Pooling;
pub(crate) use settings::{expect_null_setter, heard, is_listener, is_own};

use alignment::Alignment;
use settings::Settings;
use spans::SpanGetter;

use crate::annotate_error::AnnotateError;
use crate::doc::Doc;
use crate::encoder::{EncodeError, Encoder};
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
    spans: SpanGetter,
    /// So many pieces of each stretch are encoded, and those behind them are left out.
    max_pieces: Option<usize>,
    width: usize,
    /// There is one as soon as the pipeline is loaded.
    encoder: Option<Box<dyn Encoder>>,
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
        let Settings { architecture, spans, max_pieces, width } = Settings::load(source, section)?;
        let (component, architecture) = (source.component.to_owned(), architecture.to_owned());
        Ok(Self { component, architecture, spans, max_pieces, width, encoder: None })
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
        Layers { sents: matches!(self.spans, SpanGetter::Sentences), ..Layers::default() }
    }

    /// Encodes a text that has tokens.
    ///
    /// # Errors
    /// When the encoder has no answer.
    ///
    /// Source: spacy-transformers 1.4, `layers/transformer_model.py`, `forward`; `truncate.py`.
    pub(crate) fn encode(&self, doc: &Doc<'_>) -> Result<Encoded, AnnotateError> {
        let encoder = self.encoder.as_ref().expect("a pipeline is loaded with its encoders");
        let refuse = |error| AnnotateError::Encoder { component: self.component.clone(), error };
        let mut rows = Vec::new();
        let mut aligned = alignment::Builder::new(doc.tokens.len());
        for span in self.spans.of(doc) {
            let (first, last) = (&doc.tokens[span.start], &doc.tokens[span.end - 1]);
            let text = &doc.text[first.start_byte as usize..last.end_byte as usize];
            let mut pieces = encoder.tokenize(text).map_err(refuse)?;
            pieces.truncate(self.max_pieces.unwrap_or(usize::MAX));
            let found = encoder.encode(&pieces).map_err(refuse)?;
            if found.len() != pieces.len() * self.width {
                let (pieces, width, numbers) = (pieces.len(), self.width, found.len());
                let problem =
                    format!("expected {pieces} rows of {width} numbers of the encoder, found {numbers} numbers");
                return Err(refuse(EncodeError::Failed { problem }));
            }
            rows.extend_from_slice(&found);
            aligned.add(doc, span, pieces.iter().map(|piece| piece.bytes.clone()));
        }
        Ok(Encoded { width: self.width, rows, alignment: aligned.finish() })
    }
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

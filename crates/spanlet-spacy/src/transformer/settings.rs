//! The settings of a transformer and of what listens to one: `config.cfg`, and the `encoder.json` of the conversion.

use serde::Deserialize;
use serde_json::Value as Json;

use super::Method;
use super::curated::{Curated, Cut};
use super::pooling::Pooling;
use super::spans::SpanGetter;
use super::word_pieces::WordPieces;
use crate::encoder::SETTINGS;
use crate::load_error::LoadError;
use crate::section::Section;
use crate::source::Source;

/// No transformer that runs on a processor is wider, and no window that fits one is longer.
const MAX_WIDTH: usize = 1 << 14;
const MAX_WINDOW: usize = 1 << 20;
/// The version of `encoder.json`.
const VERSION: u32 = 1;

/// The factories of components that say where sentences begin.
const SENTENCE_FACTORIES: [&str; 3] = ["parser", "senter", "sentencizer"];
const MODELS: [&str; 3] = [
    "spacy-transformers.TransformerModel.v1",
    "spacy-transformers.TransformerModel.v2",
    "spacy-transformers.TransformerModel.v3",
];
const OWN: [&str; 3] = [
    "spacy-transformers.Tok2VecTransformer.v1",
    "spacy-transformers.Tok2VecTransformer.v2",
    "spacy-transformers.Tok2VecTransformer.v3",
];
const CURATED_MODELS: [&str; 5] = [
    "spacy-curated-transformers.AlbertTransformer.v1",
    "spacy-curated-transformers.BertTransformer.v1",
    "spacy-curated-transformers.CamembertTransformer.v1",
    "spacy-curated-transformers.RobertaTransformer.v1",
    "spacy-curated-transformers.XlmrTransformer.v1",
];
const CURATED_SPANS: &str = "spacy-curated-transformers.WithStridedSpans.v1";
/// What a conversion writes beside `encoder.json` where pieces are found here.
const PIECES: &str = "pieces.json";

/// A library of transformers: who makes pieces, and who listens to them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Library {
    factory: &'static str,
    /// The architecture of what listens.
    pub(crate) listener: &'static str,
    /// What the layer that listens is called.
    pub(crate) layer: &'static str,
}

pub(crate) const HUGGING_FACE: Library = Library {
    factory: "transformer",
    listener: "spacy-transformers.TransformerListener.v1",
    layer: "transformer-listener",
};
pub(crate) const CURATED: Library = Library {
    factory: "curated_transformer",
    listener: "spacy-curated-transformers.LastTransformerLayerListener.v1",
    layer: "last_transformer_layer_listener",
};

/// How texts are encoded.
#[derive(Debug)]
pub(super) struct Settings<'a> {
    pub(super) architecture: &'a str,
    pub(super) method: Method,
    pub(super) width: usize,
}

/// `encoder.json`: what the conversion of a component found in what it does not keep.
#[derive(Debug, Deserialize)]
struct Converted {
    version: u32,
    width: usize,
    max_pieces: Option<usize>,
    /// Where tokens are cut into pieces one by one.
    pieces: Option<Pieces>,
}

/// How tokens are cut into pieces.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Pieces {
    BytePairs { first: u32, last: u32 },
    WordPieces { first: u32, last: u32, unknown: u32, lowercase: bool, cut_at_punctuation: bool },
}

impl<'a> Settings<'a> {
    /// Reads the settings under `path` of a component with a transformer.
    pub(super) fn load(source: &Source<'a>, path: &str) -> Result<Self, LoadError> {
        let section = Section::find(source, path)?;
        let architecture = section.architecture()?;
        let method = match architecture {
            name if MODELS.contains(&name) || OWN.contains(&name) => hugging_face,
            name if CURATED_MODELS.contains(&name) => curated,
            name => {
                let advice = "transformers of spacy-transformers and spacy-curated-transformers are loaded";
                return Err(LoadError::unsupported(source.component, name, advice));
            }
        };
        let converted = Converted::load(source, architecture)?;
        Ok(Self { architecture, method: method(source, &section, &converted)?, width: converted.width })
    }
}

fn hugging_face(source: &Source<'_>, section: &Section<'_>, converted: &Converted) -> Result<Method, LoadError> {
    let spans = span_getter(source, &section.inner("get_spans")?)?;
    Ok(Method::Spans { spans, max_pieces: converted.max_pieces })
}

fn curated(source: &Source<'_>, section: &Section<'_>, converted: &Converted) -> Result<Method, LoadError> {
    let spans = section.inner("with_spans")?;
    let architecture = spans.architecture()?;
    if architecture != CURATED_SPANS {
        return Err(LoadError::unsupported(source.component, architecture, "use WithStridedSpans.v1"));
    }
    let window = spans.number("window", 1..=MAX_WINDOW)?;
    let stride = spans.number("stride", (window / 2).max(1)..=window)?;
    let Some(pieces) = converted.pieces else {
        let problem = "expected `pieces`, as the conversion of such a transformer writes, found none";
        return Err(LoadError::damaged(source.part_name(SETTINGS), problem));
    };
    let (first, last, cut) = match pieces {
        Pieces::BytePairs { first, last } => (first, last, Cut::BytePairs),
        Pieces::WordPieces { first, last, unknown, lowercase, cut_at_punctuation } => {
            let pieces: Vec<String> = source.json(PIECES)?;
            let words = WordPieces::new(&pieces, unknown, lowercase, cut_at_punctuation);
            (first, last, Cut::WordPieces(Box::new(words)))
        }
    };
    Ok(Method::Curated(Curated { window, stride, first, last, cut }))
}

impl Converted {
    fn load(source: &Source<'_>, architecture: &str) -> Result<Self, LoadError> {
        if source.optional_part(SETTINGS).is_none() {
            let advice =
                "its weights are pickled, and nothing is ever unpickled; convert the pipeline with models/convert";
            return Err(LoadError::unsupported(source.component, architecture, advice));
        }
        let converted: Self = source.json(SETTINGS)?;
        let damaged = |problem: String| Err(LoadError::damaged(source.part_name(SETTINGS), problem));
        if converted.version != VERSION {
            return damaged(format!("expected version {VERSION}, found {}", converted.version));
        }
        if !(1..=MAX_WIDTH).contains(&converted.width) {
            return damaged(format!("expected a width from 1 to {MAX_WIDTH}, found {}", converted.width));
        }
        if converted.max_pieces == Some(0) {
            return damaged("expected at least one piece, found max_pieces 0".to_owned());
        }
        Ok(converted)
    }
}

fn span_getter(source: &Source<'_>, section: &Section<'_>) -> Result<SpanGetter, LoadError> {
    let name = section.registered("@span_getters")?;
    match name {
        "spacy-transformers.doc_spans.v1" => Ok(SpanGetter::Whole),
        "spacy-transformers.sent_spans.v1" => {
            if source.before(&SENTENCE_FACTORIES).next().is_some() {
                return Ok(SpanGetter::Sentences);
            }
            let advice = "no component before it says where sentences begin; put a senter or sentencizer there";
            Err(LoadError::unsupported(source.component, name, advice))
        }
        "spacy-transformers.strided_spans.v1" => {
            let window = section.number("window", 1..=MAX_WINDOW)?;
            let stride = section.number("stride", 1..=MAX_WINDOW)?;
            if stride <= window {
                return Ok(SpanGetter::Strided { window, stride });
            }
            let advice = "tokens between the windows would have no vectors; set it to at most the window";
            Err(LoadError::unsupported(source.component, format!("stride = {stride}"), advice))
        }
        _ => {
            let advice = "a span getter of your own is Python code; use strided_spans, sent_spans or doc_spans";
            Err(LoadError::unsupported(source.component, name, advice))
        }
    }
}

/// Whether an architecture makes token vectors with a transformer of its own.
pub(crate) fn is_own(architecture: &str) -> bool {
    OWN.contains(&architecture)
}

impl Pooling {
    /// Reads a section that names a pooling.
    pub(crate) fn load(section: &Section<'_>) -> Result<Self, LoadError> {
        let name = section.registered("@layers")?;
        let advice = "use reduce_mean.v1, reduce_sum.v1, reduce_max.v1, reduce_first.v1 or reduce_last.v1";
        Self::from_name(name).ok_or_else(|| LoadError::unsupported(section.component, name, advice))
    }
}

/// The transformer whose pieces a listener reads, the last one before it that is not disabled, and how many numbers each
/// has. `None` without one, and where its own loading will complain.
///
/// A listener reads what stands in the document, so `upstream` does not matter.
///
/// # Errors
/// When that transformer is of another library, whose pieces the listener cannot read.
pub(crate) fn heard<'a>(source: &Source<'a>, library: &Library) -> Result<Option<(&'a str, usize)>, LoadError> {
    let Some(component) = source.before(&[HUGGING_FACE.factory, CURATED.factory]).last() else { return Ok(None) };
    if source.before(&[library.factory]).last() != Some(component) {
        let advice = format!("component `{component}` before it is of another library");
        return Err(LoadError::unsupported(source.component, library.listener, advice));
    }
    let converted: Result<Converted, _> = Source { component, ..*source }.json(SETTINGS);
    Ok(converted.ok().map(|converted| (component, converted.width)))
}

/// Refuses what else a component would set on a document.
pub(crate) fn expect_null_setter(source: &Source<'_>) -> Result<(), LoadError> {
    const NULL: &str = "spacy-transformers.null_annotation_setter.v1";
    match source.setting("set_extra_annotations.@annotation_setters").and_then(Json::as_str) {
        None | Some(NULL) => Ok(()),
        Some(other) => {
            let advice = "an annotation setter of your own is Python code; save the pipeline without it";
            Err(LoadError::unsupported(source.component, other, advice))
        }
    }
}

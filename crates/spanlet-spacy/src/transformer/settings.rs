//! The settings of a transformer and of what listens to one: `config.cfg`, and the `encoder.json` of the conversion.

use serde::Deserialize;
use serde_json::Value as Json;

use super::pooling::Pooling;
use super::spans::SpanGetter;
use crate::encoder::SETTINGS;
use crate::load_error::LoadError;
use crate::section::Section;
use crate::source::Source;

/// No transformer that runs on a processor is wider, and no window that fits one is longer.
const MAX_WIDTH: usize = 1 << 14;
const MAX_WINDOW: usize = 1 << 20;
/// The version of `encoder.json`.
const VERSION: u32 = 1;

/// The factories of components whose pieces others read.
const FACTORIES: [&str; 1] = ["transformer"];
/// The factories of components that say where sentences begin.
const SENTENCE_FACTORIES: [&str; 3] = ["parser", "senter", "sentencizer"];
const LISTENERS: [&str; 1] = ["spacy-transformers.TransformerListener.v1"];
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

/// How texts are encoded.
#[derive(Debug)]
pub(super) struct Settings<'a> {
    pub(super) architecture: &'a str,
    pub(super) spans: SpanGetter,
    pub(super) max_pieces: Option<usize>,
    pub(super) width: usize,
}

/// `encoder.json`: what the conversion of a component found in what it does not keep.
#[derive(Debug, Deserialize)]
struct Converted {
    version: u32,
    width: usize,
    max_pieces: Option<usize>,
}

impl<'a> Settings<'a> {
    /// Reads the settings under `path` of a component with a transformer.
    pub(super) fn load(source: &Source<'a>, path: &str) -> Result<Self, LoadError> {
        let section = Section::find(source, path)?;
        let architecture = section.architecture()?;
        if !MODELS.contains(&architecture) && !OWN.contains(&architecture) {
            let advice = "transformers of spacy-transformers are loaded";
            return Err(LoadError::unsupported(source.component, architecture, advice));
        }
        let converted = Converted::load(source, architecture)?;
        let spans = span_getter(source, &section.inner("get_spans")?)?;
        Ok(Self { architecture, spans, max_pieces: converted.max_pieces, width: converted.width })
    }
}

impl Converted {
    fn load(source: &Source<'_>, architecture: &str) -> Result<Self, LoadError> {
        let refuse = |advice| Err(LoadError::unsupported(source.component, architecture, advice));
        if source.optional_part(SETTINGS).is_none() {
            return refuse(
                "its weights are pickled, and nothing is ever unpickled; convert the pipeline with models/convert",
            );
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

/// Whether an architecture reads what a transformer made of a text.
pub(crate) fn is_listener(architecture: &str) -> bool {
    LISTENERS.contains(&architecture)
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
pub(crate) fn heard<'a>(source: &Source<'a>) -> Option<(&'a str, usize)> {
    let component = source.before(&FACTORIES).last()?;
    let converted: Converted = Source { component, ..*source }.json(SETTINGS).ok()?;
    Some((component, converted.width))
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

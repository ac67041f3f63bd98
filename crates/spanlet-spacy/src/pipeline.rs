//! A pipeline: its tokenizer and components, loaded once, and what they say of a text.

use serde_json::Value as Json;
use spanlet_archive::config::Config;
use spanlet_archive::{Limits, Parts};
use spanlet_text::Document;

use crate::annotate_error::AnnotateError;
use crate::encoder::{EncoderLoader, MakeEncoder};
use crate::language::Language;
use crate::load_error::LoadError;
use crate::meta::Meta;
use crate::noun_chunks::Rule;
use crate::pipe::{Context, Layers, Pipe, Scratch};
use crate::source::Source;
use crate::tokenizer::Tokenizer;
use crate::vocab::Vocab;

/// The most bytes of one text: offsets and token indices are 32-bit, and what is kept for a token must fit a 32-bit
/// memory.
const MAX_TEXT_BYTES: usize = 16 << 20;

/// A loaded pipeline. It does not change while it answers; what does is the caller's [`Scratch`].
#[derive(Clone, Debug)]
pub struct Pipeline {
    meta: Meta,
    vocab: Vocab,
    tokenizer: Tokenizer,
    /// In the order in which they work; disabled ones are left out.
    pipes: Vec<Pipe>,
    /// The name of each.
    component_names: Vec<String>,
    memory_bytes: usize,
    layers: Layers,
    noun_chunk_rule: Option<Rule>,
}

impl Pipeline {
    /// Loads a pipeline from the files of its directory, each by its path in it, or from one archive of it: what
    /// `nlp.to_disk`, `spacy train` and `spacy package` write, as it is.
    ///
    /// Components that the configuration disables are not loaded, since they would not run. A pipeline with a transformer
    /// is refused; see [`Pipeline::load_with_encoders`].
    ///
    /// # Errors
    /// When a part is missing or damaged, or the pipeline asks for something that there is not here; the error names
    /// the part or the component and what it asks for.
    ///
    /// Source: spaCy 3.8, `language.py` `Language.from_config` and `from_disk`.
    pub fn load(files: Vec<(String, Vec<u8>)>) -> Result<Self, LoadError> {
        Self::load_from(files, None)
    }

    /// The same, for pipelines with transformers too: `make` makes the encoder of each.
    ///
    /// # Errors
    /// As [`Pipeline::load`], and when `make` refuses the files of a transformer.
    pub fn load_with_encoders(files: Vec<(String, Vec<u8>)>, make: &MakeEncoder<'_>) -> Result<Self, LoadError> {
        Self::load_from(files, Some(make))
    }

    fn load_from(files: Vec<(String, Vec<u8>)>, make: Option<&MakeEncoder<'_>>) -> Result<Self, LoadError> {
        let mut parts = Parts::from_files(files, &Limits::default())?;
        let mut encoders = EncoderLoader::new(&mut parts, make);
        let mut memory_bytes: usize = parts.names().filter_map(|name| parts.get(name)).map(<[u8]>::len).sum();
        let config = config_of(&parts)?;
        let meta = Meta::load(&parts)?;
        let names = Names::of(&config)?;
        if let Some(refusal) = refusals(&config).next() {
            return Err(refusal);
        }
        let vocab = Vocab::load(&mut parts, Language::of(&config)?)?;
        let tokenizer = Tokenizer::load(&parts, &config)?;
        let (mut pipes, mut component_names) = (Vec::new(), Vec::new());
        for name in names.pipeline.iter().filter(|name| names.is_enabled(name)) {
            let mut pipe = Pipe::load(&Source::new(name, &config, &parts, &vocab)?)?;
            encoders.attach(name, &mut pipe)?;
            memory_bytes += pipe.transformer_mut().map_or(0, |transformer| transformer.memory_bytes());
            pipes.push(pipe);
            component_names.push((*name).to_owned());
        }
        let layers = pipes.iter().map(Pipe::layers).fold(Layers::default(), Layers::union);
        let noun_chunk_rule = Rule::of(&meta, vocab.language.code()).filter(|_| layers.dep && layers.pos);
        Ok(Self { meta, vocab, tokenizer, pipes, component_names, memory_bytes, layers, noun_chunk_rule })
    }

    /// What the pipeline says of a text: tokens, and every layer that its components set. Offsets count UTF-8 bytes.
    ///
    /// An empty text has no tokens, and its layers are empty.
    ///
    /// # Errors
    /// When the text is too long, or weights give scores that are not numbers.
    pub fn annotate(&self, scratch: &mut Scratch, text: &str) -> Result<Document, AnnotateError> {
        self.annotate_layers(scratch, text, spanlet_text::Layers::ALL)
    }

    /// The same, but only the layers that are wanted, each as it is among all: components on which none of them depends
    /// do not run.
    ///
    /// # Errors
    /// When the text is too long, or weights of a component that runs give scores that are not numbers.
    ///
    /// Source: spaCy 3.8, `language.py` `Language.__call__`.
    pub fn annotate_layers(
        &self,
        scratch: &mut Scratch,
        text: &str,
        wanted: spanlet_text::Layers,
    ) -> Result<Document, AnnotateError> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(AnnotateError::TooLong { max_bytes: MAX_TEXT_BYTES });
        }
        let mut doc = self.tokenizer.tokenize(text, &self.vocab, scratch)?;
        let mut context = Context { vocab: &self.vocab, scratch };
        let mut needed = Layers::of_document(wanted);
        // Where there are vectors, a document's comes from them.
        needed.tensor &= self.vocab.vectors.is_none();
        for pipe in Pipe::needed(&self.pipes, needed) {
            pipe.annotate(&mut doc, &mut context)?;
        }
        let chunk_rule = self.noun_chunk_rule.filter(|_| wanted.noun_chunks);
        Ok(doc.to_document(self.layers, wanted, chunk_rule, &context))
    }

    /// What the pipeline says of itself.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Which layers its components set.
    #[must_use]
    pub fn layers(&self) -> Layers {
        self.layers
    }

    /// Whether it finds base noun phrases: a parser and parts of speech, and a rule for the language.
    #[must_use]
    pub fn has_noun_chunks(&self) -> bool {
        self.noun_chunk_rule.is_some()
    }

    /// The labels of its entities, those of each entity recognizer sorted; empty without one.
    ///
    /// Source: spaCy 3.8, `pipeline/ner.pyx`, `EntityRecognizer.labels`.
    #[must_use]
    pub fn entity_labels(&self) -> Vec<&str> {
        self.pipes.iter().flat_map(Pipe::entity_labels).collect()
    }

    /// The names of the components that run, in order.
    #[must_use]
    pub fn component_names(&self) -> Vec<&str> {
        self.component_names.iter().map(String::as_str).collect()
    }

    /// About as many bytes of memory as it holds: those of its parts, unpacked, and what encoders say of themselves.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.memory_bytes
    }
}

/// The configuration of a pipeline's directory.
pub(crate) fn config_of(parts: &Parts) -> Result<Config, LoadError> {
    const PART: &str = "config.cfg";
    match parts.get(PART) {
        Some(bytes) => Ok(Config::parse(PART, bytes)?),
        None if parts.get("meta.json").is_some() => Err(LoadError::unsupported(
            "nlp",
            "a pipeline directory of spaCy 2",
            "it has a meta.json and no config.cfg; train it again with spaCy 3",
        )),
        None => {
            let elsewhere = parts.names().find(|name| name.ends_with("/config.cfg"));
            let why = elsewhere.map(|name| format!(" (`{name}` has no meta.json beside it)")).unwrap_or_default();
            let needed_by = format!("a spaCy pipeline directory{why}");
            Err(LoadError::PartMissing { part: PART.to_owned(), needed_by })
        }
    }
}

/// The names of a pipeline's components.
pub(crate) struct Names<'c> {
    /// All of them, in order.
    pub(crate) pipeline: Vec<&'c str>,
    /// Those that do not run.
    disabled: Vec<&'c str>,
}

impl<'c> Names<'c> {
    pub(crate) fn of(config: &'c Config) -> Result<Self, LoadError> {
        Ok(Self { pipeline: names(config, "nlp.pipeline")?, disabled: names(config, "nlp.disabled")? })
    }

    pub(crate) fn is_enabled(&self, name: &str) -> bool {
        !self.disabled.contains(&name)
    }
}

fn names<'c>(config: &'c Config, path: &str) -> Result<Vec<&'c str>, LoadError> {
    let wrong =
        || LoadError::damaged("config.cfg", format!("expected `{path}` to be a list of names, found another value"));
    match config.get(path) {
        None | Some(Json::Null) => Ok(Vec::new()),
        Some(Json::Array(items)) => items.iter().map(|item| item.as_str().ok_or_else(wrong)).collect(),
        Some(_) => Err(wrong()),
    }
}

/// What the configuration asks for beside components and language, and is not here.
pub(crate) fn refusals(config: &Config) -> impl Iterator<Item = LoadError> {
    let callbacks = ["before_creation", "after_creation", "after_pipeline_creation"];
    callbacks.into_iter().filter_map(|name| callback(config, name)).chain(own_vectors(config))
}

/// A pipeline that changes itself by Python code when it is made.
fn callback(config: &Config, name: &str) -> Option<LoadError> {
    let callback = config.get(&format!("nlp.{name}")).filter(|callback| !callback.is_null())?;
    let shown = callback.get("@callbacks").and_then(Json::as_str).unwrap_or(name);
    let advice = "a callback is Python code; save the pipeline without it";
    Some(LoadError::unsupported("nlp", format!("{name} = {shown}"), advice))
}

/// Vectors that a class of the user's own would look up.
fn own_vectors(config: &Config) -> Option<LoadError> {
    let class = config.get("nlp.vectors.@vectors").and_then(Json::as_str)?;
    let advice = "its look-up is Python code; save the pipeline with `spacy.Vectors.v1`";
    (class != "spacy.Vectors.v1").then(|| LoadError::unsupported("nlp", format!("vectors = {class}"), advice))
}

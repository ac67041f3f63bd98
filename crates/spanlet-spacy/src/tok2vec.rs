//! Token vectors: embeddings of hashed attributes, static vectors, and window encoders.

mod attribute;
mod embed;
mod encode;
mod hash_embed;
mod settings;
mod static_vectors;
mod types;

use std::borrow::Cow;
use std::collections::BTreeMap;

pub(crate) use self::attribute::Attribute;
pub(crate) use self::hash_embed::murmur_finished;

use self::embed::{Embed, Type};
use self::encode::Encoder;
use self::settings::Settings;
use self::types::{BLOCK_TOKENS, TypeCache};
use crate::annotate_error::AnnotateError;
use crate::doc::Doc;
use crate::load_error::LoadError;
use crate::model_file::{Kind, LISTENER, ModelFile, Node};
use crate::pipe::{Context, Layers};
use crate::source::Source;
use crate::transformer::{self, Pooling, Transformer};

/// What feeds a component: a `tok2vec` of its own, or a listener that reads what the pipeline's made.
#[derive(Clone, Debug)]
pub(crate) enum TokenVectors {
    /// Reads `Doc.tensor`.
    Listener {
        /// How many numbers each token has.
        width: usize,
    },
    /// Computes.
    Own(Box<Tok2Vec>),
    /// Reads what a transformer made of the text.
    TransformerListener {
        /// Whose it is, for errors.
        component: String,
        /// How many numbers each token has.
        width: usize,
        pooling: Pooling,
    },
    /// Has a transformer of the component's own.
    Transformer { component: String, transformer: Transformer, pooling: Pooling },
}

/// An embedding and an encoder.
#[derive(Clone, Debug)]
pub(crate) struct Tok2Vec {
    /// Whose it is: the key of its cache.
    component: String,
    embed: Embed,
    encoder: Encoder,
    /// Whether a space after a token makes it another type.
    looks_at_space: bool,
}

/// What the `tok2vec`s of a pipeline keep from one text to the next.
#[derive(Clone, Debug, Default)]
pub(crate) struct Space {
    /// By component.
    types: BTreeMap<String, TypeCache>,
    encode: encode::Space,
}

impl Space {
    /// Frees the buffers and keeps the rows of word types.
    pub(crate) fn release_buffers(&mut self) {
        self.encode = encode::Space::default();
        self.types.values_mut().for_each(TypeCache::release_buffers);
    }

    /// Reserves memory for so many word types in all.
    pub(crate) fn reserve(&mut self, lexemes: usize) {
        self.types.values_mut().for_each(|types| types.reserve(lexemes));
    }
}

impl TokenVectors {
    /// Loads what the settings under `section` (`model.tok2vec` for most components) and the component's `model` file
    /// say. The layers are found from the file's root: what it refers to as `tok2vec`, or itself.
    ///
    /// # Errors
    /// When they disagree, a weight is not finite, or the architecture is not supported.
    pub(crate) fn load(source: &Source<'_>, model: &ModelFile<'_>, section: &str) -> Result<Self, LoadError> {
        let settings = Settings::load(source, section)?;
        let node = innermost(model, model.optional_reference(model.root(), "tok2vec").unwrap_or(model.root()));
        match settings {
            Settings::Listener { width } => {
                model.expect_name(node, LISTENER)?;
                let found = node.dim(model.part(), "nO")?;
                if found != width {
                    let problem = format!("expected a width of {width}, as the configuration has, found {found}");
                    return Err(model.damaged(node, &problem));
                }
                Ok(Self::Listener { width })
            }
            Settings::TransformerListener { library, pooling } => {
                model.expect_name(node, library.layer)?;
                let width = node.dim(model.part(), "nO")?;
                match transformer::heard(source, library)? {
                    Some((upstream, found)) if found != width => {
                        let problem = format!("expected the width of component `{upstream}`, {found}, found {width}");
                        Err(model.damaged(node, &problem))
                    }
                    _ => Ok(Self::TransformerListener { component: source.component.to_owned(), width, pooling }),
                }
            }
            Settings::Transformer { transformer, pooling } => {
                Ok(Self::Transformer { component: source.component.to_owned(), transformer, pooling })
            }
            Settings::Own { embed, encode } => {
                let [embed_node, encode_node] = model.children(node, Kind::Chain)?;
                let embed = Embed::load(model, embed_node, &embed, source.vocab)?;
                let encoder = Encoder::load(model, encode_node, &encode)?;
                let (component, looks_at_space) = (source.component.to_owned(), embed.looks_at_space());
                Ok(Self::Own(Box::new(Tok2Vec { component, embed, encoder, looks_at_space })))
            }
        }
    }

    /// How many numbers each token has.
    pub(crate) fn width(&self) -> usize {
        match self {
            Self::Listener { width } | Self::TransformerListener { width, .. } => *width,
            Self::Own(own) => own.encoder.width(),
            Self::Transformer { transformer, .. } => transformer.width(),
        }
    }

    /// The component's own transformer, if it has one.
    pub(crate) fn transformer_mut(&mut self) -> Option<&mut Transformer> {
        match self {
            Self::Transformer { transformer, .. } => Some(transformer),
            _ => None,
        }
    }

    /// What of a document it looks at, apart from what the text tells.
    pub(crate) fn reads(&self) -> Layers {
        match self {
            Self::Own(_) => Layers::default(),
            Self::Listener { .. } => Layers { tensor: true, ..Layers::default() },
            Self::TransformerListener { .. } => Layers { pieces: true, ..Layers::default() },
            Self::Transformer { transformer, .. } => transformer.reads(),
        }
    }

    /// One row per token: `[tokens, width]`. A document without tokens gives none. A listener gives zeros where no
    /// `tok2vec` or transformer ran before it.
    ///
    /// # Errors
    /// When a transformer has no answer, or a token has no row in what it gave.
    ///
    /// Source: spaCy 3.8, `pipeline/tok2vec.py`, `forward`; spacy-transformers 1.4, `layers/listener.py`, `forward`, and
    /// `layers/trfs2arrays.py`.
    pub(crate) fn rows<'d>(
        &self,
        doc: &'d Doc<'_>,
        context: &mut Context<'_>,
    ) -> Result<Cow<'d, [f32]>, AnnotateError> {
        let zeros = |width: usize| Cow::Owned(vec![0.0; doc.tokens.len() * width]);
        Ok(match self {
            Self::Own(own) => Cow::Owned(own.rows(doc, context)),
            Self::Listener { width } if doc.tensor.is_empty() => zeros(*width),
            Self::Listener { .. } => Cow::Borrowed(&doc.tensor),
            Self::TransformerListener { component, width, pooling } => match &doc.encoded {
                Some(encoded) => Cow::Owned(encoded.pooled(*pooling, component)?),
                None => zeros(*width),
            },
            Self::Transformer { transformer, .. } if doc.tokens.is_empty() => zeros(transformer.width()),
            Self::Transformer { component, transformer, pooling } => {
                Cow::Owned(transformer.encode(doc, &context.scratch.lexemes)?.pooled(*pooling, component)?)
            }
        })
    }
}

/// The layer inside `node` that is a listener, or that an embedding and an encoder are children of: a parser's comes
/// first in a chain with others.
fn innermost<'l, 'b>(model: &'l ModelFile<'b>, mut node: &'l Node<'b>) -> &'l Node<'b> {
    while node.kind == Kind::Chain && !is_tok2vec(model, node) {
        match node.children.first() {
            Some(&child) => node = &model.nodes()[child],
            None => break,
        }
    }
    node
}

/// Whether `node` is an embedding and an encoder: it refers to them by name, unless `nlp.replace_listeners` copied it.
fn is_tok2vec(model: &ModelFile<'_>, node: &Node<'_>) -> bool {
    let is_encoder = |child: &usize| model.nodes()[*child].name.starts_with("with_array(");
    model.optional_reference(node, "embed").is_some()
        || matches!(&node.children[..], [_, encoder] if is_encoder(encoder))
}

impl Tok2Vec {
    /// The rows of a document's tokens, `[tokens, width]`.
    fn rows(&self, doc: &Doc<'_>, context: &mut Context<'_>) -> Vec<f32> {
        let mut rows = Vec::new();
        let count = doc.tokens.len();
        if count == 0 {
            return rows;
        }
        let scratch = &mut *context.scratch;
        if !scratch.tok2vec.types.contains_key(&self.component) {
            scratch.tok2vec.types.insert(self.component.clone(), TypeCache::default());
        }
        let Space { types, encode } = &mut scratch.tok2vec;
        let cache = types.get_mut(&self.component).expect("one was put there above");
        let type_of = |token: usize| Type {
            lexeme: doc.tokens[token].lexeme,
            space_after: self.looks_at_space && doc.tokens[token].space_after,
        };
        self.encoder.begin(count, encode);
        for first in (0..count).step_by(BLOCK_TOKENS) {
            let end = count.min(first + BLOCK_TOKENS);
            let seen = first.saturating_sub(self.encoder.reach())..count.min(end + self.encoder.reach());
            cache.fill(seen.map(type_of), (&self.embed, &self.encoder), context.vocab, &scratch.lexemes);
            self.encoder.start((first, end, count), |token| cache.rows(type_of(token), &self.encoder), encode);
        }
        self.encoder.finish(count, encode, &mut rows);
        rows
    }
}

//! The components of a pipeline, in the order in which they work on a text.

pub(crate) mod attribute_ruler;
mod classifier;
pub(crate) mod edit_tree_lemmatizer;
pub(crate) mod lemmatizer;
pub(crate) mod morphologizer;
pub(crate) mod ner;
pub(crate) mod parser;
pub(crate) mod sentencizer;
pub(crate) mod senter;
pub(crate) mod tagger;
pub(crate) mod tok2vec;
pub(crate) mod transformer;
mod transition_settings;

use crate::annotate_error::AnnotateError;
use crate::dense::best_output::BestSpace;
use crate::doc::Doc;
use crate::lexeme::Lexemes;
use crate::load_error::LoadError;
use crate::source::Source;
use crate::tok2vec::TokenVectors;
use crate::tokenizer::Chunks;
use crate::transformer::Transformer;
use crate::transition;
use crate::vocab::Vocab;

/// For so many word types that were never met there is room ahead: those of a page.
const NEW_TYPES: usize = 256;

/// Everything that changes while answering, so that a pipeline itself does not: caches that make the next text quicker,
/// and buffers. An answer never depends on what it holds.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    /// The word types seen so far.
    pub(crate) lexemes: Lexemes,
    /// The tokens of the chunks seen so far.
    pub(crate) chunks: Chunks,
    /// What the parser and the entity recognizer work with.
    pub(crate) transition: transition::Buffers,
    /// What token vectors are made with.
    pub(crate) tok2vec: crate::tok2vec::Space,
    /// What the token classifiers score with.
    pub(crate) classifier: BestSpace,
}

impl Scratch {
    /// Frees the buffers and keeps the caches, for an instance that is written down with them.
    pub fn release_buffers(&mut self) {
        self.transition = transition::Buffers::default();
        self.classifier = BestSpace::default();
        self.tok2vec.release_buffers();
    }

    /// Reserves memory for the new words of a text, so that caches which are just large enough need not be copied for
    /// them.
    pub fn make_room(&mut self) {
        self.lexemes.reserve(NEW_TYPES);
        self.chunks.reserve(NEW_TYPES);
        self.tok2vec.reserve(self.lexemes.len() + NEW_TYPES);
    }
}

/// What a component works with, beside the text.
pub(crate) struct Context<'c> {
    pub(crate) vocab: &'c Vocab,
    pub(crate) scratch: &'c mut Scratch,
}

/// One component that works on every text.
#[derive(Clone, Debug)]
pub(crate) enum Pipe {
    AttributeRuler(attribute_ruler::AttributeRuler),
    Ner(ner::Ner),
    Parser(parser::Parser),
    EditTreeLemmatizer(edit_tree_lemmatizer::EditTreeLemmatizer),
    Lemmatizer(lemmatizer::Lemmatizer),
    Morphologizer(morphologizer::Morphologizer),
    Sentencizer(sentencizer::Sentencizer),
    Senter(senter::Senter),
    Tagger(tagger::Tagger),
    Tok2Vec(tok2vec::Tok2Vec),
    Transformer(transformer::TransformerPipe),
}

impl Pipe {
    /// Loads the component that the configuration's factory names.
    pub(crate) fn load(source: &Source<'_>) -> Result<Self, LoadError> {
        Ok(match source.factory {
            "attribute_ruler" => Self::AttributeRuler(attribute_ruler::AttributeRuler::load(source)?),
            "lemmatizer" => Self::Lemmatizer(lemmatizer::Lemmatizer::load(source)?),
            "sentencizer" => Self::Sentencizer(sentencizer::Sentencizer::load(source)?),
            "ner" => Self::Ner(ner::Ner::load(source)?),
            "parser" => Self::Parser(parser::Parser::load(source)?),
            "morphologizer" => Self::Morphologizer(morphologizer::Morphologizer::load(source)?),
            "trainable_lemmatizer" => Self::EditTreeLemmatizer(edit_tree_lemmatizer::EditTreeLemmatizer::load(source)?),
            "senter" => Self::Senter(senter::Senter::load(source)?),
            "tagger" => Self::Tagger(tagger::Tagger::load(source)?),
            "tok2vec" => Self::Tok2Vec(tok2vec::Tok2Vec::load(source)?),
            "transformer" | "curated_transformer" => Self::Transformer(transformer::TransformerPipe::load(source)?),
            other => return Err(LoadError::unsupported(source.component, other, ADVICE)),
        })
    }

    /// Works on one text.
    pub(crate) fn annotate(&self, doc: &mut Doc<'_>, context: &mut Context<'_>) -> Result<(), AnnotateError> {
        match self {
            Self::AttributeRuler(ruler) => ruler.annotate(doc, context),
            Self::Lemmatizer(lemmatizer) => lemmatizer.annotate(doc, context),
            Self::Sentencizer(sentencizer) => sentencizer.annotate(doc, context),
            Self::Ner(ner) => ner.annotate(doc, context),
            Self::Parser(parser) => parser.annotate(doc, context),
            Self::EditTreeLemmatizer(lemmatizer) => lemmatizer.annotate(doc, context),
            Self::Morphologizer(morphologizer) => morphologizer.annotate(doc, context),
            Self::Senter(senter) => senter.annotate(doc, context),
            Self::Tagger(tagger) => tagger.annotate(doc, context),
            Self::Tok2Vec(tok2vec) => tok2vec.annotate(doc, context),
            Self::Transformer(transformer) => transformer.annotate(doc, context),
        }
    }

    /// What it can set.
    pub(crate) fn layers(&self) -> Layers {
        match self {
            Self::AttributeRuler(ruler) => ruler.layers(),
            Self::Lemmatizer(lemmatizer) => lemmatizer.layers(),
            Self::Sentencizer(sentencizer) => sentencizer.layers(),
            Self::Ner(ner) => ner.layers(),
            Self::Parser(parser) => parser.layers(),
            Self::EditTreeLemmatizer(lemmatizer) => lemmatizer.layers(),
            Self::Morphologizer(morphologizer) => morphologizer.layers(),
            Self::Senter(senter) => senter.layers(),
            Self::Tagger(tagger) => tagger.layers(),
            Self::Tok2Vec(tok2vec) => tok2vec.layers(),
            Self::Transformer(transformer) => transformer.layers(),
        }
    }

    /// What of a document can be another after it.
    fn changes(&self) -> Layers {
        match self {
            Self::AttributeRuler(ruler) if ruler.changes_norms() => Layers::ALL,
            _ => self.layers(),
        }
    }

    /// What of a document it looks at, apart from what the text tells.
    fn reads(&self) -> Layers {
        let none = Layers::default();
        let vectors = self.vectors().map(TokenVectors::reads).unwrap_or_default();
        match self {
            Self::AttributeRuler(_) => Layers { tensor: false, pieces: false, ..Layers::ALL },
            Self::Lemmatizer(_) => Layers { tag: true, pos: true, morph: true, lemma: true, ..none },
            Self::Sentencizer(_) => Layers { sents: true, ..none },
            Self::Ner(_) => Layers { sents: true, ents: true, ..vectors },
            Self::Parser(_) => Layers { sents: true, dep: true, ..vectors },
            Self::EditTreeLemmatizer(_) => Layers { lemma: true, ..vectors },
            Self::Morphologizer(_) => Layers { pos: true, morph: true, ..vectors },
            Self::Senter(_) => Layers { sents: true, ..vectors },
            Self::Tagger(_) => Layers { tag: true, ..vectors },
            Self::Tok2Vec(_) => vectors,
            Self::Transformer(transformer) => transformer.reads(),
        }
    }

    /// What its token vectors are made of; `None` for one without any.
    fn vectors(&self) -> Option<&TokenVectors> {
        match self {
            Self::Ner(ner) => Some(ner.vectors()),
            Self::Parser(parser) => Some(parser.vectors()),
            Self::EditTreeLemmatizer(lemmatizer) => Some(lemmatizer.vectors()),
            Self::Morphologizer(morphologizer) => Some(morphologizer.vectors()),
            Self::Senter(senter) => Some(senter.vectors()),
            Self::Tagger(tagger) => Some(tagger.vectors()),
            Self::Tok2Vec(tok2vec) => Some(tok2vec.vectors()),
            Self::AttributeRuler(_) | Self::Lemmatizer(_) | Self::Sentencizer(_) | Self::Transformer(_) => None,
        }
    }

    /// The transformer that it has, whether others listen to it or not.
    pub(crate) fn transformer_mut(&mut self) -> Option<&mut Transformer> {
        let vectors = match self {
            Self::Transformer(transformer) => return Some(transformer.transformer_mut()),
            Self::Ner(ner) => ner.vectors_mut(),
            Self::Parser(parser) => parser.vectors_mut(),
            Self::EditTreeLemmatizer(lemmatizer) => lemmatizer.vectors_mut(),
            Self::Morphologizer(morphologizer) => morphologizer.vectors_mut(),
            Self::Senter(senter) => senter.vectors_mut(),
            Self::Tagger(tagger) => tagger.vectors_mut(),
            Self::Tok2Vec(tok2vec) => tok2vec.vectors_mut(),
            Self::AttributeRuler(_) | Self::Lemmatizer(_) | Self::Sentencizer(_) => return None,
        };
        vectors.transformer_mut()
    }

    /// Those of a pipeline's components on which the wanted layers depend, in order.
    pub(crate) fn needed(pipes: &[Self], wanted: Layers) -> Vec<&Self> {
        let mut needed = Vec::with_capacity(pipes.len());
        let mut open = wanted;
        for pipe in pipes.iter().rev() {
            if pipe.changes().intersection(open) != Layers::default() {
                open = open.union(pipe.reads());
                needed.push(pipe);
            }
        }
        needed.reverse();
        needed
    }

    /// The labels that it gives entities, sorted; empty for all but an entity recognizer.
    pub(crate) fn entity_labels(&self) -> Vec<&str> {
        match self {
            Self::Ner(ner) => ner.labels(),
            _ => Vec::new(),
        }
    }
}

/// What to do about a component that there is not here.
const ADVICE: &str = "no component of this factory is here; save the pipeline without it (`nlp.remove_pipe`)";

/// Which annotations components can set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layers {
    /// Fine-grained parts of speech.
    pub tag: bool,
    /// Universal parts of speech.
    pub pos: bool,
    /// Morphological features.
    pub morph: bool,
    /// Base forms.
    pub lemma: bool,
    /// Heads and dependency labels.
    pub dep: bool,
    /// Where sentences begin.
    pub sents: bool,
    /// Entities.
    pub ents: bool,
    /// Vectors of tokens.
    pub tensor: bool,
    /// What a transformer made of the text's pieces, for components that listen to it.
    pub pieces: bool,
}

impl Layers {
    /// All of them.
    pub(crate) const ALL: Self = Self {
        tag: true,
        pos: true,
        morph: true,
        lemma: true,
        dep: true,
        sents: true,
        ents: true,
        tensor: true,
        pieces: true,
    };

    /// Those on which layers of a document depend.
    pub(crate) fn of_document(wanted: spanlet_text::Layers) -> Self {
        let spanlet_text::Layers { tokens, sents, ents, noun_chunks, vector, .. } = wanted;
        Self {
            tag: tokens,
            pos: tokens || noun_chunks,
            morph: tokens,
            lemma: tokens,
            dep: tokens || noun_chunks,
            sents: tokens || sents || noun_chunks,
            ents,
            tensor: vector,
            pieces: false,
        }
    }

    /// What both set.
    pub(crate) fn intersection(self, other: Self) -> Self {
        Self {
            tag: self.tag && other.tag,
            pos: self.pos && other.pos,
            morph: self.morph && other.morph,
            lemma: self.lemma && other.lemma,
            dep: self.dep && other.dep,
            sents: self.sents && other.sents,
            ents: self.ents && other.ents,
            tensor: self.tensor && other.tensor,
            pieces: self.pieces && other.pieces,
        }
    }

    /// What either sets.
    #[must_use]
    pub(crate) fn union(self, other: Self) -> Self {
        Self {
            tag: self.tag || other.tag,
            pos: self.pos || other.pos,
            morph: self.morph || other.morph,
            lemma: self.lemma || other.lemma,
            dep: self.dep || other.dep,
            sents: self.sents || other.sents,
            ents: self.ents || other.ents,
            tensor: self.tensor || other.tensor,
            pieces: self.pieces || other.pieces,
        }
    }
}

#[cfg(test)]
mod tests;

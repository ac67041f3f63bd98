//! The engines that this build's features name, each fitted to the API's traits.

#[cfg(feature = "fasttext")]
mod fasttext;
#[cfg(feature = "spacy")]
mod spacy;
#[cfg(feature = "transformer")]
mod transformer;

use spanlet_api::Engine;

/// Every engine of this build, in the order in which they are asked whether a model is theirs.
pub(crate) fn all() -> Vec<Box<dyn Engine>> {
    vec![
        #[cfg(feature = "fasttext")]
        Box::new(fasttext::Fasttext),
        #[cfg(feature = "spacy")]
        Box::new(spacy::Spacy),
        #[cfg(feature = "transformer")]
        Box::new(transformer::Transformer),
    ]
}

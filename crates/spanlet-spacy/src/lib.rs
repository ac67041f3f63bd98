//! spaCy v3 pipeline directories, answered exactly as spaCy does, without Python.

#![forbid(unsafe_code)]

mod annotate_error;
mod dense;
mod doc;
mod document;
mod language;
mod lexeme;
mod load_error;
mod matcher;
mod meta;
mod model_file;
mod morphology;
mod noun_chunks;
mod pipe;
mod pipeline;
mod regex;
#[cfg(test)]
mod rule_cases;
mod source;
mod strings;
mod tok2vec;
mod tokenizer;
mod transition;
mod unicode;
mod vectors;
mod vocab;

pub use annotate_error::AnnotateError;
pub use load_error::LoadError;
pub use meta::Meta;
pub use pipe::{Layers, Scratch};
pub use pipeline::Pipeline;
pub use spanlet_archive::ArchiveError;

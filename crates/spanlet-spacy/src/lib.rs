//! spaCy v3 pipeline directories, answered exactly as spaCy does, without Python.
//!
//! In goes what `nlp.to_disk`, `spacy train` or `spacy package` wrote, as the files of a directory or as one archive, and
//! then texts; out comes a [`spanlet_text::Document`] for each, with offsets in bytes of UTF-8. A [`Pipeline`] does not
//! change while it answers; what does lives in the caller's [`Scratch`], and no answer depends on it.
//!
//! ```
//! use spanlet_spacy::{LoadError, Pipeline};
//!
//! // A directory is its files by their paths in it; this one is of spaCy 2, which is refused with what to do.
//! let files = vec![("meta.json".to_owned(), b"{}".to_vec())];
//! assert!(matches!(Pipeline::load(files), Err(LoadError::Unsupported { .. })));
//! ```
//!
//! # Beside spaCy
//! Tokens, tags, features, lemmas, parses, sentences, entities and English noun chunks are those of spaCy 3.8 for
//! `nlp(text)`; vectors agree within 1e-4. What a pipeline asks for and is not here is a [`LoadError`] that names it;
//! `UNSUPPORTED.md` lists all of that. Nothing is ever unpickled: a pipeline with a transformer is converted before
//! (`models/convert`), and [`Pipeline::load_with_encoders`] is handed an engine for it.
//!
//! # Limits
//! Texts of 16 MiB. Archives of 1 GiB unpacked and 4,096 files. Caches are bounded: a full one is emptied.

#![forbid(unsafe_code)]

mod annotate_error;
mod dense;
mod doc;
mod document;
mod encoder;
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
mod section;
mod source;
mod strings;
mod survey;
mod tok2vec;
mod tokenizer;
mod transformer;
mod transition;
mod unicode;
mod vectors;
mod vocab;

pub use annotate_error::AnnotateError;
pub use encoder::{EncodeError, Encoder, EncoderFiles, MakeEncoder, Piece};
pub use load_error::LoadError;
pub use meta::Meta;
pub use pipe::{Layers, Scratch};
pub use pipeline::Pipeline;
pub use spanlet_archive::ArchiveError;
pub use survey::{Survey, SurveyedComponent};

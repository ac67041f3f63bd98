//! Hugging Face ONNX export directories, answered as transformers and sentence-transformers do.
//!
//! In go the files of a directory as `optimum-cli export onnx` writes it (`model.onnx`, `tokenizer.json`,
//! `config.json`); out come entities with offsets in the text, scores of labels, or a vector.

#![forbid(unsafe_code)]

mod answer_error;
mod config;
mod encoder;
mod export;
mod features;
mod half;
mod load_error;
mod model;
mod network;
mod onnx;
mod pooling;
mod text_classification;
mod token_classification;
mod tokenizer;

pub use answer_error::AnswerError;
pub use config::Kind;
pub use features::Features;
pub use load_error::LoadError;
pub use model::{EntityOptions, Model};
pub use network::Output;
pub use text_classification::Function;
pub use token_classification::{Entity, Strategy, Token};
pub use tokenizer::{CutError, Window};

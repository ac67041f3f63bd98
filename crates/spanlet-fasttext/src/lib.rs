//! fastText `.bin` and `.ftz` models, answered exactly as the official library does.
//!
//! The bytes of a model file go in; labels with their probabilities come out, for a line of text at a time, or the
//! vectors of words and sentences. Every supervised form is read (softmax, hierarchical softmax, negative sampling,
//! one-vs-all; n-grams of words and characters; quantised, pruned, with quantised norms or output), and unsupervised
//! files for their vectors.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use spanlet_fasttext::{LABEL_PREFIX, Model};
//!
//! let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/cases/fasttext/cooking.bin");
//! let model = Model::load(std::fs::read(file)?)?;
//!
//! let best = model.predict("which baking dish is best for banana bread", 2, 0.0)?;
//! assert_eq!(best[0].label, "__label__bread");
//! assert_eq!(best[0].label.strip_prefix(LABEL_PREFIX), Some("bread"));
//! assert!(best[0].probability > best[1].probability);
//! # Ok(())
//! # }
//! ```
//!
//! # In place
//!
//! A [`Model`] owns the bytes of its file and reads words and input rows where they lie; beside them it holds an index
//! of the dictionary. The output matrix, at the end of the file, is laid out anew, sixteen rows side by side, and its
//! bytes are given back. [`Scratch`] keeps the buffers of one prediction for the next.
//!
//! # Compared with the original
//!
//! The original is fastText 0.9.2 and later, as PyPI's `fasttext-numpy2` 0.10.4 builds it. The parity cases under
//! `tests/cases/fasttext` hold its answers: labels, their number and their order are the same, ties included, because
//! sums are added in its order and its heap is repeated step by step. What differs:
//!
//! - The last bit of a probability, now and then: the original calls the C library's `expf`, which is not always
//!   rounded correctly; here exponentials and logarithms are taken in `f64` and rounded, the same on every target.
//! - Weights that are not numbers, or infinite: where the result is no number, [`PredictError::NotANumber`]. The
//!   original raises an error for a dense matrix and answers NaN for a quantised one.
//! - A damaged file is a [`LoadError`]; the original may crash.
//! - Bytes after the end of a model are [`LoadError::TrailingBytes`]; the original does not look whether there are any.
//!   It never writes any, so that they show a file put together wrongly, or sizes in it that are not its own.
//! - `k` of 0 is an error in both; all labels are `usize::MAX` here and -1 there.
//! - A label that is not UTF-8 is refused when the file is loaded; there, when it is predicted.
//!
//! The command-line program built with `-march=native` multiplies and adds in one step; its probabilities differ from
//! its own Python module's by up to 4e-6.
//!
//! Other crates read such files too. `fasttext` 0.8.0, in Rust throughout, and `fasttext-pure-rs` 0.1.0 were tried and
//! give wrong answers; the second extends bytes from 0x80 on with zeros where fastText's hash extends their sign, so
//! that n-grams of all but ASCII texts fall into other buckets. `finalfusion` reads the vectors of unsupervised models
//! and predicts no labels.
//!
//! # Limits
//!
//! Models have at most 65,536 columns and n-grams of at most 256 words or characters, so that a damaged file cannot ask
//! for unbounded work; a dictionary stays below 4 GiB. A dictionary made on purpose so that all its words have one hash
//! loads in quadratic time, as in the original: hosts that load strangers' files put a deadline on it. Files of
//! versions after 12 are refused, as there are none. Training, quantising and nearest neighbours are not here.

#![forbid(unsafe_code)]

mod dictionary;
mod features;
mod format;
mod load_error;
mod loss;
mod matrix;
mod model;
mod predict_error;
mod pruned;
mod quantized;
mod ranking;
mod reader;

pub use dictionary::LABEL_PREFIX;
pub use load_error::{LoadError, Part};
pub use model::{Kind, Loss, Model, Prediction, Scratch};
pub use predict_error::PredictError;

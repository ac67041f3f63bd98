//! fastText `.bin` and `.ftz` models, answered exactly as the official library does.

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

//! Model bytes to named parts: archives, and the formats that a spaCy pipeline directory is written in.
//!
//! In go a model's parts as a host hands them in (each file of a directory, or one `.tar.gz`, `.zip` or `.whl`); out
//! come [`Parts`] by name, and from a part msgpack values ([`msgpack`]), arrays ([`npy`]) or a configuration
//! ([`config`]). Nothing is ever unpickled, nothing leaves the model's directory, and every size, count and depth has a
//! cap that is checked before memory is taken.

#![forbid(unsafe_code)]

pub mod config;
mod error;
pub mod msgpack;
pub mod npy;
mod parts;
mod unpack;

pub use error::ArchiveError;
pub use parts::{Limits, Parts};

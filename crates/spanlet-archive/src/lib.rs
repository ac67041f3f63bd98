//! Model bytes to named parts: archives, and the formats that a spaCy pipeline directory is written in.
//!
//! In go a model's files as a host hands them in (each file of a directory, or one `.tar.gz`, `.tar`, `.zip` or `.whl`);
//! out come [`Parts`] by name, and from a part msgpack values ([`msgpack`]), arrays ([`npy`]) or a configuration
//! ([`config`]).
//!
//! ```
//! use spanlet_archive::{Limits, Parts, config::Config};
//!
//! let files = vec![
//!     ("model-best/config.cfg".to_owned(), b"[nlp]\nlang = \"en\"\n".to_vec()),
//!     ("model-best/meta.json".to_owned(), b"{}".to_vec()),
//! ];
//! let parts = Parts::from_files(files, &Limits::default())?;
//! let config = Config::parse("config.cfg", parts.get("config.cfg").unwrap_or_default())?;
//! assert_eq!(config.get("nlp.lang").and_then(|lang| lang.as_str()), Some("en"));
//! # Ok::<_, spanlet_archive::ArchiveError>(())
//! ```
//!
//! Configurations, msgpack and arrays read as spaCy, srsly and numpy read them. What these also read and this crate
//! refuses: Python objects (nothing is ever unpickled), half floats, big-endian numbers, numpy records, msgpack's
//! extension types, numbers that are not finite in a configuration, links in archives.
//!
//! No path of an archive leads outside of the model's directory. Every size, count and depth has a cap that is checked
//! before memory is taken: [`Limits`] for what an archive unpacks to, and for msgpack 32 times its own bytes.

#![forbid(unsafe_code)]

pub mod config;
mod error;
pub mod msgpack;
pub mod npy;
mod parts;
mod unpack;

pub use error::ArchiveError;
pub use parts::{Limits, Parts};
pub use unpack::is_archive;

//! The words about text that all Spanlet crates speak: documents, what offsets count, hashtags, and cleaning.
//!
//! Text goes in as `&str`; offsets, slices of it or a new `String` come out. Documents, which engines
//! fill, convert between units and are written and read as JSON. Nothing here does I/O.
//!
//! ```
//! use spanlet_text::{clean, hashtags, OffsetUnit};
//!
//! let text = "How do I feed <b>sourdough</b>? #bread #pre-med";
//! assert_eq!(hashtags(text), ["#bread", "#pre-med"]);
//! assert_eq!(clean(text), "how do i feed sourdough bread premed");
//! assert_eq!(OffsetUnit::Utf16.length("🍞!"), 3);
//! ```
//!
//! Hashtags and cleaning answer as Python 3.11 does with `re`, `html.parser` and `unicodedata`; characters that Unicode
//! named after Python 3.11 was made (it knows version 14) are treated by what newer tables say of them.

#![forbid(unsafe_code)]

mod category;
mod cleaning;
mod document;
mod hashtag;
mod markup;
mod offset;
mod reference;

pub use category::{is_punctuation, is_space};
pub use cleaning::clean;
pub use document::{Category, Document, Layers, Span, SpanGroup, Token};
pub use hashtag::hashtags;
pub use offset::OffsetUnit;

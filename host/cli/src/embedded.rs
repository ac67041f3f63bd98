//! What travels inside the executable: the component, the default model, the page.

/// A file of the page.
pub(crate) struct Asset {
    /// As a browser asks for it, e.g. `/index.html`.
    pub(crate) path: &'static str,
    /// Its entity tag, quotes included; other bytes have another.
    pub(crate) tag: &'static str,
    pub(crate) bytes: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

//! What travels inside the executable: the components, the default models, the page.

/// A default model: a file, or a folder of files.
pub(crate) struct Model {
    /// The name under which it is loaded.
    pub(crate) name: &'static str,
    /// What it can be asked for once it is loaded.
    pub(crate) tasks: &'static [&'static str],
    /// Whether it is a folder; otherwise it has one part.
    pub(crate) is_folder: bool,
    /// The files by name, those of a folder by their paths in it, in order.
    pub(crate) parts: &'static [(&'static str, &'static [u8])],
    /// What it answers while it is baked unless other texts are given: one a line.
    pub(crate) warm: &'static str,
    /// Its card in Markdown, which states its licence and whose texts it was made from.
    pub(crate) card: &'static [u8],
    /// The name of its licence, as its card links to it.
    pub(crate) license: &'static str,
    /// Where that licence lies.
    pub(crate) license_url: &'static str,
    /// What its card says of data, licence and attribution, in Markdown.
    pub(crate) attribution: &'static str,
}

/// A file of the page.
pub(crate) struct Asset {
    /// As a browser asks for it, e.g. `/index.html`.
    pub(crate) path: &'static str,
    /// Its entity tag, quotes included; other bytes have another.
    pub(crate) tag: &'static str,
    pub(crate) bytes: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

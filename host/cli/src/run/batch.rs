//! A few lines that travel together.

/// Why a line has no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LineFault {
    /// Stable, e.g. `line.not-utf8`.
    pub(super) code: &'static str,
    /// One sentence for a person.
    pub(super) detail: String,
}

impl LineFault {
    pub(super) fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

/// Lines in order: the texts, and for each line whether the next text is its own.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Batch {
    /// The texts of all lines that have one.
    pub(super) texts: Vec<String>,
    /// One for each line.
    pub(super) lines: Vec<Result<(), LineFault>>,
}

impl Batch {
    pub(super) fn push(&mut self, text: Result<String, LineFault>) {
        self.lines.push(text.map(|text| self.texts.push(text)));
    }
}

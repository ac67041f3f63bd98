//! A table in Markdown.

/// Rows of cells under a head.
pub(crate) struct Table {
    text: String,
}

impl Table {
    /// A title, an empty line, the head.
    pub(crate) fn new(title: &str, head: &[&str]) -> Self {
        let mut table = Self { text: format!("{title}\n\n") };
        table.row(head.iter().copied());
        table.row(head.iter().map(|_| "---"));
        table
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = impl AsRef<str>>) {
        let cells: Vec<String> = cells.into_iter().map(|cell| format!(" {} ", cell.as_ref())).collect();
        self.text.push_str(&format!("|{}|\n", cells.join("|")));
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }
}

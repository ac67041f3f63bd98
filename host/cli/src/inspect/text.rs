//! A report as lines for a person, which `grep` and `cut` can read too: a name, spaces, and what there is to say.

use std::fmt::{Display, Write as _};

use super::report::{About, Details, Report};

/// How wide the names of fields are, at least.
const NAME_WIDTH: usize = 12;

/// So many labels are shown where not all are asked for.
const FIRST_LABELS: usize = 5;

impl Report {
    /// The report in lines; `all_labels` lists every label.
    pub(crate) fn text(&self, all_labels: bool) -> String {
        let mut page = Page::default();
        page.line(&format!("{}: {}, {}", self.model, self.kind(), self.verdict()));
        self.about.print(&mut page);
        page.field("size", bytes(self.size_bytes));
        if let Some(memory) = self.memory_bytes {
            page.field("memory", format!("{} when loaded", bytes(memory)));
        }
        page.optional("tasks", Some(self.tasks.join(", ")).filter(|tasks| !tasks.is_empty()).as_ref());
        page.optional("SHA-256", self.parts_sha256.as_ref());
        match &self.details {
            Some(Details::Fasttext(model)) => model.print(&mut page, all_labels),
            Some(Details::Spacy(pipeline)) => pipeline.print(&mut page, all_labels),
            Some(Details::Transformer(model)) => model.print(&mut page, all_labels),
            Some(Details::Component(image)) => image.print(&mut page),
            None => {}
        }
        if !self.problems.is_empty() {
            page.gap();
        }
        for problem in &self.problems {
            page.field(problem.kind, &problem.reason);
        }
        page.0
    }

    fn kind(&self) -> &'static str {
        match self.family {
            "fasttext" => "fastText model",
            "spacy" => "spaCy pipeline",
            "transformer" => "Hugging Face model",
            _ => "Spanlet component",
        }
    }

    fn verdict(&self) -> &'static str {
        match (self.runs, self.damage()) {
            (true, _) => "can be run",
            (false, None) => "CANNOT BE RUN as it is",
            (false, Some(_)) => "DAMAGED",
        }
    }

    /// How many labels it has, those of all components together.
    pub(crate) fn label_count(&self) -> usize {
        match &self.details {
            Some(Details::Fasttext(model)) => model.label_count(),
            Some(Details::Spacy(pipeline)) => pipeline.label_count(),
            Some(Details::Transformer(model)) => model.label_count(),
            Some(Details::Component(_)) | None => 0,
        }
    }
}

impl About {
    fn print(&self, page: &mut Page) {
        page.optional("name", self.name.as_ref());
        page.optional("version", self.version.as_ref());
        page.optional("language", self.language.as_ref());
        page.optional("licence", self.license.as_ref());
        page.optional("author", self.author.as_ref());
        page.optional("url", self.url.as_ref());
        page.optional("description", self.description.as_ref());
    }
}

/// Lines that are being written. What models say of themselves is shown without its control characters: a terminal obeys
/// them.
#[derive(Debug, Default)]
pub(crate) struct Page(String);

impl Page {
    /// A line as it is.
    pub(crate) fn line(&mut self, line: &str) {
        self.0.push_str(&printable(line));
        self.0.push('\n');
    }

    /// An empty line.
    pub(crate) fn gap(&mut self) {
        self.0.push('\n');
    }

    /// A name and what there is to say.
    pub(crate) fn field(&mut self, name: &str, value: impl Display) {
        self.line(&format!("{name:NAME_WIDTH$}  {value}"));
    }

    /// A field, where there is something to say.
    pub(crate) fn optional(&mut self, name: &str, value: Option<&String>) {
        if let Some(value) = value {
            self.field(name, value);
        }
    }

    /// A table with a header, after an empty line; its columns are as wide as they need be.
    pub(super) fn table<const N: usize>(&mut self, rows: impl Iterator<Item = [String; N]>) {
        let rows: Vec<[String; N]> = rows.collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: [usize; N] = std::array::from_fn(width);
        self.gap();
        for row in &rows {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(widths) {
                // Writing to a string cannot fail.
                let _ = write!(line, "{cell:width$}  ");
            }
            self.line(line.trim_end());
        }
    }

    /// The whole text.
    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

/// A number of bytes, exactly and as people say it.
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [&str; 3] = ["KiB", "MiB", "GiB"];
    let mut size = count as f64 / 1024.0;
    let mut unit = 0;
    while size >= 1024.0 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    format!("{count} bytes ({size:.1} {})", UNITS[unit])
}

/// How many labels there are, and the first of them or all.
pub(super) fn first_labels(labels: &[String], all: bool) -> String {
    let shown = if all { labels.len() } else { FIRST_LABELS.min(labels.len()) };
    let rest = if shown < labels.len() { ", …" } else { "" };
    let colon = if labels.is_empty() { "" } else { ": " };
    format!("{}{colon}{}{rest}", labels.len(), labels[..shown].join(", "))
}

fn printable(line: &str) -> String {
    line.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use super::{Page, bytes, first_labels};

    #[test]
    fn numbers_of_bytes_are_exact_and_readable() {
        assert_eq!(bytes(0), "0 bytes (0.0 KiB)");
        assert_eq!(bytes(1_290_359), "1290359 bytes (1.2 MiB)");
        assert_eq!(bytes(5 << 40), "5497558138880 bytes (5120.0 GiB)");
    }

    #[test]
    fn the_first_labels_stand_for_all() {
        let labels = ["a", "b", "c", "d", "e", "f"].map(str::to_owned);
        assert_eq!(first_labels(&labels, false), "6: a, b, c, d, e, …");
        assert_eq!(first_labels(&labels, true), "6: a, b, c, d, e, f");
        assert_eq!(first_labels(&[], false), "0");
    }

    #[test]
    fn what_a_terminal_would_obey_is_not_printed() {
        let mut page = Page::default();
        page.field("author", "a\u{1b}[2Jb\nsize  1");
        assert_eq!(page.into_text(), "author        a [2Jb size  1\n");
    }
}

//! Which cell of a row is the text.

use anyhow::{bail, ensure};

/// The column with the text, unless another is named.
const TEXT: &str = "text";

/// How many columns, and how much of their names, an error lists.
const COLUMNS_SHOWN: usize = 30;
const NAME_CHARS_SHOWN: usize = 40;

/// Which column was asked for: a name, or a number from 1; or none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::run) struct ColumnChoice(pub(in crate::run) Option<String>);

/// How many cells a row has, and which of them is the text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// Counted from 0.
    text: usize,
    /// Absent where there is no header, until the first row is there.
    columns: Option<usize>,
    /// Whether the only column is meant, if there is but one.
    is_only: bool,
}

impl ColumnChoice {
    /// Whether it is a column's number.
    pub(in crate::run) fn is_number(&self) -> bool {
        self.number().is_some()
    }

    /// The column of that number, counted from 0.
    fn number(&self) -> Option<usize> {
        self.0.as_deref()?.parse::<usize>().ok()?.checked_sub(1)
    }
}

impl Layout {
    /// By the names that the header has, or, where none is that, by number.
    ///
    /// # Errors
    /// When no column, or more than one, is meant; the columns are listed.
    pub(super) fn of_header<'n>(names: impl Iterator<Item = &'n [u8]>, choice: &ColumnChoice) -> anyhow::Result<Self> {
        let names: Vec<String> = names.map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        let wanted = choice.0.as_deref().map_or(TEXT, str::trim);
        let of_name: Vec<usize> = (0..names.len()).filter(|column| names[*column] == wanted).collect();
        let text = match (&of_name[..], &choice.0) {
            ([text], _) => *text,
            ([_, _, ..], _) => {
                let numbers: Vec<String> = of_name.iter().map(|column| (column + 1).to_string()).collect();
                bail!(
                    "{} columns are called `{wanted}`: say which by --column with {}",
                    of_name.len(),
                    numbers.join(" or ")
                )
            }
            ([], Some(_)) => match choice.number().filter(|text| *text < names.len()) {
                Some(text) => text,
                None => bail!("expected a column `{wanted}`, found {}", listed(&names)),
            },
            ([], None) => {
                ensure!(names.len() == 1, "expected a column `{TEXT}`, or --column with one of {}", listed(&names));
                ensure_one_column(&names[0])?;
                0
            }
        };
        Ok(Self { text, columns: Some(names.len()), is_only: false })
    }

    /// By number; the first row, which is a record, says how many columns there are.
    pub(super) fn without_header(choice: &ColumnChoice) -> Self {
        Self { text: choice.number().unwrap_or(0), columns: None, is_only: choice.0.is_none() }
    }

    /// Whether the text is in the cell after that many.
    pub(super) fn is_text(&self, cells_before: usize) -> bool {
        cells_before == self.text
    }

    /// Whether a blank line is a row of one empty cell; as the first row it settles that there is one column.
    pub(super) fn takes_blank_line(&mut self) -> bool {
        if self.is_only {
            self.columns.get_or_insert(1);
        }
        self.columns == Some(1)
    }

    /// How many cells a row shall have; the first settles it where there is no header.
    ///
    /// # Errors
    /// When the first row lacks the column, or has several where none was named.
    pub(super) fn columns_beside(&mut self, cells: usize) -> anyhow::Result<usize> {
        if let Some(columns) = self.columns {
            return Ok(columns);
        }
        ensure!(
            cells == 1 || !self.is_only,
            "the first row has {cells} columns: say which by --column with 1 to {cells}"
        );
        ensure!(self.text < cells, "expected a column {}, found {cells} columns in the first row", self.text + 1);
        Ok(*self.columns.insert(cells))
    }
}

/// Refuses the only column where it looks like several with something else between them.
fn ensure_one_column(name: &str) -> anyhow::Result<()> {
    let other = [(';', ";"), ('\t', "\\t"), ('|', "|")].into_iter().find(|(delimiter, _)| name.contains(*delimiter));
    if let Some((_, spelt)) = other {
        bail!(
            "the header is one column, {}: say what divides the columns by --delimiter '{spelt}', or, if it is one \
             column, so by --column 1",
            listed(&[name.to_owned()])
        );
    }
    Ok(())
}

/// Names for a person, not all of them where they are many or long.
fn listed(names: &[String]) -> String {
    let shown = names.iter().take(COLUMNS_SHOWN);
    let shown: Vec<String> = shown.map(|name| format!("`{}`", shortened(name).escape_debug())).collect();
    let more = names.len().saturating_sub(COLUMNS_SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    // Every second byte of ASCII in UTF-16 is zero.
    let advice =
        if names.iter().any(|name| name.contains('\0')) { ": is the input UTF-16? It must be UTF-8" } else { "" };
    format!("{}{more}{advice}", shown.join(", "))
}

fn shortened(name: &str) -> String {
    name.chars().take(NAME_CHARS_SHOWN).collect()
}

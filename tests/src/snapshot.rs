//! Totals that are committed: a run that reaches others fails, so that a case cannot vanish unnoticed.

use std::fmt::Write as _;

use crate::artifacts::{read_text, root};

const FILE: &str = "tests/conformance.snap";

/// Compares one section of `tests/conformance.snap`; with `BLESS=1` in the environment it is rewritten instead.
///
/// # Panics
/// When the section differs, naming both.
pub fn assert_section(name: &str, totals: &str) {
    let path = root().join(FILE);
    let mut sections = parse(&if path.exists() { read_text(&path) } else { String::new() });
    let found = totals.trim_end().to_owned();
    if std::env::var_os("BLESS").is_some() {
        sections.retain(|(present, _)| present != name);
        sections.push((name.to_owned(), found));
        sections.sort();
        std::fs::write(&path, render(&sections)).unwrap_or_else(|error| panic!("{FILE}: {error}"));
        return;
    }
    let expected = sections.iter().find(|(present, _)| present == name).map(|(_, totals)| totals.as_str());
    assert_eq!(expected, Some(found.as_str()), "section `{name}` of {FILE} (BLESS=1 rewrites it)");
}

fn parse(text: &str) -> Vec<(String, String)> {
    let sections = text.split("\n[").map(|section| section.trim_start_matches('['));
    let pairs = sections.filter_map(|section| section.split_once("]\n"));
    pairs.map(|(name, totals)| (name.to_owned(), totals.trim_end().to_owned())).collect()
}

fn render(sections: &[(String, String)]) -> String {
    let mut text = String::new();
    for (index, (name, totals)) in sections.iter().enumerate() {
        let gap = if index == 0 { "" } else { "\n" };
        // Writing to a string cannot fail.
        let _ = write!(text, "{gap}[{name}]\n{totals}\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{parse, render};

    #[test]
    fn what_is_rendered_is_read_again() {
        let sections = vec![("a".to_owned(), "one 1\ntwo 2".to_owned()), ("b".to_owned(), "three 3".to_owned())];
        assert_eq!(parse(&render(&sections)), sections);
    }
}

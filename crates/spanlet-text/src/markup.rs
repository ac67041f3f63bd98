//! The character data of a text with HTML in it: what Python's `html.parser.HTMLParser` hands to `handle_data`.

use std::collections::HashSet;

use crate::category::is_space;
use crate::reference::resolve_into;

/// The text without its tags, comments and declarations, character references resolved.
///
/// What begins like markup and never ends is text. The content of `script` and `style` is kept, as Python keeps it,
/// references unresolved; an unclosed one is dropped. Takes time in proportion to the text's length, which Python does
/// not promise.
///
/// Source: CPython 3.11.7, `html/parser.py` `HTMLParser` with `convert_charrefs=True`, `feed` then `close`, and
/// `_markupbase.py`. Differs where Python raises: `<![` with an unknown keyword ends at the next `>`, as HTML5's bogus
/// comment does.
pub(crate) fn character_data(text: &str) -> String {
    if !text.contains(['<', '&']) {
        return text.to_owned();
    }
    let mut scan = Scan { text, out: String::with_capacity(text.len()), raw_element: None, known: Known::new(text) };
    scan.run();
    scan.out
}

/// Elements whose content is not markup.
const RAW_ELEMENTS: [&str; 2] = ["script", "style"];

struct Scan<'t> {
    text: &'t str,
    out: String,
    /// The open element whose content is not markup.
    raw_element: Option<&'static str>,
    known: Known,
}

/// What was learnt on the way, without which a text of markup that never ends would be read anew from each `<`.
struct Known {
    /// Where the last `>` stands.
    last_close: Option<usize>,
    /// Where the latest tag name ends; every tag that begins before it ends there as well.
    name_end: usize,
    /// Places inside tags from which the end of the text was reached without a `>`.
    dead_ends: HashSet<usize>,
    /// For comments, `]]>` and `]>`: from where on none is closed.
    unclosed_from: [usize; 3],
}

impl Known {
    fn new(text: &str) -> Self {
        Self { last_close: text.rfind('>'), name_end: 0, dead_ends: HashSet::new(), unclosed_from: [usize::MAX; 3] }
    }
}

/// What stands before the `>` that ends a comment or marked section, with white space allowed between the pieces.
#[derive(Clone, Copy)]
enum Closer {
    Comment,
    Section,
    OfficeSection,
}

impl Closer {
    fn pieces(self) -> &'static [&'static str] {
        match self {
            Self::Comment => &["--", ">"],
            Self::Section => &["]", "]", ">"],
            Self::OfficeSection => &["]", ">"],
        }
    }
}

impl Scan<'_> {
    fn run(&mut self) {
        let mut at = 0;
        while at < self.text.len() {
            let Some(markup_byte) = self.next_markup(at) else {
                return self.end(at);
            };
            self.push_data(at, markup_byte);
            at = match self.skip_markup(markup_byte) {
                Some(after) => after,
                None => self.push_unclosed(markup_byte),
            };
        }
    }

    /// Where the next markup begins: inside a raw element only its own end tag is one.
    fn next_markup(&self, at: usize) -> Option<usize> {
        match self.raw_element {
            Some(name) => find_end_tag(self.text, at, name),
            None => self.find('<', at),
        }
    }

    /// No markup follows: the rest is text, but for an unclosed raw element, whose content Python drops.
    fn end(&mut self, at: usize) {
        if self.raw_element.is_none() {
            self.push_data(at, self.text.len());
        }
    }

    /// Steps over the markup that begins at `at`; `None` where it never ends.
    fn skip_markup(&mut self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        let mut following = rest[1..].chars();
        match following.next() {
            Some(letter) if letter.is_ascii_alphabetic() => self.skip_start_tag(at),
            Some('/') => self.skip_end_tag(at),
            Some('!') if rest.starts_with("<!--") => self.find_closer(at + "<!--".len(), Closer::Comment),
            Some('!') if rest.starts_with("<![") => self.skip_marked_section(at),
            Some('!') if starts_with_doctype(rest) => self.after_close(at + "<!doctype".len()),
            Some('!' | '?') => self.after_close(at + 2),
            Some(_) => {
                self.out.push('<');
                Some(at + 1)
            }
            None => None,
        }
    }

    /// Markup that never ends is text up to the next `>`, else up to the next `<`, else one character.
    fn push_unclosed(&mut self, at: usize) -> usize {
        let end = self.after_close(at + 1).or_else(|| self.find('<', at + 1)).unwrap_or(at + 1);
        self.push_data(at, end);
        end
    }

    fn push_data(&mut self, start: usize, end: usize) {
        let data = &self.text[start..end];
        if self.raw_element.is_some() {
            self.out.push_str(data);
        } else {
            resolve_into(&mut self.out, data);
        }
    }

    fn find(&self, wanted: char, from: usize) -> Option<usize> {
        self.text.get(from..)?.find(wanted).map(|offset| from + offset)
    }

    /// One past the next `>`.
    fn after_close(&self, from: usize) -> Option<usize> {
        self.known.last_close.filter(|&last| from <= last)?;
        self.find('>', from).map(|close| close + 1)
    }

    /// `<![CDATA[…]]>` and its kin, and what word processors write, `<![if …]>`.
    fn skip_marked_section(&mut self, at: usize) -> Option<usize> {
        let keyword_byte = at + "<![".len();
        let after = &self.text[keyword_byte..];
        if after.is_empty() {
            return None;
        }
        let is_name = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
        let name_bytes = after.find(|character| !is_name(character)).unwrap_or(after.len());
        let begins_with_letter = after.starts_with(|first: char| first.is_ascii_alphabetic());
        if begins_with_letter && after[name_bytes..].trim_start_matches(is_space).is_empty() {
            return None;
        }
        match after[..name_bytes].to_ascii_lowercase().as_str() {
            "temp" | "cdata" | "ignore" | "include" | "rcdata" => self.find_closer(keyword_byte, Closer::Section),
            "if" | "else" | "endif" => self.find_closer(keyword_byte, Closer::OfficeSection),
            _ => self.after_close(at + 2),
        }
    }

    /// One past the first `closer` from `from` on.
    fn find_closer(&mut self, from: usize, closer: Closer) -> Option<usize> {
        if from >= self.known.unclosed_from[closer as usize] {
            return None;
        }
        let pieces = closer.pieces();
        let mut start = from;
        while let Some(offset) = self.text.get(start..).and_then(|rest| rest.find(pieces[0])) {
            start += offset;
            let after_pieces = pieces
                .iter()
                .try_fold(&self.text[start..], |rest, piece| rest.trim_start_matches(is_space).strip_prefix(piece));
            if let Some(rest) = after_pieces {
                return Some(self.text.len() - rest.len());
            }
            start += 1;
        }
        self.known.unclosed_from[closer as usize] = from;
        None
    }

    fn skip_end_tag(&mut self, at: usize) -> Option<usize> {
        let close = self.after_close(at + 1)? - 1;
        let name = self.text[at + 2..close].trim_matches(is_space);
        let is_name = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '.' | ':' | '_');
        let is_plain = name.starts_with(|first: char| first.is_ascii_alphabetic()) && name.chars().all(is_name);
        match self.raw_element {
            // An end tag that Python's search found and its parser does not accept, such as one with a long s.
            Some(raw) if !is_plain || !name.eq_ignore_ascii_case(raw) => {
                self.push_data(at, close + 1);
            }
            _ if is_plain => self.raw_element = None,
            _ => {}
        }
        Some(close + 1)
    }

    /// Steps over a start tag; one that Python finds malformed is text, references unresolved.
    fn skip_start_tag(&mut self, at: usize) -> Option<usize> {
        if at >= self.known.name_end {
            self.known.name_end = self.skip_while(at + 1, |character| !ends_tag_name(character));
        }
        let name_end = self.known.name_end;
        let tag_end = self.find_tag_end(name_end)?;
        let mut inside = self.skip_separators(name_end);
        while inside < tag_end {
            let Some(after) = self.skip_attribute(inside) else {
                break;
            };
            inside = after;
        }
        match self.text.get(inside..tag_end).unwrap_or_default().trim_matches(is_space) {
            ">" => {
                let name = &self.text[at + 1..name_end];
                self.raw_element = RAW_ELEMENTS.into_iter().find(|raw| name.eq_ignore_ascii_case(raw));
            }
            "/>" => {}
            _ => self.out.push_str(&self.text[at..tag_end]),
        }
        Some(tag_end)
    }

    /// One past the tag whose name ends at `name_end`, or where it stops looking like one; `None` where it never ends.
    ///
    /// Source: `check_for_whole_start_tag`.
    fn find_tag_end(&mut self, name_end: usize) -> Option<usize> {
        if self.known.dead_ends.contains(&name_end) {
            return None;
        }
        let mut passed = vec![name_end];
        let end = self.walk_attributes(name_end, &mut passed);
        if end.is_none() {
            self.known.dead_ends.extend(passed);
        }
        end
    }

    /// As [`find_tag_end`](Self::find_tag_end), noting in `passed` where attributes begin.
    fn walk_attributes(&self, name_end: usize, passed: &mut Vec<usize>) -> Option<usize> {
        let mut inside = self.skip_while(name_end, |character| is_space(character) || character == '/');
        while let Some(after) = self.skip_attribute(inside) {
            if self.known.dead_ends.contains(&inside) {
                return None;
            }
            passed.push(inside);
            inside = after;
        }
        inside = self.skip_while(inside, is_space);
        match self.text[inside..].chars().next() {
            Some('>') => Some(inside + 1),
            Some('/') if self.text[inside..].starts_with("/>") => Some(inside + 2),
            Some('/' | '=' | 'a'..='z' | 'A'..='Z') | None => None,
            Some(_) => Some(inside),
        }
    }

    /// One past an attribute, its value and the separators after it; `None` where none begins at `at`.
    ///
    /// Source: `attrfind_tolerant`, by hand. Its one case of backtracking is an opening quote that is never closed.
    fn skip_attribute(&self, at: usize) -> Option<usize> {
        let may_begin = |before: char| matches!(before, '\'' | '"' | '/') || is_space(before);
        self.text[..at].chars().next_back().filter(|&before| may_begin(before))?;
        let first = self.text[at..].chars().next().filter(|&first| !is_space(first) && !matches!(first, '/' | '>'))?;
        let ends_name = |character: char| is_space(character) || matches!(character, '/' | '=' | '>');
        let name_end = self.skip_while(at + first.len_utf8(), |character| !ends_name(character));
        let value_end = self.skip_value(name_end).unwrap_or(name_end);
        Some(self.skip_separators(value_end))
    }

    /// One past `= value`; `None` where there is no value.
    fn skip_value(&self, name_end: usize) -> Option<usize> {
        let equals = self.skip_while(name_end, is_space);
        let equals_end = self.skip_while(equals, |character| character == '=');
        if equals == equals_end {
            return None;
        }
        let value = self.skip_while(equals_end, is_space);
        let bare_end = |from: usize| self.skip_while(from, |character| character != '>' && !is_space(character));
        match self.text[value..].chars().next() {
            Some(quote @ ('"' | '\'')) => match self.find(quote, value + 1) {
                Some(close) => Some(close + 1),
                // Gives back the white space before the quote, so that the value is empty,
                None if value > equals_end => Some(equals_end),
                // or an equals sign, which then begins the value,
                None if equals_end - equals > 1 => Some(bare_end(equals_end - 1)),
                // or all of it.
                None => None,
            },
            _ => Some(bare_end(value)),
        }
    }

    /// Past white space and slashes, but not past the slash of `/>`.
    fn skip_separators(&self, from: usize) -> usize {
        let end = self.skip_while(from, |character| is_space(character) || character == '/');
        if end > from && self.text[from..end].ends_with('/') && self.text[end..].starts_with('>') {
            end - 1
        } else {
            end
        }
    }

    fn skip_while(&self, from: usize, belongs: impl Fn(char) -> bool) -> usize {
        self.text[from..].find(|character| !belongs(character)).map_or(self.text.len(), |offset| from + offset)
    }
}

fn ends_tag_name(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\x0c' | ' ' | '/' | '>' | '\0')
}

fn starts_with_doctype(rest: &str) -> bool {
    rest.get(.."<!doctype".len()).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype"))
}

/// Where `</name>` next stands, with white space allowed around the name and the long s taken for an s, as Python's
/// case-insensitive search takes it.
fn find_end_tag(text: &str, from: usize, name: &str) -> Option<usize> {
    let folded = |character: char| {
        if character == 'ſ' { 's' } else { character.to_ascii_lowercase() }
    };
    text[from..].match_indices("</").map(|(offset, _)| from + offset).find(|start| {
        let mut rest = text[start + 2..].trim_start_matches(is_space).chars();
        let matches = name.chars().all(|wanted| rest.next().map(folded) == Some(wanted));
        matches && rest.as_str().trim_start_matches(is_space).starts_with('>')
    })
}

#[cfg(test)]
mod tests {
    use super::character_data;

    #[test]
    fn markup_goes_and_character_data_stays() {
        let cases = [
            ("", ""),
            ("<a title='a > b'>x</a>", "x"),
            ("a<!-- b -->c<!DOCTYPE d>e", "ace"),
            ("<script>a &amp; b</script>&amp;", "a &amp; b&"),
            ("<script>dropped", ""),
            ("1 < 2 <b unclosed &amp;", "1 < 2 <b unclosed &"),
            ("<![what] x>y", "y"),
        ];
        for (text, expected) in cases {
            assert_eq!(character_data(text), expected, "{text}");
        }
    }

    /// Read anew from every `<`, each of these would take minutes.
    #[test]
    fn texts_of_markup_that_never_ends_are_read_once() {
        let tails = ["", " ", ">", "'", "\"", "x", "<", &" ".repeat(20_000)];
        let pieces = [
            "<a",
            "<a ",
            "<!--",
            "<![cdata[x ",
            "<![if x",
            "</a",
            "<a b='>x ",
            "<a b=\">",
            "<?",
            "<a =",
            "&a",
            "<!",
            "]",
        ];
        for piece in pieces {
            for tail in tails {
                let text = piece.repeat(20_000) + tail;
                assert!(character_data(&text).len() <= text.len());
            }
        }
    }
}

//! The syntax of Python's patterns: text to a tree.
//!
//! Source: CPython 3.11, `Lib/re/_parser.py`.

use super::PatternError;
use super::set::{Set, SetBuilder};
use crate::unicode::Property;

/// A pattern as a tree.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// Nothing, which matches everywhere.
    Empty,
    Char(char),
    Set(Set),
    /// One after the other.
    Sequence(Vec<Self>),
    /// The first that lets the rest match.
    Choice(Vec<Self>),
    Repeat {
        body: Box<Self>,
        min: u32,
        /// `None` for as often as there is text.
        max: Option<u32>,
        /// Whether more is tried before less.
        greedy: bool,
    },
    Place(Place),
    /// What must, or must not, follow or precede.
    Look {
        body: Box<Self>,
        /// How many characters it begins before this place; `None` for what follows.
        behind: Option<u32>,
        negated: bool,
    },
}

/// A condition on a place in the text, which takes no character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// `^` and `\A`.
    Start,
    /// `$`: the end, or before a line feed that ends the text.
    End,
    /// `\Z`.
    VeryEnd,
    /// `^` with `m`.
    LineStart,
    /// `$` with `m`.
    LineEnd,
    /// `\b`, with ASCII's word characters or all.
    WordEdge { ascii: bool },
    /// `\B`.
    NoWordEdge { ascii: bool },
}

#[derive(Clone, Copy, Debug, Default)]
struct Flags {
    ascii: bool,
    ignore_case: bool,
    multi_line: bool,
    dot_all: bool,
    verbose: bool,
}

/// Groups nest no deeper than this; the parser and the compiler call themselves once per level.
const MAX_DEPTH: usize = 200;

pub(super) fn parse(pattern: &str) -> Result<Node, PatternError> {
    let mut parser = Parser { chars: pattern.chars().collect(), at: 0, depth: 0, flags: Flags::default() };
    parser.global_flags()?;
    let tree = parser.choice()?;
    match parser.peek() {
        None => Ok(tree),
        Some(_) => Err(parser.error("expected the end of the pattern, found an unbalanced `)`")),
    }
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    depth: usize,
    flags: Flags,
}

impl Parser {
    fn error(&self, problem: impl Into<String>) -> PatternError {
        PatternError::new(self.at, problem)
    }

    fn unsupported(&self, what: &str) -> PatternError {
        self.error(format!("{what} are not supported"))
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.at += 1;
        Some(char)
    }

    /// Goes on when this character is next.
    fn eat(&mut self, char: char) -> bool {
        let found = self.peek() == Some(char);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, char: char) -> Result<(), PatternError> {
        if self.eat(char) { Ok(()) } else { Err(self.error(format!("expected `{char}`, found something else"))) }
    }

    /// `(?aimsux)` at the start, which holds for the whole pattern.
    fn global_flags(&mut self) -> Result<(), PatternError> {
        while self.chars[self.at..].starts_with(&['(', '?']) {
            let end = (self.at + 2..self.chars.len()).find(|at| !self.chars[*at].is_ascii_lowercase());
            let Some(end) = end.filter(|end| self.chars[*end] == ')' && *end > self.at + 2) else { break };
            self.at += 2;
            while self.at < end {
                let mut flags = self.flags;
                self.flag(&mut flags, true)?;
                self.flags = flags;
            }
            self.at = end + 1;
        }
        Ok(())
    }

    fn flag(&mut self, flags: &mut Flags, value: bool) -> Result<(), PatternError> {
        match self.peek() {
            Some('a') if value => flags.ascii = true,
            Some('u') if value => flags.ascii = false,
            Some('i') => flags.ignore_case = value,
            Some('m') => flags.multi_line = value,
            Some('s') => flags.dot_all = value,
            Some('x') => flags.verbose = value,
            _ => return Err(self.error("expected a flag out of `a`, `i`, `m`, `s`, `u`, `x`, found another")),
        }
        self.at += 1;
        Ok(())
    }

    fn choice(&mut self) -> Result<Node, PatternError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(format!("expected groups to nest at most {MAX_DEPTH} deep, found more")));
        }
        let mut branches = vec![self.sequence()?];
        while self.eat('|') {
            branches.push(self.sequence()?);
        }
        self.depth -= 1;
        Ok(if branches.len() == 1 { branches.remove(0) } else { Node::Choice(branches) })
    }

    fn sequence(&mut self) -> Result<Node, PatternError> {
        let mut nodes = Vec::new();
        while let Some(char) = self.peek() {
            if matches!(char, '|' | ')') {
                break;
            }
            if self.flags.verbose && self.skip_comment(char) {
                continue;
            }
            if matches!(char, '*' | '+' | '?') {
                return Err(self.error("expected something to repeat, found nothing"));
            }
            let Some(node) = self.atom()? else { continue };
            nodes.push(self.repeats(node)?);
        }
        Ok(match nodes.len() {
            0 => Node::Empty,
            1 => nodes.remove(0),
            _ => Node::Sequence(nodes),
        })
    }

    /// Passes over white space, or a comment up to the end of its line.
    fn skip_comment(&mut self, char: char) -> bool {
        if char == '#' {
            while self.next().is_some_and(|char| char != '\n') {}
            return true;
        }
        let space = matches!(char, '\t'..='\r' | ' ');
        self.at += usize::from(space);
        space
    }

    /// One thing that may be repeated; `None` for a comment.
    fn atom(&mut self) -> Result<Option<Node>, PatternError> {
        Ok(Some(match self.next() {
            Some('.') => self.any(),
            Some('^') => Node::Place(if self.flags.multi_line { Place::LineStart } else { Place::Start }),
            Some('$') => Node::Place(if self.flags.multi_line { Place::LineEnd } else { Place::End }),
            Some('[') => self.class()?,
            Some('(') => return self.group(),
            Some('\\') => self.escape()?,
            Some(char) => self.literal(char),
            None => Node::Empty,
        }))
    }

    fn any(&self) -> Node {
        let mut set = SetBuilder::new(true);
        if !self.flags.dot_all {
            set.add_range(u32::from('\n'), u32::from('\n'));
        }
        Node::Set(set.finish(false))
    }

    fn literal(&self, char: char) -> Node {
        if !self.flags.ignore_case {
            return Node::Char(char);
        }
        let mut set = SetBuilder::new(false);
        set.add_range(u32::from(char), u32::from(char));
        self.finish(set)
    }

    fn finish(&self, set: SetBuilder) -> Node {
        Node::Set(set.finish(self.flags.ignore_case))
    }

    /// Applies `*`, `+`, `?` and `{}` to what was just read.
    fn repeats(&mut self, node: Node) -> Result<Node, PatternError> {
        if self.flags.verbose {
            while self.peek().is_some_and(|char| self.skip_comment(char)) {}
        }
        let start = self.at;
        let Some((min, max)) = self.bounds()? else { return Ok(node) };
        if matches!(node, Node::Empty | Node::Place(_)) {
            return Err(PatternError::new(start, "expected something to repeat, found nothing"));
        }
        let greedy = !self.eat('?');
        if greedy && self.peek() == Some('+') {
            return Err(self.unsupported("possessive repeats"));
        }
        if matches!(self.peek(), Some('*' | '+' | '?')) || self.bounds()?.is_some() {
            return Err(self.error("expected one repeat, found another after it"));
        }
        Ok(Node::Repeat { body: Box::new(node), min, max, greedy })
    }

    /// How often to repeat; `None` when nothing here says so, as with a brace that means itself.
    fn bounds(&mut self) -> Result<Option<(u32, Option<u32>)>, PatternError> {
        let start = self.at;
        let bounds = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => return self.braces(start),
            _ => return Ok(None),
        };
        self.at += 1;
        Ok(Some(bounds))
    }

    fn braces(&mut self, start: usize) -> Result<Option<(u32, Option<u32>)>, PatternError> {
        self.at += 1;
        let low = self.digits();
        let comma = self.eat(',');
        let high = if comma { self.digits() } else { low.clone() };
        if !self.eat('}') || (low.is_empty() && !comma) {
            self.at = start;
            return Ok(None);
        }
        let number = |digits: &str| {
            digits
                .parse::<u32>()
                .map_err(|_| PatternError::new(start, format!("expected a smaller number than {digits}")))
        };
        let min = if low.is_empty() { 0 } else { number(&low)? };
        let max = if high.is_empty() { None } else { Some(number(&high)?) };
        if max.is_some_and(|max| max < min) {
            return Err(PatternError::new(start, "expected at least as many at most as at least, found fewer"));
        }
        Ok(Some((min, max)))
    }

    fn digits(&mut self) -> String {
        let mut digits = String::new();
        while let Some(char) = self.peek().filter(char::is_ascii_digit) {
            digits.push(char);
            self.at += 1;
        }
        digits
    }

    fn group(&mut self) -> Result<Option<Node>, PatternError> {
        let flags = self.flags;
        if self.eat('?') {
            match self.next() {
                Some('#') => return self.comment(),
                Some('=') => return self.look(false, false).map(Some),
                Some('!') => return self.look(false, true).map(Some),
                Some('<') if self.eat('=') => return self.look(true, false).map(Some),
                Some('<') if self.eat('!') => return self.look(true, true).map(Some),
                Some('<') => return Err(self.error("expected `=` or `!` after `(?<`, found something else")),
                Some(':') => {}
                Some('P') => self.group_name()?,
                Some('(') => return Err(self.unsupported("conditions on groups")),
                Some('>') => return Err(self.unsupported("atomic groups")),
                _ => {
                    self.at -= 1;
                    self.group_flags()?;
                }
            }
        }
        let body = self.choice()?;
        self.expect(')')?;
        self.flags = flags;
        // An empty group can be repeated; nothing cannot.
        Ok(Some(if matches!(body, Node::Empty | Node::Place(_)) { Node::Sequence(vec![body]) } else { body }))
    }

    fn comment(&mut self) -> Result<Option<Node>, PatternError> {
        while let Some(char) = self.next() {
            if char == ')' {
                return Ok(None);
            }
        }
        Err(self.error("expected a comment to end, found the end of the pattern"))
    }

    fn look(&mut self, behind: bool, negated: bool) -> Result<Node, PatternError> {
        let start = self.at;
        let flags = self.flags;
        let body = self.choice()?;
        self.expect(')')?;
        self.flags = flags;
        let behind = match (behind, super::analysis::width(&body)) {
            (false, _) => None,
            (true, (min, Some(max))) if min == max => Some(min),
            (true, _) => return Err(PatternError::new(start, "expected a look-behind of fixed width, found another")),
        };
        Ok(Node::Look { body: Box::new(body), behind, negated })
    }

    /// `(?P<name>`: the name itself serves nothing here.
    fn group_name(&mut self) -> Result<(), PatternError> {
        if !self.eat('<') {
            return Err(self.unsupported("references to groups"));
        }
        let start = self.at;
        while self.next().is_some_and(|char| char == '_' || Property::ALNUM.of(char)) {}
        if self.at == start + 1 || self.chars.get(self.at - 1) != Some(&'>') {
            return Err(self.error("expected a name and `>`, found something else"));
        }
        Ok(())
    }

    /// `(?i-s:`: flags for a group.
    fn group_flags(&mut self) -> Result<(), PatternError> {
        let mut flags = self.flags;
        let mut value = true;
        let start = self.at;
        while !self.eat(':') {
            if value && self.at > start && self.peek() == Some(')') {
                return Err(self.error("expected flags for the whole pattern at its start, found them here"));
            }
            if value && self.eat('-') {
                value = false;
                continue;
            }
            self.flag(&mut flags, value)?;
        }
        self.flags = flags;
        Ok(())
    }

    /// What follows a backslash outside a class.
    fn escape(&mut self) -> Result<Node, PatternError> {
        let start = self.at;
        let ascii = self.flags.ascii;
        let Some(char) = self.next() else { return Err(self.error("expected an escape, found the end")) };
        Ok(match char {
            'A' => Node::Place(Place::Start),
            'Z' => Node::Place(Place::VeryEnd),
            'b' => Node::Place(Place::WordEdge { ascii }),
            'B' => Node::Place(Place::NoWordEdge { ascii }),
            'd' | 'D' | 's' | 'S' | 'w' | 'W' => {
                let mut set = SetBuilder::new(false);
                self.add_category(char, &mut set);
                self.finish(set)
            }
            '1'..='9' => {
                self.at = start;
                match self.octal(3) {
                    Some(code) if self.at == start + 3 => self.code(start, code).map(|char| self.literal(char))?,
                    _ => return Err(PatternError::new(start, "references to groups are not supported")),
                }
            }
            _ => {
                self.at = start;
                let char = self.escaped_char()?;
                self.literal(char)
            }
        })
    }

    /// A class of characters that a letter stands for.
    fn add_category(&self, letter: char, set: &mut SetBuilder) {
        let has = letter.is_ascii_lowercase();
        if self.flags.ascii {
            add_ascii_category(letter.to_ascii_lowercase(), has, set);
            return;
        }
        let property = match letter.to_ascii_lowercase() {
            'd' => Property::DECIMAL,
            's' => Property::SPACE,
            _ => Property::WORD,
        };
        set.add_property(property, has);
    }

    /// An escape that stands for one character; `self.at` is behind the backslash.
    fn escaped_char(&mut self) -> Result<char, PatternError> {
        let start = self.at;
        let Some(char) = self.next() else { return Err(self.error("expected an escape, found the end")) };
        Ok(match char {
            'a' => '\x07',
            'f' => '\x0c',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\x0b',
            'x' => self.hex(start, 2)?,
            'u' => self.hex(start, 4)?,
            'U' => self.hex(start, 8)?,
            'N' => return Err(self.unsupported("names of characters")),
            '0'..='7' => {
                self.at = start;
                let code = self.octal(3).unwrap_or_default();
                self.code(start, code)?
            }
            char if char.is_ascii_alphanumeric() => {
                return Err(PatternError::new(start, format!("expected an escape, found `\\{char}`")));
            }
            char => char,
        })
    }

    fn hex(&mut self, start: usize, digits: usize) -> Result<char, PatternError> {
        let found: String = self.chars[self.at..].iter().take(digits).collect();
        let code = if found.len() == digits { u32::from_str_radix(&found, 16).ok() } else { None };
        let code = code.filter(|_| !found.starts_with('+'));
        self.at += digits;
        self.code(start, code.ok_or_else(|| PatternError::new(start, format!("expected {digits} hexadecimal digits")))?)
    }

    /// Up to `most` octal digits.
    fn octal(&mut self, most: usize) -> Option<u32> {
        let digits: String =
            self.chars[self.at..].iter().take(most).take_while(|char| matches!(char, '0'..='7')).collect();
        self.at += digits.len();
        u32::from_str_radix(&digits, 8).ok()
    }

    fn code(&self, start: usize, code: u32) -> Result<char, PatternError> {
        // Half of a surrogate pair is no character of a text, and can only be the end of a range.
        match char::from_u32(code) {
            Some(char) => Ok(char),
            None if (0xd800..0xe000).contains(&code) => Err(PatternError::new(start, "surrogates are not supported")),
            None => Err(PatternError::new(start, "expected a code point below 110000, found a larger one")),
        }
    }

    /// `[...]`, behind its bracket.
    fn class(&mut self) -> Result<Node, PatternError> {
        let open = self.at;
        let mut set = SetBuilder::new(self.eat('^'));
        let first = self.at;
        loop {
            if self.peek().is_none() {
                return Err(PatternError::new(open, "expected a class to end, found the end of the pattern"));
            }
            if self.at > first && self.eat(']') {
                return Ok(self.finish(set));
            }
            let start = self.at;
            let Some(low) = self.class_item(&mut set)? else { continue };
            if self.peek() != Some('-') || matches!(self.chars.get(self.at + 1), None | Some(']')) {
                set.add_range(u32::from(low), u32::from(low));
                continue;
            }
            self.at += 1;
            match self.class_item(&mut SetBuilder::new(false))? {
                Some(high) if high >= low => set.add_range(u32::from(low), u32::from(high)),
                _ => return Err(PatternError::new(start, "expected a range from low to high, found another")),
            }
        }
    }

    /// One character of a class, or `None` when it was a category, which `set` has now.
    fn class_item(&mut self, set: &mut SetBuilder) -> Result<Option<char>, PatternError> {
        if !self.eat('\\') {
            return Ok(self.next());
        }
        let start = self.at;
        Ok(match self.peek() {
            Some('b') => {
                self.at += 1;
                Some('\x08')
            }
            Some(letter @ ('d' | 'D' | 's' | 'S' | 'w' | 'W')) => {
                self.at += 1;
                if self.peek() == Some('-') && !matches!(self.chars.get(self.at + 1), None | Some(']')) {
                    return Err(PatternError::new(start, "expected a range from a character, found a category"));
                }
                self.add_category(letter, set);
                None
            }
            _ => Some(self.escaped_char()?),
        })
    }
}

fn add_ascii_category(letter: char, has: bool, set: &mut SetBuilder) {
    let members: &[(u32, u32)] = match letter {
        'd' => &[(48, 57)],
        's' => &[(9, 13), (32, 32)],
        _ => &[(48, 57), (65, 90), (95, 95), (97, 122)],
    };
    if has {
        members.iter().for_each(|(first, last)| set.add_range(*first, *last));
        return;
    }
    let mut next = 0;
    for (first, last) in members {
        set.add_range(next, first - 1);
        next = last + 1;
    }
    set.add_range(next, u32::from(char::MAX));
}

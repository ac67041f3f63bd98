//! Exceptions that span tokens: after a text is divided, they are looked for once more, and put in place.

use crate::doc::{Doc, Token};
use crate::lexeme::Lexemes;
use crate::regex::Work;
use crate::strings::{IdMap, string_id};
use crate::vocab::Vocab;

use super::Spaces;
use super::affixes::Rules;

/// The exceptions as sequences of the tokens that they would be if they were none: a tree by token, the root at 0.
#[derive(Clone, Debug)]
pub(super) struct Phrases {
    nodes: Vec<Node>,
}

#[derive(Clone, Debug, Default)]
struct Node {
    /// By the id of the next token's text.
    children: IdMap<u64, u32>,
    /// Whether an exception ends here.
    ends: bool,
}

impl Phrases {
    /// Takes the exceptions that hold an affix or a space; all of them if the rules say so.
    ///
    /// Source: spaCy 3.8, `tokenizer.pyx`, `Tokenizer.add_special_case`.
    pub(super) fn new(rules: &Rules) -> Self {
        let mut work = Work::default();
        let mut phrases = Self { nodes: vec![Node::default()] };
        for text in rules.exceptions.keys() {
            if rules.all_phrases || text.contains(' ') || has_affix(rules, text, &mut work) {
                phrases.add(rules, text, &mut work);
            }
        }
        phrases
    }

    fn add(&mut self, rules: &Rules, text: &str, work: &mut Work) {
        let mut node = 0;
        for chunk in Spaces::new(text) {
            let mut start = 0;
            for cut in rules.cut(chunk.text, false, work) {
                let end = start + cut.bytes as usize;
                node = self.child(node, string_id(&chunk.text[start..end]));
                start = end;
            }
        }
        self.nodes[node as usize].ends = true;
    }

    fn child(&mut self, node: u32, orth: u64) -> u32 {
        let new = self.nodes.len() as u32;
        let child = *self.nodes[node as usize].children.entry(orth).or_insert(new);
        if child == new {
            self.nodes.push(Node::default());
        }
        child
    }

    /// Whether an exception can begin with a token.
    pub(super) fn can_begin(&self, orth: u64) -> bool {
        self.nodes[0].children.contains_key(&orth)
    }

    /// All places of exceptions: every start with every end. They begin at some of `starts`.
    ///
    /// Source: spaCy 3.8, `matcher/phrasematcher.pyx`, `find_matches`.
    fn find(&self, starts: &[u32], doc: &Doc<'_>, lexemes: &Lexemes) -> Vec<(u32, u32)> {
        let mut found = Vec::new();
        for start in starts {
            let mut node = &self.nodes[0];
            for (end, token) in (*start..).zip(&doc.tokens[*start as usize..]) {
                let Some(child) = node.children.get(&lexemes.get(token.lexeme).orth) else { break };
                node = &self.nodes[*child as usize];
                if node.ends {
                    found.push((*start, end + 1));
                }
            }
        }
        found
    }
}

fn has_affix(rules: &Rules, text: &str, work: &mut Work) -> bool {
    rules.prefix_bytes(text, work) > 0
        || rules.infix.as_ref().is_some_and(|infix| infix.search_with(text, work).is_some())
        || rules.suffix_bytes(text, work) > 0
}

/// Puts the tokens of exceptions in the place of those that make them up; `starts` are the tokens that can begin one.
///
/// Source: spaCy 3.8, `tokenizer.pyx`, `_apply_special_cases`.
pub(super) fn apply(
    (phrases, rules): (&Phrases, &Rules),
    starts: &[u32],
    doc: &mut Doc<'_>,
    vocab: &Vocab,
    lexemes: &mut Lexemes,
) {
    let chosen = choose(phrases.find(starts, doc, lexemes), doc.tokens.len());
    if chosen.is_empty() {
        return;
    }
    let text = doc.text;
    let old = std::mem::take(&mut doc.tokens);
    let mut old = old.into_iter().peekable();
    let mut at = 0;
    let renumber = |tokens: &mut Vec<Token>, token: Token| {
        let index = tokens.len() as u32;
        tokens.push(Token { head: index, left_edge: index, right_edge: index, ..token });
    };
    for (start, end) in chosen {
        while at < start {
            at += 1;
            if let Some(token) = old.next() {
                renumber(&mut doc.tokens, token);
            }
        }
        let replaced: Vec<Token> = old.by_ref().take((end - start) as usize).collect();
        at = end;
        let (Some(first), Some(last)) = (replaced.first(), replaced.last()) else { continue };
        let (mut start_byte, space_after) = (first.start_byte, last.space_after);
        let Some(tokens) = rules.exception(&text[start_byte as usize..last.end_byte as usize]) else {
            replaced.into_iter().for_each(|token| renumber(&mut doc.tokens, token));
            continue;
        };
        for token in tokens {
            let end_byte = start_byte + token.bytes;
            let lexeme = lexemes.intern(vocab, &text[start_byte as usize..end_byte as usize], token.norm.as_deref());
            doc.tokens.push(Token::new(start_byte..end_byte, lexeme, doc.tokens.len() as u32));
            start_byte = end_byte;
        }
        if let Some(last) = doc.tokens.last_mut() {
            last.space_after = space_after;
        }
    }
    old.for_each(|token| renumber(&mut doc.tokens, token));
}

/// The longest places first, of equal ones the leftmost; a place is left out when its first or last token is in one that
/// was looked at before, be that one chosen or not. In the order of the text.
///
/// Source: spaCy 3.8, `tokenizer.pyx`, `_filter_special_spans`.
fn choose(mut found: Vec<(u32, u32)>, tokens: usize) -> Vec<(u32, u32)> {
    found.sort_unstable_by_key(|(start, end)| (std::cmp::Reverse(end - start), *start));
    let mut seen = vec![false; if found.is_empty() { 0 } else { tokens }];
    found.retain(|(start, end)| {
        let places = *start as usize..*end as usize;
        let free = !seen[places.start] && !seen[places.end - 1];
        seen[places].fill(true);
        free
    });
    found.sort_unstable();
    found
}

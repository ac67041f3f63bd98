//! Runs a program over a text: backtracking in Python's order, on a stack of its own.
//!
//! Most searches end after a few steps. One that goes back more often begins to remember where it has failed, a place in
//! the program with a place in the text, and never tries the same again; so that time is bounded by their product.

use std::ops::Range;

use super::compile::{Pc, Program, Repeat, Step, Tail};
use super::parse::Place;
use crate::strings::IdMap;
use crate::unicode::Property;

/// Buffers of a search that the next one can use.
#[derive(Clone, Debug, Default)]
pub(crate) struct Work {
    stack: Vec<Saved>,
    memory: Memory,
}

/// What to try when the way taken fails.
#[derive(Clone, Copy, Debug)]
struct Saved {
    way: Way,
    /// How many marks on the trail are older.
    trail: u32,
}

#[derive(Clone, Copy, Debug)]
enum Way {
    /// Go on elsewhere.
    Branch { pc: Pc, pos: u32 },
    /// The next of a list of alternatives.
    Choose { branches: u32, list: u32, at: u32, pos: u32 },
    /// One repetition less, down to `low`.
    Less { pc: Pc, low: u32, pos: u32 },
    /// One repetition more, of which so many are left.
    More { pc: Pc, left: u32, pos: u32 },
}

/// Where the machine has been without success.
#[derive(Clone, Debug, Default)]
struct Memory {
    /// One bit for each of 512 places in the text, by place in the program.
    pages: IdMap<u64, [u64; 8]>,
    /// Marks in the order in which they were made, less those on ways that failed.
    trail: Vec<(u32, u32)>,
    on: bool,
}

impl Memory {
    /// After so many steps back a search remembers.
    const PATIENCE: u32 = 2_000;

    /// Marks a place; whether it was marked already.
    fn mark(&mut self, memo: u32, pos: u32) -> bool {
        let bits = self.pages.entry(u64::from(memo) << 32 | u64::from(pos >> 9)).or_default();
        let (word, bit) = ((pos >> 6 & 7) as usize, 1 << (pos & 63));
        let known = bits[word] & bit != 0;
        bits[word] |= bit;
        if !known {
            self.trail.push((memo, pos));
        }
        known
    }

    /// Takes back the marks on a way that did not fail.
    fn forget_back_to(&mut self, length: u32) {
        for (memo, pos) in self.trail.drain(length as usize..) {
            if let Some(bits) = self.pages.get_mut(&(u64::from(memo) << 32 | u64::from(pos >> 9))) {
                bits[(pos >> 6 & 7) as usize] &= !(1 << (pos & 63));
            }
        }
    }
}

/// A program on its way through a text.
pub(super) struct Search<'s> {
    program: &'s Program,
    text: &'s str,
    work: &'s mut Work,
    /// Where the next match may begin.
    from: usize,
    /// A match that ends here too would be empty and follow an empty one.
    not_empty_at: Option<usize>,
    steps_back: u32,
}

impl<'s> Search<'s> {
    /// Texts have at most 4 GiB, as everywhere in a document.
    pub(super) fn new(program: &'s Program, text: &'s str, work: &'s mut Work) -> Self {
        work.stack.clear();
        if work.memory.on {
            work.memory = Memory::default();
        }
        Self { program, text, work, from: 0, not_empty_at: None, steps_back: 0 }
    }

    /// The end of a match at the start of the text.
    pub(super) fn match_start(&mut self) -> Option<usize> {
        if self.cannot_match() {
            return None;
        }
        self.run(self.program.start, 0, true)
    }

    /// The next match; an empty one may follow a full one but not an empty one at the same place.
    pub(super) fn next_match(&mut self) -> Option<Range<usize>> {
        if self.from > self.text.len() || self.from == 0 && self.cannot_match() {
            return None;
        }
        let found = self.find();
        match &found {
            Some(found) => {
                self.not_empty_at = (found.is_empty()).then_some(found.end);
                self.from = found.end;
            }
            None => self.from = self.text.len() + 1,
        }
        found
    }

    /// Whether a character is missing that every match needs.
    fn cannot_match(&self) -> bool {
        self.program.required.is_some_and(|byte| !self.text.as_bytes().contains(&byte))
    }

    fn find(&mut self) -> Option<Range<usize>> {
        let program = self.program;
        if program.starts_text {
            let start = (self.from == 0).then_some(0)?;
            return self.run(program.start, start, true).map(|end| start..end);
        }
        if self.from == 0 && program.tails.is_some() && !self.text.ends_with('\n') {
            return self.find_tail();
        }
        let mut start = self.from;
        loop {
            start = self.next_start(start)?;
            if let Some(end) = self.run(program.start, start, true) {
                return Some(start..end);
            }
            start += self.char_at(start)?.len_utf8();
        }
    }

    /// The next place where a match can begin.
    fn next_start(&self, mut start: usize) -> Option<usize> {
        let first = &self.program.first;
        if first.ascii == u128::MAX && first.wide {
            return Some(start);
        }
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(start) {
            if byte.is_ascii() {
                if first.ascii >> byte & 1 != 0 {
                    return Some(start);
                }
                start += 1;
            } else {
                let char = self.char_at(start)?;
                if first.contains(char) {
                    return Some(start);
                }
                start += char.len_utf8();
            }
        }
        None
    }

    /// A match that ends where the text does: its last character leaves few alternatives, and those few starts.
    fn find_tail(&mut self) -> Option<Range<usize>> {
        let program = self.program;
        let tails = program.tails.as_ref()?;
        let list = tails.dispatch.list(tails.dispatch.list_for(self.text.chars().next_back()));
        let candidates = || list.iter().map(|at| &tails.tails[*at as usize]);
        let mut start = candidates().map(|tail| self.earliest(tail)).min()?;
        loop {
            for tail in candidates() {
                if let Some(end) = self.run(tail.start, start, true) {
                    return Some(start..end);
                }
            }
            start += self.char_at(start)?.len_utf8();
        }
    }

    /// Where an alternative that ends the text can begin at the earliest.
    fn earliest(&self, tail: &Tail) -> usize {
        let most = tail.max.map_or(usize::MAX, |max| max as usize);
        let held = self.text.char_indices().rev().take(most).take_while(|(_, char)| tail.inside.contains(*char));
        held.last().map_or(self.text.len(), |(start, _)| start)
    }

    #[inline]
    fn char_at(&self, pos: usize) -> Option<char> {
        match self.text.as_bytes().get(pos) {
            Some(byte) if byte.is_ascii() => Some(char::from(*byte)),
            Some(_) => self.text[pos..].chars().next(),
            None => None,
        }
    }

    #[inline]
    fn char_before(&self, pos: usize) -> Option<char> {
        self.text[..pos].chars().next_back()
    }

    /// Runs from an instruction and a place to the end of a match. `outer` is false within a look-around.
    fn run(&mut self, pc: Pc, pos: usize, outer: bool) -> Option<usize> {
        let base = self.work.stack.len();
        let trail = self.work.memory.trail.len() as u32;
        let mut state = Some((pc, pos));
        while let Some((pc, pos)) = state {
            match self.advance(pc, pos) {
                Outcome::Match(end) if !(outer && self.not_empty_at == Some(end)) => {
                    self.work.stack.truncate(base);
                    self.work.memory.forget_back_to(trail);
                    return Some(end);
                }
                _ => state = self.back(base),
            }
        }
        self.work.memory.trail.truncate(trail as usize);
        None
    }

    /// Goes on until a match, or to where nothing fits.
    fn advance(&mut self, mut pc: Pc, mut pos: usize) -> Outcome {
        let program = self.program;
        loop {
            let inst = &program.insts[pc as usize];
            let here = pc;
            pc = inst.next;
            match &inst.step {
                Step::Match => return Outcome::Match(pos),
                Step::Char(wanted) => match self.char_at(pos) {
                    Some(char) if char == *wanted => pos += char.len_utf8(),
                    _ => return Outcome::Fail,
                },
                Step::Set(set) => match self.char_at(pos) {
                    Some(char) if program.sets[*set as usize].contains(char) => pos += char.len_utf8(),
                    _ => return Outcome::Fail,
                },
                Step::Split(other) => self.save(Way::Branch { pc: *other, pos: pos as u32 }),
                Step::Choose(branches) => match self.choose(*branches, pos) {
                    Some(start) => pc = start,
                    None => return Outcome::Fail,
                },
                Step::Repeat(repeat) => match self.repeat(repeat, inst.next, here, pos) {
                    Some(state) => (pc, pos) = state,
                    None => return Outcome::Fail,
                },
                Step::Place(place) => {
                    if !self.is_at(*place, pos) {
                        return Outcome::Fail;
                    }
                }
                Step::Look { start, behind, negated } => {
                    if self.look(*start, *behind, pos) == *negated {
                        return Outcome::Fail;
                    }
                }
                Step::Memo(memo) => {
                    if self.work.memory.on && self.work.memory.mark(*memo, pos as u32) {
                        return Outcome::Fail;
                    }
                }
            }
        }
    }

    fn save(&mut self, way: Way) {
        let trail = self.work.memory.trail.len() as u32;
        self.work.stack.push(Saved { way, trail });
    }

    /// The way that was saved last since `base`, taken up.
    fn back(&mut self, base: usize) -> Option<(Pc, usize)> {
        self.steps_back = self.steps_back.saturating_add(1);
        if self.steps_back == Memory::PATIENCE {
            self.work.memory.on = true;
        }
        loop {
            if self.work.stack.len() <= base {
                return None;
            }
            let saved = self.work.stack.pop()?;
            self.work.memory.trail.truncate(saved.trail as usize);
            let found = match saved.way {
                Way::Branch { pc, pos } => Some((pc, pos as usize)),
                Way::Choose { branches, list, at, pos } => self.choose_at(branches, list, at, pos),
                Way::Less { pc, low, pos } => self.less(pc, low, pos),
                Way::More { pc, left, pos } => self.more(pc, left, pos as usize),
            };
            if found.is_some() {
                return found;
            }
        }
    }

    fn choose(&mut self, branches: u32, pos: usize) -> Option<Pc> {
        let list = self.program.branches[branches as usize].dispatch.list_for(self.char_at(pos));
        self.choose_at(branches, list, 0, pos as u32).map(|(pc, _)| pc)
    }

    fn choose_at(&mut self, branches: u32, list: u32, at: u32, pos: u32) -> Option<(Pc, usize)> {
        let alternatives = &self.program.branches[branches as usize];
        let numbers = alternatives.dispatch.list(list);
        let number = *numbers.get(at as usize)?;
        if at as usize + 1 < numbers.len() {
            self.save(Way::Choose { branches, list, at: at + 1, pos });
        }
        Some((alternatives.starts[number as usize], pos as usize))
    }

    /// Takes as many characters as must be, and then as many as may be or none, with the other counts saved.
    fn repeat(&mut self, repeat: &Repeat, next: Pc, pc: Pc, from: usize) -> Option<(Pc, usize)> {
        let low = self.take(repeat, from, repeat.min)?;
        if !repeat.greedy {
            if repeat.max > repeat.min {
                self.save(Way::More { pc, left: repeat.max - repeat.min, pos: low as u32 });
            }
            return Some((if low == from { repeat.next_if_none } else { next }, low));
        }
        let high = if repeat.max == u32::MAX && self.work.memory.on {
            self.take_new(repeat, low)?
        } else {
            self.take_most(repeat, low, repeat.max - repeat.min)
        };
        if high > low {
            self.save(Way::Less { pc, low: low as u32, pos: high as u32 });
        }
        Some((if high == from { repeat.next_if_none } else { next }, high))
    }

    /// Exactly so many characters of the set.
    fn take(&self, repeat: &Repeat, mut pos: usize, count: u32) -> Option<usize> {
        let set = &self.program.sets[repeat.set as usize];
        for _ in 0..count {
            pos += self.char_at(pos).filter(|char| set.contains(*char))?.len_utf8();
        }
        Some(pos)
    }

    /// At most so many characters of the set.
    fn take_most(&self, repeat: &Repeat, mut pos: usize, count: u32) -> usize {
        let set = &self.program.sets[repeat.set as usize];
        for _ in 0..count {
            match self.char_at(pos) {
                Some(char) if set.contains(char) => pos += char.len_utf8(),
                _ => break,
            }
        }
        pos
    }

    /// All characters of the set up to where an earlier repetition, which failed, went on from; `None` if that is here.
    fn take_new(&mut self, repeat: &Repeat, mut pos: usize) -> Option<usize> {
        let set = &self.program.sets[repeat.set as usize];
        if self.work.memory.mark(repeat.memo, pos as u32) {
            return None;
        }
        while let Some(char) = self.char_at(pos).filter(|char| set.contains(*char)) {
            let after = pos + char.len_utf8();
            if self.work.memory.mark(repeat.memo, after as u32) {
                break;
            }
            pos = after;
        }
        Some(pos)
    }

    /// Gives one repetition back.
    fn less(&mut self, pc: Pc, low: u32, pos: u32) -> Option<(Pc, usize)> {
        let inst = &self.program.insts[pc as usize];
        let Step::Repeat(repeat) = &inst.step else { return None };
        let pos = pos - self.char_before(pos as usize)?.len_utf8() as u32;
        if pos > low {
            self.save(Way::Less { pc, low, pos });
            return Some((inst.next, pos as usize));
        }
        Some((if repeat.min == 0 { repeat.next_if_none } else { inst.next }, pos as usize))
    }

    /// Takes one repetition more.
    fn more(&mut self, pc: Pc, left: u32, pos: usize) -> Option<(Pc, usize)> {
        let inst = &self.program.insts[pc as usize];
        let Step::Repeat(repeat) = &inst.step else { return None };
        let pos = self.take(repeat, pos, 1)?;
        if left > 1 {
            let left = if repeat.max == u32::MAX { left } else { left - 1 };
            self.save(Way::More { pc, left, pos: pos as u32 });
        }
        Some((inst.next, pos))
    }

    fn look(&mut self, start: Pc, behind: Option<u32>, pos: usize) -> bool {
        let from = match behind {
            None | Some(0) => pos,
            Some(width) => match self.text[..pos].char_indices().rev().nth(width as usize - 1) {
                Some((from, _)) => from,
                None => return false,
            },
        };
        self.run(start, from, false).is_some()
    }

    fn is_at(&self, place: Place, pos: usize) -> bool {
        let rest = &self.text.as_bytes()[pos..];
        match place {
            Place::Start => pos == 0,
            Place::End => rest.is_empty() || rest == b"\n",
            Place::VeryEnd => rest.is_empty(),
            Place::LineStart => pos == 0 || self.text.as_bytes()[pos - 1] == b'\n',
            Place::LineEnd => rest.is_empty() || rest[0] == b'\n',
            Place::WordEdge { ascii } => !self.text.is_empty() && self.is_word_edge(pos, ascii),
            Place::NoWordEdge { ascii } => !self.text.is_empty() && !self.is_word_edge(pos, ascii),
        }
    }

    fn is_word_edge(&self, pos: usize, ascii: bool) -> bool {
        let is_word =
            |char: Option<char>| char.is_some_and(|char| Property::WORD.of(char) && (!ascii || char.is_ascii()));
        is_word(self.char_before(pos)) != is_word(self.char_at(pos))
    }
}

enum Outcome {
    /// A match ends here.
    Match(usize),
    Fail,
}

//! A pattern's tree to a program for the machine.
//!
//! The program is made from its end to its start, so that every instruction knows what comes after it.

use super::PatternError;
use super::analysis::{self, Chars, Dispatch};
use super::parse::{Node, Place};
use super::set::Set;

/// The place of an instruction.
pub(super) type Pc = u32;

/// One step, and the instruction after it.
#[derive(Clone, Debug)]
pub(super) struct Inst {
    pub(super) step: Step,
    pub(super) next: Pc,
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    Match,
    Char(char),
    Set(u32),
    /// `next`, and if that fails the other.
    Split(Pc),
    /// The alternatives of a [`Branches`], in order.
    Choose(u32),
    Repeat(Repeat),
    Place(Place),
    Look {
        start: Pc,
        behind: Option<u32>,
        negated: bool,
    },
    /// Paths join here, or a loop begins: where the machine remembers having been.
    Memo(u32),
}

/// A single character, repeated.
#[derive(Clone, Debug)]
pub(super) struct Repeat {
    pub(super) set: u32,
    pub(super) min: u32,
    pub(super) max: u32,
    pub(super) greedy: bool,
    /// After no repetition; the same as `next` but within a loop that must not run in place.
    pub(super) next_if_none: Pc,
    /// Where the machine remembers having been, for a repetition without limit.
    pub(super) memo: u32,
}

/// Alternatives of which the next character leaves some.
#[derive(Clone, Debug)]
pub(super) struct Branches {
    pub(super) dispatch: Dispatch,
    pub(super) starts: Vec<Pc>,
}

/// Alternatives that all end where the text ends.
#[derive(Clone, Debug)]
pub(super) struct Tails {
    /// By the last character.
    pub(super) dispatch: Dispatch,
    pub(super) tails: Vec<Tail>,
}

#[derive(Clone, Debug)]
pub(super) struct Tail {
    pub(super) start: Pc,
    /// The most characters that it takes.
    pub(super) max: Option<u32>,
    /// The characters that it can hold.
    pub(super) inside: Chars,
}

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) insts: Vec<Inst>,
    pub(super) sets: Vec<Set>,
    pub(super) branches: Vec<Branches>,
    pub(super) start: Pc,
    /// A match begins where the text begins, or not at all.
    pub(super) starts_text: bool,
    /// The characters that a match begins with; all when it may be empty.
    pub(super) first: Chars,
    /// An ASCII character that every match holds.
    pub(super) required: Option<u8>,
    pub(super) tails: Option<Tails>,
}

/// A pattern grows into no more instructions; counted repeats of groups are written out.
const MAX_INSTRUCTIONS: usize = 100_000;
/// From so many alternatives on it pays to look at the next character first.
const MIN_BRANCHES: usize = 3;

pub(super) fn compile(tree: &Node) -> Result<Program, PatternError> {
    let mut compiler = Compiler::default();
    let end = compiler.push(Step::Match, 0)?;
    let tails = compiler.tails(tree, end)?;
    let start = compiler.node(tree, end)?;
    let (first, empty) = analysis::first(tree);
    Ok(Program {
        insts: compiler.insts,
        sets: compiler.sets,
        branches: compiler.branches,
        start,
        starts_text: analysis::starts_text(tree),
        first: if empty { analysis::any() } else { first },
        required: rarest(analysis::required(tree)),
        tails,
    })
}

/// The character out of a set of ASCII that texts hold least often: punctuation before letters.
fn rarest(chars: u128) -> Option<u8> {
    let held = (0..128u8).filter(|byte| chars >> byte & 1 != 0);
    held.min_by_key(u8::is_ascii_alphanumeric)
}

#[derive(Default)]
struct Compiler {
    insts: Vec<Inst>,
    sets: Vec<Set>,
    branches: Vec<Branches>,
    memos: u32,
}

impl Compiler {
    fn push(&mut self, step: Step, next: Pc) -> Result<Pc, PatternError> {
        if self.insts.len() >= MAX_INSTRUCTIONS {
            let problem = format!("expected a pattern of at most {MAX_INSTRUCTIONS} steps, found more");
            return Err(PatternError::new(0, problem));
        }
        self.insts.push(Inst { step, next });
        Ok(self.insts.len() as Pc - 1)
    }

    fn set(&mut self, set: &Set) -> u32 {
        let at = self.sets.iter().position(|known| known == set).unwrap_or_else(|| {
            self.sets.push(set.clone());
            self.sets.len() - 1
        });
        at as u32
    }

    fn new_memo(&mut self) -> u32 {
        self.memos += 1;
        self.memos - 1
    }

    /// Remembers at `next`, where more than one path arrives.
    fn join(&mut self, next: Pc) -> Result<Pc, PatternError> {
        if matches!(self.insts[next as usize].step, Step::Match | Step::Memo(_)) {
            return Ok(next);
        }
        let memo = self.new_memo();
        self.push(Step::Memo(memo), next)
    }

    /// The start of what matches `node` and goes on at `next`.
    fn node(&mut self, node: &Node, next: Pc) -> Result<Pc, PatternError> {
        self.node_within(node, next, next)
    }

    /// Like [`Compiler::node`], within an iteration of a loop that may take no character: what comes after depends on
    /// whether the iteration has taken one. `none` goes on where nothing was taken so far, `some` where something was.
    fn node_within(&mut self, node: &Node, none: Pc, some: Pc) -> Result<Pc, PatternError> {
        match node {
            Node::Empty => Ok(none),
            Node::Char(char) => self.push(Step::Char(*char), some),
            Node::Set(set) => {
                let set = self.set(set);
                self.push(Step::Set(set), some)
            }
            Node::Place(place) => self.push(Step::Place(*place), none),
            Node::Look { body, behind, negated } => {
                let end = self.push(Step::Match, 0)?;
                let start = self.node(body, end)?;
                self.push(Step::Look { start, behind: *behind, negated: *negated }, none)
            }
            Node::Sequence(nodes) => self.sequence(nodes, none, some),
            Node::Choice(nodes) => self.choice(nodes, none, some),
            Node::Repeat { body, min, max, greedy } => match &**body {
                Node::Char(_) | Node::Set(_) => self.repeat_char(body, *min, *max, *greedy, none, some),
                body => self.repeat(body, *min, *max, *greedy, none, some),
            },
        }
    }

    fn sequence(&mut self, nodes: &[Node], mut none: Pc, mut some: Pc) -> Result<Pc, PatternError> {
        for (at, node) in nodes.iter().enumerate().rev() {
            let entry = self.node_within(node, none, some)?;
            // What follows a character is needed apart only where nodes before this one can take one.
            if none != some && at > 0 {
                some = self.node(node, some)?;
            } else {
                some = entry;
            }
            none = entry;
        }
        Ok(none)
    }

    fn choice(&mut self, nodes: &[Node], none: Pc, some: Pc) -> Result<Pc, PatternError> {
        let (joined, same) = (self.join(some)?, none == some);
        let none = if same { joined } else { self.join(none)? };
        let starts: Result<Vec<Pc>, _> = nodes.iter().map(|node| self.node_within(node, none, joined)).collect();
        let mut starts = starts?;
        if starts.len() >= MIN_BRANCHES {
            let dispatch = Dispatch::new(&nodes.iter().map(analysis::first).collect::<Vec<_>>());
            self.branches.push(Branches { dispatch, starts });
            return self.push(Step::Choose(self.branches.len() as u32 - 1), 0);
        }
        let mut entry = starts.pop().unwrap_or(none);
        while let Some(start) = starts.pop() {
            entry = self.push(Step::Split(entry), start)?;
        }
        Ok(entry)
    }

    fn repeat_char(
        &mut self,
        body: &Node,
        min: u32,
        max: Option<u32>,
        greedy: bool,
        none: Pc,
        some: Pc,
    ) -> Result<Pc, PatternError> {
        let set = match body {
            Node::Set(set) => self.set(set),
            Node::Char(char) => {
                let set = one_char(*char);
                self.set(&set)
            }
            _ => return self.repeat(body, min, max, greedy, none, some),
        };
        let max = max.unwrap_or(u32::MAX);
        let same = none == some;
        let some = if min == max { some } else { self.join(some)? };
        let none = if same { some } else { none };
        let memo = self.new_memo();
        self.push(Step::Repeat(Repeat { set, min, max, greedy, next_if_none: none, memo }), some)
    }

    /// Writes out the iterations that must be, and those that may be up to a limit; without a limit there is a loop.
    ///
    /// An iteration that takes no character ends the loop, as in Python: source CPython 3.11, `Modules/_sre/sre_lib.h`,
    /// `SRE_OP_MAX_UNTIL` and `SRE_OP_MIN_UNTIL`.
    fn repeat(
        &mut self,
        body: &Node,
        min: u32,
        max: Option<u32>,
        greedy: bool,
        none: Pc,
        some: Pc,
    ) -> Result<Pc, PatternError> {
        if none == some {
            let exit = if max == Some(min) { some } else { self.join(some)? };
            return self.iterations(body, min, max, greedy, exit);
        }
        self.iterations_within(body, min, max, greedy, none, some)
    }

    /// Iterations where it does not matter whether they take anything.
    fn iterations(
        &mut self,
        body: &Node,
        min: u32,
        max: Option<u32>,
        greedy: bool,
        exit: Pc,
    ) -> Result<Pc, PatternError> {
        let mut entry = match max {
            None => self.endless(body, greedy, exit)?,
            Some(max) => {
                let mut entry = exit;
                for _ in min..max {
                    let iteration = self.iteration(body, exit, entry)?;
                    entry = self.either(iteration, exit, greedy)?;
                }
                entry
            }
        };
        for _ in 0..min {
            entry = self.node(body, entry)?;
        }
        Ok(entry)
    }

    /// One iteration after which the loop goes on at `again`, or ends at `exit` if it has taken nothing.
    fn iteration(&mut self, body: &Node, exit: Pc, again: Pc) -> Result<Pc, PatternError> {
        let may_be_empty = analysis::width(body).0 == 0;
        self.node_within(body, if may_be_empty { exit } else { again }, again)
    }

    fn endless(&mut self, body: &Node, greedy: bool, exit: Pc) -> Result<Pc, PatternError> {
        let split = self.push(Step::Split(exit), exit)?;
        let memo = self.new_memo();
        let head = self.push(Step::Memo(memo), split)?;
        let iteration = self.iteration(body, exit, head)?;
        let inst = &mut self.insts[split as usize];
        if greedy {
            inst.next = iteration;
        } else {
            inst.step = Step::Split(iteration);
        }
        Ok(head)
    }

    /// Iterations within a loop that may run in place: what nothing was taken by goes on at `none`.
    fn iterations_within(
        &mut self,
        body: &Node,
        min: u32,
        max: Option<u32>,
        greedy: bool,
        none: Pc,
        some: Pc,
    ) -> Result<Pc, PatternError> {
        let some_exit = self.join(some)?;
        let none_exit = self.join(none)?;
        // What is left to do after some iterations, once something was taken.
        let rest = |compiler: &mut Self, done: u32| {
            let min = min.saturating_sub(done);
            let max = max.map(|max| max.saturating_sub(done));
            compiler.iterations(body, min, max, greedy, some_exit)
        };
        let mut entry = none_exit;
        let optional = match max {
            // One empty iteration ends the loop, so that only the first can find nothing taken.
            None => 1,
            Some(max) => (max - min).min(1),
        };
        if optional == 1 {
            let after = rest(self, min + 1)?;
            let iteration = self.node_within(body, none_exit, after)?;
            entry = self.either(iteration, none_exit, greedy)?;
        }
        for done in (1..=min).rev() {
            let after = rest(self, done)?;
            entry = self.node_within(body, entry, after)?;
        }
        Ok(entry)
    }

    /// More iterations or the exit, whichever is wanted first.
    fn either(&mut self, more: Pc, exit: Pc, greedy: bool) -> Result<Pc, PatternError> {
        let (next, other) = if greedy { (more, exit) } else { (exit, more) };
        self.push(Step::Split(other), next)
    }

    /// The alternatives apart, when each ends where the text ends.
    fn tails(&mut self, tree: &Node, end: Pc) -> Result<Option<Tails>, PatternError> {
        if !analysis::ends_text(tree) || analysis::starts_text(tree) {
            return Ok(None);
        }
        let nodes = match tree {
            Node::Choice(nodes) => nodes.as_slice(),
            node => std::slice::from_ref(node),
        };
        let dispatch = Dispatch::new(&nodes.iter().map(analysis::last).collect::<Vec<_>>());
        let tails: Result<Vec<Tail>, _> = nodes
            .iter()
            .map(|node| {
                let inside = analysis::inside(node);
                Ok(Tail { start: self.node(node, end)?, max: analysis::width(node).1, inside })
            })
            .collect();
        Ok(Some(Tails { dispatch, tails: tails? }))
    }
}

fn one_char(char: char) -> Set {
    let mut set = super::set::SetBuilder::new(false);
    set.add_range(u32::from(char), u32::from(char));
    set.finish(false)
}

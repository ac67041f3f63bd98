//! The search for matches: all patterns at all tokens at once, as a set of states that each token advances.

use std::collections::HashSet;

use super::pattern::Quantifier;
use super::tokens::Tokens;
use super::{Match, Matcher, Node};

/// The most matches in one text. Patterns that repeat have as many as there are pairs of tokens.
pub(crate) const MAX_MATCHES: usize = 1 << 20;
/// The most states that are advanced in one text: some seconds of work.
const MAX_STEPS: usize = 1 << 28;
/// So many states at once are looked through for those that are there twice.
const CROWD: usize = 64;

/// A text has more matches than [`MAX_MATCHES`], or takes too long to search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooManyMatches;

/// A pattern that has been followed from `start` up to the token before the present one.
///
/// spaCy also counts how many tokens it has covered; that is always the distance from `start`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct State {
    node: u32,
    start: u32,
}

/// What a step means for a token; the names are spaCy's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    /// The pattern does not go on.
    Reject,
    /// It ends with this token.
    Match,
    /// It goes on with the next step at the next token.
    Advance,
    /// It goes on with the next step at this token.
    Retry,
    /// It ended before this token, and may end again with the next.
    MatchExtend,
    /// Both `Retry` and `Advance`.
    RetryAdvance,
    /// `Retry`, and the same step again at the next token.
    RetryExtend,
    /// It ended before this token.
    MatchReject,
    /// It ended before this token, and ends with it.
    MatchDouble,
}

impl Action {
    /// Source: spaCy 3.8, `matcher/matcher.pyx`, `get_action`.
    fn of(node: Node, fits: bool) -> Self {
        match (node.quantifier, fits != (node.quantifier == Quantifier::Zero), node.is_last) {
            (Quantifier::Zero | Quantifier::One, true, true) => Self::Match,
            (Quantifier::Zero | Quantifier::One, true, false) => Self::Advance,
            (Quantifier::Zero | Quantifier::One, false, _) => Self::Reject,
            (Quantifier::ZeroPlus, true, true) => Self::MatchExtend,
            (Quantifier::ZeroPlus, true, false) => Self::RetryExtend,
            (Quantifier::ZeroOne, true, true) => Self::MatchDouble,
            (Quantifier::ZeroOne, true, false) => Self::RetryAdvance,
            (Quantifier::ZeroPlus | Quantifier::ZeroOne, false, true) => Self::MatchReject,
            (Quantifier::ZeroPlus | Quantifier::ZeroOne, false, false) => Self::Retry,
        }
    }
}

impl Matcher {
    /// All matches, each once, in spaCy's order: by the token that decides on them.
    ///
    /// # Errors
    /// [`TooManyMatches`]
    ///
    /// Source: spaCy 3.8, `matcher/matcher.pyx`, `find_matches`.
    pub(crate) fn find(&self, tokens: &Tokens<'_>) -> Result<Vec<Match>, TooManyMatches> {
        let mut search = Search {
            matcher: self,
            tokens,
            fits: vec![None; self.specs.len()],
            tried: Vec::new(),
            found: Found::default(),
            steps: 0,
        };
        let mut states = Vec::new();
        let mut starts = Vec::new();
        for index in 0..tokens.len() {
            self.starts.collect(tokens, index, &mut starts);
            states.extend(starts.iter().map(|node| State { node: *node, start: index as u32 }));
            search.advance(&mut states, index)?;
            if states.len() > CROWD {
                drop_repeated(&mut states);
            }
        }
        search.finish(&states)?;
        Ok(search.found.in_order)
    }
}

/// Removes the states that an earlier one equals: all that they lead to is found, and found first, through that one.
fn drop_repeated(states: &mut Vec<State>) {
    let mut seen = HashSet::with_capacity(states.len());
    states.retain(|state| seen.insert(*state));
}

struct Search<'s> {
    matcher: &'s Matcher,
    tokens: &'s Tokens<'s>,
    /// What is known of the present token: whether it fits each specification.
    fits: Vec<Option<bool>>,
    /// The specifications that `fits` knows about.
    tried: Vec<u32>,
    found: Found,
    /// How many states were advanced so far.
    steps: usize,
}

#[derive(Default)]
struct Found {
    in_order: Vec<Match>,
    seen: HashSet<Match>,
}

impl Found {
    /// Takes a match over unless it is empty or known.
    fn push(&mut self, rule: u32, start: u32, end: usize) -> Result<(), TooManyMatches> {
        let found = Match { rule, start, end: end as u32 };
        if start < found.end && self.seen.insert(found) {
            if self.in_order.len() == MAX_MATCHES {
                return Err(TooManyMatches);
            }
            self.in_order.push(found);
        }
        Ok(())
    }
}

impl Search<'_> {
    /// Shows the token at `index` to all states. Those that go on keep their order; those that arise come after them.
    ///
    /// Source: spaCy 3.8, `matcher/matcher.pyx`, `transition_states`.
    fn advance(&mut self, states: &mut Vec<State>, index: usize) -> Result<(), TooManyMatches> {
        for spec in self.tried.drain(..) {
            self.fits[spec as usize] = None;
        }
        let mut arisen = Vec::new();
        let mut kept = 0;
        for place in 0..states.len() {
            if let Some(state) = self.advance_one(states[place], index, &mut arisen)? {
                states[kept] = state;
                kept += 1;
            }
        }
        states.truncate(kept);
        states.append(&mut arisen);
        Ok(())
    }

    /// Follows one state through this token; the state that it becomes at the next one, if it goes on.
    fn advance_one(
        &mut self,
        state: State,
        index: usize,
        arisen: &mut Vec<State>,
    ) -> Result<Option<State>, TooManyMatches> {
        let State { node: mut place, start } = state;
        loop {
            self.steps += 1;
            if self.steps > MAX_STEPS {
                return Err(TooManyMatches);
            }
            let node = self.matcher.nodes[place as usize];
            match Action::of(node, self.fits(node.spec, index)) {
                Action::Reject => return Ok(None),
                Action::Advance => return Ok(Some(State { node: place + 1, start })),
                Action::Retry => {}
                Action::RetryExtend => arisen.push(State { node: place, start }),
                Action::RetryAdvance => arisen.push(State { node: place + 1, start }),
                Action::Match => {
                    self.found.push(node.rule, start, index + 1)?;
                    return Ok(None);
                }
                Action::MatchReject => {
                    self.found.push(node.rule, start, index)?;
                    return Ok(None);
                }
                Action::MatchDouble => {
                    self.found.push(node.rule, start, index)?;
                    self.found.push(node.rule, start, index + 1)?;
                    return Ok(None);
                }
                Action::MatchExtend => {
                    self.found.push(node.rule, start, index)?;
                    return Ok(Some(State { node: place, start }));
                }
            }
            // Only steps that are not the last ask to retry, so that there is a next one.
            place += 1;
        }
    }

    /// Whether the token fulfils a specification; asked once per token.
    fn fits(&mut self, spec: u32, index: usize) -> bool {
        if let Some(fits) = self.fits[spec as usize] {
            return fits;
        }
        let asked = &self.matcher.specs[spec as usize];
        let fits = asked.equals.iter().all(|(attribute, value)| self.tokens.id(index, *attribute) == *value)
            && asked.predicates.iter().all(|predicate| predicate.holds(self.tokens, index));
        self.fits[spec as usize] = Some(fits);
        self.tried.push(spec);
        fits
    }

    /// Ends the patterns whose remaining steps may all be left out.
    ///
    /// Source: spaCy 3.8, `matcher/matcher.pyx`, `finish_states`.
    fn finish(&mut self, states: &[State]) -> Result<(), TooManyMatches> {
        for state in states {
            let mut place = state.node as usize;
            loop {
                let node = self.matcher.nodes[place];
                if !matches!(node.quantifier, Quantifier::ZeroPlus | Quantifier::ZeroOne) {
                    break;
                }
                if node.is_last {
                    self.found.push(node.rule, state.start, self.tokens.len())?;
                    break;
                }
                place += 1;
            }
        }
        Ok(())
    }
}

//! Random walks that spaCy made, and what a parse cannot show.

use super::*;
use crate::transition::Allowed;

/// Made by `tests/reference/spacy_transitions.py`.
const WALKS: &str = include_str!("walks.txt");

const A: LabelIndex = 1;
const SUBTOK: LabelIndex = 2;

fn parse_move(name: &str) -> (usize, LabelIndex) {
    let (action, label) = name.split_once('-').unwrap_or((name, ""));
    let action = "SDLRB".find(action).expect("walks name the five actions");
    (
        action,
        match label {
            "a" => A,
            "subtok" => SUBTOK,
            _ => 0,
        },
    )
}

fn listed(features: &[Option<u32>]) -> String {
    let words: Vec<_> = features.iter().map(|word| word.map_or("-".to_owned(), |word| word.to_string())).collect();
    words.join(",")
}

fn bit(allowed: Allowed, label: LabelIndex) -> char {
    match allowed {
        Allowed::Any => '1',
        Allowed::AnyBut(but) if but != label => '1',
        Allowed::Only(only) if only == label => '1',
        _ => '0',
    }
}

fn begin(state: &mut ArcEager, marks: &str) {
    state.begin(marks.chars().map(|mark| match mark {
        '+' => SentStart::Yes,
        '-' => SentStart::No,
        _ => SentStart::Unknown,
    }));
}

#[test]
fn walks_are_those_of_spacy() {
    let (mut state, mut steps, mut trees) = (ArcEager::default(), 0, 0);
    let mut lines = WALKS.lines();
    let moves: Vec<_> = lines.next().into_iter().flat_map(str::split_whitespace).map(parse_move).collect();
    for line in lines {
        let fields: Vec<_> = line.split_whitespace().collect();
        match fields[..] {
            ["text", marks] => begin(&mut state, marks),
            ["tree", _, ref arcs @ ..] => {
                assert!(state.is_final(), "{line}");
                for (word, arc) in arcs.iter().enumerate() {
                    let found = state.arc(word).map_or_else(
                        || format!("{word}:ROOT:"),
                        |arc| format!("{}:{}:", arc.head, ["", "a", "subtok"][arc.label as usize]),
                    );
                    assert!(arc.starts_with(&found), "{line}: expected {arc}, found {found}");
                }
                trees += 1;
            }
            [bits, name, few, many] => {
                assert!(!state.is_final(), "{line}");
                let allowed = state.allowed(Some(SUBTOK));
                let found: String = moves.iter().map(|&(action, label)| bit(allowed[action], label)).collect();
                assert_eq!(found, bits, "{line}");
                assert_eq!(listed(&state.features()), few, "{line}");
                assert_eq!(listed(&state.extra_features()), many, "{line}");
                let (action, label) = parse_move(name);
                state.apply(action, label);
                steps += 1;
            }
            _ => panic!("expected a step, found {line}"),
        }
    }
    assert!(steps > 400 && trees == 40, "{steps} steps of {trees} trees");
}

#[test]
fn no_words_are_final_at_once() {
    let mut state = ArcEager::default();
    begin(&mut state, "");
    assert!(state.is_final());
}

#[test]
fn without_a_move_to_make_the_stack_is_cleared_and_words_that_came_back_are_read() {
    let mut state = ArcEager::default();
    begin(&mut state, "???");
    state.apply(SHIFT, 0);
    state.apply(SHIFT, 0);
    state.apply(REDUCE, 0);
    state.give_up();
    assert!(!state.is_final());
    assert_eq!(state.features()[0], Some(1));
    state.apply(SHIFT, 0);
    state.apply(REDUCE, 0);
    assert!(state.is_final());
}

#[test]
fn arc_lists_survive_a_change_of_head() {
    let mut state = ArcEager::default();
    begin(&mut state, "???");
    state.apply(SHIFT, 0);
    state.apply(RIGHT, A);
    assert_eq!(state.right_child(Some(0)), Some(1));
    state.apply(LEFT, A);
    assert_eq!(state.right_child(Some(0)), None);
    assert_eq!(state.left_child(Some(2)), Some(1));
}

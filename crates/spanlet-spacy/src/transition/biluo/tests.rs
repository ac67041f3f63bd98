//! Random walks that spaCy made, some over texts with entities, white space and sentence starts.

use super::*;

/// Made by `tests/reference/spacy_transitions.py`.
const WALKS: &str = include_str!("walks.txt");

const KINDS: [&str; 3] = ["", "X", "Y"];

fn parse_kind(kind: &str) -> LabelIndex {
    KINDS.iter().position(|found| *found == kind).expect("walks have two kinds of entities") as u32
}

fn parse_move(name: &str) -> (usize, LabelIndex) {
    let (action, kind) = name.split_once('-').unwrap_or((name, ""));
    ("MBILUO".find(action).expect("walks name the actions"), parse_kind(kind))
}

fn parse_tokens(spaces: &str, starts: &str, entities: &[&str]) -> Vec<Token> {
    let mut tokens: Vec<_> = (spaces.chars().zip(starts.chars()))
        .map(|(space, start)| Token { preset: Preset::Outside, is_space: space == '_', starts_sentence: start == '+' })
        .collect();
    for entity in entities {
        let (start, end, kind) = parse_entity(entity);
        tokens[start..end].iter_mut().for_each(|token| token.preset = Preset::Inside(kind));
        tokens[start].preset = Preset::Begin(kind);
    }
    tokens
}

fn parse_entity(entity: &str) -> (usize, usize, LabelIndex) {
    let fields: Vec<_> = entity.split(':').collect();
    let number = |field: &str| field.parse().expect("walks have whole numbers");
    (number(fields[0]), number(fields[1]), parse_kind(fields[2]))
}

fn listed(features: &[Option<u32>]) -> String {
    let tokens: Vec<_> = features.iter().map(|token| token.map_or("-".to_owned(), |token| token.to_string())).collect();
    tokens.join(",")
}

fn bit(allowed: Allowed, label: LabelIndex) -> char {
    match allowed {
        Allowed::Any => '1',
        Allowed::AnyBut(but) if but != label => '1',
        Allowed::Only(only) if only == label => '1',
        _ => '0',
    }
}

#[test]
fn walks_are_those_of_spacy() {
    let (mut state, mut steps, mut texts) = (Biluo::default(), 0, 0);
    let mut lines = WALKS.lines();
    let moves: Vec<_> = lines.next().into_iter().flat_map(str::split_whitespace).map(parse_move).collect();
    for line in lines {
        let fields: Vec<_> = line.split_whitespace().collect();
        match fields[..] {
            ["text", spaces, starts, ref entities @ ..] => {
                state.begin(parse_tokens(spaces, starts, entities).into_iter());
            }
            ["entities", ref entities @ ..] => {
                assert!(state.is_final(), "{line}");
                let found: Vec<_> = (state.entities().iter())
                    .map(|found| (found.tokens.start as usize, found.tokens.end as usize, found.label))
                    .collect();
                let expected: Vec<_> = entities.iter().map(|entity| parse_entity(entity)).collect();
                assert_eq!(found, expected, "{line}");
                texts += 1;
            }
            [bits, name, few, many] => {
                let allowed = state.allowed();
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
    assert!(steps > 150 && texts == 40, "{steps} steps of {texts} texts");
}

#[test]
fn no_tokens_are_final_at_once() {
    let mut state = Biluo::default();
    state.begin(std::iter::empty());
    assert!(state.is_final());
    assert!(state.entities().is_empty());
}

#[test]
fn an_entity_that_is_open_when_no_move_is_left_is_dropped() {
    let mut state = Biluo::default();
    state.begin([Token::default(); 3].into_iter());
    state.apply(UNIT, 1);
    state.apply(BEGIN, 1);
    state.give_up();
    assert!(state.is_final());
    assert_eq!(state.entities(), [Entity { tokens: 0..1, label: 1 }]);
}

//! The pipelines in `shared/fixtures/spacy`, which lie beside the checkout where there is one, in a format of their own.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;

use super::{Answer, files};
use crate::artifacts::{read, root};

/// One pipeline's directory, and what spaCy 3.8.18 answers.
pub struct Fixture {
    /// The directory's name.
    pub name: String,
    /// Its parts by path.
    pub files: Vec<(String, Vec<u8>)>,
    /// Texts and answers.
    pub answers: Vec<(String, Answer)>,
    /// The component that there is not yet, named as its factory is.
    pub later: Option<String>,
}

#[derive(Deserialize)]
struct Expected {
    text: String,
    tokens: Vec<ExpectedToken>,
    ents: Vec<(usize, usize, String, u32, u32, String)>,
    noun_chunks: Option<Vec<(usize, usize)>>,
}

#[derive(Deserialize)]
struct ExpectedToken {
    t: String,
    ws: String,
    idx: u32,
    tag: String,
    pos: String,
    morph: String,
    lemma: String,
    head: i64,
    dep: String,
    ss: Option<bool>,
    stop: bool,
}

/// Every fixture, by name; none where the folder is not there.
///
/// # Panics
/// When one is not in the format.
#[must_use]
pub fn fixtures() -> Vec<Fixture> {
    let Ok(listed) = std::fs::read_dir(root().join("../shared/fixtures/spacy")) else { return Vec::new() };
    let mut folders: Vec<_> = listed.map(|entry| entry.expect("a folder's entry").path()).collect();
    folders.sort();
    let later = serde_json::from_slice(&read(&super::folder().join("later.json"))).expect("names of components");
    folders.iter().map(|folder| fixture(folder, &later)).collect()
}

fn fixture(folder: &Path, later: &HashMap<String, String>) -> Fixture {
    const ANSWERS: &str = "expected.json";
    let name = folder.file_name().and_then(|name| name.to_str()).expect("a name in UTF-8").to_owned();
    let expected: Vec<Expected> =
        serde_json::from_slice(&read(&folder.join(ANSWERS))).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut files = files(folder);
    files.retain(|(part, _)| part != ANSWERS);
    let answers = expected.iter().map(|one| (one.text.clone(), answer(one))).collect();
    Fixture { later: later.get(&name).cloned(), name, files, answers }
}

fn answer(expected: &Expected) -> Answer {
    let tokens = &expected.tokens;
    let length = |token: &ExpectedToken| u32::try_from(token.t.chars().count()).expect("a short token");
    let flags =
        |flag: fn(&ExpectedToken) -> bool| tokens.iter().map(|token| if flag(token) { '1' } else { '0' }).collect();
    let column = |value: fn(&ExpectedToken) -> &String| {
        let any = tokens.iter().any(|token| !value(token).is_empty());
        any.then(|| tokens.iter().map(|token| value(token).clone()).collect())
    };
    let heads: Vec<i64> = tokens.iter().zip(0..).map(|(token, index)| token.head - index).collect();
    let end = |token: &ExpectedToken| token.idx + length(token);
    let bounds = |first: usize, last: usize| (tokens[first].idx, end(&tokens[last]));
    let chunks = expected.noun_chunks.as_ref();
    Answer {
        start: tokens.iter().map(|token| token.idx).collect(),
        length: tokens.iter().map(length).collect(),
        space: flags(|token| !token.ws.is_empty()),
        stop: flags(|token| token.stop),
        tag: column(|token| &token.tag),
        pos: column(|token| &token.pos),
        morph: column(|token| &token.morph),
        lemma: column(|token| &token.lemma),
        dep: column(|token| &token.dep),
        head: Some(heads).filter(|heads| heads.iter().any(|head| *head != 0)),
        sent_start: tokens.iter().map(|token| token.ss.map_or('0', |starts| if starts { '+' } else { '-' })).collect(),
        sents: sentences(tokens).map(|starts| {
            let ends = starts.iter().skip(1).copied().chain([tokens.len()]);
            starts.iter().zip(ends).map(|(first, end)| bounds(*first, end - 1)).collect()
        }),
        ents: expected
            .ents
            .iter()
            .map(|(_, _, label, start, end, id)| (*start, *end, label.clone(), id.clone()))
            .collect(),
        chunks: chunks.map(|chunks| chunks.iter().map(|(first, end)| bounds(*first, end - 1)).collect()),
        vector: Vec::new(),
    }
}

/// Where sentences begin; nothing where nothing has said so of any token but the first.
fn sentences(tokens: &[ExpectedToken]) -> Option<Vec<usize>> {
    let said = tokens.len() < 2 || tokens[1..].iter().any(|token| token.ss.is_some());
    let begins = |index: &usize| *index == 0 || tokens[*index].ss == Some(true);
    said.then(|| (0..tokens.len()).filter(begins).collect())
}

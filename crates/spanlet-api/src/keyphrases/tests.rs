//! Phrases and words of small documents made by hand.

use spanlet_text::{Document, OffsetUnit, Span, Token};

use super::{Keyphrases, old_form};

/// Words as `text/lemma`, with `-` after a stop word, `.` after punctuation and `>n` for a head; chunks as token ranges.
fn document(words: &[&str], chunks: &[(usize, usize)]) -> Document {
    let mut text = String::new();
    let mut tokens = Vec::new();
    for word in words {
        let (word, head) = word.split_once('>').map_or((*word, None), |(word, head)| (word, head.parse().ok()));
        let (word, is_stop) = word.strip_suffix('-').map_or((word, false), |word| (word, true));
        let (word, pos) = word.strip_suffix('.').map_or((word, "X"), |word| (word, "PUNCT"));
        let (surface, lemma) = word.split_once('/').unwrap_or((word, word));
        let start = text.len() as u32;
        text += surface;
        let end = text.len() as u32;
        text.push(' ');
        let head = head.or(Some(tokens.len() as u32));
        let (pos, lemma) = (Some(pos.into()), Some(lemma.into()));
        tokens.push(Token { start, end, space_after: true, is_stop, pos, lemma, head, ..Token::default() });
    }
    let span = |&(first, end): &(usize, usize)| Span {
        start: tokens[first].start,
        end: tokens[end - 1].end,
        ..Span::default()
    };
    let noun_chunks = Some(chunks.iter().map(span).collect());
    Document { text, offsets: OffsetUnit::Utf8, tokens: Some(tokens), noun_chunks, ..Document::default() }
}

fn shown(phrases: &[super::Keyphrase]) -> Vec<(&str, &str, u32)> {
    phrases.iter().map(|phrase| (phrase.text.as_str(), phrase.lemma.as_str(), phrase.count)).collect()
}

#[test]
fn phrases_are_merged_by_lemma_and_ranked() {
    let words = [
        "The->2",
        "new>2",
        "machines/machine>3",
        "make",
        "good>5",
        "coffee/coffee>3",
        "Our->8",
        "small>8",
        "Machine/machine>9",
        "makes",
        "machine/machine>9",
        "coffee/coffee>9",
    ];
    let document = document(&words, &[(0, 3), (4, 6), (6, 9), (10, 11), (11, 12)]);
    let keyphrases = Keyphrases::of(document, OffsetUnit::CodePoint);
    let expected = [
        ("new machines", "new machine", 1),
        ("small Machine", "small machine", 1),
        ("machine", "machine", 1),
        ("good coffee", "good coffee", 1),
        ("coffee", "coffee", 1),
    ];
    assert_eq!(shown(&keyphrases.phrases), expected);
    let scores: Vec<f32> = keyphrases.phrases.iter().map(|phrase| phrase.score).collect();
    // log2(3) * (1 + 3) / 2, and for one word log2(2) * 3; two words of 1 and 2, one of 2.
    let best = 3.0_f64.log2() * 2.0;
    let expected = [1.0, 1.0, 3.0 / best, 3.0_f64.log2() * 1.5 / best, 2.0 / best].map(|score| score as f32);
    assert!(scores.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-6), "{scores:?}");
    assert_eq!(shown(&keyphrases.words), [("machines", "machine", 3), ("coffee", "coffee", 2)]);
    assert_eq!(keyphrases.words[0].spans, [(8, 16), (44, 51), (58, 65)]);
    assert_eq!(keyphrases.words[1].score, (2.0_f64 / 3.0) as f32);
}

#[test]
fn spans_count_in_the_unit_that_is_asked_for() {
    let words = ["🍞🍞", "bread/bread"];
    for (unit, expected) in [(OffsetUnit::CodePoint, (3, 8)), (OffsetUnit::Utf16, (5, 10)), (OffsetUnit::Utf8, (9, 14))]
    {
        let keyphrases = Keyphrases::of(document(&words, &[(1, 2)]), unit);
        assert_eq!((keyphrases.offsets, keyphrases.phrases[0].spans.as_slice()), (unit, [expected].as_slice()));
        assert_eq!(keyphrases.phrases[0].text, "bread");
    }
}

#[test]
fn the_older_form_keeps_order_case_and_duplicates() {
    let words = [
        "The->1",
        "STARBUCKS/STARBUCKS",
        "it-",
        "the->4",
        "Cafes/Cafe",
        ",.>6",
        "Starbucks/STARBUCKS",
        "\".>8",
        "all-",
    ];
    let document = document(&words, &[(0, 2), (2, 3), (3, 5), (5, 7), (7, 9)]);
    let json = serde_json::to_string(&old_form(&document)).expect("JSON");
    let expected = concat!(
        r#"{"statusCode":200,"KeyPhrases":[{"Text":"starbucks"},{"Text":"cafe"}],"#,
        r#""KeyWords":[{"Text":"STARBUCKS"},{"Text":"Cafe"},{"Text":"STARBUCKS"}]}"#
    );
    assert_eq!(json, expected);
}

#[test]
fn a_chunk_s_root_is_its_token_nearest_to_the_sentence_s_root() {
    // Two tokens with heads outside: the second is nearer. A loose comma is never nearer than a word.
    let cases: [(&[&str], usize); 4] = [
        (&["a>2", "b>3", "x>3", "root"], 1),
        (&["a>2", "b>2", "x>3", "root"], 0),
        (&["a>1", "b", "x", "root"], 1),
        (&[",>3", "b>2", "x>3", "root"], 1),
    ];
    for (words, expected) in cases {
        let document = document(words, &[(0, 2)]);
        let root = super::chunk::all(&document).next().expect("a chunk").root();
        assert_eq!(root, expected, "{words:?}");
    }
}

#[test]
fn without_chunks_there_are_no_phrases() {
    for document in [Document::default(), document(&["a"], &[])] {
        let keyphrases = Keyphrases::of(document, OffsetUnit::Utf16);
        assert_eq!(keyphrases, Keyphrases { offsets: OffsetUnit::Utf16, ..Keyphrases::default() });
    }
}

//! Batches out of a stream.

use std::io::{self, Read};

use super::{BATCH_RECORDS_MAX, Input};
use crate::run::{
    format::Format,
    record::{ColumnChoice, Dialect, Records},
};

/// Gives one chunk at a time, as a pipe does.
struct Pipe(Vec<&'static [u8]>);

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() {
            return Ok(0);
        }
        let chunk = self.0.remove(0);
        buffer[..chunk.len()].copy_from_slice(chunk);
        Ok(chunk.len())
    }
}

fn lines() -> Records {
    Records::of_lines(Format::Auto, None)
}

fn csv() -> Records {
    Records::of_rows(Dialect { delimiter: b',', has_header: true }, ColumnChoice::default())
}

fn batches<R: Read>(mut input: Input<R>) -> Vec<Vec<String>> {
    let mut batches = Vec::new();
    while let Some(batch) = input.batch().expect("readable") {
        assert_eq!(batch.texts.len(), batch.records.len());
        batches.push(batch.texts);
    }
    batches
}

#[test]
fn what_has_arrived_is_a_batch() {
    let input = Input::new(Pipe(vec![b"a\nb\nc", b"d\n", b"e\n"]), lines());
    assert_eq!(batches(input), [vec!["a", "b"], vec!["cd"], vec!["e"]]);
    let input = Input::new(Pipe(vec![b"text\na\n\"b\n", b"c\"\nd\n", b"e"]), csv());
    assert_eq!(batches(input), [vec!["a"], vec!["b\nc", "d"], vec!["e"]]);
}

#[test]
fn a_batch_is_full_at_some_point() {
    let many = b"a\n".repeat(BATCH_RECORDS_MAX + 1);
    let sizes: Vec<usize> = batches(Input::new(&many[..], lines())).iter().map(Vec::len).collect();
    assert_eq!(sizes, [BATCH_RECORDS_MAX, 1]);
}

#[test]
fn a_byte_order_mark_is_skipped_at_the_start_alone() {
    let cases: [(&[u8], &[&str]); 5] = [
        (b"\xef\xbb\xbfa\n\xef\xbb\xbfb", &["a", "\u{feff}b"]),
        (b"\xef\xbb\xbf\na", &["", "a"]),
        (b"\xef\xbb\xbf", &[]),
        (b"\xef\xbb\xbf{\"text\":\"a\"}", &["a"]),
        (b"", &[]),
    ];
    for (input, expected) in cases {
        assert_eq!(batches(Input::new(input, lines())).concat(), expected, "{input:?}");
    }
    assert_eq!(batches(Input::new(&b"\xef\xbb\xbf\"text\",id\na,1\n"[..], csv())).concat(), ["a"]);
    assert_eq!(batches(Input::new(Pipe(vec![b"\xef", b"\xbb", b"\xbftext\n", b"a"]), csv())).concat(), ["a"]);
}

#[test]
fn records_are_left_out_with_the_header_before_them() {
    let input = || Input::new(&b"id,text\n1,\"a\nb\"\n2\n3,c\n"[..], csv());
    for (count, expected) in [(0, 8), (1, 16), (2, 18), (3, 22)] {
        let mut input = input();
        assert_eq!(input.skip(count).expect("so many"), expected);
        assert_eq!(batches_left(input), 3 - count as usize);
    }
    let refusal = input().skip(4).expect_err("fewer").to_string();
    assert!(refusal.contains("has 3 records"), "{refusal}");
    assert_eq!(Input::new(&b""[..], csv()).skip(0).expect("nothing"), 0);
}

fn batches_left<R: Read>(mut input: Input<R>) -> usize {
    std::iter::from_fn(|| input.batch().expect("readable")).map(|batch| batch.records.len()).sum()
}

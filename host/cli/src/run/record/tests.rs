//! Records out of bytes, whole and in pieces.

use super::{ColumnChoice, Dialect, RECORD_BYTES_MAX, Records};
use crate::run::format::Format;

/// One record as a test states it: its text, or the code of its fault.
type Found = Result<String, &'static str>;

fn csv(column: Option<&str>) -> Records {
    rows(Dialect { delimiter: b',', has_header: true }, column)
}

fn rows(dialect: Dialect, column: Option<&str>) -> Records {
    Records::of_rows(dialect, ColumnChoice(column.map(str::to_owned)))
}

fn lines(format: Format) -> Records {
    Records::of_lines(format, None)
}

/// All records of an input that comes in these pieces.
fn found<'p>(mut records: Records, pieces: impl IntoIterator<Item = &'p [u8]>) -> anyhow::Result<Vec<Found>> {
    let mut all = Vec::new();
    for mut piece in pieces {
        while !piece.is_empty() {
            let (used, record) = records.feed(piece)?;
            assert!(used > 0);
            all.extend(record);
            piece = &piece[used..];
        }
    }
    all.extend(records.end()?);
    Ok(all.into_iter().map(|record| records.text(record).map_err(|fault| fault.code)).collect())
}

fn whole(records: Records, input: &[u8]) -> Vec<Found> {
    found(records, [input]).expect("records")
}

fn texts(texts: &[&str]) -> Vec<Found> {
    texts.iter().map(|text| Ok((*text).to_owned())).collect()
}

fn refusal(records: Records, input: &str) -> String {
    found(records, [input.as_bytes()]).expect_err("refused").to_string()
}

#[test]
fn only_a_line_feed_with_or_without_a_carriage_return_ends_a_line() {
    let cases: [(&[u8], &[&str]); 5] = [
        (b"", &[]),
        (b"\n", &[""]),
        (b"a\n\nb", &["a", "", "b"]),
        (b"a\r\nb\x0bc\0\n", &["a", "b\u{b}c\0"]),
        (b"a\r\r\n\r", &["a\r", "\r"]),
    ];
    for (input, expected) in cases {
        assert_eq!(whole(lines(Format::Text), input), texts(expected), "{input:?}");
    }
    let line = "\0\u{a0}\t\u{2028}a\r b\r";
    assert_eq!(whole(lines(Format::Text), line.as_bytes()), texts(&[line]));
}

#[test]
fn the_first_line_that_is_not_empty_settles_the_format() {
    for line in [&br#"{"id":1,"text":"a"}"#[..], b" {\"text\":\"a\"}\r", b"\n{\"text\":\"a\"}"] {
        assert_eq!(whole(lines(Format::Auto), line).pop(), Some(Ok("a".to_owned())), "{line:?}");
    }
    for line in ["{", "{a}", " ", "[\"text\"]", "text"] {
        assert_eq!(whole(lines(Format::Auto), line.as_bytes()), texts(&[line]));
    }
    assert_eq!(whole(lines(Format::Text), br#"{"text":"a"}"#), texts(&[r#"{"text":"a"}"#]));
}

#[test]
fn lines_without_a_text_say_what_they_lack() {
    let cases = [
        (&b"\n"[..], "line.not-json"),
        (b"sourdough", "line.not-json"),
        (b"[]", "line.wrong-type"),
        (b"{}", "text.missing"),
        (br#"{"text":1}"#, "text.wrong-type"),
        (b"\xff", "line.not-utf8"),
    ];
    for (line, code) in cases {
        assert_eq!(whole(lines(Format::Jsonl), line), [Err(code)], "{line:?}");
    }
    let input = b"{\"text\":\"a\"}\n{}\n\n{\"text\":\"b\\nc\"}\r\n";
    let expected = [Ok("a".to_owned()), Err("text.missing"), Err("line.not-json"), Ok("b\nc".to_owned())];
    assert_eq!(whole(lines(Format::Auto), input), expected);
    assert_eq!(whole(lines(Format::Text), b"a\n\xff\nb"), [Ok("a".into()), Err("line.not-utf8"), Ok("b".into())]);
}

#[test]
fn json_lines_have_the_text_in_the_field_that_is_named() {
    let records = |format| Records::of_lines(format, Some("body".to_owned()));
    let input = "{\"body\":\"a\",\"text\":\"b\"}\n{\"text\":\"b\"}\n";
    for format in [Format::Auto, Format::Jsonl] {
        assert_eq!(whole(records(format), input.as_bytes()), [Ok("a".to_owned()), Err("text.missing")]);
    }
    assert!(refusal(records(Format::Auto), "\na,body\n").contains("--format csv"));
}

#[test]
fn the_longest_line_is_a_text_and_a_longer_one_is_skipped() {
    let line = |byte, length| [vec![byte; length], b"\n".to_vec()].concat();
    let input = [line(b'x', RECORD_BYTES_MAX), line(b'y', RECORD_BYTES_MAX + 1), b"next\n".to_vec()].concat();
    let found = found(lines(Format::Text), input.chunks(1 << 20)).expect("lines");
    assert_eq!(found[0].as_ref().map(String::len), Ok(RECORD_BYTES_MAX));
    assert_eq!(found[1..], [Err("line.too-long"), Ok("next".to_owned())]);
}

#[test]
fn rows_are_read_as_rfc_4180_has_them() {
    let cases: [(&str, &[&str]); 14] = [
        ("", &[]),
        ("text", &[]),
        ("text\r\n", &[]),
        ("text\na", &["a"]),
        ("text\r\na\nb\rc\r\n", &["a", "b", "c"]),
        ("text\n\"STARBUCKS, Vancouver\"\r\n", &["STARBUCKS, Vancouver"]),
        ("text\n\"a \"\"b\"\"\"", &["a \"b\""]),
        ("text\n\"\"\"\"\"\"", &["\"\""]),
        ("text\n\"a\r\nb\"\n\"\"", &["a\r\nb", ""]),
        ("text\n5\" pipe", &["5\" pipe"]),
        ("id,text\n1,a\n2,\"b,c\"\n", &["a", "b,c"]),
        ("\"id\",\" text \",x\r\n1,é\u{2028}🍞,\r\n", &["é\u{2028}🍞"]),
        ("sentence\na\n", &["a"]),
        ("text,x\n,\n", &[""]),
    ];
    for (input, expected) in cases {
        assert_eq!(whole(csv(None), input.as_bytes()), texts(expected), "{input:?}");
    }
}

#[test]
fn a_blank_line_is_an_empty_text_where_there_is_one_column() {
    assert_eq!(whole(csv(None), b"\n\r\ntext\r\n\r\na\n\nb\r\r"), texts(&["", "a", "", "b", ""]));
    assert_eq!(whole(csv(None), b"\nid,text\n\n1,a\r\n\r\n2,b\n\n"), texts(&["a", "b"]));
    let headless = || rows(Dialect { delimiter: b',', has_header: false }, None);
    assert_eq!(whole(headless(), b"\na\n"), texts(&["", "a"]));
    assert_eq!(whole(headless(), b"\na,b\n"), [Ok(String::new()), Err("csv.columns")]);
}

#[test]
fn a_row_of_another_width_fails_alone() {
    let expected = [Err("csv.columns"), Ok("b".to_owned()), Err("csv.columns")];
    assert_eq!(whole(csv(None), b"id,text\n1\n2,b\n3,c,d\n"), expected);
}

#[test]
fn a_cell_that_is_not_utf8_matters_where_it_is_the_text() {
    let expected = [Ok("a".to_owned()), Err("row.not-utf8"), Ok("c".to_owned())];
    assert_eq!(whole(csv(None), b"id,text\n\xff,a\n2,\xe9\n3,c"), expected);
}

#[test]
fn a_quote_that_never_ends_is_the_last_record_s_fault() {
    for end in ["", "\n3,c\n", "\"\"", " \r"] {
        let input = format!("id,text\n1,a\n2,\"b{end}");
        assert_eq!(whole(csv(None), input.as_bytes()), [Ok("a".to_owned()), Err("row.not-closed")], "{input:?}");
    }
    let mut records = csv(None);
    let all = b"text\na\n\nb\n\"c\n\n";
    let mut at = 0;
    while at < all.len() {
        at += records.feed(&all[at..]).expect("rows").0;
    }
    let fault = records.end().expect("rows").expect("a record").expect_err("no end");
    assert!(fault.detail.contains("begins in line 5"), "{}", fault.detail);
    assert!(refusal(csv(None), "id,\"text\n1,a\n").contains("header"));
}

#[test]
fn the_longest_text_of_a_row_is_a_text_and_a_longer_one_is_skipped() {
    let row = |byte, length| [b"1,\"".to_vec(), vec![byte; length], b"\",2\n".to_vec()].concat();
    let input = [
        b"id,text,x\n".to_vec(),
        row(b'x', RECORD_BYTES_MAX),
        row(b'\n', RECORD_BYTES_MAX + 1),
        [&row(b'a', 1)[..2], &vec![b'z'; RECORD_BYTES_MAX + 1], b"\n"].concat(),
        [&vec![b'z'; RECORD_BYTES_MAX + 1][..], b",next,\n"].concat(),
    ];
    let input = input.concat();
    let found = found(csv(None), input.chunks(1 << 20)).expect("rows");
    assert_eq!(found[0].as_ref().map(String::len), Ok(RECORD_BYTES_MAX));
    assert_eq!(found[1..], [Err("row.too-long"), Err("csv.columns"), Ok("next".to_owned())]);
}

#[test]
fn a_column_is_meant_by_name_or_number() {
    let input = "id,review,2\n1,a,b\n";
    for (column, expected) in [("review", "a"), (" review", "a"), ("2", "b"), ("3", "b"), ("1", "1")] {
        assert_eq!(whole(csv(Some(column)), input.as_bytes()), texts(&[expected]), "{column}");
    }
    for (column, expected) in [
        (Some("Review"), "expected a column `Review`, found `id`, `review`, `2`"),
        (Some("0"), "found `id`"),
        (Some("4"), "found `id`"),
        (None, "expected a column `text`, or --column with one of `id`, `review`, `2`"),
    ] {
        let refusal = refusal(csv(column), input);
        assert!(refusal.contains(expected), "{column:?}: {refusal}");
    }
    assert!(refusal(csv(None), "text,id,text\n").ends_with("--column with 1 or 3"));
    assert_eq!(whole(csv(Some("3")), b"text,id,text\na,b,c\n"), texts(&["c"]));
}

#[test]
fn a_header_that_is_something_else_is_told_so() {
    for (header, expected) in [
        ("id;text;stars\n", "--delimiter ';'"),
        ("id\ttext\n", "--delimiter '\\t'"),
        ("i\0d\0,\0t\0e\0x\0t\0\n", "UTF-16"),
    ] {
        assert!(refusal(csv(None), header).contains(expected), "{}", refusal(csv(None), header));
    }
    assert_eq!(whole(csv(Some("1")), b"question; answer\na;b\n"), texts(&["a;b"]));
    let semicolon = Dialect { delimiter: b';', has_header: true };
    assert_eq!(whole(rows(semicolon, None), b"id;text\n1;a,b\n"), texts(&["a,b"]));
    let long = "x".repeat(2 << 20);
    assert!(refusal(csv(None), &long).contains("is the input CSV?"));
    assert!(refusal(csv(None), &",".repeat(100_000)).contains("is the input CSV?"));
    let many = refusal(csv(None), &"a,".repeat(1_000));
    assert!(many.contains("971 more") && many.len() < 400, "{many}");
}

#[test]
fn without_a_header_the_first_row_is_a_record() {
    let headless = |column| rows(Dialect { delimiter: b'\t', has_header: false }, column);
    assert_eq!(whole(headless(Some("2")), b"1\ta\n2\tb\n3\n"), [Ok("a".into()), Ok("b".into()), Err("csv.columns")]);
    assert_eq!(whole(headless(None), b"a,b\nc\n"), texts(&["a,b", "c"]));
    assert!(refusal(headless(None), "1\ta\n").contains("--column with 1 to 2"));
    assert!(refusal(headless(Some("3")), "1\ta\n").contains("found 2 columns"));
}

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        // Marsaglia's xorshift.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % most
    }

    fn input(&mut self) -> Vec<u8> {
        const PIECES: [&[u8]; 14] = [
            b"\n",
            b"\r\n",
            b"\r",
            b",",
            b",",
            b"\"",
            b"\"\"",
            b"a",
            b"text",
            b"\xff",
            b"\xc3\xa9",
            b"{\"text\":\"",
            b"}",
            b"\t",
        ];
        (0..self.below(60)).flat_map(|_| PIECES[self.below(PIECES.len())]).copied().collect()
    }
}

#[test]
fn how_the_input_is_cut_changes_nothing() {
    let mut numbers = Numbers(0x5eed);
    let kinds: [fn() -> Records; 7] = [
        || lines(Format::Auto),
        || lines(Format::Text),
        || lines(Format::Jsonl),
        || csv(None),
        || csv(Some("1")),
        || rows(Dialect { delimiter: b',', has_header: false }, None),
        || rows(Dialect { delimiter: b'\t', has_header: false }, Some("1")),
    ];
    for round in 0..4_000 {
        let header: &[u8] = [&b"text\n"[..], b"id,text\r\n", b""][round % 3];
        let input = [header, &numbers.input()].concat();
        let records = kinds[round % kinds.len()];
        let expected = found(records(), [&input[..]]).map_err(|error| error.to_string());
        let mut pieces = Vec::new();
        let mut rest = &input[..];
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(1 + numbers.below(rest.len().min(9)));
            pieces.push(piece);
            rest = after;
        }
        let in_pieces = found(records(), pieces).map_err(|error| error.to_string());
        assert_eq!(in_pieces, expected, "{:?}", String::from_utf8_lossy(&input));
    }
}

#[test]
fn rows_are_those_that_the_csv_crate_reads() {
    let mut numbers = Numbers(0xc5f);
    for _ in 0..4_000 {
        // Blank lines, and a quote without an end, are read otherwise on purpose.
        let input = [b"1,text,3\n".to_vec(), numbers.input(), b"\"\n1,2,3\n".to_vec()].concat();
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(&input[..]);
        let cell = |row: csv::ByteRecord| match row.len() {
            3 => String::from_utf8(row[1].to_vec()).map_err(|_| "row.not-utf8"),
            _ => Err("csv.columns"),
        };
        let expected: Vec<Found> = reader.byte_records().map(|row| cell(row.expect("flexible"))).collect();
        let mut found = whole(csv(None), &input);
        if found.last() == Some(&Err("row.not-closed")) {
            found.pop();
            assert_eq!(found[..], expected[..expected.len() - 1]);
        } else {
            assert_eq!(found, expected, "{:?}", String::from_utf8_lossy(&input));
        }
    }
}

#[test]
fn what_a_csv_writer_writes_is_read_back() {
    let mut numbers = Numbers(0x3a11);
    let written: Vec<String> = (0..500).map(|_| String::from_utf8_lossy(&numbers.input()).into_owned()).collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["id", "text"]).expect("memory");
    for (id, text) in written.iter().enumerate() {
        writer.write_record([&id.to_string(), text]).expect("memory");
    }
    let input = writer.into_inner().expect("memory");
    let expected: Vec<Found> = written.into_iter().map(Ok).collect();
    assert_eq!(found(csv(None), input.chunks(7)).expect("rows"), expected);
}

//! The bytes are what `srsly.msgpack_dumps` of srsly 2.5.6 writes for the Python value beside them.

use super::*;
use crate::npy::Element;

fn read(bytes: &[u8]) -> Result<Value<'_>, ArchiveError> {
    parse("ner/model", bytes)
}

fn ints(values: &[i128]) -> Value<'static> {
    Value::Array(values.iter().map(|value| Value::Int(*value)).collect())
}

#[test]
fn whole_numbers_of_every_width() {
    // [0, 127, 128, 255, 256, 65536, 2**32, 2**64-1, -1, -32, -33, -129, -32769, -2**31-1, -2**63]
    let bytes = b"\x9f\x00\x7f\xcc\x80\xcc\xff\xcd\x01\x00\xce\x00\x01\x00\x00\xcf\x00\x00\x00\x01\x00\x00\x00\x00\
        \xcf\xff\xff\xff\xff\xff\xff\xff\xff\xff\xe0\xd0\xdf\xd1\xff\x7f\xd2\xff\xff\x7f\xff\
        \xd3\xff\xff\xff\xff\x7f\xff\xff\xff\xd3\x80\x00\x00\x00\x00\x00\x00\x00";
    let negative = [-1, -32, -33, -129, -32_769, -(1 << 31) - 1, -(1 << 63)];
    let positive = [0, 127, 128, 255, 256, 65_536, 1 << 32, (1 << 64) - 1];
    assert_eq!(read(bytes), Ok(ints(&[positive.as_slice(), negative.as_slice()].concat())));
}

#[test]
fn plain_values() {
    // [None, True, False, 0.5, "é", b"\xff", (1, 2)]
    let bytes = b"\x97\xc0\xc3\xc2\xcb?\xe0\x00\x00\x00\x00\x00\x00\xa2\xc3\xa9\xc4\x01\xff\x92\x01\x02";
    let expected = Value::Array(vec![
        Value::Nil,
        Value::Bool(true),
        Value::Bool(false),
        Value::Float(0.5),
        Value::Str("é"),
        Value::Bin(b"\xff"),
        ints(&[1, 2]),
    ]);
    assert_eq!(read(bytes), Ok(expected));
    // msgpack.dumps([0.5], use_single_float=True)
    assert_eq!(read(b"\x91\xca?\x00\x00\x00"), Ok(Value::Array(vec![Value::Float(0.5)])));
}

#[test]
fn maps_with_any_keys() {
    // {7: "a", 2**64-1: 1, "k": {}, b"x": []}
    let value = read(b"\x84\x07\xa1a\xcf\xff\xff\xff\xff\xff\xff\xff\xff\x01\xa1k\x80\xc4\x01x\x90").expect("sound");
    let keys: Vec<_> = value.as_map().expect("a map").iter().map(|(key, _)| key.as_u64()).collect();
    assert_eq!(keys, [Some(7), Some(u64::MAX), None, None]);
    assert_eq!(value.get("k"), Some(&Value::Map(vec![])));
    assert_eq!(value.get("x"), Some(&Value::Array(vec![])));
    assert_eq!(value.get("y"), None);
    // Python keeps the last of two equal keys.
    assert_eq!(read(b"\x82\xa1k\x01\xa1k\x02").expect("sound").get("k"), Some(&Value::Int(2)));
}

#[test]
fn numpy_arrays() {
    for (bytes, element, shape, floats) in [
        // numpy.array([[1, 2]], dtype="f4")
        (
            b"\x85\xc4\x02nd\xc3\xc4\x04type\xa3<f4\xc4\x04kind\xc4\x00\xc4\x05shape\x92\x01\x02\
              \xc4\x04data\xc4\x08\x00\x00\x80?\x00\x00\x00@"
                .as_slice(),
            Element::F32,
            vec![1, 2],
            Some(vec![1.0, 2.0]),
        ),
        // the same with text keys, as an older srsly wrote them
        (
            b"\x85\xa2nd\xc3\xa4type\xa3<f4\xa4kind\xa0\xa5shape\x92\x01\x02\xa4data\xc4\x08\x00\x00\x80?\x00\x00\x00@",
            Element::F32,
            vec![1, 2],
            Some(vec![1.0, 2.0]),
        ),
        // numpy.zeros((0, 3), dtype="f4")
        (
            b"\x85\xc4\x02nd\xc3\xc4\x04type\xa3<f4\xc4\x04kind\xc4\x00\xc4\x05shape\x92\x00\x03\xc4\x04data\xc4\x00",
            Element::F32,
            vec![0, 3],
            Some(vec![]),
        ),
        // numpy.array([2**64-1], dtype="u8")
        (
            b"\x85\xc4\x02nd\xc3\xc4\x04type\xa3<u8\xc4\x04kind\xc4\x00\xc4\x05shape\x91\x01\
              \xc4\x04data\xc4\x08\xff\xff\xff\xff\xff\xff\xff\xff",
            Element::U64,
            vec![1],
            None,
        ),
    ] {
        let value = read(bytes).expect("sound");
        let array = value.as_ndarray().expect("an array");
        assert_eq!((array.element, &array.shape, array.to_f32()), (element, &shape, floats));
    }
}

#[test]
fn numpy_numbers() {
    for (bytes, expected) in [
        // numpy.float32(0.1), numpy.int64(-3), numpy.bool_(True)
        (
            b"\x83\xc4\x02nd\xc2\xc4\x04type\xa3<f4\xc4\x04data\xc4\x04\xcd\xcc\xcc=".as_slice(),
            Value::Float(0.1_f32.into()),
        ),
        (b"\x83\xc4\x02nd\xc2\xc4\x04type\xa3<i8\xc4\x04data\xc4\x08\xfd\xff\xff\xff\xff\xff\xff\xff", Value::Int(-3)),
        (b"\x83\xc4\x02nd\xc2\xc4\x04type\xa3|b1\xc4\x04data\xc4\x01\x01", Value::Bool(true)),
    ] {
        assert_eq!(read(bytes), Ok(expected));
    }
}

#[test]
fn a_map_that_only_looks_like_an_array_stays_a_map() {
    for bytes in [b"\x81\xa2nd\xc3".as_slice(), b"\x81\xa2nd\x01", b"\x82\xa2nd\xc3\xa4type\xa3<f4"] {
        assert!(matches!(read(bytes), Ok(Value::Map(_))));
    }
}

#[test]
fn names_what_is_wrong() {
    let deep = vec![0x91; 100];
    for (bytes, problem) in [
        (b"".as_slice(), "ner/model: expected 1 more bytes, found 0 at byte 0"),
        (b"\xa5abc", "expected 5 more bytes, found 3 at byte 1"),
        (b"\xc0\xc0", "expected the end, found 1 more bytes at byte 1"),
        (b"\x93\x01\x02", "expected bytes for 3 more values, found 2 bytes at byte 0"),
        (b"\xdd\xff\xff\xff\xff\x00", "found 1 bytes at byte 0"),
        (b"\xdf\xff\xff\xff\xff\x00", "found 1 bytes at byte 0"),
        (b"\x92\x93\x01\x01", "expected bytes for 4 more values, found 2 bytes at byte 1"),
        (b"\xc6\xff\xff\xff\xff", "expected 4294967295 more bytes, found 0 at byte 5"),
        (b"\xa2\xc3\x28", "expected text in UTF-8 at byte 1"),
        (b"\xc1", "expected a plain value, found the msgpack type 0xc1"),
        (b"\xd4\x01\x02", "found the msgpack type 0xd4"),
        (&deep, "at byte"),
        // numpy.zeros((1,), dtype="f2")
        (
            b"\x85\xc4\x02nd\xc3\xc4\x04type\xa3<f2\xc4\x04kind\xc4\x00\xc4\x05shape\x91\x01\xc4\x04data\xc4\x02\x00\x00",
            "found elements of kind `<f2` at byte 0",
        ),
        // numpy.zeros((1,), dtype=[("a", "<f4")])
        (
            b"\x85\xc4\x02nd\xc3\xc4\x04type\x91\x92\xa1a\xa3<f4\xc4\x04kind\xc4\x01V\xc4\x05shape\x91\x01\
              \xc4\x04data\xc4\x04\x00\x00\x00\x00",
            "found elements of kind `a record`",
        ),
        (
            b"\x85\xc4\x02nd\xc3\xc4\x04type\xa3<f4\xc4\x04kind\xc4\x00\xc4\x05shape\x91\x02\xc4\x04data\xc4\x01\x00",
            "expected as many bytes as the shape [2] takes, found 1",
        ),
        (
            b"\x84\xc4\x02nd\xc3\xc4\x04type\xa3<f4\xc4\x05shape\x91\xff\xc4\x04data\xc4\x01\x00",
            "expected the lengths of an array's axes",
        ),
    ] {
        let error = read(bytes).expect_err(problem).to_string();
        assert!(error.contains(problem), "{error}: {problem}");
    }
}

#[test]
fn depth_has_a_limit() {
    let nested = |depth: usize| [vec![0x91; depth], vec![0xc0]].concat();
    assert!(read(&nested(MAX_DEPTH)).is_ok());
    let error = read(&nested(MAX_DEPTH + 1)).expect_err("too deep").to_string();
    assert!(error.contains("expected values at most 64 deep"), "{error}");
}

#[test]
fn a_tree_has_a_limit_and_a_stream_has_none() {
    let count = MAX_VALUES + 1;
    let mut bytes = vec![0xdd];
    bytes.extend((count as u32).to_be_bytes());
    bytes.resize(5 + count, 0);
    assert!(matches!(read(&bytes), Err(ArchiveError::TooLarge { .. })));
    let mut reader = Reader::new("vocab/key2row", &bytes);
    assert_eq!(reader.array(), Ok(count));
    for _ in 0..count {
        assert_eq!(reader.u64(), Ok(0));
    }
    assert_eq!(reader.finish(), Ok(()));
}

#[test]
fn a_stream_tells_what_it_wanted_and_how_much_it_lacks() {
    let mut reader = Reader::new("vocab/key2row", b"\x81\xa1a\xff");
    assert_eq!(reader.map(), Ok(1));
    let error = reader.u64().expect_err("text is no number").to_string();
    assert_eq!(error, "vocab/key2row: expected a whole number, found text at byte 1");
    assert!(reader.u64().expect_err("-1 is too small").to_string().contains("found a whole number at byte 3"));
    let mut reader = Reader::new("vocab/key2row", b"\x92\x01\x02");
    assert_eq!((reader.array(), reader.u64()), (Ok(2), Ok(1)));
    assert!(reader.finish().expect_err("one is left").to_string().contains("expected 1 more values"));
}

#[test]
fn truncations_and_flips_are_read_or_refused() {
    let whole = b"\x82\xa5nodes\x91\x84\xa5index\x00\xa4name\xa6linear\xa4dims\x81\xa2nO\x02\xa4refs\x80\xa6params\x91\
        \x81\xa1W\x85\xc4\x02nd\xc3\xc4\x04type\xa3<f4\xc4\x04kind\xc4\x00\xc4\x05shape\x92\x01\x02\
        \xc4\x04data\xc4\x08\x00\x00\x80?\x00\x00\x00@";
    assert!(read(whole).is_ok());
    for length in 0..whole.len() {
        assert!(read(&whole[..length]).is_err(), "{length}");
    }
    for place in 0..whole.len() {
        for flip in 1..=255 {
            let mut bytes = whole.to_vec();
            bytes[place] ^= flip;
            let _ = read(&bytes);
        }
    }
}

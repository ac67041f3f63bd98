//! Any bytes as msgpack and as an npy file: an error, or a value whose tokens read one by one as well.
#![no_main]

use libfuzzer_sys::fuzz_target;
use spanlet_archive::msgpack::{Reader, Value, parse};
use spanlet_archive::npy;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(array) = npy::parse("vectors", bytes) {
        assert_eq!(array.shape.iter().product::<usize>(), array.len());
        let _ = (array.to_f32(), array.to_i64(), array.to_u64());
    }
    let Ok(value) = parse("model", bytes) else { return };
    ask(&value);
    let mut reader = Reader::new("model", bytes);
    while reader.position() < bytes.len() {
        reader.token().expect("what reads as a tree reads token by token");
    }
    reader.finish().expect("the tree ended with the bytes");
});

/// Asks every value everything.
fn ask(value: &Value<'_>) {
    let _ = (value.kind(), value.get("nd"), value.as_i64(), value.as_u64(), value.as_f64());
    if let Some(array) = value.as_ndarray() {
        assert_eq!(array.shape.iter().product::<usize>(), array.len());
        let _ = (array.to_f32(), array.to_i64(), array.to_u64());
    }
    value.as_array().into_iter().flatten().for_each(ask);
    for (key, value) in value.as_map().into_iter().flatten() {
        ask(key);
        ask(value);
    }
}

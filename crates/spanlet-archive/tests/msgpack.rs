//! Memory that msgpack takes stands in proportion to its bytes, whatever they announce.

use counting_allocator::peak_of;
use spanlet_archive::msgpack;

#[path = "../../spanlet-fasttext/tests/counting_allocator/mod.rs"]
mod counting_allocator;

/// A value takes 32 bytes, and at least one in the file.
const FACTOR: usize = 32;
/// Room for an error.
const CONSTANT: usize = 4 << 10;

fn check(what: &str, bytes: &[u8]) {
    let (result, peak) = peak_of(|| msgpack::parse("model", bytes));
    drop(result);
    assert!(peak <= FACTOR * bytes.len() + CONSTANT, "{what}: {} bytes took {peak}", bytes.len());
}

#[test]
fn heads_without_values_take_nothing() {
    for (what, head) in [
        ("lists", b"\xdd\x00\x00\xff\xff".as_slice()),
        ("longest lists", b"\xdd\xff\xff\xff\xff"),
        ("maps", b"\xdf\x00\x00\x7f\xff"),
        ("longest maps", b"\xdf\xff\xff\xff\xff"),
        ("text", b"\xdb\xff\xff\xff\xff"),
        ("bytes", b"\xc6\xff\xff\xff\xff"),
        ("short lists", b"\xdc\x00\x20"),
    ] {
        check(what, &head.repeat(20_000));
        check(what, &[head, &[0xc0; 100_000]].concat());
    }
}

#[test]
fn the_most_values_that_bytes_can_hold_are_in_proportion() {
    let count = 1_000_000_u32;
    check("a list", &[b"\xdd".as_slice(), &count.to_be_bytes(), &vec![1; count as usize]].concat());
    check("a map", &[b"\xdf".as_slice(), &(count / 2).to_be_bytes(), &vec![1; count as usize]].concat());
    check("empty lists", &[b"\xdd".as_slice(), &count.to_be_bytes(), &vec![0x90; count as usize]].concat());
}

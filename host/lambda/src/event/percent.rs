//! Percent-encoding for what gateways hand over decoded, half decoded, or not at all.

use std::fmt::Write as _;

/// `name=value&…` from decoded names and values; everything but the unreserved characters of RFC 3986 is encoded.
pub(super) fn form(pairs: Vec<(String, String)>) -> String {
    joined(pairs, |byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

/// `name=value&…` from names and values that are encoded already; only what can stand in none is encoded.
pub(super) fn query(pairs: Vec<(String, String)>) -> String {
    joined(pairs, |byte| byte.is_ascii_graphic() && !b"\"#&<>".contains(&byte))
}

/// A path that may have been decoded: what cannot stand in one is encoded, percent signs stay.
pub(super) fn path(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    push(&mut out, path, |byte| byte.is_ascii_graphic() && !b"\"#<>?\\^`{|}".contains(&byte));
    out
}

fn joined(pairs: Vec<(String, String)>, is_kept: impl Fn(u8) -> bool + Copy) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        push(&mut out, &name, is_kept);
        out.push('=');
        push(&mut out, &value, is_kept);
    }
    out
}

fn push(out: &mut String, text: &str, is_kept: impl Fn(u8) -> bool) {
    for byte in text.bytes() {
        if is_kept(byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("a string takes everything");
        }
    }
}

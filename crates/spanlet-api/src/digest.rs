//! The digest that says which parts a model was loaded from.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::engine::Part;

/// SHA-256, in hexadecimal, over each part's name, a zero byte, its size as eight bytes little-endian and its bytes,
/// parts in byte order of name.
pub(crate) fn parts_sha256(parts: &[Part]) -> String {
    let mut in_order: Vec<&Part> = parts.iter().collect();
    in_order.sort_by(|one, other| one.name.cmp(&other.name));
    let mut hash = Sha256::new();
    for part in in_order {
        hash.update(part.name.as_bytes());
        hash.update([0]);
        hash.update((part.bytes.len() as u64).to_le_bytes());
        hash.update(&part.bytes);
    }
    hash.finalize().iter().fold(String::with_capacity(64), |mut hexadecimal, byte| {
        let _ = write!(hexadecimal, "{byte:02x}");
        hexadecimal
    })
}

#[cfg(test)]
mod tests {
    use super::{Part, parts_sha256};

    #[test]
    fn the_digest_is_what_the_contract_says_in_any_order() {
        let part = |name: &str, bytes: &[u8]| Part { name: name.to_owned(), bytes: bytes.to_vec() };
        let parts = [part("b", b"xyz"), part("a/c", b"")];
        // python3 -c "import hashlib; print(hashlib.sha256(b'a/c\0'+bytes(8)+b'b\0\3'+bytes(7)+b'xyz').hexdigest())"
        let expected = "67ea085b028937aa532b4972bb0354f473fc2ff0bf2e17f5fc103d27f5db35a5";
        assert_eq!(parts_sha256(&parts), expected);
        assert_eq!(parts_sha256(&[parts[1].clone(), parts[0].clone()]), expected);
    }
}

//! Any bytes as a model in one file: an error, or parts within the limits whose names stay inside.
//!
//! Bytes are tried as they are, and once more as a tar whose checksums agree, since few changes of one keep to them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use spanlet_archive::{Limits, Parts};

const LIMITS: Limits = Limits { max_total_bytes: 1 << 20, max_parts: 64 };

fuzz_target!(|bytes: &[u8]| {
    unpack(bytes.to_vec());
    let mended = with_checksums(bytes);
    if mended != bytes {
        unpack(mended);
    }
});

fn unpack(bytes: Vec<u8>) {
    let Ok(parts) = Parts::from_files(vec![("model".to_owned(), bytes)], &LIMITS) else { return };
    let mut total = 0;
    for (count, name) in parts.names().enumerate() {
        assert!(count < LIMITS.max_parts);
        assert!(!name.starts_with('/') && !name.contains(['\\', '\0']));
        assert!(name.split('/').all(|piece| !matches!(piece, "" | "." | "..")));
        total += parts.get(name).expect("a part that is named is there").len() as u64;
    }
    assert!(total <= LIMITS.max_total_bytes);
}

/// Every block that says it is a tar header, with the sum of its bytes.
fn with_checksums(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for block in bytes.chunks_exact_mut(512).filter(|block| block[257..].starts_with(b"ustar")) {
        block[148..156].fill(b' ');
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    }
    bytes
}

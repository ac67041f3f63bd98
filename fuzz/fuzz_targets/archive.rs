//! Any bytes as a model in one file: an error, or parts within the limits whose names stay inside.
#![no_main]

use libfuzzer_sys::fuzz_target;
use spanlet_archive::{Limits, Parts};

const LIMITS: Limits = Limits { max_total_bytes: 1 << 20, max_parts: 64 };

fuzz_target!(|bytes: &[u8]| {
    let Ok(parts) = Parts::from_files(vec![("model".to_owned(), bytes.to_vec())], &LIMITS) else { return };
    let mut total = 0;
    for (count, name) in parts.names().enumerate() {
        assert!(count < LIMITS.max_parts);
        assert!(!name.starts_with('/') && !name.contains(['\\', '\0']));
        assert!(name.split('/').all(|piece| !matches!(piece, "" | "." | "..")));
        total += parts.get(name).expect("a part that is named is there").len() as u64;
    }
    assert!(total <= LIMITS.max_total_bytes);
});

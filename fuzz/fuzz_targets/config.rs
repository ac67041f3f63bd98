//! Any text as a `config.cfg`: an error, or sections that can be asked for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use spanlet_archive::config::Config;

fuzz_target!(|bytes: &[u8]| {
    let Ok(config) = Config::parse("config.cfg", bytes) else { return };
    for (name, section) in config.sections() {
        // No reference to a section is left over where one stands for the section.
        assert!(section.is_object());
        if !name.contains('.') {
            assert_eq!(config.get(name), Some(section));
        }
    }
});

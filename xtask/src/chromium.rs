//! The browser of the tests: Debian's Chromium, installed where we may, else asked for.

use std::path::PathBuf;

use crate::debian;

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/// What to do when no browser is found and none can be installed.
pub(crate) fn missing() -> Option<String> {
    if executable().is_some() {
        return None;
    }
    if debian::install("chromium") && executable().is_some() {
        return None;
    }
    Some(
        "Chromium: `apt-get install chromium` as root on Debian, or set CHROMIUM to the path of an executable"
            .to_owned(),
    )
}

/// The executable: the variable `CHROMIUM`, else the first of the usual names on the path.
pub(crate) fn executable() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM").map(PathBuf::from) {
        return named.is_file().then_some(named);
    }
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    NAMES.iter().find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|file| file.is_file()))
}

//! The browser of the tests: Debian's Chromium, installed where we may, else asked for.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command;

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/// What to do when no browser is found and none can be installed.
pub(crate) fn missing() -> Option<String> {
    if executable().is_some() {
        return None;
    }
    if is_root() && install() && executable().is_some() {
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

fn is_root() -> bool {
    command::answer(Command::new("id").arg("-u")).as_deref() == Some("0")
}

fn install() -> bool {
    if !Path::new("/usr/bin/apt-get").exists() {
        return false;
    }
    eprintln!("==> Chromium is missing: apt-get install chromium");
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        command::run(&mut command).is_ok()
    };
    apt(&["update", "--quiet"]) && apt(&["install", "--quiet", "--yes", "--no-install-recommends", "chromium"])
}

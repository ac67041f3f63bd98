//! What Debian packages for the tests, fetched where we may.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::command;
use crate::workspace::Workspace;

/// Installs a package; false where that cannot be done.
pub(crate) fn install(package: &str) -> bool {
    if !has_apt() || !is_root() {
        return false;
    }
    eprintln!("==> {package} is missing: apt-get install {package}");
    update() && apt(Path::new("/"), &["install", "--quiet", "--yes", "--no-install-recommends", package])
}

/// Fetches a package and takes one file out of it into `target/debian`, which needs no rights; nothing where that cannot
/// be done. The name is the file's path from the root of the system.
pub(crate) fn file(workspace: &Workspace, package: &str, name: &str) -> Option<PathBuf> {
    let folder = workspace.target("debian");
    let file = folder.join(name);
    if file.exists() {
        return Some(file);
    }
    if !has_apt() {
        return None;
    }
    eprintln!("==> {package} is missing: apt-get download {package}");
    let download = folder.join(package);
    std::fs::create_dir_all(&download).ok()?;
    let is_fetched = || apt(&download, &["download", "--quiet", package]);
    // The lists of packages may be old, or none may be there.
    let is_there = is_fetched() || (is_root() && update() && is_fetched());
    if !is_there {
        return None;
    }
    let archive =
        std::fs::read_dir(&download).ok()?.flatten().find(|entry| entry.path().extension() == Some("deb".as_ref()))?;
    let is_extracted = extract(&archive.path(), name, &folder) && file.exists();
    // What is left behind costs room alone.
    let _ = std::fs::remove_dir_all(&download);
    is_extracted.then_some(file)
}

fn extract(archive: &Path, name: &str, folder: &Path) -> bool {
    let contents = Command::new("dpkg-deb").arg("--fsys-tarfile").arg(archive).stdout(Stdio::piped()).spawn();
    let Ok(mut contents) = contents else { return false };
    let Some(pipe) = contents.stdout.take() else { return false };
    let mut tar = Command::new("tar");
    tar.arg("--extract").arg("--directory").arg(folder).arg(format!("./{name}")).stdin(pipe);
    let is_extracted = command::run(&mut tar).is_ok();
    // It may not have been read to its end, which is no fault.
    let _ = contents.wait();
    is_extracted
}

fn has_apt() -> bool {
    Path::new("/usr/bin/apt-get").exists()
}

fn is_root() -> bool {
    command::answer(Command::new("id").arg("-u")).as_deref() == Some("0")
}

fn update() -> bool {
    apt(Path::new("/"), &["update", "--quiet"])
}

fn apt(folder: &Path, arguments: &[&str]) -> bool {
    let mut command = Command::new("apt-get");
    command.args(arguments).current_dir(folder).env("DEBIAN_FRONTEND", "noninteractive");
    command::run(&mut command).is_ok()
}

//! QEMU's user mode, for the tests alone: it runs the Lambda function of the other architecture.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::workspace::Workspace;
use crate::{command, debian, lambda};

/// What to do when there is none and none can be fetched.
pub(crate) fn missing(workspace: &Workspace) -> Option<String> {
    if executable(workspace).is_some() {
        return None;
    }
    Some("QEMU's user mode: `apt-get install qemu-user` on Debian, or set QEMU to the path of an executable".to_owned())
}

/// The executable: the variable `QEMU`, else one on the path, else Debian's, which is fetched.
pub(crate) fn executable(workspace: &Workspace) -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("QEMU").map(PathBuf::from) {
        return named.is_file().then_some(named);
    }
    let foreign = lambda::ARCHITECTURES.iter().find(|architecture| !architecture.is_native())?;
    let name = format!("qemu-{}", foreign.machine);
    let of_static = format!("{name}-static");
    let installed = [&name, &of_static].map(PathBuf::from).into_iter().find(|program| answers(program));
    // Linked statically either way: in the second package since Debian 13.
    let packages = [("qemu-user-static", &of_static), ("qemu-user", &name)];
    let fetched = || {
        let file = |(package, name)| debian::file(workspace, package, &format!("usr/bin/{name}"));
        packages.into_iter().filter_map(file).find(|program| answers(program))
    };
    installed.or_else(fetched)
}

fn answers(program: &Path) -> bool {
    command::answer(Command::new(program).arg("--version")).is_some()
}

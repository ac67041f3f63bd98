//! The Lambda host that goes into a package: a Linux executable for the function's architecture.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, ensure};

use super::lambda::Architecture;

/// The host's bytes, from the file that is named or from beside this program.
pub(super) fn read(named: Option<&Path>, arch: Architecture) -> anyhow::Result<Vec<u8>> {
    let path = named.map_or_else(|| beside_this_program(arch), |path| Ok(path.to_owned()))?;
    let bytes = fs::read(&path).with_context(|| {
        let (path, arch) = (path.display(), arch.name());
        format!(
            "the Lambda host {path}, which `cargo xtask lambda` builds from Spanlet's sources; \
             `--bootstrap` names another file for {arch}"
        )
    })?;
    let found = kind(&bytes);
    let expected = Kind::Executable(machine(arch));
    ensure!(
        found == expected,
        "the Lambda host {}: expected {}, found {}",
        path.display(),
        expected.words(),
        found.words()
    );
    Ok(bytes)
}

fn beside_this_program(arch: Architecture) -> anyhow::Result<PathBuf> {
    let program = env::current_exe().context("finding the folder of this program; `--bootstrap` names the host")?;
    Ok(program.with_file_name(format!("bootstrap-{}", arch.name())))
}

/// What ELF calls the machine.
fn machine(arch: Architecture) -> u16 {
    match arch {
        Architecture::X86_64 => 62,
        Architecture::Arm64 => 183,
    }
}

/// What a file is, in as much as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A 64-bit ELF executable for a machine.
    Executable(u16),
    /// Anything else.
    Other,
}

impl Kind {
    fn words(self) -> String {
        match self {
            Self::Executable(62) => "a Linux executable for x86_64".to_owned(),
            Self::Executable(183) => "a Linux executable for arm64".to_owned(),
            Self::Executable(machine) => format!("an executable for ELF machine {machine}"),
            Self::Other => "a file that is no 64-bit Linux executable".to_owned(),
        }
    }
}

/// Reads the first fields of an ELF header: the class, the byte order, the type and the machine.
fn kind(bytes: &[u8]) -> Kind {
    const CLASS_64: u8 = 2;
    const LEAST_BYTE_FIRST: u8 = 1;
    const FIXED: u16 = 2;
    const RELOCATABLE: u16 = 3;
    match *bytes {
        [0x7f, b'E', b'L', b'F', CLASS_64, LEAST_BYTE_FIRST, _, _, _, _, _, _, _, _, _, _, t0, t1, m0, m1, ..]
            if [FIXED, RELOCATABLE].contains(&u16::from_le_bytes([t0, t1])) =>
        {
            Kind::Executable(u16::from_le_bytes([m0, m1]))
        }
        _ => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, kind};

    fn header(class: u8, order: u8, kind: u8, machine: u8) -> Vec<u8> {
        let start = [0x7f, b'E', b'L', b'F', class, order, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        [&start[..], &[kind, 0, machine, 0]].concat()
    }

    #[test]
    fn an_executable_is_told_by_its_header() {
        assert_eq!(kind(&header(2, 1, 3, 183)), Kind::Executable(183));
        assert_eq!(kind(&header(2, 1, 2, 62)), Kind::Executable(62));
        for other in [header(1, 1, 3, 40), header(2, 2, 3, 22), header(2, 1, 1, 62), header(2, 1, 4, 62)] {
            assert_eq!(kind(&other), Kind::Other);
        }
        assert_eq!(kind(&header(2, 1, 3, 183)[..19]), Kind::Other);
        assert_eq!(kind(b""), Kind::Other);
    }
}

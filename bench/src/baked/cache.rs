//! Files in the page cache and out of it.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use rustix::fs::{Advice, fadvise};

/// Reads in steps of this size, as `cp` does.
const STEP_BYTES: usize = 128 << 10;

/// Takes a file out of the page cache, and makes sure that no page of it is left.
pub(super) fn evict(path: &Path) -> anyhow::Result<()> {
    let file = File::open(path).with_context(|| format!("opening {}", path.display()))?;
    // A page that is not on the disk yet stays.
    file.sync_all()?;
    fadvise(&file, 0, None, Advice::DontNeed)?;
    let left = resident_bytes(path)?;
    anyhow::ensure!(
        left == 0,
        "{}: {left} bytes stay in the page cache; does another process run or map it?",
        path.display()
    );
    Ok(())
}

/// Reads a file from its beginning to its end, and so into the page cache.
pub(super) fn read(path: &Path) -> anyhow::Result<()> {
    let mut file = File::open(path).with_context(|| format!("opening {}", path.display()))?;
    let mut step = vec![0; STEP_BYTES];
    loop {
        match file.read(&mut step) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn resident_bytes(path: &Path) -> anyhow::Result<u64> {
    let output =
        Command::new("fincore").args(["--bytes", "--noheadings", "--output", "RES"]).arg(path).output().context(
            "`fincore` says what is in the page cache: `apt-get install util-linux-extra` on Debian and Ubuntu",
        )?;
    anyhow::ensure!(output.status.success(), "fincore: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

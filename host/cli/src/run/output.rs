//! Where answers go: standard output, or a file, in which an earlier run's answers are never lost in silence.

mod kept;

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Seek as _, SeekFrom, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail, ensure};

use super::form::Form;
use kept::Kept;

/// Standard output, or a file.
#[derive(Clone, Debug)]
pub(super) struct Output {
    /// None for standard output.
    path: Option<PathBuf>,
    form: Form,
}

/// How much of what a file has is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// So many records; what comes after them is cut off.
    First(u64),
    /// Nothing, and there must be nothing.
    Nothing,
    /// Nothing, whatever there is.
    Overwrite,
}

/// An output that was looked at and not yet touched.
#[derive(Debug)]
pub(super) struct Prepared {
    output: Output,
    begin: Begin,
}

/// Where writing begins.
#[derive(Debug, PartialEq, Eq)]
enum Begin {
    /// Where the stream is: standard output, a device or a pipe. With the header, unless records before were left out.
    Stream { has_header: bool },
    /// At the start of a file, of which nothing is left.
    Anew,
    /// In a file after so many bytes; the rest is cut off.
    After(u64),
}

impl Output {
    /// A path of `-` is standard output.
    pub(super) fn new(path: &Path, form: Form) -> Self {
        Self { path: (path != Path::new("-")).then(|| path.into()), form }
    }

    /// The form in which answers are written.
    pub(super) fn form(&self) -> Form {
        self.form
    }

    /// The file, if it is one.
    pub(super) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Looks whether answers may be written, and changes nothing. Whole records that will be cut off are told of on
    /// standard error.
    ///
    /// # Errors
    /// When the file is the input, holds what is not to be kept, or less than what is.
    pub(super) fn prepare(self, input: &Path, keep: Keep) -> anyhow::Result<Prepared> {
        let begin = match &self.path {
            None => Begin::Stream { has_header: !matches!(keep, Keep::First(1..)) },
            Some(path) => {
                begin(path, self.form, input, keep).with_context(|| format!("--output {}", path.display()))?
            }
        };
        Ok(Prepared { output: self, begin })
    }
}

impl Prepared {
    /// Opens the output for the answers that come next, and gives what is to be written before them.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub(super) fn open(self) -> anyhow::Result<(Box<dyn Write>, Vec<u8>)> {
        let Self { output: Output { path, form }, begin } = self;
        let has_header = match begin {
            Begin::Stream { has_header } => has_header,
            Begin::Anew => true,
            Begin::After(_) => false,
        };
        let writer: Box<dyn Write> = match &path {
            None => Box::new(io::stdout().lock()),
            Some(path) => Box::new(open(path, &begin).with_context(|| format!("--output {}", path.display()))?),
        };
        Ok((writer, if has_header { form.header()? } else { Vec::new() }))
    }
}

fn begin(path: &Path, form: Form, input: &Path, keep: Keep) -> anyhow::Result<Begin> {
    let is_there = match fs::metadata(path) {
        Ok(about) if about.is_dir() => bail!("this is a folder: expected a file"),
        Ok(about) if !about.is_file() => return Ok(Begin::Stream { has_header: !matches!(keep, Keep::First(1..)) }),
        Ok(about) => about.len() > 0,
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(error.into()),
    };
    ensure!(!is_there || !is_same(path, input), "this is the input");
    let first = match keep {
        Keep::First(first) => first,
        Keep::Overwrite => 0,
        Keep::Nothing if is_there => u64::MAX,
        Keep::Nothing => 0,
    };
    let kept = if is_there { Kept::read(File::open(path)?, form, first)? } else { Kept::default() };
    match keep {
        Keep::Nothing if is_there => bail!(
            "the file is there already, with {0} records: --skip {0} goes on after them, --overwrite begins anew",
            kept.records
        ),
        Keep::Nothing | Keep::Overwrite => Ok(Begin::Anew),
        Keep::First(first) => after(first, &kept, path, form),
    }
}

/// Begins after the first records of what is there.
fn after(first: u64, kept: &Kept, path: &Path, form: Form) -> anyhow::Result<Begin> {
    ensure!(
        kept.records >= first,
        "--skip {first}: the file has {} records; to leave records out and keep nothing, write to standard output",
        kept.records
    );
    let header = form.header()?;
    ensure!(
        first == 0 || kept.header == header,
        "the file begins with {}, and the answers asked for with {}",
        shown(&kept.header),
        shown(&header)
    );
    if kept.records > first {
        let more = kept.records - first;
        eprintln!("spanlet: {}: {more} records after the first {first} are answered again", path.display());
    }
    Ok(if first == 0 { Begin::Anew } else { Begin::After(kept.end_byte) })
}

/// A header for a person, or as much of it as tells it from another.
fn shown(header: &[u8]) -> String {
    const CHARS_SHOWN: usize = 60;
    let header = String::from_utf8_lossy(header);
    let more = if header.chars().count() > CHARS_SHOWN { "…" } else { "" };
    format!("`{}{more}`", header.trim_end().chars().take(CHARS_SHOWN).collect::<String>())
}

fn open(path: &Path, begin: &Begin) -> io::Result<File> {
    match begin {
        Begin::Stream { .. } => OpenOptions::new().write(true).open(path),
        Begin::Anew => File::create(path),
        Begin::After(end_byte) => {
            let mut file = OpenOptions::new().write(true).open(path)?;
            file.set_len(*end_byte)?;
            file.seek(SeekFrom::End(0))?;
            Ok(file)
        }
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

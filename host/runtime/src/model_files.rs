//! The files of a model, named and measured, to be read once for each instance that loads them.

use std::{
    borrow::Cow,
    error::Error,
    fmt,
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

/// How deep a model's folder may be nested; deeper is a link that leads back into itself.
const DEPTH_MAX: usize = 16;

/// How fastText's files begin: 793712314, least byte first.
const FASTTEXT_START: [u8; 4] = 793_712_314_i32.to_le_bytes();

/// A model: the name under which it is loaded, and its parts.
///
/// Files stay on disk and are read anew for every instance, so that no copy lies beside the instances'. A file that
/// has changed in between is an error, not another answer.
#[derive(Clone, Debug)]
pub struct ModelFiles {
    pub(crate) name: String,
    pub(crate) parts: Vec<Part>,
    pub(crate) options_json: Option<String>,
}

/// One file of a model.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) size_bytes: u32,
    pub(crate) content: Content,
}

#[derive(Clone, Debug)]
pub(crate) enum Content {
    File(PathBuf),
    Bytes(Cow<'static, [u8]>),
}

impl ModelFiles {
    /// A file, or every file of a folder in order of their paths.
    ///
    /// Of a folder with exactly one fastText model, a `.bin` or `.ftz` file with fastText's first bytes, that file
    /// alone: what lies beside it is its card and its licence.
    ///
    /// # Errors
    /// [`ModelFilesError::File`] when something cannot be read; [`ModelFilesError::TooLarge`] for a file of 4 GiB or
    /// more; [`ModelFilesError::Empty`] for a folder without files; [`ModelFilesError::Depth`] and
    /// [`ModelFilesError::Name`] for folders nested too deep and names that are not UTF-8.
    pub fn from_path(name: impl Into<String>, path: impl AsRef<Path>) -> Result<Self, ModelFilesError> {
        let path = path.as_ref();
        let metadata = fs::metadata(path).map_err(file_error(path))?;
        let mut parts = Vec::new();
        if metadata.is_dir() {
            collect(path, "", 0, &mut parts)?;
            parts.sort_by(|a, b| a.name.cmp(&b.name));
            keep_fasttext_file(&mut parts);
        } else {
            parts.push(file_part(path, utf8_name(path)?.to_owned(), metadata.len())?);
        }
        if parts.is_empty() {
            return Err(ModelFilesError::Empty { path: path.to_owned() });
        }
        Ok(Self { name: name.into(), parts, options_json: None })
    }

    /// One file that is already in memory; with a static slice nothing is copied.
    ///
    /// # Errors
    /// [`ModelFilesError::TooLarge`] for 4 GiB or more.
    pub fn from_bytes(
        name: impl Into<String>,
        part: impl Into<String>,
        bytes: impl Into<Cow<'static, [u8]>>,
    ) -> Result<Self, ModelFilesError> {
        Self::from_parts(name, [(part, bytes)])
    }

    /// The files of a folder that are already in memory, each with its path in that folder; static slices are not copied.
    ///
    /// # Errors
    /// [`ModelFilesError::TooLarge`] for a file of 4 GiB or more; [`ModelFilesError::Empty`] where there is none.
    pub fn from_parts<P: Into<String>, B: Into<Cow<'static, [u8]>>>(
        name: impl Into<String>,
        parts: impl IntoIterator<Item = (P, B)>,
    ) -> Result<Self, ModelFilesError> {
        let name = name.into();
        let parts: Vec<Part> = parts.into_iter().map(bytes_part).collect::<Result<_, _>>()?;
        if parts.is_empty() {
            return Err(ModelFilesError::Empty { path: name.into() });
        }
        Ok(Self { name, parts, options_json: None })
    }

    /// The same model with options for `models.begin`, a JSON object such as `{"default_for":["classify"]}`.
    #[must_use]
    pub fn with_options(mut self, options_json: impl Into<String>) -> Self {
        self.options_json = Some(options_json.into());
        self
    }

    /// The names of its parts.
    pub fn part_names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(|part| part.name.as_str())
    }

    /// The name and the bytes of a model that is one file, not in memory yet.
    ///
    /// # Errors
    /// [`ModelFilesError::File`] when it cannot be read.
    pub fn lone_file(&self) -> Result<Option<(String, Vec<u8>)>, ModelFilesError> {
        let [Part { name, content: Content::File(path), .. }] = self.parts.as_slice() else { return Ok(None) };
        Ok(Some((name.clone(), fs::read(path).map_err(file_error(path))?)))
    }

    /// The name under which it is loaded.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The names of its parts, each the path of a file relative to the model's folder.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(|part| part.name.as_str())
    }

    /// The bytes of a part; `None` where there is none of that name.
    ///
    /// # Errors
    /// [`ModelFilesError::File`] when the file cannot be read.
    pub fn read(&self, part: &str) -> Result<Option<Vec<u8>>, ModelFilesError> {
        let Some(part) = self.parts.iter().find(|found| found.name == part) else { return Ok(None) };
        match &part.content {
            Content::Bytes(bytes) => Ok(Some(bytes.to_vec())),
            Content::File(path) => fs::read(path).map(Some).map_err(file_error(path)),
        }
    }

    /// How many bytes all parts have together.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.parts.iter().map(|part| u64::from(part.size_bytes)).sum()
    }
}

/// Drops what lies beside a fastText model, which is always one file.
fn keep_fasttext_file(parts: &mut Vec<Part>) {
    let mut fasttext = parts.iter().enumerate().filter(|(_, part)| is_fasttext(part)).map(|(index, _)| index);
    if let (Some(index), None) = (fasttext.next(), fasttext.next()) {
        *parts = vec![parts.swap_remove(index)];
    }
}

/// By name and first bytes, because weights of other families are called `.bin` too.
fn is_fasttext(part: &Part) -> bool {
    let Content::File(path) = &part.content else { return false };
    let mut start = [0; 4];
    let is_named = part.name.ends_with(".bin") || part.name.ends_with(".ftz");
    // A file that cannot be read is reported by whoever loads it.
    is_named && File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == FASTTEXT_START
}

fn collect(folder: &Path, prefix: &str, depth: usize, parts: &mut Vec<Part>) -> Result<(), ModelFilesError> {
    if depth > DEPTH_MAX {
        return Err(ModelFilesError::Depth { path: folder.to_owned() });
    }
    for entry in fs::read_dir(folder).map_err(file_error(folder))? {
        let path = entry.map_err(file_error(folder))?.path();
        let name = format!("{prefix}{}", utf8_name(&path)?);
        let metadata = fs::metadata(&path).map_err(file_error(&path))?;
        if metadata.is_dir() {
            collect(&path, &format!("{name}/"), depth + 1, parts)?;
        } else {
            parts.push(file_part(&path, name, metadata.len())?);
        }
    }
    Ok(())
}

fn file_part(path: &Path, name: String, size_bytes: u64) -> Result<Part, ModelFilesError> {
    let size_bytes = u32::try_from(size_bytes).map_err(|_| ModelFilesError::TooLarge { path: path.to_owned() })?;
    Ok(Part { name, size_bytes, content: Content::File(path.to_owned()) })
}

fn bytes_part<P: Into<String>, B: Into<Cow<'static, [u8]>>>((name, bytes): (P, B)) -> Result<Part, ModelFilesError> {
    let (name, bytes) = (name.into(), bytes.into());
    match u32::try_from(bytes.len()) {
        Ok(size_bytes) => Ok(Part { name, size_bytes, content: Content::Bytes(bytes) }),
        Err(_) => Err(ModelFilesError::TooLarge { path: name.into() }),
    }
}

fn utf8_name(path: &Path) -> Result<&str, ModelFilesError> {
    let name = path.file_name().and_then(|name| name.to_str());
    name.ok_or_else(|| ModelFilesError::Name { path: path.to_owned() })
}

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> ModelFilesError {
    let path = path.to_owned();
    |source| ModelFilesError::File { path, source }
}

/// Why a path is not a model's.
#[derive(Debug)]
#[non_exhaustive]
pub enum ModelFilesError {
    /// A file or folder could not be read.
    File {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file has 4 GiB or more, which no instance can hold.
    TooLarge {
        /// Which one.
        path: PathBuf,
    },
    /// A folder holds no file.
    Empty {
        /// Which one.
        path: PathBuf,
    },
    /// Folders are nested too deep, perhaps by a link.
    Depth {
        /// The first folder that is too deep.
        path: PathBuf,
    },
    /// A name is not UTF-8.
    Name {
        /// Which one.
        path: PathBuf,
    },
}

impl fmt::Display for ModelFilesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, .. } => write!(f, "model file {}: cannot be read", path.display()),
            Self::TooLarge { path } => {
                write!(f, "model file {}: has 4 GiB or more, which no instance can hold", path.display())
            }
            Self::Empty { path } => write!(f, "model folder {}: holds no file", path.display()),
            Self::Depth { path } => {
                write!(f, "model folder {}: nested more than {DEPTH_MAX} folders deep", path.display())
            }
            Self::Name { path } => write!(f, "model file {}: its name is not UTF-8", path.display()),
        }
    }
}

impl Error for ModelFilesError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::File { source, .. } => Some(source),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Content, ModelFiles, ModelFilesError};
    use std::fs;

    #[test]
    fn a_folder_gives_its_files_in_order_with_relative_names() {
        let folder = std::env::temp_dir().join(format!("spanlet-model-files-{}", std::process::id()));
        fs::create_dir_all(folder.join("vocab")).expect("a folder");
        fs::write(folder.join("vocab/strings.json"), "[]").expect("a file");
        fs::write(folder.join("meta.json"), "{}\n").expect("a file");
        let model = ModelFiles::from_path("ner", &folder).expect("readable");
        let read = model.read("vocab/strings.json").expect("readable");
        let absent = model.read("config.cfg").expect("nothing to read");
        fs::create_dir_all(folder.join("empty")).expect("a folder");
        let empty = ModelFiles::from_path("none", folder.join("empty"));
        fs::remove_dir_all(&folder).expect("ours to remove");

        let parts: Vec<_> = model.parts.iter().map(|part| (part.name.as_str(), part.size_bytes)).collect();
        assert_eq!(parts, [("meta.json", 3), ("vocab/strings.json", 2)]);
        assert_eq!(model.size_bytes(), 5);
        assert_eq!(model.parts().collect::<Vec<_>>(), ["meta.json", "vocab/strings.json"]);
        assert_eq!(read.as_deref(), Some(&b"[]"[..]));
        assert!(absent.is_none());
        assert!(matches!(empty, Err(ModelFilesError::Empty { .. })));
        assert!(matches!(ModelFiles::from_path("gone", &folder), Err(ModelFilesError::File { .. })));
    }

    #[test]
    fn of_a_folder_around_one_fasttext_model_that_model_is_taken() {
        let folder = std::env::temp_dir().join(format!("spanlet-model-files-card-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let parts = |names: &[(&str, &[u8])]| {
            for (name, content) in names {
                fs::write(folder.join(name), content).expect("a file");
            }
            let model = ModelFiles::from_path("m", &folder).expect("readable");
            model.parts.into_iter().map(|part| part.name).collect::<Vec<_>>()
        };
        let weights = parts(&[("README.md", b"A card"), ("weights.bin", b"PK\x03\x04")]);
        let one = parts(&[("tags.ftz", b"\xba\x16\x4f\x2f\x0c")]);
        let two = parts(&[("tags.bin", b"\xba\x16\x4f\x2f\x0c")]);
        fs::remove_dir_all(&folder).expect("ours to remove");
        assert_eq!(weights, ["README.md", "weights.bin"]);
        assert_eq!(one, ["tags.ftz"]);
        assert_eq!(two, ["README.md", "tags.bin", "tags.ftz", "weights.bin"]);
    }

    #[test]
    fn static_bytes_are_not_copied() {
        static BYTES: &[u8] = b"model";
        let model = ModelFiles::from_bytes("tags", "tags.ftz", BYTES).expect("small");
        assert!(matches!(&model.parts[0].content, Content::Bytes(bytes) if bytes.as_ptr() == BYTES.as_ptr()));
    }

    #[test]
    fn parts_in_memory_keep_their_order_and_none_is_no_model() {
        let model = ModelFiles::from_parts("ner", [("config.json", b"{}".as_slice()), ("1_Pooling/config.json", b"")]);
        let model = model.expect("small");
        assert_eq!(model.parts().collect::<Vec<_>>(), ["config.json", "1_Pooling/config.json"]);
        assert_eq!((model.name(), model.size_bytes()), ("ner", 2));
        let none = ModelFiles::from_parts("ner", Vec::<(String, Vec<u8>)>::new());
        assert!(matches!(none, Err(ModelFilesError::Empty { .. })));
    }
}

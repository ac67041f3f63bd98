//! A component as machine code: compiled here, or read from a file that was compiled before.

#[cfg(target_os = "linux")]
use std::os::fd::AsRawFd as _;
use std::{
    error::Error,
    fmt,
    fs::{self, File},
    io::{self, Read as _, Seek as _},
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use wasmtime::{Engine, Precompiled, component};

#[cfg(feature = "bake")]
use crate::Target;
use crate::{
    CONTRACT, Description, Limits, StartError, contract,
    digest::{self, digest_file},
    engine,
    source::InstanceSource,
};

/// Machine code that keeps the contract, ready to be given models and limits in a [`crate::Pool`].
///
/// Cloning is cheap and shares the code.
#[derive(Clone)]
pub struct Component {
    pub(crate) engine: Engine,
    pub(crate) code: component::Component,
    /// The models that are baked in, once they were asked for.
    pub(crate) baked: Arc<OnceLock<Vec<Description>>>,
}

impl fmt::Debug for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Component").field("contract", &CONTRACT).finish_non_exhaustive()
    }
}

impl Component {
    /// Compiles a component's bytes for this machine, on all cores.
    ///
    /// # Errors
    /// [`ComponentError::Invalid`] when the bytes are not a component; [`ComponentError::Contract`],
    /// [`ComponentError::NotSpanlet`] or [`ComponentError::Import`] when it is not one for this host.
    #[cfg(feature = "compiler")]
    pub fn from_wasm(bytes: &[u8]) -> Result<Self, ComponentError> {
        let engine = engine::start().map_err(ComponentError::engine)?;
        let code = component::Component::from_binary(&engine, bytes)
            .map_err(|error| ComponentError::Invalid { source: error.into() })?;
        Self::checked(engine, code)
    }

    /// Reads what [`Component::precompiled`] gave, from a file beside which `<file>.b3` holds its digest.
    ///
    /// The digest of the whole file is compared; only then is it taken for machine code. The file is mapped: what is
    /// not used of it is not copied, and instances share the pages of baked models until they write to them. The file
    /// must therefore stay as it is while it is in use: put a new one in its place by renaming.
    ///
    /// The digest tells damage and mix-ups from the real thing. It does not tell who made the file: who can write both
    /// files can run code in this process.
    ///
    /// # Errors
    /// [`ComponentError::File`] when either file cannot be read; [`ComponentError::Digest`] when they disagree;
    /// [`ComponentError::Incompatible`] when the code was made for another machine, with other settings or by another
    /// version of wasmtime; and those of a component that is not one for this host.
    pub fn from_precompiled_file(path: impl AsRef<Path>) -> Result<Self, ComponentError> {
        let path = path.as_ref();
        let file = File::open(path).map_err(file_error(path))?;
        let again = opened(&file, path);
        compare_digest(path, &digest::blake3_of_file(&again).map_err(file_error(path))?)?;
        if !matches!(Engine::detect_precompiled_file(&again), Ok(Some(Precompiled::Component))) {
            return Err(ComponentError::NotPrecompiled { path: path.to_owned() });
        }
        let engine = engine::start().map_err(ComponentError::engine)?;
        // SAFETY: wasmtime trusts these bytes as it trusts its own output. They are those that someone with the right
        // to write beside the executable published together with their digest, which was just compared; wasmtime
        // itself refuses those of another version, target or configuration.
        let mapped = unsafe { component::Component::deserialize_file(&engine, &again) };
        let code = match mapped {
            Ok(code) => code,
            // A file system may forbid to run what is mapped from it; what is read from it may be run.
            Err(error) => {
                let bytes = read_again(file, path)?;
                // SAFETY: as above; their digest was compared once more.
                unsafe { component::Component::deserialize(&engine, &bytes) }
                    .map_err(|_| ComponentError::Incompatible { path: path.to_owned(), source: error.into() })?
            }
        };
        Self::checked(engine, code)
    }

    /// The machine code as bytes, for [`Component::from_precompiled_file`] on a machine like this one.
    ///
    /// # Errors
    /// [`ComponentError::Engine`] when wasmtime cannot write it.
    #[cfg(feature = "compiler")]
    pub fn precompiled(&self) -> Result<Vec<u8>, ComponentError> {
        self.code.serialize().map_err(ComponentError::engine)
    }

    /// The models that are baked in, by name; none in a component that loads its models.
    ///
    /// # Errors
    /// [`StartError`] when an instance cannot be made.
    pub fn models(&self) -> Result<Vec<Description>, StartError> {
        if let Some(baked) = self.baked.get() {
            return Ok(baked.clone());
        }
        let source = InstanceSource::new(self, Vec::new(), None, Limits::default())?;
        source.instance()?;
        Ok(self.baked.get_or_init(|| source.descriptions().to_vec()).clone())
    }

    /// Machine code of a component for another kind of machine, for [`Component::from_precompiled_file`] there. Whether
    /// the component is one for such a host is not looked at.
    ///
    /// # Errors
    /// [`ComponentError::Invalid`] when the bytes are not a component.
    #[cfg(feature = "bake")]
    pub fn precompile(bytes: &[u8], target: Target) -> Result<Vec<u8>, ComponentError> {
        engine::precompile(bytes, target).map_err(|error| ComponentError::Invalid { source: error.into() })
    }

    fn checked(engine: Engine, code: component::Component) -> Result<Self, ComponentError> {
        contract::check(&code, &engine)?;
        Ok(Self { engine, code, baked: Arc::default() })
    }
}

/// Its bytes, if their digest still is that one.
fn read_again(mut file: File, path: &Path) -> Result<Vec<u8>, ComponentError> {
    let mut bytes = Vec::new();
    file.rewind().and_then(|()| file.read_to_end(&mut bytes)).map_err(file_error(path))?;
    compare_digest(path, &digest::blake3(&bytes))?;
    Ok(bytes)
}

fn compare_digest(path: &Path, found: &str) -> Result<(), ComponentError> {
    let beside = digest_file(path);
    let stated = fs::read_to_string(&beside).map_err(file_error(&beside))?;
    let expected = stated.split_ascii_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    if expected == found {
        return Ok(());
    }
    Err(ComponentError::Digest { path: path.to_owned(), expected, found: found.to_owned() })
}

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> ComponentError {
    let path = path.to_owned();
    |source| ComponentError::File { path, source }
}

/// Another name of an open file, so that it is the same even where its path has got a new one meanwhile.
#[cfg(target_os = "linux")]
fn opened(file: &File, path: &Path) -> PathBuf {
    let again = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
    if again.exists() { again } else { path.to_owned() }
}

#[cfg(not(target_os = "linux"))]
fn opened(_: &File, path: &Path) -> PathBuf {
    path.to_owned()
}

/// Why bytes or a file did not become a [`Component`].
#[derive(Debug)]
#[non_exhaustive]
pub enum ComponentError {
    /// A file could not be read. For the digest beside a precompiled file: write it with `spanlet compile` or
    /// `spanlet bake --aot`.
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The precompiled file is not the one whose digest lies beside it. Copy both again.
    Digest {
        /// The precompiled file.
        path: PathBuf,
        /// The digest beside it.
        expected: String,
        /// The digest of its bytes.
        found: String,
    },
    /// The file is not a precompiled component.
    NotPrecompiled {
        /// Which file.
        path: PathBuf,
    },
    /// The precompiled code was made for another machine, with other settings, or by another version. Compile it again.
    Incompatible {
        /// Which file.
        path: PathBuf,
        /// What differs, as wasmtime says it.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The bytes are not a component that wasmtime can compile.
    Invalid {
        /// What is wrong, as wasmtime says it.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The component keeps another version of the contract.
    Contract {
        /// The version that it exports; empty where it states none.
        found: String,
    },
    /// The component exports no such interface in any version.
    NotSpanlet {
        /// The first interface that is missing.
        interface: &'static str,
    },
    /// The component asks its host for something. This host has nothing to give.
    Import {
        /// The first import.
        name: String,
    },
    /// Wasmtime could not be set up on this machine.
    Engine {
        /// What wasmtime said.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl ComponentError {
    fn engine(error: wasmtime::Error) -> Self {
        Self::Engine { source: error.into() }
    }
}

impl fmt::Display for ComponentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, .. } => write!(f, "{}: cannot be read", path.display()),
            Self::Digest { path, expected, found } => {
                let beside = digest_file(path);
                write!(f, "{}: expected BLAKE3 {expected} as {} says, found {found}", path.display(), beside.display())
            }
            Self::NotPrecompiled { path } => write!(f, "{}: not a precompiled component", path.display()),
            Self::Incompatible { path, .. } => write!(
                f,
                "{}: was made by another version, for another machine or with other settings than this host's; run \
                 `spanlet compile` of this version on a machine like this one, or `spanlet bake --aot` for its kind",
                path.display()
            ),
            Self::Invalid { .. } => write!(f, "not a WebAssembly component that can be compiled"),
            Self::Contract { found } => {
                let found = if found.is_empty() { "no version" } else { found };
                write!(
                    f,
                    "this host speaks version {CONTRACT} of the contract spanlet:nlp, the component exports {found}"
                )
            }
            Self::NotSpanlet { interface } => {
                write!(f, "not a Spanlet component: it does not export {interface}@{CONTRACT}")
            }
            Self::Import { name } => write!(f, "the component imports {name}, and a Spanlet component imports nothing"),
            Self::Engine { .. } => write!(f, "wasmtime could not be set up on this machine"),
        }
    }
}

impl Error for ComponentError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::File { source, .. } => Some(source),
            Self::Incompatible { source, .. } | Self::Invalid { source } | Self::Engine { source } => {
                Some(source.as_ref())
            }
            _ => None,
        }
    }
}

//! Where things are: the checkout and what is built under its `target` folder.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// The models that come with the page and the edge worker: the folder under `models`, which is also the name, and the
/// file in it. The third default model, `ner`, is too large to be fetched unasked.
const LIGHT_MODELS: [(&str, &str); 2] = [("tags", "tags.ftz"), ("en", "en.tar.gz")];

/// The checkout that this program was compiled from.
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    pub(crate) fn here() -> Self {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = manifest.parent().unwrap_or(manifest).to_owned();
        // Joined because every cargo that we start runs in the root, so that this is what a relative folder means to it.
        let target = root.join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()));
        Self { root, target }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    pub(crate) fn target(&self, relative: &str) -> PathBuf {
        self.target.join(relative)
    }

    /// The component that every host runs. One of the two paths that the README promises.
    pub(crate) fn component(&self) -> PathBuf {
        self.target("component/spanlet.wasm")
    }

    /// The component without transformers.
    pub(crate) fn lite_component(&self) -> PathBuf {
        self.target("component/spanlet-lite.wasm")
    }

    /// The command. The other promised path.
    pub(crate) fn command(&self) -> PathBuf {
        self.target("release/spanlet")
    }

    /// Copies the models of the page and the edge worker, each of which is one file, into a folder.
    pub(crate) fn copy_light_models(&self, folder: &Path) -> anyhow::Result<()> {
        for (name, file) in LIGHT_MODELS {
            copy(&self.path("models").join(name).join(file), &folder.join(file))?;
        }
        Ok(())
    }
}

/// Reads a whole file; an error names it.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("reading {}", path.display()))
}

/// Writes a file and the folders above it, unless it already holds these bytes: what depends on it stays fresh.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if std::fs::read(path).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    }
    std::fs::write(path, bytes).with_context(|| format!("writing {}", path.display()))
}

/// Copies a file as [`write()`] does.
pub(crate) fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    write(to, &read(from)?)
}

/// Copies the files of a folder that has no folders in it.
pub(crate) fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(from).with_context(|| format!("listing {}", from.display()))? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

//! Where things lie: the checkout, and what `cargo xtask build` and earlier runs left under `target/`.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// The root of the checkout and its target folder.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    target: PathBuf,
}

impl Folder {
    /// The checkout that this program was compiled in.
    pub(crate) fn here() -> anyhow::Result<Self> {
        let bench = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = bench.parent().context("the bench has no folder above it")?;
        // A relative folder is taken from the root, where xtask runs cargo.
        let target = root.join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()));
        Ok(Self { root: root.to_owned(), target })
    }

    /// The checkout itself.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A file beside the bench's own source.
    pub(crate) fn source(&self, path: &str) -> PathBuf {
        self.root.join("bench").join(path)
    }

    /// Models, texts and the Python environment, made on the first run.
    pub(crate) fn work(&self, path: &str) -> PathBuf {
        self.target.join("bench").join(path)
    }

    /// The component with its engine for transformers as machine code for this computer.
    pub(crate) fn whole_component(&self) -> anyhow::Result<PathBuf> {
        self.built("component/spanlet.cwasm")
    }

    /// The component without one.
    pub(crate) fn component(&self) -> anyhow::Result<PathBuf> {
        self.built("component/spanlet-lite.cwasm")
    }

    /// The command, which makes images and is measured itself.
    pub(crate) fn spanlet(&self) -> anyhow::Result<PathBuf> {
        self.built("release/spanlet")
    }

    /// The program that does nothing.
    pub(crate) fn hello(&self) -> anyhow::Result<PathBuf> {
        self.built("release/hello")
    }

    fn built(&self, path: &str) -> anyhow::Result<PathBuf> {
        let path = self.target.join(path);
        anyhow::ensure!(path.exists(), "{} is not there: run `cargo xtask build` first", path.display());
        Ok(path)
    }

    /// The texts for a model: there is one file for each number of labels.
    pub(crate) fn texts(&self, model: &str) -> anyhow::Result<PathBuf> {
        let (stem, _) = model.split_once('.').context("a model's name has an extension")?;
        let (_, labels) = stem.split_once('-').context("a model's name ends with its number of labels")?;
        Ok(self.work(&format!("texts-{labels}.json")))
    }
}

//! Where things lie: the checkout, and what `cargo xtask build` and earlier runs left under `target/`.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// The root of the checkout and its target folder.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The checkout that this program was compiled in.
    pub(crate) fn here() -> anyhow::Result<Self> {
        let bench = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = bench.parent().context("the bench has no folder above it")?;
        Ok(Self { root: root.to_owned() })
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
        self.root.join("target/bench").join(path)
    }

    /// The component as machine code for this computer.
    pub(crate) fn component(&self) -> anyhow::Result<PathBuf> {
        let path = self.root.join("target/component/spanlet.cwasm");
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

//! The files of an export directory: which of them is the graph, and what lies beside it.

use std::collections::BTreeMap;

use crate::load_error::LoadError;

/// What the graph is called unless a directory has another one only.
const GRAPH: &str = "model.onnx";
/// Where some tools put graphs.
const FOLDER: &str = "onnx/";

/// The files of a directory.
#[derive(Debug)]
pub(crate) struct Export {
    files: BTreeMap<String, Vec<u8>>,
    graph: String,
}

/// A graph's file and those beside it that may hold its weights.
#[derive(Clone, Debug)]
pub(crate) struct GraphFiles {
    /// The graph's path.
    pub(crate) part: String,
    pub(crate) bytes: Vec<u8>,
    /// By their paths relative to the graph's folder.
    pub(crate) beside: BTreeMap<String, Vec<u8>>,
}

impl Export {
    /// Takes files by their paths, with or without one folder around all of them.
    pub(crate) fn new(files: BTreeMap<String, Vec<u8>>) -> Result<Self, LoadError> {
        let files = without_folder(files);
        let graph = graph(&files)?.to_owned();
        Ok(Self { files, graph })
    }

    pub(crate) fn files(&self) -> &BTreeMap<String, Vec<u8>> {
        &self.files
    }

    pub(crate) fn file(&self, name: &str) -> Result<&[u8], LoadError> {
        self.optional_file(name).ok_or_else(|| LoadError::missing(name, format!("`{}`", self.graph)))
    }

    pub(crate) fn optional_file(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Vec::as_slice)
    }

    /// Moves the graph out, with what lies beside it.
    pub(crate) fn take_graph(&mut self) -> GraphFiles {
        let part = self.graph.clone();
        let bytes = self.files.remove(&part).unwrap_or_default();
        let folder = part.rfind('/').map_or("", |slash| &part[..=slash]);
        let is_beside = |name: &String| name.starts_with(folder) && !name.ends_with(".json");
        let names: Vec<String> = self.files.keys().filter(|name| is_beside(name)).cloned().collect();
        let moved = names.into_iter().filter_map(|name| {
            let bytes = self.files.remove(&name)?;
            Some((name[folder.len()..].to_owned(), bytes))
        });
        let beside = moved.collect();
        GraphFiles { bytes, beside, part }
    }
}

/// Files of an archive often stand in one folder, which is left out of their names.
fn without_folder(files: BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    let folder = files.keys().next().and_then(|first| first.split_once('/')).map(|(folder, _)| format!("{folder}/"));
    match folder {
        Some(folder) if folder != FOLDER && files.keys().all(|name| name.starts_with(&folder)) => {
            files.into_iter().map(|(name, bytes)| (name[folder.len()..].to_owned(), bytes)).collect()
        }
        _ => files,
    }
}

/// The graph: `model.onnx`, else the only one.
fn graph(files: &BTreeMap<String, Vec<u8>>) -> Result<&str, LoadError> {
    let graphs: Vec<&str> = files.keys().map(String::as_str).filter(|name| name.ends_with(".onnx")).collect();
    let usual = |name: &&&str| **name == GRAPH || name.strip_prefix(FOLDER) == Some(GRAPH);
    match (graphs.iter().find(usual), graphs.as_slice()) {
        (Some(graph), _) | (None, [graph]) => Ok(graph),
        (None, []) => Err(LoadError::missing(GRAPH, "the model")),
        (None, graphs) => {
            let problem = format!("expected `{GRAPH}` or only one graph, found {}", graphs.join(", "));
            Err(LoadError::damaged(GRAPH, problem))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Export;

    fn export(names: &[&str]) -> Result<Export, String> {
        let files: BTreeMap<String, Vec<u8>> = names.iter().map(|name| ((*name).to_owned(), Vec::new())).collect();
        Export::new(files).map_err(|error| error.to_string())
    }

    #[test]
    fn the_graph_is_the_usual_one_or_the_only_one() {
        let graph = |names: &[&str]| export(names).map(|export| export.graph);
        assert_eq!(graph(&["config.json", "model.onnx", "model_quantized.onnx"]), Ok("model.onnx".to_owned()));
        assert_eq!(graph(&["onnx/model.onnx", "onnx/model_O2.onnx"]), Ok("onnx/model.onnx".to_owned()));
        assert_eq!(graph(&["model_quantized.onnx"]), Ok("model_quantized.onnx".to_owned()));
        assert_eq!(graph(&["m/config.json", "m/model.onnx"]), Ok("model.onnx".to_owned()));
        assert!(graph(&["a.onnx", "b.onnx"]).is_err_and(|error| error.ends_with("found a.onnx, b.onnx")));
        assert!(graph(&["config.json"]).is_err_and(|error| error.starts_with("expected part `model.onnx`")));
    }

    #[test]
    fn weights_lie_beside_their_graph() {
        let mut export = export(&["config.json", "onnx/model.onnx", "onnx/model.onnx_data", "other"]).expect("a graph");
        let graph = export.take_graph();
        assert_eq!(graph.beside.keys().collect::<Vec<_>>(), ["model.onnx_data"]);
        assert!(export.optional_file("other").is_some());
    }
}

//! Models packed as zip files, as people keep them where they are fetched from.

use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use spanlet_archive::{Limits, Parts};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::model_files;
use crate::artifacts::built;

/// The folder around all files, as there often is one.
const FOLDER: &str = "model";

/// Where the files of a folder, or those in an archive, lie as a zip file of that name.
pub(super) fn zipped(name: &str, source: &Path) -> PathBuf {
    let mut parts = Parts::from_files(model_files(source), &Limits::default())
        .unwrap_or_else(|error| panic!("{}: {error}", source.display()));
    let names: Vec<String> = parts.names().map(str::to_owned).collect();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for part in names {
        let bytes = parts.take(&part).expect("a part that was named");
        zip.start_file(format!("{FOLDER}/{part}"), SimpleFileOptions::default()).expect("memory takes it");
        zip.write_all(&bytes).expect("memory takes it");
    }
    let bytes = zip.finish().expect("memory takes it").into_inner();
    let folder = built("tmp/origin");
    std::fs::create_dir_all(&folder).expect("a folder");
    // Tests run side by side: each sees a whole file.
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let unfinished = folder.join(format!("{name}.{}-{count}", std::process::id()));
    std::fs::write(&unfinished, bytes).expect("room for a small model");
    let path = folder.join(name);
    std::fs::rename(&unfinished, &path).expect("just written");
    path
}

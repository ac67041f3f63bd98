//! The house rules that a machine can check.

use std::path::{Path, PathBuf};
use std::process::Command;

use spanlet_tests::artifacts::{read_text, root};

/// What no crate below `host/` may say: files, sockets, clocks, threads, the environment, other programs, printing.
const FORBIDDEN: [&str; 10] = [
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "std::time",
    " println!(",
    " eprintln!(",
    " print!(",
    " dbg!(",
];

/// Files below `src` that are only there in tests.
const TEST_MODULES: [&str; 2] = ["tests.rs", "rule_cases.rs"];

/// Crates in which `unsafe` stands, each for a reason that its own documentation gives.
const WITH_UNSAFE: [&str; 3] = ["crates/spanlet-component", "crates/spanlet-kernels", "host/runtime"];

/// Crates with Cargo features: one for each engine, and the compiler that the Lambda host leaves out.
const WITH_FEATURES: [&str; 2] = ["crates/spanlet-component", "host/runtime"];

#[test]
fn libraries_touch_nothing_outside() {
    for (file, text) in sources("crates") {
        // The tests of a library may read fixtures.
        let is_test = TEST_MODULES.iter().any(|name| file.file_name().is_some_and(|found| found == *name));
        if is_test || !file.components().any(|part| part.as_os_str() == "src") {
            continue;
        }
        // An example in a comment may read a file.
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for (name, line) in code.flat_map(|line| FORBIDDEN.map(|name| (name, line))) {
            assert!(!line.contains(name), "{}: a library says {name}: {line}", file.display());
        }
    }
}

#[test]
fn unsafe_code_is_forbidden_except_where_it_is_named() {
    for package in packages() {
        let crate_root = ["src/lib.rs", "src/main.rs"].map(|file| package.join(file));
        let crate_root = crate_root.iter().find(|file| file.exists()).expect("a crate's root");
        let is_named = WITH_UNSAFE.iter().any(|named| package == root().join(named));
        let is_forbidden = read_text(crate_root).contains("#![forbid(unsafe_code)]");
        assert!(is_forbidden || is_named, "{}: #![forbid(unsafe_code)] is missing", crate_root.display());
    }
}

#[test]
fn features_stand_in_the_component_and_the_runtime_alone() {
    for package in packages() {
        let is_named = WITH_FEATURES.iter().any(|named| package == root().join(named));
        let has_features = read_text(&package.join("Cargo.toml")).contains("\n[features]");
        assert!(is_named || !has_features, "{}: has features", package.display());
    }
}

#[test]
fn versions_stand_at_the_root_alone() {
    for package in packages() {
        let manifest: toml::Table = read_text(&package.join("Cargo.toml")).parse().expect("a manifest");
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(toml::Value::Table(dependencies)) = manifest.get(section) else { continue };
            for (name, dependency) in dependencies {
                let is_shared = dependency.get("workspace").and_then(toml::Value::as_bool) == Some(true);
                assert!(is_shared, "{}: `{name}` states its own version", package.display());
            }
        }
    }
}

#[test]
fn the_lambda_host_has_no_compiler() {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--package", "spanlet-lambda", "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .current_dir(root())
        .output()
        .expect("cargo");
    let tree = String::from_utf8(tree.stdout).expect("UTF-8");
    assert!(tree.contains("wasmtime v"), "cargo tree answered {tree:?}");
    let compilers: Vec<&str> = tree.lines().filter(|line| line.starts_with("cranelift-codegen ")).collect();
    assert_eq!(compilers, Vec::<&str>::new());
}

#[test]
fn every_invariant_names_the_files_that_hold_it() {
    let document = read_text(&root().join("ARCHITECTURE.md"));
    let (_, section) = document.split_once("\n## Invariants\n").expect("a section of invariants");
    let section = section.split("\n## ").next().unwrap_or_default();
    let invariants: Vec<&str> = section.split("\n- ").skip(1).collect();
    assert!(invariants.len() >= 10, "{} invariants", invariants.len());
    for invariant in invariants {
        let bracket = invariant.rsplit_once('[').and_then(|(_, bracket)| bracket.split(']').next());
        let bracket = bracket.unwrap_or_else(|| panic!("expected files in brackets: {invariant}"));
        let names: Vec<&str> = bracket.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "expected files in backticks: {invariant}");
        for name in names {
            assert!(root().join(name).is_file(), "there is no file {name}: {invariant}");
        }
    }
}

#[test]
fn no_machine_s_paths_are_committed() {
    // Written in two pieces, so that this file passes.
    let roots = ["/work", "/home", "/root", "/Users"].map(|folder| format!("{folder}/"));
    for (file, text) in tracked_texts() {
        for (number, line) in text.lines().enumerate() {
            let named = roots.iter().find(|folder| names_path(line, folder));
            assert_eq!(named, None, "{}:{}", file.display(), number + 1);
        }
    }
}

/// Whether a line has an absolute path in that folder; a longer relative path or an address may hold the same letters.
fn names_path(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|character| character.is_whitespace() || "\"'`=(:".contains(character))
    })
}

/// Every package of the workspace that is a folder under `crates` or `host`, and the tools.
fn packages() -> Vec<PathBuf> {
    let mut packages: Vec<PathBuf> = ["bench", "tests", "www", "xtask"].map(|name| root().join(name)).into();
    for folder in ["crates", "host"] {
        let entries = std::fs::read_dir(root().join(folder)).expect("a folder of packages");
        packages.extend(entries.map(|entry| entry.expect("a folder's entry").path()));
    }
    packages.retain(|package| package.join("Cargo.toml").exists());
    packages.sort();
    assert!(packages.len() >= 12, "{} packages", packages.len());
    packages
}

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let is_source = |(file, _): &(PathBuf, String)| {
        file.starts_with(folder) && file.extension().is_some_and(|extension| extension == "rs")
    };
    let sources: Vec<_> = tracked_texts().into_iter().filter(is_source).collect();
    assert!(!sources.is_empty(), "no sources under {folder}");
    sources
}

/// Every file that git tracks and that is UTF-8, with its path from the root.
fn tracked_texts() -> Vec<(PathBuf, String)> {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output();
    let listed = listed.unwrap_or_else(|error| panic!("git: {error}; the rules are held for the files that it tracks"));
    assert!(listed.status.success(), "git ls-files: {}", String::from_utf8_lossy(&listed.stderr).trim_end());
    let listed = String::from_utf8(listed.stdout).expect("paths in UTF-8");
    let text = |path: &str| Some((PathBuf::from(path), std::fs::read_to_string(root().join(path)).ok()?));
    let texts: Vec<_> = listed.split_terminator('\0').filter_map(text).collect();
    assert!(texts.iter().any(|(path, _)| path == Path::new("Cargo.toml")), "git lists no files here");
    texts
}

//! The component as bytes: what it exports, and that it imports nothing.

use std::io::Write as _;

use spanlet_tests::artifacts::{built, component, core_modules, lite_component, read, read_text, root, sha256};
use wasmparser::{Parser, Payload};

/// The interfaces of `wit/world.wit`.
const EXPORTS: [&str; 4] =
    ["spanlet:nlp/http@0.1.0", "spanlet:nlp/models@0.1.0", "spanlet:nlp/nlp@0.1.0", "spanlet:nlp/types@0.1.0"];

#[test]
fn nothing_is_imported_and_the_contract_is_exported() {
    check_contract(&component());
    check_contract(&lite_component());
}

fn check_contract(component: &[u8]) {
    let (mut imports, mut exports) = (Vec::new(), Vec::new());
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(component) {
        match payload.expect("a component") {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                imports.extend(section.into_iter().map(|import| import.expect("an import").name.name.to_owned()));
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                exports.extend(section.into_iter().map(|export| export.expect("an export").name.name.to_owned()));
            }
            _ => {}
        }
    }
    exports.sort();
    assert_eq!(imports, Vec::<String>::new());
    assert_eq!(exports, EXPORTS);
}

/// What a page or an edge function fetches before its models.
#[test]
fn it_travels_in_at_most_700_kilobytes_or_with_transformers_in_2_400() {
    check_size(&lite_component(), 100_000..=700_000);
    check_size(&component(), 1_000_000..=2_400_000);
}

fn check_size(component: &[u8], range: std::ops::RangeInclusive<usize>) {
    let mut compressed = Vec::new();
    // The highest quality and the widest window that browsers take.
    brotli::CompressorWriter::new(&mut compressed, 1 << 16, 11, 24).write_all(component).expect("memory takes it");
    let (whole, sent) = (component.len(), compressed.len());
    eprintln!("the component has {whole} bytes, {sent} compressed with brotli");
    assert!(range.contains(&sent), "{sent} bytes compressed, {whole} whole");
}

#[test]
fn the_core_module_imports_nothing_either() {
    for component in [component(), lite_component()] {
        let modules = core_modules(&component);
        assert_eq!(modules.len(), 1);
        for payload in Parser::new(0).parse_all(modules[0]) {
            if let Payload::ImportSection(section) = payload.expect("a module") {
                assert_eq!(section.count(), 0, "imports of the core module");
            }
        }
    }
}

#[test]
fn every_host_carries_the_same_core_module() {
    let whole = sha256(core_modules(&component())[0]);
    assert_eq!(read_text(&built("component/spanlet.core.sha256")).trim_end(), whole);
    let digest = sha256(core_modules(&lite_component())[0]);
    assert_eq!(read_text(&built("component/spanlet-lite.core.sha256")).trim_end(), digest);
    for folder in ["js", "www", "worker"] {
        let file = built(folder).join("spanlet.core.wasm");
        assert_eq!(sha256(&read(&file)), digest, "{}", file.display());
    }
}

#[test]
fn no_path_of_the_machine_that_built_it_is_inside() {
    let component = [component(), lite_component()].concat();
    let mut folders = vec![root()];
    folders.extend(std::env::home_dir());
    for folder in folders {
        // With the slash, so that a file that bears a folder's name is not taken for it.
        let name = format!("{}/", folder.to_str().expect("a path in UTF-8"));
        // A home directory of `/` would be found anywhere.
        if name != "//" {
            let is_inside = component.windows(name.len()).any(|window| window == name.as_bytes());
            assert!(!is_inside, "{name} is named in the component");
        }
    }
}

#[test]
fn every_item_of_the_contract_is_documented() {
    let mut resolve = wit_parser::Resolve::default();
    let (package, _) = resolve.push_path(root().join("wit")).expect("the contract");
    let mut missing = Vec::new();
    let mut check = |docs: &wit_parser::Docs, name: String| {
        if docs.contents.is_none() {
            missing.push(name);
        }
    };
    for (name, interface) in &resolve.packages[package].interfaces {
        let interface = &resolve.interfaces[*interface];
        check(&interface.docs, name.clone());
        for (function_name, function) in &interface.functions {
            check(&function.docs, format!("{name}.{function_name}"));
        }
        for (type_name, id) in &interface.types {
            check_type(&resolve.types[*id], &format!("{name}.{type_name}"), &mut check);
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

fn check_type(definition: &wit_parser::TypeDef, name: &str, check: &mut impl FnMut(&wit_parser::Docs, String)) {
    use wit_parser::TypeDefKind::{Enum, Flags, Record, Type, Variant};
    // A `use` brings a documented type in from elsewhere.
    if !matches!(definition.kind, Type(_)) {
        check(&definition.docs, name.to_owned());
    }
    match &definition.kind {
        Record(record) => record.fields.iter().for_each(|field| check(&field.docs, format!("{name}.{}", field.name))),
        Flags(flags) => flags.flags.iter().for_each(|flag| check(&flag.docs, format!("{name}.{}", flag.name))),
        Enum(cases) => cases.cases.iter().for_each(|case| check(&case.docs, format!("{name}.{}", case.name))),
        Variant(cases) => cases.cases.iter().for_each(|case| check(&case.docs, format!("{name}.{}", case.name))),
        _ => {}
    }
}

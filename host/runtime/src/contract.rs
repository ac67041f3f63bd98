//! The bindings to `wit/world.wit`, and the check that a component keeps that contract.

use wasmtime::{Engine, component};

use crate::ComponentError;

/// The version of the contract that this crate speaks: that of package `spanlet:nlp` in `wit/world.wit`.
pub const CONTRACT: &str = "0.1.0";

/// The interfaces that are called.
const INTERFACES: [&str; 3] = ["spanlet:nlp/models", "spanlet:nlp/nlp", "spanlet:nlp/http"];

/// What wasmtime generates from the contract.
#[allow(missing_docs, unused_qualifications, unreachable_pub, clippy::all, clippy::pedantic)]
pub(crate) mod bindings {
    wasmtime::component::bindgen!({ path: "../../wit", world: "component" });
}

/// Refuses a component that imports anything, or that exports an interface in another version or not at all.
pub(crate) fn check(component: &component::Component, engine: &Engine) -> Result<(), ComponentError> {
    let of_component = component.component_type();
    if let Some((name, _)) = of_component.imports(engine).next() {
        return Err(ComponentError::Import { name: name.to_owned() });
    }
    let exports: Vec<&str> = of_component.exports(engine).map(|(name, _)| name).collect();
    check_exports(&exports)
}

fn check_exports(exports: &[&str]) -> Result<(), ComponentError> {
    for interface in INTERFACES {
        let versions: Vec<&str> = exports.iter().filter_map(|name| version_of(name, interface)).collect();
        match versions.first() {
            None => return Err(ComponentError::NotSpanlet { interface }),
            Some(_) if versions.contains(&CONTRACT) => {}
            Some(found) => return Err(ComponentError::Contract { found: (*found).to_owned() }),
        }
    }
    Ok(())
}

/// The version in an export's name, where it is that interface's; empty where the name has none.
fn version_of<'n>(name: &'n str, interface: &str) -> Option<&'n str> {
    match name.strip_prefix(interface)? {
        "" => Some(""),
        rest => rest.strip_prefix('@'),
    }
}

#[cfg(test)]
mod tests {
    use super::{CONTRACT, check_exports};

    #[test]
    fn the_version_is_that_of_the_contract() {
        let package = format!("package spanlet:nlp@{CONTRACT};");
        assert!(include_str!("../../../wit/world.wit").lines().any(|line| line == package), "{package}");
    }

    #[test]
    fn other_versions_are_named() {
        let of = |version: &str| ["models", "nlp", "http"].map(|interface| format!("spanlet:nlp/{interface}{version}"));
        let check = |version: &str| {
            let names = of(version);
            check_exports(&names.each_ref().map(String::as_str)).map_err(|error| error.to_string())
        };
        assert_eq!(check("@0.1.0"), Ok(()));
        let message = check("@0.2.0").expect_err("another version");
        assert!(message.contains("0.2.0") && message.contains(CONTRACT), "{message}");
        let message = check("").expect_err("no version");
        assert!(message.contains("no version") && message.contains(CONTRACT), "{message}");
        let message = check_exports(&["wasi:http/handler@0.2.0"]).expect_err("something else").to_string();
        assert!(message.contains("spanlet:nlp/models"), "{message}");
    }
}

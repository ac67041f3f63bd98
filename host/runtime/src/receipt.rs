//! What a baked component was made from: said by the component itself in its answers, and written into its file.

use std::{borrow::Cow, collections::BTreeMap};

use serde::Serialize;
use wasmparser::{Parser, Payload, ProducersSectionReader};

use crate::{Description, digest::sha256};

/// The custom section of a baked component that holds its receipt as JSON.
const SECTION: &str = "spanlet:receipt";

/// The version that writes images and machine code.
const WASMTIME: &str = "48.0.8";

/// The versions and checksums of all crates in the program that bakes, and in the component that it brings.
const LOCK: &[u8] = include_bytes!("../../../Cargo.lock");

/// From what a component is baked, apart from models.
#[derive(Serialize)]
pub(crate) struct Origin {
    /// SHA-256 of the component before models are in it.
    component_sha256: String,
    /// The version of each program that has a part in it, by name, and the digest of [`LOCK`].
    toolchain: BTreeMap<String, String>,
}

/// The whole receipt.
#[derive(Serialize)]
struct Receipt<'r> {
    #[serde(flatten)]
    origin: &'r Origin,
    models: Vec<Model<'r>>,
}

#[derive(Serialize)]
struct Model<'r> {
    name: &'r str,
    family: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'r str>,
    parts_sha256: &'r str,
}

impl Origin {
    pub(crate) fn of(component: &[u8]) -> Self {
        let mut toolchain = producers(component);
        toolchain.insert("spanlet".to_owned(), env!("CARGO_PKG_VERSION").to_owned());
        toolchain.insert("wasmtime".to_owned(), WASMTIME.to_owned());
        toolchain.insert("Cargo.lock".to_owned(), format!("sha256={}", sha256(LOCK)));
        Self { component_sha256: sha256(component), toolchain }
    }

    /// The settings with which the component says so itself.
    pub(crate) fn settings_json(&self) -> String {
        serde_json::json!({ "receipt": self }).to_string()
    }

    /// The component with its receipt as one more section.
    pub(crate) fn attached(&self, mut component: Vec<u8>, models: &[Description]) -> Vec<u8> {
        let models = models.iter().map(|model| Model {
            name: &model.name,
            family: &model.family,
            version: model.version.as_deref(),
            parts_sha256: &model.parts_sha256,
        });
        let receipt = Receipt { origin: self, models: models.collect() };
        let json = serde_json::to_vec(&receipt).expect("these types are always JSON");
        push_custom_section(&mut component, SECTION, &json);
        component
    }
}

/// The receipt in a baked component's file, as JSON; none in other bytes.
#[must_use]
pub fn receipt(component: &[u8]) -> Option<Cow<'_, str>> {
    let mut sections = Parser::new(0).parse_all(component).map_while(Result::ok);
    sections.find_map(|payload| match payload {
        Payload::CustomSection(section) if section.name() == SECTION => Some(String::from_utf8_lossy(section.data())),
        _ => None,
    })
}

/// The programs that a component names as those that processed it, with their versions.
fn producers(component: &[u8]) -> BTreeMap<String, String> {
    let mut programs = BTreeMap::new();
    for payload in Parser::new(0).parse_all(component).map_while(Result::ok) {
        let Payload::CustomSection(section) = payload else { continue };
        if section.name() != "producers" {
            continue;
        }
        let Ok(fields) = ProducersSectionReader::new(section.data_reader()) else { continue };
        for field in fields.into_iter().map_while(Result::ok).filter(|field| field.name == "processed-by") {
            let values = field.values.into_iter().map_while(Result::ok);
            programs.extend(values.map(|value| (value.name.to_owned(), value.version.to_owned())));
        }
    }
    programs
}

/// Section 0: its size, its name with its length, its bytes.
fn push_custom_section(component: &mut Vec<u8>, name: &str, content: &[u8]) {
    let mut body = leb128(name.len());
    body.extend_from_slice(name.as_bytes());
    body.extend_from_slice(content);
    component.push(0);
    component.extend_from_slice(&leb128(body.len()));
    component.extend_from_slice(&body);
}

/// A length as WebAssembly writes it: seven bits a byte, the lowest first.
fn leb128(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(value & 0x7f).expect("seven bits");
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::{LOCK, Origin, WASMTIME, push_custom_section, receipt};

    /// The header of an empty component.
    const EMPTY: [u8; 8] = [0, b'a', b's', b'm', 0x0d, 0, 1, 0];

    #[test]
    fn the_version_is_that_of_the_lock_file() {
        let entry = format!("name = \"wasmtime\"\nversion = \"{WASMTIME}\"\n");
        assert!(str::from_utf8(LOCK).expect("UTF-8").contains(&entry), "{entry}");
    }

    #[test]
    fn a_receipt_is_read_back() {
        let origin = Origin::of(&EMPTY);
        let component = origin.attached(EMPTY.to_vec(), &[]);
        let json: serde_json::Value = serde_json::from_str(&receipt(&component).expect("a receipt")).expect("JSON");
        assert_eq!(json["component_sha256"], origin.component_sha256.as_str());
        assert_eq!(json["toolchain"]["wasmtime"], WASMTIME);
        assert_eq!(json["models"], serde_json::json!([]));
        assert_eq!((receipt(&EMPTY), receipt(b"something else")), (None, None));
    }

    #[test]
    fn producers_become_the_toolchain() {
        let mut component = EMPTY.to_vec();
        // One field, `processed-by`, of one program and its version.
        push_custom_section(&mut component, "producers", b"\x01\x0cprocessed-by\x01\x05rustc\x041.95");
        assert_eq!(Origin::of(&component).toolchain["rustc"], "1.95");
        // A longer length than one byte holds.
        push_custom_section(&mut component, "other", &[7; 300]);
        assert!(wasmparser::Parser::new(0).parse_all(&component).all(|payload| payload.is_ok()));
    }
}

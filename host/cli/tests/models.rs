//! `spanlet models`, `spanlet completions` and the help of every verb as a shell sees them.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::{Value, json};

#[path = "command/scratch.rs"]
mod scratch;

use scratch::Scratch;

const MODELS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models");

fn spanlet(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_spanlet")).args(arguments).output().expect("the command was built")
}

/// What a command that succeeds prints.
fn printed(arguments: &[&str]) -> String {
    let output = spanlet(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The verbs that the help lists.
fn verbs() -> Vec<String> {
    let help = printed(&["--help"]);
    let (_, listed) = help.split_once("Commands:\n").expect("a list of commands");
    let lines = listed.lines().take_while(|line| !line.is_empty());
    // What goes on in another line is indented further.
    let verbs = lines.filter_map(|line| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')));
    verbs.filter_map(|line| line.split(' ').next()).filter(|verb| *verb != "help").map(str::to_owned).collect()
}

#[test]
fn embedded_models_are_listed_with_their_terms() {
    let listed: Value = serde_json::from_str(&printed(&["models", "--json"])).expect("JSON");
    let models = listed.as_array().expect("a list");
    let names: Vec<_> = models.iter().map(|model| model["name"].as_str()).collect();
    assert_eq!(names, [Some("en"), Some("ner"), Some("tags")]);
    for model in models {
        let name = model["name"].as_str().expect("a name");
        let card = fs::read_to_string(Path::new(MODELS).join(name).join("README.md")).expect("a card");
        let license = format!(
            "[{}]({})",
            model["license"].as_str().expect("a text"),
            model["license_url"].as_str().expect("a text")
        );
        assert!(card.contains(&license), "{license}");
        assert!(card.contains(model["attribution"].as_str().expect("a text")), "{name}");
        assert!(model.get("memory_bytes").is_none() && model["label_count"].as_u64() > Some(3), "{model}");
    }
    assert!(models[1]["attribution"].as_str().is_some_and(|text| text.contains("Apache License 2.0")));
    assert!(models[2]["attribution"].as_str().is_some_and(|text| text.contains("Cooking Stack Exchange")));
    let tasks = [0, 1, 2].map(|model: usize| models[model]["tasks"].clone());
    assert_eq!(
        tasks,
        [
            json!(["analyze", "entities", "keyphrases"]),
            json!(["analyze", "entities", "embed"]),
            json!(["classify", "embed"])
        ]
    );
    assert_eq!((&models[0]["language"], &models[0]["version"]), (&"en".into(), &"0.1.0".into()));

    let text = printed(&["models"]);
    assert!(
        text.contains("\nlicence       CC BY-SA 4.0 (https://creativecommons.org/licenses/by-sa/4.0/)\n"),
        "{text}"
    );
    assert!(text.contains("UD English EWT"), "{text}");
}

#[test]
fn what_is_listed_is_what_loading_says() {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../target").into(), std::path::PathBuf::from);
    let component = target.join("component/spanlet.cwasm");
    let component = component.to_str().expect("UTF-8");
    let listed: Value = serde_json::from_str(&printed(&["models", "--json", "--component", component])).expect("JSON");
    for model in listed.as_array().expect("a list") {
        let name = model["name"].as_str().expect("a name");
        let report: Value =
            serde_json::from_str(&printed(&["inspect", "--json", "--component", component, name])).expect("JSON");
        assert_eq!((&model["tasks"], &model["memory_bytes"]), (&report["tasks"], &report["memory_bytes"]), "{name}");
        assert!(model["memory_bytes"].as_u64() > Some(1 << 20), "{model}");
    }
}

#[test]
fn what_the_card_of_a_pipeline_says_of_its_licence_the_pipeline_says_too() {
    let report: Value = serde_json::from_str(&printed(&["inspect", "--json", "en"])).expect("JSON");
    let card = fs::read_to_string(Path::new(MODELS).join("en/README.md")).expect("a card");
    let license = report["license"].as_str().expect("a licence");
    assert!(card.contains(&format!("[{license}](https://creativecommons.org/")), "{license}");
    assert_eq!(report["spacy"]["sources"].as_array().map(Vec::len), Some(5));
}

#[test]
fn an_exported_model_is_the_one_that_was_embedded() {
    let scratch = Scratch::new();
    let folder = scratch.file("tags.bin", "").with_file_name("");
    let folder = folder.to_str().expect("UTF-8");
    printed(&["models", "export", "tags", "--output", folder]);
    let committed = fs::read(Path::new(MODELS).join("tags/tags.ftz")).expect("committed");
    assert!(fs::read(Path::new(folder).join("tags.ftz")).expect("just written") == committed);
    let file = format!("{folder}/other.ftz");
    assert_eq!(printed(&["models", "export", "tags", "-o", &file]), format!("{file}\n"));
    assert!(fs::read(&file).expect("just written") == committed);
    assert_eq!(printed(&["models", "export", "ner", "-o", folder]), format!("{folder}ner\n"));
    for entry in fs::read_dir(Path::new(MODELS).join("ner/export")).expect("committed") {
        let name = entry.expect("an entry").file_name();
        let [written, committed] = [format!("{folder}ner"), format!("{MODELS}/ner/export")]
            .map(|folder| fs::read(Path::new(&folder).join(&name)).expect("a file of the model"));
        assert!(written == committed, "{}", name.display());
    }
    assert_eq!(spanlet(&["models", "export", "ner", "-o", folder]).status.code(), Some(1), "it is there already");
    assert_eq!(spanlet(&["models", "export", "other"]).status.code(), Some(2), "no such model");
    assert_eq!(spanlet(&["models", "export", "en", "-o", &format!("{folder}/no/en")]).status.code(), Some(1));
}

#[test]
fn completions_know_every_verb() {
    let verbs = verbs();
    assert!(
        ["serve", "run", "inspect", "models"].iter().all(|verb| verbs.iter().any(|found| found == verb)),
        "{verbs:?}"
    );
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = printed(&["completions", shell]);
        for verb in &verbs {
            assert!(script.contains(verb.as_str()), "{shell}: {verb}");
        }
    }
    assert_eq!(spanlet(&["completions", "ksh"]).status.code(), Some(2));
}

#[test]
fn every_verb_teaches_by_example() {
    for verb in verbs() {
        let help = printed(&[&verb, "--help"]);
        assert!(help.contains("\nExample"), "{verb}: {help}");
        assert!(help.contains(&format!("spanlet {verb}")), "{verb}: {help}");
    }
    let help = printed(&["--help"]);
    assert!(help.contains("Exit status:") && help.contains("\nExamples:"), "{help}");
}

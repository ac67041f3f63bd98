//! What the parser and the entity recognizer are set to, and which of that there is not here.

use serde_json::Value as Json;

use crate::load_error::LoadError;
use crate::source::Source;

const ARCHITECTURE: &str = "spacy.TransitionBasedParser.v2";

/// Refuses what a component asks for and would not get. `state_type` is what the architecture calls the component.
pub(crate) fn check(source: &Source<'_>, state_type: &str) -> Result<(), LoadError> {
    let refuse = |asks_for: String, advice: &str| Err(LoadError::unsupported(source.component, asks_for, advice));
    let text = |path| source.setting(path).and_then(Json::as_str).unwrap_or_default();
    let architecture = text("model.@architectures");
    if architecture != ARCHITECTURE {
        return refuse(architecture.to_owned(), &format!("train it with `{ARCHITECTURE}`"));
    }
    let found = text("model.state_type");
    if found != state_type {
        let section = format!("components.{}.model", source.component);
        let problem = format!("expected state_type `{state_type}`, found `{found}`");
        return Err(LoadError::damaged(section, problem));
    }
    // What the component wrote down itself counts more than the configuration.
    let written: Json = source.json("cfg")?;
    let setting = |name| written.get(name).or_else(|| source.setting(name)).unwrap_or(&Json::Null);
    if !matches!(setting("beam_width"), Json::Null) && setting("beam_width").as_f64() != Some(1.0) {
        return refuse(format!("beam_width = {}", setting("beam_width")), "set it to 1; no retraining is needed");
    }
    if setting("learn_tokens") == &Json::Bool(true) {
        return refuse("learn_tokens = true".to_owned(), "train it without; tokens would have to be merged");
    }
    Ok(())
}

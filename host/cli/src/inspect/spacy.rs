//! What a spaCy pipeline holds: its components one by one, and which of them are not here.

use serde::Serialize;
use serde_json::Value;
use spanlet_runtime::ModelFiles;
use spanlet_spacy::{LoadError, Meta, Survey, SurveyedComponent};

use super::{
    report::{About, Details, Report},
    text::{Page, first_labels},
};

/// A pipeline may not unpack to more either; what is larger is left to the loader to refuse.
const SURVEYED_BYTES_MAX: u64 = 1 << 30;

/// A pipeline in order.
#[derive(Debug, Serialize)]
pub(crate) struct Spacy {
    /// Which versions of spaCy it says it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    spacy_version: Option<String>,
    tokenizer: String,
    /// Absent without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    vectors: Option<Vectors>,
    components: Vec<Component>,
    /// What it was trained on, as `meta.json` lists it.
    sources: Vec<Value>,
}

#[derive(Debug, Serialize)]
struct Vectors {
    rows: usize,
    width: usize,
}

#[derive(Debug, Serialize)]
struct Component {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    factory: Option<String>,
    /// Of its model; absent for one without a model.
    #[serde(skip_serializing_if = "Option::is_none")]
    architecture: Option<String>,
    /// One that does not run is not loaded, and so in nobody's way.
    enabled: bool,
    supported: bool,
    /// Why it is not supported.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// As `meta.json` lists them; absent where it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<Vec<String>>,
}

/// The report on a pipeline; `None` where nothing can be said of it, since it is none or damaged all over.
///
/// # Errors
/// When a file cannot be read.
pub(super) fn report(shown: &str, files: &ModelFiles) -> anyhow::Result<Option<Report>> {
    if files.size_bytes() > SURVEYED_BYTES_MAX {
        return Ok(None);
    }
    let mut read = Vec::new();
    for name in files.parts() {
        read.extend(files.read(name)?.map(|bytes| (name.to_owned(), bytes)));
    }
    let mut report =
        Report { model: shown.to_owned(), family: "spacy", size_bytes: files.size_bytes(), ..Report::default() };
    match Survey::of(read) {
        Ok(survey) => {
            for problem in survey.problems() {
                report.push_problem(problem.to_string(), is_sound(problem));
            }
            report.about = about(&survey);
            report.details = Some(Details::Spacy(Spacy::of(survey)));
        }
        Err(error @ LoadError::Unsupported { .. }) => report.push_problem(error.to_string(), true),
        Err(_) => return Ok(None),
    }
    Ok(Some(report))
}

fn is_sound(problem: &LoadError) -> bool {
    matches!(problem, LoadError::Unsupported { .. })
}

/// What `meta.json` says; spaCy writes empty texts where there is nothing to say.
fn about(survey: &Survey) -> About {
    let Meta { lang, name, version, description, author, url, license, .. } = &survey.meta;
    let stated = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let name = stated(name).map(|name| match lang.as_deref().filter(|lang| *lang != name) {
        Some(lang) => format!("{lang}_{name}"),
        None => name,
    });
    About {
        name,
        version: stated(version),
        language: Some(survey.language.clone()).filter(|language| !language.is_empty()).or_else(|| stated(lang)),
        license: stated(license),
        author: stated(author),
        url: stated(url),
        description: stated(description),
    }
}

impl Spacy {
    fn of(survey: Survey) -> Self {
        Self {
            spacy_version: survey.meta.spacy_version.filter(|version| !version.is_empty()),
            tokenizer: survey.tokenizer,
            vectors: survey.vectors.map(|(rows, width)| Vectors { rows, width }),
            components: survey.components.into_iter().map(Component::from).collect(),
            sources: survey.meta.sources,
        }
    }

    /// The labels of all components that run.
    pub(super) fn label_count(&self) -> usize {
        let running = self.components.iter().filter(|component| component.enabled);
        running.filter_map(|component| component.labels.as_ref().map(Vec::len)).sum()
    }

    pub(super) fn print(&self, page: &mut Page, all_labels: bool) {
        page.optional("spaCy", self.spacy_version.as_ref());
        page.field("tokenizer", &self.tokenizer);
        let vectors = self.vectors.as_ref().map(|Vectors { rows, width }| format!("{rows} of {width} numbers"));
        page.field("vectors", vectors.unwrap_or_else(|| "none".to_owned()));
        for source in &self.sources {
            page.field("source", shown_source(source));
        }
        let header = ["component", "factory", "labels", "", "model"].map(str::to_owned);
        page.table([header].into_iter().chain(self.components.iter().map(Component::row)));
        if all_labels {
            page.gap();
            for component in &self.components {
                if let Some(labels) = component.labels.as_ref().filter(|labels| !labels.is_empty()) {
                    page.field(&component.name, first_labels(labels, true));
                }
            }
        }
    }
}

impl From<SurveyedComponent> for Component {
    fn from(component: SurveyedComponent) -> Self {
        Self {
            name: component.name,
            factory: component.factory,
            architecture: component.architecture,
            enabled: component.is_enabled,
            supported: component.outcome.is_ok(),
            reason: component.outcome.err().map(|error| error.to_string()),
            labels: component.labels,
        }
    }
}

impl Component {
    fn row(&self) -> [String; 5] {
        let state = match (self.enabled, self.supported) {
            (false, _) => "disabled",
            (true, true) => "ok",
            (true, false) => "NOT SUPPORTED",
        };
        let labels = self.labels.as_ref().map_or_else(|| "-".to_owned(), |labels| labels.len().to_string());
        let shown = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        [self.name.clone(), shown(&self.factory), labels, state.to_owned(), shown(&self.architecture)]
    }
}

/// A corpus or model in one line; what people wrote in another form is shown as it stands.
fn shown_source(source: &Value) -> String {
    let texts: Vec<&str> = ["name", "license", "author", "url"]
        .into_iter()
        .filter_map(|key| source.get(key)?.as_str().filter(|text| !text.is_empty()))
        .collect();
    if texts.is_empty() { source.to_string() } else { texts.join(", ") }
}

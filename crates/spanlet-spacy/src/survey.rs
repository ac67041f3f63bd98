//! What a pipeline is and all that it asks for, where loading stops at the first thing that is not here.
//!
//! It goes through the steps of [`Pipeline::load`](crate::Pipeline::load), with the same readers and the same table of
//! factories, and keeps the errors instead of ending with one.

use serde_json::Value as Json;
use spanlet_archive::config::Config;
use spanlet_archive::{Limits, Parts};

use crate::encoder::{EncoderLoader, MakeEncoder};
use crate::language::Language;
use crate::load_error::LoadError;
use crate::meta::Meta;
use crate::pipe::Pipe;
use crate::pipeline::{Names, config_of, refusals};
use crate::source::Source;
use crate::tokenizer::Tokenizer;
use crate::vocab::Vocab;

/// A pipeline as it presents itself, and what of it is not here.
#[derive(Debug)]
pub struct Survey {
    /// What it says of itself.
    pub meta: Meta,
    /// The code of its language, e.g. `en`; empty where the configuration names none.
    pub language: String,
    /// The tokenizer that it asks for, e.g. `spacy.Tokenizer.v1`.
    pub tokenizer: String,
    /// How many static vectors it has and how many numbers each; `None` without any.
    pub vectors: Option<(usize, usize)>,
    /// In the order of the pipeline, those that are disabled among them.
    pub components: Vec<SurveyedComponent>,
    /// What is wrong outside of components, in the order in which loading comes upon it.
    general: Vec<LoadError>,
}

/// A component of a pipeline.
#[derive(Debug)]
pub struct SurveyedComponent {
    /// Its name in the pipeline.
    pub name: String,
    /// What makes it, e.g. `tagger`; `None` where the configuration does not say.
    pub factory: Option<String>,
    /// The architecture of its model, e.g. `spacy.Tagger.v2`; `None` for one without a model.
    pub architecture: Option<String>,
    /// The labels that `meta.json` lists for it; `None` where it lists none for that name.
    pub labels: Option<Vec<String>>,
    /// Whether it runs. One that does not run is not loaded, so that it may be of any kind.
    pub is_enabled: bool,
    /// Whether it can be loaded, and if not, the first reason.
    pub outcome: Result<(), LoadError>,
}

impl Survey {
    /// Surveys a pipeline from the files of its directory, each by its path in it, or from one archive of it.
    ///
    /// [`Survey::problems`] is empty if and only if [`Pipeline::load`](crate::Pipeline::load) takes the same files, and
    /// else begins with its error.
    ///
    /// # Errors
    /// When there is no pipeline to survey: no configuration, or one that is damaged; a `meta.json`, vocabulary or
    /// archive that is damaged.
    pub fn of(files: Vec<(String, Vec<u8>)>) -> Result<Self, LoadError> {
        Self::of_files(files, None)
    }

    /// The same beside [`Pipeline::load_with_encoders`](crate::Pipeline::load_with_encoders).
    ///
    /// # Errors
    /// As [`Survey::of`].
    pub fn with_encoders(files: Vec<(String, Vec<u8>)>, make: &MakeEncoder<'_>) -> Result<Self, LoadError> {
        Self::of_files(files, Some(make))
    }

    fn of_files(files: Vec<(String, Vec<u8>)>, make: Option<&MakeEncoder<'_>>) -> Result<Self, LoadError> {
        let mut parts = Parts::from_files(files, &Limits::default())?;
        let mut encoders = EncoderLoader::new(&mut parts, make);
        let config = config_of(&parts)?;
        let meta = Meta::load(&parts)?;
        let names = Names::of(&config)?;
        let mut unknown = Vec::new();
        let language = Language::of(&config).unwrap_or_else(|error| {
            unknown.push(error);
            Language::default()
        });
        let vocab = match Vocab::load(&mut parts, language.clone()) {
            Err(error @ LoadError::Unsupported { .. }) => {
                unknown.push(error);
                Vocab::of_language(language)
            }
            vocab => vocab?,
        };
        let knows_vocab = unknown.is_empty();
        let general = refusals(&config).chain(unknown).chain(Tokenizer::load(&parts, &config).err()).collect();
        let component = |name: &&str| {
            let pipe = Source::new(name, &config, &parts, &vocab).and_then(|source| Pipe::load(&source));
            let outcome = pipe.and_then(|mut pipe| encoders.attach(name, &mut pipe));
            SurveyedComponent {
                name: (*name).to_owned(),
                factory: setting(&config, name, "factory"),
                architecture: setting(&config, name, "model.@architectures"),
                labels: labels(&meta, name),
                is_enabled: names.is_enabled(name),
                outcome: outcome.or_else(|error| match error {
                    LoadError::Unsupported { .. } => Err(error),
                    // What lacks vectors or a language that are not here looks damaged, and may not be.
                    _ if !knows_vocab => Ok(()),
                    damage => Err(damage),
                }),
            }
        };
        Ok(Self {
            language: Language::code_of(&config).to_owned(),
            tokenizer: Tokenizer::kind(&config).to_owned(),
            vectors: vocab.vectors.as_ref().map(|vectors| (vectors.rows(), vectors.width())),
            components: names.pipeline.iter().map(component).collect(),
            meta,
            general,
        })
    }

    /// All that keeps the pipeline from being loaded, in the order in which loading comes upon it: what it asks for as a
    /// whole, and one reason for each component that runs. Empty when it can be loaded.
    pub fn problems(&self) -> impl Iterator<Item = &LoadError> {
        let running = self.components.iter().filter(|component| component.is_enabled);
        self.general.iter().chain(running.filter_map(|component| component.outcome.as_ref().err()))
    }
}

/// A text in the configuration of a component.
fn setting(config: &Config, component: &str, path: &str) -> Option<String> {
    let section = config.get("components")?.get(component)?;
    path.split('.').try_fold(section, |value, piece| value.get(piece))?.as_str().map(str::to_owned)
}

/// What `meta.json` lists for a component.
fn labels(meta: &Meta, component: &str) -> Option<Vec<String>> {
    let shown = |label: &Json| label.as_str().map_or_else(|| label.to_string(), str::to_owned);
    Some(meta.labels.get(component)?.as_array()?.iter().map(shown).collect())
}

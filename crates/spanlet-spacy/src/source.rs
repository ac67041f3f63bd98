//! What a component is loaded from: its name, its section of the configuration, its parts, and the vocabulary.

use serde_json::Value as Json;
use spanlet_archive::Parts;
use spanlet_archive::config::Config;
use spanlet_archive::msgpack;

use crate::load_error::LoadError;
use crate::vocab::Vocab;

/// Everything that one component's loader may look at.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    /// The component's name in the pipeline, which is also its folder.
    pub(crate) component: &'a str,
    /// What makes it, e.g. `tagger`.
    pub(crate) factory: &'a str,
    /// The whole configuration.
    pub(crate) config: &'a Config,
    /// Every part of the pipeline.
    pub(crate) parts: &'a Parts,
    /// Strings, lookups, vectors.
    pub(crate) vocab: &'a Vocab,
}

impl<'a> Source<'a> {
    /// The source of the component of that name.
    pub(crate) fn new(
        component: &'a str,
        config: &'a Config,
        parts: &'a Parts,
        vocab: &'a Vocab,
    ) -> Result<Self, LoadError> {
        let place = format!("components.{component}");
        let section = config.get("components").and_then(|components| components.get(component));
        let missing = |what: &str| LoadError::damaged("config.cfg", format!("expected {what}, found none"));
        let section = section.ok_or_else(|| missing(&format!("a section `{place}`, since the pipeline names it")))?;
        let factory = section.get("factory").and_then(Json::as_str);
        let factory = factory.ok_or_else(|| missing(&format!("a text `factory` in `{place}`")))?;
        Ok(Self { component, factory, config, parts, vocab })
    }

    /// A setting of the component: `components.NAME.path` of the configuration.
    pub(crate) fn setting(&self, path: &str) -> Option<&'a Json> {
        self.config
            .get("components")?
            .get(self.component)
            .and_then(|section| path.split('.').try_fold(section, |value, piece| value.get(piece)))
    }

    /// The components of some factories that run before this one, in order.
    pub(crate) fn before(&self, factories: &[&str]) -> impl Iterator<Item = &'a str> {
        let (config, component) = (self.config, self.component);
        let list = |path: &str| config.get(path).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let disabled = list("nlp.disabled");
        list("nlp.pipeline")
            .iter()
            .take_while(move |name| name.as_str() != Some(component))
            .filter(move |name| !disabled.contains(name))
            .filter_map(Json::as_str)
            .filter(move |name| {
                let factory = config.get("components").and_then(|all| all.get(name)?.get("factory")?.as_str());
                factory.is_some_and(|factory| factories.contains(&factory))
            })
    }

    /// The name of a part of the component, e.g. `ner/model` for `model`.
    pub(crate) fn part_name(&self, name: &str) -> String {
        format!("{}/{name}", self.component)
    }

    /// The bytes of a part of the component, or `None` when the component saved none.
    pub(crate) fn optional_part(&self, name: &str) -> Option<&'a [u8]> {
        self.parts.get(&self.part_name(name))
    }

    /// The bytes of a part that the component cannot do without.
    pub(crate) fn part(&self, name: &str) -> Result<&'a [u8], LoadError> {
        self.optional_part(name).ok_or_else(|| LoadError::PartMissing {
            part: self.part_name(name),
            needed_by: format!("component `{}`", self.component),
        })
    }

    /// A part of the component that is msgpack.
    pub(crate) fn msgpack(&self, name: &str) -> Result<msgpack::Value<'a>, LoadError> {
        Ok(msgpack::parse(&self.part_name(name), self.part(name)?)?)
    }

    /// A part of the component that is JSON, as `T`; `T` decides whether the order of keys is kept.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<T, LoadError> {
        serde_json::from_slice(self.part(name)?).map_err(|error| {
            LoadError::damaged(self.part_name(name), format!("expected the JSON of a component: {error}"))
        })
    }
}

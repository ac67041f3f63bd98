//! One section of a component's settings, and where it is, for errors.

use std::ops::RangeInclusive;

use serde_json::Value as Json;

use crate::load_error::LoadError;
use crate::source::Source;

/// A section of `config.cfg` under a component.
#[derive(Clone, Debug)]
pub(crate) struct Section<'a> {
    pub(crate) component: &'a str,
    /// E.g. `components.ner.model.tok2vec`.
    pub(crate) path: String,
    pub(crate) value: &'a Json,
}

impl<'a> Section<'a> {
    /// The section at `path` of the component's settings.
    pub(crate) fn find(source: &Source<'a>, path: &str) -> Result<Self, LoadError> {
        let place = format!("components.{}.{path}", source.component);
        match source.setting(path) {
            Some(value) => Ok(Self { component: source.component, path: place, value }),
            None => Err(LoadError::damaged("config.cfg", format!("expected section [{place}], found none"))),
        }
    }

    /// The section of that name inside this one.
    pub(crate) fn inner(&self, name: &str) -> Result<Self, LoadError> {
        let path = format!("{}.{name}", self.path);
        match self.value.get(name) {
            Some(value) => Ok(Self { component: self.component, path, value }),
            None => Err(LoadError::damaged("config.cfg", format!("expected section [{path}], found none"))),
        }
    }

    /// What makes the section's value: its `@architectures`.
    pub(crate) fn architecture(&self) -> Result<&'a str, LoadError> {
        self.registered("@architectures")
    }

    /// What makes the section's value, by the registry in which that stands, e.g. `@layers`.
    pub(crate) fn registered(&self, registry: &str) -> Result<&'a str, LoadError> {
        let name = self.value.get(registry).and_then(Json::as_str);
        name.ok_or_else(|| self.damaged(&format!("expected `{registry}`")))
    }

    /// A setting that is true or false.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, LoadError> {
        let flag = self.value.get(name).and_then(Json::as_bool);
        flag.ok_or_else(|| self.damaged(&format!("expected `{name}` to be true or false")))
    }

    /// A setting that is a whole number in a range.
    pub(crate) fn number(&self, name: &str, range: RangeInclusive<usize>) -> Result<usize, LoadError> {
        self.whole(name, self.value.get(name).unwrap_or(&Json::Null), range)
    }

    /// A value that is a whole number in a range; `name` is for errors.
    pub(crate) fn whole(&self, name: &str, value: &Json, range: RangeInclusive<usize>) -> Result<usize, LoadError> {
        let number = value.as_u64().and_then(|number| usize::try_from(number).ok());
        number.filter(|number| range.contains(number)).ok_or_else(|| {
            let (least, most) = range.into_inner();
            self.damaged(&format!("expected `{name}` to be a whole number from {least} to {most}, found {value}"))
        })
    }

    /// A complaint about the section.
    pub(crate) fn damaged(&self, problem: &str) -> LoadError {
        LoadError::damaged("config.cfg", format!("[{}]: {problem}", self.path))
    }
}
